/**
 * The compression function of SHA-256 (FIPS 180-4, sections 4.1.2, 4.2.2 and 6.2.2) on 32-bit words.
 *
 * For `hash` and `hash-each`, which run it some 18,000 times for one signature of two. Eight rounds stand in
 * one turn of the loop, so that the working variables change their names instead of their places: half of
 * the library's time, and a fifth less for all rounds of signing. `compression.test.ts` compares it with the
 * library, `hash.test.ts` and `hash-each.test.ts` every use of it.
 */

/** The first 32 bits of the fractional parts of the cube roots of the first 64 primes. */
// prettier-ignore
const K = Int32Array.of(
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
);

/** H(0): the first 32 bits of the fractional parts of the square roots of the first 8 primes. */
// prettier-ignore
export const INITIAL: readonly number[] = [
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
];

/** Words of the state. */
export const STATE_WORDS = 8;
/** Words of a block: the first of the message schedule. */
export const BLOCK_WORDS = 16;
/** Words of the message schedule. */
export const SCHEDULE_WORDS = 64;

const sum0 = (x: number): number =>
  ((x >>> 2) | (x << 30)) ^ ((x >>> 13) | (x << 19)) ^ ((x >>> 22) | (x << 10));
const sum1 = (x: number): number =>
  ((x >>> 6) | (x << 26)) ^ ((x >>> 11) | (x << 21)) ^ ((x >>> 25) | (x << 7));
const sigma0 = (x: number): number =>
  ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
const sigma1 = (x: number): number =>
  ((x >>> 17) | (x << 15)) ^ ((x >>> 19) | (x << 13)) ^ (x >>> 10);

/** Copies the 64-byte block at `offset` into the first words of a message schedule. */
export function load(schedule: Int32Array, view: DataView, offset: number): void {
  for (let i = 0; i < BLOCK_WORDS; i++) schedule[i] = view.getInt32(offset + 4 * i);
}

/**
 * Compresses one block into the state.
 *
 * @param state 8 words, overwritten
 * @param w 64 words: the block in the first 16, which stay; the others are overwritten. May be secret
 *   afterwards: the caller overwrites them
 */
export function compress(state: Int32Array, w: Int32Array): void {
  for (let i = BLOCK_WORDS; i < SCHEDULE_WORDS; i++) {
    w[i] = (w[i - 16] ?? 0) + sigma0(w[i - 15] ?? 0) + (w[i - 7] ?? 0) + sigma1(w[i - 2] ?? 0);
  }
  let a = state[0] ?? 0;
  let b = state[1] ?? 0;
  let c = state[2] ?? 0;
  let d = state[3] ?? 0;
  let e = state[4] ?? 0;
  let f = state[5] ?? 0;
  let g = state[6] ?? 0;
  let h = state[7] ?? 0;
  // T1 = h + sum1(e) + Ch(e, f, g) + K + W is added to d and, with sum0(a) + Maj(a, b, c), is the new a.
  // Then every variable has the next one's value: here, instead, the next round moves on. Ch and Maj are
  // written out, as engines inline only so much into one function.
  for (let i = 0; i < SCHEDULE_WORDS; i += 8) {
    h = (h + sum1(e) + (g ^ (e & (f ^ g))) + (K[i] ?? 0) + (w[i] ?? 0)) | 0;
    d = (d + h) | 0;
    h = (h + sum0(a) + ((a & b) | (c & (a | b)))) | 0;
    g = (g + sum1(d) + (f ^ (d & (e ^ f))) + (K[i + 1] ?? 0) + (w[i + 1] ?? 0)) | 0;
    c = (c + g) | 0;
    g = (g + sum0(h) + ((h & a) | (b & (h | a)))) | 0;
    f = (f + sum1(c) + (e ^ (c & (d ^ e))) + (K[i + 2] ?? 0) + (w[i + 2] ?? 0)) | 0;
    b = (b + f) | 0;
    f = (f + sum0(g) + ((g & h) | (a & (g | h)))) | 0;
    e = (e + sum1(b) + (d ^ (b & (c ^ d))) + (K[i + 3] ?? 0) + (w[i + 3] ?? 0)) | 0;
    a = (a + e) | 0;
    e = (e + sum0(f) + ((f & g) | (h & (f | g)))) | 0;
    d = (d + sum1(a) + (c ^ (a & (b ^ c))) + (K[i + 4] ?? 0) + (w[i + 4] ?? 0)) | 0;
    h = (h + d) | 0;
    d = (d + sum0(e) + ((e & f) | (g & (e | f)))) | 0;
    c = (c + sum1(h) + (b ^ (h & (a ^ b))) + (K[i + 5] ?? 0) + (w[i + 5] ?? 0)) | 0;
    g = (g + c) | 0;
    c = (c + sum0(d) + ((d & e) | (f & (d | e)))) | 0;
    b = (b + sum1(g) + (a ^ (g & (h ^ a))) + (K[i + 6] ?? 0) + (w[i + 6] ?? 0)) | 0;
    f = (f + b) | 0;
    b = (b + sum0(c) + ((c & d) | (e & (c | d)))) | 0;
    a = (a + sum1(f) + (h ^ (f & (g ^ h))) + (K[i + 7] ?? 0) + (w[i + 7] ?? 0)) | 0;
    e = (e + a) | 0;
    a = (a + sum0(b) + ((b & c) | (d & (b | c)))) | 0;
  }
  state[0] = (state[0] ?? 0) + a;
  state[1] = (state[1] ?? 0) + b;
  state[2] = (state[2] ?? 0) + c;
  state[3] = (state[3] ?? 0) + d;
  state[4] = (state[4] ?? 0) + e;
  state[5] = (state[5] ?? 0) + f;
  state[6] = (state[6] ?? 0) + g;
  state[7] = (state[7] ?? 0) + h;
}
