/**
 * Key generation: what every party ends up with, and who is blamed for what. One file per protocol holds
 * its must-fail cases; the attacks on weakened builds are in `attacks/`.
 */
import { HDKey } from '@scure/bip32';
import { describe, expect, it } from 'vitest';
import { concat, toHex, u16 } from '../codec.ts';
import { ProtocolError, UsageError, type AbortClass, type PartyIndex } from './abort.ts';
import {
  decodeCertificate,
  describeDraft,
  encodeCertificate,
  verifyKeygenCertificate,
} from './certificate.ts';
import { derive } from './derive.ts';
import { PairBook } from './ecdsa/pairs.ts';
import { signCeremony } from './ecdsa/sign.ts';
import { assembleCertificate } from './epochs.ts';
import { baseTimes, groupOf, type Element, type Suite } from './group.ts';
import { hash } from './hash.ts';
import { hasPairs, keygenCeremony, keygenRounds, type NewKey } from './keygen.ts';
import { publicKeyOf, verifyingShare, type EcdsaSuite, type KeyShare } from './keys.ts';
import { evaluate, lagrange } from './polynomial.ts';
import { prove, type Proof, type ProofBinding } from './proofs.ts';
import type { PendingKey } from './records.ts';
import { bitOf } from './secret-bits.ts';
import { decodeBody } from './schema.ts';
import type { Ceremony } from './session/ceremony.ts';
import type { KeygenContext } from './session/context.ts';
import type { Session } from './session/session.ts';
import { TAGS } from './tags.ts';
import { ecdsaKeys, frostKeys, signPlayers, testItem } from './testing/keys.ts';
import { lockstep, type Delivery, type Outcome, type Tamper } from './testing/lockstep.ts';
import { headerOf, runAll } from './testing/network.ts';
import { devices, membersOf, pick, requestId, seeded } from './testing/seeded.ts';
import { twoFaced } from './testing/two-faced.ts';
import { interpolates } from './testing/interpolates.ts';

const ECDSA = 'mpc-ecdsa/v1/secp256k1/L128';
const ED25519 = 'mpc-frost/v1/ed25519';
const BIP340 = 'mpc-frost/v1/secp256k1-bip340';

const contextOf = <S extends Suite>(suite: S, t: number, n: number): KeygenContext<S> => ({
  suite,
  requestId: requestId(`${String(t)} of ${String(n)}`),
  threshold: t,
  members: membersOf(devices(n)),
});

type Wrap<S extends Suite> = (ceremony: Ceremony<NewKey<S>>) => Ceremony<NewKey<S>>;

/** Runs a key generation. @param evil other code for some of the parties */
function generate<S extends Suite>(
  context: KeygenContext<S>,
  tamper?: Tamper,
  evil: ReadonlyMap<PartyIndex, Wrap<S>> = new Map<PartyIndex, Wrap<S>>(),
  seed = 'key generation',
): Map<PartyIndex, Outcome<NewKey<S>>> {
  const players = new Map(
    devices(context.members.length).map(({ identity }, i) => {
      const ceremony = keygenCeremony(context, i + 1);
      return [i + 1, { identity, ceremony: evil.get(i + 1)?.(ceremony) ?? ceremony }] as const;
    }),
  );
  return lockstep(players, seed, tamper);
}

const dryRuns = new Map<KeygenContext, Map<PartyIndex, Outcome<NewKey>>>();

/** The honest run with the usual seed: it shows what each party is going to say. */
function dryRun(context: KeygenContext): Map<PartyIndex, Outcome<NewKey>> {
  const run = dryRuns.get(context) ?? generate(context);
  dryRuns.set(context, run);
  return run;
}

const outcome = <Out>(
  run: ReadonlyMap<PartyIndex, Outcome<Out>>,
  party: PartyIndex,
): Outcome<Out> => {
  const found = run.get(party);
  if (found === undefined) throw new Error('no such party');
  return found;
};

const outputOf = <Out>(run: ReadonlyMap<PartyIndex, Outcome<Out>>, party: PartyIndex): Out => {
  const { output, error } = outcome(run, party);
  if (output === undefined) throw new Error('no output', { cause: error });
  return output;
};

const lastRound = ({ sent }: Outcome<unknown>): number =>
  Math.max(...sent.map(({ round }) => round));

/** The party aborted with this class and blame, has no key, and sent nothing after `round`. */
function expectAbort(
  one: Outcome<unknown>,
  expected: { class: AbortClass; culprit?: PartyIndex; round: number; reason: RegExp },
): void {
  const { error } = one;
  expect(error).toBeInstanceOf(ProtocolError);
  if (!(error instanceof ProtocolError)) return;
  expect(error.message).toMatch(expected.reason);
  expect(error.abortClass).toBe(expected.class);
  expect(error.culprit).toBe(expected.culprit);
  expect(one.output).toBeUndefined();
  expect(lastRound(one)).toBe(expected.round);
  expect(one.persisted).toEqual([]);
}

/** No party came so far that a share of the key is stored anywhere. */
function expectNobodyActive(run: ReadonlyMap<PartyIndex, Outcome<unknown>>): void {
  for (const { output, persisted } of run.values()) {
    expect(output).toBeUndefined();
    expect(persisted).toEqual([]);
  }
}

/** All sets of `size` out of 1..n. */
function subsets(n: number, size: number): PartyIndex[][] {
  const found: PartyIndex[][] = [];
  const extend = (set: PartyIndex[]): void => {
    if (set.length === size) found.push(set);
    else for (let i = (set.at(-1) ?? 0) + 1; i <= n; i++) extend([...set, i]);
  };
  extend([]);
  return found;
}

const pendingOf = (one: Outcome<unknown>): PendingKey | undefined =>
  one.persisted.flatMap((record) => (record.kind === 'pending-key' ? [record.pending] : []))[0];

/** Everyone has the same key, every share is on it, and the certificate of each proves it. */
function expectOneKey<S extends Suite>(
  context: KeygenContext<S>,
  run: ReadonlyMap<PartyIndex, Outcome<NewKey<S>>>,
): ReadonlyMap<PartyIndex, KeyShare<S>> {
  const { info, index } = outputOf(run, 1).share;
  expect(index).toBe(1);
  expect(info.threshold).toBe(context.threshold);
  expect(info.commitment).toHaveLength(context.threshold);
  expect(info.epoch).toBe(0);
  const bytes = encodeCertificate(outputOf(run, 1).certificate);
  const certified = verifyKeygenCertificate(decodeCertificate(bytes));
  expect(certified.info).toEqual(info);
  const shares = new Map<PartyIndex, KeyShare<S>>();
  for (const { index: party } of context.members) {
    const { share, certificate } = outputOf(run, party);
    expect(share.info).toEqual(info);
    expect(encodeCertificate(certificate)).toEqual(bytes);
    expect(share.index).toBe(party);
    shares.set(party, share);
    const group = groupOf(info.suite);
    const point = share.withSecret((s) => baseTimes(group, s));
    expect(point.toBytes()).toEqual(verifyingShare(info, party).toBytes());
  }
  return shares;
}

describe('key generation', () => {
  it.each([
    [ED25519, 2, 2],
    [BIP340, 2, 2],
    [BIP340, 2, 3],
    [ED25519, 3, 3],
    [BIP340, 3, 5],
    [BIP340, 5, 5],
    [ED25519, 2, 6],
  ] as const)('%s: every quorum of %i of %i holds the key', (suite, t, n) => {
    const context = contextOf(suite, t, n);
    const shares = expectOneKey(context, generate(context));
    const { info } = shares.get(1) ?? expect.unreachable();
    for (const set of subsets(n, t)) expect(interpolates(info, set, shares)).toBe(true);
    for (const set of subsets(n, t - 1)) expect(interpolates(info, set, shares)).toBe(false);
  });

  it('works for 20 parties', () => {
    const [t, n] = [11, 20];
    const context = contextOf(BIP340, t, n);
    const shares = expectOneKey(context, generate(context));
    const { info } = shares.get(1) ?? expect.unreachable();
    // All shares lie on one polynomial of degree t - 1 with f(0) = the key, so every quorum has it.
    const group = groupOf(BIP340);
    const first = Array.from({ length: t }, (_, i) => i + 1);
    for (let x = t + 1; x <= n; x++) {
      // f(x) from the first t shares: shift the set so that x lies at 0
      const secret = (i: PartyIndex): bigint => shares.get(i)?.withSecret((s) => s) ?? 0n;
      const value = first.reduce((sum, i) => {
        let coefficient = 1n;
        for (const l of first) {
          if (l === i) continue;
          coefficient = (coefficient * BigInt(x - l + n)) % group.order;
          coefficient = (coefficient * invertOf(BigInt(i - l), group.order)) % group.order;
          coefficient = (coefficient * BigInt(x - l)) % group.order;
          coefficient = (coefficient * invertOf(BigInt(x - l + n), group.order)) % group.order;
        }
        return (sum + coefficient * secret(i)) % group.order;
      }, 0n);
      expect((value + group.order) % group.order).toBe(secret(x));
    }
    const random = seeded('quorums');
    for (let round = 0; round < 100; round++) {
      const set = context.members
        .map(({ index }) => ({ index, at: pick(random, 2 ** 30) }))
        .sort((a, b) => a.at - b.at)
        .map(({ index }) => index);
      const quorum = set.slice(0, t).sort((a, b) => a - b);
      expect(interpolates(info, quorum, shares)).toBe(true);
      expect(interpolates(info, quorum.slice(1), shares)).toBe(false);
    }
  });

  it('draws new secrets every time', () => {
    const context = contextOf(BIP340, 2, 2);
    const one = outputOf(generate(context, undefined, undefined, 'one'), 1).share;
    const two = outputOf(generate(context, undefined, undefined, 'two'), 1).share;
    expect(publicKeyOf(one.info)).not.toEqual(publicKeyOf(two.info));
    expect(one.info.chainCode).not.toEqual(two.info.chainCode);
    expect(one.info.kid).not.toEqual(two.info.kid);
  });
});

/** 1/value modulo a prime, for negative values too. */
function invertOf(value: bigint, modulus: bigint): bigint {
  let [result, base, power] = [1n, ((value % modulus) + modulus) % modulus, modulus - 2n];
  for (; power > 0n; power >>= 1n, base = (base * base) % modulus) {
    if ((power & 1n) === 1n) result = (result * base) % modulus;
  }
  return result;
}

describe('key generation for ECDSA', () => {
  const sizes = [
    [2, 2],
    [2, 3],
    [3, 3],
  ] as const;

  it.each(sizes)('every quorum of %i of %i holds the key', (t, n) => {
    const keys = ecdsaKeys(t, n);
    const shares = new Map(keys.parties.map((party) => [party, keys.share(party)]));
    for (const set of subsets(n, t)) expect(interpolates(keys.info, set, shares)).toBe(true);
    for (const set of subsets(n, t - 1)) expect(interpolates(keys.info, set, shares)).toBe(false);
    const certificate = keys.output(1).certificate;
    expect(verifyKeygenCertificate(certificate).info).toEqual(keys.info);
  });

  it.each(sizes)('the pairs of %i of %i fit in both directions', (_, n) => {
    expectPairsFit(n, (self, peer) => ecdsaKeys(_, n).generation(self, peer));
  });

  it.each(sizes)('every quorum of %i of %i signs', (t, n) => {
    const keys = ecdsaKeys(t, n);
    for (const signers of subsets(n, t)) {
      const run = lockstep(signPlayers(keys, signers, [testItem(signers.join())]), 'sign');
      for (const party of signers) expect(outputOf(run, party)).toHaveLength(1);
    }
  });

  it('P-08 P-09 no two pairs and no two directions share Nabla or a pad', () => {
    const keys = ecdsaKeys(3, 3);
    const ordered = keys.parties.flatMap((self) =>
      keys.parties.filter((peer) => peer !== self).map((peer) => keys.generation(self, peer)),
    );
    expect(new Set(ordered.map(({ send }) => toHex(send.nabla))).size).toBe(6);
    const pads = ordered.flatMap(({ receive }) =>
      [receive.zeros, receive.ones].flatMap((all) =>
        Array.from({ length: 128 }, (_, i) => toHex(all.slice(32 * i, 32 * i + 32))),
      ),
    );
    expect(new Set(pads).size).toBe(6 * 256);
  });

  const slow = process.env['SLOW'] === '1';
  const [few, many] = slow ? [2, 20] : [3, 6];
  const title = `${String(few)}-of-${String(many)}: one key, every pair fits, and devices far apart sign`;
  it(`${title} (SLOW=1: 2-of-20, minutes)`, { timeout: 3_600_000 }, () => {
    const context = contextOf(ECDSA, few, many);
    const run = generate(context);
    const shares = expectOneKey(context, run);
    const { info } = shares.get(1) ?? expect.unreachable();
    expect(interpolates(info, [1, 2, many], shares)).toBe(true);
    const generation = (self: PartyIndex, peer: PartyIndex) =>
      outputOf(run, self).pairs.get(peer) ?? expect.unreachable();
    expectPairsFit(many, generation);
    const list = devices(many);
    for (const signers of [
      [1, 2, many],
      [many - 3, many - 2, many - 1],
    ]) {
      const players = new Map(
        signers.map((party) => {
          const { share, pairs } = outputOf<NewKey<EcdsaSuite>>(run, party);
          const book = new PairBook(share.info, party);
          for (const [peer, one] of pairs) book.add(peer, one);
          const items = [testItem(signers.join())];
          const request = { requestId: requestId('far'), signers, items };
          const identity = list[party - 1]?.identity ?? expect.unreachable();
          return [party, { ceremony: signCeremony(request, share, book), identity }];
        }),
      );
      const signed = lockstep(players, signers.join());
      for (const party of signers) expect(outputOf(signed, party)).toHaveLength(1);
    }
  });

  it('P-45 pairs of one key cannot be used with another', () => {
    const [one, other] = [ecdsaKeys(2, 2), ecdsaKeys(2, 3)];
    const request = { requestId: requestId('x'), signers: [1, 2], items: [testItem('x')] };
    expect(() => signCeremony(request, one.share(1), other.book(1))).toThrow(UsageError);
    expect(() => signCeremony(request, one.share(1), one.book(2))).toThrow(UsageError);
  });
});

/** chosen_i = the pad that Nabla_i chooses, in both directions of every pair; equal names. */
function expectPairsFit(
  n: number,
  generation: (
    self: PartyIndex,
    peer: PartyIndex,
  ) => NonNullable<ReturnType<NewKey['pairs']['get']>>,
): void {
  for (const [a = 0, b = 0] of subsets(n, 2)) {
    const [here, there] = [generation(a, b), generation(b, a)];
    expect(here.pid).toEqual(there.pid);
    expect([here.gen, there.gen]).toEqual([1, 1]);
    for (const [send, receive] of [
      [here.send, there.receive],
      [there.send, here.receive],
    ] as const) {
      for (let i = 0; i < 128; i++) {
        const at = [32 * i, 32 * i + 32] as const;
        const [zero, one] = [receive.zeros.slice(...at), receive.ones.slice(...at)];
        expect(send.chosen.slice(...at)).toEqual(bitOf(send.nabla, i) === 1 ? one : zero);
        expect(zero).not.toEqual(one);
      }
    }
  }
}

// --- must fail ---------------------------------------------------------------------------------------

/** What a dealer opens in round 2. */
interface Contribution {
  readonly coefficients: readonly Element[];
  readonly chainCode: Uint8Array;
  readonly proof: Proof;
}

/**
 * Party `evil` commits to what `make` gives and opens it. Everything else of it is honest, echoes
 * included, so that exactly the check of what is wrong with the contribution can fail.
 */
function contributing(
  context: KeygenContext,
  evil: PartyIndex,
  make: (session: Session) => Contribution,
): { wrap: ReadonlyMap<PartyIndex, Wrap<Suite>>; tamper: Tamper } {
  const salt = seeded('salt')(32);
  const bodies = new Map<PartyIndex, Uint8Array>();
  let opened: { readonly session: Session; readonly value: Contribution } | undefined;
  const encode = (echo1: Uint8Array, own: Contribution, withSalt: Uint8Array): Uint8Array => {
    const { coefficients, chainCode, proof } = own;
    const threshold = coefficients.length;
    return keygenRounds({ ...context, threshold }, evil).reveal.broadcast.schema.encode({
      echo1,
      coefficients,
      chainCode,
      proofPoint: proof.commitment,
      proofScalar: proof.response,
      salt: withSalt,
    });
  };
  const wrap: Wrap<Suite> = (ceremony) => ({
    ...ceremony,
    begin(session, secrets) {
      opened = { session, value: make(session) };
      return ceremony.begin(session, secrets);
    },
  });
  const tamper: Tamper = ({ from, round, body }) => {
    if (round === 1) bodies.set(from, body);
    if (from !== evil || opened === undefined) return [body];
    const { session, value } = opened;
    const blank = new Uint8Array(32);
    const payload = encode(blank, value, blank);
    const com = hash(TAGS.dkgCommit, session.sid, u16(evil), payload, salt);
    if (round === 1) return [com];
    if (round !== 2) return [body];
    return [encode(session.echo(1, new Map(bodies).set(evil, com)), value, salt)];
  };
  return { wrap: new Map([[evil, wrap]]), tamper };
}

/** A contribution as it should be, from a seed, with one thing wrong. */
function contribution(
  context: KeygenContext,
  session: Session,
  wrong: {
    bound?: (bound: ProofBinding) => ProofBinding;
    statement?: Element;
    proof?: (proof: Proof) => Proof;
    count?: number;
  } = {},
): Contribution {
  const group = groupOf(context.suite);
  const count = wrong.count ?? context.threshold;
  const coefficients = Array.from({ length: count }, (_, k) =>
    baseTimes(group, BigInt(1_000_003 * (k + 1))),
  );
  const chainCode = seeded('cc')(32);
  const bound: ProofBinding = {
    label: 'dkg',
    sid: session.sid,
    prover: session.self,
    context: concat(...coefficients.slice(1).map((a) => a.toBytes()), chainCode),
  };
  const proof = prove(
    group,
    wrong.bound?.(bound) ?? bound,
    1_000_003n,
    wrong.statement ?? coefficients[0] ?? group.base,
    77n,
  );
  return { coefficients, chainCode, proof: wrong.proof?.(proof) ?? proof };
}

const EVIL = 3;
const frost = contextOf(BIP340, 2, 3);

describe('P-20 P-21 P-22 the shape of a contribution', () => {
  it('the harness is sound: with nothing wrong, everyone deals shares', () => {
    const { wrap, tamper } = contributing(frost, EVIL, (session) => contribution(frost, session));
    const run = generate(frost, tamper, wrap);
    for (const party of [1, 2]) {
      // The evil party's own code does not know what was sent for it, and stops.
      expect(outcome(run, party)).toMatchObject({ error: undefined, waitingIn: 3 });
      expect(lastRound(outcome(run, party))).toBe(3);
    }
  });

  it.each([
    ['no', 0],
    ['t - 1', 1],
    ['t + 1', 3],
    ['2t', 4],
    ['n + 1', 4],
  ])('P-20 P-21 %s coefficients are malformed by their length', (_, count) => {
    const { wrap, tamper } = contributing(frost, EVIL, (session) =>
      contribution(frost, session, { count }),
    );
    const run = generate(frost, tamper, wrap);
    for (const party of [1, 2]) {
      expectAbort(outcome(run, party), {
        class: "A'",
        culprit: EVIL,
        round: 2,
        reason: /227 bytes expected/,
      });
    }
    expectNobodyActive(run);
  });

  it('P-20 a million coefficients cost neither time nor memory', () => {
    const point = groupOf(BIP340).base.toBytes();
    const coefficients = new Uint8Array(1_000_000 * point.length);
    for (let at = 0; at < coefficients.length; at += point.length) coefficients.set(point, at);
    const huge = concat(new Uint8Array(32), coefficients, new Uint8Array(32 + 33 + 32 + 32));
    const before = process.memoryUsage().arrayBuffers;
    const started = performance.now();
    const run = generate(frost, ({ from, round, body }) =>
      from === EVIL && round === 2 ? [huge] : [body],
    );
    expect(performance.now() - started).toBeLessThan(10_000);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(huge.length / 2);
    for (const party of [1, 2]) {
      expectAbort(outcome(run, party), {
        class: "A'",
        culprit: EVIL,
        round: 2,
        reason: /227 bytes expected, 33000161 received/,
      });
    }
  });

  it('P-20 a dealer whose code deals with a larger threshold is named', () => {
    const larger = keygenCeremony({ ...frost, threshold: 3 }, 1);
    const wrap: Wrap<typeof BIP340> = (ceremony) => ({
      ...ceremony,
      begin: (session, secrets) => larger.begin(session, secrets),
    });
    const run = generate(frost, undefined, new Map([[1, wrap]]));
    for (const party of [2, 3]) {
      expectAbort(outcome(run, party), {
        class: "A'",
        culprit: 1,
        round: 1, // it arrives before they opened their own
        reason: /227 bytes expected, 260 received/,
      });
    }
  });

  it.each([
    ['number 0', [0, 1, 2]],
    ['a number twice', [1, 2, 2]],
    ['a gap', [1, 2, 4]],
    ['another order', [2, 1, 3]],
  ])('P-22 %s is refused before anything is sent', (_, numbers) => {
    const members = frost.members.map((member, i) => ({ ...member, index: numbers[i] ?? 0 }));
    expect(() => keygenCeremony({ ...frost, members }, 1)).toThrow(UsageError);
  });

  it('P-22 an identity twice, an impossible threshold and an own number outside are refused', () => {
    const [first, second] = frost.members;
    const twice = [first, second, { index: 3, identity: first?.identity }];
    const members = twice as KeygenContext['members'];
    expect(() => keygenCeremony({ ...frost, members }, 1)).toThrow(UsageError);
    for (const threshold of [0, 1, 4, 1.5, Number.NaN]) {
      expect(() => keygenCeremony({ ...frost, threshold }, 1)).toThrow(UsageError);
    }
    const run = lockstep(
      new Map(
        [1, 2, 4].map((party, i) => [
          i + 1,
          {
            ceremony: keygenCeremony(frost, party),
            identity: devices(4)[i]?.identity ?? expect.unreachable(),
          },
        ]),
      ),
      'outside',
    );
    expect(outcome(run, 3).error).toBeInstanceOf(UsageError);
    expectNobodyActive(run);
  });
});

describe.each([
  ['2 of 3', contextOf(BIP340, 2, 3)],
  ['t = n, where no redundancy helps', contextOf(BIP340, 3, 3)],
])('P-23 P-24 P-31 contributions that are not the own one, %s', (_, context) => {
  it('P-23 the commitment, payload and proof of another party under the own number', () => {
    const seen = new Map<number, Uint8Array>();
    const run = generate(context, ({ from, round, body }) => {
      if (from === 1) seen.set(round, body);
      const copied = round === 1 || round === 2 ? seen.get(round) : undefined;
      return [from === EVIL ? (copied ?? body) : body];
    });
    // Echoes differ: the copy was not what party 3's own code sent. The commitment is judged first by 1.
    for (const party of [1, 2]) {
      const { error } = outcome(run, party);
      expect(error).toMatchObject({ abortClass: "A'", culprit: EVIL });
      expect(error).toHaveProperty('message', expect.stringMatching(/does not open/));
      expect(lastRound(outcome(run, party))).toBe(2);
    }
    expectNobodyActive(run);
  });

  it('P-23 the payload and proof of another party, committed to under the own number', () => {
    // A dry run with the same seed shows what party 1 is going to open.
    const opened = openingOf(context, 1);
    const { wrap, tamper } = contributing(context, EVIL, () => ({
      coefficients: opened.coefficients,
      chainCode: opened.chainCode,
      proof: { commitment: opened.proofPoint, response: opened.proofScalar },
    }));
    const run = generate(context, tamper, wrap);
    for (const party of [1, 2]) {
      expectAbort(outcome(run, party), {
        class: "A'",
        culprit: EVIL,
        round: 2,
        reason: /proof of the constant term/,
      });
    }
  });

  it('P-23 A_0 = X - sum of the others, from what the others opened', () => {
    const group = groupOf(context.suite);
    const seen = new Map<PartyIndex, Element>();
    const schema = keygenRounds(context, EVIL).reveal.broadcast.schema;
    const run = generate(context, ({ from, round, body }) => {
      if (round !== 2) return [body];
      const opened = decodeBody(schema, body, 'opening');
      const [first = group.zero, ...rest] = opened.coefficients;
      if (from !== EVIL) {
        seen.set(from, first);
        return [body];
      }
      const others = [...seen.values()].reduce((sum, a) => sum.add(a), group.zero);
      const rogue = baseTimes(group, 42n).add(others.negate());
      return [schema.encode({ ...opened, coefficients: [rogue, ...rest] })];
    });
    for (const party of [1, 2]) {
      expectAbort(outcome(run, party), {
        class: "A'",
        culprit: EVIL,
        round: 2,
        reason: /does not open/,
      });
    }
  });

  it('P-23 A_0 = X - sum of the others, if it could know them before it commits', () => {
    const group = groupOf(context.suite);
    const others = [1, 2].reduce(
      (sum, party) => sum.add(openingOf(context, party).coefficients[0] ?? group.zero),
      group.zero,
    );
    const rogue = baseTimes(group, 42n).add(others.negate());
    const { wrap, tamper } = contributing(context, EVIL, (session) => {
      const honest = contribution(context, session, { statement: rogue });
      return { ...honest, coefficients: [rogue, ...honest.coefficients.slice(1)] };
    });
    const run = generate(context, tamper, wrap);
    for (const party of [1, 2]) {
      expectAbort(outcome(run, party), {
        class: "A'",
        culprit: EVIL,
        round: 2,
        reason: /proof of the constant term/,
      });
    }
  });

  it.each([
    ['another prover', { bound: (b: ProofBinding) => ({ ...b, prover: 1 }) }],
    ['another session', { bound: (b: ProofBinding) => ({ ...b, sid: new Uint8Array(32) }) }],
    ['another label', { bound: (b: ProofBinding) => ({ ...b, label: 'share' as const }) }],
    ['another protocol', { bound: (b: ProofBinding) => ({ ...b, label: 'reshare' as const }) }],
    [
      'another object',
      { bound: (b: ProofBinding) => ({ ...b, context: concat(b.context, new Uint8Array(1)) }) },
    ],
    ['another statement', { statement: groupOf(BIP340).base }],
    [
      'another response',
      { proof: (p: Proof) => ({ ...p, response: (p.response + 1n) % groupOf(BIP340).order }) },
    ],
    ['another commitment', { proof: (p: Proof) => ({ ...p, commitment: p.commitment.negate() }) }],
  ])('P-24 a proof for %s', (__, wrong) => {
    const { wrap, tamper } = contributing(context, EVIL, (session) =>
      contribution(context, session, wrong),
    );
    const run = generate(context, tamper, wrap);
    for (const party of [1, 2]) {
      expectAbort(outcome(run, party), {
        class: "A'",
        culprit: EVIL,
        round: 2,
        reason: /proof of the constant term/,
      });
    }
  });

  it('P-24 P-35 round 2 of another session of the same members', () => {
    const earlier = new Map<string, Uint8Array>();
    const slot = ({ from, round }: Delivery): string => `${String(from)}/${String(round)}`;
    const record: Tamper = (delivery) => {
      earlier.set(slot(delivery), delivery.body);
      return [delivery.body];
    };
    generate(context, record, undefined, 'earlier');
    const run = generate(context, (delivery) => {
      const { from, round, body } = delivery;
      return [from === EVIL && round >= 1 ? (earlier.get(slot(delivery)) ?? body) : body];
    });
    for (const party of [1, 2]) {
      const { error } = outcome(run, party);
      // The echo inside it is of the other session.
      expect(error).toMatchObject({ abortClass: 'A' });
      expect(lastRound(outcome(run, party))).toBe(2);
    }
    expectNobodyActive(run);
  });

  const fields = [
    ['salt', -1],
    ['proof', -40],
    ['chain code', -98],
  ] as const;
  it.each(fields)('P-31 P-32 an opening with another %s does not open', (__, offset) => {
    const run = generate(context, ({ from, round, body }) => {
      if (from !== EVIL || round !== 2) return [body];
      const copy = body.slice();
      const at = copy.length + offset;
      copy[at] = (copy[at] ?? 0) ^ 1;
      return [copy];
    });
    for (const party of [1, 2]) {
      expectAbort(outcome(run, party), {
        class: "A'",
        culprit: EVIL,
        round: 2,
        reason: /does not open/,
      });
    }
  });

  it('P-31 equal payloads give different commitments, by salt, number and session', () => {
    const payload = new Uint8Array(100);
    const sid = new Uint8Array(32);
    const other = seeded('other')(32);
    const commitments = [
      hash(TAGS.dkgCommit, sid, u16(1), payload, sid),
      hash(TAGS.dkgCommit, sid, u16(1), payload, other),
      hash(TAGS.dkgCommit, sid, u16(2), payload, sid),
      hash(TAGS.dkgCommit, other, u16(1), payload, sid),
      hash(TAGS.reshareCommit, sid, u16(1), payload, sid),
    ];
    expect(new Set(commitments.map(toHex)).size).toBe(5);
  });
});

/** What a party opens in round 2 of a run with the usual seed. */
function openingOf(context: KeygenContext, party: PartyIndex) {
  const schema = keygenRounds(context, party).reveal.broadcast.schema;
  const sent = outcome(dryRun(context), party).sent.find(({ round }) => round === 2);
  return decodeBody(schema, sent?.body ?? expect.unreachable(), 'opening');
}

describe('P-25 P-52 equivocation', () => {
  const sizes = [
    ['2 of 3', contextOf(BIP340, 2, 3)],
    ['3 of 3', contextOf(ED25519, 3, 3)],
  ] as const;

  it.each(sizes)(
    'P-25 two whole valid faces, %s: everyone aborts, nobody is active',
    (_, context) => {
      const faces = new Map<PartyIndex, ReturnType<typeof twoFaced<NewKey>>>();
      const wrap: Wrap<Suite> = (ceremony) => {
        const identity = devices(3)[EVIL - 1]?.identity ?? expect.unreachable();
        const two = twoFaced(ceremony, identity, seeded('other face'));
        faces.set(EVIL, two);
        return two.ceremony;
      };
      const run = generate<Suite>(
        context,
        ({ from, to, round, kind, body }) => {
          const other = faces.get(from)?.said(round, kind === 'broadcast' ? 'all' : to);
          return [from === EVIL && to === 2 ? (other ?? body) : body];
        },
        new Map([[EVIL, wrap]]),
      );
      for (const party of [1, 2]) {
        expectAbort(outcome(run, party), { class: 'A', round: 2, reason: /broadcasts in round 1/ });
      }
      expectNobodyActive(run);
    },
  );

  it.each([1, 2])('P-25 the other face in round %i only', (only) => {
    const faces: { said?: (round: number, to: 'all') => Uint8Array | undefined } = {};
    const wrap: Wrap<Suite> = (ceremony) => {
      const identity = devices(3)[EVIL - 1]?.identity ?? expect.unreachable();
      const two = twoFaced(ceremony, identity, seeded('other face'));
      faces.said = (round, to) => two.said(round, to);
      return two.ceremony;
    };
    const run = generate<Suite>(
      frost,
      ({ from, to, round, body }) => {
        const other =
          round === only && from === EVIL && to === 2 ? faces.said?.(round, 'all') : undefined;
        return [other ?? body];
      },
      new Map([[EVIL, wrap]]),
    );
    const { error } = outcome(run, 2);
    expect(error).toBeInstanceOf(ProtocolError);
    expect(error).toHaveProperty('message', expect.stringMatching(/round 1|does not open/));
    expect(lastRound(outcome(run, 2))).toBe(2);
    expectNobodyActive(run);
  });

  it('P-25 another valid proof in round 4 changes nothing: all agree on the key', () => {
    const { share, certificate } = outputOf(dryRun(frost), EVIL);
    const { height } = describeDraft(certificate);
    const group = groupOf(BIP340);
    const bound: ProofBinding = {
      label: 'share',
      sid: height.sid,
      prover: EVIL,
      context: concat(certificate.echo2, publicKeyOf(share.info), share.info.chainCode),
    };
    const publicShare = verifyingShare(share.info, EVIL);
    const proof = share.withSecret((s) => prove(group, bound, s, publicShare, 12345n));
    const other = keygenRounds(frost, EVIL).prove.broadcast.schema.encode({
      publicShare,
      proofPoint: proof.commitment,
      proofScalar: proof.response,
    });
    const run = generate(frost, ({ from, to, round, body }) => {
      if (from !== EVIL || to !== 2 || round !== 4) return [body];
      expect(body).not.toEqual(other);
      return [other];
    });
    expectOneKey(frost, run);
    expect(outputOf(run, 2).share.info).toEqual(share.info);
  });

  it('P-25 P-33 a confirmation for one only: the others finish, and it finishes with their certificate', () => {
    const run = generate(frost, ({ from, to, round, body }) =>
      from === EVIL && to === 2 && round === 5 ? [new Uint8Array(64).fill(1)] : [body],
    );
    const victim = outcome(run, 2);
    expect(victim.error).toMatchObject({ abortClass: "A'", culprit: EVIL });
    expect(victim.output).toBeUndefined();
    expect(outputOf(run, 1).share.info.kid).toEqual(pendingOf(victim)?.share.info.kid);
    const { info } = verifyKeygenCertificate(outputOf(run, 1).certificate);
    expect(info).toEqual(pendingOf(victim)?.share.info);
  });
});

describe('shares, proofs and confirmations', () => {
  it.each([
    ['a share that is not on the polynomial', 3, 'direct', 32, 2, /share does not fit/],
    ['another echo of round 2', 3, 'direct', 0, undefined, /round 2/],
    ['a public share that is no point', 4, 'broadcast', 0, 1, /round 4 message/],
    ['a wrong proof of the share', 4, 'broadcast', 97, 1, /proof of the share/],
    ['a wrong confirmation', 5, 'broadcast', 63, 1, /confirmation/],
  ] as const)('%s', (_, at, kind, offset, heard, reason) => {
    const run = generate(frost, (delivery) => {
      const { from, round, body } = delivery;
      if (from !== EVIL || round !== at || delivery.kind !== kind) return [body];
      const copy = body.slice();
      copy[offset] = offset === 0 && kind === 'broadcast' ? 5 : (copy[offset] ?? 0) ^ 1;
      return [copy];
    });
    for (const party of [1, 2]) {
      const { error, output } = outcome(run, party);
      expect(error).toHaveProperty('message', expect.stringMatching(reason));
      expect(error).toMatchObject({
        abortClass: heard === undefined ? 'A' : "A'",
        culprit: heard === undefined ? undefined : EVIL,
      });
      expect(output).toBeUndefined();
      expect(lastRound(outcome(run, party))).toBe(at);
      // What is pending in the last round stays.
      expect(pendingOf(outcome(run, party)) !== undefined).toBe(at === 5);
    }
  });

  it('another point on the curve as public share, with its own valid proof', () => {
    const group = groupOf(BIP340);
    const { certificate, share } = outputOf(dryRun(frost), EVIL);
    const { height } = describeDraft(certificate);
    const secret = 4711n;
    const bound: ProofBinding = {
      label: 'share',
      sid: height.sid,
      prover: EVIL,
      context: concat(certificate.echo2, publicKeyOf(share.info), share.info.chainCode),
    };
    const publicShare = baseTimes(group, secret);
    const proof = prove(group, bound, secret, publicShare, 5n);
    const body = keygenRounds(frost, EVIL).prove.broadcast.schema.encode({
      publicShare,
      proofPoint: proof.commitment,
      proofScalar: proof.response,
    });
    const run = generate(frost, (delivery) => [
      delivery.from === EVIL && delivery.round === 4 ? body : delivery.body,
    ]);
    for (const party of [1, 2]) {
      expectAbort(outcome(run, party), {
        class: "A'",
        culprit: EVIL,
        round: 4,
        reason: /not on the polynomial/,
      });
    }
  });

  it('a share that fits the commitments of another dealer', () => {
    const shares = new Map<PartyIndex, Uint8Array>();
    const run = generate(frost, ({ from, to, round, body }) => {
      if (round !== 3 || to !== 1) return [body];
      shares.set(from, body.slice(32));
      const swapped = shares.get(2);
      return [from === EVIL && swapped !== undefined ? concat(body.slice(0, 32), swapped) : body];
    });
    expectAbort(outcome(run, 1), { class: "A'", culprit: EVIL, round: 3, reason: /does not fit/ });
    expect(outcome(run, 2).output).toBeUndefined();
  });

  it('a degenerate joint polynomial is nobody’s fault and ends the session', () => {
    // Two dealers whose top coefficients cancel: f_1 + f_2 has degree 0.
    const context = contextOf(BIP340, 2, 2);
    const group = groupOf(BIP340);
    const top = openingOf(context, 1).coefficients.at(-1) ?? group.zero;
    const { wrap, tamper } = contributing(context, 2, (session) => {
      const own = contribution(context, session);
      const coefficients = [...own.coefficients.slice(0, -1), top.negate()];
      const bound: ProofBinding = {
        label: 'dkg',
        sid: session.sid,
        prover: 2,
        context: concat(...coefficients.slice(1).map((a) => a.toBytes()), own.chainCode),
      };
      const statement = coefficients[0] ?? group.zero;
      return { ...own, coefficients, proof: prove(group, bound, 1_000_003n, statement, 7n) };
    });
    const run = generate(context, tamper, wrap);
    expectAbort(outcome(run, 1), { class: 'A', round: 2, reason: /degenerate/ });
  });

  it.each([
    ['the identity', 33],
    ['a scalar that is not reduced', 33 + 33],
  ])('P-49 %s in round 4 is malformed', (what, offset) => {
    const run = generate(frost, ({ from, round, body }) => {
      if (from !== EVIL || round !== 4) return [body];
      const copy = body.slice();
      copy.fill(what === 'the identity' ? 0 : 0xff, offset, offset + 32);
      return [copy];
    });
    for (const party of [1, 2]) {
      expectAbort(outcome(run, party), {
        class: "A'",
        culprit: EVIL,
        round: 4,
        reason: /round 4 message/,
      });
    }
  });

  it('a report in round 0, where there is nothing to report', () => {
    const reporting = devices(2).map(({ identity }, i) => {
      const ceremony = keygenCeremony(contextOf(BIP340, 2, 2), i + 1);
      const extra = i === 1 ? Uint8Array.of(1) : new Uint8Array();
      return [
        i + 1,
        { identity, ceremony: { ...ceremony, handshake: { ...ceremony.handshake, extra } } },
      ] as const;
    });
    const run = lockstep(new Map(reporting), 'report');
    expectAbort(outcome(run, 1), {
      class: "A'",
      culprit: 2,
      round: 0,
      reason: /unexpected report/,
    });
  });

  it('P-04 a base-OT point off the curve names its sender', () => {
    const context = contextOf(ECDSA, 2, 2);
    for (const [at, offset] of [
      [3, 64],
      [4, 33],
    ] as const) {
      const run = generate(context, ({ from, round, kind, body }) => {
        if (from !== 2 || round !== at || kind !== 'direct') return [body];
        const copy = body.slice();
        copy.fill(0xff, offset + 1, offset + 33);
        return [copy];
      });
      expectAbort(outcome(run, 1), { class: "A'", culprit: 2, round: at, reason: /base OT/ });
      expect(outcome(run, 1).persisted).toEqual([]);
    }
  });
});

describe('P-32 P-33 H4 the end of a key generation', () => {
  it('P-32 a chain code for one party only: nobody has a key', () => {
    const run = generate(frost, ({ from, to, round, body }) => {
      if (from !== EVIL || to !== 1 || round !== 2) return [body];
      const copy = body.slice();
      copy[98] = (copy[98] ?? 0) ^ 1; // behind the echo and two coefficients
      return [copy];
    });
    expectAbort(outcome(run, 1), { class: "A'", culprit: EVIL, round: 2, reason: /does not open/ });
    expect(lastRound(outcome(run, 2))).toBe(3);
    expectNobodyActive(run);
  });

  it('P-32 every party derives the same keys as an unrelated library', () => {
    const keys = ecdsaKeys(2, 3);
    const { info } = keys;
    const root = new HDKey({ publicKey: publicKeyOf(info), chainCode: info.chainCode });
    const random = seeded('paths');
    for (let round = 0; round < 50; round++) {
      const path = Array.from({ length: 1 + pick(random, 5) }, () => pick(random, 2 ** 31));
      const expected = path.reduce((key, index) => key.deriveChild(index), root);
      const derived = keys.parties.map((party) => {
        const own = keys.share(party).info;
        return derive(publicKeyOf(own), own.chainCode, path);
      });
      for (const { publicKey, chainCode } of derived) {
        expect(publicKey).toEqual(expected.publicKey);
        expect(chainCode).toEqual(expected.chainCode);
      }
    }
  });

  it('P-33 without the last confirmation there is no certificate, whoever else has one', () => {
    const run = generate(frost, ({ from, to, round, body }) =>
      from === EVIL && to === 1 && round === 5 ? [] : [body],
    );
    expect(outcome(run, 1)).toMatchObject({ output: undefined, error: undefined, waitingIn: 5 });
    expect(outcome(run, 2).output).toBeDefined();
    const pending = pendingOf(outcome(run, 1)) ?? expect.unreachable();
    const confirms = new Map(outputOf(run, 2).certificate.confirms);
    confirms.delete(EVIL);
    expect(assembleCertificate(pending.draft, confirms)).toBeUndefined();
    // K5: the missing confirmation, heard later from anyone, completes it.
    const late = assembleCertificate(pending.draft, outputOf(run, 2).certificate.confirms);
    expect(late && encodeCertificate(late)).toEqual(
      encodeCertificate(outputOf(run, 2).certificate),
    );
  });

  it('H4 the share is stored before the confirmation leaves', async () => {
    const players = new Map(
      devices(3).map(({ identity }, i) => [
        i + 1,
        { ceremony: keygenCeremony(frost, i + 1), identity },
      ]),
    );
    const { trace } = await runAll(players, { seed: 'order' });
    for (const party of [1, 2, 3]) {
      const own = trace.filter((entry) => entry.party === party);
      const stored = own.findIndex(({ what }) => what === 'store');
      const confirmed = own.findIndex(
        (entry) => entry.what === 'send' && headerOf(entry.packet).round === 5,
      );
      expect(stored).toBeGreaterThan(0);
      expect(confirmed).toBeGreaterThan(stored);
      expect(own.filter(({ what }) => what === 'store')).toHaveLength(1);
    }
  });

  it('H4 a share that could not be stored is not confirmed', async () => {
    const players = new Map(
      devices(3).map(({ identity }, i) => [
        i + 1,
        { ceremony: keygenCeremony(frost, i + 1), identity },
      ]),
    );
    const run = await runAll(players, {
      seed: 'disk full',
      device: (party, device) =>
        party === 2
          ? { ...device, store: async () => Promise.reject(new Error('disk full')) }
          : device,
    });
    const sent = run.network.log.filter(({ from }) => from === 2);
    expect(sent.some(({ packet }) => headerOf(packet).round === 4)).toBe(true);
    expect(sent.some(({ packet }) => headerOf(packet).round === 5)).toBe(false);
    for (const result of run.results.values()) expect(result.status).toBe('rejected');
  });

  it('P-54 the key says for which suite it is, and OT state exists where it is needed only', () => {
    expect([ECDSA, BIP340, ED25519].map((suite) => hasPairs(suite as Suite))).toEqual([
      true,
      false,
      false,
    ]);
    expect(frostKeys(BIP340, 2, 3).output(1).pairs.size).toBe(0);
    expect([...ecdsaKeys(2, 3).output(1).pairs.keys()]).toEqual([2, 3]);
  });
});

describe('polynomials', () => {
  it('a share is the polynomial at the own number', () => {
    const group = groupOf(BIP340);
    const coefficients = [5n, 7n, 11n];
    expect([1, 2, 3].map((x) => evaluate(group, coefficients, x))).toEqual([23n, 63n, 125n]);
    const secret = [1, 2, 3].reduce(
      (sum, x) =>
        (sum + lagrange(group, [1, 2, 3], x) * evaluate(group, coefficients, x)) % group.order,
      0n,
    );
    expect(secret).toBe(5n);
  });
});
