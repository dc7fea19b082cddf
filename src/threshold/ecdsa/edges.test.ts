/**
 * Signing at the values that no run comes across: s at half the order, a share of a product that is zero,
 * a batch of the wrong size. Found by mutation testing; see docs/mutation.md.
 */
import { describe, expect, it } from 'vitest';
import { concat } from '../../codec.ts';
import { UsageError, type PartyIndex } from '../abort.ts';
import { hash, hashToScalar, toInteger } from '../hash.ts';
import { gadget, MATRIX_BYTES, type MultiplyReceiver, type Pair } from '../multiply.ts';
import { COLUMN_EXPANSION } from '../ot/extension.ts';
import { ROW_BYTES, XI } from '../parameters.ts';
import { Point } from '../points.ts';
import { invert } from '../polynomial.ts';
import { encodeScalar, ORDER, reduce } from '../scalars.ts';
import { TAGS } from '../tags.ts';
import { testItem } from '../testing/keys.ts';
import { digestOf, seeded } from '../testing/seeded.ts';
import { checkProducts } from './checks.ts';
import { one, two, type OwnItem, type SignView } from './items.ts';
import type { MultiplyMessage } from './rounds.ts';
import { assemble } from './signature.ts';

describe('P-46 s next to half the order', () => {
  const nonce = Point.BASE.multiply(1234n);
  const { x, y } = nonce.toAffine();
  const parity = Number(y & 1n);
  const half = ORDER / 2n;

  it.each([
    ['half the order is low and stays', half, half, parity],
    ['one more is high: it is negated, and the recovery id with it', half + 1n, half, parity ^ 1],
  ])('%s', (_, s, low, recovery) => {
    // the key under which (x mod q, s) is valid: r^-1 (s R - m G)
    const digest = digestOf('half');
    const sum = nonce
      .multiplyUnsafe(s)
      .subtract(Point.BASE.multiplyUnsafe(toInteger(digest) % ORDER));
    const point = sum.multiplyUnsafe(invert(x % ORDER, ORDER));
    const item = { ...testItem('x'), digest, tweak: 0n, point, publicKey: point.toBytes(true) };
    const signature = assemble(item, nonce, 7n, reduce(7n * s));
    expect(signature?.signature).toEqual(concat(encodeScalar(x % ORDER), encodeScalar(low)));
    expect(signature?.recovery).toBe(recovery);
  });
});

describe('a receiver’s share of a product that is zero', () => {
  const peer: PartyIndex = 2;
  const msid = seeded('msid')(32);
  const b = 77n;
  const matrix = new Uint8Array(MATRIX_BYTES);
  const theta = (i: number): bigint =>
    hashToScalar(
      ORDER,
      TAGS.rvoleThetaIk,
      hash(TAGS.rvoleTheta, msid, matrix),
      Uint8Array.of(i, 0),
    );

  /**
   * What the receiver ends with when all choices are 0 and the masks are 0 but for one row, whose two
   * entries are given.
   */
  function productsFrom(row: Pair): { shares: Pair; check: (du: bigint, dv: bigint) => Pair } {
    const at = 5;
    const gamma = new Uint8Array(XI * COLUMN_EXPANSION);
    for (const [i, value] of row.entries()) {
      gamma.set(encodeScalar(value), at * COLUMN_EXPANSION + i * 48 + 16);
    }
    const checks = new Uint8Array(XI * 32);
    checks.set(encodeScalar(reduce(theta(0) * row[0] + theta(1) * row[1])), at * 32);
    const g = gadget(msid);
    const state: MultiplyReceiver = { b, msid, x: new Uint8Array(ROW_BYTES), gamma, g };
    const shares: Pair = [reduce((g[at] ?? 0n) * row[0]), reduce((g[at] ?? 0n) * row[1])];
    const [nonce, key] = [Point.BASE.multiply(3n), Point.BASE.multiply(4n)];
    const minus = (d: bigint) => (d === 0n ? Point.ZERO : Point.BASE.multiply(d).negate());
    const check = (du: bigint, dv: bigint): Pair => {
      const claim = {
        nonce,
        key,
        matrix,
        eta: 0n,
        mu: hash(TAGS.rvoleMu, msid, checks),
        gammaU: nonce.multiply(b).add(minus(du)),
        gammaV: key.multiply(b).add(minus(dv)),
        psi: 0n,
      };
      const message: MultiplyMessage = { echo1: msid, salt: msid, items: [claim] };
      const book = { refuse: () => ({ kind: 'peer-standing' }) };
      const view = { book, session: { self: 1 } } as unknown as SignView;
      const item = { receivers: new Map([[peer, state]]) } as unknown as OwnItem;
      return checkProducts(view, item, 0, peer, message);
    };
    return { shares, check };
  }

  it.each<[string, Pair]>([
    ['neither', [5n, 6n]],
    ['of the nonce', [0n, 6n]],
    ['of the key', [5n, 0n]],
    ['both', [0n, 0n]],
  ])('%s: the products are checked all the same', (_, row) => {
    const { shares, check } = productsFrom(row);
    expect(shares.map((share) => share === 0n)).toEqual(row.map((value) => value === 0n));
    expect(check(...shares)).toEqual(shares);
    expect(() => check(shares[0] + 1n, shares[1])).toThrow(/nonce share/);
    expect(() => check(shares[0], shares[1] + 1n)).toThrow(/key share/);
  });
});

it('a batch that is too small is a fault of this device', () => {
  expect(one([3])).toBe(3);
  expect(two([3, 4])).toEqual([3, 4]);
  expect(() => one([])).toThrow(UsageError);
  for (const wrong of [[], [3], [undefined, 4]]) expect(() => two(wrong)).toThrow(UsageError);
});
