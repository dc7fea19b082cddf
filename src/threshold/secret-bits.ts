/**
 * Secret bits as data: masks instead of branches and look-ups (pitfall P-13).
 *
 * The brands are what the lint rule `secret-branches` looks for: a value of these types in a condition
 * or as an index does not pass.
 */

/** 0 or 1, secret. */
export type SecretBit = number & { readonly __secret: 'bit' };
/** 0 or 0xffffffff, secret. */
export type SecretMask = number & { readonly __secret: 'mask' };

/** Bit `i` of a secret bit string: `(byte[i >> 3] >> (i & 7)) & 1`. */
export const bitOf = (bytes: Uint8Array, i: number): SecretBit =>
  (((bytes[i >> 3] ?? 0) >>> (i & 7)) & 1) as SecretBit;

/** All ones for 1, all zeros for 0. */
export const maskOf = (bit: SecretBit): SecretMask => -bit as SecretMask;

/** -1n for 1, 0n for 0: a mask for BigInt `&`. */
export const bigMaskOf = (bit: SecretBit): bigint => -BigInt(bit);

/** Swaps two byte strings of equal length in place where `bit` is 1. */
export function swapIf(bit: SecretBit, a: Uint8Array, b: Uint8Array): void {
  const mask = maskOf(bit);
  for (let i = 0; i < a.length; i++) {
    const difference = ((a[i] ?? 0) ^ (b[i] ?? 0)) & mask;
    a[i] = (a[i] ?? 0) ^ difference;
    b[i] = (b[i] ?? 0) ^ difference;
  }
}

/** `zero` where `bit` is 0, `one` where it is 1; both non-negative. */
export const choose = (bit: SecretBit, zero: bigint, one: bigint): bigint =>
  zero ^ ((zero ^ one) & bigMaskOf(bit));
