import { addressOf } from '../address.ts';
import type { RecoverableSignature } from '../assemble.ts';
import { signatureBytes } from '../message/assemble.ts';
import { typedDataDigest } from './digest.ts';
import type { TypedDataRequest } from './request.ts';
import { verifyingCall, type VerifyingCall } from './verifying-call.ts';

export interface SignedTypedData {
  /** r ‖ s ‖ v, 65 bytes, v 27 or 28. */
  readonly signature: Uint8Array;
  /** The call that shows the signature to its contract, where a standard has one. */
  readonly call: VerifyingCall | undefined;
}

/**
 * The signature of typed data as applications take it, verified against the key before it leaves.
 *
 * @param publicKey the account's, 33 bytes
 * @throws SignatureError when anything does not fit
 */
export function assembleTypedData(
  request: TypedDataRequest,
  signature: RecoverableSignature,
  publicKey: Uint8Array,
): SignedTypedData {
  const bytes = signatureBytes(typedDataDigest(request), signature, publicKey);
  return { signature: bytes, call: verifyingCall(request.data, bytes, addressOf(publicKey)) };
}
