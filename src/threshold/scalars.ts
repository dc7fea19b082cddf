/** Scalars of secp256k1 as bytes and integers; strict in, canonical out. */
import { secp256k1 } from '@noble/curves/secp256k1.js';

/** The order q of secp256k1. */
export const ORDER = secp256k1.Point.Fn.ORDER;

/** The integer in 0..q-1 that `value` is congruent to. */
export function reduce(value: bigint): bigint {
  const rest = value % ORDER;
  return rest < 0n ? rest + ORDER : rest;
}

/** Reads 256-bit big-endian integers out of a matrix. */
export function readScalar(view: DataView, at: number): bigint {
  return (
    (view.getBigUint64(at) << 192n) |
    (view.getBigUint64(at + 8) << 128n) |
    (view.getBigUint64(at + 16) << 64n) |
    view.getBigUint64(at + 24)
  );
}

/** Reads a 384-bit big-endian integer: a scalar with negligible bias once it is reduced. */
export function readWide(view: DataView, at: number): bigint {
  return (
    (view.getBigUint64(at) << 320n) |
    (view.getBigUint64(at + 8) << 256n) |
    readScalar(view, at + 16)
  );
}

/** Writes a scalar below 2^256 as 32 big-endian bytes. */
export function writeScalar(view: DataView, at: number, value: bigint): void {
  view.setBigUint64(at, value >> 192n);
  view.setBigUint64(at + 8, value >> 128n); // setBigUint64 keeps the low 64 bits
  view.setBigUint64(at + 16, value >> 64n);
  view.setBigUint64(at + 24, value);
}

/** A view over exactly the bytes given. */
export const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** 32 big-endian bytes of a scalar in 0..q-1. @throws RangeError outside */
export function encodeScalar(value: bigint): Uint8Array {
  if (value < 0n || value >= ORDER) throw new RangeError('encodeScalar: not reduced');
  const out = new Uint8Array(32);
  writeScalar(viewOf(out), 0, value);
  return out;
}
