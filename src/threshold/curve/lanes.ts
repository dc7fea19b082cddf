/**
 * Many multiplications on secp256k1 at once: one scalar, and one point or the generator, per lane.
 *
 * Secret scalars: every lane runs through the same sequence of field operations, whatever its scalar
 * (regular digits, no step skipped, Fermat inversions); the number of lanes alone decides on the
 * sequence. What remains is what @noble/curves leaves too: tables are read at secret indexes, and
 * BigInt arithmetic takes a time that depends a little on the values. JavaScript is not constant-time.
 *
 * The fast formulas have exceptional cases (see formulas.ts). Such a lane is noticed, recomputed by
 * the complete `multiply` of @noble/curves, and then takes visibly longer. Which scalars they are does
 * not depend on the point: multiplyBase has nine, multiplyEach has none (the reasons stand below, the
 * tests try every candidate). So a random scalar never gets there.
 */
import { normalizeZ } from '@noble/curves/abstract/curve.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { canonical, mul } from './field.ts';
import {
  addEach,
  addMixed,
  addPairs,
  type Affine,
  double,
  doubleEach,
  type Jacobian,
  type Lane,
  toAffineEach,
  toJacobian,
} from './formulas.ts';
import {
  BASE_WIDTH,
  BASE_WINDOWS,
  baseDigits,
  BETA,
  HALF_WIDTH,
  HALF_WINDOWS,
  halfDigits,
} from './recode.ts';

export { hashToCurveEach } from './map-to-curve.ts';

const { Point } = secp256k1;
type Point = InstanceType<typeof Point>;

/**
 * From this many additions on, sharing an inversion beats Jacobian coordinates: an inversion takes as
 * long as some 280 multiplications, an affine addition saves 5.
 */
const WORTH_AN_INVERSION = 64;

/**
 * s_i G for every lane, from tables of G that are computed at the first call and kept.
 *
 * @param scalars secret; 1 <= s < n each, any number of them
 * @returns points with Z = 1
 * @throws RangeError when a scalar is out of range
 */
export function multiplyBase(scalars: readonly bigint[]): Point[] {
  scalars.forEach(assertScalar);
  const tables = baseTables();
  // s G is a sum of 32 table entries. First neighbours are added, then the rest one after the other.
  //
  // Exceptional are operands whose sum or difference, as an integer, is a multiple of n. It is never 0,
  // as a sum of lower windows is smaller than any higher window; and its size is below 2^256. That
  // leaves ±n, which is odd and large, so the lowest and the highest window take part: it is the last
  // addition. There the sum is s, not 0, and a difference of ±n with a highest term of b bits means
  // s = ±2 (2^b - 1) 2^(256-b) mod n, with b = 8, 16, 32, 64 or 128 (but not + with 128, whose digits
  // are others).
  let terms = scalars.flatMap((scalar) => pick(tables, baseDigits(scalar)));
  let width = BASE_WINDOWS;
  while (width > 1 && terms.length / 2 >= WORTH_AN_INVERSION) {
    terms = addPairs(terms);
    width /= 2;
  }
  const sums = scalars.map((_, lane) => sum(terms.slice(lane * width, (lane + 1) * width)));
  return finish(sums, (lane) => Point.BASE.multiply(scalars[lane] ?? 0n));
}

/**
 * s_i P_i for every lane.
 *
 * @param points on the curve, not the identity; with Z = 1 if they are secret
 * @param scalars secret; 1 <= s < n each, as many as there are points
 * @returns points with Z = 1
 * @throws RangeError when the lengths differ, a scalar is out of range or a point is the identity
 * @throws Error (of @noble/curves) when a point is not on the curve
 */
export function multiplyEach(points: readonly Point[], scalars: readonly bigint[]): Point[] {
  if (points.length !== scalars.length) throw new RangeError('multiplyEach: lengths differ');
  scalars.forEach(assertScalar);
  if (points.some((point) => point.is0())) throw new RangeError('multiplyEach: identity');
  const bases = normalizeZ(Point, [...points]);
  for (const base of bases) base.assertValidity();

  // The digits d, e of both halves are looked up and (d + e LAMBDA) P added in one go: 26 terms a lane,
  // lowest first. That is never exceptional, because no short vector (d, ±e) is in the GLV lattice.
  const tables = digitTables(
    bases.map(({ X, Y }) => ({ x: X, y: Y })),
    HALF_WIDTH,
  );
  const digits = scalars.map(halfDigits);
  const terms = addEach(
    digits.flatMap(([first], lane) => [...first].map((digit) => tables[lane]?.[digit])),
    digits.flatMap(([, second], lane) => [...second].map((digit) => rotate(tables[lane]?.[digit]))),
  );
  const products = scalars.map((_, lane) =>
    horner(terms.slice(lane * HALF_WINDOWS, (lane + 1) * HALF_WINDOWS)),
  );
  return finish(products, (lane) => (bases[lane] ?? Point.ZERO).multiply(scalars[lane] ?? 0n));
}

function assertScalar(scalar: bigint): void {
  if (!Point.Fn.isValidNot0(scalar)) throw new RangeError('scalar: not in 1..n-1');
}

/** LAMBDA p = (BETA x, y). */
const rotate = (p: Lane): Lane => p && { x: mul(BETA, p.x), y: p.y };

/** The table entries of the digits, lowest window first; every window has a table of its own. */
const pick = (tables: readonly (readonly Lane[])[], digits: Uint8Array): Lane[] =>
  tables.map((table, i) => table[digits[i] ?? -1]);

/** The sum of at least one point. */
const sum = ([first, ...others]: readonly Lane[]): Jacobian =>
  others.reduce(addMixed, toJacobian(first));

/**
 * The sum of 2^(5i) terms_i: doublings and additions from the highest term down (Horner's rule).
 *
 * Never exceptional: all sums but the last are too short to meet the GLV lattice. In the last addition,
 * of (d + e LAMBDA) P, the operands are not opposite, as the scalar is not 0; if they were equal it would
 * be 2 (d + e LAMBDA), and none of these 1024 scalars has digits that lead there.
 */
function horner(terms: readonly Lane[]): Jacobian {
  let result = toJacobian(terms.at(-1));
  for (let i = terms.length - 2; i >= 0; i--) {
    for (let bit = 0; bit < HALF_WIDTH; bit++) result = double(result);
    result = addMixed(result, terms[i]);
  }
  return result;
}

/** Affine results as points; exceptional lanes are computed anew, one by one. */
function finish(results: readonly Jacobian[], recompute: (lane: number) => Point): Point[] {
  return toAffineEach(results).map((p, lane) =>
    p === undefined ? recompute(lane) : Point.fromAffine({ x: canonical(p.x), y: canonical(p.y) }),
  );
}

/**
 * For every point p the multiples that a window of `width` bits can ask for, by the window's value:
 * table[c] = (2c + 1 - 2^width) p. No addition is exceptional: 2^k p = ±j p has no solution with
 * j < 2^k small and p of a large prime order.
 */
function digitTables(points: readonly Affine[], width: number): Lane[][] {
  // p -> p, 3p -> p, 3p, 5p, 7p -> ...: with 2^k times p added to all that is there, k = 1, 2, ...
  const odd: Lane[][] = points.map((p) => [p]);
  let power: readonly Lane[] = points;
  for (let size = 1; size < 2 ** (width - 1); size *= 2) {
    power = doubleEach(power);
    const next = addEach(
      odd.flat(),
      power.flatMap((p) => Array.from({ length: size }, () => p)),
    );
    odd.forEach((multiples, i) => multiples.push(...next.slice(i * size, (i + 1) * size)));
  }
  return odd.map((multiples) => [...multiples.map(negate).reverse(), ...multiples]);
}

const negate = (p: Lane): Lane => p && { x: p.x, y: -p.y };

let cachedBaseTables: readonly (readonly Lane[])[] | undefined;

/** For every window i of 8 bits the multiples of 2^(8i) G: 32 tables of 256 public points. */
function baseTables(): readonly (readonly Lane[])[] {
  if (cachedBaseTables === undefined) {
    const starts = [Point.BASE];
    for (let i = 1, start = Point.BASE; i < BASE_WINDOWS; i++) {
      for (let bit = 0; bit < BASE_WIDTH; bit++) start = start.double();
      starts.push(start);
    }
    cachedBaseTables = digitTables(
      normalizeZ(Point, starts).map(({ X, Y }) => ({ x: X, y: Y })),
      BASE_WIDTH,
    );
  }
  return cachedBaseTables;
}
