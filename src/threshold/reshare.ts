/**
 * Redistribution (specification section 11, addendum C1, C2, M6): refresh, add, remove and replace
 * devices, change t and n, recover a lost device, import a key. A quorum of the old members deals the
 * key anew; public key and chain code stay. Who is active when is decided by `epochs`, from certificates.
 */
import { concat, equalBytes, Reader, u16, u32 } from '../codec.ts';
import { blaming, ProtocolError, UsageError, type PartyIndex } from './abort.ts';
import {
  confirmDigest,
  contextWithAttempt,
  describeDraft,
  reshareAuthDigest,
  reshareParties,
  type Certificate,
  type CertificateDraft,
  type ReshareParty,
} from './certificate.ts';
import { generationOf } from './ecdsa/pairs.ts';
import { baseTimes, groupOf, type Element, type Suite } from './group.ts';
import { hash } from './hash.ts';
import { verifyIdentity } from './identity.ts';
import { hasPairs } from './keygen.ts';
import { KeyShare, publicKeyOf, verifyingShare, type KeyInfo, type Member } from './keys.ts';
import { PairSetup, type PairGeneration } from './ot/pair.ts';
import { commit, evaluate, evaluateCommitment, lagrange, sumCommitments } from './polynomial.ts';
import { prove, verifyProof, type ProofBinding } from './proofs.ts';
import { HedgedRandom } from './random.ts';
import {
  reshareRounds,
  type Auth,
  type Dealt,
  type Opened,
  type ProvenShare,
} from './reshare-rounds.ts';
import type { Ceremony, Protocol, SecretSources } from './session/ceremony.ts';
import { encodeMembers, encodeReshareContext, type ReshareContext } from './session/context.ts';
import { awaitRound, of, requireEcho, type Outgoing, type Transition } from './session/round.ts';
import type { Session } from './session/session.ts';
import { TAGS } from './tags.ts';

/** Largest jump of an attempt number over the own record (addendum C1). */
export const MAX_ATTEMPT_JUMP = 1000;

/** What a redistribution leaves with one party. */
export interface Redistributed<S extends Suite = Suite> {
  /** The new share; `undefined` for a dealer that is no member any more. */
  readonly key:
    | { readonly share: KeyShare<S>; readonly pairs: ReadonlyMap<PartyIndex, PairGeneration> }
    | undefined;
  readonly certificate: Certificate;
}

/** What this device brings. */
export interface ReshareInputs<S extends Suite> {
  /** Its identity public key. */
  readonly identity: Uint8Array;
  /** Its share of the old key, when it deals. */
  readonly share: KeyShare<S> | undefined;
  /** The largest attempt number it knows of for the new epoch (`largestAttempt` of `epochs`). */
  readonly largestAttempt: number;
}

/** The fingerprint of a new set that people compare before they let it in (addendum M6), 32 bytes. */
export const rosterFingerprint = (members: readonly Member[], threshold: number): Uint8Array =>
  hash(TAGS.reshareRoster, encodeMembers(members), u16(threshold));

/**
 * One party's part in a redistribution.
 *
 * @param context what all dealers and recipients approved, with the whole public state of the old key
 * @throws UsageError when the context is impossible or the inputs do not belong to it
 */
export function reshareCeremony<S extends Suite>(
  context: ReshareContext<S>,
  inputs: ReshareInputs<S>,
): Ceremony<Redistributed<S>> {
  const encoded = encodeReshareContext(context);
  const parties = reshareParties(context);
  const own = parties.find(({ identity }) => equalBytes(identity, inputs.identity));
  if (own === undefined) throw new UsageError('this device takes no part in the redistribution');
  const { share } = inputs;
  const deals =
    share !== undefined &&
    share.index === own.dealer &&
    equalBytes(share.info.kid, context.old.kid) &&
    share.info.epoch === context.old.epoch;
  if (own.dealer !== undefined && !deals) {
    throw new UsageError('this device deals, but its share is not of the old key');
  }
  return {
    handshake: {
      suite: context.suite,
      protocol: 'reshare',
      context: encoded,
      self: own.party,
      roster: new Map(parties.map(({ party, identity }) => [party, identity])),
      extra: u32(inputs.largestAttempt),
      complete: (extras) =>
        contextWithAttempt(encoded, agreeAttempt(extras, inputs.largestAttempt)),
    },
    begin: (session, secrets) => redistribute(context, own, share, session, secrets),
    release: () => undefined,
  };
}

/** attempt = 1 + the largest that anyone reports. @throws ProtocolError class A for a jump above 1000 */
function agreeAttempt(extras: ReadonlyMap<PartyIndex, Uint8Array>, ownLargest: number): number {
  let attempt = 0;
  for (const [party, extra] of extras) {
    const reported = blaming(party, 'attempt report', () => {
      const reader = new Reader(extra, 'attempt report');
      const value = reader.u32();
      reader.end();
      return value;
    });
    if (reported > ownLargest + MAX_ATTEMPT_JUMP) {
      throw new ProtocolError('A', `party ${String(party)} reports an impossible attempt number`);
    }
    attempt = Math.max(attempt, reported);
  }
  return attempt + 1;
}

/** The attempt number at the end of enc(ctx'). */
const attemptOf = (session: Session): number =>
  new Reader(session.context.slice(-4), 'attempt').u32();

/** What a recipient learns in round 3. */
interface Received {
  readonly secret: bigint;
  readonly publicShare: Element;
  readonly answers: ReadonlyMap<PartyIndex, Uint8Array>;
}

function redistribute<S extends Suite>(
  context: ReshareContext<S>,
  own: ReshareParty,
  share: KeyShare<S> | undefined,
  session: Session,
  secrets: SecretSources,
): Protocol<Redistributed<S>> {
  const { suite, old, dealers: dealerSet, threshold } = context;
  const { sid, self } = session;
  const group = groupOf(suite);
  const { order } = group;
  const attempt = attemptOf(session);
  const rounds = reshareRounds(context, self);
  const dealers = rounds.commit.broadcast.from;
  const recipients = rounds.confirm.broadcast.from;
  const parties = new Map(reshareParties(context).map((party) => [party.party, party]));
  const random =
    share?.withSecret((_, secret) => new HedgedRandom(secrets.random, secret, sid)) ??
    new HedgedRandom(secrets.random, secrets.deviceSecret, sid);
  const setups = new Map<PartyIndex, PairSetup>();
  const wipe = (): void => {
    random.wipe();
    for (const setup of setups.values()) setup.wipe();
  };

  const opening = rounds.open.broadcast.schema;
  const commitmentTo = (party: PartyIndex, opened: Opened): Uint8Array => {
    const blank = new Uint8Array(32);
    const payload = opening.encode({ ...opened, echo1: blank, salt: blank });
    return hash(TAGS.reshareCommit, sid, u16(party), payload, opened.salt);
  };
  const boundTo = (party: PartyIndex, coefficients: readonly Element[]): ProofBinding => ({
    label: 'reshare',
    sid,
    prover: party,
    context: concat(...coefficients.slice(1).map((a) => a.toBytes())),
  });
  /** lambda_i^D F_old(i): what dealer i's constant term must be. */
  const dealtBy = (dealer: PartyIndex): Element =>
    verifyingShare(old, dealer).multiplyUnsafe(lagrange(group, dealerSet, dealer));

  // Round 1: dealers share a_i = lambda_i s_i and commit to the polynomial.
  function start(): Transition<Redistributed<S>> {
    if (share === undefined || own.dealer === undefined) {
      return {
        send: [],
        next: awaitRound(
          rounds.commit,
          ({ broadcasts, said }) => open(undefined, broadcasts, said),
          wipe,
        ),
      };
    }
    const lambda = lagrange(group, dealerSet, own.dealer);
    const constant = share.withSecret((s) => (lambda * s) % order);
    const polynomial = [constant, ...random.scalars('polynomial', order, threshold - 1)];
    const coefficients = commit(group, polynomial);
    const bound = boundTo(self, coefficients);
    const statement = coefficients[0] ?? group.zero;
    const proof = prove(group, bound, constant, statement, random.scalar('proof', order));
    const opened: Opened = {
      echo1: new Uint8Array(32),
      coefficients,
      proofPoint: proof.commitment,
      proofScalar: proof.response,
      salt: random.bytes('salt', 32),
    };
    return {
      send: [{ to: 'all', body: commitmentTo(self, opened) }],
      next: awaitRound(
        rounds.commit,
        ({ broadcasts, said }) => open({ polynomial, opened }, broadcasts, said),
        wipe,
      ),
    };
  }

  // Round 2: dealers open; everyone checks every opening against the old key.
  function open(
    dealt: { readonly polynomial: readonly bigint[]; readonly opened: Opened } | undefined,
    broadcasts: ReadonlyMap<PartyIndex, Uint8Array>,
    commitments: ReadonlyMap<PartyIndex, { readonly commitment: Uint8Array }>,
  ): Transition<Redistributed<S>> {
    const echo1 = session.echo(1, broadcasts);
    const body = dealt && opening.encode({ ...dealt.opened, echo1 });
    return {
      send: body === undefined ? [] : [{ to: 'all', body }],
      next: awaitRound(
        rounds.open,
        ({ broadcasts: openings, said }) => {
          for (const [party, opened] of said) checkOpening(party, opened, echo1, commitments);
          return deal(dealt?.polynomial, said, echo1, session.echo(2, openings));
        },
        wipe,
      ),
    };
  }

  function checkOpening(
    party: PartyIndex,
    opened: Opened,
    echo1: Uint8Array,
    commitments: ReadonlyMap<PartyIndex, { readonly commitment: Uint8Array }>,
  ): void {
    requireEcho(equalBytes(opened.echo1, echo1), 1);
    if (!equalBytes(of(commitments, party).commitment, commitmentTo(party, opened))) {
      throw new ProtocolError("A'", 'commitment does not open', party);
    }
    const { coefficients, proofPoint, proofScalar } = opened;
    const constant = coefficients[0] ?? group.zero;
    const proof = { commitment: proofPoint, response: proofScalar };
    if (!verifyProof(group, boundTo(party, coefficients), constant, proof)) {
      throw new ProtocolError("A'", 'proof of the constant term fails', party);
    }
    const { dealer } = of(parties, party);
    if (dealer === undefined || !constant.equals(dealtBy(dealer))) {
      throw new ProtocolError("A'", 'the dealer did not share its part of the key', party);
    }
  }

  // Round 3: dealers send shares; everyone signs the new set (C2); recipients begin their base OTs.
  function deal(
    polynomial: readonly bigint[] | undefined,
    opened: ReadonlyMap<PartyIndex, Opened>,
    echo1: Uint8Array,
    echo2: Uint8Array,
  ): Transition<Redistributed<S>> {
    const commitment = sumCommitments(
      group,
      dealers.map((dealer) => of(opened, dealer).coefficients),
    );
    const joint = commitment[0] ?? group.zero;
    if (!equalBytes(joint.toBytes(), publicKeyOf(old))) {
      throw new ProtocolError('A', 'the dealt parts do not add up to the key');
    }
    if (commitment.at(-1)?.is0() !== false) {
      throw new ProtocolError('A', 'the new polynomial is degenerate');
    }
    const draft: CertificateDraft = {
      kind: 'reshare',
      context: session.context.slice(0, -4),
      attempt,
      records: session.records,
      echo1,
      echo2,
      chainCode: old.chainCode,
      commitment: commitment.map((a) => a.toBytes()),
      auths: new Map(),
    };
    const { info } = describeDraft(draft);
    const auth = reshareAuthDigest(sid, context, attempt, info.kid);
    const otsid = hash(TAGS.otSetup, sid, echo2);
    const direct = recipients
      .filter((party) => party !== self)
      .map((peer): Outgoing => {
        const setup =
          own.recipient !== undefined && hasPairs(suite)
            ? new PairSetup(sid, otsid, self, peer, random)
            : undefined;
        if (setup !== undefined) setups.set(peer, setup);
        const message: Dealt = {
          share: polynomial && evaluate(group, polynomial, peer),
          opening: setup?.opening,
        };
        return { to: peer, body: of(rounds.deal.direct.per, self).encode(message) };
      })
      .filter(({ body }) => body.length > 0);
    return {
      send: [{ to: 'all', body: concat(echo1, echo2), attest: auth }, ...direct],
      next: awaitRound<Auth, Dealt, Redistributed<S>>(
        rounds.deal,
        ({ said, told }) => {
          const auths = checkAuths(said, auth, echo1, echo2);
          const signed = { ...draft, auths };
          if (own.recipient === undefined) return watch(signed, { ...info, suite });
          const received = takeShares(polynomial, opened, commitment, told);
          return proveShare(received, signed, { ...info, suite });
        },
        wipe,
      ),
    };
  }

  /** Everyone saw the same, and everyone signed the new set. The dealers' signatures, by old number. */
  function checkAuths(
    said: ReadonlyMap<PartyIndex, Auth>,
    digest: Uint8Array,
    echo1: Uint8Array,
    echo2: Uint8Array,
  ): Map<PartyIndex, Uint8Array> {
    const auths = new Map<PartyIndex, Uint8Array>();
    for (const message of said.values()) {
      requireEcho(equalBytes(message.echo1, echo1), 1);
      requireEcho(equalBytes(message.echo2, echo2), 2);
    }
    for (const [party, { signature }] of said) {
      if (!verifyIdentity(session.identityOf(party), digest, signature)) {
        throw new ProtocolError("A'", 'signature of the new set fails', party);
      }
      const { dealer } = of(parties, party);
      if (dealer !== undefined) auths.set(dealer, signature);
    }
    return auths;
  }

  /** s'_j = sum_i f_i(j), each checked against its dealer's commitment. */
  function takeShares(
    polynomial: readonly bigint[] | undefined,
    opened: ReadonlyMap<PartyIndex, Opened>,
    commitment: readonly Element[],
    told: ReadonlyMap<PartyIndex, Dealt>,
  ): Received {
    let secret = polynomial === undefined ? 0n : evaluate(group, polynomial, self);
    for (const dealer of dealers) {
      if (dealer === self) continue;
      const dealt = of(told, dealer).share;
      const expected = evaluateCommitment(group, of(opened, dealer).coefficients, self);
      if (dealt === undefined || !baseTimes(group, dealt).equals(expected)) {
        throw new ProtocolError("A'", 'share does not fit the commitments', dealer);
      }
      secret = (secret + dealt) % order;
    }
    const publicShare = evaluateCommitment(group, commitment, self);
    if (secret === 0n || !baseTimes(group, secret).equals(publicShare)) {
      throw new ProtocolError('A', 'the own share is degenerate');
    }
    const answers = new Map(
      [...setups].map(([peer, setup]) => [
        peer,
        setup.answer(of(told, peer).opening ?? new Uint8Array()),
      ]),
    );
    return { secret, publicShare, answers };
  }

  const boundShare = (party: PartyIndex, draft: CertificateDraft): ProofBinding => ({
    label: 'share',
    sid,
    prover: party,
    context: concat(draft.echo2, ...draft.commitment.slice(0, 1), draft.chainCode),
  });

  /** Round 4's checks: every S'_j is on the polynomial and its owner knows s'_j. */
  function checkShares(
    said: ReadonlyMap<PartyIndex, ProvenShare>,
    draft: CertificateDraft,
    info: KeyInfo,
  ): void {
    for (const [party, { publicShare, proofPoint, proofScalar }] of said) {
      if (!publicShare.equals(verifyingShare(info, party))) {
        throw new ProtocolError("A'", 'public share is not on the polynomial', party);
      }
      const proof = { commitment: proofPoint, response: proofScalar };
      if (!verifyProof(group, boundShare(party, draft), publicShare, proof)) {
        throw new ProtocolError("A'", 'proof of the share fails', party);
      }
    }
  }

  // Round 4: recipients prove their shares and answer the base OTs.
  function proveShare(
    received: Received,
    draft: CertificateDraft,
    info: KeyInfo<S>,
  ): Transition<Redistributed<S>> {
    const { secret, publicShare, answers } = received;
    const nonce = random.scalar('proof', order);
    const proof = prove(group, boundShare(self, draft), secret, publicShare, nonce);
    const body = rounds.prove.broadcast.schema.encode({
      publicShare,
      proofPoint: proof.commitment,
      proofScalar: proof.response,
    });
    const direct = [...answers].map(([to, answer]): Outgoing => ({ to, body: answer }));
    return {
      send: [{ to: 'all', body }, ...direct],
      next: awaitRound(
        rounds.prove,
        ({ said, told }) => {
          checkShares(said, draft, info);
          const pairs = new Map(
            [...setups].map(([peer, setup]) => {
              const pads = setup.finish(of(told, peer).answer);
              return [peer, generationOf(pads, sid, info, 1, self, peer)];
            }),
          );
          random.wipe();
          return confirm(new KeyShare(info, self, group.encodeScalar(secret)), pairs, draft);
        },
        wipe,
      ),
    };
  }

  // Round 5: store as pending, then sign. Nothing that happens later deletes what is pending.
  function confirm(
    fresh: KeyShare<S>,
    pairs: ReadonlyMap<PartyIndex, PairGeneration>,
    draft: CertificateDraft,
  ): Transition<Redistributed<S>> {
    const { info } = fresh;
    return {
      persist: [{ kind: 'pending-key', pending: { share: fresh, pairs, draft } }],
      send: [{ to: 'all', body: new Uint8Array(), attest: digestFor(info, draft, self) }],
      next: awaitConfirms(info, draft, { share: fresh, pairs }),
    };
  }

  /** A dealer that leaves waits for the certificate, to know that it is not needed any more. */
  function watch(draft: CertificateDraft, info: KeyInfo<S>): Transition<Redistributed<S>> {
    return {
      send: [],
      next: awaitRound(
        rounds.prove,
        ({ said }) => {
          checkShares(said, draft, info);
          random.wipe();
          return { send: [], next: awaitConfirms(info, draft, undefined) };
        },
        wipe,
      ),
    };
  }

  const digestFor = (info: KeyInfo, draft: CertificateDraft, index: PartyIndex): Uint8Array =>
    confirmDigest(draft, sid, old.kid, info.epoch, index, info.kid);

  function awaitConfirms(info: KeyInfo<S>, draft: CertificateDraft, key: Redistributed<S>['key']) {
    return awaitRound(
      rounds.confirm,
      ({ said }): Transition<Redistributed<S>> => {
        const confirms = new Map<PartyIndex, Uint8Array>();
        for (const [party, { signature }] of said) {
          if (
            !verifyIdentity(session.identityOf(party), digestFor(info, draft, party), signature)
          ) {
            throw new ProtocolError("A'", 'confirmation does not fit the key', party);
          }
          confirms.set(party, signature);
        }
        return { send: [], next: { output: { key, certificate: { ...draft, confirms } } } };
      },
      () => undefined,
    );
  }

  return { rounds: Object.values(rounds), start };
}
