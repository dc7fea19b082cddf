/**
 * The groups that keys live in, behind one interface, so that key generation and redistribution are
 * written once. Elements are the library's points; encodings are strict.
 */
import { ed25519 } from '@noble/curves/ed25519.js';
import { DecodeError } from '../codec.ts';
import { hash, expand, toInteger } from './hash.ts';
import { decodePoint, Point } from './points.ts';
import type { Tag } from './tags.ts';

/** A point of a group. */
export interface Element {
  add(other: Element): Element;
  negate(): Element;
  equals(other: Element): boolean;
  is0(): boolean;
  /** Secret scalars: best-effort constant time (the library's). 1 <= k < order. */
  multiply(k: bigint): Element;
  /** Public scalars only. 0 <= k < order. */
  multiplyUnsafe(k: bigint): Element;
  toBytes(): Uint8Array;
}

/** The scheme of a key: it is part of every context, so keys of different schemes never mix. */
export type Suite =
  'mpc-ecdsa/v1/secp256k1/L128' | 'mpc-frost/v1/secp256k1-bip340' | 'mpc-frost/v1/ed25519';

/** A prime-order group with its encodings. */
export interface Group {
  readonly order: bigint;
  readonly base: Element;
  readonly zero: Element;
  /** Bytes of an encoded element: 33 or 32. */
  readonly pointBytes: number;
  /** @throws DecodeError unless canonical, in the prime-order subgroup and not the identity */
  decodePoint(bytes: Uint8Array): Element;
  /** 32 bytes, in the group's byte order. */
  encodeScalar(value: bigint): Uint8Array;
  /** @throws DecodeError unless 32 bytes and below the order */
  decodeScalar(bytes: Uint8Array): bigint;
}

const bigEndian = toInteger;
const littleEndian = (bytes: Uint8Array): bigint => toInteger(bytes.slice().reverse());

function encode(value: bigint, order: bigint): Uint8Array {
  if (value < 0n || value >= order) throw new RangeError('scalar: not reduced');
  const out = new Uint8Array(32);
  for (let i = 31, rest = value; i >= 0; i--, rest >>= 8n) out[i] = Number(rest & 0xffn);
  return out;
}

function decode(bytes: Uint8Array, order: bigint, read: (bytes: Uint8Array) => bigint): bigint {
  if (bytes.length !== 32) throw new DecodeError('scalar: 32 bytes expected');
  const value = read(bytes);
  if (value >= order) throw new DecodeError('scalar: not below the group order');
  return value;
}

/** secp256k1: 33-byte compressed points, 32-byte big-endian scalars. */
export const SECP256K1: Group = {
  order: Point.Fn.ORDER,
  base: Point.BASE,
  zero: Point.ZERO,
  pointBytes: 33,
  decodePoint,
  encodeScalar: (value) => encode(value, Point.Fn.ORDER),
  decodeScalar: (bytes) => decode(bytes, Point.Fn.ORDER, bigEndian),
};

const Edwards = ed25519.Point;

/** Ed25519: 32-byte canonical points of the prime-order subgroup, 32-byte little-endian scalars. */
export const ED25519: Group = {
  order: Edwards.Fn.ORDER,
  base: Edwards.BASE,
  zero: Edwards.ZERO,
  pointBytes: 32,
  decodePoint(bytes) {
    if (bytes.length !== 32) throw new DecodeError('point: 32 bytes expected');
    let point;
    try {
      point = Edwards.fromBytes(bytes);
    } catch (cause) {
      throw new DecodeError(`point: ${cause instanceof Error ? cause.message : 'invalid'}`);
    }
    if (point.is0()) throw new DecodeError('point: identity');
    if (!point.isTorsionFree()) throw new DecodeError('point: not in the prime-order subgroup');
    return point;
  },
  encodeScalar: (value) => encode(value, Edwards.Fn.ORDER).reverse(),
  decodeScalar: (bytes) => decode(bytes, Edwards.Fn.ORDER, littleEndian),
};

/** The group of a suite. */
export function groupOf(suite: Suite): Group {
  return suite === 'mpc-frost/v1/ed25519' ? ED25519 : SECP256K1;
}

/** k·G for a secret k in 0..order-1, the identity for 0. */
export const baseTimes = (group: Group, k: bigint): Element =>
  k === 0n ? group.zero : group.base.multiply(k);

/** HS(tag; parts) reduced mod the order of the group. */
export const groupHashToScalar = (
  group: Group,
  tag: Tag,
  ...parts: readonly Uint8Array[]
): bigint => toInteger(expand(hash(tag, ...parts), 48)) % group.order;
