/**
 * Regular recoding: every scalar becomes the same number of signed odd digits, none of them zero.
 *
 * With windows of w bits and t of them, the bits of v stand for +1 and -1 instead of 1 and 0:
 *
 *     sum of (2 v_i - 1) 2^i = 2v + 1 - 2^(wt)   for 0 <= v < 2^(wt)
 *
 * so a window with the value c is the digit 2c + 1 - 2^w, one of ±1, ±3, ..., ±(2^w - 1). Solving
 * for v modulo the odd order works for even and odd scalars alike: no correction, no selection. This
 * is libsecp256k1's signed-digit recoding (src/ecmult_gen_impl.h and src/ecmult_const_impl.h).
 */
import { secp256k1 } from '@noble/curves/secp256k1.js';

const { Fn } = secp256k1.Point;
const ORDER = Fn.ORDER;
/** 1/2 modulo the order. */
const INVERSE_OF_2 = (ORDER + 1n) / 2n;

/** Bits of a window of a fixed-base scalar. */
export const BASE_WIDTH = 8;
/** Windows of a fixed-base scalar. */
export const BASE_WINDOWS = 32;

/**
 * The windows of a scalar for the fixed base, lowest first:
 * k = sum of (2 c_i + 1 - 2^8) 2^(8i) mod n, where v = (k + 2^256 - 1) / 2 mod n.
 *
 * @param k 0 <= k < n
 * @returns 32 values in 0..255
 */
export function baseDigits(k: bigint): Uint8Array {
  const v = ((k + (1n << 256n) - 1n) * INVERSE_OF_2) % ORDER;
  return Fn.toBytes(v).reverse();
}

/** Bits of a window of a half scalar: 16 multiples a table. */
export const HALF_WIDTH = 5;
/** Windows of a half scalar: 26 · 5 = 130 bits. */
export const HALF_WINDOWS = 26;

/**
 * The endomorphism of secp256k1 (Gallant, Lambert, Vanstone; Guide to ECC section 3.5): for every
 * point, LAMBDA (x, y) = (BETA x, y). LAMBDA and BETA are cube roots of 1 modulo n and modulo p.
 * The values are those of libsecp256k1 (src/scalar_impl.h, src/field.h).
 */
export const LAMBDA = 0x5363ad4cc05c30e0a5261c028812645a122e22ea20816678df02967c1b23bd72n;
export const BETA = 0x7ae96a2b657c07106e64479eac3434e99cf0497512f58995c1396c28719501een;

/** Short vectors (a, b) with a + b LAMBDA = 0 mod n (ibid.; Guide to ECC algorithm 3.74, steps 1 to 3). */
const A1 = 0x3086d221a7d46bcde86c90e49284eb15n;
const B1 = -0xe4437ed6010e88286f547fa90abfe4c3n;
const A2 = 0x114ca50f7a8e2f3f657c1108d9d44cfd8n;
const B2 = A1;

/** The nearest integer to a / n, for a >= 0. */
const divideByOrder = (a: bigint): bigint => (a + ORDER / 2n) / ORDER;

/**
 * Short s1, s2 with s1 + s2 LAMBDA = s mod n (Guide to ECC algorithm 3.74, steps 4 and 5).
 * |s1| <= (A1 + A2) / 2 < 2^128 and |s2| <= (|B1| + B2) / 2 < 2^128, of either sign.
 *
 * @param s 0 <= s < n
 */
export function split(s: bigint): readonly [bigint, bigint] {
  const c1 = divideByOrder(B2 * s);
  const c2 = divideByOrder(-B1 * s);
  return [s - c1 * A1 - c2 * A2, -c1 * B1 - c2 * B2];
}

/**
 * The windows of both halves of a scalar, lowest first: with l = 130 bits, s = (k - 1 - LAMBDA) / 2
 * split into s1, s2 and v_i = s_i + 2^(l-1) > 0,
 *
 *     (2 v1 + 1 - 2^l) + (2 v2 + 1 - 2^l) LAMBDA = 2 (s1 + s2 LAMBDA) + 1 + LAMBDA = k mod n.
 *
 * @param k 0 <= k < n
 * @returns two times 26 values in 0..31
 */
export function halfDigits(k: bigint): readonly [Uint8Array, Uint8Array] {
  const [s1, s2] = split(((k + 2n * ORDER - 1n - LAMBDA) * INVERSE_OF_2) % ORDER);
  return [windows(s1), windows(s2)];
}

function windows(half: bigint): Uint8Array {
  const out = new Uint8Array(HALF_WINDOWS);
  let v = half + (1n << BigInt(HALF_WIDTH * HALF_WINDOWS - 1));
  for (let i = 0; i < HALF_WINDOWS; i++) {
    out[i] = Number(v & ((1n << BigInt(HALF_WIDTH)) - 1n));
    v >>= BigInt(HALF_WIDTH);
  }
  return out;
}
