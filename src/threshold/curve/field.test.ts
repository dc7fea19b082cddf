import { secp256k1 } from '@noble/curves/secp256k1.js';
import { describe, expect, it } from 'vitest';
import { canonical, fold, inverse, mul, P, reduce, rootCandidate } from './field.ts';
import { integers, times } from './testing/prng.ts';

const { Fp } = secp256k1.Point;
const mod = (a: bigint): bigint => ((a % P) + P) % P;

const next = integers('field');
const edges = [0n, 1n, 2n, P - 1n, P, P + 1n, 1n << 255n, (1n << 256n) - 1n, 1n << 256n];
const elements = [...edges, ...times(300, next)].flatMap((a) => [a, -a]);

describe('reduce', () => {
  it('keeps the residue class of any integer', () => {
    for (const a of elements) {
      for (const t of [a, a * a, a * next(), -a * next(), a << 264n, a << 1000n, a ** 5n]) {
        expect(mod(reduce(t))).toBe(mod(t));
      }
    }
  });

  it('is short for everything below 2^680', () => {
    const limit = (1n << 680n) - 1n;
    for (const t of [limit, -limit, ...times(200, () => (next() << 424n) + next())]) {
      for (const each of [t, -t]) {
        expect(reduce(each)).toBeGreaterThan(-(1n << 235n));
        expect(reduce(each)).toBeLessThan((1n << 256n) + (1n << 235n));
      }
    }
  });
});

describe('fold', () => {
  it('keeps the residue class of any integer', () => {
    for (const a of elements) {
      for (const t of [a, a * a, a * next(), -a * next(), a << 1000n]) {
        expect(mod(fold(t))).toBe(mod(t));
      }
    }
  });

  it('takes 222 bits off', () => {
    for (const bits of [481n, 514n, 552n, 596n, 680n]) {
      const limit = (1n << bits) - 1n;
      for (const t of [limit, -limit, limit - next(), next() - limit]) {
        const folded = fold(t);
        expect(folded < 0n ? -folded : folded).toBeLessThan(1n << (bits - 222n));
      }
    }
  });
});

describe('canonical', () => {
  it('is the representative in [0, p)', () => {
    for (const a of elements) {
      for (const t of [a, a << 3n, a * a, -3n * a]) expect(canonical(t)).toBe(mod(t));
    }
  });
});

describe('mul, inverse, rootCandidate', () => {
  it('agree with @noble/curves', () => {
    for (const a of elements) {
      const b = next();
      expect(canonical(mul(a, b))).toBe(Fp.mul(mod(a), mod(b)));
      expect(canonical(inverse(a))).toBe(mod(a) === 0n ? 0n : Fp.inv(mod(a)));
      expect(canonical(rootCandidate(a))).toBe(Fp.pow(mod(a), (P + 1n) / 4n));
    }
  });

  it('agree with @noble/curves for the longest elements that they take', () => {
    for (const a of elements.filter((each) => each >= 0n)) {
      const longest = a + (((1n << 260n) - 1n - a) / P) * P;
      for (const each of [longest, longest - (1n << 260n) * 2n + 2n]) {
        expect(canonical(inverse(each))).toBe(mod(each) === 0n ? 0n : Fp.inv(mod(each)));
        expect(canonical(rootCandidate(each))).toBe(Fp.pow(mod(each), (P + 1n) / 4n));
      }
    }
  });

  it('takes roots of squares, and of the negative of anything else', () => {
    for (const a of elements) {
      const root = rootCandidate(a);
      expect([mod(a), mod(-a)]).toContain(mod(root * root));
      const square = reduce(a * a);
      expect(mod(rootCandidate(square) ** 2n)).toBe(mod(square));
    }
  });
});
