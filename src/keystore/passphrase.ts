/** The passphrase as bytes, and what it opens: the record that holds the wrapped master key. */
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { concat, DecodeError, equalBytes, Reader, u32 } from '../codec.ts';
import { isNamed } from './browser-errors.ts';
import { DamagedKeystoreError, PassphraseError, WrongPassphraseError } from './errors.ts';
import type { KdfCost } from './argon2.ts';
import { isAllowedCost, type Kdf, type KdfPolicy } from './kdf.ts';
import { isWellFormed } from './names.ts';

const DOMAIN = utf8ToBytes('countersign/keystore/unlock');
const VERSION = 1;
const ARGON2ID = 1;
const SALT_BYTES = 16;
const NONCE_BYTES = 12;
/** A 32-byte key and a 16-byte tag. */
const WRAPPED_BYTES = 48;
const CHECKSUM_BYTES = 32;
const MAX_CHARACTERS = 1024;

/** The record as read: everything but `wrapped` is bound to it as additional data. */
interface UnlockRecord {
  readonly cost: KdfCost;
  readonly salt: Uint8Array<ArrayBuffer>;
  readonly nonce: Uint8Array<ArrayBuffer>;
  readonly wrapped: Uint8Array<ArrayBuffer>;
}

/**
 * NFKC, then UTF-8: the same passphrase typed on another keyboard gives the same bytes (RFC 8265 takes
 * NFC; NFKC also joins full-width forms).
 *
 * @throws PassphraseError for an empty, ill-formed or overlong passphrase
 */
export function passphraseBytes(passphrase: string): Uint8Array {
  if (!isWellFormed(passphrase)) throw new PassphraseError('malformed');
  if (passphrase.length > MAX_CHARACTERS) throw new PassphraseError('too-long');
  const normal = passphrase.normalize('NFKC');
  if (normal === '') throw new PassphraseError('empty');
  return utf8ToBytes(normal);
}

/**
 * Wraps a master key under a passphrase with a fresh salt: version, kdf, u32 m, u32 t, u8 p, salt (16),
 * nonce (12), wrapped key (48), SHA-256 of all before (32). 119 bytes.
 *
 * @param masterKey extractable
 * @throws PassphraseError or KdfError
 */
export async function wrapMasterKey(
  masterKey: CryptoKey,
  passphrase: string,
  kdf: Kdf,
  { cost }: KdfPolicy,
): Promise<Uint8Array> {
  const salt = crypto.getRandomValues(new Uint8Array(SALT_BYTES));
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  const key = await wrappingKey(passphrase, { cost, salt }, kdf);
  const parameters = wrapParameters({ cost, salt, nonce });
  const wrapped = await crypto.subtle.wrapKey('raw', masterKey, key, parameters);
  const body = concat(header({ cost, salt }), nonce, new Uint8Array(wrapped));
  return concat(body, await checksum(body));
}

/**
 * Unwraps the master key; the raw key never reaches script.
 *
 * @throws DamagedKeystoreError, PassphraseError, WrongPassphraseError or KdfError
 */
export async function unwrapMasterKey(
  record: Uint8Array,
  passphrase: string,
  kdf: Kdf,
  policy: KdfPolicy,
  { extractable }: { readonly extractable: boolean },
): Promise<CryptoKey> {
  const parsed = await parseUnlockRecord(record, policy);
  const key = await wrappingKey(passphrase, parsed, kdf);
  try {
    return await crypto.subtle.unwrapKey(
      'raw',
      parsed.wrapped,
      key,
      wrapParameters(parsed),
      'AES-GCM',
      extractable,
      ['encrypt', 'decrypt'],
    );
  } catch (cause) {
    // The checksum held, so it is the passphrase; the browser's own error says nothing more.
    throw isNamed(cause, 'OperationError') ? new WrongPassphraseError() : cause;
  }
}

/**
 * Reads the record strictly. The checksum tells damage from a wrong passphrase; it is no protection
 * against somebody who changes the record on purpose, the tag of the wrapped key is.
 *
 * @throws DamagedKeystoreError
 */
export async function parseUnlockRecord(
  bytes: Uint8Array,
  policy: KdfPolicy,
): Promise<UnlockRecord> {
  const body = bytes.slice(0, Math.max(0, bytes.length - CHECKSUM_BYTES));
  if (bytes[0] !== VERSION) throw new DamagedKeystoreError('its version is unknown');
  if (!equalBytes(await checksum(body), bytes.slice(body.length))) {
    throw new DamagedKeystoreError('its checksum does not fit');
  }
  try {
    return readBody(body, policy);
  } catch (cause) {
    if (!(cause instanceof DecodeError)) throw cause;
    throw new DamagedKeystoreError('its form is unknown', { cause });
  }
}

function readBody(body: Uint8Array, policy: KdfPolicy): UnlockRecord {
  const reader = new Reader(body, 'unlock record');
  reader.u8();
  if (reader.u8() !== ARGON2ID) throw reader.malformed('unknown derivation');
  const cost = { m: reader.u32(), t: reader.u32(), p: reader.u8() };
  if (!isAllowedCost(cost, policy)) {
    throw new DamagedKeystoreError('its cost is outside of what is allowed');
  }
  const record = {
    cost,
    salt: Uint8Array.from(reader.bytes(SALT_BYTES)),
    nonce: Uint8Array.from(reader.bytes(NONCE_BYTES)),
    wrapped: Uint8Array.from(reader.bytes(WRAPPED_BYTES)),
  };
  reader.end();
  return record;
}

async function wrappingKey(
  passphrase: string,
  { cost, salt }: Pick<UnlockRecord, 'cost' | 'salt'>,
  kdf: Kdf,
): Promise<CryptoKey> {
  const bytes = passphraseBytes(passphrase);
  try {
    const derived = Uint8Array.from(await kdf(bytes, salt, cost));
    try {
      return await crypto.subtle.importKey('raw', derived, 'AES-GCM', false, [
        'wrapKey',
        'unwrapKey',
      ]);
    } finally {
      derived.fill(0);
    }
  } finally {
    bytes.fill(0);
  }
}

const header = ({ cost, salt }: Pick<UnlockRecord, 'cost' | 'salt'>): Uint8Array =>
  concat(Uint8Array.of(VERSION, ARGON2ID), u32(cost.m), u32(cost.t), Uint8Array.of(cost.p), salt);

const wrapParameters = ({ cost, salt, nonce }: Omit<UnlockRecord, 'wrapped'>): AesGcmParams => ({
  name: 'AES-GCM',
  iv: nonce,
  additionalData: Uint8Array.from(concat(DOMAIN, header({ cost, salt }))),
});

const checksum = async (bytes: Uint8Array): Promise<Uint8Array> =>
  new Uint8Array(await crypto.subtle.digest('SHA-256', Uint8Array.from(bytes)));
