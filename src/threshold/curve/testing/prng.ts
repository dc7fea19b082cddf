/** Reproducible test data: SHA-256 of a seed and a counter. */
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';

/** A source of 256-bit integers. */
export function integers(seed: string): () => bigint {
  let counter = 0;
  return () => BigInt(`0x${bytesToHex(sha256(utf8ToBytes(`${seed}/${String(counter++)}`)))}`);
}

/** A source of scalars in 1..n-1. */
export function scalarsFrom(seed: string): () => bigint {
  const next = integers(seed);
  return () => (next() % (secp256k1.Point.Fn.ORDER - 1n)) + 1n;
}

/** A list of `length` values. */
export const times = <T>(length: number, make: (i: number) => T): T[] =>
  Array.from({ length }, (_, i) => make(i));
