/**
 * Which share of a key is active: the activation rules of redistribution (addendum C1, C2, H4) as pure
 * functions from one durable state to the next. The device writes each state as a whole before it acts
 * on it.
 *
 * Nothing but a complete certificate makes a share active, and nothing but the activation of a strictly
 * greater height deletes one. No time-out, error or message does.
 */
import { equalBytes, toHex, u16 } from '../codec.ts';
import { ProtocolError, UsageError, type PartyIndex } from './abort.ts';
import {
  compareHeights,
  confirmDigest,
  describeDraft,
  verifyKeygenCertificate,
  verifyReshareCertificate,
  type Certificate,
  type CertificateDraft,
  type Certified,
  type Height,
} from './certificate.ts';
import { hash } from './hash.ts';
import { verifyIdentity } from './identity.ts';
import type { KeyInfo, Member } from './keys.ts';
import { encodeKeyInfo } from './session/context.ts';
import { TAGS } from './tags.ts';

/** A share with its height. `material` is whatever the device stores for it; never looked at here. */
export interface Held<M> {
  readonly height: Height;
  readonly draft: CertificateDraft;
  readonly index: PartyIndex;
  readonly material: M;
}

/** The durable state of one device for one key. Immutable: every function returns a new one. */
export interface EpochState<M> {
  /** This device's identity public key, 32 bytes. */
  readonly identity: Uint8Array;
  /** The share in use, once a certificate activated one. */
  readonly active: (Held<M> & { readonly info: KeyInfo }) | undefined;
  /** Confirmed shares that wait for a certificate. */
  readonly pending: readonly Held<M>[];
  /** Attempts this device confirmed: sid by "epoch/attempt". Written before the confirm is sent. */
  readonly confirmed: ReadonlyMap<string, string>;
  /** The largest attempt number seen for an epoch. */
  readonly attempts: ReadonlyMap<number, number>;
  /**
   * Every public state that certificates proved, by kid: what the next certificate is checked against. An
   * epoch can have several, one per certified attempt, and the next epoch may start from any of them.
   */
  readonly lineage: ReadonlyMap<string, Certified>;
  /** Certificates held, re-served to anyone who asks (K5). */
  readonly certificates: readonly Certificate[];
  /** A certificate left this device out: it does not sign any more. */
  readonly retired: boolean;
  /** Key ids of unfinished keys whose discarding this device signed (H4). */
  readonly discarded: ReadonlySet<string>;
}

/** A device that holds nothing yet. */
export const emptyEpochs = <M>(identity: Uint8Array): EpochState<M> => ({
  identity,
  active: undefined,
  pending: [],
  confirmed: new Map(),
  attempts: new Map(),
  lineage: new Map(),
  certificates: [],
  retired: false,
  discarded: new Set(),
});

/** A device that starts from a key it trusts without a certificate: the old set of an import, or a new member. */
export const trusting = <M>(state: EpochState<M>, info: KeyInfo): EpochState<M> => {
  const height: Height = { epoch: info.epoch, attempt: 0, sid: new Uint8Array(32) };
  return { ...state, lineage: new Map(state.lineage).set(toHex(info.kid), { info, height }) };
};

const slot = ({ epoch, attempt }: Height): string => `${String(epoch)}/${String(attempt)}`;

/** The largest attempt number to report for the epoch after `epoch`. */
export const largestAttempt = (state: EpochState<unknown>, nextEpoch: number): number =>
  state.attempts.get(nextEpoch) ?? 0;

/**
 * Whether this device may deal or confirm in an attempt that starts from `old` (K7).
 *
 * @throws ProtocolError class A when its active epoch is already later: it answers with its certificate
 */
export function mayJoin(state: EpochState<unknown>, old: KeyInfo): void {
  if ([...state.lineage.values()].some(({ info }) => info.epoch > old.epoch)) {
    throw new ProtocolError('A', 'this device knows a later epoch already');
  }
}

/**
 * Takes a new share in before its confirmation is sent. Store the result durably, then sign.
 *
 * @throws ProtocolError class A when another session was confirmed at this height, when the attempt is not
 *   above every confirmed one, or when the epoch is over (K7)
 */
export function confirmPending<M>(
  state: EpochState<M>,
  draft: CertificateDraft,
  material: M,
): EpochState<M> {
  const { info, height, reshare } = describeDraft(draft);
  const index = ownIndex(state, info.members);
  if (index === undefined) throw new UsageError('this device is not a member of the new key');
  if (reshare !== undefined) {
    mayJoin(state, reshare.old);
    requireTrusted(state, reshare.old);
  } else if (state.active !== undefined) {
    throw new UsageError('this key is active already');
  }
  if (state.discarded.has(toHex(info.kid))) {
    throw new ProtocolError('A', 'the discarding of this key was signed');
  }
  for (const [confirmedSlot, sid] of state.confirmed) {
    const [epoch, attempt] = confirmedSlot.split('/').map(Number);
    if (epoch !== height.epoch || attempt === undefined) continue;
    if (sid === toHex(height.sid)) return state; // repeated after a crash
    if (height.attempt <= attempt) {
      throw new ProtocolError('A', 'an equal or later attempt was confirmed already');
    }
  }
  return {
    ...noteAttempt(state, height),
    pending: [...state.pending, { height, draft, index, material }],
    confirmed: new Map(state.confirmed).set(slot(height), toHex(height.sid)),
  };
}

/** A share is confirmed only when it grew from the key that this device itself knows to be the latest. */
function requireTrusted(state: EpochState<unknown>, old: KeyInfo): void {
  const known = latest(state);
  if (known === undefined || !equalBytes(encodeKeyInfo(known.info), encodeKeyInfo(old))) {
    throw new ProtocolError(
      'A',
      'the old key is not the one this device knows: exchange certificates',
    );
  }
}

/** The greatest height that this device knows to be certified. */
const latest = (state: EpochState<unknown>): Certified | undefined =>
  [...state.lineage.values()].sort((a, b) => compareHeights(b.height, a.height))[0];

/** Remembers the largest attempt number of an epoch. */
export function noteAttempt<M>(
  state: EpochState<M>,
  { epoch, attempt }: Pick<Height, 'epoch' | 'attempt'>,
): EpochState<M> {
  if (attempt <= largestAttempt(state, epoch)) return state;
  return { ...state, attempts: new Map(state.attempts).set(epoch, attempt) };
}

/** What a certificate did. */
export interface Accepted<M> {
  readonly state: EpochState<M>;
  readonly effect: 'activated' | 'retired' | 'already-known' | 'share-missing';
}

/**
 * Checks a certificate and applies K1 to K4. Certificates of later epochs need those before them: offer
 * them in order.
 *
 * @throws ProtocolError or DecodeError for a certificate that does not hold, or whose old key is unknown
 */
export function acceptCertificate<M>(state: EpochState<M>, certificate: Certificate): Accepted<M> {
  const { info, height } = verifyAgainst(state, certificate);
  if (state.discarded.has(toHex(info.kid))) {
    throw new ProtocolError('A', 'the discarding of this key was signed');
  }
  const top = latest(state);
  const learned: EpochState<M> = {
    ...noteAttempt(state, height),
    certificates: withCertificate(state.certificates, certificate, height),
    lineage: new Map(state.lineage).set(toHex(info.kid), { info, height }),
  };
  const overtaken = top !== undefined && compareHeights(height, top.height) < 0;
  if (
    overtaken ||
    (state.active !== undefined && compareHeights(height, state.active.height) <= 0)
  ) {
    return { state: learned, effect: 'already-known' };
  }
  if (ownIndex(state, info.members) === undefined) {
    const nothing = state.active === undefined && state.pending.length === 0;
    return nothing
      ? { state: learned, effect: 'already-known' }
      : { state: { ...learned, retired: true }, effect: 'retired' };
  }
  const held = state.pending.find((pending) => compareHeights(pending.height, height) === 0);
  if (held === undefined) return { state: learned, effect: 'share-missing' };
  return {
    state: {
      ...learned,
      active: { ...held, info },
      retired: false,
      // K1-K3: only what is below the activated height goes
      pending: state.pending.filter((pending) => compareHeights(pending.height, height) > 0),
    },
    effect: 'activated',
  };
}

function verifyAgainst(state: EpochState<unknown>, certificate: Certificate): Certified {
  if (certificate.kind === 'dkg') {
    // Anyone can generate a key and certify it: it counts only here if this device took part or trusts it.
    const certified = verifyKeygenCertificate(certificate);
    const known =
      state.lineage.has(toHex(certified.info.kid)) ||
      state.pending.some(({ height }) => compareHeights(height, certified.height) === 0);
    if (!known) throw new ProtocolError('A', 'certificate refused: of another key');
    return certified;
  }
  const { reshare } = describeDraft(certificate);
  const trusted = reshare && state.lineage.get(toHex(reshare.old.kid));
  if (trusted === undefined) {
    throw new ProtocolError('A', 'certificate refused: the certificates before it are missing');
  }
  return verifyReshareCertificate(certificate, trusted.info);
}

function withCertificate(
  known: readonly Certificate[],
  certificate: Certificate,
  height: Height,
): readonly Certificate[] {
  const same = known.some((other) => compareHeights(describeDraft(other).height, height) === 0);
  return same ? known : [...known, certificate];
}

const ownIndex = (state: EpochState<unknown>, members: readonly Member[]): PartyIndex | undefined =>
  members.find(({ identity }) => equalBytes(identity, state.identity))?.index;

/** The digest of this device's confirmation of a pending share: signed again whenever somebody asks (K5). */
export function ownConfirm(held: Held<unknown>): Uint8Array {
  const { info, height, oldKid } = describeDraft(held.draft);
  return confirmDigest(held.draft, height.sid, oldKid, info.epoch, held.index, info.kid);
}

/**
 * Puts a certificate together from confirmations that arrived one by one; wrong ones are left out.
 *
 * @returns undefined while confirmations are missing
 */
export function assembleCertificate(
  draft: CertificateDraft,
  confirms: ReadonlyMap<PartyIndex, Uint8Array>,
): Certificate | undefined {
  const { info, height, oldKid } = describeDraft(draft);
  const valid = new Map<PartyIndex, Uint8Array>();
  for (const { index, identity } of info.members) {
    const signature = confirms.get(index);
    const digest = confirmDigest(draft, height.sid, oldKid, info.epoch, index, info.kid);
    if (signature !== undefined && verifyIdentity(identity, digest, signature)) {
      valid.set(index, signature);
    }
  }
  return valid.size === info.members.length ? { ...draft, confirms: valid } : undefined;
}

/** Deletes the share of a retired device. Only after its user confirmed it, on this device (C2). */
export function deleteRetired<M>(state: EpochState<M>): EpochState<M> {
  const top = latest(state);
  if (!state.retired || top === undefined) {
    throw new UsageError('this device is not retired from the key');
  }
  // K1, K3: an attempt above the certificate that left this device out may still become the key
  const pending = state.pending.filter(({ height }) => compareHeights(height, top.height) > 0);
  return { ...state, active: undefined, pending };
}

/** What every member signs to discard an unfinished key: H("dkg/discard"; sid, kid, u16 i). */
export const discardDigest = (sid: Uint8Array, kid: Uint8Array, index: PartyIndex): Uint8Array =>
  hash(TAGS.dkgDiscard, sid, kid, u16(index));

/**
 * Prepares to sign the discarding of an unfinished key (H4). From then on a certificate for it is refused.
 *
 * @throws ProtocolError class A when this device holds a certificate
 */
export function signDiscard<M>(
  state: EpochState<M>,
  draft: CertificateDraft,
): { readonly state: EpochState<M>; readonly digest: Uint8Array } {
  const { info, height } = describeDraft(draft);
  const index = ownIndex(state, info.members);
  if (draft.kind !== 'dkg' || index === undefined)
    throw new UsageError('not an own unfinished key');
  if (state.active !== undefined || state.certificates.length > 0) {
    throw new ProtocolError('A', 'the key is complete: it cannot be discarded');
  }
  return {
    state: { ...state, discarded: new Set(state.discarded).add(toHex(info.kid)) },
    digest: discardDigest(height.sid, info.kid, index),
  };
}

/**
 * Deletes an unfinished key once every member signed its discarding.
 *
 * @throws ProtocolError class A when a signature is missing or wrong
 */
export function discard<M>(
  state: EpochState<M>,
  draft: CertificateDraft,
  signatures: ReadonlyMap<PartyIndex, Uint8Array>,
): EpochState<M> {
  const { info, height } = describeDraft(draft);
  for (const { index, identity } of info.members) {
    const signature = signatures.get(index);
    const digest = discardDigest(height.sid, info.kid, index);
    if (signature === undefined || !verifyIdentity(identity, digest, signature)) {
      throw new ProtocolError('A', `member ${String(index)} did not sign the discarding`);
    }
  }
  if (state.active !== undefined) throw new ProtocolError('A', 'the key is active');
  return {
    ...state,
    discarded: new Set(state.discarded).add(toHex(info.kid)),
    pending: state.pending.filter(({ height: other }) => compareHeights(other, height) !== 0),
  };
}
