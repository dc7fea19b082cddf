/** Lanes that the fast formulas cannot compute: noticed, and computed by other means. */
import type * as library from '@noble/curves/abstract/hash-to-curve.js';
import { secp256k1, secp256k1_hasher } from '@noble/curves/secp256k1.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type * as formulas from './formulas.ts';
import {
  addEach,
  addMixed,
  type Affine,
  double,
  doubleEach,
  invertEach,
  type Jacobian,
  type Lane,
  toAffineEach,
  toJacobian,
} from './formulas.ts';
import { hashToCurveEach, multiplyBase, multiplyEach } from './lanes.ts';
import { LAMBDA } from './recode.ts';
import { integers, scalarsFrom, times } from './testing/prng.ts';

const log = vi.hoisted(() => ({
  /** Exceptional lanes so far. */
  exceptional: 0,
  /** Lanes to call exceptional without a reason. */
  dropped: new Set<number>(),
  /** Whether lanes come back in reverse order. */
  reversed: false,
  /** Calls of `doubleEach`, which only tables need. */
  doublings: 0,
  /** Messages with field elements of our choice. */
  fields: new Map<string, bigint[][]>(),
}));

vi.mock('./formulas.ts', async (importOriginal) => {
  const original = await importOriginal<typeof formulas>();
  const toAffineEach: typeof original.toAffineEach = (points) => {
    const lanes = original.toAffineEach(points);
    log.exceptional += lanes.filter((lane) => lane === undefined).length;
    const ordered = log.reversed ? lanes.reverse() : lanes;
    return ordered.map((lane, i) => (log.dropped.has(i) ? undefined : lane));
  };
  const doubleEach: typeof original.doubleEach = (points) => {
    log.doublings += 1;
    return original.doubleEach(points);
  };
  return { ...original, toAffineEach, doubleEach };
});

vi.mock('@noble/curves/abstract/hash-to-curve.js', async (importOriginal) => {
  const original = await importOriginal<typeof library>();
  const hash_to_field: typeof original.hash_to_field = (message, count, options) =>
    log.fields.get(String(message)) ?? original.hash_to_field(message, count, options);
  return { ...original, hash_to_field };
});

afterEach(() => {
  log.exceptional = 0;
  log.reversed = false;
  log.dropped.clear();
  log.fields.clear();
});

const { Point } = secp256k1;
const { Fp } = Point;
const N = Point.Fn.ORDER;
const mod = (a: bigint): bigint => ((a % N) + N) % N;

describe('formulas', () => {
  const next = scalarsFrom('formulas');
  const [a, b] = [next(), next()].map((k) => Point.BASE.multiply(k).toAffine());
  const affine = (p: Lane): unknown => p && { x: Fp.create(p.x), y: Fp.create(p.y) };

  it('inverts zero to zero and leaves the other values alone', () => {
    const values = [5n, 0n, -7n, Fp.ORDER, next(), -Fp.ORDER, 2n * Fp.ORDER];
    const expected = values.map((v) => (v % Fp.ORDER === 0n ? 0n : Fp.inv(Fp.create(v))));
    expect(invertEach(values).map((v) => Fp.create(v))).toEqual(expected);
    expect(invertEach(values).filter((v) => v === 0n).length).toBe(4);
    expect(invertEach([])).toEqual([]);
    expect(invertEach([0n])).toEqual([0n]);
    // a zero that is not the integer 0, without any that is
    for (const zero of [Fp.ORDER, -Fp.ORDER, 2n * Fp.ORDER]) {
      expect(invertEach([5n, zero]).map((v) => Fp.create(v))).toEqual([Fp.inv(5n), 0n]);
      expect(invertEach([zero])).toEqual([0n]);
    }
  });

  it('adds and doubles, and marks what it cannot add', () => {
    if (a === undefined || b === undefined) throw new Error('unreachable');
    const [p, q] = [Point.fromAffine(a), Point.fromAffine(b)];
    const minusA = p.negate().toAffine();
    const loose = { x: a.x + Fp.ORDER, y: a.y - Fp.ORDER };
    expect(
      addEach([a, a, a, undefined, a, loose], [b, a, minusA, b, undefined, a]).map(affine),
    ).toEqual([p.add(q).toAffine(), undefined, undefined, undefined, undefined, undefined]);
    expect(doubleEach([undefined, b, loose]).map(affine)).toEqual([
      undefined,
      q.double().toAffine(),
      p.double().toAffine(),
    ]);
  });
});

describe('Jacobian formulas', () => {
  const next = scalarsFrom('jacobian');
  const lane = (): Affine => Point.BASE.multiply(next()).toAffine();
  const isExceptional = (p: Jacobian): boolean => toAffineEach([p])[0] === undefined;

  it('keep an exceptional lane exceptional through every later step', () => {
    const [p, q] = [lane(), lane()];
    const minusP = { x: p.x, y: -p.y };
    const twice = double(addMixed(toJacobian(q), p));
    const [affineTwice] = toAffineEach([twice]);
    for (const bad of [
      addMixed(toJacobian(p), p),
      addMixed(toJacobian(p), minusP),
      addMixed(toJacobian(p), { x: p.x + Fp.ORDER, y: p.y }),
      addMixed(twice, affineTwice),
      addMixed(toJacobian(p), undefined),
      toJacobian(undefined),
    ]) {
      expect(isExceptional(bad)).toBe(true);
      expect(isExceptional(double(bad))).toBe(true);
      expect(isExceptional(addMixed(bad, q))).toBe(true);
      expect(isExceptional(addMixed(double(double(addMixed(bad, q))), p))).toBe(true);
    }
    expect(isExceptional(twice)).toBe(false);
  });
});

describe('multiplyBase', () => {
  /** ±2 (2^b - 1) 2^(256-b): the last addition's operands differ by n if the top term has b bits. */
  const candidates = [8n, 16n, 32n, 64n, 128n].flatMap((bits) => {
    const scalar = mod(2n * ((1n << bits) - 1n) * (1n << (256n - bits)));
    return [scalar, N - scalar];
  });

  it('recomputes the exceptional scalars, for every way of adding up', () => {
    const next = scalarsFrom('exceptional base');
    // from 32 terms a lane that are added one by one to 32 that are added pairwise
    const found = [1, 5, 10, 20, 40, 80, 160].map((size) => {
      log.exceptional = 0;
      candidates.forEach((candidate, i) => {
        const lanes = times(size, (lane) => (lane === (i * 7) % size ? candidate : next()));
        multiplyBase(lanes).forEach((product, lane) => {
          expect(product.Z).toBe(1n);
          expect(product.equals(Point.BASE.multiplyUnsafe(lanes[lane] ?? 0n))).toBe(true);
        });
      });
      return log.exceptional;
    });
    expect(found).toEqual([2, 2, 2, 2, 1, 1, 1]);
  });

  it('survives batches of nothing else', () => {
    for (const size of [10, 40, 300]) {
      const lanes = times(size, (i) => candidates[i % 10] ?? 0n);
      multiplyBase(lanes).forEach((product, i) => {
        expect(product.equals(Point.BASE.multiplyUnsafe(lanes[i] ?? 0n))).toBe(true);
      });
    }
    expect(log.exceptional).toBeGreaterThan(30);
  });

  it('recomputes any lane', () => {
    const lanes = times(9, scalarsFrom('dropped base'));
    [0, 4, 8].forEach((lane) => log.dropped.add(lane));
    multiplyBase(lanes).forEach((product, i) => {
      expect(product.Z).toBe(1n);
      expect(product.equals(Point.BASE.multiplyUnsafe(lanes[i] ?? 0n))).toBe(true);
    });
  });
});

describe('multiplyEach', () => {
  const next = scalarsFrom('exceptional each');

  it('has no exceptional scalar: none of the form 2 (d + e LAMBDA), nor their multiples by 32', () => {
    const odd = times(32, (i) => BigInt(2 * i - 31));
    const candidates = odd.flatMap((d) => odd.map((e) => mod(2n * (d + e * LAMBDA))));
    const point = Point.BASE.multiply(next());
    const lanes = [...candidates, ...candidates.map((k) => mod(32n * k)).slice(0, 100)];
    const products = multiplyEach(
      lanes.map(() => point),
      lanes,
    );
    const wrong = lanes.filter((k, i) => products[i]?.equals(point.multiplyUnsafe(k)) !== true);
    expect(wrong).toEqual([]);
    expect(log.exceptional).toBe(0);
  });

  it('recomputes any lane nevertheless', () => {
    const points = times(9, () => Point.BASE.multiply(next()));
    const lanes = times(9, next);
    [0, 4, 8].forEach((lane) => log.dropped.add(lane));
    multiplyEach(points, lanes).forEach((product, i) => {
      expect(product.Z).toBe(1n);
      expect(product.toHex()).toBe(points[i]?.multiply(lanes[i] ?? 0n).toHex());
    });
  });
});

describe('lanes that are not exceptional', () => {
  const next = scalarsFrom('not exceptional');
  const points = times(9, () => Point.BASE.multiply(next()));
  const scalars = times(9, next);

  // Otherwise all tests would compare the library with itself.
  it.each([
    ['multiplyBase', () => multiplyBase(scalars)],
    ['multiplyEach', () => multiplyEach(points, scalars)],
  ])('are computed here, not by the library: %s', (_, run) => {
    const products = run().map((product) => product.toHex());
    log.reversed = true;
    expect(run().map((product) => product.toHex())).toEqual(products.reverse());
  });

  it('find the tables of G that the first call made', () => {
    multiplyBase([1n]);
    log.doublings = 0;
    multiplyBase([2n]);
    expect(log.doublings).toBe(0);
    multiplyEach([Point.BASE], [2n]);
    expect(log.doublings).toBeGreaterThan(0);
  });
});

describe('hashToCurveEach', () => {
  const dst = 'countersign-test';
  const message = (i: number): Uint8Array => utf8ToBytes(`message ${String(i)}`);
  const expected = (i: number): string =>
    secp256k1_hasher.hashToCurve(message(i), { DST: dst }).toHex();

  it('recomputes messages whose two maps coincide or cancel', () => {
    const u = integers('coincide')() % Fp.ORDER;
    const fields = [
      [[u], [u]],
      [[u], [Fp.neg(u)]],
      [[0n], [0n]],
    ];
    fields.forEach((field, i) => log.fields.set(String(message(3 * i)), field));
    hashToCurveEach(times(9, message), dst).forEach((point, i) => {
      expect(point.toHex()).toBe(expected(i));
    });
  });
});
