/** Zero shares (P-29). */
import { describe, expect, it } from 'vitest';
import { toHex, u16 } from '../codec.ts';
import { hash, hashToScalar } from './hash.ts';
import { ORDER, reduce } from './scalars.ts';
import { TAGS } from './tags.ts';
import { seeded } from './testing/seeded.ts';
import { zeroSeed, zeroShare } from './zero.ts';

const random = seeded('zero');
const sid = random(32);
const halves = new Map<string, Uint8Array>();
/** What `from` contributes to the pair with `to`. */
function half(from: number, to: number): Uint8Array {
  const key = `${String(from)}/${String(to)}`;
  const known = halves.get(key) ?? random(32);
  halves.set(key, known);
  return known;
}
const seedOf = (self: number, peer: number): Uint8Array =>
  zeroSeed(sid, self, peer, half(self, peer), half(peer, self));
const seedsOf = (set: readonly number[], self: number): Map<number, Uint8Array> =>
  new Map(set.filter((peer) => peer !== self).map((peer) => [peer, seedOf(self, peer)]));

const isid = random(32);
const echo1 = random(32);

describe('zeroSeed', () => {
  it('is the same on both sides, and depends on both halves, the pair and the session', () => {
    expect(seedOf(1, 2)).toEqual(seedOf(2, 1));
    const base = [sid, 3, 200, random(32), random(32)] as const;
    const [, , , a, b] = base;
    const seeds = [
      zeroSeed(...base),
      zeroSeed(random(32), 3, 200, a, b),
      zeroSeed(sid, 2, 200, a, b),
      zeroSeed(sid, 3, 201, a, b),
      zeroSeed(sid, 200, 3, a, b), // the halves change owners
      zeroSeed(sid, 3, 200, random(32), b),
      zeroSeed(sid, 3, 200, a, random(32)),
    ];
    expect(new Set(seeds.map(toHex)).size).toBe(seeds.length);
  });

  it('is the hash of the specification, lower number first, on both sides', () => {
    const [lower, higher] = [half(9, 10), half(10, 9)];
    const expected = hash(TAGS.zeroSeed, sid, u16(9), u16(10), lower, higher);
    expect(seedOf(9, 10)).toEqual(expected);
    expect(seedOf(10, 9)).toEqual(expected);
  });

  it('orders ids as numbers: 9 before 10', () => {
    expect(zeroSeed(sid, 9, 10, half(9, 10), half(10, 9))).toEqual(
      zeroSeed(sid, 10, 9, half(10, 9), half(9, 10)),
    );
  });
});

describe('zeroShare', () => {
  it('adds what is shared with higher numbers and subtracts the rest', () => {
    const value = (peer: number): bigint =>
      hashToScalar(ORDER, TAGS.zero, seedOf(9, peer), isid, echo1);
    const share = zeroShare(9, seedsOf([2, 9, 10], 9), isid, echo1);
    expect(share).toBe(reduce(value(10) - value(2)));
  });

  it.each([[[1, 2]], [[1, 3]], [[1, 2, 3]], [[2, 9, 10]], [[1, 2, 3, 4, 5]], [[7, 100, 200, 255]]])(
    'P-29 the shares of %j add up to zero',
    (set) => {
      const shares = set.map((self) => zeroShare(self, seedsOf(set, self), isid, echo1));
      expect(reduce(shares.reduce((sum, share) => sum + share, 0n))).toBe(0n);
      for (const share of shares) expect(share > 0n && share < ORDER).toBe(true);
      expect(new Set(shares).size).toBe(set.length);
    },
  );

  it('P-29 every share changes with the set, the session or item, and the echo', () => {
    const set = [1, 2, 3];
    for (const self of set) {
      const seeds = seedsOf(set, self);
      const values = [
        zeroShare(self, seeds, isid, echo1),
        zeroShare(self, seedsOf([1, 2, 3, 4], self), isid, echo1),
        zeroShare(self, seedsOf([self, self === 1 ? 2 : 1], self), isid, echo1),
        zeroShare(self, seeds, random(32), echo1),
        zeroShare(self, seeds, isid, random(32)),
        zeroShare(self, seeds, echo1, isid),
      ];
      expect(new Set(values).size).toBe(values.length);
    }
  });

  it('P-29 devices that saw different commitments have shares that do not cancel', () => {
    const one = zeroShare(1, seedsOf([1, 2], 1), isid, echo1);
    const two = zeroShare(2, seedsOf([1, 2], 2), isid, random(32));
    expect(reduce(one + two)).not.toBe(0n);
  });

  it('P-29 a third party that knows every other seed cannot compute a share', () => {
    // what 3 knows of 1's share is the part from their common seed; the rest is the pair's secret
    const set = [1, 2, 3];
    const known = zeroShare(1, new Map([[3, seedOf(3, 1)]]), isid, echo1);
    const share = zeroShare(1, seedsOf(set, 1), isid, echo1);
    const secretPart = zeroShare(1, new Map([[2, seedOf(1, 2)]]), isid, echo1);
    expect(share).not.toBe(known);
    expect(reduce(share - known)).toBe(secretPart);
    const guess = zeroSeed(sid, 1, 2, half(1, 3), half(2, 3));
    expect(zeroShare(1, new Map([[2, guess]]), isid, echo1)).not.toBe(secretPart);
  });

  it('alone is zero', () => {
    expect(zeroShare(1, new Map(), isid, echo1)).toBe(0n);
  });
});
