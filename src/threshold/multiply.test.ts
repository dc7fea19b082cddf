/** Multiplication: c + d = a b, and every change of the sender's message is noticed. */
import { describe, expect, it } from 'vitest';
import { equalBytes, toHex } from '../codec.ts';
import { expand, hash, toInteger } from './hash.ts';
import {
  finishReceiver,
  gadget,
  MATRIX_BYTES,
  multiplyAsSender,
  startReceiver,
  type MultiplyMessage,
  type Pair,
} from './multiply.ts';
import { extendAsSender } from './ot/extension.ts';
import { ROW_BYTES, WIDTH, XI } from './parameters.ts';
import { encodeScalar, ORDER, readScalar, viewOf } from './scalars.ts';
import { bitOf } from './secret-bits.ts';
import { dealtKeys } from './testing/keys.ts';
import { malformedScalars } from './testing/malformed.ts';
import { pick, seeded } from './testing/seeded.ts';

const random = seeded('multiply');
const scalar = (): bigint => toInteger(random(48)) % ORDER;
const keys = dealtKeys(2, 2, 'multiply');
const { send } = keys.generation(1, 2);
const { receive } = keys.generation(2, 1);

/** One whole run between both sides. */
function run(a: Pair, aHat = scalar(), msid = random(32), x = random(ROW_BYTES)) {
  const started = startReceiver(msid, receive, x);
  const extension = extendAsSender(msid, send, started.message);
  const sent = multiplyAsSender(msid, extension, a, aHat);
  return { msid, x, extension, state: started.state, ...sent };
}

const sample = run([scalar(), scalar()]);
const verdict = (change: Partial<MultiplyMessage>) =>
  finishReceiver(sample.state, { ...sample.message, ...change });
function withEntry(index: number, bytes: Uint8Array): Uint8Array {
  const matrix = sample.message.matrix.slice();
  matrix.set(bytes, 32 * index);
  return matrix;
}
function flip(bytes: Uint8Array, bit: number): Uint8Array {
  const copy = bytes.slice();
  copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return copy;
}

describe('the product', () => {
  const edges: Pair[] = [
    [0n, 0n],
    [1n, 0n],
    [0n, 1n],
    [ORDER - 1n, ORDER - 1n],
    [1n, ORDER - 1n],
  ];
  const randoms = Array.from({ length: 6 }, (): Pair => [scalar(), scalar()]);

  it('is shared: c_i + d_i = a_i b, for edges and random inputs', () => {
    for (const a of [...edges, ...randoms]) {
      const { state, message, shares } = run(a);
      const received = finishReceiver(state, message);
      if (typeof received === 'string') throw new Error(received);
      for (const i of [0, 1] as const) {
        expect((shares[i] + received[i]) % ORDER).toBe((a[i] * state.b) % ORDER);
        for (const share of [shares[i], received[i]])
          expect(share >= 0n && share < ORDER).toBe(true);
      }
    }
  });

  it('holds for a^ = 0 and q - 1, and for choices that are all zeros or ones', () => {
    const zeros = new Uint8Array(ROW_BYTES);
    const ones = new Uint8Array(ROW_BYTES).fill(255);
    for (const [aHat, x] of [
      [0n, random(ROW_BYTES)],
      [ORDER - 1n, random(ROW_BYTES)],
      [5n, zeros],
      [5n, ones],
    ] as const) {
      const { state, message, shares } = run([3n, 4n], aHat, random(32), x);
      const received = finishReceiver(state, message);
      if (typeof received === 'string') throw new Error(received);
      expect((shares[0] + received[0]) % ORDER).toBe((3n * state.b) % ORDER);
      expect((shares[1] + received[1]) % ORDER).toBe((4n * state.b) % ORDER);
      if (x === zeros) expect(state.b).toBe(0n);
    }
  });

  it('b is <g, beta>, and does not depend on the padding of x', () => {
    const g = gadget(sample.msid);
    const expected = g.reduce((sum, gj, j) => (bitOf(sample.x, j) === 1 ? sum + gj : sum), 0n);
    expect(sample.state.b).toBe(expected % ORDER);
    const padded = sample.x.slice();
    padded.fill(0, XI / 8);
    expect(run([1n, 1n], 1n, sample.msid, padded).state.b).toBe(sample.state.b);
  });

  it('P-02 the same inputs in two sessions share no entry of a~, no b and no mu', () => {
    const a: Pair = [7n, 8n];
    const [one, two] = [run(a, 9n, random(32), sample.x), run(a, 9n, random(32), sample.x)];
    const entries = new Set<string>();
    for (const { message } of [one, two]) {
      for (let i = 0; i < XI * WIDTH; i++)
        entries.add(toHex(message.matrix.slice(32 * i, 32 * i + 32)));
    }
    expect(entries.size).toBe(2 * XI * WIDTH);
    expect(one.state.b).not.toBe(two.state.b);
    expect(one.message.mu).not.toEqual(two.message.mu);
    expect(one.message.eta).not.toBe(two.message.eta);
  });

  it('the matrix is canonical and hides the inputs: a~ + alpha1 - alpha0 is constant in a column', () => {
    const view = viewOf(sample.message.matrix);
    expect(sample.message.matrix).toHaveLength(MATRIX_BYTES);
    for (let i = 0; i < XI * WIDTH; i++) expect(readScalar(view, 32 * i) < ORDER).toBe(true);
  });
});

describe('the check', () => {
  it('holds for the message as it was sent', () => {
    expect(verdict({})).toBeInstanceOf(Array);
  });

  it('P-07 one changed bit in any row of a~ is noticed, whichever column and choice', () => {
    for (let j = 0; j < XI; j++) {
      const index = j * WIDTH + (j % WIDTH);
      const entry = sample.message.matrix.slice(32 * index, 32 * index + 32);
      // not the highest bits: the entry stays below q
      const changed = withEntry(index, flip(entry, 16 + pick(random, 240)));
      expect(verdict({ matrix: changed })).toBe('inconsistent');
    }
  });

  it('P-07 changed bytes of one entry are noticed, each of the 32, in all three columns', () => {
    for (let column = 0; column < WIDTH; column++) {
      for (let byte = 1; byte < 32; byte++) {
        const matrix = sample.message.matrix.slice();
        const at = 32 * (200 * WIDTH + column) + byte;
        matrix[at] = (matrix[at] ?? 0) ^ 0xff;
        expect(verdict({ matrix })).toBe('inconsistent');
      }
    }
  });

  it('P-07 rows or columns swapped are noticed', () => {
    const { matrix } = sample.message;
    const entry = (i: number): Uint8Array => matrix.slice(32 * i, 32 * i + 32);
    for (const [a, b] of [
      [0, 3],
      [0, 1],
      [1, 2],
      [3 * 511, 3 * 510],
    ] as const) {
      const swapped = withEntry(a, entry(b));
      swapped.set(entry(a), 32 * b);
      expect(verdict({ matrix: swapped })).toBe('inconsistent');
    }
  });

  it('every changed bit of eta is noticed', () => {
    const bytes = encodeScalar(sample.message.eta);
    let tried = 0;
    for (let bit = 0; bit < 256; bit++) {
      const eta = toInteger(flip(bytes, bit));
      if (eta >= ORDER) continue;
      tried++;
      expect(verdict({ eta })).toBe('inconsistent');
    }
    expect(tried).toBeGreaterThan(240);
    for (const eta of [0n, ORDER - sample.message.eta, (sample.message.eta + 1n) % ORDER]) {
      expect(verdict({ eta })).toBe('inconsistent');
    }
  });

  it('every changed bit of mu is noticed', () => {
    for (let bit = 0; bit < 256; bit++) {
      expect(verdict({ mu: flip(sample.message.mu, bit) })).toBe('inconsistent');
    }
    for (const mu of [new Uint8Array(32), sample.message.mu.slice(1), new Uint8Array()]) {
      expect(verdict({ mu })).toBe('inconsistent');
    }
  });

  it('P-09 parts of another run are noticed', () => {
    const sameMsid = run([1n, 2n], 3n, sample.msid, sample.x).message;
    const other = run([1n, 2n]).message;
    for (const { matrix, eta, mu } of [sameMsid, other]) {
      for (const change of [
        { matrix },
        { eta },
        { mu },
        { matrix, eta },
        { eta, mu },
        { matrix, mu },
      ]) {
        expect(verdict(change)).toBe('inconsistent');
      }
    }
    expect(verdict(other)).toBe('inconsistent');
    // under the same id, with the same choices, the other run is a good message
    expect(verdict(sameMsid)).toBeInstanceOf(Array);
  });

  it('P-09 the same message under another id is noticed', () => {
    const moved = { ...sample.state, msid: random(32) };
    expect(finishReceiver(moved, sample.message)).toBe('inconsistent');
    const otherGadget = { ...sample.state, g: gadget(random(32)) };
    expect(finishReceiver(otherGadget, sample.message)).not.toEqual(verdict({}));
  });

  it.each(malformedScalars)('P-49 an entry of a~ that is %s is not canonical', (_, bytes) => {
    for (let row = 0; row < XI; row += 9) {
      const column = row % WIDTH;
      // also in rows whose entry the receiver does not use
      expect(verdict({ matrix: withEntry(row * WIDTH + column, bytes) })).toBe('not-canonical');
    }
    expect(verdict({ matrix: withEntry(XI * WIDTH - 1, bytes) })).toBe('not-canonical');
  });

  it('P-49 an entry plus q, which is congruent, is not canonical either', () => {
    const view = viewOf(sample.message.matrix);
    let tried = 0;
    // entries below 2^256 - q have a second encoding; none is that small by chance, so one is made
    const small = run([0n, 0n], 0n, random(32), new Uint8Array(ROW_BYTES));
    const matrix = small.message.matrix.slice();
    for (const value of [0n, 1n, 2n ** 256n - ORDER - 1n]) {
      matrix.set(encodeScalar(value), 0);
      expect(finishReceiver(small.state, { ...small.message, matrix })).toBe('inconsistent');
      const congruent = (value + ORDER).toString(16);
      matrix.set(Uint8Array.from(Buffer.from(congruent, 'hex')), 0);
      expect(finishReceiver(small.state, { ...small.message, matrix })).toBe('not-canonical');
      tried++;
    }
    expect(tried).toBe(3);
    expect(readScalar(view, 0)).toBeGreaterThan(2n ** 256n - ORDER);
  });

  it('a check that failed leaves the state as it was', () => {
    const { x, gamma, g } = sample.state;
    const before = [x.slice(), gamma.slice()] as const;
    verdict({ mu: random(32) });
    expect(equalBytes(x, before[0]) && equalBytes(gamma, before[1])).toBe(true);
    expect(g).toHaveLength(XI);
    expect(verdict({})).toBeInstanceOf(Array);
  });
});

describe('P-11 the gadget', () => {
  const g = gadget(sample.msid);

  it('P-11 has 512 distinct entries, none of them small or a power of two', () => {
    expect(g).toHaveLength(512);
    expect(new Set(g).size).toBe(512);
    const powers = new Set(Array.from({ length: 256 }, (_, i) => 2n ** BigInt(i) % ORDER));
    for (const gj of g) {
      expect(powers.has(gj) || powers.has(ORDER - gj)).toBe(false);
      expect(gj > 2n ** 200n && gj < ORDER - 2n ** 200n).toBe(true);
    }
  });

  it('P-11 is fresh for every multiplication id, entry by entry', () => {
    const other = gadget(random(32));
    expect(new Set([...g, ...other]).size).toBe(1024);
    expect(gadget(sample.msid)).toEqual(g);
  });

  it('is toScalar(Exp(H("rvole/g"; H("rvole/gadget"; msid), u16 j), 48))', () => {
    const key = hash('rvole/gadget', sample.msid);
    for (const j of [0, 1, 255, 256, 511]) {
      const wide = expand(hash('rvole/g', key, Uint8Array.of(j >> 8, j & 255)), 48);
      expect(g[j]).toBe(toInteger(wide) % ORDER);
    }
  });
});
