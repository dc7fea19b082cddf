/** OT extension: the correlation, the check against every kind of change, and what its hashes bind. */
import { describe, expect, it } from 'vitest';
import { concat, equalBytes, toHex, u16 } from '../../codec.ts';
import { columns, toWords } from '../bits.ts';
import { hash } from '../hash.ts';
import { LAMBDA_C, ROW_BYTES, XI } from '../parameters.ts';
import { bitOf } from '../secret-bits.ts';
import { TAGS } from '../tags.ts';
import { dealtKeys } from '../testing/keys.ts';
import { pick, seeded } from '../testing/seeded.ts';
import {
  COLUMN_EXPANSION,
  decodeExtension,
  encodeExtension,
  EXTENSION_BYTES,
  extendAsReceiver,
  extendAsSender,
  multiplicationId,
  type ExtensionMessage,
  type SenderPads,
} from './extension.ts';

const random = seeded('extension');
const keys = dealtKeys(2, 3, 'extension');
const { send } = keys.generation(1, 2);
const { receive } = keys.generation(2, 1);
const msid = random(32);
const x = random(ROW_BYTES);
const { message, gamma } = extendAsReceiver(msid, receive, x);
const honest = extendAsSender(msid, send, message);

const column = (expanded: Uint8Array, j: number): Uint8Array =>
  expanded.subarray(j * COLUMN_EXPANSION, (j + 1) * COLUMN_EXPANSION);
const consistent = (changed: Partial<ExtensionMessage>, id = msid, pads: SenderPads = send) =>
  extendAsSender(id, pads, { ...message, ...changed }).consistent;
function flip(bytes: Uint8Array, bit: number): Uint8Array {
  const copy = bytes.slice();
  copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return copy;
}

describe('the correlation', () => {
  it('gamma_j is alpha_{beta_j} and never the other, in every column', () => {
    for (let j = 0; j < XI; j++) {
      const [chosen, other] =
        bitOf(x, j) === 1 ? [honest.alpha1, honest.alpha0] : [honest.alpha0, honest.alpha1];
      expect(equalBytes(column(gamma, j), column(chosen, j))).toBe(true);
      expect(equalBytes(column(gamma, j), column(other, j))).toBe(false);
    }
  });

  it('holds for random choices, and for all zeros and ones', () => {
    for (const choices of [random(ROW_BYTES), new Uint8Array(80), new Uint8Array(80).fill(255)]) {
      const id = random(32);
      const ours = extendAsReceiver(id, receive, choices);
      const theirs = extendAsSender(id, send, ours.message);
      expect(theirs.consistent).toBe(true);
      for (let j = 0; j < XI; j += 7) {
        const alpha = bitOf(choices, j) === 1 ? theirs.alpha1 : theirs.alpha0;
        expect(equalBytes(column(ours.gamma, j), column(alpha, j))).toBe(true);
      }
    }
  });

  it('all columns differ', () => {
    const all = [honest.alpha0, honest.alpha1].flatMap((alpha) =>
      Array.from({ length: XI }, (_, j) => toHex(column(alpha, j))),
    );
    expect(new Set(all).size).toBe(2 * XI);
  });

  it('u is t0 + t1 + x: the last bits of x mask the check, and are not columns', () => {
    const padded = x.slice();
    padded.fill(0xaa, XI / 8);
    const other = extendAsReceiver(msid, receive, padded);
    expect(equalBytes(other.gamma, gamma)).toBe(true);
    expect(equalBytes(other.message.foldX, message.foldX)).toBe(false);
    const rowEnds = (u: Uint8Array) =>
      Array.from({ length: LAMBDA_C }, (_, i) => toHex(u.slice(i * 80 + 64, (i + 1) * 80)));
    const ends = rowEnds(message.u);
    expect(rowEnds(other.message.u).some((end, i) => end === ends[i])).toBe(false);
  });

  it('nothing that came in is changed', () => {
    const inputs = [send.nabla, send.chosen, receive.zeros, receive.ones, x, msid, message.u];
    const before = inputs.map((bytes) => bytes.slice());
    extendAsReceiver(msid, receive, x);
    extendAsSender(msid, send, message);
    expect(inputs.every((bytes, i) => equalBytes(bytes, before[i] ?? new Uint8Array()))).toBe(true);
  });
});

describe('the check', () => {
  it('P-03 a flipped bit in any row of u is rejected, whatever Nabla', () => {
    expect(consistent({})).toBe(true);
    for (let i = 0; i < LAMBDA_C; i++) {
      // anywhere in the row, and in its padding
      for (const bit of [pick(random, 8 * ROW_BYTES), XI + pick(random, 128)]) {
        expect(consistent({ u: flip(message.u, 8 * ROW_BYTES * i + bit) })).toBe(false);
      }
    }
  });

  it('P-03 every flipped bit of x~ is rejected', () => {
    for (let bit = 0; bit < 128; bit++) {
      expect(consistent({ foldX: flip(message.foldX, bit) })).toBe(false);
    }
  });

  it('P-03 a flipped bit in any t~_i is rejected', () => {
    for (let i = 0; i < LAMBDA_C; i++) {
      expect(consistent({ foldT: flip(message.foldT, 128 * i + ((37 * i) % 128)) })).toBe(false);
    }
    for (let bit = 0; bit < 128; bit++) {
      expect(consistent({ foldT: flip(message.foldT, 128 * 61 + bit) })).toBe(false);
    }
  });

  it('P-03 changes that cancel in one place do not cancel in the check', () => {
    const mask = random(16);
    const xor = (bytes: Uint8Array): Uint8Array =>
      bytes.map((byte, i) => byte ^ (mask[i % 16] ?? 0));
    const swapped = concat(message.foldT.slice(16), message.foldT.slice(0, 16));
    const rows = concat(message.u.slice(ROW_BYTES), message.u.slice(0, ROW_BYTES));
    const changes: Partial<ExtensionMessage>[] = [
      { foldX: xor(message.foldX), foldT: xor(message.foldT) },
      { foldT: xor(message.foldT) },
      { foldT: swapped },
      { u: rows },
      { u: rows, foldT: swapped },
      { u: xor(message.u), foldX: xor(message.foldX) },
      { foldX: new Uint8Array(16), foldT: new Uint8Array(16 * LAMBDA_C) },
      { u: new Uint8Array(message.u.length) },
    ];
    for (const change of changes) expect(consistent(change)).toBe(false);
  });

  it('P-03 a consistent lie in one row passes exactly when that bit of Nabla is 0', () => {
    // The reason for class B: passing or failing tells a bit of the secret.
    const verdicts: boolean[] = [];
    for (let i = 0; i < 12; i++) {
      // an honest run over pads of which one differs, as seen by a sender with the true pads
      const ones = flip(receive.ones, 256 * i);
      const lie = extendAsReceiver(msid, { zeros: receive.zeros, ones }, x).message;
      verdicts.push(extendAsSender(msid, send, lie).consistent);
      expect(verdicts[i]).toBe(bitOf(send.nabla, i) === 0);
    }
    expect(new Set(verdicts).size).toBe(2);
  });

  it.each([
    ['u', 'u'],
    ['x~', 'foldX'],
    ['t~', 'foldT'],
  ] as const)('P-49 %s of another length is refused', (_, field) => {
    const bytes = message[field];
    for (const other of [bytes.slice(1), concat(bytes, Uint8Array.of(0)), new Uint8Array()]) {
      expect(() => extendAsSender(msid, send, { ...message, [field]: other })).toThrow(RangeError);
    }
  });

  it('choices of another length are refused', () => {
    for (const length of [0, 64, 79, 81]) {
      expect(() => extendAsReceiver(msid, receive, random(length))).toThrow(RangeError);
    }
  });
});

describe('P-09 what the hashes bind', () => {
  it('P-02 two sessions have no row of u and no column in common', () => {
    const other = random(32);
    const again = extendAsReceiver(other, receive, x);
    const theirs = extendAsSender(other, send, again.message);
    const seen = new Set<string>();
    for (const u of [message.u, again.message.u]) {
      for (let i = 0; i < LAMBDA_C; i++)
        seen.add(toHex(u.slice(i * ROW_BYTES, (i + 1) * ROW_BYTES)));
    }
    for (const alpha of [honest.alpha0, honest.alpha1, theirs.alpha0, theirs.alpha1]) {
      for (let j = 0; j < XI; j++) seen.add(toHex(column(alpha, j)));
    }
    expect(seen.size).toBe(2 * LAMBDA_C + 4 * XI);
  });

  it('P-09 a message of another session, or other pads, is rejected', () => {
    expect(consistent({}, random(32))).toBe(false);
    expect(consistent({}, msid, keys.generation(1, 3).send)).toBe(false);
    // both members of a pair, directions swapped
    expect(consistent({}, msid, keys.generation(2, 1).send)).toBe(false);
  });

  it('P-09 equal seeds in different rows give different rows', () => {
    const seed = random(32);
    const same = concat(...Array.from({ length: LAMBDA_C }, () => seed));
    const zero = new Uint8Array(LAMBDA_C * 32);
    const { message: sent } = extendAsReceiver(msid, { zeros: same, ones: zero }, x);
    const rows = Array.from({ length: LAMBDA_C }, (_, i) =>
      toHex(sent.u.slice(i * 80, (i + 1) * 80)),
    );
    expect(new Set(rows).size).toBe(LAMBDA_C);
  });

  it('P-09 equal columns at different places give different scalars', () => {
    // rows of zeros and ones alone: every column is equal
    const same = columns(new Uint32Array((LAMBDA_C * ROW_BYTES) / 4));
    expect(same.every((byte) => byte === 0)).toBe(true);
    const [a, b] = [3, 4].map((j) => hash(TAGS.oteColumn, msid, u16(j), same.slice(0, 16)));
    expect(a).not.toEqual(b);
    expect(toWords(same)).toHaveLength((XI * LAMBDA_C) / 32);
  });

  it('P-09 seeds swapped between rows are noticed', () => {
    const chosen = send.chosen.slice();
    chosen.set(send.chosen.slice(32, 64), 0);
    chosen.set(send.chosen.slice(0, 32), 32);
    expect(consistent({}, msid, { nabla: send.nabla, chosen })).toBe(false);
  });

  it('P-02 P-09 the multiplication id changes with each of its parts', () => {
    const [isid, pid] = [random(32), random(32)];
    const ids = [
      multiplicationId(isid, 1, 2, pid),
      multiplicationId(isid, 2, 1, pid),
      multiplicationId(isid, 1, 3, pid),
      multiplicationId(isid, 3, 2, pid),
      multiplicationId(random(32), 1, 2, pid),
      multiplicationId(isid, 1, 2, random(32)),
      multiplicationId(pid, 1, 2, isid),
      multiplicationId(isid, 256, 2, pid),
    ];
    expect(new Set(ids.map(toHex)).size).toBe(ids.length);
    expect(ids[0]).toEqual(hash(TAGS.mul, isid, u16(1), u16(2), pid));
  });
});

describe('the encoding', () => {
  it('is u, x~, t~ and is read back', () => {
    const encoded = encodeExtension(message);
    expect(encoded).toHaveLength(EXTENSION_BYTES);
    expect(equalBytes(encoded, concat(message.u, message.foldX, message.foldT))).toBe(true);
    const decoded = decodeExtension(encoded);
    for (const field of ['u', 'foldX', 'foldT'] as const) {
      expect(equalBytes(decoded[field], message[field])).toBe(true);
    }
  });

  it.each([0, EXTENSION_BYTES - 1, EXTENSION_BYTES + 1])(
    'P-49 of %i bytes is refused',
    (length) => {
      expect(() => decodeExtension(new Uint8Array(length))).toThrow(RangeError);
    },
  );
});
