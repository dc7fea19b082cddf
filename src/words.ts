/** Digests as words that people read to each other: BIP-39 English, 11 bits a word. */
import { wordlist } from '@scure/bip39/wordlists/english.js';

const BITS = 11;

/**
 * The first `count` words of a digest, most significant bits first: 44 bits for four words.
 *
 * @throws RangeError when the digest has fewer than `count * 11` bits
 */
export function toWords(digest: Uint8Array, count: number): string[] {
  if (!Number.isInteger(count) || count < 1 || digest.length * 8 < count * BITS) {
    throw new RangeError(`${String(count)} words need ${String(count * BITS)} bits`);
  }
  return Array.from({ length: count }, (_, i) => {
    let index = 0;
    for (let bit = i * BITS; bit < (i + 1) * BITS; bit++) {
      index = (index << 1) | (((digest[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1);
    }
    return wordlist[index] ?? '';
  });
}
