/** Word views and transposition. */
import { describe, expect, it } from 'vitest';
import { equalBytes } from '../codec.ts';
import { columns, fromWords, toWords } from './bits.ts';
import { LAMBDA_C, ROW_BYTES, XI } from './parameters.ts';
import { bitOf } from './secret-bits.ts';
import { seeded } from './testing/seeded.ts';

const random = seeded('bits');

describe('words', () => {
  it('are little endian', () => {
    expect([...toWords(Uint8Array.of(1, 2, 3, 0x84, 5, 0, 0, 0))]).toEqual([0x84030201, 5]);
    expect(fromWords(Uint32Array.of(0x84030201, 5))).toEqual(
      Uint8Array.of(1, 2, 3, 0x84, 5, 0, 0, 0),
    );
  });

  it('are copies, also of views at any offset (addendum, JavaScript 5)', () => {
    const buffer = random(40);
    for (let offset = 0; offset < 8; offset++) {
      const view = buffer.subarray(offset, offset + 16);
      const words = toWords(view);
      expect(words).toHaveLength(4);
      expect(fromWords(words)).toEqual(view.slice());
      const before = view.slice();
      words.fill(0);
      expect(view.slice()).toEqual(before);
    }
    const words = Uint32Array.of(1, 2, 3);
    const bytes = fromWords(words.subarray(1));
    words.fill(0);
    expect([...toWords(bytes)]).toEqual([2, 3]);
  });
});

describe('columns', () => {
  function naive(rows: Uint8Array): Uint8Array {
    const out = new Uint8Array((XI * LAMBDA_C) / 8);
    for (let j = 0; j < XI; j++) {
      for (let i = 0; i < LAMBDA_C; i++) {
        const bit = bitOf(rows.subarray(i * ROW_BYTES, (i + 1) * ROW_BYTES), j);
        const at = (j * LAMBDA_C) / 8 + (i >> 3);
        out[at] = (out[at] ?? 0) | (bit << (i & 7));
      }
    }
    return out;
  }

  it('are the transposed rows without the padding', () => {
    for (let run = 0; run < 4; run++) {
      const rows = random(LAMBDA_C * ROW_BYTES);
      expect(equalBytes(columns(toWords(rows)), naive(rows))).toBe(true);
    }
  });

  it('place every single bit', () => {
    for (let i = 0; i < LAMBDA_C; i += 3) {
      for (let j = i % 5; j < XI; j += 29) {
        const rows = new Uint8Array(LAMBDA_C * ROW_BYTES);
        rows[i * ROW_BYTES + (j >> 3)] = 1 << (j & 7);
        const out = columns(toWords(rows));
        const expected = new Uint8Array(out.length);
        expected[(j * LAMBDA_C) / 8 + (i >> 3)] = 1 << (i & 7);
        expect(equalBytes(out, expected)).toBe(true);
      }
    }
  });

  it('leave their input alone', () => {
    const rows = toWords(random(LAMBDA_C * ROW_BYTES));
    const before = rows.slice();
    columns(rows);
    expect(rows).toEqual(before);
  });
});
