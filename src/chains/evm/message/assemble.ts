import { concat } from '../../../codec.ts';
import { type RecoverableSignature, verifyRecoverable } from '../assemble.ts';
import { messageDigest } from './digest.ts';
import type { MessageRequest } from './parse.ts';

/**
 * The signature of a message as applications take it: r ‖ s ‖ v, 65 bytes, v 27 or 28. Verified against the
 * key before it leaves.
 *
 * @param publicKey the account's, 33 bytes
 * @throws SignatureError when anything does not fit
 */
export const assembleMessage = (
  request: MessageRequest,
  signature: RecoverableSignature,
  publicKey: Uint8Array,
): Uint8Array => signatureBytes(messageDigest(request), signature, publicKey);

/**
 * r ‖ s ‖ v, 65 bytes, v 27 or 28.
 *
 * @throws SignatureError unless it is the account's signature over the digest
 */
export function signatureBytes(
  digest: Uint8Array,
  signature: RecoverableSignature,
  publicKey: Uint8Array,
): Uint8Array {
  const parity = verifyRecoverable(digest, signature, publicKey);
  return concat(signature.signature, Uint8Array.of(27 + parity));
}
