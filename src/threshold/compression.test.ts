/** The compression function against the library's SHA-256. */
import { sha256 } from '@noble/hashes/sha2.js';
import { describe, expect, it } from 'vitest';
import { toHex } from '../codec.ts';
import { compress, INITIAL, load, SCHEDULE_WORDS } from './compression.ts';
import { seeded } from './testing/seeded.ts';

const random = seeded('compression');

/** SHA-256 with the compression function under test; the padding of FIPS 180-4, section 5.1.1. */
function digest(message: Uint8Array): Uint8Array {
  const padded = new Uint8Array(Math.ceil((message.length + 9) / 64) * 64);
  padded.set(message);
  padded[message.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 4, message.length * 8);
  const state = Int32Array.from(INITIAL);
  const w = new Int32Array(SCHEDULE_WORDS);
  for (let at = 0; at < padded.length; at += 64) {
    load(w, view, at);
    compress(state, w);
  }
  const out = new DataView(new ArrayBuffer(32));
  state.forEach((word, i) => {
    out.setInt32(4 * i, word);
  });
  return new Uint8Array(out.buffer);
}

describe('compress', () => {
  // FIPS 180-2, appendix B.1 and B.2, and the empty message
  it.each([
    ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    [
      'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq',
      '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
    ],
  ])('gives the digest of the standard: "%s"', (text, expected) => {
    expect(toHex(digest(Uint8Array.from(text, (char) => char.charCodeAt(0))))).toBe(expected);
  });

  it('agrees with the library for every length of up to four blocks', () => {
    for (let length = 0; length <= 256; length++) {
      const message = random(length);
      expect(digest(message)).toEqual(sha256(message));
    }
  });

  it('agrees with the library on bytes of ones, of zeros and on single bits', () => {
    for (const fill of [0, 0xff]) {
      const message = new Uint8Array(55).fill(fill);
      expect(digest(message)).toEqual(sha256(message));
      for (let bit = 0; bit < 440; bit++) {
        const other = message.slice();
        other[bit >> 3] = fill ^ (1 << (bit & 7));
        expect(digest(other)).toEqual(sha256(other));
      }
    }
  });

  it('agrees with the library on 2,000 random blocks in a row', () => {
    const message = random(64 * 2000);
    expect(digest(message)).toEqual(sha256(message));
  });

  it('leaves the block in the schedule', () => {
    const w = new Int32Array(SCHEDULE_WORDS);
    for (let i = 0; i < 16; i++) w[i] = i;
    compress(Int32Array.from(INITIAL), w);
    expect([...w.subarray(0, 16)]).toEqual(Array.from({ length: 16 }, (_, i) => i));
  });
});
