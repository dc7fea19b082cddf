/** Bit matrices: word views of bytes and the transposition of 128-row matrices. */
import { LAMBDA_C, ROW_BYTES, XI } from './parameters.ts';

const ROW_WORDS = ROW_BYTES / 4;
const COLUMN_WORDS = LAMBDA_C / 32;

if (new Uint8Array(Uint32Array.of(1).buffer)[0] !== 1) {
  throw new Error('threshold: this machine is big endian, which no supported browser is');
}

/** The bytes as 32-bit words, lowest byte first, copied (a view would depend on the byte offset). */
export function toWords(bytes: Uint8Array): Uint32Array {
  return new Uint32Array(bytes.slice().buffer);
}

/** The bytes of 32-bit words, lowest byte first. */
export function fromWords(words: Uint32Array): Uint8Array {
  return new Uint8Array(words.slice().buffer);
}

/**
 * The first xi columns of a 128-row matrix, 16 bytes each: bit i of column j is bit j of row i.
 * Works on 32 × 32 blocks (Hacker's Delight, 2nd edition, section 7-3).
 *
 * @param rows 128 rows of 80 bytes as words
 * @returns xi × 16 bytes
 */
export function columns(rows: Uint32Array): Uint8Array {
  const out = new Uint32Array(XI * COLUMN_WORDS);
  const block = new Uint32Array(32);
  for (let r = 0; r < COLUMN_WORDS; r++) {
    for (let c = 0; c < XI / 32; c++) {
      for (let i = 0; i < 32; i++) block[i] = rows[(32 * r + i) * ROW_WORDS + c] ?? 0;
      transposeBlock(block);
      for (let i = 0; i < 32; i++) out[(32 * c + i) * COLUMN_WORDS + r] = block[i] ?? 0;
    }
  }
  block.fill(0);
  return new Uint8Array(out.buffer);
}

/** Transposes a 32 × 32 bit matrix in place; bit 0 of word 0 is the corner that stays. */
function transposeBlock(block: Uint32Array): void {
  let mask = 0x0000ffff;
  for (let width = 16; width !== 0; width >>>= 1, mask ^= mask << width) {
    for (let k = 0; k < 32; k = (k + width + 1) & ~width) {
      const low = block[k] ?? 0;
      const high = block[k + width] ?? 0;
      const swap = ((low >>> width) ^ high) & mask;
      block[k] = low ^ (swap << width);
      block[k + width] = high ^ swap;
    }
  }
}
