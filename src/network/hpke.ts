/** The one HPKE suite of this wire (RFC 9180): DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM. */
import { AEAD_AES_256_GCM, CipherSuite, KDF_HKDF_SHA256, KEM_DHKEM_X25519_HKDF_SHA256 } from 'hpke';

export const hpke = new CipherSuite(
  KEM_DHKEM_X25519_HKDF_SHA256,
  KDF_HKDF_SHA256,
  AEAD_AES_256_GCM,
);

/** Bytes of an encapsulated key, and of an X25519 public key. */
export const ENC_BYTES = 32;
/** Bytes by which a ciphertext is longer than its plaintext. */
export const TAG_BYTES = 16;
