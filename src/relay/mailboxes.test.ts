import { expect, it } from 'vitest';
import { Mailboxes, type MailboxLimits, type QueuedPacket } from './mailboxes.ts';

const limits: MailboxLimits = { sessions: 2, messages: 3, bytes: 100, totalBytes: 150, idle: 1000 };

function mailboxesOf(changed: Partial<MailboxLimits> = {}) {
  const clock = { now: 0 };
  const box = new Mailboxes(
    { ...limits, ...changed },
    (topic) => topic.startsWith('t'),
    () => clock.now,
  );
  let counter = 0;
  const packet = (text: string): QueuedPacket => ({
    brokerId: 'broker',
    brokerCounter: ++counter,
    payload: Buffer.from(text),
  });
  const subscribe = async (id: string, topic = 't1', qos = 1) =>
    box.addSubscriptions({ id }, [{ topic, qos }]);
  const enqueue = async (clientId: string, text: string) =>
    box.outgoingEnqueue({ clientId }, packet(text));
  const queued = async (id: string) => {
    const packets = (await box.outgoingStream({ id }).toArray()) as QueuedPacket[];
    return packets.map(({ payload }) => payload.toString());
  };
  return { box, clock, packet, subscribe, enqueue, queued };
}

it('remembers who subscribed to what', async () => {
  const { box, subscribe } = mailboxesOf();
  await subscribe('a');
  await subscribe('b');
  await subscribe('b', 't2', 0);
  expect(await box.subscriptionsByTopic('t1')).toEqual([
    { clientId: 'a', topic: 't1', qos: 1 },
    { clientId: 'b', topic: 't1', qos: 1 },
  ]);
  expect(await box.subscriptionsByTopic('t2')).toEqual([]); // QoS 0 is never queued
  expect(await box.subscriptionsByClient({ id: 'b' })).toEqual([
    { topic: 't1', qos: 1 },
    { topic: 't2', qos: 0 },
  ]);
  await box.removeSubscriptions({ id: 'a' }, ['t1']);
  expect(await box.subscriptionsByTopic('t1')).toEqual([{ clientId: 'b', topic: 't1', qos: 1 }]);
});

it('stores no subscription of a packet in which one is not allowed', async () => {
  const { box } = mailboxesOf();
  for (const bad of [
    { topic: '#', qos: 1 },
    { topic: 't1', qos: 2 },
  ]) {
    await expect(box.addSubscriptions({ id: 'a' }, [{ topic: 't2', qos: 1 }, bad])).rejects.toThrow(
      'not allowed',
    );
    expect(await box.subscriptionsByClient({ id: 'a' })).toEqual([]);
  }
});

it('keeps messages in order until they are acknowledged', async () => {
  const { box, subscribe, packet, queued } = mailboxesOf();
  await subscribe('a');
  const [first, second] = [packet('first'), packet('second')];
  await box.outgoingEnqueueCombi([{ clientId: 'a' }], first);
  await box.outgoingEnqueueCombi([{ clientId: 'a' }], second);
  await box.outgoingUpdate({ id: 'a' }, { ...first, messageId: 7 });
  await box.outgoingUpdate({ id: 'a' }, { ...second, messageId: 8 });
  await box.outgoingClearMessageId({ id: 'a' }, { messageId: 8 });
  expect(await queued('a')).toEqual(['first']);
  expect(await box.outgoingClearMessageId({ id: 'a' }, { messageId: 8 })).toBeUndefined();
  await box.outgoingClearMessageId({ id: 'a' }, { messageId: 7 });
  expect(box.usage).toEqual({ sessions: 1, bytes: 0 });
});

it('removes the very packet that must not be delivered', async () => {
  const { box, subscribe, packet, queued } = mailboxesOf();
  await subscribe('a');
  const [first, second] = [packet('first'), packet('second')];
  await box.outgoingEnqueueCombi([{ clientId: 'a' }], first);
  await box.outgoingEnqueueCombi([{ clientId: 'a' }], second);
  await box.outgoingClearMessageId({ id: 'a' }, second);
  expect(await queued('a')).toEqual(['first']);
});

it('pushes the oldest messages out when there are too many', async () => {
  const { subscribe, enqueue, queued } = mailboxesOf();
  await subscribe('a');
  for (const text of ['1', '2', '3', '4']) await enqueue('a', text);
  expect(await queued('a')).toEqual(['2', '3', '4']);
});

it('pushes the oldest messages out when they are too long', async () => {
  const { box, subscribe, enqueue, queued } = mailboxesOf();
  await subscribe('a');
  for (const mark of ['1', '2', '3']) await enqueue('a', mark.repeat(40));
  expect(await queued('a')).toEqual(['2'.repeat(40), '3'.repeat(40)]);
  expect(box.usage.bytes).toBe(80);
});

it('keeps nothing more once all sessions together hold too much', async () => {
  const { box, subscribe, enqueue, queued } = mailboxesOf();
  await subscribe('a');
  await subscribe('b');
  await enqueue('a', 'x'.repeat(90));
  await enqueue('b', 'x'.repeat(61));
  expect(await queued('b')).toEqual([]);
  await enqueue('b', 'x'.repeat(60));
  expect(box.usage.bytes).toBe(150);
});

it('keeps a copy, not the chunk that the payload came in', async () => {
  const { box, subscribe, packet } = mailboxesOf();
  await subscribe('a');
  const chunk = Buffer.alloc(1000);
  await box.outgoingEnqueue({ clientId: 'a' }, { ...packet(''), payload: chunk.subarray(0, 4) });
  const [kept] = (await box.outgoingStream({ id: 'a' }).toArray()) as { payload: Buffer }[];
  expect(kept?.payload.buffer).not.toBe(chunk.buffer);
});

it('keeps nothing for those who have no session', async () => {
  const { box, enqueue } = mailboxesOf();
  await enqueue('a', 'text');
  expect(box.usage).toEqual({ sessions: 0, bytes: 0 });
});

it('forgets a session that has been away for too long, not one that is there', async () => {
  const { box, clock, subscribe, enqueue } = mailboxesOf();
  await subscribe('a');
  await subscribe('b');
  await enqueue('a', 'text');
  box.setOnline('a', false);
  clock.now = 1000;
  box.expire();
  expect(box.usage.sessions).toBe(2);
  clock.now = 1001;
  box.expire();
  expect(box.usage).toEqual({ sessions: 1, bytes: 0 });
  expect(await box.subscriptionsByTopic('t1')).toEqual([{ clientId: 'b', topic: 't1', qos: 1 }]);
});

it('makes room for a new session by the one that has been away longest', async () => {
  const { box, clock, subscribe } = mailboxesOf();
  await subscribe('a');
  await subscribe('b');
  await expect(subscribe('c')).rejects.toThrow('too many sessions');
  box.setOnline('b', false);
  clock.now = 1;
  box.setOnline('a', false);
  await subscribe('c');
  expect(await box.subscriptionsByClient({ id: 'a' })).not.toEqual([]);
  expect(await box.subscriptionsByClient({ id: 'b' })).toEqual([]);
});

it('forgets what waits when a session starts afresh', async () => {
  const { box, subscribe, enqueue } = mailboxesOf();
  await subscribe('a');
  await enqueue('a', 'text');
  await box.cleanSubscriptions({ id: 'a' });
  expect(box.usage).toEqual({ sessions: 0, bytes: 0 });
});

it('knows no retained messages, no wills and no QoS 2', async () => {
  const { box } = mailboxesOf();
  await expect(box.storeRetained()).rejects.toThrow('retained');
  await expect(box.putWill()).rejects.toThrow('wills');
  await expect(box.incomingStorePacket()).rejects.toThrow('QoS 2');
  expect(await box.createRetainedStreamCombi().toArray()).toEqual([]);
});
