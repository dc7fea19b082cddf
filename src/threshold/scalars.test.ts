/** Scalars as bytes. */
import { describe, expect, it } from 'vitest';
import { toHex } from '../codec.ts';
import {
  encodeScalar,
  ORDER,
  readScalar,
  readWide,
  reduce,
  viewOf,
  writeScalar,
} from './scalars.ts';
import { seeded } from './testing/seeded.ts';

const random = seeded('scalars');
const big = (bytes: Uint8Array): bigint => BigInt(`0x0${toHex(bytes)}`);
const EDGES = [0n, 1n, 2n ** 64n - 1n, 2n ** 64n, 2n ** 128n, 2n ** 192n, ORDER - 1n];

it('ORDER is that of secp256k1 (SEC 2)', () => {
  expect(ORDER.toString(16)).toBe(
    'fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141',
  );
});

it('reduce gives the residue in 0..q-1, of negative values too', () => {
  expect(
    [0n, 1n, ORDER, ORDER + 1n, 3n * ORDER - 1n, -1n, -ORDER, -ORDER - 1n].map(reduce),
  ).toEqual([0n, 1n, 0n, 1n, ORDER - 1n, ORDER - 1n, 0n, ORDER - 1n]);
});

describe('matrices of scalars', () => {
  it('are read big endian at any offset of any view', () => {
    for (let i = 0; i < 50; i++) {
      const bytes = random(80).subarray(i % 8);
      const at = i % 13;
      expect(readScalar(viewOf(bytes), at)).toBe(big(bytes.slice(at, at + 32)));
      expect(readWide(viewOf(bytes), at)).toBe(big(bytes.slice(at, at + 48)));
    }
  });

  it('are written where they belong, and nowhere else', () => {
    for (const value of [...EDGES, 2n ** 256n - 1n, big(random(32))]) {
      const bytes = new Uint8Array(40).fill(0xaa);
      writeScalar(viewOf(bytes), 4, value);
      expect(toHex(bytes)).toBe(`aaaaaaaa${value.toString(16).padStart(64, '0')}aaaaaaaa`);
    }
  });

  it('throw past the end instead of wrapping', () => {
    expect(() => readScalar(viewOf(new Uint8Array(32).subarray(1)), 0)).toThrow(RangeError);
    expect(() => readWide(viewOf(new Uint8Array(48)), 1)).toThrow(RangeError);
    expect(() => {
      writeScalar(viewOf(new Uint8Array(31)), 0, 1n);
    }).toThrow(RangeError);
  });
});

describe('encodeScalar', () => {
  it.each(EDGES)('writes 32 bytes: %s', (value) => {
    expect(toHex(encodeScalar(value))).toBe(value.toString(16).padStart(64, '0'));
  });

  it.each([-1n, ORDER, ORDER + 1n, 2n ** 256n - 1n, 2n ** 256n])('refuses %s', (value) => {
    expect(() => encodeScalar(value)).toThrow(RangeError);
  });
});
