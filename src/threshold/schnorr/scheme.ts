/**
 * What differs between the two FROST suites: the library's ciphersuite (RFC 9591, in its BIP-340 flavour
 * for Taproot) and the verifier that a signature must pass before it is released.
 */
import { ed25519, ed25519_FROST } from '@noble/curves/ed25519.js';
import { schnorr, schnorr_FROST } from '@noble/curves/secp256k1.js';
import { UsageError } from '../abort.ts';
import type { FrostSuite } from '../keys.ts';

/** FROST with BIP-340 signatures, for Taproot. */
export type TaprootSuite = 'mpc-frost/v1/secp256k1-bip340';
/** FROST with RFC 8032 signatures. */
export type EdwardsSuite = 'mpc-frost/v1/ed25519';

/** The steps of RFC 9591 that are used: never the library's key generation or its dealer (addendum H5). */
export type Frost = Pick<
  typeof schnorr_FROST,
  'Identifier' | 'validateSecret' | 'commit' | 'signShare' | 'verifyShare' | 'aggregate'
>;

/** One suite. */
export interface Scheme {
  readonly frost: Frost;
  /** Whether a 64-byte signature is valid under a 32-byte public key, by the ordinary single-key verifier. */
  readonly verify: (signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array) => boolean;
}

const SCHEMES: Readonly<Record<FrostSuite, Scheme>> = {
  'mpc-frost/v1/secp256k1-bip340': {
    frost: schnorr_FROST,
    verify: (signature, message, publicKey) => schnorr.verify(signature, message, publicKey),
  },
  'mpc-frost/v1/ed25519': {
    frost: ed25519_FROST,
    // RFC 8032 encodings only, as the strictest verifiers demand (pitfall P-53).
    verify: (signature, message, publicKey) =>
      ed25519.verify(signature, message, publicKey, { zip215: false }),
  },
};

/** The scheme of a suite. @throws UsageError for a suite that is not FROST, whatever the types said */
export function schemeOf(suite: FrostSuite): Scheme {
  if (!Object.hasOwn(SCHEMES, suite)) throw new UsageError('not a FROST key');
  return SCHEMES[suite];
}
