/** The last step of FROST signing: z = sum z_i, verified before it is released. */
import { UsageError, type PartyIndex } from '../abort.ts';
import { RecordedAbort, type DurableRecord } from '../records.ts';
import type { Commitment } from './nonces.ts';
import type { PreparedItem } from './request.ts';
import type { Scheme } from './scheme.ts';

/** A signature that verifies under its item's key. */
export interface SchnorrSignature {
  /** 32 bytes: x(Q), or the Ed25519 public key. */
  readonly publicKey: Uint8Array;
  readonly message: Uint8Array;
  /** 64 bytes: R || z as BIP-340 or RFC 8032 has it; no sighash byte. */
  readonly signature: Uint8Array;
}

/**
 * The ceremony ended without all its signatures, with class A' and a name when a share was wrong, with
 * class D otherwise. The valid ones exist and are kept.
 */
export class IncompleteSignatures extends RecordedAbort {
  readonly signatures: readonly (SchnorrSignature | undefined)[];

  constructor(
    signatures: readonly (SchnorrSignature | undefined)[],
    culprit: PartyIndex | undefined,
    persist: readonly DurableRecord[] = [],
  ) {
    const named = culprit !== undefined;
    const reason = named ? 'signature share is wrong' : 'the signature does not verify';
    super(named ? "A'" : 'D', reason, culprit, persist);
    this.signatures = signatures;
  }
}

/** What became of one item. */
export interface Assembled {
  readonly signature: SchnorrSignature | undefined;
  /** Whose share fails. Without a name and a signature, all shares hold and the sum fails nevertheless. */
  readonly culprit?: PartyIndex;
}

/**
 * Checks every share against its verifying share, puts them together and verifies the result.
 *
 * @param list the commitments of the signers, ascending
 * @param responses z_j by signer, 32 bytes in the byte order of the group
 * @throws UsageError when the own share is wrong: a fault of this device, not of a peer
 */
export function assemble(
  { frost, verify }: Scheme,
  { message, key, publicPart }: Pick<PreparedItem, 'message' | 'key' | 'publicPart'>,
  self: PartyIndex,
  list: readonly Commitment[],
  responses: ReadonlyMap<PartyIndex, Uint8Array>,
): Assembled {
  const entries = [...list];
  const shares: Record<string, Uint8Array> = {};
  // z_j G = D_j + rho_j E_j + c lambda_j VS_j, each side turned where R or Q has odd y
  for (const [party, z] of responses) {
    const id = frost.Identifier.fromNumber(party);
    if (!frost.verifyShare(publicPart, entries, message, id, z)) {
      if (party === self) throw new UsageError('the own share of the signature is wrong');
      return { signature: undefined, culprit: party };
    }
    shares[id] = z;
  }
  try {
    const signature = frost.aggregate(publicPart, entries, message, shares);
    const { publicKey } = key;
    if (verify(signature, message, publicKey)) {
      return { signature: { publicKey, message, signature } };
    }
  } catch {
    // The library found the sum invalid although every share holds: nobody can be named.
  }
  return { signature: undefined };
}
