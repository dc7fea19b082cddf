/**
 * The group law of y^2 = x^3 + 7 on many points at once.
 *
 * Affine additions share one inversion. The formulas are not complete: an addition of a point to itself
 * or to its negative has no result here. Such a lane becomes *exceptional* and stays so through every
 * later step: `undefined` in affine form, Z = 0 in Jacobian form. It is never wrong, and the caller
 * recomputes it by other means. A step of the other lanes does not depend on any value.
 */
import { canonical, fold, inverse, mul, reduce } from './field.ts';

/** x and y, loose field elements. */
export interface Affine {
  readonly x: bigint;
  readonly y: bigint;
}

/** A point, or nothing if the lane is exceptional. */
export type Lane = Affine | undefined;

/** (X / Z^2, Y / Z^3); exceptional if Z = 0. */
export interface Jacobian {
  readonly x: bigint;
  readonly y: bigint;
  readonly z: bigint;
}

const EXCEPTIONAL: Jacobian = { x: 0n, y: 0n, z: 0n };

/**
 * The inverses of many elements for one inversion and three multiplications each (Montgomery's trick,
 * Guide to ECC algorithm 2.26). Zero gives exactly 0n, anything else never does.
 */
export function invertEach(values: readonly bigint[]): bigint[] {
  const out: bigint[] = []; // first the product of all values before i, then the inverse of value i
  let product = 1n;
  for (const value of values) {
    out.push(product);
    product = mul(product, value);
  }
  if (canonical(product) === 0n) {
    // Some lane is exceptional: 1 stands in for its zero, so that the others are not lost.
    const isZero = values.map((value) => canonical(value) === 0n);
    const inverses = invertEach(values.map((value, i) => (isZero[i] === true ? 1n : value)));
    return inverses.map((each, i) => (isZero[i] === true ? 0n : each));
  }
  let rest = inverse(product); // 1 / (product of the values up to and including i)
  for (let i = values.length - 1; i >= 0; i--) {
    out[i] = mul(rest, out[i] ?? 0n);
    rest = mul(rest, values[i] ?? 0n);
  }
  return out;
}

/** The third point on the line through `a` and `b` with this slope, negated (Guide to ECC 3.1.2). */
function chord(slope: bigint, a: Affine, b: Affine): Affine {
  const x = reduce(slope * slope - a.x - b.x);
  return { x, y: reduce(slope * (a.x - x) - a.y) };
}

/** a_i + b_i; exceptional if a_i = b_i, a_i = -b_i or one of them is exceptional. */
export function addEach(a: readonly Lane[], b: readonly Lane[]): Lane[] {
  const inverses = invertEach(
    a.map((p, i) => {
      const q = b[i];
      return p === undefined || q === undefined ? 0n : q.x - p.x;
    }),
  );
  return a.map((p, i) => {
    const q = b[i];
    const inverted = inverses[i] ?? 0n;
    if (p === undefined || q === undefined || inverted === 0n) return undefined;
    return chord(mul(q.y - p.y, inverted), p, q);
  });
}

/** The sums of neighbours, a_0 + a_1, a_2 + a_3, ..., exceptional as in `addEach`. */
export function addPairs(points: readonly Lane[]): Lane[] {
  const every2nd = (from: 0 | 1): Lane[] =>
    Array.from({ length: points.length / 2 }, (_, i) => points[2 * i + from]);
  return addEach(every2nd(0), every2nd(1));
}

/** 2 a_i. No point of an odd order has y = 0, so this makes no lane exceptional. */
export function doubleEach(a: readonly Lane[]): Lane[] {
  const inverses = invertEach(a.map((p) => (p === undefined ? 0n : 2n * p.y)));
  return a.map((p, i) => {
    const inverted = inverses[i] ?? 0n;
    if (p === undefined || inverted === 0n) return undefined;
    return chord(mul(3n * mul(p.x, p.x), inverted), p, p);
  });
}

/** The same point with Z = 1. */
export const toJacobian = (p: Lane): Jacobian => (p === undefined ? EXCEPTIONAL : { ...p, z: 1n });

/*
 * In the two formulas below coordinates are short, as `reduce` leaves them: below 2^257. What only goes
 * into another product is folded once: zz, xx, yy, hh are below 2^298, d, hhh, v below 2^330, and every
 * argument of `reduce` below 2^630.
 */

/** 2p for curves with a = 0 (hyperelliptic.org/EFD, jacobian-0, dbl-2009-l with D as 4 X Y^2). */
export function double({ x, y, z }: Jacobian): Jacobian {
  const xx = fold(x * x);
  const yy = fold(y * y);
  const e = xx + xx + xx; // E = 3 X^2
  const d = fold((x * yy) << 2n); // D = 4 X Y^2
  const x3 = reduce(e * e - d - d);
  return {
    x: x3,
    y: reduce(e * (d - x3) - ((yy * yy) << 3n)),
    z: reduce((y * z) << 1n),
  };
}

/**
 * p + q, Jacobian and affine (Guide to ECC algorithm 3.22, without its checks). If p = q or p = -q then
 * h = 0, so Z is 0 in the result and in whatever is computed from it: addMixed gives Z h and double 2 Y Z.
 */
export function addMixed(p: Jacobian, q: Lane): Jacobian {
  if (q === undefined) return EXCEPTIONAL;
  const zz = fold(p.z * p.z);
  const h = mul(zz, q.x) - p.x;
  const r = mul(fold(zz * p.z), q.y) - p.y;
  const hh = fold(h * h);
  const hhh = fold(hh * h);
  const v = fold(hh * p.x);
  const x3 = reduce(r * r - hhh - v - v);
  return { x: x3, y: reduce(r * (v - x3) - hhh * p.y), z: mul(p.z, h) };
}

/** (X / Z^2, Y / Z^3), with one inversion for all. */
export function toAffineEach(points: readonly Jacobian[]): Lane[] {
  const inverses = invertEach(points.map(({ z }) => z));
  return points.map(({ x, y }, i) => {
    const inverted = inverses[i] ?? 0n;
    if (inverted === 0n) return undefined;
    const squared = mul(inverted, inverted);
    return { x: mul(x, squared), y: mul(y, mul(squared, inverted)) };
  });
}
