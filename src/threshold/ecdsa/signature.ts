/** The last step of signing: s = w / u, verified before it is released (specification section 9, Finish). */
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { concat, u8 } from '../../codec.ts';
import { SECP256K1 } from '../group.ts';
import type { Point } from '../points.ts';
import { invert } from '../polynomial.ts';
import { RecordedAbort, type DurableRecord } from '../records.ts';
import { ORDER } from '../scalars.ts';
import type { PreparedItem } from './request.ts';

/** A signature that verifies under its item's key. */
export interface EcdsaSignature {
  readonly publicKey: Uint8Array;
  readonly digest: Uint8Array;
  /** r || s, 64 bytes, s at most q/2. */
  readonly signature: Uint8Array;
  /** 0..3: parity of y(R), plus 2 when x(R) >= q. */
  readonly recovery: number;
}

/** The ceremony ended with class D, but some items have a valid signature: they exist and are kept. */
export class IncompleteBatch extends RecordedAbort {
  readonly signatures: readonly (EcdsaSignature | undefined)[];

  constructor(
    signatures: readonly (EcdsaSignature | undefined)[],
    reason: string,
    persist: readonly DurableRecord[],
  ) {
    super('D', reason, undefined, persist);
    this.signatures = signatures;
  }
}

/** s = w / u with low s and recovery id; `undefined` unless both verify under the item's key. */
export function assemble(
  item: PreparedItem,
  nonce: Point,
  u: bigint,
  w: bigint,
): EcdsaSignature | undefined {
  if (u === 0n || w === 0n || nonce.is0()) return undefined;
  const { x, y } = nonce.toAffine();
  let s = (w * invert(u, ORDER)) % ORDER;
  let recovery = Number(y & 1n) + (x >= ORDER ? 2 : 0);
  if (s > ORDER / 2n) {
    s = ORDER - s;
    recovery ^= 1;
  }
  const { publicKey, digest } = item;
  const signature = concat(SECP256K1.encodeScalar(x % ORDER), SECP256K1.encodeScalar(s));
  // In this format the library compares the recovery id, too: with the point that the signature leads to.
  const recoverable = concat(u8(recovery), signature);
  const options = { prehash: false, lowS: true, format: 'recovered' } as const;
  const valid = secp256k1.verify(recoverable, digest, publicKey, options);
  return valid ? { publicKey, digest, signature, recovery } : undefined;
}
