/**
 * What must hold of everything that others say in a redistribution (specification section 11, addendum
 * C2): each check names its culprit, or nobody when a whole group is needed to make it fail.
 */
import { concat, equalBytes, u16 } from '../codec.ts';
import { ProtocolError, type PartyIndex } from './abort.ts';
import { confirmDigest, type CertificateDraft, type ReshareParty } from './certificate.ts';
import { baseTimes, groupOf, type Element } from './group.ts';
import { hash } from './hash.ts';
import { verifyIdentity } from './identity.ts';
import { publicKeyOf, verifyingShare, type KeyInfo } from './keys.ts';
import { evaluateCommitment, lagrange, sumCommitments } from './polynomial.ts';
import { verifyProof, type ProofBinding } from './proofs.ts';
import type { Auth, Dealt, Opened, ProvenShare, ReshareRounds } from './reshare-rounds.ts';
import type { ReshareContext } from './session/context.ts';
import { of, requireEcho } from './session/round.ts';
import type { Session } from './session/session.ts';
import { TAGS } from './tags.ts';

/** What the checks of one session refer to. */
export interface ReshareView {
  readonly context: ReshareContext;
  readonly session: Session;
  readonly rounds: ReshareRounds;
  readonly parties: ReadonlyMap<PartyIndex, ReshareParty>;
}

/** What every party computes of everybody's broadcasts: E1 and E2. */
export interface Echoes {
  readonly echo1: Uint8Array;
  readonly echo2: Uint8Array;
}

/** H("reshare/commit"; sid, u16 i, payload_i, salt_i). */
export function commitmentTo(
  { session, rounds }: ReshareView,
  party: PartyIndex,
  opened: Opened,
): Uint8Array {
  const blank = new Uint8Array(32);
  const payload = rounds.open.broadcast.schema.encode({ ...opened, echo1: blank, salt: blank });
  return hash(TAGS.reshareCommit, session.sid, u16(party), payload, opened.salt);
}

/** The proof of the constant term is bound to all other coefficients. */
export const boundTo = (
  { session }: ReshareView,
  party: PartyIndex,
  coefficients: readonly Element[],
): ProofBinding => ({
  label: 'reshare',
  sid: session.sid,
  prover: party,
  context: concat(...coefficients.slice(1).map((a) => a.toBytes())),
});

/** The proof of a new share is bound to E2, the public key and the chain code. */
export const boundShare = (
  { session }: ReshareView,
  party: PartyIndex,
  draft: CertificateDraft,
): ProofBinding => ({
  label: 'share',
  sid: session.sid,
  prover: party,
  context: concat(draft.echo2, ...draft.commitment.slice(0, 1), draft.chainCode),
});

/** Round 2: an opening is the committed one, its maker knows f_i(0), and f_i(0) = lambda_i s_i. */
export function checkOpening(
  view: ReshareView,
  party: PartyIndex,
  opened: Opened,
  echo1: Uint8Array,
  commitments: ReadonlyMap<PartyIndex, { readonly commitment: Uint8Array }>,
): void {
  const { context } = view;
  const group = groupOf(context.suite);
  requireEcho(equalBytes(opened.echo1, echo1), 1);
  if (!equalBytes(of(commitments, party).commitment, commitmentTo(view, party, opened))) {
    throw new ProtocolError("A'", 'commitment does not open', party);
  }
  const { coefficients, proofPoint, proofScalar } = opened;
  const constant = coefficients[0] ?? group.zero;
  const proof = { commitment: proofPoint, response: proofScalar };
  if (!verifyProof(group, boundTo(view, party, coefficients), constant, proof)) {
    throw new ProtocolError("A'", 'proof of the constant term fails', party);
  }
  const { dealer } = of(view.parties, party);
  if (dealer === undefined || !constant.equals(dealtBy(context, dealer))) {
    throw new ProtocolError("A'", 'the dealer did not share its part of the key', party);
  }
}

/** lambda_i^D F_old(i): what dealer i's constant term must be. */
const dealtBy = ({ suite, old, dealers }: ReshareContext, dealer: PartyIndex): Element =>
  verifyingShare(old, dealer).multiplyUnsafe(lagrange(groupOf(suite), dealers, dealer));

/** F_new, the sum of all dealers' coefficients: its constant term is the key, its degree is t' - 1. */
export function newCommitment(
  { context, rounds }: ReshareView,
  opened: ReadonlyMap<PartyIndex, Opened>,
): Element[] {
  const group = groupOf(context.suite);
  const commitment = sumCommitments(
    group,
    rounds.commit.broadcast.from.map((dealer) => of(opened, dealer).coefficients),
  );
  const joint = commitment[0] ?? group.zero;
  if (!equalBytes(joint.toBytes(), publicKeyOf(context.old))) {
    throw new ProtocolError('A', 'the dealt parts do not add up to the key');
  }
  if (commitment.at(-1)?.is0() !== false) {
    throw new ProtocolError('A', 'the new polynomial is degenerate');
  }
  return commitment;
}

/**
 * Round 3: everyone saw the same, and everyone signed the new set. Gives the dealers' signatures, by old
 * number.
 */
export function checkAuths(
  { session, parties }: ReshareView,
  said: ReadonlyMap<PartyIndex, Auth>,
  digest: Uint8Array,
  { echo1, echo2 }: Echoes,
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

/** Round 3: f_i(j) as dealer i sent it, checked against its coefficients. */
export function takeShare(
  { context, session }: ReshareView,
  dealer: PartyIndex,
  opened: Opened,
  { share }: Dealt,
): bigint {
  const group = groupOf(context.suite);
  const expected = evaluateCommitment(group, opened.coefficients, session.self);
  if (share === undefined || !baseTimes(group, share).equals(expected)) {
    throw new ProtocolError("A'", 'share does not fit the commitments', dealer);
  }
  return share;
}

/** Round 4: every S'_j is on the polynomial and its owner knows s'_j. */
export function checkShares(
  view: ReshareView,
  said: ReadonlyMap<PartyIndex, ProvenShare>,
  draft: CertificateDraft,
  info: KeyInfo,
): void {
  const group = groupOf(info.suite);
  for (const [party, { publicShare, proofPoint, proofScalar }] of said) {
    if (!publicShare.equals(verifyingShare(info, party))) {
      throw new ProtocolError("A'", 'public share is not on the polynomial', party);
    }
    const proof = { commitment: proofPoint, response: proofScalar };
    if (!verifyProof(group, boundShare(view, party, draft), publicShare, proof)) {
      throw new ProtocolError("A'", 'proof of the share fails', party);
    }
  }
}

/** The digest of recipient `index`'s confirmation. */
export const confirmationOf = (
  { context, session }: ReshareView,
  info: KeyInfo,
  draft: CertificateDraft,
  index: PartyIndex,
): Uint8Array => confirmDigest(draft, session.sid, context.old.kid, info.epoch, index, info.kid);

/** Round 5: every recipient confirmed this very key. Gives the signatures, by new number. */
export function checkConfirms(
  view: ReshareView,
  said: ReadonlyMap<PartyIndex, { readonly signature: Uint8Array }>,
  info: KeyInfo,
  draft: CertificateDraft,
): Map<PartyIndex, Uint8Array> {
  const confirms = new Map<PartyIndex, Uint8Array>();
  for (const [party, { signature }] of said) {
    const digest = confirmationOf(view, info, draft, party);
    if (!verifyIdentity(view.session.identityOf(party), digest, signature)) {
      throw new ProtocolError("A'", 'confirmation does not fit the key', party);
    }
    confirms.set(party, signature);
  }
  return confirms;
}
