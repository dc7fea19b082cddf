/** The group law on every representative of its coordinates that `reduce` may leave. */
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { describe, expect, it } from 'vitest';
import { canonical, P } from './field.ts';
import { addMixed, double, type Jacobian } from './formulas.ts';
import { scalarsFrom, times } from './testing/prng.ts';

const { Point } = secp256k1;
type Point = InstanceType<typeof Point>;
const next = scalarsFrom('formulas');
const LIMIT = 1n << 257n;

/** Representatives at both ends of what is short, and the canonical one. */
const representatives = (a: bigint): bigint[] => [a, a + ((LIMIT - 1n - a) / P) * P, a - 2n * P];

/** (X z^2, Y z^3, z), each coordinate in every representative. */
function forms(point: Point, z: bigint): Jacobian[] {
  const { x, y } = point.toAffine();
  const [xs, ys, zs] = [x * z * z, y * z * z * z, z].map((a) => representatives(canonical(a)));
  return (xs ?? []).flatMap((jx) =>
    (ys ?? []).flatMap((jy) => (zs ?? []).map((jz) => ({ x: jx, y: jy, z: jz }))),
  );
}

function expectPoint({ x, y, z }: Jacobian, expected: Point): void {
  for (const each of [x, y, z]) expect(each < 0n ? -each : each).toBeLessThan(LIMIT);
  const { x: ex, y: ey } = expected.toAffine();
  expect(canonical(ex * z * z - x)).toBe(0n);
  expect(canonical(ey * z * z * z - y)).toBe(0n);
  expect(canonical(z)).not.toBe(0n);
}

describe('double and addMixed', () => {
  const points = times(4, () => Point.BASE.multiply(next()));

  it('are right for, and give, any short representatives', () => {
    for (const [i, point] of points.entries()) {
      const other = points[(i + 1) % points.length] ?? Point.BASE;
      const { x, y } = other.toAffine();
      for (const form of forms(point, next())) {
        expectPoint(double(form), point.double());
        for (const qx of representatives(x)) {
          for (const qy of representatives(y)) {
            expectPoint(addMixed(form, { x: qx, y: qy }), point.add(other));
          }
        }
      }
    }
  });

  it('give Z = 0 for operands that are equal or opposite', () => {
    const [point = Point.BASE] = points;
    const { x, y } = point.toAffine();
    for (const form of forms(point, next())) {
      for (const q of [y, -y]) expect(canonical(addMixed(form, { x, y: q }).z)).toBe(0n);
    }
  });
});
