import { secp256k1 } from '@noble/curves/secp256k1.js';
import { describe, expect, it } from 'vitest';
import { multiplyBase, multiplyEach } from './lanes.ts';
import { LAMBDA } from './recode.ts';
import { scalarsFrom, times } from './testing/prng.ts';

const { Point } = secp256k1;
type Point = InstanceType<typeof Point>;
const N = Point.Fn.ORDER;
const mod = (a: bigint): bigint => ((a % N) + N) % N;

const edgeScalars = [
  ...times(40, (i) => BigInt(i + 1)),
  ...times(40, (i) => N - BigInt(i + 1)),
  ...[-1n, 0n, 1n].flatMap((d) => [LAMBDA + d, N - LAMBDA + d, mod(2n * LAMBDA) + d]),
  ...[-2n, -1n, 0n, 1n, 2n].flatMap((d) => [(N - 1n) / 2n + d, (N + 1n) / 2n + d]),
  ...[0n, 1n].flatMap((d) => [(1n << 255n) + d, (1n << 128n) - d, (1n << 127n) + d, 1n << 8n]),
];
const edgePoints = [1n, N - 1n, 2n, 3n, N - 2n, 7n, 1n << 8n, LAMBDA, N - LAMBDA, 1n << 128n].map(
  (k) => Point.BASE.multiply(k),
);

/** Every lane right and with Z = 1. The oracle is another algorithm of another library. */
function expectLanes(points: readonly Point[], scalars: readonly bigint[]): void {
  const products = multiplyEach(points, scalars);
  expect(products.length).toBe(points.length);
  products.forEach((product, i) => {
    expect(product.Z).toBe(1n);
    expect(product.toHex()).toBe(points[i]?.multiplyUnsafe(scalars[i] ?? 0n).toHex());
  });
}

function expectBaseLanes(scalars: readonly bigint[]): void {
  const products = multiplyBase(scalars);
  expect(products.length).toBe(scalars.length);
  products.forEach((product, i) => {
    expect(product.Z).toBe(1n);
    expect(product.toHex()).toBe(Point.BASE.multiplyUnsafe(scalars[i] ?? 0n).toHex());
  });
}

const sizes = [...times(40, (i) => i + 1), 64, 65, 127, 128, 129, 256];

describe('multiplyBase', () => {
  it('agrees with @noble/curves for every number of lanes', () => {
    const next = scalarsFrom('base');
    for (const size of sizes) expectBaseLanes(times(size, next));
  });

  it('is right for edge scalars, alone and among others', () => {
    for (const scalar of edgeScalars) expectBaseLanes([scalar]);
    expectBaseLanes(edgeScalars);
    const next = scalarsFrom('base edges');
    expectBaseLanes(times(256, (i) => (i % 2 === 0 ? edgeScalars[i / 2] : undefined) ?? next()));
  });

  it('agrees with the constant-time multiplication too', () => {
    const scalars = times(20, scalarsFrom('base, constant time'));
    multiplyBase(scalars).forEach((product, i) => {
      expect(product.equals(Point.BASE.multiply(scalars[i] ?? 0n))).toBe(true);
    });
  });

  it('takes no lanes', () => {
    expect(multiplyBase([])).toEqual([]);
  });

  it('refuses scalars out of range', () => {
    for (const bad of [0n, N, N + 1n, -1n, 1n << 256n]) {
      expect(() => multiplyBase([1n, bad])).toThrow(RangeError);
    }
  });
});

describe('multiplyEach', () => {
  it('agrees with @noble/curves for every number of lanes', () => {
    const next = scalarsFrom('each');
    for (const size of sizes) {
      expectLanes(
        times(size, () => Point.BASE.multiplyUnsafe(next())),
        times(size, next),
      );
    }
  });

  it('is right for edge scalars on edge points, alone and among others', () => {
    const next = scalarsFrom('each edges');
    const random = Point.BASE.multiplyUnsafe(next());
    for (const scalar of edgeScalars) expectLanes([random], [scalar]);
    for (const point of edgePoints) {
      expectLanes([point], [next()]);
      expectLanes(
        edgeScalars.map((_, i) => (i % 7 === 3 ? random : point)),
        edgeScalars.map((scalar, i) => (i % 5 === 2 ? next() : scalar)),
      );
    }
  });

  it('takes points that are not normalised, and the same point on many lanes', () => {
    const next = scalarsFrom('projective');
    const point = Point.BASE.multiplyUnsafe(next()).add(Point.BASE);
    expect(point.Z).not.toBe(1n);
    expectLanes(
      times(9, () => point),
      times(9, (i) => (i < 5 ? 5n : next())),
    );
  });

  it('agrees with the constant-time multiplication too', () => {
    const next = scalarsFrom('each, constant time');
    const points = times(20, () => Point.BASE.multiplyUnsafe(next()));
    const scalars = times(20, next);
    multiplyEach(points, scalars).forEach((product, i) => {
      expect(product.equals(points[i]?.multiply(scalars[i] ?? 0n) ?? Point.ZERO)).toBe(true);
    });
  });

  it('takes no lanes', () => {
    expect(multiplyEach([], [])).toEqual([]);
  });

  it('refuses scalars out of range, lists of different lengths and invalid points', () => {
    const { BASE, ZERO } = Point;
    for (const bad of [0n, N, N + 1n, -1n, 1n << 256n]) {
      expect(() => multiplyEach([BASE, BASE], [1n, bad])).toThrow(RangeError);
    }
    expect(() => multiplyEach([BASE], [1n, 2n])).toThrow(RangeError);
    expect(() => multiplyEach([BASE, BASE], [1n])).toThrow(RangeError);
    expect(() => multiplyEach([BASE, ZERO], [1n, 2n])).toThrow(RangeError);
    expect(() => multiplyEach([BASE, BASE.subtract(BASE)], [1n, 2n])).toThrow(RangeError);
    expect(() => multiplyEach([BASE, Point.fromAffine({ x: 1n, y: 1n })], [1n, 2n])).toThrow(
      'bad point',
    );
  });
});
