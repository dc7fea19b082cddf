/**
 * The hash H, the expander Exp and hashing to scalars (specification 2.2). The only file of
 * `threshold/` that calls SHA-256.
 *
 *     T(tag)            = SHA256("mpc-ecdsa/v1/" || tag)
 *     H(tag; p1,...,pm) = SHA256(T || T || u32(|p1|) || p1 || ... )                32 bytes
 *     Exp(K, n)         = first n bytes of SHA256(K || u32(0)) || SHA256(K || u32(1)) || ...
 *     HS(tag; ...)      = int(Exp(H(tag; ...), 48)) mod q                         bias < 2^-127
 */
import { hkdf } from '@noble/hashes/hkdf.js';
import { _SHA256, sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { concat, u32 } from '../codec.ts';
import { compress, load, SCHEDULE_WORDS, STATE_WORDS } from './compression.ts';
import type { Tag } from './tags.ts';

/** Prefix of every tag and of the hash-to-curve DST. */
export const DOMAIN = 'mpc-ecdsa/v1/';

const state = new Int32Array(STATE_WORDS);
const schedule = new Int32Array(SCHEDULE_WORDS);

/** The library's SHA-256 over the faster compression function: H takes in 150 kB for one signature. */
class Hasher extends _SHA256 {
  protected override process(view: DataView, offset: number): void {
    state.set(this.get());
    load(schedule, view, offset);
    compress(state, schedule);
    this.set(
      state[0] ?? 0,
      state[1] ?? 0,
      state[2] ?? 0,
      state[3] ?? 0,
      state[4] ?? 0,
      state[5] ?? 0,
      state[6] ?? 0,
      state[7] ?? 0,
    );
  }

  protected override roundClean(): void {
    state.fill(0);
    schedule.fill(0);
  }
}

const prefixes = new Map<string, _SHA256>();

/** The 64-byte block T(tag) || T(tag) with which every input of H begins. */
export function tagPrefix(tag: string): Uint8Array {
  const t = sha256(utf8ToBytes(DOMAIN + tag));
  return concat(t, t);
}

/** A hasher that has absorbed the block of the tag. */
function prefixed(tag: string): _SHA256 {
  let prefix = prefixes.get(tag);
  if (prefix === undefined) {
    prefix = new Hasher().update(tagPrefix(tag));
    prefixes.set(tag, prefix);
  }
  return prefix.clone();
}

/** H(tag; parts): 32 bytes. Each part is shorter than 2^31 bytes. */
export function hash(tag: Tag, ...parts: readonly Uint8Array[]): Uint8Array {
  return hashWithTag(tag, parts);
}

/** H for a tag outside the registry. Only for check values and tests; the protocols use `hash`. */
export function hashWithTag(tag: string, parts: readonly Uint8Array[]): Uint8Array {
  const hasher = prefixed(tag);
  for (const part of parts) hasher.update(u32(part.length)).update(part);
  return hasher.digest();
}

/** Exp(key, length): `length` bytes from a 32-byte key. */
export function expand(key: Uint8Array, length: number): Uint8Array {
  if (key.length !== 32) throw new RangeError('expand: the key has 32 bytes');
  const out = new Uint8Array(length);
  const block = new Uint8Array(36);
  block.set(key);
  for (let at = 0, counter = 0; at < length; at += 32, counter++) {
    block.set(u32(counter), 32);
    const digest = sha256(block);
    out.set(digest.subarray(0, Math.min(32, length - at)), at);
  }
  block.fill(0);
  return out;
}

/** The big-endian integer of `bytes`. */
export function toInteger(bytes: Uint8Array): bigint {
  let value = 0n;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  for (; at + 8 <= bytes.length; at += 8) value = (value << 64n) | view.getBigUint64(at);
  for (; at < bytes.length; at++) value = (value << 8n) | BigInt(view.getUint8(at));
  return value;
}

/** HS(tag; parts) for the group order `order` (256 bits or less). */
export function hashToScalar(order: bigint, tag: Tag, ...parts: readonly Uint8Array[]): bigint {
  return toInteger(expand(hash(tag, ...parts), 48)) % order;
}

/** HKDF-SHA256 (RFC 5869): a 32-byte key from a shared secret. */
export const deriveKey = (secret: Uint8Array, salt: Uint8Array, info: Uint8Array): Uint8Array =>
  hkdf(sha256, secret, salt, info, 32);
