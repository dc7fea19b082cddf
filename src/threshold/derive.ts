/**
 * BIP-32 non-hardened derivation from a joint public key and chain code (specification section 10).
 *
 *     I = HMAC-SHA512(chain code, serP(P) || u32 index),  I_L >= q or child O: reject the index
 *     tau += I_L,  P += I_L G,  chain code = I_R
 *
 * Every device derives by itself; hardened derivation would need the private key and does not exist here.
 */
import { hmac } from '@noble/hashes/hmac.js';
import { sha512 } from '@noble/hashes/sha2.js';
import { concat, u32 } from '../codec.ts';
import { UsageError } from './abort.ts';
import { toInteger } from './hash.ts';
import { decodePoint, encodePoint, Point, type Point as PointType } from './points.ts';
import { ORDER } from './scalars.ts';

/** Child indices from the root; each below 2^31. */
export type DerivationPath = readonly number[];

/** Longest path, as in extended keys (the depth is one byte). */
export const MAX_DEPTH = 255;

/** A key derived from a joint key. */
export interface DerivedKey {
  /** tau: what is added to the joint secret. */
  readonly tweak: bigint;
  readonly point: PointType;
  /** 33 bytes. */
  readonly publicKey: Uint8Array;
  /** 32 bytes. */
  readonly chainCode: Uint8Array;
}

type Hmac = (key: Uint8Array, message: Uint8Array) => Uint8Array;

/**
 * Derives the child key at a path; the empty path gives the key itself.
 *
 * @param publicKey 33 bytes
 * @param chainCode 32 bytes
 * @param mac HMAC-SHA512; another one only in tests
 * @throws UsageError for hardened or impossible indices, or an index that BIP-32 rejects
 */
export function derive(
  publicKey: Uint8Array,
  chainCode: Uint8Array,
  path: DerivationPath,
  mac: Hmac = (key, message) => hmac(sha512, key, message),
): DerivedKey {
  if (path.length > MAX_DEPTH) throw new UsageError('derivation path too long');
  if (chainCode.length !== 32) throw new UsageError('a chain code has 32 bytes');
  let point = decodePoint(publicKey);
  let serialized = publicKey;
  let code = chainCode;
  let tweak = 0n;
  for (const index of path) {
    if (!Number.isInteger(index) || index < 0 || index >= 2 ** 31) {
      throw new UsageError('a threshold key derives non-hardened indices below 2^31 only');
    }
    const i = mac(code, concat(serialized, u32(index)));
    const left = toInteger(i.subarray(0, 32));
    if (left >= ORDER) throw new UsageError(`index ${String(index)} has no key (BIP-32)`);
    const child = point.add(Point.BASE.multiplyUnsafe(left));
    if (child.is0()) throw new UsageError(`index ${String(index)} has no key (BIP-32)`);
    tweak = (tweak + left) % ORDER;
    point = child;
    serialized = encodePoint(point);
    code = i.slice(32, 64);
  }
  return { tweak, point, publicKey: serialized.slice(), chainCode: code.slice() };
}
