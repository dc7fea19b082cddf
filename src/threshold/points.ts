/** Points of secp256k1: 33 bytes compressed, on the curve, never the identity. */
import { secp256k1, secp256k1_hasher } from '@noble/curves/secp256k1.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { concat, DecodeError, u32 } from '../codec.ts';
import { DOMAIN } from './hash.ts';

/** A point of secp256k1. */
export type Point = InstanceType<typeof secp256k1.Point>;
/** The point class, with BASE and ZERO. */
export const Point = secp256k1.Point;

/** Bytes of an encoded point. */
export const POINT_BYTES = 33;

/**
 * Decodes a compressed point.
 *
 * @param bytes 33 bytes, prefix 02 or 03, x below p and on the curve
 * @throws DecodeError otherwise; the identity has no encoding
 */
export function decodePoint(bytes: Uint8Array): Point {
  // The library also takes 65 bytes, so the length is checked first (specification 2.1).
  if (bytes.length !== POINT_BYTES) throw new DecodeError('point: 33 bytes expected');
  try {
    return Point.fromBytes(bytes);
  } catch (cause) {
    throw new DecodeError(`point: ${cause instanceof Error ? cause.message : 'invalid'}`);
  }
}

/** 33 bytes. The identity, which has no encoding, throws in the library: callers check `is0` before. */
export const encodePoint = (point: Point): Uint8Array => point.toBytes(true);

/** DST of the base OT's hash to curve (RFC 9380 section 3.1). */
export const H2C_DST = `${DOMAIN}base-ot-h2c_secp256k1_XMD:SHA-256_SSWU_RO_`;

/** The input of H2C: every part with its length, so that lists of parts are never ambiguous. */
export const h2cMessage = (...parts: readonly Uint8Array[]): Uint8Array =>
  concat(...parts.flatMap((part) => [u32(part.length), part]));

/** H2C(parts) = RFC 9380 hash_to_curve: a point whose discrete logarithm nobody knows (pitfall P-01). */
export const hashToCurve = (...parts: readonly Uint8Array[]): Point =>
  secp256k1_hasher.hashToCurve(h2cMessage(...parts), { DST: utf8ToBytes(H2C_DST) });
