/** GF(2^128) against polynomial arithmetic on integers. Its timing: attacks/timing.test.ts. */
import { describe, expect, it } from 'vitest';
import { toHex } from '../codec.ts';
import { fromWords, toWords } from './bits.ts';
import { fold, GF_WORDS, multiplyInto, shiftTable } from './gf128.ts';
import { CHECK_BLOCKS, ROW_BYTES } from './parameters.ts';
import { seeded } from './testing/seeded.ts';

const random = seeded('gf128');
const ONE = element(1n);

/** Bit i of the string is the coefficient of x^i. */
const toBig = (bytes: Uint8Array): bigint => BigInt(`0x${toHex(bytes.slice().reverse())}`);

function element(value: bigint): Uint8Array {
  const hex = value.toString(16).padStart(32, '0');
  return Uint8Array.from(Buffer.from(hex, 'hex').reverse());
}

/** Shift and reduce, one bit at a time, on BigInt. */
function naive(a: Uint8Array, b: Uint8Array): Uint8Array {
  let [shifted, product] = [toBig(a), 0n];
  for (const bit of toBig(b).toString(2).split('').reverse()) {
    if (bit === '1') product ^= shifted;
    shifted <<= 1n;
    if (shifted >> 128n === 1n) shifted ^= (1n << 128n) | 0x87n;
  }
  return element(product);
}

function multiply(a: Uint8Array, b: Uint8Array): Uint8Array {
  const out = new Uint32Array(GF_WORDS);
  multiplyInto(shiftTable(toWords(a)), toWords(b), 0, out, 0);
  return fromWords(out);
}

const add = (a: Uint8Array, b: Uint8Array): Uint8Array => a.map((byte, i) => byte ^ (b[i] ?? 0));

describe('multiplication', () => {
  const sparse = Array.from({ length: 128 }, (_, i) => element(1n << BigInt(i)));
  const samples = [new Uint8Array(16), ONE, element(2n ** 128n - 1n), ...sparse];

  it('agrees with polynomial arithmetic for every power of x', () => {
    for (const a of [random(16), element(2n ** 128n - 1n)]) {
      for (const b of samples) {
        expect(multiply(a, b)).toEqual(naive(a, b));
        expect(multiply(b, a)).toEqual(naive(a, b));
      }
    }
  });

  it('agrees with polynomial arithmetic for random elements', () => {
    for (let i = 0; i < 300; i++) {
      const [a, b] = [random(16), random(16)];
      expect(multiply(a, b)).toEqual(naive(a, b));
    }
  });

  it('is that of a field', () => {
    for (let i = 0; i < 60; i++) {
      const [a, b, c] = [random(16), random(16), random(16)];
      expect(multiply(a, b)).toEqual(multiply(b, a));
      expect(multiply(multiply(a, b), c)).toEqual(multiply(a, multiply(b, c)));
      expect(multiply(a, add(b, c))).toEqual(add(multiply(a, b), multiply(a, c)));
      expect(multiply(a, ONE)).toEqual(a);
      expect(multiply(a, new Uint8Array(16))).toEqual(new Uint8Array(16));
    }
  });

  it('has inverses: a^(2^128 - 2)', () => {
    for (const a of [element(2n), element(0x87n), random(16), random(16)]) {
      let inverse = ONE;
      let power = a;
      for (let i = 1; i < 128; i++) {
        power = multiply(power, power);
        inverse = multiply(inverse, power);
      }
      expect(multiply(a, inverse)).toEqual(ONE);
    }
  });

  it('adds to what is there, at the places given', () => {
    const [a, b, before] = [random(16), random(16), random(48)];
    const out = toWords(before);
    const words = toWords(new Uint8Array([...random(8), ...b, ...random(4)]));
    multiplyInto(shiftTable(toWords(a)), words, 2, out, 5);
    const expected = before.slice();
    expected.set(add(before.slice(20, 36), naive(a, b)), 20);
    expect(fromWords(out)).toEqual(expected);
  });
});

describe('fold', () => {
  it('is sum chi_m y[m] + y[M], overwriting its output', () => {
    const chis = Array.from({ length: CHECK_BLOCKS }, () => random(16));
    const tables = chis.map((chi) => shiftTable(toWords(chi)));
    const rows = random(3 * ROW_BYTES);
    const out = toWords(random(64));
    const untouched = fromWords(out);
    fold(tables, toWords(rows), ROW_BYTES / 4, out, GF_WORDS);
    const row = rows.slice(ROW_BYTES, 2 * ROW_BYTES);
    let expected: Uint8Array = row.slice(64);
    for (const [m, chi] of chis.entries()) {
      expected = add(expected, naive(chi, row.slice(16 * m, 16 * (m + 1))));
    }
    const result = fromWords(out);
    expect(result.slice(16, 32)).toEqual(expected);
    expect(result.slice(0, 16)).toEqual(untouched.slice(0, 16));
    expect(result.slice(32)).toEqual(untouched.slice(32));
  });

  it('depends on every bit of the row and of the challenges', () => {
    const chis = random(16 * CHECK_BLOCKS);
    const row = random(ROW_BYTES);
    const run = (someChis: Uint8Array, someRow: Uint8Array): string => {
      const tables = Array.from({ length: CHECK_BLOCKS }, (_, m) =>
        shiftTable(toWords(someChis.slice(16 * m, 16 * (m + 1)))),
      );
      const out = new Uint32Array(GF_WORDS);
      fold(tables, toWords(someRow), 0, out, 0);
      return toHex(fromWords(out));
    };
    const flipped = (bytes: Uint8Array, bit: number): Uint8Array =>
      bytes.map((byte, i) => (i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
    const results = new Set([run(chis, row)]);
    for (let bit = 0; bit < 8 * row.length; bit++) results.add(run(chis, flipped(row, bit)));
    for (let bit = 0; bit < 8 * chis.length; bit++) results.add(run(flipped(chis, bit), row));
    expect(results.size).toBe(1 + 8 * (row.length + chis.length));
  });
});
