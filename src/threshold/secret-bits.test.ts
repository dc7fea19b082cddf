/** Masks instead of branches. */
import { describe, expect, it } from 'vitest';
import { bigMaskOf, bitOf, choose, maskOf, swapIf, type SecretBit } from './secret-bits.ts';
import { seeded } from './testing/seeded.ts';

const ZERO = bitOf(Uint8Array.of(0), 0);
const ONE = bitOf(Uint8Array.of(1), 0);
const random = seeded('secret-bits');

describe('bitOf', () => {
  it('numbers bits from the lowest of the first byte', () => {
    const bytes = Uint8Array.of(0b0000_0001, 0b1000_0000, 0xff);
    const bits = Array.from({ length: 24 }, (_, i): number => bitOf(bytes, i));
    expect(bits.join('')).toBe('100000000000000111111111');
  });
});

describe('masks', () => {
  it('are all ones or all zeros', () => {
    expect([maskOf(ZERO) >>> 0, maskOf(ONE) >>> 0]).toEqual([0, 0xffffffff]);
    const wide = (1n << 400n) - 5n;
    expect([wide & bigMaskOf(ZERO), wide & bigMaskOf(ONE)]).toEqual([0n, wide]);
  });

  it.each([
    ['zero', ZERO, 3n, 3n],
    ['one', ONE, 3n, 1n << 300n],
    ['zero among equals', ZERO, 7n, 7n],
  ] as const)('choose %s', (_, bit, zero, expected) => {
    expect(choose(bit, zero, bit === ONE ? 1n << 300n : 9n)).toBe(expected);
  });
});

describe('swapIf', () => {
  it.each([0, 1, 33, 80])('swaps all of %i bytes, or none', (length) => {
    const [a, b] = [random(length), random(length)];
    for (const [bit, expected] of [
      [ZERO, [a, b]],
      [ONE, [b, a]],
    ] as [SecretBit, Uint8Array[]][]) {
      const copies = [a.slice(), b.slice()] as const;
      swapIf(bit, ...copies);
      expect([...copies]).toEqual(expected);
    }
  });
});
