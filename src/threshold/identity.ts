/** The long-term signature keys of devices (Ed25519, RFC 8032) as the protocols use them. */
import { ed25519 } from '@noble/curves/ed25519.js';

/** Bytes of an identity public key. */
export const IDENTITY_BYTES = 32;
/** Bytes of an identity signature. */
export const SIGNATURE_BYTES = 64;

/** This device's identity key. Signing may be asynchronous, because the key may be non-extractable. */
export interface Identity {
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  /** The 64-byte Ed25519 signature of a 32-byte digest that the protocols computed. */
  sign(digest: Uint8Array): Uint8Array | Promise<Uint8Array>;
}

/** Whether a signature holds, under the strict rules of RFC 8032. Never throws. */
export function verifyIdentity(
  publicKey: Uint8Array,
  digest: Uint8Array,
  signature: Uint8Array,
): boolean {
  if (publicKey.length !== IDENTITY_BYTES || signature.length !== SIGNATURE_BYTES) return false;
  try {
    return ed25519.verify(signature, digest, publicKey, { zip215: false });
  } catch {
    return false; // malformed key or signature: as good as a wrong one
  }
}
