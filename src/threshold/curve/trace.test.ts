/** The sequence of field operations depends on the number of lanes, never on scalars or points. */
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { describe, expect, it, vi } from 'vitest';
import type * as field from './field.ts';
import { hashToCurveEach, multiplyBase, multiplyEach } from './lanes.ts';
import { LAMBDA } from './recode.ts';
import { scalarsFrom, times } from './testing/prng.ts';

const log = vi.hoisted(() => ({ operations: [] as string[] }));

vi.mock('./field.ts', async (importOriginal) => {
  const original = await importOriginal<typeof field>();
  const traced =
    <A extends bigint[]>(name: string, operation: (...args: A) => bigint) =>
    (...args: A): bigint => {
      log.operations.push(name);
      return operation(...args);
    };
  return {
    ...original,
    fold: traced('f', original.fold),
    reduce: traced('r', original.reduce),
    mul: traced('m', original.mul),
    canonical: traced('c', original.canonical),
    inverse: traced('i', original.inverse),
    rootCandidate: traced('s', original.rootCandidate),
  };
});

function trace(run: () => unknown): string {
  log.operations = [];
  run();
  return log.operations.join('');
}

const { Point } = secp256k1;
const N = Point.Fn.ORDER;
const next = scalarsFrom('trace');
const ones = (1n << 255n) - 1n;
const scalars = [
  1n,
  2n,
  3n,
  N - 1n,
  N - 2n,
  1n << 255n,
  ones,
  LAMBDA,
  (N - 1n) / 2n,
  next(),
  next(),
];

describe('the sequence of field operations', () => {
  multiplyBase([1n]); // the tables

  it.each([1, 2, 9, 40, 128])('of multiplyBase is the same for all scalars (%i lanes)', (size) => {
    const expected = trace(() => multiplyBase(times(size, next)));
    expect(expected.length).toBeGreaterThan(31 * 5 * size);
    for (const scalar of scalars) {
      expect(trace(() => multiplyBase(times(size, () => scalar))) === expected).toBe(true);
    }
    expect(trace(() => multiplyBase(times(size, (i) => scalars[i % 11] ?? 1n))) === expected).toBe(
      true,
    );
  });

  it.each([1, 2, 9, 40])('of multiplyEach is the same for all scalars and points (%i)', (size) => {
    const points = times(size, () => Point.BASE.multiply(next()));
    const expected = trace(() => multiplyEach(points, times(size, next)));
    expect(expected.length).toBeGreaterThan(1200 * size);
    const others = [Point.BASE, Point.BASE.negate(), Point.BASE.double()];
    for (const [i, scalar] of scalars.entries()) {
      const point = others[i];
      const lanes = point === undefined ? points : points.map(() => point);
      expect(
        trace(() =>
          multiplyEach(
            lanes,
            times(size, () => scalar),
          ),
        ) === expected,
      ).toBe(true);
    }
    expect(
      trace(() =>
        multiplyEach(
          points,
          times(size, (i) => scalars[i % 11] ?? 1n),
        ),
      ) === expected,
    ).toBe(true);
  });

  it('of hashToCurveEach is the same for all messages', () => {
    const run = (from: number): string =>
      trace(() =>
        hashToCurveEach(
          times(10, (i) => utf8ToBytes(`message ${String(from + i)}`)),
          'countersign-test',
        ),
      );
    const expected = run(0);
    for (const from of [10, 20, 30, 40]) expect(run(from) === expected).toBe(true);
  });
});
