import { secp256k1 } from '@noble/curves/secp256k1.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { equalBytes, toHex } from '../../codec.ts';
import { ProtocolError, UsageError, type AbortClass, type PartyIndex } from '../abort.ts';
import { derive } from '../derive.ts';
import { MAX_ITEMS } from '../parameters.ts';
import { Point } from '../points.ts';
import { RecordedAbort } from '../records.ts';
import { ORDER } from '../scalars.ts';
import { lockstep, type Delivery, type Outcome, type Tamper } from '../testing/lockstep.ts';
import { dealtKeys, ecdsaKeys, signPlayers, testItem, type EcdsaKeys } from '../testing/keys.ts';
import { digestOf, requestId } from '../testing/seeded.ts';
import { weakened } from '../testing/weakened.ts';
import type { SignItem } from './request.ts';
import { signRounds } from './rounds.ts';
import { signCeremony } from './sign.ts';
import { assemble, IncompleteBatch, type EcdsaSignature } from './signature.ts';

type Outcomes = ReadonlyMap<PartyIndex, Outcome<readonly EcdsaSignature[]>>;

/** All sets of `size` parties out of 1..n. */
function subsets(n: number, size: number, from = 1): PartyIndex[][] {
  if (size === 0) return [[]];
  return Array.from({ length: Math.max(0, n - from + 1) }, (_, i) => from + i).flatMap((first) =>
    subsets(n, size - 1, first + 1).map((rest) => [first, ...rest]),
  );
}

function outcomeOf(outcomes: Outcomes, party: PartyIndex): Outcome<readonly EcdsaSignature[]> {
  const outcome = outcomes.get(party);
  if (outcome === undefined) throw new Error(`party ${String(party)} did not play`);
  return outcome;
}

/** An independent look at a signature: the library's verifier, low s, and the recovery id. */
function expectValid(signature: EcdsaSignature | undefined, publicKey: Uint8Array): void {
  if (signature === undefined) throw new Error('no signature');
  expect(equalBytes(signature.publicKey, publicKey)).toBe(true);
  const { signature: bytes, digest, recovery } = signature;
  expect(secp256k1.verify(bytes, digest, publicKey, { prehash: false, lowS: true })).toBe(true);
  const recovered = secp256k1.Signature.fromBytes(bytes, 'compact').addRecoveryBit(recovery);
  expect(toHex(recovered.recoverPublicKey(digest).toBytes(true))).toBe(toHex(publicKey));
}

/** The honest party ended with this class and blame, and none of its round-3 values left it. */
function expectAbort(
  outcome: Outcome<readonly EcdsaSignature[]>,
  abortClass: AbortClass,
  culprit: PartyIndex | undefined,
  lastRound = 2,
): void {
  expect(outcome.output).toBeUndefined();
  expect(outcome.error).toBeInstanceOf(ProtocolError);
  const { error } = outcome;
  if (!(error instanceof ProtocolError)) return;
  expect([error.abortClass, error.culprit]).toEqual([abortClass, culprit]);
  expect(Math.max(0, ...outcome.sent.map(({ round }) => round))).toBeLessThanOrEqual(lastRound);
  if (lastRound < 3) {
    expect(outcome.persisted.map(({ kind }) => kind)).not.toContain('maybe-signed');
  }
}

const sign = (
  keys: EcdsaKeys,
  signers: readonly PartyIndex[],
  items: readonly SignItem[],
  seed: string,
  tamper?: Tamper,
): Outcomes => lockstep(signPlayers(keys, signers, items), seed, tamper);

describe('signing', () => {
  it.each([
    [2, 3],
    [3, 4],
    [3, 5],
  ])('works for every set of signers of %i-of-%i, larger ones too', (t, n) => {
    const keys = dealtKeys(t, n);
    const sets = [...subsets(n, t), ...subsets(n, t + 1).slice(0, 2)];
    for (const signers of sets) {
      const name = signers.join('+');
      const item = testItem(name, [44, 60, 0, 0, signers.length]);
      const outcomes = sign(keys, signers, [item], name);
      const child = derive(keys.publicKey, keys.info.chainCode, item.path);
      for (const party of signers) {
        expectValid(outcomeOf(outcomes, party).output?.[0], child.publicKey);
      }
    }
  });

  it('works with a key from a real key generation, at the root and at a child', () => {
    const keys = ecdsaKeys(2, 2);
    const items = [testItem('root', []), testItem('child', [0, 2 ** 31 - 1])];
    const outcomes = sign(keys, [1, 2], items, 'real');
    for (const [k, item] of items.entries()) {
      const child = derive(keys.publicKey, keys.info.chainCode, item.path);
      expectValid(outcomeOf(outcomes, 2).output?.[k], child.publicKey);
    }
  });

  it('H3 persists maybe-signed, with every digest, before round 3 leaves', () => {
    const keys = dealtKeys(2, 2);
    const items = [testItem('a'), testItem('b')];
    const players = signPlayers(keys, [1, 2], items);
    const outcome = outcomeOf(lockstep(players, 'maybe'), 1);
    const record = outcome.persisted.find(({ kind }) => kind === 'maybe-signed');
    if (record?.kind !== 'maybe-signed') throw new Error('no record');
    expect(record.items.map(({ digest }) => toHex(digest))).toEqual(
      items.map(({ digest }) => toHex(digest)),
    );
    expect(toHex(record.sid)).toBe(outcome.sid);
  });
});

describe('a request that this key cannot serve', () => {
  const keys = dealtKeys(2, 3);
  const request = { requestId: requestId('r'), signers: [1, 2], items: [testItem('x')] };
  const ceremony = (change: Partial<typeof request>, party = 1) =>
    signCeremony({ ...request, ...change }, keys.share(party), keys.book(party));

  it.each<[string, Partial<typeof request>]>([
    ['no items', { items: [] }],
    ['17 items', { items: Array.from({ length: MAX_ITEMS + 1 }, (_, i) => testItem(String(i))) }],
    ['the same digest for the same key twice', { items: [testItem('x'), testItem('x')] }],
    ['a short digest', { items: [{ ...testItem('x'), digest: new Uint8Array(31) }] }],
    ['a hardened index', { items: [testItem('x', [2 ** 31])] }],
    ['too few signers', { signers: [1] }],
    ['P-22 index 0', { signers: [0, 1] }],
    ['P-22 a repeated index', { signers: [1, 1] }],
    ['P-22 an index beyond n', { signers: [1, 4] }],
    ['P-22 the own index missing', { signers: [2, 3] }],
    ['signers out of order', { signers: [2, 1] }],
    ['a short request id', { requestId: new Uint8Array(15) }],
  ])('refuses %s', (_, change) => {
    expect(() => ceremony(change)).toThrow(UsageError);
  });

  it('P-45 refuses pair state of another key', () => {
    const other = dealtKeys(2, 3, 'other');
    expect(() => signCeremony(request, keys.share(1), other.book(1))).toThrow(UsageError);
  });

  it('accepts the same digest for two keys, and two digests for one key', () => {
    const items = [testItem('x', [0]), testItem('x', [1]), testItem('y', [0])];
    expect(() => ceremony({ items })).not.toThrow();
  });
});

describe('P-19 what is signed is not agreed', () => {
  const keys = dealtKeys(2, 3);
  const base = { requestId: requestId('agreed'), signers: [1, 2], items: [testItem('x')] };
  const other: [string, Partial<typeof base>][] = [
    ['digest', { items: [testItem('y')] }],
    ['path', { items: [testItem('x', [44, 60, 0, 0, 1])] }],
    ['purpose', { items: [{ ...testItem('x'), purpose: 'evm-message' }] }],
    ['request', { requestId: requestId('another') }],
    ['number of items', { items: [testItem('x'), testItem('y')] }],
  ];

  it.each(other)('another %s: class A or silence, nothing after round 0', (_, change) => {
    const players = new Map(
      [base, { ...base, ...change }].map((request, i) => [
        i + 1,
        {
          ceremony: signCeremony(request, keys.share(i + 1), keys.book(i + 1)),
          identity: keys.device(i + 1).identity,
        },
      ]),
    );
    for (const outcome of lockstep(players, 'agreed').values()) {
      expect(outcome.output).toBeUndefined();
      // the other's record is signed over another context, so it is no record of this session
      expect(outcome.error).toBeInstanceOf(ProtocolError);
      expect(outcome.sent.filter(({ round }) => round > 0)).toEqual([]);
      expect(outcome.persisted).toEqual([]);
    }
  });
});

describe('P-12 a party that multiplies or announces something else', () => {
  interface Build {
    readonly signing: { readonly signCeremony: typeof signCeremony };
  }
  const evil = async (find: string, replace: string): Promise<Build> =>
    weakened<Build>({ signing: 'ecdsa/sign.ts' }, [{ file: 'ecdsa/protocol.ts', find, replace }]);

  /** Party 2 of 1..3 runs the patched code. */
  async function attack(find: string, replace: string): Promise<Outcomes> {
    const keys = dealtKeys(3, 3);
    const players = signPlayers(keys, [1, 2, 3], [testItem('evil')]);
    const { signing } = await evil(find, replace);
    const request = { requestId: requestId('sign'), signers: [1, 2, 3], items: [testItem('evil')] };
    const ceremony = signing.signCeremony(request, keys.share(2), keys.book(2));
    players.set(2, { ceremony, identity: keys.device(2).identity });
    return lockstep(players, 'evil');
  }

  const INPUTS = 'multiplyAsSender(msid, extension, [item.r, item.sk], aHat)';

  it('another nonce share in the multiplication with one peer: class C there', async () => {
    const changed = INPUTS.replace('item.r,', 'peer === 1 ? item.r + 1n : item.r,');
    const outcomes = await attack(INPUTS, changed);
    expectAbort(outcomeOf(outcomes, 1), 'C', 2);
    expect(outcomeOf(outcomes, 1).persisted).toEqual([
      expect.objectContaining({ kind: 'peer-standing', peer: 2, refused: true }),
    ]);
  });

  it('another key share in the multiplication with one peer: class C there', async () => {
    const changed = INPUTS.replace('item.sk]', 'peer === 3 ? item.sk + 1n : item.sk]');
    expectAbort(outcomeOf(await attack(INPUTS, changed), 3), 'C', 2);
  });

  it("another R than the committed one, to everyone: class A' with both", async () => {
    const find = 'const nonces = drawn.map(({ nonce }) => encodePoint(nonce));';
    const changed = find.replace('nonce)', 'nonce.add(Point.BASE))');
    const outcomes = await attack(find, changed);
    for (const party of [1, 3]) expectAbort(outcomeOf(outcomes, party), "A'", 2);
  });

  it('pk_i + G announced and used to everyone: only the sum shows it, class D', async () => {
    const find = 'const sk = (lambda * ((share + item.tweak) % ORDER) + zeta) % ORDER;';
    const changed = find.replace('+ zeta)', '+ zeta + 1n)');
    const outcomes = await attack(find, changed);
    for (const party of [1, 3]) expectAbort(outcomeOf(outcomes, party), 'D', undefined);
  });

  it('pk_i + G announced, the true sk_i used: class C', async () => {
    const find = 'return { ...secrets, sk, key: one(multiplyBase([sk])), products: new Map() };';
    const changed = find.replace('([sk])', '([sk + 1n])');
    const outcomes = await attack(find, changed);
    for (const party of [1, 3]) expectAbort(outcomeOf(outcomes, party), 'C', 2);
  });
});

describe('messages altered on their way (2-of-2)', () => {
  const keys = dealtKeys(2, 2);
  const rounds = signRounds([1, 2], 1, 1);

  /** Alters one field of every message of a round and kind from party 2. */
  const altering =
    (
      round: number,
      kind: Delivery['kind'],
      path: string,
      change: (bytes: Uint8Array) => Uint8Array,
    ) =>
    (delivery: Delivery): Uint8Array[] => {
      const { from, body } = delivery;
      if (from !== 2 || delivery.round !== round || delivery.kind !== kind) return [body];
      const shape = Object.values(rounds).find(({ number }) => number === round);
      const schema = shape?.[kind as keyof typeof shape] as
        | {
            schema: {
              layout(path: string, at: number): { path: string; offset: number; length: number }[];
            };
          }
        | undefined;
      const field = schema?.schema.layout('', 0).find((leaf) => leaf.path === path);
      if (field === undefined) throw new Error(`no field ${path}`);
      const altered = body.slice();
      altered.set(change(body.slice(field.offset, field.offset + field.length)), field.offset);
      return [altered];
    };
  const flipped = (bytes: Uint8Array): Uint8Array => {
    const out = bytes.slice();
    out[out.length - 1] = (out[out.length - 1] ?? 0) ^ 1;
    return out;
  };
  const attempt = (tamper: Tamper): Outcome<readonly EcdsaSignature[]> =>
    outcomeOf(sign(keys, [1, 2], [testItem('t')], 'altered', tamper), 1);

  it.each<[string, AbortClass, PartyIndex | undefined]>([
    ['echo1', 'A', undefined],
    ['salt', "A'", 2],
    ['items[0].eta', 'C', 2],
    ['items[0].mu', 'C', 2],
    ['items[0].matrix', 'C', 2],
  ])('round 2, %s: class %s', (path, abortClass, culprit) => {
    expectAbort(attempt(altering(2, 'direct', path, flipped)), abortClass, culprit);
  });

  it.each(['gammaU', 'gammaV'])('round 2, %s replaced by another point: class C', (name) => {
    const other = Point.BASE.toBytes(true);
    const outcome = attempt(altering(2, 'direct', `items[0].${name}`, () => other));
    expectAbort(outcome, 'C', 2);
  });

  it('P-49 a scalar of the matrix that is q or more: refused, not reduced', () => {
    const high = (bytes: Uint8Array): Uint8Array => {
      const out = bytes.slice();
      out.fill(0xff, 32 * 7, 32 * 8);
      return out;
    };
    expectAbort(attempt(altering(2, 'direct', 'items[0].matrix', high)), "A'", 2);
  });

  it('psi is only seen in the end: class D, after a signature may exist', () => {
    const outcome = attempt(altering(2, 'direct', 'items[0].psi', flipped));
    expectAbort(outcome, 'D', undefined, 3);
    expect(outcome.persisted.map(({ kind }) => kind)).toContain('maybe-signed');
  });

  it.each(['u', 'w'])('P-47 a wrong %s: class D, nothing released, counted', (name) => {
    const outcome = attempt(altering(3, 'broadcast', `parts[0].${name}`, flipped));
    expectAbort(outcome, 'D', undefined, 3);
    const { error } = outcome;
    expect(error).toBeInstanceOf(IncompleteBatch);
    expect(error instanceof IncompleteBatch ? error.signatures : []).toEqual([undefined]);
    expect(error instanceof RecordedAbort ? error.persist : []).toEqual([
      expect.objectContaining({ kind: 'peer-standing', peer: 2, failures: 1 }),
    ]);
  });

  it('another view: class D, but the valid signature is kept, because it exists', () => {
    const outcome = attempt(altering(3, 'broadcast', 'view', flipped));
    expectAbort(outcome, 'D', undefined, 3);
    const { error } = outcome;
    const kept = error instanceof IncompleteBatch ? error.signatures[0] : undefined;
    const child = derive(keys.publicKey, keys.info.chainCode, testItem('t').path);
    expectValid(kept, child.publicKey);
  });

  it('P-47 after three unattributable failures nothing is tried without a person', () => {
    const books = new Map([1, 2].map((party) => [party, keys.book(party)]));
    const tamper = altering(3, 'broadcast', 'parts[0].u', flipped);
    for (let i = 0; i < 3; i++) {
      lockstep(signPlayers(keys, [1, 2], [testItem('t')], books), `fail/${String(i)}`, tamper);
    }
    const again = () => signPlayers(keys, [1, 2], [testItem('t')], books);
    expect(again).toThrow(/before a person allows it/);
    books.get(1)?.allow(2);
    const outcomes = lockstep(again(), 'allowed');
    expect(outcomeOf(outcomes, 1).output).toHaveLength(1);
  });

  it('H6 nothing is sent after a failed extension check, and both directions of the pair are gone', () => {
    const books = new Map([1, 2].map((party) => [party, keys.book(party)]));
    // a bit of one row: caught where Nabla has a 1, so every row is altered
    const everyRow = (bytes: Uint8Array): Uint8Array =>
      bytes.map((byte, i) => (i % 80 === 0 ? byte ^ 1 : byte));
    const tamper = altering(1, 'direct', 'extensions[0]', (bytes) => {
      const out = bytes.slice();
      out.set(everyRow(bytes.subarray(0, 128 * 80)));
      return out;
    });
    const players = signPlayers(keys, [1, 2], [testItem('t')], books);
    const outcome = outcomeOf(lockstep(players, 'extension', tamper), 1);
    expectAbort(outcome, 'B', 2, 1);
    expect(outcome.persisted).toEqual([
      expect.objectContaining({ kind: 'pair-banned', self: 1, peer: 2, floor: 1 }),
    ]);
    expect(books.get(1)?.report(2)).toEqual({ floor: 1, held: [] });
    const retry = lockstep(signPlayers(keys, [1, 2], [testItem('t')], books), 'retry');
    expectAbort(outcomeOf(retry, 1), 'A', undefined, 0);
  });
});

describe('P-46 low s and recovery id', () => {
  it('holds for 128 signatures in batches', () => {
    const keys = dealtKeys(2, 2);
    const seen = new Set<number>();
    for (let batch = 0; batch < 8; batch++) {
      const items = Array.from({ length: MAX_ITEMS }, (_, k) =>
        testItem(`${String(batch)}/${String(k)}`, [batch, k]),
      );
      const output = outcomeOf(sign(keys, [1, 2], items, `batch/${String(batch)}`), 1).output;
      for (const [k, item] of items.entries()) {
        const child = derive(keys.publicKey, keys.info.chainCode, item.path);
        expectValid(output?.[k], child.publicKey);
        seen.add(output?.[k]?.recovery ?? -1);
      }
    }
    expect([...seen].sort((a, b) => a - b)).toEqual([0, 1]);
  });

  /** A signature made with a known key and nonce, to reach what random ones never reach. */
  function assembled(nonce: bigint, secret: bigint, digest: Uint8Array) {
    const point = Point.BASE.multiply(nonce);
    const key = Point.BASE.multiply(secret);
    const m = BigInt(`0x${toHex(digest)}`) % ORDER;
    const publicKey = key.toBytes(true);
    const item = { ...testItem('a'), digest, tweak: 0n, point: key, publicKey };
    const w = (m + (point.toAffine().x % ORDER) * secret) % ORDER;
    return { signature: assemble(item, point, nonce, w), publicKey };
  }

  it('flips the recovery id together with s', () => {
    const seen = new Set<string>();
    for (let i = 1n; i <= 24n; i++) {
      const { signature, publicKey } = assembled(1000n + i, 77n + i, digestOf(String(i)));
      expectValid(signature, publicKey);
      const { y } = Point.BASE.multiply(1000n + i).toAffine();
      seen.add(`${String(y & 1n)}/${String(signature?.recovery)}`);
    }
    // both parities of R, each with s taken as it is and with s negated
    expect(seen).toEqual(new Set(['0/0', '0/1', '1/0', '1/1']));
  });

  it('P-48 gives nothing for u = 0, w = 0 (s = 0) and R = O', () => {
    const item = {
      ...testItem('a'),
      tweak: 0n,
      point: Point.BASE,
      publicKey: Point.BASE.toBytes(true),
    };
    expect(assemble(item, Point.BASE, 0n, 5n)).toBeUndefined();
    expect(assemble(item, Point.BASE, 5n, 0n)).toBeUndefined();
    expect(assemble(item, Point.ZERO, 5n, 5n)).toBeUndefined();
  });

  it('P-47 gives nothing for a pair (u, w) that does not verify', () => {
    const item = {
      ...testItem('a'),
      tweak: 0n,
      point: Point.BASE,
      publicKey: Point.BASE.toBytes(true),
    };
    expect(assemble(item, Point.BASE.multiply(9n), 9n, 1234n)).toBeUndefined();
  });
});

describe('A1 batches', () => {
  const keys = dealtKeys(2, 3);
  const items = [testItem('one', [0]), testItem('two', [1]), testItem('three', [])];
  const size = (kind: 'extend' | 'multiply'): number => {
    const rounds = signRounds([1, 2, 3], 1, 1);
    const schema = rounds[kind].direct.schema;
    return schema.layout('', 0).find(({ path }) => path.includes('[0]'))?.offset ?? 0;
  };

  it('shares nothing secret between items: every chi, R, psi, matrix and commitment differs', () => {
    const outcomes = sign(keys, [1, 2], items, 'distinct');
    const { sent, output } = outcomeOf(outcomes, 1);
    expect(output).toHaveLength(3);
    const rounds = signRounds([1, 2], 1, 3);
    const bodies = [
      ...sent.filter(({ round, kind }) => round === 1 && kind === 'direct'),
      ...sent.filter(({ round }) => round === 2),
    ];
    const values = bodies.flatMap(({ round, body }) => {
      const schema = round === 1 ? rounds.extend.direct.schema : rounds.multiply.direct.schema;
      return schema
        .layout('', 0)
        .filter(({ path }) => path.includes('['))
        .map(({ offset, length }) => toHex(body.slice(offset, offset + length)));
    });
    expect(values).toHaveLength(3 + 3 * 8);
    expect(new Set(values).size).toBe(values.length);
  });

  it('two items swapped on the wire: nothing of round 3 leaves', () => {
    const itemBytes = signRounds([1, 2], 1, 1).extend.direct.schema.size - size('extend');
    const swap: Tamper = ({ from, round, kind, body }) => {
      if (from !== 2 || round !== 1 || kind !== 'direct') return [body];
      const [at, out] = [size('extend'), body.slice()];
      out.set(body.slice(at + itemBytes, at + 2 * itemBytes), at);
      out.set(body.slice(at, at + itemBytes), at + itemBytes);
      return [out];
    };
    expectAbort(outcomeOf(sign(keys, [1, 2], items, 'swap', swap), 1), 'B', 2, 1);
  });

  it("item 0's round-2 message again as item 1's: class A' or C, nothing of round 3 leaves", () => {
    const at = size('multiply');
    const itemBytes = signRounds([1, 2], 1, 1).multiply.direct.schema.size - at;
    const replay: Tamper = ({ from, round, body }) => {
      if (from !== 2 || round !== 2) return [body];
      const out = body.slice();
      out.set(body.slice(at, at + itemBytes), at + itemBytes);
      return [out];
    };
    // R_1 is now R_0, so the commitment does not open
    expectAbort(outcomeOf(sign(keys, [1, 2], items, 'replay', replay), 1), "A'", 2);
  });

  it('a wrong extension in item 2 alone: nothing leaves for any item', () => {
    const at =
      size('extend') + 2 * (signRounds([1, 2], 1, 1).extend.direct.schema.size - size('extend'));
    const wrong: Tamper = ({ from, round, kind, body }) => {
      if (from !== 2 || round !== 1 || kind !== 'direct') return [body];
      return [
        body.map((byte, i) =>
          i >= at && (i - at) % 80 === 0 && i < at + 128 * 80 ? byte ^ 1 : byte,
        ),
      ];
    };
    const outcome = outcomeOf(sign(keys, [1, 2], items, 'item 2', wrong), 1);
    expectAbort(outcome, 'B', 2, 1);
  });

  it('another order on one device: they never hear each other', () => {
    const players = signPlayers(keys, [1, 2], items);
    const reversed = { requestId: requestId('sign'), signers: [1, 2], items: items.toReversed() };
    const ceremony = signCeremony(reversed, keys.share(2), keys.book(2));
    players.set(2, { ceremony, identity: keys.device(2).identity });
    for (const outcome of lockstep(players, 'order').values()) {
      expect(outcome.output).toBeUndefined();
      expect(outcome.sent.filter(({ round }) => round > 0)).toEqual([]);
    }
  });
});

describe('P-17 no presignatures', () => {
  let outputs: Outcomes;
  beforeAll(() => {
    outputs = sign(dealtKeys(2, 2), [1, 2], [testItem('once')], 'once');
  });

  it('a ceremony always has its digests: the request type demands them', () => {
    // @ts-expect-error an item without a digest is no item
    const withoutDigest: SignItem = { purpose: 'evm-transaction', path: [] };
    expect(() =>
      signCeremony(
        { requestId: requestId('p'), signers: [1, 2], items: [withoutDigest] },
        dealtKeys(2, 2).share(1),
        dealtKeys(2, 2).book(1),
      ),
    ).toThrow();
    expect(outcomeOf(outputs, 1).output).toHaveLength(1);
  });
});
