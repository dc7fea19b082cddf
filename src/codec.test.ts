/** Canonical bytes: one value, one encoding, and a reader that accepts nothing else. */
import { describe, expect, it } from 'vitest';
import {
  compareBytes,
  concat,
  DecodeError,
  equalBytes,
  Reader,
  toHex,
  u16,
  u32,
  u8,
} from './codec.ts';
import { CountersignError } from './errors.ts';

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

describe('integers', () => {
  it.each([
    [u8(0), '00'],
    [u8(255), 'ff'],
    [u16(1), '0001'],
    [u16(0xfffe), 'fffe'],
    [u32(0x01020304), '01020304'],
    // bit 31 set: shifts would make it negative
    [u32(0x80000000), '80000000'],
    [u32(0xffffffff), 'ffffffff'],
  ])('are big endian with a fixed width: %#', (encoded, hex) => {
    expect(toHex(encoded)).toBe(hex);
  });

  it.each([
    ['u8', u8, 256],
    ['u16', u16, 65536],
    ['u32', u32, 2 ** 32],
  ] as const)('%s refuses what does not fit', (_, encode, limit) => {
    for (const value of [limit, -1, 0.5, NaN, Infinity, -Infinity, 2 ** 53]) {
      expect(() => encode(value)).toThrow(RangeError);
    }
    expect(encode(limit - 1)).toHaveLength(Math.log2(limit) / 8);
  });

  it.each([0, 1, 127, 128, 255, 256, 65535, 65536, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1])(
    'are read back: %i',
    (value) => {
      const reader = new Reader(concat(u32(value), u16(value % 65536), u8(value % 256)), 'test');
      expect([reader.u32(), reader.u16(), reader.u8()]).toEqual([
        value,
        value % 65536,
        value % 256,
      ]);
      reader.end();
    },
  );
});

describe('concat', () => {
  it('joins, and copies', () => {
    const part = bytes(2, 3);
    const joined = concat(bytes(1), new Uint8Array(), part, bytes(4));
    part.fill(0);
    expect(joined).toEqual(bytes(1, 2, 3, 4));
    expect(concat()).toEqual(new Uint8Array());
  });
});

describe('comparison', () => {
  it('equalBytes sees every byte and the length', () => {
    const value = bytes(1, 2, 3, 4);
    expect(equalBytes(value, value.slice())).toBe(true);
    expect(equalBytes(new Uint8Array(), new Uint8Array())).toBe(true);
    for (let i = 0; i < value.length; i++) {
      for (let bit = 0; bit < 8; bit++) {
        const other = value.slice();
        other[i] = (other[i] ?? 0) ^ (1 << bit);
        expect(equalBytes(value, other)).toBe(false);
      }
    }
    expect(equalBytes(value, value.slice(0, 3))).toBe(false);
    expect(equalBytes(value.slice(0, 3), value)).toBe(false);
    expect(equalBytes(value, concat(value, bytes(0)))).toBe(false);
  });

  it('compareBytes is lexicographic, and a prefix comes first', () => {
    const sorted = ['', '00', '0000', '0001', '01', '7f', '80', '80ff', 'ff'];
    const shuffled = [4, 8, 0, 6, 2, 7, 1, 5, 3].map((i) => sorted[i] ?? '');
    const values = shuffled.map((hex) => Uint8Array.from(Buffer.from(hex, 'hex')));
    expect(values.sort(compareBytes).map(toHex)).toEqual(sorted);
    expect(compareBytes(bytes(1, 2), bytes(1, 2))).toBe(0);
  });
});

describe('Reader', () => {
  it('copies what it hands out', () => {
    const source = bytes(1, 2, 3);
    const read = new Reader(source, 'test').bytes(2);
    source.fill(9);
    expect(read).toEqual(bytes(1, 2));
  });

  it('reads a view at an offset', () => {
    const reader = new Reader(bytes(9, 9, 1, 2, 9).subarray(2, 4), 'test');
    expect(reader.u16()).toBe(0x0102);
    reader.end();
  });

  it.each([
    ['bytes', (reader: Reader) => reader.bytes(4)],
    ['u32', (reader: Reader) => reader.u32()],
  ])('refuses to read past the end: %s', (_, read) => {
    for (const length of [0, 1, 3]) {
      const reader = new Reader(new Uint8Array(length), 'thing');
      expect(() => read(reader)).toThrow(DecodeError);
      expect(() => read(reader)).toThrow(/^thing: 4 bytes expected at offset 0/);
    }
  });

  it('P-49 refuses trailing bytes', () => {
    const reader = new Reader(bytes(1, 2), 'thing');
    reader.u8();
    expect(() => {
      reader.end();
    }).toThrow(new DecodeError('thing: 1 bytes too many'));
    reader.u8();
    expect(() => {
      reader.end();
    }).not.toThrow();
  });

  it('names what it reads in its errors', () => {
    const error = new Reader(bytes(), 'roster').malformed('out of order');
    expect(error).toBeInstanceOf(CountersignError);
    expect([error.name, error.code, error.message]).toEqual([
      'DecodeError',
      'codec/malformed',
      'roster: out of order',
    ]);
  });
});
