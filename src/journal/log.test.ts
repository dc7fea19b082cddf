/** The door: each check alone refuses; what waits is let in later. */
import { describe, expect, it } from 'vitest';
import { concat, u32 } from '../codec.ts';
import { CountersignError } from '../errors.ts';
import { admit, admitAll, emptyLog, MAX_SKEW, restoreLog, type RefusalCode } from './log.ts';
import { equivocations, trail } from './order.ts';
import {
  accountNamed,
  bytesFor,
  exchange,
  forge,
  identityOf,
  NOW,
  testFounding,
  trio,
} from './testing/vault.ts';

const founding = testFounding();
const log = emptyLog(founding);
const first = forge(founding, 'Ada', {});
const withFirst = admit(log, first.bytes, NOW).log;
const next = { seq: 1, prev: first.idBytes };

describe('the door', () => {
  it('lets in a chain and what follows other chains', () => {
    const second = forge(founding, 'Ada', next);
    const ben = forge(founding, 'Ben', { parents: [first.idBytes] });
    const { log: full, results } = admitAll(log, [first.bytes, ben.bytes, second.bytes], NOW);
    expect(results.map(({ kind }) => kind)).toEqual(['added', 'added', 'added']);
    expect([...full.heads].sort()).toEqual([second.id, ben.id].sort());
    expect(trail(full)[0]?.id).toBe(first.id);
    expect(log.entries.size).toBe(0);
  });

  it('knows what it has', () => {
    const { result } = admit(withFirst, first.bytes, NOW);
    expect(result).toEqual({ kind: 'known', id: first.id });
  });

  const flipped = Uint8Array.from(first.bytes);
  flipped[flipped.length - 1] = (flipped.at(-1) ?? 0) ^ 1;
  const otherVault = forge(testFounding(3, 3), 'Ada', {});
  const cases: [string, RefusalCode, Uint8Array][] = [
    ['garbage', 'malformed', new Uint8Array(100)],
    ['nothing', 'malformed', new Uint8Array(0)],
    ['an event of another vault', 'other-vault', otherVault.bytes],
    ['a stranger', 'not-a-member', forge(founding, 'Mallory', {}).bytes],
    [
      "a member's event signed by another member",
      'bad-signature',
      forge(founding, 'Ada', { time: NOW + 1 }, 'Ben').bytes,
    ],
    [
      'a signature of another event',
      'bad-signature',
      concat(forge(founding, 'Ada', { time: NOW + 1 }).bytes.slice(0, -64), first.bytes.slice(-64)),
    ],
    ['prev by another author', 'broken-chain', forge(founding, 'Ben', next).bytes],
    ['a number left out', 'broken-chain', forge(founding, 'Ada', { ...next, seq: 2 }).bytes],
    [
      'an own event as parent',
      'own-parent',
      forge(founding, 'Ada', { parents: [first.idBytes] }).bytes,
    ],
    ['a date before prev', 'back-dated', forge(founding, 'Ada', { ...next, time: NOW - 1 }).bytes],
    [
      'a date before a parent',
      'back-dated',
      forge(founding, 'Ben', { parents: [first.idBytes], time: NOW - 1 }).bytes,
    ],
    [
      'a date too far ahead',
      'future-dated',
      forge(founding, 'Ben', { time: NOW + MAX_SKEW + 1 }).bytes,
    ],
  ];
  it.each(cases)('refuses %s: %s', (_, code, bytes) => {
    const { log: after, result } = admit(withFirst, bytes, NOW);
    expect(result).toMatchObject({ kind: 'refused', code });
    expect(after).toEqual(withFirst);
  });

  it('refuses a flipped signature and, when it comes, takes the right one', () => {
    const { log: after, result } = admit(log, flipped, NOW);
    expect(result).toMatchObject({ kind: 'refused', code: 'bad-signature' });
    expect(admit(after, first.bytes, NOW).result.kind).toBe('added');
  });

  it('refuses the malleable signature with s + L (RFC 8032, 5.1.7)', () => {
    const order = 2n ** 252n + 27742317777372353535851937790883648493n;
    const bytes = Uint8Array.from(first.bytes);
    let s = order;
    for (let i = 0; i < 32; i++) s += BigInt(bytes[bytes.length - 32 + i] ?? 0) << BigInt(8 * i);
    for (let i = 0; i < 32; i++) bytes[bytes.length - 32 + i] = Number((s >> BigInt(8 * i)) & 255n);
    expect(admit(log, bytes, NOW).result).toMatchObject({ code: 'bad-signature' });
  });

  it('lets the permitted skew in, and later what came too early', () => {
    const edge = forge(founding, 'Ben', { time: NOW + MAX_SKEW });
    expect(admit(log, edge.bytes, NOW).result.kind).toBe('added');
    const early = forge(founding, 'Ben', { time: NOW + MAX_SKEW + 1 });
    expect(admit(log, early.bytes, NOW + 1).result.kind).toBe('added');
  });
});

describe('waiting', () => {
  const chain = [first];
  for (let seq = 1; seq < 70; seq++) {
    const prev = chain[seq - 1]?.idBytes ?? null;
    chain.push(forge(founding, 'Ada', { seq, prev }));
  }
  const [, second, third] = chain;

  it('lets everything in once the first is there, in causal order', () => {
    const reversed = chain.slice(0, 5).reverse();
    const { log: full, results } = admitAll(
      log,
      reversed.map(({ bytes }) => bytes),
      NOW,
    );
    expect(results.map(({ kind }) => kind)).toEqual([
      'waiting',
      'waiting',
      'waiting',
      'waiting',
      'added',
    ]);
    expect(results[0]).toMatchObject({ missing: [chain[3]?.id] });
    const added = results[4]?.kind === 'added' ? results[4].entries : [];
    expect(added.map(({ id }) => id)).toEqual(chain.slice(0, 5).map(({ id }) => id));
    expect(full.waiting.size).toBe(0);
  });

  it('is no part of the log', () => {
    const { log: after } = admit(log, second?.bytes ?? new Uint8Array(), NOW);
    expect(after.entries.size).toBe(0);
    expect(after.waiting.size).toBe(1);
    expect(admit(after, second?.bytes ?? new Uint8Array(), NOW).log.waiting.size).toBe(1);
  });

  it('holds at most 64 events of one author, and still others of others', () => {
    const { log: after, results } = admitAll(
      log,
      chain.slice(2).map(({ bytes }) => bytes),
      NOW,
    );
    expect(results.filter(({ kind }) => kind === 'waiting')).toHaveLength(64);
    expect(results.at(-1)).toMatchObject({ kind: 'refused', code: 'too-many-waiting' });
    const ben = forge(founding, 'Ben', { parents: [third?.idBytes ?? new Uint8Array()] });
    expect(admit(after, ben.bytes, NOW).result.kind).toBe('waiting');
  });

  it('holds at most a mebibyte of one author', () => {
    const data = {
      ...{ chain: 'evm' as const, account: 0, note: '', expires: NOW, policy: bytesFor('p') },
      request: new Uint8Array(131_000),
    };
    const large = Array.from({ length: 9 }, (_, i) =>
      forge(founding, 'Ada', { ...next, time: NOW + i, type: 'proposed', data }),
    );
    const { results } = admitAll(
      log,
      large.map(({ bytes }) => bytes),
      NOW,
    );
    expect(results.map(({ kind }) => kind).filter((kind) => kind === 'waiting')).toHaveLength(7);
  });

  it('refuses what turns out wrong, and says so', () => {
    const backDated = forge(founding, 'Ada', { ...next, time: NOW - 1 });
    const { log: waiting } = admit(log, backDated.bytes, NOW);
    const { log: after, result } = admit(waiting, first.bytes, NOW);
    expect(result).toMatchObject({
      kind: 'added',
      refused: [{ code: 'back-dated', id: backDated.id }],
    });
    expect(after.waiting.size).toBe(0);
  });
});

describe('equivocation', () => {
  it('keeps both events as evidence, in either order', () => {
    const a = forge(founding, 'Ada', { ...next, ...accountNamed('A') });
    const b = forge(founding, 'Ada', { ...next, ...accountNamed('B') });
    const one = admitAll(withFirst, [a.bytes, b.bytes], NOW).log;
    const two = admitAll(withFirst, [b.bytes, a.bytes], NOW).log;
    const evidence = [{ author: hexOf('Ada'), seq: 1, events: [a.id, b.id].sort() }];
    expect(equivocations(one)).toEqual(evidence);
    expect(equivocations(two)).toEqual(evidence);
    expect(trail(two)).toEqual(trail(one));
    expect(equivocations(withFirst)).toEqual([]);
  });

  it('names the first of several', () => {
    const zero = forge(founding, 'Ada', accountNamed('other start'));
    const a = forge(founding, 'Ada', next);
    const b = forge(founding, 'Ada', { seq: 1, prev: zero.idBytes });
    const { log: full } = admitAll(withFirst, [a.bytes, zero.bytes, b.bytes], NOW);
    expect(equivocations(full)).toMatchObject([{ seq: 0 }]);
  });
});

describe('restoring', () => {
  it('gives the same log, whatever the order', async () => {
    const [ada, ben] = trio();
    for (let i = 0; i < 4; i++) {
      await ada.say(accountNamed(`A${String(i)}`));
      exchange(ada, ben);
      await ben.say(accountNamed(`B${String(i)}`));
      exchange(ben, ada);
    }
    const stored = [...ada.log.entries.values()].map(({ bytes }) => bytes);
    const shuffled = stored.toSorted((a, b) => (a.at(-1) ?? 0) - (b.at(-1) ?? 0));
    const restored = restoreLog(founding, shuffled);
    expect(trail(restored)).toEqual(trail(ada.log));
    expect(restored.heads).toEqual(ada.log.heads);
  });

  it('says when something is missing or of another vault', () => {
    const second = forge(founding, 'Ada', next);
    const foreign = forge(testFounding(2), 'Ada', {});
    for (const events of [[second.bytes], [foreign.bytes], [u32(1)]]) {
      const failure = () => restoreLog(founding, events);
      expect(failure).toThrow(CountersignError);
      expect(failure).toThrow(/stored journal is damaged/);
    }
  });

  it('does not mind a clock that was set back', () => {
    const later = forge(founding, 'Ada', { time: NOW * 2 });
    expect(restoreLog(founding, [later.bytes]).entries.size).toBe(1);
  });
});

const hexOf = (name: string): string => Buffer.from(identityOf(name).publicKey).toString('hex');
