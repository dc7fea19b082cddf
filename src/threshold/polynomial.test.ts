/** Shamir and Feldman, with all subsets, and ids that must not exist (P-22). */
import { describe, expect, it } from 'vitest';
import { UsageError } from './abort.ts';
import { ED25519, SECP256K1 } from './group.ts';
import { toInteger } from './hash.ts';
import {
  commit,
  evaluate,
  evaluateCommitment,
  invert,
  lagrange,
  sumCommitments,
} from './polynomial.ts';
import { seeded } from './testing/seeded.ts';

const random = seeded('polynomial');

/** All subsets of 1..n with `size` members or more. */
function subsets(n: number, size: number): number[][] {
  const all = Array.from({ length: 2 ** n }, (_, mask) =>
    Array.from({ length: n }, (_, i) => i + 1).filter((id) => ((mask >> (id - 1)) & 1) === 1),
  );
  return all.filter((set) => set.length >= size);
}

describe.each([
  ['secp256k1', SECP256K1],
  ['Ed25519', ED25519],
])('over %s', (_, group) => {
  const { order } = group;
  const scalar = (): bigint => (toInteger(random(48)) % (order - 1n)) + 1n;
  const polynomial = (t: number): bigint[] => Array.from({ length: t }, scalar);
  const mod = (value: bigint): bigint => ((value % order) + order) % order;

  it('evaluates a polynomial', () => {
    const coefficients = polynomial(4);
    for (const x of [1, 2, 3, 255]) {
      const expected = coefficients.reduce((sum, a, k) => sum + a * BigInt(x) ** BigInt(k), 0n);
      expect(evaluate(group, coefficients, x)).toBe(mod(expected));
    }
    expect(evaluate(group, coefficients, 0)).toBe(coefficients[0]);
  });

  it.each([
    [2, 2],
    [2, 3],
    [3, 4],
    [3, 5],
    [5, 5],
    [4, 7],
  ])('any %i of %i shares give the secret, whatever the subset', (t, n) => {
    const coefficients = polynomial(t);
    for (const set of subsets(n, t)) {
      const secret = set.reduce(
        (sum, i) => sum + lagrange(group, set, i) * evaluate(group, coefficients, i),
        0n,
      );
      expect(mod(secret)).toBe(coefficients[0]);
      expect(mod(set.reduce((sum, i) => sum + lagrange(group, set, i), 0n))).toBe(1n);
    }
    for (const set of subsets(n, 1).filter(({ length }) => length < t)) {
      const wrong = set.reduce(
        (sum, i) => sum + lagrange(group, set, i) * evaluate(group, coefficients, i),
        0n,
      );
      expect(mod(wrong)).not.toBe(coefficients[0]);
    }
  });

  it('does not depend on the order of the ids', () => {
    for (const set of [
      [3, 1, 2],
      [10, 9, 2, 1],
      [255, 7, 100],
    ]) {
      const sorted = [...set].sort((a, b) => a - b);
      for (const id of set) expect(lagrange(group, set, id)).toBe(lagrange(group, sorted, id));
    }
  });

  it('commits: F(x) = f(x) G', () => {
    const coefficients = polynomial(3);
    const commitment = commit(group, coefficients);
    for (const x of [1, 2, 3, 128, 254, 255]) {
      const expected = group.base.multiply(evaluate(group, coefficients, x));
      expect(evaluateCommitment(group, commitment, x).equals(expected)).toBe(true);
    }
    expect(commit(group, [0n])[0]?.is0()).toBe(true);
  });

  it('adds commitments', () => {
    const [f, g] = [polynomial(3), polynomial(3)];
    const sum = sumCommitments(group, [commit(group, f), commit(group, g)]);
    const expected = commit(
      group,
      f.map((a, k) => (a + (g[k] ?? 0n)) % order),
    );
    expect(sum.map((element, k) => element.equals(expected[k] ?? group.zero))).toEqual([
      true,
      true,
      true,
    ]);
  });

  it('P-21 refuses to add commitments of different lengths: nothing is cut off', () => {
    const lists = [commit(group, polynomial(2)), commit(group, polynomial(3))];
    expect(() => sumCommitments(group, lists)).toThrow(UsageError);
    expect(() => sumCommitments(group, lists.toReversed())).toThrow(UsageError);
    expect(() => sumCommitments(group, [commit(group, polynomial(2)), []])).toThrow(UsageError);
  });

  it.each([
    ['index 0', [0, 1], 1],
    ['index 0 of its own', [0, 1], 0],
    ['a negative index', [-1, 1], 1],
    ['a duplicate', [1, 2, 2], 1],
    ['a duplicate of its own', [1, 1], 1],
    ['its own id missing', [1, 2], 3],
    ['nobody', [], 1],
  ])('P-22 lagrange refuses %s', (_case, ids, i) => {
    expect(() => lagrange(group, ids, i)).toThrow(UsageError);
  });

  it('inverts, and refuses zero', () => {
    const values = [1n, 2n, order - 1n, ...Array.from({ length: 20 }, scalar)];
    for (const value of values) {
      const inverse = invert(value, order);
      expect(mod(inverse * value)).toBe(1n);
      expect(inverse > 0n && inverse < order, String(value)).toBe(true);
    }
    expect(invert(order + 2n, order)).toBe(invert(2n, order));
    expect(() => invert(0n, order)).toThrow(UsageError);
    expect(() => invert(order, order)).toThrow(UsageError);
  });
});
