/**
 * Arithmetic modulo p = 2^256 - 2^32 - 977, the field of secp256k1, on BigInt.
 *
 * Elements are *loose*: any integer stands for its residue class, negative ones included. `reduce`
 * keeps them short; only `canonical` gives the one representative in [0, p). No function here branches
 * on a value, and both exponents are fixed, so the sequence of operations never depends on data. The
 * time of a single BigInt operation still may: JavaScript is not constant-time (as in @noble/curves).
 */
import { secp256k1 } from '@noble/curves/secp256k1.js';

/** The field's prime. */
export const P = secp256k1.Point.Fp.ORDER;

const LOW = (1n << 256n) - 1n;
/** 2^256 mod p = 2^32 + 977. */
const FOLD = LOW + 1n - P;

/**
 * A shorter representative: the part above 2^256 is folded down once, as 2^256 = 2^32 + 977 mod p
 * (Handbook of Applied Cryptography, algorithm 14.47). `&` and `>>` split negative numbers right as well,
 * because t = (t >> 256) 2^256 + (t & LOW) holds for every t. For |t| < 2^n with n > 480 the result is
 * below 2^(n-222): good for a factor of a product that `reduce` shortens, and half as long to compute.
 */
export const fold = (t: bigint): bigint => (t & LOW) + (t >> 256n) * FOLD;

/**
 * A short representative: the part above 2^256 is folded down twice. For |t| < 2^680 the result lies
 * between -2^235 and 2^256 + 2^235.
 */
export const reduce = (t: bigint): bigint => fold(fold(t));

/** a b. */
export const mul = (a: bigint, b: bigint): bigint => reduce(a * b);

/** The representative in [0, p). */
export function canonical(a: bigint): bigint {
  const rest = a % P; // has the sign of a
  return rest + (P & (rest >> 256n)); // rest >> 256 is -1, all ones, if rest is negative
}

/**
 * a^(2^times), for |a| < 2^260: longer numbers would outgrow `reduce`. Of two squares in a row only the
 * second is made short again: 2^260 -> fold: 2^298 -> reduce: 2^257.
 */
function squareTimes(a: bigint, times: number): bigint {
  let power = a;
  for (let i = 1; i < times; i += 2) {
    const square = fold(power * power);
    power = reduce(square * square);
  }
  return (times & 1) === 1 ? reduce(power * power) : power;
}

/**
 * The powers of `a` to 2^k - 1 for k = 2, 22 and 223: the runs of ones in p - 2 and (p + 1) / 4.
 * Addition chain 1, 2, 3, 6, 9, 11, 22, 44, 88, 176, 220, 223 of libsecp256k1 (src/field_impl.h,
 * secp256k1_fe_impl_sqrt).
 */
function runsOfOnes(a: bigint): { run2: bigint; run22: bigint; run223: bigint } {
  const run2 = mul(squareTimes(a, 1), a);
  const run3 = mul(squareTimes(run2, 1), a);
  const run6 = mul(squareTimes(run3, 3), run3);
  const run9 = mul(squareTimes(run6, 3), run3);
  const run11 = mul(squareTimes(run9, 2), run2);
  const run22 = mul(squareTimes(run11, 11), run11);
  const run44 = mul(squareTimes(run22, 22), run22);
  const run88 = mul(squareTimes(run44, 44), run44);
  const run176 = mul(squareTimes(run88, 88), run88);
  const run220 = mul(squareTimes(run176, 44), run44);
  const run223 = mul(squareTimes(run220, 3), run3);
  return { run2, run22, run223 };
}

/**
 * a^(p-2): the inverse of `a`, and zero for zero. By Fermat rather than Euclid, whose number of steps
 * would depend on `a`.
 *
 * @param a |a| < 2^260, as `reduce` leaves it
 */
export function inverse(a: bigint): bigint {
  const { run2, run22, run223 } = runsOfOnes(a);
  // p - 2 in binary: 223 ones, 0, 22 ones, 0000 1, 0 11, 0 1
  const high = mul(squareTimes(run223, 23), run22);
  const middle = mul(squareTimes(high, 5), a);
  return mul(squareTimes(mul(squareTimes(middle, 3), run2), 2), a);
}

/**
 * a^((p+1)/4): r with r^2 = a if `a` is a square, and r^2 = -a otherwise (p = 3 mod 4, RFC 9380
 * appendix I.1). The caller has to compare.
 *
 * @param a |a| < 2^260, as `reduce` leaves it
 */
export function rootCandidate(a: bigint): bigint {
  const { run2, run22, run223 } = runsOfOnes(a);
  // (p + 1) / 4 in binary: 223 ones, 0, 22 ones, 0000 11, 00
  const high = mul(squareTimes(run223, 23), run22);
  return squareTimes(mul(squareTimes(high, 6), run2), 2);
}
