import { describe, expect, it } from 'vitest';
import { encodeCbor } from '../cbor.ts';
import { MalformedError, UnsupportedError } from './errors.ts';
import { admitAll, MAX_SKEW } from './log.ts';
import { equivocations, trail } from './order.ts';
import { encodeSyncMessage, MAX_SYNC_BYTES, parseSyncMessage } from './sync-message.ts';
import { makeSyncMessage, takeSyncMessage } from './sync.ts';
import {
  accountNamed,
  bytesFor,
  exchange,
  forge,
  NOW,
  proposed,
  testFounding,
  TestDevice,
  trio,
} from './testing/vault.ts';

const founding = testFounding();
const ids = (device: TestDevice) => trail(device.log).map(({ id }) => id);

/** A chain of one author, signed without a log. */
function chainOf(author: string, length: number, from?: ReturnType<typeof forge>, seq = 0) {
  const chain = from === undefined ? [] : [from];
  for (let i = seq; i < seq + length; i++) {
    const prev = chain.at(-1)?.idBytes ?? null;
    chain.push(
      forge(founding, author, { seq: i, prev, ...accountNamed(`${author} ${String(i)}`) }),
    );
  }
  return from === undefined ? chain : chain.slice(1);
}
const give = (device: TestDevice, events: readonly { bytes: Uint8Array }[]) => {
  device.log = admitAll(
    device.log,
    events.map(({ bytes }) => bytes),
    device.now,
  ).log;
};

describe('sync', () => {
  it('brings two devices together, whoever begins', async () => {
    for (const adaBegins of [true, false]) {
      const [ada, ben] = trio();
      for (let i = 0; i < 3; i++) await ada.say(accountNamed(`A${String(i)}`));
      for (let i = 0; i < 2; i++) await ben.say(accountNamed(`B${String(i)}`));
      exchange(adaBegins ? ada : ben, adaBegins ? ben : ada);
      expect(ids(ada)).toEqual(ids(ben));
      expect(ids(ada)).toHaveLength(5);
    }
  });

  it('says nothing back when there is nothing to say', async () => {
    const [ada, ben] = trio();
    expect(exchange(ada, ben)).toBe(1);
    await ada.say(accountNamed('x'));
    exchange(ada, ben);
    expect(exchange(ada, ben)).toBe(1);
    expect(exchange(ben, ada)).toBe(1);
  });

  it('takes one message when the peer is known, and sends nothing twice', async () => {
    const [ada, ben] = trio();
    await ada.say(accountNamed('one'));
    exchange(ada, ben);
    const { peer } = ada.take(makeSyncMessage(ben.log));
    const { bytes } = await ada.say(accountNamed('two'));
    const message = makeSyncMessage(ada.log, peer);
    expect(parseSyncMessage(message).events).toEqual([bytes]);
    expect(ben.take(message)).toMatchObject({ reply: undefined, refused: [] });
    expect(ids(ben)).toEqual(ids(ada));
  });

  it('sends only what the peer lacks', async () => {
    const [ada, ben] = trio();
    for (let i = 0; i < 5; i++) await ada.say(accountNamed(`A${String(i)}`));
    exchange(ada, ben);
    await ada.say(accountNamed('new'));
    await ben.say(accountNamed('also new'));
    const reply = ben.take(makeSyncMessage(ada.log)).reply ?? new Uint8Array();
    expect(parseSyncMessage(reply)).toMatchObject({ kind: 'ask', events: [{}] });
    const answer = ada.take(reply).reply ?? new Uint8Array();
    expect(parseSyncMessage(answer)).toMatchObject({ kind: 'tell', events: [{}] });
    expect(ben.take(answer)).toMatchObject({ added: [{}], reply: undefined });
  });

  it('does not mind a message twice or out of date', async () => {
    const [ada, ben, cleo] = trio();
    await ada.say(accountNamed('one'));
    const old = makeSyncMessage(ada.log);
    await ada.say(accountNamed('two'));
    exchange(ada, ben);
    await ben.say(accountNamed('three'));
    for (const _ of [1, 2]) ben.take(old);
    expect(ben.take(old).added).toEqual([]);
    exchange(ben, cleo);
    exchange(cleo, ada);
    expect(ids(ada)).toEqual(ids(ben));
  });

  it('goes in pages of at most 200,000 bytes, both ways at once', async () => {
    const [ada, ben] = trio();
    for (const device of [ada, ben]) {
      for (let i = 0; i < 12; i++) await device.say(proposed({ request: new Uint8Array(60_000) }));
    }
    let message: Uint8Array | undefined = makeSyncMessage(ada.log);
    const sizes: number[] = [];
    for (let [from, to] = [ada, ben]; message !== undefined; [from, to] = [to, from]) {
      sizes.push(message.length);
      message = to.take(message).reply;
      expect(sizes.length).toBeLessThan(30);
    }
    expect(Math.max(...sizes)).toBeLessThanOrEqual(MAX_SYNC_BYTES);
    expect(ids(ada)).toHaveLength(24);
    expect(ids(ben)).toEqual(ids(ada));
    const sent = sizes.reduce((sum, size) => sum + size, 0);
    expect(sent).toBeLessThan(24 * 61_000 + sizes.length * 1000); // no page went twice
  });

  it('carries the largest event', async () => {
    const [ada, ben] = trio();
    const request = new Uint8Array(131_072);
    await ada.say(proposed({ request, note: '🦊'.repeat(500) }));
    await ada.say(proposed({ request }));
    exchange(ben, ada);
    expect(ids(ben)).toEqual(ids(ada));
  });

  it('brings the evidence of two stories to everyone', () => {
    const [ada, ben, cleo] = trio();
    const common = chainOf('Cleo', 3);
    const long = chainOf('Cleo', 4, common[2], 3);
    const short = chainOf(
      'Cleo',
      1,
      forge(founding, 'Cleo', {
        seq: 2,
        prev: common[1]?.idBytes ?? null,
        ...accountNamed('fork'),
      }),
      3,
    );
    const forkPoint = forge(founding, 'Cleo', {
      seq: 2,
      prev: common[1]?.idBytes ?? null,
      ...accountNamed('fork'),
    });
    for (const first of [ada, ben]) {
      ada.log = trio()[0].log;
      ben.log = trio()[1].log;
      give(ada, [...common, ...long]);
      give(ben, [...common.slice(0, 2), forkPoint, ...short]);
      exchange(first, first === ada ? ben : ada);
      expect(ids(ada)).toEqual(ids(ben));
      expect(equivocations(ben.log)).toMatchObject([{ seq: 2 }]);
    }
    exchange(ada, cleo);
    expect(ids(cleo)).toEqual(ids(ada));
  });

  it('gets through when one branch of two is many pages long', () => {
    const [ada, ben] = trio();
    const big = (seq: number, prev: Uint8Array | null, note: string) =>
      forge(founding, 'Cleo', {
        seq,
        prev,
        ...proposed({ request: new Uint8Array(60_000), note }),
      });
    const branch = (note: string, length: number) => {
      const chain = [big(0, null, 'common'), big(1, big(0, null, 'common').idBytes, note)];
      while (chain.length < length)
        chain.push(big(chain.length, chain.at(-1)?.idBytes ?? null, note));
      return chain;
    };
    give(ada, branch('a', 12));
    give(ben, branch('b', 9));
    exchange(ben, ada);
    expect(ids(ada)).toHaveLength(12 + 9 - 1);
    expect(ids(ben)).toEqual(ids(ada));
  });

  it('ends when a clock makes the peer refuse, and arrives when the clock is right', async () => {
    const [ada, ben] = trio();
    ada.now = NOW + MAX_SKEW + 1;
    await ada.say(accountNamed('ahead'));
    await ben.say(accountNamed('here'));
    const { refused } = ben.take(makeSyncMessage(ada.log, []));
    expect(refused).toMatchObject([{ code: 'future-dated' }]);
    expect(exchange(ada, ben)).toBeLessThan(6);
    expect(exchange(ben, ada)).toBeLessThan(6);
    expect(ids(ada)).toHaveLength(2);
    ben.now = NOW + 1;
    exchange(ben, ada);
    expect(ids(ben)).toEqual(ids(ada));
  });

  it('reports what it refuses and takes the rest', () => {
    const [ada] = trio();
    const good = forge(founding, 'Ben', {});
    const forged = forge(founding, 'Cleo', {}, 'Ben');
    const message = {
      ...parseSyncMessage(makeSyncMessage(ada.log)),
      events: [forged.bytes, good.bytes],
    };
    const { added, refused } = ada.take(encodeSyncMessage(message));
    expect(added.map(({ id }) => id)).toEqual([good.id]);
    expect(refused).toMatchObject([{ code: 'bad-signature', id: forged.id }]);
  });

  it('does not believe in tips that do not exist, and goes on without them', async () => {
    const [ada] = trio();
    await ada.say(accountNamed('x'));
    const lie = { author: 2, seq: 2 ** 32 - 1, id: bytesFor('nothing') };
    const message = parseSyncMessage(makeSyncMessage(ada.log));
    const { reply } = ada.take(encodeSyncMessage({ ...message, tips: [lie] }));
    expect(parseSyncMessage(reply ?? new Uint8Array())).toMatchObject({
      kind: 'ask',
      events: [{}],
    });
    const tell = encodeSyncMessage({ ...message, kind: 'tell', tips: [lie] });
    expect(ada.take(tell).reply).toBeUndefined();
  });
});

describe('sync messages', () => {
  const [ada] = trio();
  const { vault, kind, events, next, resume } = parseSyncMessage(makeSyncMessage(ada.log));
  const plain = { v: 1, vault, kind, tips: [], events: [...events], next, resume };

  it('belong to one vault', () => {
    const other = new TestDevice(testFounding(2), 'Ada');
    expect(() => takeSyncMessage(other.log, makeSyncMessage(ada.log), NOW)).toThrow(
      /another vault/,
    );
  });

  it.each([
    ['kind', { kind: 'shout' }],
    ['tips', { tips: [{ author: 0, seq: 0, id: bytesFor('x') }] }],
    ['tips', { tips: [{ author: 21, seq: 0, id: bytesFor('x') }] }],
    ['tips', { tips: [{ author: 1, seq: 2 ** 32, id: bytesFor('x') }] }],
    ['tips', { tips: [{ author: 1, seq: 0, id: new Uint8Array(31) }] }],
    [
      'tips',
      { tips: Array.from({ length: 641 }, () => ({ author: 1, seq: 0, id: bytesFor('x') })) },
    ],
    ['events', { events: [new Uint8Array(0)] }],
    ['events', { events: Array.from({ length: 1001 }, () => new Uint8Array(1)) }],
    ['next', { next: new Uint8Array(31) }],
    ['resume', { resume: '' }],
    ['extra', { extra: null }],
  ])('refuse a wrong %s', (field, fields) => {
    const bytes = encodeCbor({ ...plain, ...fields });
    expect(() => parseSyncMessage(bytes)).toThrow(MalformedError);
    expect(() => parseSyncMessage(bytes)).toThrow(field);
  });

  it('refuse a later version by name, and too many bytes', () => {
    const later = encodeCbor({ ...plain, v: 2 });
    expect(() => parseSyncMessage(later)).toThrow(UnsupportedError);
    expect(() => parseSyncMessage(new Uint8Array(MAX_SYNC_BYTES + 1))).toThrow(/more than/);
  });
});
