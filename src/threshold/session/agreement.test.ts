/** Signing over real packets: devices that do not agree part without blame, and nobody else can interfere. */
import { describe, expect, it } from 'vitest';
import { concat, toHex, u16 } from '../../codec.ts';
import type { PartyIndex } from '../abort.ts';
import { PairBook } from '../ecdsa/pairs.ts';
import type { SignItem, SignRequest } from '../ecdsa/request.ts';
import { signCeremony } from '../ecdsa/sign.ts';
import type { EcdsaSignature } from '../ecdsa/signature.ts';
import { keygenCeremony } from '../keygen.ts';
import { KeyShare, type EcdsaSuite } from '../keys.ts';
import type { DurableRecord } from '../records.ts';
import { dealtKeys, frostKeys, testItem } from '../testing/keys.ts';
import type { Player } from '../testing/lockstep.ts';
import {
  CarrierClosed,
  deviating,
  errorOf,
  flip,
  HEADER_FIELDS,
  headerOf,
  lastRoundOf,
  outputsOf,
  overwrite,
  runAll,
  type Relay,
  type Run,
} from '../testing/network.ts';
import { devices, membersOf, pick, requestId, seeded } from '../testing/seeded.ts';
import { PeerAborted } from './driver.ts';
import { decodeRecord, encodeRecord, recordDigest } from './handshake.ts';
import { ABORT_ROUND } from './packet.ts';
import { of } from './round.ts';

const keys = dealtKeys(2, 3);
const item = testItem('transfer');
const request: SignRequest = { requestId: requestId('sign'), signers: [1, 2], items: [item] };
type Signer = Player<readonly EcdsaSignature[]>;

const booksOf = (parties: readonly PartyIndex[]): Map<PartyIndex, PairBook> =>
  new Map(parties.map((party) => [party, keys.book(party)]));

function signers(
  requests: ReadonlyMap<PartyIndex, SignRequest>,
  books: ReadonlyMap<PartyIndex, PairBook>,
  shareOf: (party: PartyIndex) => KeyShare<EcdsaSuite> = (party) => keys.share(party),
): Map<PartyIndex, Signer> {
  return new Map(
    [...requests].map(([party, own]) => [
      party,
      {
        ceremony: signCeremony(own, shareOf(party), of(books, party)),
        identity: keys.device(party).identity,
      },
    ]),
  );
}
const both = (own: SignRequest, theirs = own): Map<PartyIndex, SignRequest> =>
  new Map([
    [1, own],
    [2, theirs],
  ]);

const storedBy = (run: Run<unknown>): DurableRecord[] =>
  run.trace.flatMap((entry) => (entry.what === 'store' ? [entry.record] : []));

/** No device got further than its own record, nobody is blamed or banned, and the pairs still sign. */
async function partedWithoutBlame(
  run: Run<unknown>,
  books: ReadonlyMap<PartyIndex, PairBook>,
  lastRound = 0,
): Promise<void> {
  for (const party of run.results.keys()) {
    expect(errorOf(run, party)).toBeInstanceOf(CarrierClosed);
    expect(lastRoundOf(run.network.log, party)).toBeLessThanOrEqual(lastRound);
  }
  expect(storedBy(run)).toEqual([]);
  for (const [party, book] of books) {
    for (const { index: peer } of keys.info.members) {
      if (peer !== party) expect(book.report(peer)).toEqual(keys.book(party).report(peer));
    }
  }
  const after = await runAll(signers(both(request), books), { seed: 'afterwards' });
  expect(outputsOf(after).get(1)).toHaveLength(1);
}

describe('signing over packets', () => {
  it('ends with the same verified signature on every device, whatever the order', async () => {
    const results = new Set<string>();
    for (const seed of ['a', 'b', 'c']) {
      const all = new Map([1, 2, 3].map((party) => [party, { ...request, signers: [1, 2, 3] }]));
      const run = await runAll(signers(all, booksOf([1, 2, 3])), { seed, secrets: 'same' });
      for (const output of outputsOf(run).values()) {
        results.add(output.map(({ signature }) => toHex(signature)).join());
      }
    }
    expect(results.size).toBe(1);
  });

  it('writes down that a signature may exist before its part of it leaves', async () => {
    const run = await runAll(signers(both(request), booksOf([1, 2])), { seed: 'maybe' });
    for (const party of [1, 2]) {
      const own = run.trace.filter((entry) => entry.party === party);
      const stored = own.findIndex(
        (entry) => entry.what === 'store' && entry.record.kind === 'maybe-signed',
      );
      const sent = own.findIndex(
        (entry) => entry.what === 'send' && headerOf(entry.packet).round === 3,
      );
      expect(stored).toBeGreaterThan(-1);
      expect(sent).toBeGreaterThan(stored);
    }
  });
});

describe('P-15 P-19 devices that approved something else part before anything is at stake', () => {
  const other = (change: Partial<SignItem>): SignRequest => ({
    ...request,
    items: [{ ...item, ...change }],
  });
  const two = [item, testItem('second')];

  it.each<[string, SignRequest, SignRequest]>([
    ['another digest', request, other({ digest: testItem('theft').digest })],
    ['another path', request, other({ path: [44, 60, 0, 0, 1] })],
    ['a longer path', request, other({ path: [...item.path, 0] })],
    ['another purpose', request, other({ purpose: 'evm-message' })],
    ['another request', request, { ...request, requestId: requestId('other') }],
    ['one item more', request, { ...request, items: two }],
    ['another order of items', { ...request, items: two }, { ...request, items: two.toReversed() }],
  ])('%s', async (_, own, theirs) => {
    const books = booksOf([1, 2]);
    const run = await runAll(signers(both(own, theirs), books), { seed: 'differs' });
    await partedWithoutBlame(run, books);
  });

  it('another set of signers', async () => {
    const books = booksOf([1, 2, 3]);
    const three = { ...request, signers: [1, 2, 3] };
    const requests = new Map([
      [1, request],
      [2, three],
      [3, three],
    ]);
    const run = await runAll(signers(requests, books), { seed: 'signer set' });
    await partedWithoutBlame(run, books);
  });

  it.each([
    ['epoch', { epoch: 1 }],
    ['key id', { kid: new Uint8Array(32).fill(1) }],
    ['chain code', { chainCode: new Uint8Array(32).fill(1) }],
  ])('P-45 another %s of the key', async (_, change) => {
    const info = { ...keys.info, ...change };
    const moved = keys.share(2).withSecret((_scalar, bytes) => new KeyShare(info, 2, bytes));
    const book = new PairBook(info, 2);
    book.add(1, keys.generation(2, 1));
    const books = new Map([
      [1, keys.book(1)],
      [2, book],
    ]);
    const shareOf = (party: PartyIndex) => (party === 2 ? moved : keys.share(party));
    const run = await runAll(signers(both(request), books, shareOf), { seed: 'epochs' });
    await partedWithoutBlame(
      run,
      new Map([
        [1, of(books, 1)],
        [2, keys.book(2)],
      ]),
    );
  });

  it.each(['version', 'suite', 'protocol'] as const)('another %s', async (field) => {
    const books = booksOf([1, 2]);
    const run = await runAll(signers(both(request), books), {
      seed: 'version',
      relay: ({ packet }) => [flip(packet, HEADER_FIELDS[field].offset, 3)],
    });
    await partedWithoutBlame(run, books);
  });

  it('P-45 the pair state of another key or epoch is not even taken', () => {
    const another = dealtKeys(2, 3, 'another key');
    expect(() => signCeremony(request, keys.share(1), another.book(1))).toThrow('another key');
    const later = new PairBook({ ...keys.info, epoch: 1 }, 1);
    expect(() => signCeremony(request, keys.share(1), later)).toThrow('another key');
    expect(() => signCeremony(request, keys.share(1), keys.book(2))).toThrow('another key');
  });
});

describe('P-44 a relay that meddles with the session', () => {
  const identity = (party: PartyIndex) => keys.device(party).identity;
  /** Replaces the record of party 2 on its way to party 1 alone, signed by whom the relay can sign as. */
  const recordTo1 =
    (change: (body: Uint8Array) => Uint8Array): Relay =>
    ({ from, to, packet }) => {
      const { round, body } = headerOf(packet);
      if (from !== 2 || to !== 1 || round !== 0) return [packet];
      const changed = change(body);
      const length = new DataView(new ArrayBuffer(4));
      length.setUint32(0, changed.length - 64);
      const head = overwrite(packet.slice(0, 44), 40, new Uint8Array(length.buffer));
      return [concat(head, changed)];
    };
  const context = signCeremony(request, keys.share(1), keys.book(1)).handshake.context;
  const resigned = (body: Uint8Array, party: PartyIndex, change: object): Uint8Array => {
    const record = encodeRecord({ ...decodeRecord(body.slice(0, -64)), ...change });
    return concat(record, identity(party).sign(recordDigest(context, record)));
  };
  const random = seeded('relay');

  it.each<[string, (body: Uint8Array) => Uint8Array]>([
    ['another nonce', (body) => flip(body, 70)],
    ['another ephemeral key', (body) => flip(body, 40)],
    ['another identity key', (body) => overwrite(body, 2, identity(3).publicKey)],
    ['another number', (body) => overwrite(body, 0, u16(3))],
    ['another report', (body) => flip(body, 103)],
    [
      "its own device in party 2's place",
      (body) => resigned(body, 3, { identity: identity(3).publicKey }),
    ],
    ['the record of party 2 for another context', (body) => flip(body, body.length - 1)],
  ])('cannot give one party %s', async (_, change) => {
    const books = booksOf([1, 2]);
    const run = await runAll(signers(both(request), books), {
      seed: 'meddling',
      relay: recordTo1(change),
    });
    expect(lastRoundOf(run.network.log, 1)).toBe(0);
    await partedWithoutBlame(run, books, 1);
  });

  it('together with party 2 gives them different sessions: nothing of round 1 is accepted', async () => {
    const books = booksOf([1, 2, 3]);
    const three = { ...request, signers: [1, 2, 3] };
    const requests = new Map([1, 2, 3].map((party) => [party, three]));
    const threeContext = signCeremony(three, keys.share(1), keys.book(1)).handshake.context;
    const run = await runAll(signers(requests, books), {
      seed: 'split',
      relay: ({ from, to, packet }) => {
        const { round, body } = headerOf(packet);
        if (from !== 2 || to !== 1 || round !== 0) return [packet];
        const record = encodeRecord({ ...decodeRecord(body.slice(0, -64)), nonce: random(32) });
        const signature = identity(2).sign(recordDigest(threeContext, record));
        return [concat(packet.slice(0, 44), record, signature)];
      },
    });
    const sessions = new Set(
      run.network.log
        .filter(({ packet }) => headerOf(packet).round === 1)
        .map(({ from, packet }) => `${String(from)} ${toHex(headerOf(packet).session)}`),
    );
    expect(sessions.size).toBe(3);
    await partedWithoutBlame(run, books, 1);
  });

  it('cannot choose the roster: it is in the key that every device holds', async () => {
    const context1 = signCeremony(request, keys.share(1), keys.book(1)).handshake;
    expect([...context1.roster]).toEqual([
      [1, identity(1).publicKey],
      [2, identity(2).publicKey],
    ]);
    const list = devices(3);
    const strangers = devices(3, 'stranger');
    const suite = 'mpc-frost/v1/secp256k1-bip340';
    const base = { suite, requestId: requestId('roster'), threshold: 2 } as const;
    const honest = { ...base, members: membersOf(list) };
    const replaced = {
      ...base,
      members: honest.members.with(2, {
        index: 3,
        identity: strangers[2]?.identity.publicKey ?? random(32),
      }),
    };
    const run = await runAll(
      new Map(
        list.map(({ identity: own }, i) => [
          i + 1,
          { ceremony: keygenCeremony(i === 0 ? replaced : honest, i + 1), identity: own },
        ]),
      ),
      { seed: 'roster' },
    );
    for (const party of [1, 2, 3]) {
      expect(errorOf(run, party)).toBeInstanceOf(CarrierClosed);
      expect(lastRoundOf(run.network.log, party)).toBe(0);
    }
  });
});

describe('P-37 a relay that injects', () => {
  it('10,000 random and stale packets does not end a signing session', async () => {
    const elsewhere = { ...request, requestId: requestId('elsewhere') };
    const stale = (await runAll(signers(both(elsewhere), booksOf([1, 2])), { seed: 'stale' }))
      .network.log;
    const random = seeded('noise');
    const noise = (like: Uint8Array): Uint8Array => {
      const kind = pick(random, 8);
      if (kind < 3) return random(pick(random, 300));
      if (kind < 6) return stale[pick(random, stale.length)]?.packet ?? random(44);
      if (headerOf(like).round < 2) return concat(like.slice(0, 3), random(100));
      return kind === 6
        ? concat(like.slice(0, 44), random(pick(random, 100)))
        : flip(like, pick(random, 44));
    };
    let injected = 0;
    const run = await runAll(signers(both(request), booksOf([1, 2])), {
      seed: 'noise',
      relay: ({ packet }) => {
        const packets = Array.from({ length: 1000 }, () => noise(packet));
        injected += packets.length;
        return [...packets.slice(0, 500), packet, ...packets.slice(500)];
      },
    });
    expect(injected).toBe(10_000);
    expect(outputsOf(run).get(1)).toHaveLength(1);
    expect(outputsOf(run).get(2)).toEqual(outputsOf(run).get(1));
  });

  it('P-35 the packets of a key generation or of another suite into signing changes nothing', async () => {
    const list = devices(2, 'dealt');
    const context = {
      suite: 'mpc-frost/v1/secp256k1-bip340',
      requestId: request.requestId,
      threshold: 2,
      members: membersOf(list),
    } as const;
    const recorded = await runAll(
      new Map(
        list.map(({ identity }, i) => [
          i + 1,
          { ceremony: keygenCeremony(context, i + 1), identity },
        ]),
      ),
      { seed: 'recorded' },
    );
    expect(outputsOf(recorded).size).toBe(2);
    const run = await runAll(signers(both(request), booksOf([1, 2])), {
      seed: 'replay',
      relay: ({ packet }) => [...recorded.network.log.map((old) => old.packet), packet],
    });
    expect(outputsOf(run).get(1)).toHaveLength(1);
  });
});

describe('a check that fails in a signing session', () => {
  const cheat = (books: ReadonlyMap<PartyIndex, PairBook>, round: number, offset: number) => {
    const all = signers(both(request), books);
    const { ceremony, identity } = of(all, 2);
    const changed = deviating(ceremony, (message, at) =>
      at === round && message.to !== 'all'
        ? { ...message, body: flip(message.body, offset) }
        : message,
    );
    return all.set(2, { ceremony: changed, identity });
  };
  /** A byte of the extension in round 1, and the first of eta in round 2. */
  const EXTENSION = 32 + 100;
  const ETA = 64 + 66 + 49_152;

  it('of the extension bans the pair: written down before the notice, and the notice says nothing', async () => {
    const books = booksOf([1, 2]);
    const run = await runAll(cheat(books, 1, EXTENSION), { seed: 'class B' });
    expect(errorOf(run, 1)).toEqual(
      expect.objectContaining({ abortClass: 'B', culprit: 2, consequence: 'ban-pair' }),
    );
    const own = run.trace.filter(({ party }) => party === 1);
    const banned = own.findIndex(
      (entry) => entry.what === 'store' && entry.record.kind === 'pair-banned',
    );
    const notice = own.findIndex(
      (entry) => entry.what === 'send' && headerOf(entry.packet).round === ABORT_ROUND,
    );
    expect(banned).toBeGreaterThan(-1);
    expect(notice).toBeGreaterThan(banned);
    expect(lastRoundOf(run.network.log, 1)).toBe(1);
    expect(of(books, 1).report(2).held).toEqual([]);
    expect(errorOf(run, 2)).toBeInstanceOf(PeerAborted);
    expect(() => signCeremony(request, keys.share(1), of(books, 1))).not.toThrow();
  });

  it('is told in the same bytes as any other failure', async () => {
    const noticeAfter = async (round: number, offset: number) => {
      const all = cheat(booksOf([1, 2]), round, offset);
      const run = await runAll(all, { seed: 'classes', order: 'sent' });
      const { abortClass } = errorOf(run, 1) as { abortClass: string };
      const sent = run.trace.flatMap((entry) =>
        entry.what === 'send' && entry.party === 1 ? [entry.packet] : [],
      );
      const notice = sent.find((packet) => headerOf(packet).round === ABORT_ROUND);
      return { abortClass, notice: toHex(notice ?? new Uint8Array()) };
    };
    const told = [
      await noticeAfter(1, EXTENSION),
      await noticeAfter(1, 0), // the zero seed
      await noticeAfter(2, 0), // the echo
      await noticeAfter(2, 32), // the salt
      await noticeAfter(2, ETA + 31),
    ];
    expect(told.map(({ abortClass }) => abortClass)).toEqual(['B', 'D', 'A', "A'", 'C']);
    expect(new Set(told.map(({ notice }) => notice)).size).toBe(1);
    expect(told[0]?.notice).toHaveLength(2 * (44 + 64));
  });
});

it('P-33 a key generation whose last confirmation is lost for one party shows no key there', async () => {
  const list = devices(3, 'confirm');
  const context = {
    suite: 'mpc-frost/v1/secp256k1-bip340',
    requestId: requestId('confirm'),
    threshold: 2,
    members: membersOf(list),
  } as const;
  const run = await runAll(
    new Map(
      list.map(({ identity }, i) => [
        i + 1,
        { ceremony: keygenCeremony(context, i + 1), identity },
      ]),
    ),
    {
      seed: 'lost confirm',
      relay: ({ from, to, packet }) =>
        from === 2 && to === 1 && headerOf(packet).round === 5 ? [] : [packet],
    },
  );
  expect(errorOf(run, 1)).toBeInstanceOf(CarrierClosed);
  const pending = storedBy(run).filter(({ kind }) => kind === 'pending-key');
  expect(pending).toHaveLength(3); // what is pending stays: others may have the certificate (H4)
  expect(frostKeys('mpc-frost/v1/secp256k1-bip340', 2, 3).parties).toEqual([1, 2, 3]);
});
