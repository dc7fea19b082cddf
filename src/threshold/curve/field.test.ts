import { secp256k1 } from '@noble/curves/secp256k1.js';
import { describe, expect, it } from 'vitest';
import { canonical, inverse, mul, P, reduce, rootCandidate } from './field.ts';
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

  it('is short for everything below 2^520', () => {
    const limit = (1n << 520n) - 1n;
    for (const t of [limit, -limit, ...times(200, () => (next() << 264n) + next())]) {
      for (const each of [t, -t]) {
        expect(reduce(each)).toBeGreaterThan(-(1n << 75n));
        expect(reduce(each)).toBeLessThan((1n << 256n) + (1n << 75n));
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

  it('takes roots of squares, and of the negative of anything else', () => {
    for (const a of elements) {
      const root = rootCandidate(a);
      expect([mod(a), mod(-a)]).toContain(mod(root * root));
      const square = reduce(a * a);
      expect(mod(rootCandidate(square) ** 2n)).toBe(mod(square));
    }
  });
});
