/**
 * Certificates: the transferable proof that every member of a key confirmed it (specification sections
 * 8 and 11, addendum C2, H4). Whoever checks one recomputes session id, verifying shares and key id.
 */
import { concat, equalBytes, Reader, toHex, u16, u32, u8 } from '../codec.ts';
import { ProtocolError, type PartyIndex } from './abort.ts';
import { groupOf } from './group.ts';
import { hash } from './hash.ts';
import { SIGNATURE_BYTES, verifyIdentity } from './identity.ts';
import { publicKeyOf, rosterOf, type KeyInfo, type Member } from './keys.ts';
import { MAX_PARTIES } from './parameters.ts';
import { evaluateCommitment } from './polynomial.ts';
import {
  decodeKeygenContext,
  decodeReshareContext,
  encodeKeyInfo,
  encodeMembers,
  type ReshareContext,
} from './session/context.ts';
import { checkRecord, sessionId } from './session/handshake.ts';
import type { SignedRecord } from './session/session.ts';
import { TAGS } from './tags.ts';

/** All of a certificate but the confirmations. */
export interface CertificateDraft {
  readonly kind: 'dkg' | 'reshare';
  /** enc(ctx) as it was signed in round 0. */
  readonly context: Uint8Array;
  /** Of a redistribution; 0 for key generation. */
  readonly attempt: number;
  /** Signed records by number in the session. */
  readonly records: ReadonlyMap<PartyIndex, SignedRecord>;
  readonly echo1: Uint8Array;
  readonly echo2: Uint8Array;
  readonly chainCode: Uint8Array;
  /** F of the new key, encoded. */
  readonly commitment: readonly Uint8Array[];
  /** Signatures of every dealer over `reshareAuthDigest`, by old number; empty for key generation. */
  readonly auths: ReadonlyMap<PartyIndex, Uint8Array>;
}

/** A draft with the confirmation of every new member. */
export interface Certificate extends CertificateDraft {
  readonly confirms: ReadonlyMap<PartyIndex, Uint8Array>;
}

/** Height of a redistribution attempt: compared in this order (addendum C1). */
export interface Height {
  readonly epoch: number;
  readonly attempt: number;
  readonly sid: Uint8Array;
}

/** enc(ctx') of a redistribution: the context with the attempt that the reports decided. */
export const contextWithAttempt = (context: Uint8Array, attempt: number): Uint8Array =>
  concat(context, u32(attempt));

/** kid = H("dkg/final"; sid, E1, E2, A_*, cc, S_*). */
export const keygenId = (
  sid: Uint8Array,
  draft: Pick<CertificateDraft, 'echo1' | 'echo2' | 'commitment' | 'chainCode'>,
  shares: readonly Uint8Array[],
): Uint8Array =>
  hash(
    TAGS.dkgFinal,
    sid,
    draft.echo1,
    draft.echo2,
    ...draft.commitment,
    draft.chainCode,
    ...shares,
  );

/** kid' = H("reshare/final"; sid, kid, u32 epoch', F_new, cc, E1, E2, S'_*). */
export const reshareId = (
  sid: Uint8Array,
  old: KeyInfo,
  draft: Pick<CertificateDraft, 'echo1' | 'echo2' | 'commitment' | 'chainCode'>,
  shares: readonly Uint8Array[],
): Uint8Array =>
  hash(
    TAGS.reshareFinal,
    sid,
    old.kid,
    u32(old.epoch + 1),
    ...draft.commitment,
    draft.chainCode,
    draft.echo1,
    draft.echo2,
    ...shares,
  );

/** What dealer i signs to bind the new set to the old committee (addendum C2). */
export const reshareAuthDigest = (
  sid: Uint8Array,
  context: ReshareContext,
  attempt: number,
  kid: Uint8Array,
): Uint8Array =>
  hash(
    TAGS.reshareAuth,
    sid,
    context.old.kid,
    u32(context.old.epoch),
    u32(context.old.epoch + 1),
    u32(attempt),
    encodeMembers(context.members),
    u16(context.threshold),
    kid,
  );

/** What member j signs to confirm a key: protocol, sid, old kid (or the kid itself), epoch', attempt, j, kid'. */
export const confirmDigest = (
  draft: Pick<CertificateDraft, 'kind' | 'attempt'>,
  sid: Uint8Array,
  oldKid: Uint8Array,
  epoch: number,
  index: PartyIndex,
  kid: Uint8Array,
): Uint8Array =>
  hash(
    TAGS.confirm,
    Uint8Array.from(draft.kind, (letter) => letter.charCodeAt(0)),
    sid,
    oldKid,
    u32(epoch),
    u32(draft.attempt),
    u16(index),
    kid,
  );

/** S_1..S_n of a new key, encoded. @throws ProtocolError when one is the identity, which has no encoding */
function shareCommitments(
  info: Pick<KeyInfo, 'suite'>,
  commitment: readonly Uint8Array[],
  members: readonly Member[],
): Uint8Array[] {
  const group = groupOf(info.suite);
  const points = commitment.map((bytes) => group.decodePoint(bytes));
  return members.map(({ index }) => {
    const share = evaluateCommitment(group, points, index);
    if (share.is0()) refuse('a verifying share is the identity');
    return share.toBytes();
  });
}

/** Numbers of the parties of a redistribution: recipients 1..n', then dealers who are not recipients. */
export interface ReshareParty {
  readonly party: PartyIndex;
  readonly identity: Uint8Array;
  /** Number in the old set, when it deals. */
  readonly dealer: PartyIndex | undefined;
  /** Number in the new set, when it receives. */
  readonly recipient: PartyIndex | undefined;
}

/** Everyone who takes part, in the order of their numbers in the session. */
export function reshareParties(context: ReshareContext): ReshareParty[] {
  const dealers = context.old.members.filter(({ index }) => context.dealers.includes(index));
  const dealerBy = new Map(dealers.map(({ index, identity }) => [toHex(identity), index]));
  const recipients = context.members.map(({ index, identity }) => ({
    party: index,
    identity,
    dealer: dealerBy.get(toHex(identity)),
    recipient: index,
  }));
  const receiving = new Set(context.members.map(({ identity }) => toHex(identity)));
  const others = dealers
    .filter(({ identity }) => !receiving.has(toHex(identity)))
    .map(({ index, identity }, at) => ({
      party: context.members.length + at + 1,
      identity,
      dealer: index,
      recipient: undefined,
    }));
  return [...recipients, ...others];
}

/** What a certificate certifies. */
export interface Certified {
  readonly info: KeyInfo;
  readonly height: Height;
}

const refuse = (reason: string): never => {
  throw new ProtocolError('A', `certificate refused: ${reason}`);
};

/** The key and height that a draft describes, with its records checked. */
export function describeDraft(draft: CertificateDraft): Certified & {
  readonly oldKid: Uint8Array;
  readonly reshare: ReshareContext | undefined;
} {
  if (draft.kind === 'dkg') {
    const context = decodeKeygenContext(draft.context);
    const roster = rosterOf(context.members);
    const sid = checkedSessionId(draft, roster, draft.context);
    if (draft.attempt !== 0 || draft.auths.size !== 0) refuse('not of a key generation');
    if (draft.commitment.length !== context.threshold) refuse('wrong number of coefficients');
    const shares = shareCommitments(context, draft.commitment, context.members);
    const kid = keygenId(sid, draft, shares);
    const { suite, threshold, members } = context;
    const { commitment, chainCode } = draft;
    const info: KeyInfo = { suite, kid, epoch: 0, threshold, members, commitment, chainCode };
    return { info, height: { epoch: 0, attempt: 0, sid }, oldKid: kid, reshare: undefined };
  }
  const context = decodeReshareContext(draft.context);
  const { old, suite, threshold, members } = context;
  const roster = new Map(reshareParties(context).map(({ party, identity }) => [party, identity]));
  const sid = checkedSessionId(draft, roster, contextWithAttempt(draft.context, draft.attempt));
  if (draft.commitment.length !== threshold) refuse('wrong number of coefficients');
  const [first] = draft.commitment;
  if (first === undefined || !equalBytes(first, publicKeyOf(old))) refuse('another public key');
  if (!equalBytes(draft.chainCode, old.chainCode)) refuse('another chain code');
  const shares = shareCommitments(context, draft.commitment, members);
  const kid = reshareId(sid, old, draft, shares);
  const { commitment, chainCode } = draft;
  const epoch = old.epoch + 1;
  const info: KeyInfo = { suite, kid, epoch, threshold, members, commitment, chainCode };
  const height = { epoch, attempt: draft.attempt, sid };
  return { info, height, oldKid: old.kid, reshare: context };
}

function checkedSessionId(
  draft: CertificateDraft,
  roster: ReadonlyMap<PartyIndex, Uint8Array>,
  finalContext: Uint8Array,
): Uint8Array {
  const parties = [...roster.keys()].sort((a, b) => a - b);
  if (draft.records.size !== parties.length) refuse('not one record per party');
  const records = parties.map((party) => {
    const signed = draft.records.get(party);
    if (signed === undefined) return refuse('a record is missing');
    checkRecord({ context: draft.context, roster }, party, signed.record, signed.signature);
    return signed.record;
  });
  return sessionId(finalContext, records);
}

/**
 * Checks a certificate of key generation.
 *
 * @throws ProtocolError or DecodeError when anything does not hold
 */
export function verifyKeygenCertificate(certificate: Certificate): Certified {
  if (certificate.kind !== 'dkg') refuse('not of a key generation');
  const described = describeDraft(certificate);
  checkConfirms(certificate, described.info, described.height, described.oldKid);
  return described;
}

/**
 * Checks a certificate of a redistribution against the key that the verifier itself holds or has
 * checked: a certificate proves nothing to someone who does not know the old committee (addendum C2).
 *
 * @throws ProtocolError or DecodeError when anything does not hold
 */
export function verifyReshareCertificate(certificate: Certificate, trusted: KeyInfo): Certified {
  const described = describeDraft(certificate);
  const { reshare, info, height, oldKid } = described;
  if (reshare === undefined) return refuse('not of a redistribution');
  if (!equalBytes(encodeKeyInfo(reshare.old), encodeKeyInfo(trusted))) {
    refuse('it starts from another key, epoch or committee');
  }
  if (certificate.auths.size !== reshare.dealers.length) refuse('not one signature per dealer');
  const digest = reshareAuthDigest(height.sid, reshare, certificate.attempt, info.kid);
  const committee = rosterOf(trusted.members);
  for (const dealer of reshare.dealers) {
    const [identity, signature] = [committee.get(dealer), certificate.auths.get(dealer)];
    if (identity === undefined || signature === undefined) return refuse('a dealer did not sign');
    if (!verifyIdentity(identity, digest, signature)) refuse('wrong signature of a dealer');
  }
  checkConfirms(certificate, info, height, oldKid);
  return { info, height };
}

/** Follows an unbroken chain of redistributions from a trusted key. @throws as verifyReshareCertificate */
export function verifyChain(trusted: KeyInfo, chain: readonly Certificate[]): KeyInfo {
  return chain.reduce<KeyInfo>(
    (info, certificate) => verifyReshareCertificate(certificate, info).info,
    trusted,
  );
}

function checkConfirms(
  certificate: Certificate,
  info: KeyInfo,
  height: Height,
  oldKid: Uint8Array,
): void {
  if (certificate.confirms.size !== info.members.length) refuse('not confirmed by every member');
  for (const { index, identity } of info.members) {
    const signature = certificate.confirms.get(index);
    const digest = confirmDigest(certificate, height.sid, oldKid, info.epoch, index, info.kid);
    if (signature === undefined || !verifyIdentity(identity, digest, signature)) {
      refuse(`member ${String(index)} did not confirm`);
    }
  }
}

/** Order of heights: epoch, then attempt, then session id as bytes. */
export function compareHeights(a: Height, b: Height): number {
  if (a.epoch !== b.epoch) return a.epoch - b.epoch;
  if (a.attempt !== b.attempt) return a.attempt - b.attempt;
  const [x, y] = [toHex(a.sid), toHex(b.sid)];
  return x < y ? -1 : x > y ? 1 : 0;
}

const ascending = <T>(map: ReadonlyMap<PartyIndex, T>): [PartyIndex, T][] =>
  [...map].sort(([a], [b]) => a - b);

const signatures = (map: ReadonlyMap<PartyIndex, Uint8Array>): Uint8Array =>
  concat(u16(map.size), ...ascending(map).flatMap(([index, signature]) => [u16(index), signature]));

/** Canonical bytes of a certificate, to store and to serve. */
export function encodeCertificate(certificate: Certificate): Uint8Array {
  const { kind, context, attempt, records, commitment, auths, confirms } = certificate;
  return concat(
    u8(1),
    u8(kind === 'dkg' ? 1 : 2),
    u32(context.length),
    context,
    u32(attempt),
    u16(records.size),
    ...ascending(records).flatMap(([index, { record, signature }]) => [
      u16(index),
      u32(record.length),
      record,
      signature,
    ]),
    certificate.echo1,
    certificate.echo2,
    certificate.chainCode,
    u16(commitment.length),
    u16(commitment[0]?.length ?? 0),
    ...commitment,
    signatures(auths),
    signatures(confirms),
  );
}

/**
 * Reads what `encodeCertificate` wrote; nothing is verified yet.
 *
 * @throws DecodeError unless canonical
 */
export function decodeCertificate(bytes: Uint8Array): Certificate {
  const reader = new Reader(bytes, 'certificate');
  if (reader.u8() !== 1) throw reader.malformed('unknown version');
  const code = reader.u8();
  if (code !== 1 && code !== 2) throw reader.malformed('unknown kind');
  const context = reader.bytes(reader.u32());
  const attempt = reader.u32();
  const records = readMap(reader, () => ({
    record: reader.bytes(reader.u32()),
    signature: reader.bytes(SIGNATURE_BYTES),
  }));
  const [echo1, echo2, chainCode] = [reader.bytes(32), reader.bytes(32), reader.bytes(32)];
  const count = reader.u16();
  const size = reader.u16();
  if (count < 1 || count > MAX_PARTIES || (size !== 32 && size !== 33)) {
    throw reader.malformed('coefficients');
  }
  const commitment = Array.from({ length: count }, () => reader.bytes(size));
  const auths = readMap(reader, () => reader.bytes(SIGNATURE_BYTES));
  const confirms = readMap(reader, () => reader.bytes(SIGNATURE_BYTES));
  reader.end();
  const kind = code === 1 ? 'dkg' : 'reshare';
  return {
    kind,
    context,
    attempt,
    records,
    echo1,
    echo2,
    chainCode,
    commitment,
    auths,
    confirms,
  };
}

/** A map with ascending keys, so that one map has one encoding. */
function readMap<T>(reader: Reader, value: () => T): Map<PartyIndex, T> {
  const count = reader.u16();
  if (count > 2 * MAX_PARTIES) throw reader.malformed('too many entries');
  const map = new Map<PartyIndex, T>();
  let last = 0;
  for (let i = 0; i < count; i++) {
    const index = reader.u16();
    if (index <= last) throw reader.malformed('entries are not ascending');
    last = index;
    map.set(index, value());
  }
  return map;
}
