/**
 * Redistribution: what every party ends up with, what never changes, and who is blamed for what. What the
 * devices then do with the result is in `epochs.test.ts`; chains of redistributions in `algebra.test.ts`.
 */
import { describe, expect, it } from 'vitest';
import { concat, toHex, u16, u32 } from '../codec.ts';
import { ProtocolError, UsageError, type AbortClass, type PartyIndex } from './abort.ts';
import {
  compareHeights,
  decodeCertificate,
  describeDraft,
  encodeCertificate,
  reshareParties,
  verifyReshareCertificate,
} from './certificate.ts';
import { derive } from './derive.ts';
import { encodeGeneration, PairBook } from './ecdsa/pairs.ts';
import { signCeremony } from './ecdsa/sign.ts';
import type { EcdsaSignature } from './ecdsa/signature.ts';
import { baseTimes, groupOf, type Element, type Suite } from './group.ts';
import { hash } from './hash.ts';
import { importedKey } from './import-key.ts';
import { KeyShare, publicKeyOf, verifyingShare, type EcdsaSuite, type KeyInfo } from './keys.ts';
import { evaluate, invert, lagrange } from './polynomial.ts';
import { prove, type Proof, type ProofBinding } from './proofs.ts';
import type { PendingKey } from './records.ts';
import { reshareRounds } from './reshare-rounds.ts';
import { MAX_ATTEMPT_JUMP, reshareCeremony, rosterFingerprint } from './reshare.ts';
import type { Redistributed } from './reshare-protocol.ts';
import { decodeBody } from './schema.ts';
import type { Ceremony } from './session/ceremony.ts';
import type { ReshareContext } from './session/context.ts';
import type { Session } from './session/session.ts';
import { TAGS } from './tags.ts';
import { ecdsaKeys, frostKeys, testItem, type TestKeys } from './testing/keys.ts';
import { lockstep, type Outcome, type Player, type Tamper } from './testing/lockstep.ts';
import { headerOf, runAll } from './testing/network.ts';
import {
  devices,
  membersOf,
  requestId,
  seeded,
  testIdentity,
  type TestDevice,
} from './testing/seeded.ts';
import { twoFaced } from './testing/two-faced.ts';
import { interpolates } from './testing/interpolates.ts';

const ECDSA = 'mpc-ecdsa/v1/secp256k1/L128';
const ED25519 = 'mpc-frost/v1/ed25519';
const BIP340 = 'mpc-frost/v1/secp256k1-bip340';

/** Who holds a key. */
interface Committee<S extends Suite> {
  readonly info: KeyInfo<S>;
  readonly shares: ReadonlyMap<PartyIndex, KeyShare<S>>;
  /** In the order of their numbers. */
  readonly devices: readonly TestDevice[];
}

const committeeOf = <S extends Suite>(keys: TestKeys<S>): Committee<S> => ({
  info: keys.info,
  shares: new Map(keys.parties.map((party) => [party, keys.share(party)])),
  devices: keys.devices,
});

type Wrap<S extends Suite> = (ceremony: Ceremony<Redistributed<S>>) => Ceremony<Redistributed<S>>;

interface Plan {
  /** Old numbers. */
  readonly dealers: readonly PartyIndex[];
  readonly to: readonly TestDevice[];
  readonly threshold: number;
  /** What devices report as their largest attempt, by name. */
  readonly largest?: ReadonlyMap<string, number>;
  readonly seed?: string;
}

interface Extras<S extends Suite> {
  readonly tamper?: Tamper;
  /** Other code, by number in the session. */
  readonly evil?: ReadonlyMap<PartyIndex, Wrap<S>>;
  /** Other shares to deal from, by old number. */
  readonly shares?: ReadonlyMap<PartyIndex, KeyShare<S>>;
}

const contextOf = <S extends Suite>(old: KeyInfo<S>, plan: Plan): ReshareContext<S> => ({
  suite: old.suite,
  requestId: requestId(plan.seed ?? 'redistribution'),
  old,
  dealers: plan.dealers,
  threshold: plan.threshold,
  members: membersOf(plan.to),
});

function playersOf<S extends Suite>(
  old: Committee<S>,
  plan: Plan,
  { evil, shares }: Extras<S> = {},
): Map<PartyIndex, Player<Redistributed<S>>> {
  const context = contextOf(old.info, plan);
  const everyone = [...old.devices, ...plan.to];
  return new Map(
    reshareParties(context).map(({ party, identity, dealer }) => {
      const device = everyone.find((one) => toHex(one.identity.publicKey) === toHex(identity));
      if (device === undefined) throw new Error('an identity of nobody');
      const own = dealer === undefined ? undefined : old.shares.get(dealer);
      const share = (dealer === undefined ? undefined : shares?.get(dealer)) ?? own;
      const largestAttempt = plan.largest?.get(device.name) ?? 0;
      const ceremony = reshareCeremony(context, { identity, share, largestAttempt });
      const wrapped = evil?.get(party)?.(ceremony) ?? ceremony;
      return [party, { identity: device.identity, ceremony: wrapped }];
    }),
  );
}

const redistribute = <S extends Suite>(
  old: Committee<S>,
  plan: Plan,
  extras: Extras<S> = {},
): Map<PartyIndex, Outcome<Redistributed<S>>> =>
  lockstep(playersOf(old, plan, extras), plan.seed ?? 'redistribution', extras.tamper);

const outcome = <Out>(
  run: ReadonlyMap<PartyIndex, Outcome<Out>>,
  party: PartyIndex,
): Outcome<Out> => run.get(party) ?? expect.unreachable('no such party');

const outputOf = <Out>(run: ReadonlyMap<PartyIndex, Outcome<Out>>, party: PartyIndex): Out => {
  const { output, error } = outcome(run, party);
  if (output === undefined) throw new Error('no output', { cause: error });
  return output;
};

const keyOf = <S extends Suite>(
  run: ReadonlyMap<PartyIndex, Outcome<Redistributed<S>>>,
  party: PartyIndex,
) => outputOf(run, party).key ?? expect.unreachable('no share');

const lastRound = ({ sent }: Outcome<unknown>): number =>
  Math.max(...sent.map(({ round }) => round));

const pendingOf = (one: Outcome<unknown>): PendingKey | undefined =>
  one.persisted.flatMap((record) => (record.kind === 'pending-key' ? [record.pending] : []))[0];

/** The party aborted with this class and blame, has nothing new, and sent nothing after `round`. */
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

function subsets(n: number, size: number): PartyIndex[][] {
  const found: PartyIndex[][] = [];
  const extend = (set: PartyIndex[]): void => {
    if (set.length === size) found.push(set);
    else for (let i = (set.at(-1) ?? 0) + 1; i <= n; i++) extend([...set, i]);
  };
  extend([]);
  return found;
}

/** The new committee, after checking everything that a redistribution promises. */
function expectRedistributed<S extends Suite>(old: Committee<S>, plan: Plan): Committee<S> {
  const run = redistribute(old, plan);
  const [n, t] = [plan.to.length, plan.threshold];
  const { info } = keyOf(run, 1).share;
  expect(publicKeyOf(info)).toEqual(publicKeyOf(old.info));
  expect(info.chainCode).toEqual(old.info.chainCode);
  expect(info.epoch).toBe(old.info.epoch + 1);
  expect(info.kid).not.toEqual(old.info.kid);
  expect(info.members).toEqual(membersOf(plan.to));
  expect(info.commitment).toHaveLength(t);
  const bytes = encodeCertificate(outputOf(run, 1).certificate);
  const certified = verifyReshareCertificate(decodeCertificate(bytes), old.info);
  expect(certified.info).toEqual(info);
  expect(certified.height).toMatchObject({ epoch: info.epoch, attempt: 1 });
  const shares = new Map<PartyIndex, KeyShare<S>>();
  for (const [party, { output }] of run) {
    expect(encodeCertificate(output?.certificate ?? expect.unreachable())).toEqual(bytes);
    if (party > n) {
      expect(output?.key).toBeUndefined(); // a dealer that leaves learns that it is not needed
      continue;
    }
    const { share } = keyOf(run, party);
    expect(share.info).toEqual(info);
    expect(share.index).toBe(party);
    shares.set(party, share);
  }
  for (const set of subsets(n, t)) expect(interpolates(info, set, shares)).toBe(true);
  for (const set of subsets(n, t - 1)) expect(interpolates(info, set, shares)).toBe(false);
  const secrets = [...old.shares.values(), ...shares.values()].map((share) =>
    share.withSecret((s) => s),
  );
  expect(new Set(secrets).size).toBe(secrets.length);
  return { info, shares, devices: plan.to };
}

const [a, b, c] = devices(3, 'keys');
const others = devices(3, 'other');
const [d, e] = others;
if (!a || !b || !c || !d || !e) throw new Error('devices');

describe('redistribution', () => {
  const scenarios: readonly (readonly [
    string,
    { readonly t: number; readonly n: number } & Plan,
  ])[] = [
    ['refresh', { t: 2, n: 3, dealers: [1, 2, 3], to: [a, b, c], threshold: 2 }],
    ['refresh by a quorum', { t: 2, n: 3, dealers: [1, 3], to: [a, b, c], threshold: 2 }],
    ['add a device', { t: 2, n: 3, dealers: [1, 2], to: [a, b, c, d], threshold: 2 }],
    ['remove a device', { t: 2, n: 3, dealers: [1, 2], to: [a, b], threshold: 2 }],
    ['remove a dealer', { t: 2, n: 3, dealers: [2, 3], to: [a, b], threshold: 2 }],
    ['replace a device', { t: 2, n: 3, dealers: [1, 2], to: [a, b, d], threshold: 2 }],
    ['raise the threshold', { t: 2, n: 3, dealers: [1, 2, 3], to: [a, b, c, d], threshold: 4 }],
    ['lower the threshold', { t: 3, n: 3, dealers: [1, 2, 3], to: [a, b, c, d], threshold: 2 }],
    ['move to other devices', { t: 2, n: 3, dealers: [1, 3], to: others, threshold: 2 }],
    ['renumber', { t: 2, n: 3, dealers: [1, 2], to: [c, a, b], threshold: 2 }],
    ['t = n', { t: 3, n: 3, dealers: [1, 2, 3], to: [c, d], threshold: 2 }],
  ];

  it.each(scenarios)('%s (BIP-340)', (_, { t, n, ...plan }) => {
    expectRedistributed(committeeOf(frostKeys(BIP340, t, n)), plan);
  });

  it.each([...scenarios.slice(1, 3), ...scenarios.slice(9, 10)])(
    '%s (Ed25519)',
    (_, { t, n, ...plan }) => {
      expectRedistributed(committeeOf(frostKeys(ED25519, t, n)), plan);
    },
  );

  it('recovers a lost device, which brings nothing but its identity', () => {
    const keys = frostKeys(BIP340, 2, 3);
    const plan = { dealers: [1, 2], to: [a, b, c], threshold: 2 };
    const { shares } = expectRedistributed(committeeOf(keys), plan);
    // Device c did not deal, and its new share works with any other.
    const { info } = shares.get(3) ?? expect.unreachable();
    expect(interpolates(info, [1, 3], shares)).toBe(true);
    expect(interpolates(info, [2, 3], shares)).toBe(true);
  });

  it.each([BIP340, ED25519] as const)('imports an existing key: one dealer (%s)', (suite) => {
    const group = groupOf(suite);
    const secret = group.encodeScalar(0x1234_5678_9abc_def0n);
    const chainCode = seeded('chain code')(32);
    const share = importedKey(suite, secret, chainCode, a.identity.publicKey);
    const committee = { info: share.info, shares: new Map([[1, share]]), devices: [a] };
    const plan = { dealers: [1], to: [a, b, c], threshold: 2 };
    const next = expectRedistributed(committee, plan);
    expect(publicKeyOf(next.info)).toEqual(group.base.multiply(0x1234_5678_9abc_def0n).toBytes());
    expectRedistributed(next, { dealers: [2, 3], to: [b, c, d], threshold: 3 });
  });

  it('an imported key is refused when it is none', () => {
    const { publicKey } = a.identity;
    const chainCode = new Uint8Array(32);
    const importing =
      (secret: Uint8Array, cc = chainCode) =>
      () =>
        importedKey(BIP340, secret, cc, publicKey);
    expect(importing(new Uint8Array(32))).toThrow(/imported key is zero/);
    expect(importing(new Uint8Array(32).fill(0xff))).toThrow();
    expect(importing(new Uint8Array(31).fill(1))).toThrow();
    expect(importing(new Uint8Array(32).fill(1), new Uint8Array(31))).toThrow();
  });
});

describe('redistribution of an ECDSA key', () => {
  it('imports, adds a device and signs with fresh pairs, under the same derived keys', () => {
    const secret = seeded('an old key')(32);
    const share = importedKey(ECDSA, secret, seeded('cc')(32), a.identity.publicKey);
    const single = { info: share.info, shares: new Map([[1, share]]), devices: [a] };
    const first = { dealers: [1], to: [a, b], threshold: 2, seed: 'import' };
    const imported = redistribute(single, first);
    const two: Committee<EcdsaSuite> = {
      info: keyOf(imported, 1).share.info,
      shares: new Map([1, 2].map((party) => [party, keyOf(imported, party).share])),
      devices: [a, b],
    };
    expectSigns(imported, [1, 2], secret);
    const second = { dealers: [1, 2], to: [b, a, c], threshold: 2, seed: 'add' };
    const added = redistribute(two, second);
    for (const signers of subsets(3, 2)) expectSigns(added, signers, secret);
    const path = [44, 60, 0, 0, 7];
    const [before, after] = [two.info, keyOf(added, 1).share.info].map((info) =>
      derive(publicKeyOf(info), info.chainCode, path),
    );
    expect(after?.publicKey).toEqual(before?.publicKey);

    // P-27: no part of the old OT state is in the new one.
    const pieces = (run: typeof added, parties: PartyIndex[]): Set<string> =>
      new Set(
        parties
          .flatMap((party) => [...keyOf(run, party).pairs.values()])
          .flatMap((generation) => {
            const { send, receive, pid } = generation;
            const pads = concat(send.chosen, receive.zeros, receive.ones);
            const cut = Array.from({ length: pads.length / 32 }, (_, i) =>
              pads.slice(32 * i, 32 * i + 32),
            );
            return [pid, send.nabla, ...cut].map(toHex);
          }),
      );
    const [old, fresh] = [pieces(imported, [1, 2]), pieces(added, [1, 2, 3])];
    expect(old.size).toBeGreaterThan(500);
    expect([...old].filter((piece) => fresh.has(piece))).toEqual([]);

    // An old pair is not taken for a new one, and old and new do not sign together.
    const stale = bookOf(imported, 1);
    const request = { requestId: requestId('x'), signers: [1, 2], items: [testItem('x')] };
    expect(() => signCeremony(request, keyOf(added, 1).share, stale)).toThrow(UsageError);
    for (const generation of keyOf(added, 1).pairs.values()) {
      expect(encodeGeneration(generation).length).toBeGreaterThan(12_000);
    }
  });

  it('P-27 P-45 a device in the old epoch and one in the new do not sign together', async () => {
    const keys = ecdsaKeys(2, 2);
    const run = redistribute(committeeOf(keys), { dealers: [1, 2], to: [a, b], threshold: 2 });
    const request = { requestId: requestId('x'), signers: [1, 2], items: [testItem('x')] };
    const players = new Map([
      [1, { ceremony: signCeremony(request, keys.share(1), keys.book(1)), identity: a.identity }],
      [
        2,
        {
          ceremony: signCeremony(request, keyOf(run, 2).share, bookOf(run, 2)),
          identity: b.identity,
        },
      ],
    ]);
    const signing = await runAll(players, { seed: 'mixed' });
    for (const result of signing.results.values()) expect(result.status).toBe('rejected');
    for (const { packet } of signing.network.log) expect(headerOf(packet).round).toBe(0);
    expect(signing.trace.filter(({ what }) => what === 'store')).toEqual([]);
  });
});

function bookOf(
  run: ReadonlyMap<PartyIndex, Outcome<Redistributed<EcdsaSuite>>>,
  party: PartyIndex,
): PairBook {
  const { share, pairs } = keyOf(run, party);
  const book = new PairBook(share.info, party);
  for (const [peer, generation] of pairs) book.add(peer, generation);
  return book;
}

function expectSigns(
  run: ReadonlyMap<PartyIndex, Outcome<Redistributed<EcdsaSuite>>>,
  signers: readonly PartyIndex[],
  secret: Uint8Array,
): void {
  const { info } = keyOf(run, 1).share;
  const group = groupOf(ECDSA);
  expect(publicKeyOf(info)).toEqual(group.base.multiply(group.decodeScalar(secret)).toBytes());
  const request = { requestId: requestId('sign'), signers, items: [testItem('x')] };
  const players = new Map(
    signers.map((party): [PartyIndex, Player<readonly EcdsaSignature[]>] => {
      const identity = [a, b, c].find(
        (one) =>
          one !== undefined &&
          toHex(one.identity.publicKey) === toHex(info.members[party - 1]?.identity ?? secret),
      )?.identity;
      return [
        party,
        {
          ceremony: signCeremony(request, keyOf(run, party).share, bookOf(run, party)),
          identity: identity ?? expect.unreachable(),
        },
      ];
    }),
  );
  for (const one of lockstep(players, `sign/${signers.join()}`).values()) {
    expect(one.error).toBeUndefined();
    expect(one.output).toHaveLength(1);
  }
}

describe('P-27 old and new shares', () => {
  it('P-27 a mixture of old and new shares is not the key', () => {
    const old = committeeOf(frostKeys(BIP340, 3, 3));
    const next = expectRedistributed(old, { dealers: [1, 2, 3], to: [a, b, c], threshold: 3 });
    for (const mixture of [1, 2, 3, 4, 5, 6]) {
      const mixed = new Map(
        [1, 2, 3].map((party) => {
          const source = ((mixture >> (party - 1)) & 1) === 1 ? next : old;
          return [party, source.shares.get(party) ?? expect.unreachable()];
        }),
      );
      expect(interpolates(old.info, [1, 2, 3], mixed)).toBe(false);
    }
    expect(interpolates(old.info, [1, 2, 3], old.shares)).toBe(true);
  });

  it('P-27 two redistributions of one key share nothing', () => {
    const old = committeeOf(frostKeys(BIP340, 2, 3));
    const plan = { dealers: [1, 2], to: [a, b, c], threshold: 2 };
    const one = expectRedistributed(old, { ...plan, seed: 'one' });
    const two = expectRedistributed(old, { ...plan, seed: 'two' });
    const mixed = new Map(one.shares).set(2, two.shares.get(2) ?? expect.unreachable());
    expect(interpolates(one.info, [1, 2], mixed)).toBe(false);
    expect(one.info.commitment[1]).not.toEqual(two.info.commitment[1]);
  });
});

// --- must fail ---------------------------------------------------------------------------------------

const base = committeeOf(frostKeys(BIP340, 2, 3));
/** a and b deal to a, b, d; so the session has 1 = a, 2 = b, 3 = d. */
const plain: Plan = { dealers: [1, 2], to: [a, b, d], threshold: 2 };
/** b and c deal to a, d: 1 = a, 2 = d, 3 = b, 4 = c. Dealers leave, recipients do not deal. */
const moving: Plan = { dealers: [2, 3], to: [a, d], threshold: 2 };

/** A share that deals as if it were another: no such share can be made the honest way. */
class ShiftedShare extends KeyShare<typeof BIP340> {
  readonly #delta: bigint;

  constructor(share: KeyShare<typeof BIP340>, delta: bigint) {
    super(
      share.info,
      share.index,
      share.withSecret((_, bytes) => bytes.slice()),
    );
    this.#delta = delta;
  }

  override withSecret<T>(use: (scalar: bigint, bytes: Uint8Array) => T): T {
    const { order } = groupOf(BIP340);
    return super.withSecret((s, bytes) =>
      use((((s + this.#delta) % order) + order) % order, bytes),
    );
  }
}

describe('P-28 what is dealt is tied to the old key', () => {
  it('the construction refuses a share that is not of the key', () => {
    const keys = frostKeys(BIP340, 2, 3);
    const plan = contextOf(base.info, plain);
    const { publicKey: identity } = a.identity;
    const foreign = frostKeys(BIP340, 3, 3).share(1);
    for (const share of [undefined, keys.share(2), foreign]) {
      expect(() => reshareCeremony(plan, { identity, share, largestAttempt: 0 })).toThrow(
        UsageError,
      );
    }
  });

  it.each([
    ['that stays', plain, 1, 1],
    ['that leaves', moving, 2, 3],
  ] as const)('P-28 a dealer %s and deals s + 1', (_, plan, dealer, party) => {
    const share = new ShiftedShare(base.shares.get(dealer) ?? expect.unreachable(), 1n);
    const run = redistribute(base, plan, { shares: new Map([[dealer, share]]) });
    for (const one of run.keys()) {
      if (one === party) continue;
      expectAbort(outcome(run, one), {
        class: "A'",
        culprit: party,
        round: plan === plain && one === 3 ? 0 : plan === moving && one < 3 ? 0 : 2,
        reason: /did not share its part/,
      });
    }
  });

  it('P-28 two dealers whose errors cancel are found out, the first by number', () => {
    const group = groupOf(BIP340);
    const shares = new Map(
      [1n, -1n].map((delta, i) => {
        const dealer = i + 1;
        const weight = invert(lagrange(group, [1, 2], dealer), group.order);
        const share = base.shares.get(dealer) ?? expect.unreachable();
        return [dealer, new ShiftedShare(share, delta * weight)];
      }),
    );
    const run = redistribute(base, { ...plain, to: [a, b, c, d] }, { shares });
    for (const party of [3, 4]) {
      expectAbort(outcome(run, party), {
        class: "A'",
        culprit: 1,
        round: 0,
        reason: /did not share its part/,
      });
    }
    // The parts do add up to the key: only the check of each dealer sees it.
    const opened = [1, 2].map((party) => openingOf(run, base.info, party).coefficients[0]);
    const sum = opened.reduce((total, part) => total?.add(part ?? group.zero), group.zero);
    expect(sum?.toBytes()).toEqual(publicKeyOf(base.info));
  });
});

/** What a dealer opened. */
function openingOf(
  run: ReadonlyMap<PartyIndex, Outcome<unknown>>,
  info: KeyInfo,
  party: PartyIndex,
  plan: Plan = plain,
) {
  const schema = reshareRounds(contextOf(info, plan), party).open.broadcast.schema;
  const sent = outcome(run, party).sent.find(({ round }) => round === 2);
  return decodeBody(schema, sent?.body ?? expect.unreachable(), 'opening');
}

interface Opening {
  readonly coefficients: readonly Element[];
  readonly proof: Proof;
}

/** Dealer `evil` commits to what `make` gives and opens it; all else of it is honest, echoes included. */
function opening(
  context: ReshareContext,
  evil: PartyIndex,
  make: (session: Session) => Opening,
): Extras<typeof BIP340> {
  const salt = seeded('salt')(32);
  const bodies = new Map<PartyIndex, Uint8Array>();
  let opened: { readonly session: Session; readonly value: Opening } | undefined;
  const encode = (echo1: Uint8Array, { coefficients, proof }: Opening, withSalt: Uint8Array) => {
    const threshold = Math.max(1, coefficients.length);
    return reshareRounds({ ...context, threshold }, evil).open.broadcast.schema.encode({
      echo1,
      coefficients,
      proofPoint: proof.commitment,
      proofScalar: proof.response,
      salt: withSalt,
    });
  };
  const wrap: Wrap<typeof BIP340> = (ceremony) => ({
    ...ceremony,
    begin(session, secrets) {
      opened = { session, value: make(session) };
      return ceremony.begin(session, secrets);
    },
  });
  return {
    evil: new Map([[evil, wrap]]),
    tamper: ({ from, round, body }) => {
      if (round === 1) bodies.set(from, body);
      if (from !== evil || opened === undefined) return [body];
      const { session, value } = opened;
      const blank = new Uint8Array(32);
      const payload = encode(blank, value, blank);
      const com = hash(TAGS.reshareCommit, session.sid, u16(evil), payload, salt);
      if (round === 1) return [com];
      if (round !== 2) return [body];
      return [encode(session.echo(1, new Map(bodies).set(evil, com)), value, salt)];
    },
  };
}

/** The right part of the key with a proof, with one thing wrong. */
function honestOpening(
  session: Session,
  wrong: { bound?: (bound: ProofBinding) => ProofBinding; count?: number } = {},
): Opening {
  const group = groupOf(BIP340);
  const share = base.shares.get(1) ?? expect.unreachable();
  const constant = share.withSecret((s) => (lagrange(group, [1, 2], 1) * s) % group.order);
  const polynomial = [constant, 3n, 5n, 7n, 11n].slice(0, wrong.count ?? 2);
  const coefficients = polynomial.map((k) => baseTimes(group, k));
  const bound: ProofBinding = {
    label: 'reshare',
    sid: session.sid,
    prover: 1,
    context: concat(...coefficients.slice(1).map((point) => point.toBytes())),
  };
  const statement = baseTimes(group, constant);
  return {
    coefficients,
    proof: prove(group, wrong.bound?.(bound) ?? bound, constant, statement, 13n),
  };
}

describe('P-20 P-21 P-24 openings', () => {
  const context = contextOf(base.info, plain);

  it('the harness is sound: with nothing wrong, everyone goes on', () => {
    const run = redistribute(
      base,
      plain,
      opening(context, 1, (session) => honestOpening(session)),
    );
    for (const party of [2, 3]) {
      expect(outcome(run, party)).toMatchObject({ error: undefined, waitingIn: 3 });
    }
  });

  it.each([
    ['t - 1', 1],
    ['t + 1', 3],
    ['2t', 4],
  ])('P-20 P-21 %s coefficients are malformed by their length', (_, count) => {
    const extras = opening(context, 1, (session) => honestOpening(session, { count }));
    const run = redistribute(base, plain, extras);
    for (const [party, round] of [
      [2, 1],
      [3, 0],
    ] as const) {
      const reason = new RegExp(`195 bytes expected, ${String(129 + 33 * count)} received`);
      expectAbort(outcome(run, party), { class: "A'", culprit: 1, round, reason });
    }
  });

  it('P-20 a million coefficients, and none', () => {
    for (const count of [0, 1_000_000]) {
      const body = new Uint8Array(129 + 33 * count);
      const before = process.memoryUsage().arrayBuffers;
      const run = redistribute(base, plain, {
        tamper: ({ from, round, body: honest }) => [from === 1 && round === 2 ? body : honest],
      });
      expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16_000_000);
      expectAbort(outcome(run, 3), {
        class: "A'",
        culprit: 1,
        round: 0,
        reason: /195 bytes expected/,
      });
    }
  });

  it.each([
    ['the label of key generation', (bound: ProofBinding) => ({ ...bound, label: 'dkg' as const })],
    ['the label of a share', (bound: ProofBinding) => ({ ...bound, label: 'share' as const })],
    ['another session', (bound: ProofBinding) => ({ ...bound, sid: new Uint8Array(32) })],
    ['another dealer', (bound: ProofBinding) => ({ ...bound, prover: 2 })],
    ['other coefficients', (bound: ProofBinding) => ({ ...bound, context: new Uint8Array(33) })],
  ])('P-24 a proof for %s', (_, bound) => {
    const run = redistribute(
      base,
      plain,
      opening(context, 1, (session) => honestOpening(session, { bound })),
    );
    expectAbort(outcome(run, 2), {
      class: "A'",
      culprit: 1,
      round: 2,
      reason: /proof of the constant term/,
    });
    expectAbort(outcome(run, 3), {
      class: "A'",
      culprit: 1,
      round: 0,
      reason: /proof of the constant term/,
    });
  });

  it('P-23 P-31 the commitment and opening of another dealer', () => {
    const seen = new Map<number, Uint8Array>();
    const run = redistribute(base, plain, {
      tamper: ({ from, round, body }) => {
        if (from === 1 && round < 3) seen.set(round, body);
        return [from === 2 && round > 0 ? (seen.get(round) ?? body) : body];
      },
    });
    expectAbort(outcome(run, 3), { class: "A'", culprit: 2, round: 0, reason: /does not open/ });
  });
});

describe('P-25 equivocation', () => {
  it.each([
    ['a dealer that stays', plain, 1, [2, 3]],
    ['a dealer that leaves', moving, 3, [1, 2, 4]],
  ] as const)('P-25 two whole valid faces of %s: nobody has a new key', (_, plan, evil, honest) => {
    const faces: { said?: (round: number, to: 'all' | PartyIndex) => Uint8Array | undefined } = {};
    const wrap: Wrap<typeof BIP340> = (ceremony) => {
      const two = twoFaced(ceremony, testIdentity('nobody'), seeded('other face'));
      faces.said = (round, to) => two.said(round, to);
      return two.ceremony;
    };
    const run = redistribute(base, plan, {
      evil: new Map([[evil, wrap]]),
      tamper: ({ from, to, round, kind, body }) => {
        const other =
          from === evil && to === honest[0]
            ? faces.said?.(round, kind === 'broadcast' ? 'all' : to)
            : undefined;
        return [other ?? body];
      },
    });
    for (const party of honest) {
      const { output, persisted, error, waitingIn } = outcome(run, party);
      expect(output).toBeUndefined();
      expect(persisted).toEqual([]);
      if (error !== undefined) expect(error).toMatchObject({ abortClass: 'A', culprit: undefined });
      else expect(waitingIn).toBeLessThan(4);
    }
    expect(honest.some((party) => outcome(run, party).error !== undefined)).toBe(true);
  });

  it('P-25 another opening for one recipient that deals not: the echoes of round 3 tell', () => {
    // Both openings are valid for different commitments: the recipient sees one, the dealers the other.
    const faces: { said?: (round: number) => Uint8Array | undefined } = {};
    const wrap: Wrap<typeof BIP340> = (ceremony) => {
      const two = twoFaced(ceremony, testIdentity('nobody'), seeded('other face'));
      faces.said = (round) => two.said(round, 'all');
      return two.ceremony;
    };
    const run = redistribute(base, plain, {
      evil: new Map([[1, wrap]]),
      tamper: ({ from, to, round, body }) => {
        const other = from === 1 && to === 3 && round < 3 ? faces.said?.(round) : undefined;
        return [other ?? body];
      },
    });
    expectAbort(outcome(run, 3), { class: 'A', round: 0, reason: /broadcasts in round 1/ });
    expect(outcome(run, 2)).toMatchObject({ output: undefined, persisted: [] });
  });
});

describe('rounds 3 to 5', () => {
  it.each([
    ['an echo of round 1', 0, undefined, /round 1/],
    ['an echo of round 2', 32, undefined, /round 2/],
    ['a signature of the new set', 64, 1, /signature of the new set/],
  ] as const)('C2 %s that is another', (_, offset, culprit, reason) => {
    const run = redistribute(base, plain, {
      tamper: ({ from, round, kind, body }) => {
        if (from !== 1 || round !== 3 || kind !== 'broadcast') return [body];
        const copy = body.slice();
        copy[offset] = (copy[offset] ?? 0) ^ 1;
        return [copy];
      },
    });
    for (const party of [2, 3]) {
      const abortClass = culprit === undefined ? 'A' : "A'";
      const blame = culprit === undefined ? {} : { culprit };
      expectAbort(outcome(run, party), { class: abortClass, ...blame, round: 3, reason });
    }
  });

  it('C2 a recipient that does not deal must sign the new set too', () => {
    const run = redistribute(base, plain, {
      tamper: ({ from, round, body }) => [
        from === 3 && round === 3 ? concat(body.slice(0, 64), new Uint8Array(64)) : body,
      ],
    });
    for (const party of [1, 2]) {
      expectAbort(outcome(run, party), {
        class: "A'",
        culprit: 3,
        round: 3,
        reason: /signature of the new set/,
      });
    }
  });

  it('a share that does not fit names its dealer, and only the receiver sees it', () => {
    const run = redistribute(base, plain, {
      tamper: ({ from, to, round, kind, body }) => {
        if (from !== 1 || to !== 3 || round !== 3 || kind !== 'direct') return [body];
        const copy = body.slice();
        copy[31] = (copy[31] ?? 0) ^ 1;
        return [copy];
      },
    });
    expectAbort(outcome(run, 3), { class: "A'", culprit: 1, round: 3, reason: /does not fit/ });
    for (const party of [1, 2]) {
      expect(outcome(run, party)).toMatchObject({ output: undefined, persisted: [], waitingIn: 4 });
    }
  });

  it.each([
    ['a wrong proof of the share', 4, 97, /proof of the share/],
    ['another public share', 4, 0, /round 4 message|not on the polynomial/],
  ] as const)('%s', (_, at, offset, reason) => {
    const run = redistribute(base, moving, {
      tamper: ({ from, round, body }) => {
        if (from !== 2 || round !== at) return [body];
        const copy = body.slice();
        copy[offset] = offset === 0 ? 5 - (copy[0] ?? 0) : (copy[offset] ?? 0) ^ 1;
        return [copy];
      },
    });
    // Recipient a and both dealers that leave see it.
    expectAbort(outcome(run, 1), { class: "A'", culprit: 2, round: 4, reason });
    for (const party of [3, 4]) {
      expectAbort(outcome(run, party), { class: "A'", culprit: 2, round: 3, reason });
    }
  });

  it('a wrong confirmation: nobody it reaches has a certificate, what is pending stays', () => {
    const run = redistribute(base, moving, {
      tamper: ({ from, round, body }) => [from === 2 && round === 5 ? new Uint8Array(64) : body],
    });
    for (const party of [1, 3, 4]) {
      expect(outcome(run, party).error).toMatchObject({ abortClass: "A'", culprit: 2 });
      expect(outcome(run, party).output).toBeUndefined();
    }
    expect(pendingOf(outcome(run, 1))?.share.info.epoch).toBe(1);
    expect(outcome(run, 3).persisted).toEqual([]);
  });

  it('P-33 without the last confirmation a dealer that leaves is not told to go', () => {
    const run = redistribute(base, moving, {
      tamper: ({ from, to, round, body }) => (from === 2 && to === 4 && round === 5 ? [] : [body]),
    });
    expect(outcome(run, 4)).toMatchObject({ output: undefined, error: undefined, waitingIn: 5 });
    expect(outcome(run, 3).output?.certificate).toBeDefined();
  });

  it('the new share is stored before it is confirmed', async () => {
    const { trace, results } = await runAll(playersOf(base, moving), { seed: 'order' });
    expect([...results.values()].map(({ status }) => status)).toEqual(
      Array.from({ length: 4 }, () => 'fulfilled'),
    );
    for (const party of [1, 2]) {
      const own = trace.filter((entry) => entry.party === party);
      const stored = own.findIndex(({ what }) => what === 'store');
      const confirmed = own.findIndex(
        (entry) => entry.what === 'send' && headerOf(entry.packet).round === 5,
      );
      expect(stored).toBeGreaterThan(0);
      expect(confirmed).toBeGreaterThan(stored);
    }
    for (const party of [3, 4]) {
      expect(trace.some((one) => one.party === party && one.what === 'store')).toBe(false);
    }
  });

  it('P-35 every round of an earlier attempt is refused in a later one', () => {
    const earlier = new Map<string, Uint8Array>();
    redistribute(base, plain, {
      tamper: ({ from, to, round, kind, body }) => {
        earlier.set(`${String(from)}/${String(to)}/${String(round)}/${kind}`, body);
        return [body];
      },
    });
    for (const replayed of [1, 2, 3, 4, 5]) {
      const run = redistribute(
        base,
        { ...plain, seed: 'later' },
        {
          tamper: ({ from, to, round, kind, body }) => {
            const key = `${String(from)}/${String(to)}/${String(round)}/${kind}`;
            return [from === 1 && round === replayed ? (earlier.get(key) ?? body) : body];
          },
        },
      );
      for (const party of [2, 3]) expect(outcome(run, party).output).toBeUndefined();
      expect(outcome(run, 3).error).toBeInstanceOf(ProtocolError);
    }
  });
});

describe('the attempt number', () => {
  const largest = new Map([
    [a.name, 2],
    [b.name, 7],
    [d.name, 0],
  ]);

  it('is one more than the largest that anyone reports, for everyone', () => {
    const run = redistribute(base, { ...plain, largest });
    const heights = [1, 2, 3].map(
      (party) => describeDraft(outputOf(run, party).certificate).height,
    );
    expect(heights.map(({ attempt }) => attempt)).toEqual([8, 8, 8]);
    expect(new Set([...run.values()].map(({ sid }) => sid)).size).toBe(1);
    const first = describeDraft(outputOf(redistribute(base, plain), 1).certificate).height;
    expect(compareHeights(heights[0] ?? first, first)).toBeGreaterThan(0);
  });

  it('counts what is confirmed, so a later attempt is always higher', () => {
    const run = redistribute(base, { ...plain, largest: new Map([[d.name, 1]]) });
    expect(describeDraft(outputOf(run, 1).certificate).height.attempt).toBe(2);
  });

  it('C1 a jump of 1000 is taken, one more is refused by whoever knows less', () => {
    const allowed = new Map([[a.name, MAX_ATTEMPT_JUMP]]);
    const run = redistribute(base, { ...plain, largest: allowed });
    expect(describeDraft(outputOf(run, 3).certificate).height.attempt).toBe(1001);
    const tooFar = redistribute(base, {
      ...plain,
      largest: new Map([
        [a.name, MAX_ATTEMPT_JUMP + 1],
        [b.name, 1],
      ]),
    });
    expectAbort(outcome(tooFar, 3), { class: 'A', round: 0, reason: /party 1 .*impossible/ });
    expect(outcome(tooFar, 2)).toMatchObject({ output: undefined, persisted: [] });
  });

  it('a report that is no number is malformed', () => {
    const players = playersOf(base, plain);
    const first = players.get(1) ?? expect.unreachable();
    const handshake = { ...first.ceremony.handshake, extra: concat(u32(0), u32(0)) };
    players.set(1, { ...first, ceremony: { ...first.ceremony, handshake } });
    const run = lockstep(players, 'report');
    for (const party of [2, 3]) {
      expectAbort(outcome(run, party), {
        class: "A'",
        culprit: 1,
        round: 0,
        reason: /attempt report/,
      });
    }
  });
});

describe('M6 P-44 what has to be agreed before', () => {
  it('M6 the fingerprint changes with every member, number and threshold', () => {
    const fingerprints = [
      rosterFingerprint(membersOf([a, b, d]), 2),
      rosterFingerprint(membersOf([a, b, d]), 3),
      rosterFingerprint(membersOf([a, b, e]), 2),
      rosterFingerprint(membersOf([a, b]), 2),
      rosterFingerprint(membersOf([b, a, d]), 2),
      rosterFingerprint(membersOf([a, b, c, d]), 2),
    ].map(toHex);
    expect(new Set(fingerprints).size).toBe(fingerprints.length);
    expect(toHex(rosterFingerprint(membersOf([a, b, d]), 2))).toBe(fingerprints[0]);
  });

  it.each([
    [
      'another new device',
      (context: ReshareContext) => ({ ...context, members: membersOf([a, b, e]) }),
    ],
    ['another threshold', (context: ReshareContext) => ({ ...context, threshold: 3 })],
    ['another order', (context: ReshareContext) => ({ ...context, members: membersOf([a, d, b]) })],
    [
      'another chain code',
      (context: ReshareContext) => ({
        ...context,
        old: { ...context.old, chainCode: new Uint8Array(32) },
      }),
    ],
    [
      'another epoch of the old key',
      (context: ReshareContext) => ({ ...context, old: { ...context.old, epoch: 1 } }),
    ],
    ['other dealers', (context: ReshareContext) => ({ ...context, dealers: [1, 3] })],
    ['another request', (context: ReshareContext) => ({ ...context, requestId: requestId('y') })],
  ])('M6 P-44 one device is told of %s: no session comes about', async (_, change) => {
    const players = playersOf(base, plain);
    const wrong = change(contextOf(base.info, plain)) as ReshareContext<typeof BIP340>;
    const share = base.shares.get(1) ?? expect.unreachable();
    const held = { ...share.info, ...wrong.old };
    const fits = held.epoch === share.info.epoch ? share : shareIn(share, wrong.old);
    const ceremony = reshareCeremony(wrong, {
      identity: a.identity.publicKey,
      share: fits,
      largestAttempt: 0,
    });
    players.set(1, { ceremony, identity: a.identity });
    const run = await runAll(players, { seed: 'roster' });
    for (const { status } of run.results.values()) expect(status).toBe('rejected');
    for (const { packet } of run.network.log) expect(headerOf(packet).round).toBe(0);
  });

  it('refuses contexts that cannot be', () => {
    const context = contextOf(base.info, plain);
    const own = { identity: a.identity.publicKey, share: base.shares.get(1), largestAttempt: 0 };
    const impossible: Partial<ReshareContext<typeof BIP340>>[] = [
      { dealers: [1] },
      { dealers: [2, 1] },
      { dealers: [1, 1] },
      { dealers: [1, 4] },
      { threshold: 1 },
      { threshold: 4 },
      { members: membersOf([a]) },
      { members: membersOf([a, a, b]) },
      { members: membersOf([a, b]).toReversed() },
      { requestId: new Uint8Array(15) },
    ];
    for (const change of impossible) {
      expect(() => reshareCeremony({ ...context, ...change }, own)).toThrow(UsageError);
    }
    const stranger = { ...own, identity: e.identity.publicKey };
    expect(() => reshareCeremony(context, stranger)).toThrow(UsageError);
    const suite = ED25519 as unknown as typeof BIP340;
    expect(() => reshareCeremony({ ...context, suite }, own)).toThrow(UsageError);
  });

  it('numbers the recipients as they will be, then the dealers that leave', () => {
    const parties = reshareParties(contextOf(base.info, moving));
    expect(parties.map(({ party, dealer, recipient }) => [party, dealer, recipient])).toEqual([
      [1, undefined, 1],
      [2, undefined, 2],
      [3, 2, undefined],
      [4, 3, undefined],
    ]);
    const both = reshareParties(contextOf(base.info, { ...plain, to: [d, b, a] }));
    expect(both.map(({ party, dealer }) => [party, dealer])).toEqual([
      [1, undefined],
      [2, 2],
      [3, 1],
    ]);
  });
});

/** The same share as if its key were in another epoch. */
const shareIn = (
  share: KeyShare<typeof BIP340>,
  info: KeyInfo<typeof BIP340>,
): KeyShare<typeof BIP340> =>
  share.withSecret((_, bytes) => new KeyShare(info, share.index, bytes));

describe('what the dealt polynomials are', () => {
  it('every dealer’s constant term is its weighted share', () => {
    const run = redistribute(base, plain);
    const group = groupOf(BIP340);
    for (const dealer of [1, 2]) {
      const { coefficients } = openingOf(run, base.info, dealer);
      const expected = verifyingShare(base.info, dealer).multiply(lagrange(group, [1, 2], dealer));
      expect(coefficients[0]?.toBytes()).toEqual(expected.toBytes());
    }
    expect(evaluate(group, [1n, 2n], 3)).toBe(7n);
  });
});
