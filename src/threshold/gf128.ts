/**
 * GF(2^128) with the polynomial x^128 + x^7 + x^2 + x + 1 (specification 2.4).
 *
 * An element is 16 bytes; bit i of the string is the coefficient of x^i. In memory it is four 32-bit
 * words, lowest first. Addition is exclusive or. One factor of every product here is public (a check
 * challenge), the other may be secret: its bits are only ever used as masks.
 */
import { CHECK_BLOCKS } from './parameters.ts';

/** Words of one element. */
export const GF_WORDS = 4;

/** chi * x^i for i = 0..127, four words each: makes the product by a public chi a masked sum. */
export type ShiftTable = Uint32Array;

/** Shifts a public element through the 128 powers of x. @param chi 4 words */
export function shiftTable(chi: Uint32Array): ShiftTable {
  const table = new Uint32Array(128 * GF_WORDS);
  let [a = 0, b = 0, c = 0, d = 0] = chi;
  for (let i = 0; i < table.length; i += GF_WORDS) {
    table[i] = a;
    table[i + 1] = b;
    table[i + 2] = c;
    table[i + 3] = d;
    const overflow = -(d >>> 31) & 0x87;
    d = (d << 1) | (c >>> 31);
    c = (c << 1) | (b >>> 31);
    b = (b << 1) | (a >>> 31);
    a = (a << 1) ^ overflow;
  }
  return table;
}

/** out ^= chi * y. @param y the words `at..at+3` of `words`  @param out the words `to..to+3` */
export function multiplyInto(
  table: ShiftTable,
  words: Uint32Array,
  at: number,
  out: Uint32Array,
  to: number,
): void {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let k = 0;
  for (let w = 0; w < GF_WORDS; w++) {
    let word = words[at + w] ?? 0;
    for (let i = 0; i < 32; i++) {
      const mask = -(word & 1);
      word >>>= 1;
      a ^= (table[k] ?? 0) & mask;
      b ^= (table[k + 1] ?? 0) & mask;
      c ^= (table[k + 2] ?? 0) & mask;
      d ^= (table[k + 3] ?? 0) & mask;
      k += GF_WORDS;
    }
  }
  out[to] = (out[to] ?? 0) ^ a;
  out[to + 1] = (out[to + 1] ?? 0) ^ b;
  out[to + 2] = (out[to + 2] ?? 0) ^ c;
  out[to + 3] = (out[to + 3] ?? 0) ^ d;
}

/**
 * out = fold(y) = sum_{m<M} chi_m * y[m] + y[M] for one row of the extension matrix.
 *
 * @param tables the M shift tables of the challenges
 * @param row 20 words from `at` on: M + 1 elements
 * @param out the words `to..to+3`, overwritten
 */
export function fold(
  tables: readonly ShiftTable[],
  row: Uint32Array,
  at: number,
  out: Uint32Array,
  to: number,
): void {
  for (let w = 0; w < GF_WORDS; w++) out[to + w] = row[at + CHECK_BLOCKS * GF_WORDS + w] ?? 0;
  for (const [m, table] of tables.entries()) multiplyInto(table, row, at + m * GF_WORDS, out, to);
}
