import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toHex } from '../codec.ts';
import type { DeviceId } from './channel.ts';
import { LinkDownError } from './errors.ts';
import { MailboxChannel, mailboxTopic } from './mailbox.ts';
import { MemoryReplayStore } from './memory.ts';
import { ReplayGuard, type ReplayStore } from './replay.ts';
import { startBroker, type TestBroker } from './testing/broker.ts';
import { describeChannel } from './testing/channel-contract.ts';
import { testDevice, type TestDevice } from './testing/device.ts';
import { Inbox, untilState } from './testing/inbox.ts';

const openMailbox = (
  broker: TestBroker,
  { keys }: TestDevice,
  store: ReplayStore = new MemoryReplayStore(),
): MailboxChannel =>
  new MailboxChannel(
    { keys, guard: new ReplayGuard(store) },
    { url: broker.url, backoff: () => 10 },
  );

describeChannel(
  'MailboxChannel',
  async () => {
    const broker = await startBroker();
    return {
      open: async (device) => openMailbox(broker, device),
      connected: async (from, to) => {
        await Promise.all([untilState(from, 'up'), untilState(to, 'up')]);
      },
      inject: async (_from, to, bytes) => broker.inject(mailboxTopic(to.keys.inbox), bytes),
      carried: (to) =>
        broker.published
          .filter(({ topic }) => topic === mailboxTopic(to.keys.inbox))
          .map(({ payload }) => payload),
      close: async () => broker.stop(),
    };
  },
  { strangers: true },
);

describe('MailboxChannel', () => {
  let broker: TestBroker;
  let alice: TestDevice, bob: TestDevice;
  let a: MailboxChannel, b: MailboxChannel;
  const opened: MailboxChannel[] = [];
  const open = (device: TestDevice, peer: TestDevice, store?: ReplayStore): MailboxChannel => {
    const channel = openMailbox(broker, device, store);
    channel.setPeers([peer.peer]);
    opened.push(channel);
    return channel;
  };
  const numbers = (inbox: Inbox): (number | undefined)[] =>
    inbox.messages.map(({ body }) => body[0]);
  const send = async (number: number): Promise<void> =>
    a.send(bob.peer.id, 'journal', new Uint8Array([number]));

  beforeEach(async () => {
    broker = await startBroker();
    [alice, bob] = await Promise.all([testDevice('alice'), testDevice('bob')]);
    a = open(alice, bob);
    b = open(bob, alice);
    await Promise.all([untilState(a, 'up'), untilState(b, 'up')]);
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map(async (channel) => channel.close()));
    await broker.stop();
  });

  it('delivers what was sent while the recipient was away', async () => {
    await b.close();
    await send(1);
    await send(2);
    const inbox = new Inbox(open(bob, alice));
    await inbox.first(2);
    expect(numbers(inbox)).toEqual([1, 2]);
  });

  it('comes back after its connection was cut, and misses nothing', async () => {
    const inbox = new Inbox(b);
    broker.cut();
    await Promise.all([untilState(a, 'down'), untilState(b, 'down')]);
    await Promise.all([untilState(a, 'up'), untilState(b, 'up')]);
    await send(1);
    await inbox.first(1);
    expect(numbers(inbox)).toEqual([1]);
  });

  it('comes back after the broker restarted without its sessions', async () => {
    const inbox = new Inbox(b);
    await broker.stop();
    await Promise.all([untilState(a, 'down'), untilState(b, 'down')]);
    broker = await startBroker(broker.port);
    await Promise.all([untilState(a, 'up'), untilState(b, 'up')]);
    await send(1);
    await inbox.first(1);
    expect(numbers(inbox)).toEqual([1]);
  });

  it('does not take a message without a connection', async () => {
    await broker.stop();
    await untilState(a, 'down');
    await expect(send(1)).rejects.toThrow(LinkDownError);
    broker = await startBroker(broker.port);
  });

  it('says what is wrong while there is no connection', async () => {
    await broker.stop();
    await untilState(a, 'down');
    expect(a.state()).toMatchObject({ kind: 'down' });
    broker = await startBroker(broker.port);
  });

  it('has a message delivered again that it could not record', async () => {
    await b.close();
    const store = new MemoryReplayStore();
    let failures = 2;
    const failing: ReplayStore = {
      load: async (peer: DeviceId) => store.load(peer),
      save: async (peer: DeviceId, record: Uint8Array) => {
        if (failures-- > 0) throw new Error('the disk is full');
        await store.save(peer, record);
      },
    };
    const inbox = new Inbox(open(bob, alice, failing));
    await send(1);
    await inbox.first(1);
    expect(failures).toBe(-1);
    expect(numbers(inbox)).toEqual([1]);
  });

  it('drops what the relay altered, and goes on', async () => {
    const inbox = new Inbox(b);
    broker.tamper = ({ topic, payload }) => {
      const altered = payload.slice();
      altered[100] = (altered[100] ?? 0) ^ 0x80;
      return { topic, payload: altered };
    };
    await send(1);
    broker.tamper = (publication) => publication;
    await send(2);
    await inbox.first(1);
    expect(numbers(inbox)).toEqual([2]);
    expect(b.drops.get('unopened')).toBe(1);
  });

  it('drops what the relay delivers to somebody else', async () => {
    const carol = await testDevice('carol');
    const c = open(carol, alice);
    await untilState(c, 'up');
    const inbox = new Inbox(c);
    broker.tamper = ({ payload }) => ({ topic: mailboxTopic(carol.keys.inbox), payload });
    await send(1);
    broker.tamper = (publication) => publication;
    a.setPeers([bob.peer, carol.peer]);
    await a.send(carol.peer.id, 'journal', new Uint8Array([2]));
    await inbox.first(1);
    expect(numbers(inbox)).toEqual([2]);
    expect(c.drops.get('unopened')).toBe(1);
  });

  it('delivers once what the relay delivers again after a restart of the page', async () => {
    const store = new MemoryReplayStore();
    await b.close();
    const before = open(bob, alice, store);
    const first = new Inbox(before);
    await send(1);
    await first.first(1);
    await before.close();
    const after = open(bob, alice, store);
    await untilState(after, 'up');
    const second = new Inbox(after);
    for (const { topic, payload } of [...broker.published]) await broker.inject(topic, payload);
    await send(2);
    await second.first(1);
    expect(numbers(second)).toEqual([2]);
    // The broker may have missed the first acknowledgement, and deliver once more by itself.
    expect(after.drops.get('replayed')).toBeGreaterThanOrEqual(1);
  });

  it('shows the relay neither the sender nor the content nor the kind', async () => {
    const body = new TextEncoder().encode('pay 1000 to bob');
    await a.send(bob.peer.id, 'journal', body);
    await a.send(bob.peer.id, 'presence', new Uint8Array(100));
    const [one, other] = broker.published;
    const all = toHex(one?.payload ?? new Uint8Array());
    expect(all).not.toContain(alice.peer.id);
    expect(all).not.toContain(toHex(body));
    expect(one?.payload.length).toBe(other?.payload.length);
    expect(one?.topic).toMatch(/^cs1\/[A-Za-z0-9_-]{43}$/);
  });

  it('refuses addresses that are no relay', () => {
    const at = (url: string) => () =>
      new MailboxChannel(
        { keys: alice.keys, guard: new ReplayGuard(new MemoryReplayStore()) },
        { url },
      );
    expect(at('https://example.org/')).toThrow('ws://');
    expect(at('ws://127.0.0.1/?clientId=theirs')).toThrow('client id');
    expect(at('relay')).toThrow(TypeError);
  });
});
