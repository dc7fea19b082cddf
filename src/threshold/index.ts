/**
 * Threshold keys and signatures: `*Ceremony` builds one party's part of a protocol, `runCeremony` runs it
 * over a carrier. There is no way in here to sign a digest without the context that says what it is.
 */
export {
  ProtocolError,
  UsageError,
  type AbortClass,
  type Consequence,
  type PartyIndex,
} from './abort.ts';
export {
  compareHeights,
  decodeCertificate,
  describeDraft,
  encodeCertificate,
  reshareParties,
  verifyChain,
  verifyKeygenCertificate,
  verifyReshareCertificate,
  type Certificate,
  type CertificateDraft,
  type Certified,
  type Height,
  type ReshareParty,
} from './certificate.ts';
export { derive, type DerivationPath, type DerivedKey } from './derive.ts';
export {
  banDigest,
  decodeGeneration,
  encodeGeneration,
  PairBook,
  type PairReport,
} from './ecdsa/pairs.ts';
export {
  pairSetupCeremony,
  type PairSetupReason,
  type PairSetupRequest,
} from './ecdsa/pair-setup.ts';
export type { Purpose, SignItem, SignRequest } from './ecdsa/request.ts';
export { signCeremony } from './ecdsa/sign.ts';
export { IncompleteBatch, type EcdsaSignature } from './ecdsa/signature.ts';
export {
  acceptCertificate,
  assembleCertificate,
  confirmPending,
  deleteRetired,
  discard,
  emptyEpochs,
  largestAttempt,
  mayJoin,
  noteAttempt,
  ownConfirm,
  signDiscard,
  trusting,
  type Accepted,
  type EpochState,
  type Held,
} from './epochs.ts';
export type { Suite } from './group.ts';
export { verifyIdentity, type Identity } from './identity.ts';
export { keygenCeremony, type NewKey } from './keygen.ts';
export { MAX_ITEMS } from './parameters.ts';
export {
  KeyShare,
  publicKeyOf,
  verifyingShare,
  type EcdsaSuite,
  type FrostSuite,
  type KeyInfo,
  type Member,
} from './keys.ts';
export type { PairGeneration } from './ot/pair.ts';
export type { RandomSource } from './random.ts';
export { RecordedAbort, type DurableRecord, type PendingKey } from './records.ts';
export { importedKey } from './import-key.ts';
export { reshareCeremony, rosterFingerprint, type ReshareInputs } from './reshare.ts';
export type { Redistributed } from './reshare-protocol.ts';
export {
  edwardsKey,
  taprootKey,
  type EffectiveKey,
  type TaprootKey,
  type TaprootRoot,
} from './schnorr/effective.ts';
export type { EdwardsItem, FrostItem, FrostRequest, TaprootItem } from './schnorr/request.ts';
export type { TaprootSuite } from './schnorr/scheme.ts';
export { frostSignCeremony } from './schnorr/sign.ts';
export { IncompleteSignatures, type SchnorrSignature } from './schnorr/signature.ts';
export type { Ceremony, Protocol, SecretSources } from './session/ceremony.ts';
export {
  decodeKeyInfo,
  encodeKeyInfo,
  type KeygenContext,
  type ReshareContext,
} from './session/context.ts';
export { PeerAborted, runCeremony, type Carrier, type Device } from './session/driver.ts';
export { NonceMemory } from './session/handshake.ts';
export { PeerStandings, type Standing } from './standing.ts';
export {
  EquivocationError,
  verifyEquivocation,
  type Equivocation,
  type ProvenEquivocation,
  type SignedPair,
} from './session/equivocation.ts';
