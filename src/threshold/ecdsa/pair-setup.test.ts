/**
 * Pairwise set-up (addendum A2): what both sides end up with, who is blamed, and that whatever happens in
 * it, the next signature either works or says that a set-up is needed. Never does it ban an honest peer.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { concat, toHex, u32 } from '../../codec.ts';
import { ProtocolError, UsageError, type PartyIndex } from '../abort.ts';
import { KeyShare, type EcdsaSuite } from '../keys.ts';
import type { PairGeneration } from '../ot/pair.ts';
import type { DurableRecord } from '../records.ts';
import { bitOf } from '../secret-bits.ts';
import { dealtKeys, signPlayers, testItem } from '../testing/keys.ts';
import { lockstep, type Outcome, type Player, type Tamper } from '../testing/lockstep.ts';
import { headerOf, runAll } from '../testing/network.ts';
import { requestId, seeded } from '../testing/seeded.ts';
import { decodeGeneration, encodeGeneration, MAX_GENERATION_JUMP, PairBook } from './pairs.ts';
import { pairSetupCeremony, type PairSetupRequest } from './pair-setup.ts';
import { signCeremony } from './sign.ts';

const keys = dealtKeys(2, 3);
/** Another key of the same devices. */
const otherKeys = dealtKeys(2, 3, 'other');

const request = (peer: PartyIndex, change: Partial<PairSetupRequest> = {}): PairSetupRequest => ({
  requestId: requestId('set-up'),
  peer,
  reason: 'restored',
  certificateDigest: seeded('certificate')(32),
  ...change,
});

const emptyBook = (self: PartyIndex): PairBook => new PairBook(keys.info, self);
const emptyBooks = (): Map<PartyIndex, PairBook> =>
  new Map([1, 2].map((self) => [self, emptyBook(self)]));
const bookIn = (books: ReadonlyMap<PartyIndex, PairBook>, self: PartyIndex): PairBook =>
  books.get(self) ?? expect.unreachable();

const playersFor = (
  books: ReadonlyMap<PartyIndex, PairBook>,
  change: Partial<PairSetupRequest> = {},
): Map<PartyIndex, Player<PairGeneration>> =>
  new Map(
    [1, 2].map((self) => [
      self,
      {
        ceremony: pairSetupCeremony(
          request(3 - self, change),
          keys.share(self),
          bookIn(books, self),
        ),
        identity: keys.device(self).identity,
      },
    ]),
  );

const setUp = (
  books: ReadonlyMap<PartyIndex, PairBook>,
  tamper?: Tamper,
  seed = 'set-up',
): Map<PartyIndex, Outcome<PairGeneration>> => lockstep(playersFor(books), seed, tamper);

const sign = (books: ReadonlyMap<PartyIndex, PairBook>, seed = 'sign') =>
  lockstep(signPlayers(keys, [1, 2], [testItem(seed)], books), seed);

const outcome = <Out>(
  run: ReadonlyMap<PartyIndex, Outcome<Out>>,
  party: PartyIndex,
): Outcome<Out> => run.get(party) ?? expect.unreachable();

/** It worked for both, or both were told that a set-up is needed. Nobody was blamed. */
function expectSignsOrAsks(books: ReadonlyMap<PartyIndex, PairBook>): 'signed' | 'asked' {
  const run = [...sign(books).values()];
  if (run.every(({ output }) => output?.length === 1)) return 'signed';
  for (const { error, sent, persisted } of run) {
    expect(error).toMatchObject({ abortClass: 'A', culprit: undefined });
    expect(error).toHaveProperty('message', expect.stringMatching(/pair set-up .* needed/));
    expect(sent.every(({ round }) => round === 0)).toBe(true);
    expect(persisted).toEqual([]);
  }
  return 'asked';
}

/** Nabla chooses among the other's pads, in both directions; the name is the same. */
function expectFits(here: PairGeneration, there: PairGeneration): void {
  expect(here.pid).toEqual(there.pid);
  expect(here.gen).toBe(there.gen);
  for (const [send, receive] of [
    [here.send, there.receive],
    [there.send, here.receive],
  ] as const) {
    const chosen = Array.from({ length: 128 }, (_, i) => {
      const source = bitOf(send.nabla, i) === 1 ? receive.ones : receive.zeros;
      return source.slice(32 * i, 32 * i + 32);
    });
    expect(send.chosen).toEqual(concat(...chosen));
  }
  expect(here.send.nabla).not.toEqual(there.send.nabla);
}

describe('pairwise set-up', () => {
  let books: Map<PartyIndex, PairBook>;
  let run: Map<PartyIndex, Outcome<PairGeneration>>;
  beforeAll(() => {
    books = emptyBooks();
    run = setUp(books);
  });

  it('P-39 without OT state a device is told that it needs one, and signs afterwards', () => {
    expect(expectSignsOrAsks(emptyBooks())).toBe('asked');
    const [one, two] = [1, 2].map((party) => outcome(run, party).output ?? expect.unreachable());
    expectFits(one ?? expect.unreachable(), two ?? expect.unreachable());
    expect(one?.gen).toBe(1);
    expect(expectSignsOrAsks(books)).toBe('signed');
  });

  it('writes the number before anything is sent, and the generation before it is confirmed', async () => {
    const { trace } = await runAll(playersFor(emptyBooks()), { seed: 'order' });
    for (const party of [1, 2]) {
      const own = trace.flatMap((entry): (string | number)[] => {
        if (entry.party !== party || entry.what === 'stage') return [];
        return entry.what === 'store' ? [entry.record.kind] : [headerOf(entry.packet).round];
      });
      expect(own).toEqual([0, 'pair-reserved', 1, 2, 'pair-pending', 3]);
    }
  });

  it('draws a new Nabla every time', () => {
    const again = new Map(
      [1, 2].map((party) => [party, bookWith(party, outcome(run, party).output)]),
    );
    const second = setUp(again, undefined, 'again');
    const [before, after] = [run, second].map((one) => outcome(one, 1).output);
    expect(after?.gen).toBe(2);
    expect(after?.send.nabla).not.toEqual(before?.send.nabla);
    expect(after?.receive.zeros).not.toEqual(before?.receive.zeros);
    expect(
      bookIn(again, 1)
        .report(2)
        .held.map(({ gen }) => gen),
    ).toEqual([2, 1]);
    expect(expectSignsOrAsks(again)).toBe('signed');
    // The newer one was used and the older one is gone.
    expect(
      bookIn(again, 1)
        .report(2)
        .held.map(({ gen }) => gen),
    ).toEqual([2]);
  });

  it('P-03 after a ban on one side only a new generation works', () => {
    const banned = new Map(
      [1, 2].map((party) => [party, bookWith(party, outcome(run, party).output)]),
    );
    bookIn(banned, 1).ban(2);
    expect(expectSignsOrAsks(banned)).toBe('asked');
    const lifted = lockstep(playersFor(banned, { reason: 'ban-lifted' }), 'lifted');
    const [one, two] = [1, 2].map((party) => outcome(lifted, party).output);
    expect([one?.gen, two?.gen]).toEqual([2, 2]);
    expect(one?.send.nabla).not.toEqual(outcome(run, 1).output?.send.nabla);
    expect(expectSignsOrAsks(banned)).toBe('signed');
  });
});

const copyOf = (generation: PairGeneration): PairGeneration =>
  decodeGeneration(encodeGeneration(generation));

function bookWith(self: PartyIndex, generation: PairGeneration | undefined): PairBook {
  const book = emptyBook(self);
  if (generation !== undefined) book.add(3 - self, copyOf(generation));
  return book;
}

/** As if no power failed: only the handshake and the first round, which are cheap. */
const stopAfter =
  (last: number): Tamper =>
  ({ round, body }) =>
    round <= last ? [body] : [];

describe('the number of a generation', () => {
  const reservedBy = (numbers: readonly (readonly [number, number])[]) => {
    const books = emptyBooks();
    for (const [i, [maxgen, floor]] of numbers.entries()) {
      bookIn(books, i + 1).restore(2 - i, { maxgen, floor });
    }
    const run = setUp(books, stopAfter(0));
    return [1, 2].map((party) => outcome(run, party));
  };

  it.each([
    [[0, 0], [0, 0], 1],
    [[4, 0], [2, 0], 5],
    [[1, 1], [0, 0], 2],
    [[3, 2], [7, 7], 8],
    [[0, 0], [MAX_GENERATION_JUMP - 1, 0], MAX_GENERATION_JUMP],
  ] as const)('%j and %j give %i, on both sides', (one, two, gen) => {
    for (const { persisted, sid } of reservedBy([one, two])) {
      expect(persisted.map((record) => record.kind === 'pair-reserved' && record.gen)).toEqual([
        gen,
      ]);
      expect(sid).toBeDefined();
    }
  });

  it('a jump above 1000 over the own record is refused, class A', () => {
    const [one, two] = reservedBy([
      [0, 0],
      [MAX_GENERATION_JUMP, 0],
    ]);
    expect(one?.error).toMatchObject({ abortClass: 'A', culprit: undefined });
    expect(one?.error).toHaveProperty('message', expect.stringMatching(/impossible generation/));
    expect(one?.persisted).toEqual([]);
    expect(two?.output).toBeUndefined();
  });

  it('is used up even if nothing comes of the set-up', () => {
    const books = emptyBooks();
    setUp(books, stopAfter(0));
    expect(bookIn(books, 1).numbers(2)).toEqual({ maxgen: 1, floor: 0 });
    const run = setUp(books, stopAfter(0), 'second');
    expect(outcome(run, 1).persisted).toMatchObject([{ kind: 'pair-reserved', gen: 2 }]);
  });

  it('a report that is none is malformed', () => {
    const books = emptyBooks();
    const players = playersFor(books);
    const evil = players.get(2) ?? expect.unreachable();
    const handshake = { ...evil.ceremony.handshake, extra: u32(1) };
    players.set(2, { ...evil, ceremony: { ...evil.ceremony, handshake } });
    const run = lockstep(players, 'report');
    expect(outcome(run, 1).error).toMatchObject({ abortClass: "A'", culprit: 2 });
    expect(outcome(run, 1).persisted).toEqual([]);
  });
});

describe('who takes part', () => {
  it('P-45 pairs of another key, epoch or device are refused', () => {
    const share = keys.share(1);
    const epoch = { ...keys.info, epoch: 1 };
    for (const book of [
      new PairBook(otherKeys.info, 1),
      new PairBook(epoch, 1),
      new PairBook(keys.info, 3),
    ]) {
      expect(() => pairSetupCeremony(request(2), share, book)).toThrow(UsageError);
    }
  });

  it('the peer is another member, and a digest is a digest', () => {
    for (const peer of [0, 1, 4]) {
      expect(() => pairSetupCeremony(request(peer), keys.share(1), emptyBook(1))).toThrow(
        new UsageError('the peer is no other member of this key'),
      );
    }
    const certificateDigest = new Uint8Array(31);
    expect(() =>
      pairSetupCeremony(request(2, { certificateDigest }), keys.share(1), emptyBook(1)),
    ).toThrow(UsageError);
  });

  it.each([
    ['an other certificate', { certificateDigest: seeded('later certificate')(32) }],
    ['another reason', { reason: 'lost-state' as const }],
    ['another request', { requestId: requestId('other') }],
  ])('P-15 a peer with %s: no session, nobody is blamed', async (_, change) => {
    const players = playersFor(emptyBooks());
    const other = playersFor(emptyBooks(), change).get(2) ?? expect.unreachable();
    players.set(2, other);
    await expectNoSession(players);
  });

  it('P-45 a peer in another epoch: no session, nobody is blamed', async () => {
    const players = playersFor(emptyBooks());
    const { publicKey } = keys.device(2).identity;
    expect(keys.info.members[1]?.identity).toEqual(publicKey);
    const later = otherShare();
    const ceremony = pairSetupCeremony(request(1), later, new PairBook(later.info, 2));
    players.set(2, { ceremony, identity: keys.device(2).identity });
    await expectNoSession(players);
  });

  it('P-06 the pair is locked: neither a second set-up nor a signature begins', () => {
    const books = new Map([1, 2].map((party) => [party, keys.book(party)]));
    const ceremony = pairSetupCeremony(request(2), keys.share(1), bookIn(books, 1));
    const busy = expect.objectContaining({ abortClass: 'A' }) as unknown as Error;
    expect(() => pairSetupCeremony(request(2), keys.share(1), bookIn(books, 1))).toThrow(busy);
    const signing = { requestId: requestId('s'), signers: [1, 2], items: [testItem('s')] };
    expect(() => signCeremony(signing, keys.share(1), bookIn(books, 1))).toThrow(busy);
    signCeremony({ ...signing, signers: [1, 3] }, keys.share(1), bookIn(books, 1)).release();
    ceremony.release();
    const running = signCeremony(signing, keys.share(1), bookIn(books, 1));
    expect(() => pairSetupCeremony(request(2), keys.share(1), bookIn(books, 1))).toThrow(busy);
    running.release();
  });

  it('P-06 a ban while the set-up waits ends it: nothing more is sent, nothing is kept', () => {
    const books = emptyBooks();
    const victim = bookIn(books, 1);
    const run = setUp(books, ({ from, round, body }) => {
      if (from === 2 && round === 2) victim.ban(2);
      return [body];
    });
    const { error, sent, output } = outcome(run, 1);
    expect(error).toMatchObject({ abortClass: 'A' });
    expect(output).toBeUndefined();
    expect(sent.every(({ round }) => round <= 2)).toBe(true);
    expect(victim.report(2)).toEqual({ floor: 1, held: [] });
    expect(outcome(run, 2).output).toBeUndefined();
  });
});

/** The share of party 2 as if its key were one epoch further. */
const otherShare = (): KeyShare<EcdsaSuite> => {
  const { info } = keys.share(2);
  return keys.share(2).withSecret((_, bytes) => new KeyShare({ ...info, epoch: 1 }, 2, bytes));
};

async function expectNoSession(players: Map<PartyIndex, Player<PairGeneration>>): Promise<void> {
  const run = await runAll(players, { seed: 'differ' });
  for (const result of run.results.values()) {
    expect(result.status).toBe('rejected');
    if (result.status !== 'rejected' || !(result.reason instanceof ProtocolError)) continue;
    expect(result.reason.abortClass).toBe('A');
  }
  for (const { packet } of run.network.log) expect(headerOf(packet).round).toBe(0);
  expect(run.trace.filter(({ what }) => what === 'store')).toEqual([]);
}

describe('must fail', () => {
  const flip = (body: Uint8Array, at: number): Uint8Array => {
    const copy = body.slice();
    copy[at] = (copy[at] ?? 0) ^ 1;
    return copy;
  };
  const spoil =
    (at: number, change: (body: Uint8Array) => Uint8Array): Tamper =>
    ({ from, round, body }) => [from === 2 && round === at ? change(body) : body];

  it.each([
    [
      'a wrong response in the proof of the share',
      1,
      (b: Uint8Array) => flip(b, 64),
      /proof of the share/,
    ],
    ['a proof point off the curve', 1, (b: Uint8Array) => flip(b, 0), /round 1 message|proof/],
    ['a scalar that is not reduced', 1, (b: Uint8Array) => b.fill(0xff, 33, 65), /round 1 message/],
    ['P-04 an opening off the curve', 1, (b: Uint8Array) => b.fill(0xff, 66, 98), /base OT/],
    ['P-05 an answer off the curve, slot 0', 2, (b: Uint8Array) => b.fill(0xff, 1, 33), /base OT/],
    ['P-05 an answer off the curve, slot 1', 2, (b: Uint8Array) => b.fill(0xff, 34, 66), /base OT/],
    ['a message that is too short', 2, (b: Uint8Array) => b.slice(1), /bytes expected/],
  ])('%s: class A’, only this set-up is lost', (_, at, change, reason) => {
    const books = new Map([1, 2].map((party) => [party, keys.book(party)]));
    const run = setUp(
      books,
      spoil(at, (body) => change(body.slice())),
    );
    const { error, sent, persisted } = outcome(run, 1);
    expect(error).toHaveProperty('message', expect.stringMatching(reason));
    expect(error).toMatchObject({ abortClass: "A'", culprit: 2, consequence: 'discard-session' });
    expect(sent.every(({ round }) => round <= at)).toBe(true);
    expect(persisted.map(({ kind }) => kind)).toEqual(['pair-reserved']);
    // The generation of before is still there, and signs.
    expect(bookIn(books, 1).numbers(2)).toEqual({ maxgen: 2, floor: 0 });
    expect(
      bookIn(books, 1)
        .report(2)
        .held.map(({ gen }) => gen),
    ).toEqual([1]);
  });

  it('P-24 the proof of round 1 of another set-up, or of the other side', () => {
    const earlier = new Map<PartyIndex, Uint8Array>();
    setUp(
      emptyBooks(),
      ({ from, round, body }) => {
        if (round === 1) earlier.set(from, body);
        return round <= 1 ? [body] : [];
      },
      'earlier',
    );
    for (const source of [1, 2]) {
      const run = setUp(emptyBooks(), ({ from, round, body }) => {
        const proof = earlier.get(source)?.slice(0, 65);
        const replayed = from === 2 && round === 1 && proof !== undefined;
        return round > 1 ? [] : [replayed ? concat(proof, body.slice(65)) : body];
      });
      expect(outcome(run, 1).error).toMatchObject({ abortClass: "A'", culprit: 2 });
      expect(outcome(run, 1).error).toHaveProperty(
        'message',
        expect.stringMatching(/proof of the share/),
      );
    }
  });

  it('P-09 swapped directions: own messages that come back are refused or give nothing', () => {
    const own = new Map<number, Uint8Array>();
    for (const reflected of [1, 2]) {
      const books = emptyBooks();
      const run = setUp(books, ({ from, round, body }) => {
        if (from === 1) own.set(round, body);
        const back = own.get(round);
        return [from === 2 && round === reflected && back !== undefined ? back : body];
      });
      const { error, output } = outcome(run, 1);
      expect(output).toBeUndefined();
      expect(error).toMatchObject({ abortClass: "A'", culprit: 2 });
      // The transcripts differ, so the names do: whatever is pending is never taken for a common one.
      expect(expectSignsOrAsks(books)).toBe('asked');
    }
  });

  it('P-35 a replay of the confirmation of round 3: pending, not usable, nothing else is lost', () => {
    const earlier = new Map<PartyIndex, Uint8Array>();
    setUp(
      emptyBooks(),
      ({ from, round, body }) => {
        if (round === 3) earlier.set(from, body);
        return [body];
      },
      'earlier',
    );
    const books = new Map([1, 2].map((party) => [party, keys.book(party)]));
    const run = setUp(books, ({ from, round, body }) => [
      from === 2 && round === 3 ? (earlier.get(2) ?? body) : body,
    ]);
    const { error, output, persisted } = outcome(run, 1);
    expect(output).toBeUndefined();
    expect(error).toMatchObject({ abortClass: "A'", culprit: 2 });
    expect(persisted.map(({ kind }) => kind)).toEqual(['pair-reserved', 'pair-pending']);
    expect(
      bookIn(books, 1)
        .report(2)
        .held.map(({ gen }) => gen),
    ).toEqual([2, 1]);
    expect(expectSignsOrAsks(books)).toBe('signed');
  });

  it('an answer that was altered on the way: the names differ, both find out', () => {
    const books = new Map([1, 2].map((party) => [party, keys.book(party)]));
    // A valid point in the place of another one.
    const run = setUp(books, ({ from, round, body }) => {
      if (from !== 2 || round !== 2) return [body];
      return [concat(body.slice(33, 66), body.slice(33))];
    });
    for (const party of [1, 2]) {
      expect(outcome(run, party).output).toBeUndefined();
      expect(outcome(run, party).error).toMatchObject({ abortClass: "A'" });
      expect(outcome(run, party).error).toHaveProperty(
        'message',
        expect.stringMatching(/confirmation does not fit/),
      );
    }
    // The generation of before is common, the new one is not: class B does not come of it.
    expect(expectSignsOrAsks(books)).toBe('signed');
    expect(
      bookIn(books, 1)
        .report(2)
        .held.map(({ gen }) => gen),
    ).toEqual([2, 1]);
  });
});

describe('a crash at every point', () => {
  /** What a device has on its disk. */
  interface Disk {
    readonly records: DurableRecord[];
  }

  /** The book that a device has after a restart. */
  function restart(self: PartyIndex, before: readonly PairGeneration[], disk: Disk): PairBook {
    const book = emptyBook(self);
    for (const generation of before) book.add(3 - self, copyOf(generation));
    for (const record of disk.records) {
      if (record.kind === 'pair-reserved') {
        book.restore(record.peer, { maxgen: record.gen, floor: 0 });
      } else if (record.kind === 'pair-pending') {
        book.add(record.peer, copyOf(record.generation));
      }
    }
    return book;
  }

  /** Party `victim` dies right before, or right after, its write or send number `point`. */
  async function crash(victim: PartyIndex, point: number, after: boolean, held: boolean) {
    const books = new Map(
      [1, 2].map((party) => [party, held ? keys.book(party) : emptyBook(party)]),
    );
    const disks = new Map([1, 2].map((party): [PartyIndex, Disk] => [party, { records: [] }]));
    let steps = 0;
    const run = await runAll(playersFor(books), {
      seed: 'crash',
      order: 'sent',
      device: (party, device) => {
        const disk = disks.get(party) ?? expect.unreachable();
        const step = async (action: () => void | Promise<void>): Promise<void> => {
          const here = party === victim ? steps++ : -1;
          if (here > point || (here === point && !after)) throw new Error('no power');
          await action();
          if (here === point) throw new Error('no power');
        };
        return {
          ...device,
          store: async (record) =>
            step(() => {
              disk.records.push(record);
            }),
          carrier: {
            receive: async () => device.carrier.receive(),
            send: async (packet, to) => step(async () => device.carrier.send(packet, to)),
          },
        };
      },
    });
    const before = held ? [1, 2].map((party) => keys.generation(party, 3 - party)) : [];
    const generations = before.filter((_, i) => i + 1 === victim);
    const disk = disks.get(victim) ?? expect.unreachable();
    const restarted = new Map(books).set(victim, restart(victim, generations, disk));
    return { run, books: restarted, records: disk.records, steps };
  }

  const points = [0, 1, 2, 3, 4, 5];
  const cases = [1, 2].flatMap((victim) =>
    points.flatMap((point) => [false, true].map((after) => ({ victim, point, after }))),
  );
  // "After a send" and "before the next step" differ for the peer only: half of the cases tell them all.
  const told = cases.filter(({ point, after }) => after === (point === 1 || point === 4));

  it.each(told)(
    'H1 party $victim dies at step $point, after it: $after; then both sign as before',
    async ({ victim, point, after }) => {
      const { run, books, records, steps } = await crash(victim, point, after, true);
      expect(steps).toBeGreaterThan(point);
      expect(run.results.get(victim)?.status).toBe('rejected');
      const kinds = records.map(({ kind }) => kind);
      expect(kinds).toEqual(
        ['pair-reserved', 'pair-pending'].slice(0, Number(point >= 1) + Number(point >= 4)),
      );
      expect(expectSignsOrAsks(books)).toBe('signed');
    },
  );

  it.each([1, 2])(
    'H1 without an older generation, party %i dies at the end: usable once both have it',
    async (victim) => {
      // Before its last send: it has the generation, the peer has too, and no confirmation was heard.
      const late = await crash(victim, 5, false, false);
      expect(late.records.map(({ kind }) => kind)).toEqual(['pair-reserved', 'pair-pending']);
      expect(expectSignsOrAsks(late.books)).toBe('signed');
      // Before its write: only the peer has it, so a new set-up is needed, under a new number.
      const early = await crash(victim, 4, false, false);
      expect(early.records.map(({ kind }) => kind)).toEqual(['pair-reserved']);
      expect(expectSignsOrAsks(early.books)).toBe('asked');
      const again = setUp(early.books, undefined, 'again');
      expect(outcome(again, 1).output?.gen).toBe(2);
      expect(expectSignsOrAsks(early.books)).toBe('signed');
    },
  );
});

describe('names', () => {
  it('every set-up has its own', () => {
    const one = setUp(emptyBooks(), undefined, 'one');
    const two = setUp(emptyBooks(), undefined, 'two');
    const pids = [one, two].map((run) => toHex(outcome(run, 1).output?.pid ?? new Uint8Array()));
    expect(new Set(pids).size).toBe(2);
  });
});
