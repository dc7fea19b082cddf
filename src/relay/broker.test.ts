import { once } from 'node:events';
import { connect as connectNow, connectAsync, type IClientOptions, type MqttClient } from 'mqtt';
import { WebSocket } from 'ws';
import { describe, expect, it, onTestFinished } from 'vitest';
import { defaultLimits, type BrokerLimits } from './broker.ts';
import { startRelay, type Relay } from './relay.ts';

const topicOf = (letter: string) => `cs1/${letter.repeat(43)}`;
const A = topicOf('a');
const B = topicOf('b');

async function relayOf(limits: Partial<BrokerLimits> = {}): Promise<Relay> {
  const all = { ...defaultLimits, ...limits };
  const relay = await startRelay({ root: 'public', port: 0, host: '127.0.0.1', limits: all });
  onTestFinished(async () => relay.close());
  return relay;
}

async function connect(relay: Relay, options: IClientOptions = {}): Promise<MqttClient> {
  const client = await connectAsync(relay.mailbox, {
    protocolVersion: 4,
    reconnectPeriod: 0,
    connectTimeout: 5000,
    ...options,
  });
  client.on('error', () => undefined); // the tests look at 'close'
  onTestFinished(() => {
    client.end(true);
  });
  return client;
}

const persistent = (clientId: string): IClientOptions => ({ clientId, clean: false });

/** The next `count` messages as texts. */
async function messages(client: MqttClient, count: number): Promise<string[]> {
  const texts: string[] = [];
  return new Promise((resolve) => {
    client.on('message', (_topic, payload) => {
      texts.push(payload.toString());
      if (texts.length === count) resolve(texts);
    });
  });
}

/** Connects and listens from the first moment on: what waited arrives with the connection. */
async function messagesOnConnect(relay: Relay, options: IClientOptions, count: number) {
  const client = connectNow(relay.mailbox, { protocolVersion: 4, reconnectPeriod: 0, ...options });
  onTestFinished(() => {
    client.end(true);
  });
  return messages(client, count);
}

/** A QoS 1 message of which nobody awaits the acknowledgement. */
function post(client: MqttClient, topic: string, text: string, options = {}): void {
  client.publish(topic, text, { qos: 1, ...options }, () => undefined);
}

async function closed(client: MqttClient): Promise<void> {
  await new Promise<void>((resolve) => {
    client.once('close', resolve);
  });
}

describe('mailbox', () => {
  it('carries messages to who subscribed, of any size up to 256 KiB', async () => {
    const relay = await relayOf();
    const receiver = await connect(relay);
    await receiver.subscribeAsync(A, { qos: 1 });
    const arrived = messages(receiver, 3);
    const sender = await connect(relay);
    await sender.publishAsync(B, 'for another', { qos: 1 });
    for (const text of ['one', '', 'x'.repeat(256 * 1024)]) {
      await sender.publishAsync(A, text, { qos: 1 });
    }
    expect(await arrived).toEqual(['one', '', 'x'.repeat(256 * 1024)]);
  });

  it('keeps messages for a device that is away', async () => {
    const relay = await relayOf();
    const before = await connect(relay, persistent('device-a'));
    await before.subscribeAsync(A, { qos: 1 });
    await before.endAsync();
    const sender = await connect(relay);
    for (const text of ['one', 'two']) await sender.publishAsync(A, text, { qos: 1 });

    expect(await messagesOnConnect(relay, persistent('device-a'), 2)).toEqual(['one', 'two']);
  });

  it('does not deliver again what was acknowledged', async () => {
    const relay = await relayOf();
    const first = await connect(relay, persistent('device-a'));
    await first.subscribeAsync(A, { qos: 1 });
    const arrived = messages(first, 1);
    const sender = await connect(relay);
    await sender.publishAsync(A, 'one', { qos: 1 });
    expect(await arrived).toEqual(['one']);
    await first.endAsync();
    await sender.publishAsync(A, 'two', { qos: 1 });
    expect(await messagesOnConnect(relay, persistent('device-a'), 1)).toEqual(['two']);
  });
});

describe('refusals end the connection', () => {
  it.each(['#', 'cs1/#', 'cs1/+', '$SYS/#', `${A}/x`, `${A}a`, 'cs1/short', 'cs2/' + A.slice(4)])(
    'subscribing to %s',
    async (topic) => {
      const client = await connect(await relayOf());
      client.subscribe(topic, { qos: 1 }, () => undefined);
      await closed(client);
    },
  );

  it.each(['other', '$SYS/x', `${A}/x`, 'cs1/short'])('publishing to %s', async (topic) => {
    const client = await connect(await relayOf());
    post(client, topic, 'text');
    await closed(client);
  });

  it('a retained message', async () => {
    const client = await connect(await relayOf());
    post(client, A, 'text', { retain: true });
    await closed(client);
  });

  it('QoS 2, sent or asked for', async () => {
    const relay = await relayOf();
    const sender = await connect(relay);
    post(sender, A, 'text', { qos: 2 });
    await closed(sender);
    const receiver = await connect(relay);
    receiver.subscribe(A, { qos: 2 }, () => undefined);
    await closed(receiver);
  });

  it('a message of more than 256 KiB', async () => {
    const client = await connect(await relayOf());
    post(client, A, 'x'.repeat(256 * 1024 + 1));
    await closed(client);
  });

  it('more topics than allowed', async () => {
    const client = await connect(await relayOf({ topics: 2 }));
    for (const letter of ['a', 'b']) await client.subscribeAsync(topicOf(letter), { qos: 1 });
    client.subscribe(topicOf('c'), { qos: 1 }, () => undefined);
    await closed(client);
  });

  it.each([
    [
      'a will',
      { will: { topic: A, payload: Buffer.from('gone'), qos: 1 as const, retain: false } },
    ],
    ['a long client id', { clientId: 'x'.repeat(65) }],
    ['a client id of other characters', { clientId: 'a/b' }],
    ['no keep-alive', { keepalive: 0 }],
  ])('%s', async (_what, options) => {
    const { mailbox } = await relayOf();
    const client = connectNow(mailbox, { protocolVersion: 4, reconnectPeriod: 0, ...options });
    let connected = false;
    client.on('connect', () => {
      connected = true;
    });
    client.on('error', () => undefined);
    await closed(client);
    expect(connected).toBe(false);
  });
});

describe('attacks', () => {
  it('a wildcard beside an allowed topic does not collect the messages of others', async () => {
    const relay = await relayOf();
    const thief = await connect(relay, persistent('thief'));
    thief.subscribe([A, '#'], { qos: 1 }, () => undefined);
    await closed(thief);
    const sender = await connect(relay);
    await sender.publishAsync(B, 'secret', { qos: 1 });
    await sender.publishAsync(A, 'for the thief', { qos: 1 });

    const again = await connect(relay, persistent('thief'));
    const arrived = messages(again, 1);
    await again.subscribeAsync(A, { qos: 1 });
    await sender.publishAsync(A, 'last', { qos: 1 });
    expect(await arrived).toEqual(['last']);
  });

  it('a packet that announces 256 MiB is cut off at its first bytes', async () => {
    const relay = await relayOf();
    const socket = new WebSocket(relay.mailbox, 'mqtt');
    await once(socket, 'open');
    socket.send(Uint8Array.of(0x30, 0xff, 0xff, 0xff, 0x7f));
    await once(socket, 'close');
  });

  it('a flood of one connection waits and does not hold up others', async () => {
    // The second message of a connection would have to wait for longer than any test runs.
    const relay = await relayOf({ messageBurst: 1, messagesPerSecond: 1e-6 });
    const receiver = await connect(relay);
    await receiver.subscribeAsync(A, { qos: 1 });
    const arrived = messages(receiver, 2);
    const flood = await connect(relay);
    await flood.publishAsync(A, 'first', { qos: 1 });
    post(flood, A, 'second');
    const honest = await connect(relay);
    await honest.publishAsync(A, 'honest', { qos: 1 });
    expect(await arrived).toEqual(['first', 'honest']);
  });

  it('one connection more than allowed is turned away', async () => {
    const relay = await relayOf({ connections: 1 });
    await connect(relay);
    const [error] = (await once(new WebSocket(relay.mailbox, 'mqtt'), 'error')) as [Error];
    expect(error.message).toContain('503');
  });

  it.each([
    ['/mqtt', undefined, '400'],
    ['/mqtt', 'other', '400'],
    ['/elsewhere', 'mqtt', '404'],
  ])('a WebSocket to %s for %s is turned away', async (path, protocol, status) => {
    const { mailbox } = await relayOf();
    const address = new URL(path, mailbox);
    const socket =
      protocol === undefined ? new WebSocket(address) : new WebSocket(address, protocol);
    const [error] = (await once(socket, 'error')) as [Error];
    expect(error.message).toContain(status);
  });
});
