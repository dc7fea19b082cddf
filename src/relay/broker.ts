/**
 * The mailbox of the devices: an MQTT 3.1.1 broker over WebSocket that carries sealed envelopes. It cannot
 * read them; what it must do is not to be exhausted, and not to tell one device of another's topic.
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { Aedes, type AedesOptions, type Client } from 'aedes';
import { createWebSocketStream, WebSocketServer, type RawData } from 'ws';
import { Budget } from './budget.ts';
import { Mailboxes, type MailboxLimits } from './mailboxes.ts';
import { PacketSizes } from './packet-sizes.ts';

const KiB = 1024;
const MiB = 1024 * KiB;
const second = 1000;
const day = 24 * 60 * 60 * second;

export interface BrokerLimits extends MailboxLimits {
  readonly connections: number;
  /** Bytes of one message. */
  readonly payload: number;
  /** Topics of one connection. */
  readonly topics: number;
  /** Messages and bytes of one connection: at once, and a second. */
  readonly messageBurst: number;
  readonly messagesPerSecond: number;
  readonly byteBurst: number;
  readonly bytesPerSecond: number;
}

/** A signing of 16 digests among twenty devices sends about 4 MiB in a burst. */
export const defaultLimits: BrokerLimits = {
  connections: 500,
  payload: 256 * KiB,
  topics: 32,
  messageBurst: 1000,
  messagesPerSecond: 100,
  byteBurst: 32 * MiB,
  bytesPerSecond: 2 * MiB,
  sessions: 2000,
  messages: 1000,
  bytes: 16 * MiB,
  totalBytes: 256 * MiB,
  idle: 30 * day,
};

/** A topic is a capability: whoever knows these 256 bits may send to it. */
const isTopic = (topic: string): boolean => /^cs1\/[A-Za-z0-9_-]{43}$/.test(topic);
const isClientId = (id: string): boolean => /^[A-Za-z0-9_-]{1,64}$/.test(id);

/** Topic, message id and properties of a PUBLISH packet beside its payload. */
const PACKET_HEAD = 256;

interface Connection {
  readonly messages: Budget;
  readonly bytes: Budget;
  readonly topics: Set<string>;
}

export interface Broker {
  /** Takes over an HTTP request that asks for a WebSocket. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  readonly usage: {
    readonly connections: number;
    readonly sessions: number;
    readonly bytes: number;
  };
  close(): Promise<void>;
}

/** @param now a clock in milliseconds that never runs backwards */
export async function createBroker(
  limits: BrokerLimits = defaultLimits,
  now: () => number = () => performance.now(),
): Promise<Broker> {
  const mailboxes = new Mailboxes(limits, isTopic, now);
  const aedes = await Aedes.createBroker({
    persistence: mailboxes,
    connectTimeout: 10 * second,
    drainTimeout: 20 * second,
    keepaliveLimit: 600,
    maxTopicLevels: 4, // the broker's own $SYS topics have that many
    ...rules(limits, now),
  });
  aedes.on('client', ({ id }) => {
    mailboxes.setOnline(id, true);
  });
  aedes.on('clientDisconnect', ({ id }) => {
    mailboxes.setOnline(id, false);
  });
  const sweep = setInterval(() => {
    mailboxes.expire();
  }, 60 * second);

  const sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: 4 * (limits.payload + PACKET_HEAD), // a frame may carry several packets
    handleProtocols: () => 'mqtt',
  });

  return {
    upgrade(request, socket, head) {
      if (sockets.clients.size >= limits.connections) {
        refuse(socket, '503 Service Unavailable');
        return;
      }
      if (!asksForMqtt(request)) {
        refuse(socket, '400 Bad Request');
        return;
      }
      sockets.handleUpgrade(request, socket, head, (webSocket) => {
        const sizes = new PacketSizes(limits.payload + PACKET_HEAD);
        webSocket.on('message', (data: RawData) => {
          const chunks = Array.isArray(data) ? data : [data];
          const ok = chunks.every((chunk) => sizes.accept(new Uint8Array(chunk)));
          if (!ok) webSocket.terminate();
        });
        aedes.handle(createWebSocketStream(webSocket), request);
      });
    },
    get usage() {
      return { connections: sockets.clients.size, ...mailboxes.usage };
    },
    async close() {
      clearInterval(sweep);
      for (const client of sockets.clients) client.terminate();
      await new Promise<void>((resolve) => {
        aedes.close(resolve);
      });
    },
  };
}

function rules(limits: BrokerLimits, now: () => number): Partial<AedesOptions> {
  const connections = new WeakMap<Client, Connection>();
  const connectionOf = (client: Client): Connection => {
    const known = connections.get(client) ?? {
      messages: new Budget(limits.messageBurst, limits.messagesPerSecond, now),
      bytes: new Budget(limits.byteBurst, limits.bytesPerSecond, now),
      topics: new Set<string>(),
    };
    connections.set(client, known);
    return known;
  };

  return {
    preConnect(_client, packet, done) {
      if (!isClientId(packet.clientId)) done(new Error('client id not allowed'), false);
      else if (packet.will !== undefined) done(new Error('wills are not allowed'), false);
      else done(null, true);
    },

    authorizePublish(client, packet, done) {
      const refusal = whyNotPublished(packet, limits);
      if (client === null || refusal !== undefined) {
        done(new Error(refusal ?? 'only clients publish'));
        return;
      }
      const { messages, bytes } = connectionOf(client);
      const wait = Math.max(messages.spend(1), bytes.spend(packet.payload.length));
      // The broker reads on only when this packet is done with, so waiting slows the sender down.
      if (wait === 0) done();
      else setTimeout(done, wait).unref();
    },

    authorizeSubscribe(client, subscription, done) {
      const { topics } = connectionOf(client);
      const { topic, qos } = subscription;
      topics.add(topic);
      if (!isTopic(topic) || qos > 1) done(new Error('subscription not allowed'));
      else if (topics.size > limits.topics) done(new Error('too many subscriptions'));
      else done(null, subscription);
    },

    authorizeForward(_client, packet) {
      return isTopic(packet.topic) ? packet : null;
    },
  };
}

function whyNotPublished(
  packet: { topic: string; qos: number; retain: boolean; payload: string | Buffer },
  limits: BrokerLimits,
): string | undefined {
  if (!isTopic(packet.topic)) return 'topic not allowed';
  if (packet.retain) return 'retained messages are not allowed';
  if (packet.qos > 1) return 'QoS 2 is not allowed';
  if (packet.payload.length > limits.payload) return 'message too long';
  return undefined;
}

function asksForMqtt({ headers }: IncomingMessage): boolean {
  const protocols = headers['sec-websocket-protocol']?.split(',') ?? [];
  return protocols.some((each) => each.trim() === 'mqtt');
}

/** Answers an upgrade that is not taken. */
export function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
