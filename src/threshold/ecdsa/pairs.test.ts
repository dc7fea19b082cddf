/**
 * The OT state of pairs: generations, floors, locks, bans and what is written down about them (addendum
 * A2, specification 9.4 and 14.3; P-03, P-06, P-15, P-45).
 */
import { describe, expect, it } from 'vitest';
import { concat, DecodeError, Reader, toHex } from '../../codec.ts';
import { ProtocolError, UsageError, type PartyIndex } from '../abort.ts';
import type { PairGeneration } from '../ot/pair.ts';
import { RecordedAbort, type DurableRecord } from '../records.ts';
import { bitOf } from '../secret-bits.ts';
import { dealtKeys, signPlayers, testItem } from '../testing/keys.ts';
import { lockstep, type Delivery, type Outcome } from '../testing/lockstep.ts';
import { requestId, seeded } from '../testing/seeded.ts';
import {
  banDigest,
  decodeGeneration,
  encodeGeneration,
  encodePairReport,
  generationOf,
  PairBook,
  readPairReport,
  type PairReport,
} from './pairs.ts';
import { signCeremony } from './sign.ts';

const keys = dealtKeys(2, 3);
const random = seeded('pairs');

/** Most generations of a pair that are kept, and failures after which a person is asked. */
const [MAX_GENERATIONS, MAX_FAILURES] = [4, 3];

/** Both ends of the base OTs of one direction, as if a dealer had run them. */
function dealDirection(): Pick<PairGeneration, 'send' | 'receive'> {
  const [nabla, zeros, ones] = [random(16), random(128 * 32), random(128 * 32)];
  const chosen = zeros.map((zero, at) =>
    bitOf(nabla, Math.floor(at / 32)) === 1 ? (ones[at] ?? 0) : zero,
  );
  return { send: { nabla, chosen }, receive: { zeros, ones } };
}

/** Both ends of one generation of the pair 1, 2. */
function generation(gen: number, pid = seeded(`pid/${String(gen)}`)(32)): PairGeneration {
  const there = dealDirection();
  const back = dealDirection();
  return { gen, pid, send: there.send, receive: back.receive };
}

const emptyBook = (): PairBook => new PairBook(keys.info, 1);
const bookWith = (...gens: number[]): PairBook => {
  const book = emptyBook();
  for (const gen of gens) book.add(2, generation(gen));
  return book;
};
const gensOf = (book: PairBook): number[] => book.report(2).held.map(({ gen }) => gen);

const secretsOf = ({ send, receive }: PairGeneration): Uint8Array[] => [
  send.nabla,
  send.chosen,
  receive.zeros,
  receive.ones,
];
const isZero = (bytes: Uint8Array): boolean => bytes.every((byte) => byte === 0);

/** Class A: benign, nobody is blamed. */
const benign = (action: () => unknown, reason: RegExp): void => {
  expect(action).toThrow(reason);
  expect(action).toThrow(expect.objectContaining({ abortClass: 'A', culprit: undefined }));
};

describe('generations', () => {
  it('are reported newest first, with the floor', () => {
    expect(emptyBook().report(2)).toEqual({ floor: 0, held: [] });
    const report = bookWith(2, 5, 3).report(2);
    expect(report.floor).toBe(0);
    expect(report.held.map(({ gen }) => gen)).toEqual([5, 3, 2]);
    expect(report.held[0]?.pid).toEqual(seeded('pid/5')(32));
  });

  it('are kept four at a time: the oldest is overwritten', () => {
    const book = emptyBook();
    const all = [1, 2, 3, 4, 5, 6].map((gen) => generation(gen));
    for (const one of all) book.add(2, one);
    expect(gensOf(book)).toEqual([6, 5, 4, 3]);
    expect(book.report(2).held).toHaveLength(MAX_GENERATIONS);
    for (const [i, one] of all.entries()) {
      expect(secretsOf(one).every(isZero)).toBe(i < 2);
    }
  });

  it('the numbers used up never decrease', () => {
    const book = bookWith(4);
    expect(book.numbers(2)).toEqual({ maxgen: 4, floor: 0 });
    book.add(2, generation(2));
    expect(book.numbers(2).maxgen).toBe(4);
    book.restore(2, { maxgen: 1, floor: 0 });
    expect(book.numbers(2)).toEqual({ maxgen: 4, floor: 0 });
    book.restore(2, { maxgen: 9, floor: 3 });
    expect(book.numbers(2)).toEqual({ maxgen: 9, floor: 3 });
    book.restore(2, { maxgen: 0, floor: 0 });
    expect(book.numbers(2)).toEqual({ maxgen: 9, floor: 3 });
    expect(gensOf(book)).toEqual([4]);
  });

  it('a floor above the largest number raises that too', () => {
    const book = emptyBook();
    book.restore(2, { maxgen: 0, floor: 7 });
    expect(book.numbers(2)).toEqual({ maxgen: 7, floor: 7 });
    expect(() => book.reserve(2, 7)).toThrow(UsageError);
    expect(book.reserve(2, 8)).toEqual({
      kind: 'pair-reserved',
      kid: keys.info.kid,
      peer: 2,
      gen: 8,
    });
  });

  it('a number is reserved once', () => {
    const book = bookWith(1);
    for (const used of [0, 1]) expect(() => book.reserve(2, used)).toThrow(UsageError);
    book.reserve(2, 2);
    expect(() => book.reserve(2, 2)).toThrow(UsageError);
    expect(book.numbers(2).maxgen).toBe(2);
    expect(gensOf(book)).toEqual([1]);
  });

  it('older ones go once a session with a newer one passed its checks', () => {
    const book = emptyBook();
    const [old, used, newer] = [generation(1), generation(2), generation(3)];
    for (const one of [old, used, newer]) book.add(2, one);
    book.settle(2, 2);
    expect(gensOf(book)).toEqual([3, 2]);
    expect(secretsOf(old).every(isZero)).toBe(true);
    expect(secretsOf(used).some(isZero)).toBe(false);
  });

  it('belong to other members only', () => {
    for (const stranger of [0, 1, 4, 256]) {
      expect(() => emptyBook().report(stranger)).toThrow(UsageError);
      expect(() => {
        emptyBook().add(stranger, generation(1));
      }).toThrow(UsageError);
    }
  });

  it('P-16 P-41 a book cannot be copied or printed', () => {
    expect(() => structuredClone(bookWith(1))).toThrow();
    expect(() => JSON.stringify(bookWith(1))).toThrow(UsageError);
  });

  it('P-09 the name of a generation changes with every part, not with who asks', () => {
    const [psid, transcript] = [seeded('psid')(32), seeded('T')(32)];
    const { info } = keys;
    const nameOf = (
      session: Uint8Array,
      key: Pick<typeof info, 'kid' | 'epoch'>,
      gen: number,
      self: PartyIndex,
      peer: PartyIndex,
      digest: Uint8Array,
    ): Uint8Array =>
      generationOf({ ...pads, transcript: digest }, session, key, gen, self, peer).pid;
    const pads = generation(1);
    const names = [
      nameOf(psid, info, 1, 1, 2, transcript),
      nameOf(transcript, info, 1, 1, 2, transcript),
      nameOf(psid, { ...info, kid: psid }, 1, 1, 2, transcript),
      nameOf(psid, { ...info, epoch: 1 }, 1, 1, 2, transcript),
      nameOf(psid, info, 2, 1, 2, transcript),
      nameOf(psid, info, 1, 1, 3, transcript),
      nameOf(psid, info, 1, 2, 3, transcript),
      nameOf(psid, info, 1, 1, 2, psid),
    ];
    expect(new Set(names.map(toHex)).size).toBe(names.length);
    expect(nameOf(psid, info, 1, 2, 1, transcript)).toEqual(names[0]);
  });
});

describe('the generation that two devices use', () => {
  const pid = (name: string): Uint8Array => seeded(`pid/${name}`)(32);
  const theirs = (floor: number, ...held: (readonly [number, Uint8Array])[]): PairReport => ({
    floor,
    held: held.map(([gen, name]) => ({ gen, pid: name })),
  });

  it('is the newest that both hold', () => {
    const book = bookWith(1, 2, 4);
    const report = theirs(0, [3, pid('3')], [2, pid('2')], [1, pid('1')]);
    expect(book.common(2, report)?.gen).toBe(2);
  });

  it.each([
    ['has another name', theirs(0, [2, pid('x')], [1, pid('1')]), 1],
    ['is at the other’s floor', theirs(2, [2, pid('2')]), undefined],
    ['is below the other’s floor', theirs(9, [2, pid('2')]), undefined],
    ['is missing there', theirs(0), undefined],
    ['has every name wrong', theirs(0, [2, pid('1')], [1, pid('2')]), undefined],
  ])('is none that %s', (_, report, expected) => {
    expect(bookWith(1, 2).common(2, report)?.gen).toBe(expected);
  });

  it('is none at the own floor', () => {
    const book = bookWith(1, 2);
    book.restore(2, { maxgen: 2, floor: 1 });
    expect(book.common(2, theirs(0, [1, pid('1')]))).toBeUndefined();
    expect(book.common(2, theirs(0, [2, pid('2')]))?.gen).toBe(2);
  });

  it('H1 differing generations are seen in round 0: class A, nothing secret was sent', () => {
    const [one, two] = [keys.book(1), keys.book(2)];
    const [a, b] = pairOf(2);
    one.add(2, a);
    two.add(1, b);
    // Party 2 lost generation 1, party 1 has a generation 2 of another set-up.
    const books = new Map([
      [1, bookOf(1, [2, generation(2, seeded('elsewhere')(32))])],
      [2, bookOf(2, [1, b])],
    ]);
    const run = lockstep(signPlayers(keys, [1, 2], [testItem('x')], books), 'h1');
    for (const [party, { error, sent, persisted }] of run) {
      expect(error).toMatchObject({ abortClass: 'A', culprit: undefined });
      expect(error).toHaveProperty(
        'message',
        expect.stringMatching(/pair set-up with party . needed/),
      );
      expect(sent.every(({ round }) => round === 0)).toBe(true);
      expect(persisted).toEqual([]);
      expect(books.get(party)?.report(3 - party).held).toHaveLength(1); // intact
    }
    // With the same generation 2 on both sides, and 1 on one of them, it works.
    const fine = lockstep(
      signPlayers(
        keys,
        [1, 2],
        [testItem('x')],
        new Map([
          [1, one],
          [2, bookOf(2, [1, b])],
        ]),
      ),
      'h1',
    );
    for (const { output } of fine.values()) expect(output).toHaveLength(1);
    expect(one.report(2).held.map(({ gen }) => gen)).toEqual([2]); // settled
  });
});

/** Both ends of a generation. */
function pairOf(gen: number): [PairGeneration, PairGeneration] {
  const [there, back] = [dealDirection(), dealDirection()];
  const pid = seeded(`common/${String(gen)}`)(32);
  return [
    { gen, pid, send: there.send, receive: back.receive },
    { gen, pid, send: back.send, receive: there.receive },
  ];
}

function bookOf(self: PartyIndex, ...held: (readonly [PartyIndex, PairGeneration])[]): PairBook {
  const book = new PairBook(keys.info, self);
  for (const [peer, one] of held) book.add(peer, one);
  return book;
}

describe('bans', () => {
  it('P-03 destroy everything of the pair, in both directions, at once', () => {
    const book = emptyBook();
    const held = [generation(1), generation(3)];
    for (const one of held) book.add(2, one);
    book.add(3, generation(1));
    const record = book.ban(2);
    expect(record).toEqual({
      kind: 'pair-banned',
      kid: keys.info.kid,
      epoch: 0,
      self: 1,
      peer: 2,
      floor: 3,
    });
    expect(book.report(2)).toEqual({ floor: 3, held: [] });
    expect(held.flatMap(secretsOf).every(isZero)).toBe(true);
    expect(book.report(3).held).toHaveLength(1); // another pair has nothing to do with it
  });

  it('cover numbers that were reserved, and are not undone by anything older', () => {
    const book = bookWith(1);
    book.reserve(2, 5);
    book.ban(2);
    expect(book.numbers(2)).toEqual({ maxgen: 5, floor: 5 });
    for (const gen of [1, 4, 5]) {
      expect(() => {
        book.add(2, generation(gen));
      }).toThrow(UsageError);
    }
    book.restore(2, { maxgen: 1, floor: 0 });
    expect(book.numbers(2).floor).toBe(5);
    book.add(2, generation(6));
    expect(gensOf(book)).toEqual([6]);
  });

  it('P-03 survive a restart and the state of before', () => {
    const before = bookWith(1);
    const record = before.ban(2);
    if (record.kind !== 'pair-banned') throw new Error('no ban');
    // After a restart: the record first, then whatever else is on the disk.
    const after = emptyBook();
    after.restore(2, { maxgen: 0, floor: record.floor });
    expect(() => {
      after.add(2, generation(1));
    }).toThrow(UsageError);
    // In the other order as well.
    const late = emptyBook();
    const old = generation(1);
    late.add(2, old);
    late.restore(2, { maxgen: 0, floor: record.floor });
    expect(late.report(2)).toEqual({ floor: 1, held: [] });
    expect(secretsOf(old).every(isZero)).toBe(true);
  });

  it('P-39 the notice that another member kept repairs a restored snapshot', () => {
    const original = keys.book(1);
    const ban = original.ban(2);
    if (ban.kind !== 'pair-banned') throw new Error('no ban');
    const identity = keys.device(1).identity;
    const notice = { ban, signature: identity.sign(banDigest(ban)) };
    // The snapshot is of before: it would use the generation again.
    const restored = keys.book(1);
    const peer = keys.book(2).report(1);
    expect(restored.common(2, peer)?.gen).toBe(1);
    // Member 3 returns the notice; its author recognises its own signature.
    expect(identity.sign(banDigest(notice.ban))).toEqual(notice.signature);
    restored.restore(2, { maxgen: notice.ban.floor, floor: notice.ban.floor });
    expect(restored.common(2, peer)).toBeUndefined();
    const books = new Map([[1, restored]]);
    const run = lockstep(signPlayers(keys, [1, 2], [testItem('x')], books), 'restored');
    expect(run.get(1)?.error).toMatchObject({ abortClass: 'A' });
    expect(run.get(1)?.sent.every(({ round }) => round === 0)).toBe(true);
  });

  it('a notice names key, epoch, author, peer and floor', () => {
    const ban = bookWith(1).ban(2);
    if (ban.kind !== 'pair-banned') throw new Error('no ban');
    const digests = [
      ban,
      { ...ban, kid: seeded('kid')(32) },
      { ...ban, epoch: 1 },
      { ...ban, self: 3 },
      { ...ban, peer: 3 },
      { ...ban, floor: 2 },
    ].map((one) => toHex(banDigest(one)));
    expect(new Set(digests).size).toBe(6);
  });
});

describe('P-06 locks', () => {
  it('P-06 of 20 sessions with one pair, one runs; the others are busy, class A', () => {
    const book = keys.book(1);
    const start = (i: number) => () =>
      signCeremony(
        { requestId: requestId(String(i)), signers: [1, 2], items: [testItem(String(i))] },
        keys.share(1),
        book,
      );
    const running = start(0)();
    for (let i = 1; i < 20; i++) benign(start(i), /busy/);
    running.release();
    start(20)().release();
  });

  it('P-06 M5 a signer set is locked as a whole, or not at all', () => {
    const book = new PairBook(keys.info, 2);
    const first = book.lock([3]);
    benign(() => book.lock([1, 3]), /busy: another session with party 3/);
    const second = book.lock([1]);
    expect(second.peers).toEqual([1]);
    benign(() => book.lock([3, 1]), /busy: another session with party 1/); // ascending
    book.unlock(first);
    book.unlock(second);
    expect(book.lock([3, 1]).peers).toEqual([1, 3]);
  });

  it('a lock is given back by its holder only', () => {
    const book = emptyBook();
    const old = book.lock([2]);
    book.unlock(old);
    const current = book.lock([2]);
    book.unlock(old); // twice
    benign(() => book.lock([2]), /busy/);
    book.unlock(current);
    book.unlock(book.lock([2]));
  });

  it('P-06 a ban ends whoever holds the lock, and only those', () => {
    const book = new PairBook(keys.info, 2);
    const [one, three] = [book.lock([1]), book.lock([3])];
    book.ban(1);
    benign(() => {
      one.check();
    }, /pair with party 1 was banned/);
    expect(() => {
      three.check();
    }).not.toThrow();
  });

  it('P-06 a session whose pair is banned while it waits sends nothing more', () => {
    const books = new Map([1, 2].map((party) => [party, keys.book(party)]));
    const victim = books.get(1) ?? expect.unreachable();
    const run = lockstep(
      signPlayers(keys, [1, 2], [testItem('x')], books),
      'banned meanwhile',
      ({ from, to, round, body }) => {
        // Another session with the same peer failed: the ban comes while this one waits in round 1.
        if (from === 2 && to === 1 && round === 1) victim.ban(2);
        return [body];
      },
    );
    const { error, sent, persisted, output } = run.get(1) ?? expect.unreachable();
    expect(error).toMatchObject({ abortClass: 'A', culprit: undefined });
    expect(output).toBeUndefined();
    expect(sent.every(({ round }) => round <= 1)).toBe(true);
    expect(persisted).toEqual([]);
  });
});

describe('standing of peers', () => {
  it('class C: no session before a person allows it', () => {
    const book = bookWith(1);
    expect(book.refuse(2)).toEqual({
      kind: 'peer-standing',
      kid: keys.info.kid,
      peer: 2,
      refused: true,
      failures: 0,
    });
    benign(() => book.lock([2]), /before a person allows it: its last message was wrong/);
    book.unlock(book.lock([3]));
    expect(book.allow(2)).toMatchObject({ refused: false, failures: 0 });
    book.unlock(book.lock([2]));
    expect(gensOf(book)).toEqual([1]); // the OT state was never in doubt
  });

  it('class D: three failures, then no more', () => {
    const book = emptyBook();
    for (let i = 1; i < MAX_FAILURES; i++) {
      expect(book.countFailure([2, 3])).toHaveLength(2);
      book.unlock(book.lock([2, 3]));
    }
    const [record] = book.countFailure([2]);
    expect(record).toMatchObject({ failures: MAX_FAILURES });
    benign(() => book.lock([2, 3]), /too many signatures failed/);
    book.unlock(book.lock([3]));
    expect(book.clearFailures([3])).toHaveLength(1);
    expect(book.clearFailures([3])).toEqual([]);
    book.allow(2);
    book.unlock(book.lock([2]));
  });

  it('comes back from what was recorded, and a ban is not lifted by it', () => {
    const book = emptyBook();
    book.restoreStanding(2, { refused: true, failures: 1 });
    benign(() => book.lock([2]), /allows it/);
    book.restoreStanding(2, { refused: false, failures: MAX_FAILURES });
    benign(() => book.lock([2]), /too many/);
    book.ban(2);
    book.allow(2);
    expect(book.report(2).held).toEqual([]);
    expect(() => {
      book.add(2, generation(0));
    }).toThrow(UsageError);
  });
});

describe('P-03 a failed extension check', () => {
  const EVIL = 2;
  /** One bit of one row of u, in the first message of the evil receiver. */
  const cheat = ({ from, to, round, kind, body }: Delivery): readonly Uint8Array[] => {
    if (from !== EVIL || to !== 1 || round !== 1 || kind !== 'direct') return [body];
    const copy = body.slice();
    copy[32 + 80 * 17] = (copy[32 + 80 * 17] ?? 0) ^ 1;
    return [copy];
  };

  it('P-03 (1)-(5): destroyed, others dead, refused, refused after a restart, and a new Nabla', () => {
    const books = new Map([1, 2, 3].map((party) => [party, keys.book(party)]));
    const honest = books.get(1) ?? expect.unreachable();
    const nabla = toHex(keys.generation(1, 2).send.nabla);
    const players = signPlayers(keys, [1, 2, 3], [testItem('x')], books);
    const run = lockstep(players, 'cheat', cheat);
    const { error, sent, persisted, output } = run.get(1) ?? expect.unreachable();
    expect(error).toBeInstanceOf(RecordedAbort);
    expect(error).toMatchObject({ abortClass: 'B', culprit: EVIL, consequence: 'ban-pair' });
    expect(output).toBeUndefined();
    expect(sent.every(({ round }) => round <= 1)).toBe(true);
    // (1) nothing left of the pair, and the ban comes with the error, to be written first
    expect(honest.report(EVIL)).toEqual({ floor: 1, held: [] });
    expect(persisted.map(({ kind }) => kind)).toEqual(['pair-banned']);
    // (2) nobody got anything: the others wait for a round that never comes
    for (const party of [2, 3]) {
      expect(run.get(party)).toMatchObject({ output: undefined });
      expect(run.get(party)?.sent.every(({ round }) => round <= 2)).toBe(true);
    }
    // (3) refused from now on, as something benign; the pair with 3 is untouched
    const again = lockstep(signPlayers(keys, [1, 2], [testItem('y')], books), 'again');
    expect(again.get(1)?.error).toMatchObject({ abortClass: 'A' });
    expect(again.get(1)?.sent.every(({ round }) => round === 0)).toBe(true);
    const fine = lockstep(signPlayers(keys, [1, 3], [testItem('y')], books), 'other pair');
    for (const one of fine.values()) expect(one.output).toHaveLength(1);
    // (4) after a restart, from the record and the generations of before
    const [record] = persisted;
    const restarted = restore(keys.generation(1, EVIL), record);
    const books2 = new Map([[1, restarted]]);
    const later = lockstep(signPlayers(keys, [1, 2], [testItem('z')], books2), 'restarted');
    expect(later.get(1)?.error).toMatchObject({ abortClass: 'A' });
    expect(later.get(1)?.sent.every(({ round }) => round === 0)).toBe(true);
    // (5) only a new generation works, with another Nabla
    const [here, there] = pairOf(2);
    restarted.add(EVIL, here);
    const evil = bookOf(2, [1, there]);
    expect(toHex(here.send.nabla)).not.toBe(nabla);
    const books3 = new Map([
      [1, restarted],
      [2, evil],
    ]);
    const renewed = lockstep(signPlayers(keys, [1, 2], [testItem('z')], books3), 'renewed');
    for (const one of renewed.values()) expect(one.output).toHaveLength(1);
  });

  it('P-15 H6 one cheat in the last of several items: the same ban, nothing for any item', () => {
    const items = [0, 1, 2].map((i) => testItem(String(i)));
    const books = new Map([1, 2].map((party) => [party, keys.book(party)]));
    const run = lockstep(
      signPlayers(keys, [1, 2], items, books),
      'batch',
      ({ from, round, kind, body }) => {
        if (from !== EVIL || round !== 1 || kind !== 'direct') return [body];
        const copy = body.slice();
        copy[copy.length - 1] = (copy[copy.length - 1] ?? 0) ^ 1; // t~ of the last row of the last item
        return [copy];
      },
    );
    const outcome: Outcome<unknown> = run.get(1) ?? expect.unreachable();
    expect(outcome.error).toMatchObject({ abortClass: 'B', culprit: EVIL });
    expect(outcome.sent.every(({ round }) => round <= 1)).toBe(true);
    expect(books.get(1)?.report(EVIL).held).toEqual([]);
  });

  it('P-03 two cheats at once: both pairs are destroyed, all bans are written', () => {
    const books = new Map([1, 2, 3].map((party) => [party, keys.book(party)]));
    const run = lockstep(
      signPlayers(keys, [1, 2, 3], [testItem('x')], books),
      'two cheats',
      ({ to, round, kind, body }) => {
        if (to !== 1 || round !== 1 || kind !== 'direct') return [body];
        const copy = body.slice();
        copy[40] = (copy[40] ?? 0) ^ 1;
        return [copy];
      },
    );
    const { error, persisted } = run.get(1) ?? expect.unreachable();
    expect(error).toMatchObject({ abortClass: 'B', culprit: 2 });
    expect(persisted.map((one) => one.kind === 'pair-banned' && one.peer)).toEqual([2, 3]);
    for (const peer of [2, 3]) expect(books.get(1)?.report(peer).held).toEqual([]);
  });

  it('P-15 different requests, versions or pairs never look like a cheat', () => {
    const books = () => new Map([1, 2].map((party) => [party, keys.book(party)]));
    const mine = books();
    const players = signPlayers(keys, [1, 2], [testItem('x')], mine);
    const other = signPlayers(keys, [1, 2], [testItem('y')], books());
    players.set(2, other.get(2) ?? expect.unreachable());
    const run = lockstep(players, 'differ');
    for (const { error, persisted } of run.values()) {
      expect(error instanceof ProtocolError && error.abortClass).not.toBe('B');
      expect(persisted).toEqual([]);
    }
    expect(mine.get(1)?.report(2).held).toHaveLength(1);
  });
});

/** A book after a restart: what was recorded, then the generations that were stored before. */
function restore(stored: PairGeneration, record: DurableRecord | undefined): PairBook {
  const book = new PairBook(keys.info, 1);
  if (record?.kind === 'pair-banned') {
    book.restore(record.peer, { maxgen: record.floor, floor: record.floor });
  }
  expect(() => {
    book.add(2, stored);
  }).toThrow(UsageError);
  book.add(3, keys.generation(1, 3));
  return book;
}

describe('encodings', () => {
  const read = (bytes: Uint8Array): PairReport => {
    const reader = new Reader(bytes, 'report');
    const report = readPairReport(reader);
    reader.end();
    return report;
  };
  const held = (...gens: number[]) => gens.map((gen) => ({ gen, pid: seeded(String(gen))(32) }));

  it('a report comes back as it was', () => {
    for (const report of [
      { floor: 0, held: [] },
      { floor: 3, held: held(9, 5, 4) },
      { floor: 2 ** 32 - 2, held: held(2 ** 32 - 1) },
      { floor: 0, held: held(4, 3, 2, 1) },
    ]) {
      expect(read(encodePairReport(report))).toEqual(report);
    }
  });

  it.each([
    ['five generations', encodePairReport({ floor: 0, held: held(5, 4, 3, 2, 1) })],
    ['one twice', encodePairReport({ floor: 0, held: held(2, 2) })],
    ['an ascending order', encodePairReport({ floor: 0, held: held(1, 2) })],
    ['one at the floor', encodePairReport({ floor: 2, held: held(2) })],
    ['one below the floor', encodePairReport({ floor: 2, held: held(3, 1) })],
    ['a byte more', concat(encodePairReport({ floor: 0, held: [] }), new Uint8Array(1))],
    ['a byte less', encodePairReport({ floor: 0, held: held(1) }).slice(0, -1)],
    ['nothing', new Uint8Array()],
  ])('a report with %s is malformed', (_, bytes) => {
    expect(() => read(bytes)).toThrow(DecodeError);
  });

  it('P-14 P-21 a malformed report in round 0 names its sender', () => {
    for (const extra of [new Uint8Array(), new Uint8Array(500), Uint8Array.of(0, 0, 0, 0, 9)]) {
      const players = signPlayers(keys, [1, 2], [testItem('x')]);
      const evil = players.get(2) ?? expect.unreachable();
      const handshake = { ...evil.ceremony.handshake, extra };
      players.set(2, { ...evil, ceremony: { ...evil.ceremony, handshake } });
      const run = lockstep(players, 'report');
      expect(run.get(1)?.error).toMatchObject({ abortClass: "A'", culprit: 2 });
      expect(run.get(1)?.sent.every(({ round }) => round === 0)).toBe(true);
    }
  });

  it('a generation comes back as it was, and nothing else is one', () => {
    const one = generation(7);
    const bytes = encodeGeneration(one);
    expect(decodeGeneration(bytes)).toEqual(one);
    expect(bytes).toHaveLength(1 + 4 + 32 + 16 + 3 * 128 * 32);
    for (const wrong of [
      concat(bytes, new Uint8Array(1)),
      bytes.slice(0, -1),
      concat(Uint8Array.of(2), bytes.slice(1)),
      new Uint8Array(),
    ]) {
      expect(() => decodeGeneration(wrong)).toThrow(DecodeError);
    }
  });
});
