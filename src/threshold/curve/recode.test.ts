import { secp256k1 } from '@noble/curves/secp256k1.js';
import { describe, expect, it } from 'vitest';
import { BETA, baseDigits, halfDigits, LAMBDA, split } from './recode.ts';
import { scalarsFrom, times } from './testing/prng.ts';

const { Point } = secp256k1;
const N = Point.Fn.ORDER;
const mod = (a: bigint): bigint => ((a % N) + N) % N;

const edges = [0n, 1n, 2n, 3n, LAMBDA, (N - 1n) / 2n].flatMap((k) => [k, mod(N - k), mod(k + 1n)]);
const powers = times(256, (i) => 1n << BigInt(i)).flatMap((k) => [mod(k), mod(-k), mod(k - 1n)]);
const scalars = [...edges, ...powers, ...times(2000, scalarsFrom('recode'))];

/** Sum of (2 c_i + 1 - 2^width) 2^(width i). */
const value = (windows: Uint8Array, width: number): bigint =>
  windows.reduceRight((sum, c) => (sum << BigInt(width)) + BigInt(2 * c + 1 - 2 ** width), 0n);

describe('the endomorphism', () => {
  it('is the multiplication by LAMBDA', () => {
    const next = scalarsFrom('endomorphism');
    for (const p of [Point.BASE, ...times(20, () => Point.BASE.multiplyUnsafe(next()))]) {
      const rotated = Point.fromAffine({ x: Point.Fp.mul(BETA, p.x), y: p.y });
      expect(p.multiply(LAMBDA).equals(rotated)).toBe(true);
    }
    expect(BETA).not.toBe(1n);
    expect(Point.Fp.pow(BETA, 3n)).toBe(1n);
    expect(Point.Fn.pow(LAMBDA, 3n)).toBe(1n);
  });
});

describe('split', () => {
  it('gives two halves below 2^128 that make up the scalar', () => {
    for (const s of [...scalars, N - 1n]) {
      const [first, second] = split(s);
      expect(mod(first + second * LAMBDA)).toBe(s);
      for (const half of [first, second]) {
        expect(half).toBeGreaterThan(-(1n << 128n));
        expect(half).toBeLessThan(1n << 128n);
      }
    }
  });

  it('rounds to the nearest lattice point, at the worst by half of both vectors', () => {
    // around (m + 1/2) n / B2 and (m + 1/2) n / |B1|, where c1 and c2 change
    const next = scalarsFrom('rounding');
    for (const b of [0x3086d221a7d46bcde86c90e49284eb15n, 0xe4437ed6010e88286f547fa90abfe4c3n]) {
      for (const m of [0n, 1n, b - 1n, ...times(300, () => next() % b)]) {
        const middle = ((2n * m + 1n) * N) / (2n * b);
        for (const s of [middle - 1n, middle, middle + 1n].map(mod)) {
          const [first, second] = split(s);
          expect(mod(first + second * LAMBDA)).toBe(s);
          expect(first < 0n ? -first : first).toBeLessThan(1n << 128n);
          expect(second < 0n ? -second : second).toBeLessThan(1n << 128n);
        }
      }
    }
  });
});

describe('digits', () => {
  it('make up the scalar and have a fixed number', () => {
    for (const k of scalars) {
      const whole = baseDigits(k);
      expect(whole.length).toBe(32);
      expect(mod(value(whole, 8))).toBe(k);

      const [first, second] = halfDigits(k);
      expect([first.length, second.length]).toEqual([26, 26]);
      expect(Math.max(...first, ...second)).toBeLessThan(32);
      expect(mod(value(first, 5) + value(second, 5) * LAMBDA)).toBe(k);
    }
  });
});
