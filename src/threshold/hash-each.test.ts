/** The fast path against the plain one: Exp(H(tag; first, u16 j, last_j), length). */
import { describe, expect, it } from 'vitest';
import { concat, equalBytes, u16 } from '../codec.ts';
import { expandEach } from './hash-each.ts';
import { expand, hash } from './hash.ts';
import type { Tag } from './tags.ts';
import { seeded } from './testing/seeded.ts';

const random = seeded('hash-each');

function naive(
  tag: Tag,
  first: Uint8Array,
  lasts: Uint8Array,
  lastLength: number,
  count: number,
  length: number,
): Uint8Array {
  return concat(
    ...Array.from({ length: count }, (_, j) => {
      const last = lasts.slice(j * lastLength, (j + 1) * lastLength);
      return expand(hash(tag, first, u16(j), ...(lastLength === 0 ? [] : [last])), length);
    }),
  );
}

describe('expandEach', () => {
  it.each([
    ['ote/prg', 32, 128, 80],
    ['ote/col', 16, 512, 144],
    ['rvole/g', 0, 512, 48],
  ] as const)('agrees with hash and expand where it is used: %s', (tag, last, count, length) => {
    const [first, lasts] = [random(32), random(last * count)];
    expect(
      equalBytes(
        expandEach(tag, first, lasts, last, count, length),
        naive(tag, first, lasts, last, count, length),
      ),
    ).toBe(true);
  });

  it('agrees for last parts around every edge of a block, and for all output lengths', () => {
    const first = random(32);
    for (let last = 0; last <= 140; last++) {
      const lasts = random(last * 2);
      expect(
        equalBytes(
          expandEach('zero', first, lasts, last, 2, 33),
          naive('zero', first, lasts, last, 2, 33),
        ),
      ).toBe(true);
    }
    for (let length = 0; length <= 100; length++) {
      const lasts = random(3);
      expect(
        equalBytes(
          expandEach('zero', first, lasts, 1, 3, length),
          naive('zero', first, lasts, 1, 3, length),
        ),
      ).toBe(true);
    }
  });

  it('counts with 16 bits', () => {
    const first = random(32);
    const out = expandEach('zero', first, new Uint8Array(), 0, 65536, 1);
    for (const j of [0, 255, 256, 65535]) {
      expect(out[j]).toBe(expand(hash('zero', first, u16(j)), 1)[0]);
    }
  });

  it('does not depend on earlier calls', () => {
    const [first, lasts] = [random(32), random(64)];
    const once = expandEach('ote/prg', first, lasts, 32, 2, 80);
    expandEach('ote/col', random(32), random(32), 16, 2, 144);
    expect(expandEach('ote/prg', first, lasts, 32, 2, 80)).toEqual(once);
  });

  it('reads parts that are views', () => {
    const [first, lasts] = [random(40).subarray(8), random(40).subarray(8)];
    expect(
      equalBytes(
        expandEach('zero', first, lasts, 16, 2, 16),
        naive('zero', first.slice(), lasts.slice(), 16, 2, 16),
      ),
    ).toBe(true);
  });

  it('refuses a first part or last parts of another size', () => {
    for (const length of [0, 31, 33]) {
      expect(() => expandEach('zero', random(length), random(4), 2, 2, 8)).toThrow(RangeError);
    }
    for (const length of [0, 3, 5]) {
      expect(() => expandEach('zero', random(32), random(length), 2, 2, 8)).toThrow(RangeError);
    }
    expect(() => expandEach('zero', random(32), random(1), 0, 2, 8)).toThrow(RangeError);
  });
});
