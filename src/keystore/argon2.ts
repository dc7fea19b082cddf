import { argon2id } from '@noble/hashes/argon2.js';

/** The cost of one derivation, in the letters of RFC 9106. */
export interface KdfCost {
  /** Memory in KiB. */
  readonly m: number;
  /** Passes. */
  readonly t: number;
  /** Lanes. They cost the owner nothing more: all are computed one after the other. */
  readonly p: number;
}

/** What the worker is asked. */
export interface KdfRequest {
  readonly passphrase: Uint8Array;
  readonly salt: Uint8Array;
  readonly cost: KdfCost;
}

/** Argon2id version 0x13 (RFC 9106) without secret and associated data: 32 bytes. */
export const deriveKey = ({ passphrase, salt, cost }: KdfRequest): Uint8Array =>
  argon2id(passphrase, salt, { ...cost, version: 0x13, dkLen: 32 });
