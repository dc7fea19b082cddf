/**
 * Two different messages of one party for one slot. Broadcasts are signed with their whole header, session
 * id included, so two of them convince anyone who knows the party's identity key (specification 3.1).
 */
import { equalBytes } from '../../codec.ts';
import { ProtocolError, type PartyIndex } from '../abort.ts';
import { verifyIdentity } from '../identity.ts';
import { ABORT_ROUND, readBroadcast, type PacketFrame } from './packet.ts';

/** Two broadcast packets as they came: header, body and signature of each. */
export type SignedPair = readonly [Uint8Array, Uint8Array];

/** What this device saw: two different messages for one slot, both authenticated. */
export interface Equivocation {
  readonly round: number;
  readonly from: PartyIndex;
  /**
   * Of broadcasts: the evidence for others. Direct messages leave none: both ends know the key that
   * authenticates them, and their bodies are secrets of this pair.
   */
  readonly packets: SignedPair | undefined;
}

/** A peer sent two different messages for one slot. */
export class EquivocationError extends ProtocolError {
  readonly evidence: Equivocation;

  constructor(evidence: Equivocation) {
    super("A'", `two different messages in round ${String(evidence.round)}`, evidence.from);
    this.evidence = evidence;
  }
}

/** What two signed packets prove of the owner of an identity key. */
export interface ProvenEquivocation extends PacketFrame {
  readonly round: number;
  /** The number under which the owner of the key took part. */
  readonly from: PartyIndex;
}

/**
 * Checks evidence that anyone may have sent: whether the owner of `identity` signed two different bodies
 * for one slot of one session.
 *
 * @param packets two broadcast packets, whole
 * @param identity the Ed25519 public key of the accused, 32 bytes, from the verifier's own roster
 * @returns the slot, or `undefined` when the packets prove nothing. Never throws
 */
export function verifyEquivocation(
  packets: SignedPair,
  identity: Uint8Array,
): ProvenEquivocation | undefined {
  const [first, second] = packets.map(readBroadcast);
  if (first === undefined || second === undefined) return undefined;
  if (!equalBytes(first.slotBytes, second.slotBytes)) return undefined;
  const { frame, slot } = first;
  // Round 0 has another signature and may be repeated; a notice is no message of a slot.
  if (slot.round === 0 || slot.round === ABORT_ROUND) return undefined;
  if (equalBytes(first.body, second.body)) return undefined;
  const signed = [first, second].every(({ digest, signature }) =>
    verifyIdentity(identity, digest, signature),
  );
  return signed ? { ...frame, round: slot.round, from: slot.from } : undefined;
}
