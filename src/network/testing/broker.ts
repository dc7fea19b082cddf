/** A real MQTT broker on a free port of this machine, which tests can cut, restart and turn dishonest. */
import { EventEmitter, once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Aedes } from 'aedes';
import { createWebSocketStream, WebSocketServer } from 'ws';

interface Publication {
  readonly topic: string;
  readonly payload: Uint8Array;
}

export interface TestBroker {
  readonly url: string;
  readonly port: number;
  /** Everything clients published, in order, as they published it. */
  readonly published: readonly Publication[];
  /** The topics clients subscribed to, in order. */
  readonly subscribed: readonly string[];
  /** Resolves when clients published so many times. */
  untilPublished(count: number): Promise<void>;
  /** Resolves when clients subscribed so many times. */
  untilSubscribed(count: number): Promise<void>;
  /** What the broker delivers instead of what was published. */
  tamper: (publication: Publication) => Publication;
  /** Publishes as the broker itself. */
  inject(topic: string, payload: Uint8Array): Promise<void>;
  /** Breaks every connection without a word; sessions stay. */
  cut(): void;
  stop(): Promise<void>;
}

/** @param port the port of a broker that was stopped, to start it again; without its sessions */
export async function startBroker(port = 0): Promise<TestBroker> {
  const published: Publication[] = [];
  const subscribed: string[] = [];
  const events = new EventEmitter();
  const until = async (list: readonly unknown[], count: number): Promise<void> => {
    while (list.length < count) await once(events, 'change');
  };
  const broker = await Aedes.createBroker({
    authorizePublish: (_client, packet, done) => {
      const payload = Uint8Array.from(Buffer.from(packet.payload));
      published.push({ topic: packet.topic, payload });
      events.emit('change');
      const forwarded = test.tamper({ topic: packet.topic, payload });
      packet.topic = forwarded.topic;
      packet.payload = Buffer.from(forwarded.payload);
      done(null);
    },
  });
  broker.on('subscribe', (subscriptions) => {
    subscribed.push(...subscriptions.map(({ topic }) => topic));
    events.emit('change');
  });
  const server = createServer();
  const sockets = new WebSocketServer({ server, path: '/mqtt', handleProtocols: () => 'mqtt' });
  sockets.on('connection', (socket, request) => {
    broker.handle(createWebSocketStream(socket), request);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const address = server.address() as AddressInfo;

  const test: TestBroker = {
    url: `ws://127.0.0.1:${String(address.port)}/mqtt`,
    port: address.port,
    published,
    subscribed,
    untilPublished: async (count) => until(published, count),
    untilSubscribed: async (count) => until(subscribed, count),
    tamper: (publication) => publication,
    inject: async (topic, payload) =>
      new Promise((resolve, reject) => {
        const packet = {
          cmd: 'publish' as const,
          topic,
          payload: Buffer.from(payload),
          qos: 1 as const,
          dup: false,
          retain: false,
        };
        broker.publish(packet, (error) => {
          if (error) reject(error);
          else resolve();
        });
      }),
    cut: () => {
      for (const socket of sockets.clients) socket.terminate();
    },
    stop: async () => {
      test.cut();
      await new Promise<void>((resolve) => {
        broker.close(resolve);
      });
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return test;
}
