/** Hedged randomness (addendum M3, P-43). */
import { describe, expect, it } from 'vitest';
import { concat, toHex, u32 } from '../codec.ts';
import { UsageError } from './abort.ts';
import { expand, hash, toInteger } from './hash.ts';
import { checkRandom, freshBytes, HedgedRandom, type RandomSource } from './random.ts';
import { ORDER } from './scalars.ts';
import { seeded } from './testing/seeded.ts';

const ascii = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'ascii'));
const secret = seeded('random/secret')(32);
const sid = seeded('random/sid')(32);
/** A generator that always returns the same bytes. */
const stuck: RandomSource = (length) => new Uint8Array(length).fill(7);

describe('checkRandom', () => {
  it('takes a working generator', () => {
    expect(() => {
      checkRandom(seeded('working'));
    }).not.toThrow();
  });

  it.each<[string, RandomSource]>([
    ['is stuck', stuck],
    ['gives zeros', (length) => new Uint8Array(length)],
    ['gives nothing', () => new Uint8Array()],
    ['gives too little', () => seeded('short')(31)],
    ['gives too much', (length) => seeded(String(length))(length + 1)],
    [
      'gives zeros at first',
      (
        (calls) => (length) =>
          new Uint8Array(length).fill(calls.count++)
      )({ count: 0 }),
    ],
    [
      'gives too little the second time',
      (
        (sizes) => (length) =>
          seeded('second')(sizes.shift() ?? length)
      )([32, 31]),
    ],
    [
      'gives too little at first',
      (
        (sizes, working) => (length) =>
          working(sizes.shift() ?? length)
      )([31, 32], seeded('first')),
    ],
  ])('P-43 refuses a generator that %s', (_, random) => {
    expect(() => {
      checkRandom(random);
    }).toThrow(UsageError);
  });

  it('P-43 lets the error of an absent generator through', () => {
    const absent: RandomSource = () => {
      throw new Error('no generator');
    };
    expect(() => {
      checkRandom(absent);
    }).toThrow('no generator');
  });
});

describe('HedgedRandom', () => {
  it('is Exp(H("hedge"; fresh, secret, sid, label, u32 counter), length)', () => {
    const hedged = new HedgedRandom(seeded('fresh'), secret, sid);
    const fresh = seeded('fresh');
    for (const [counter, label] of ['a', 'a', 'b'].entries()) {
      const key = hash('hedge', fresh(32), secret, sid, ascii(label), u32(counter));
      expect(hedged.bytes(label, 100)).toEqual(expand(key, 100));
    }
  });

  it('P-43 a stuck generator never makes two draws alike', () => {
    const draws: string[] = [];
    const other = seeded('random/other');
    for (const [ownSecret, ownSid] of [
      [secret, sid],
      [other(32), sid],
      [secret, other(32)],
    ] as const) {
      const hedged = new HedgedRandom(stuck, ownSecret, ownSid);
      for (const label of ['nonce', 'nonce', 'salt']) draws.push(toHex(hedged.bytes(label, 32)));
    }
    expect(new Set(draws).size).toBe(draws.length);
  });

  it('P-43 a fresh generator makes draws differ with everything else equal', () => {
    const one = new HedgedRandom(seeded('one'), secret, sid);
    const two = new HedgedRandom(seeded('two'), secret, sid);
    expect(one.bytes('nonce', 32)).not.toEqual(two.bytes('nonce', 32));
  });

  it('P-43 refuses a generator that returns another length', () => {
    for (const length of [0, 31, 33]) {
      const hedged = new HedgedRandom(() => new Uint8Array(length), secret, sid);
      expect(() => hedged.bytes('nonce', 32)).toThrow(UsageError);
      expect(() => hedged.scalar('nonce', ORDER)).toThrow(UsageError);
    }
  });

  it('draws scalars in [1, order) from 48 bytes each', () => {
    const hedged = new HedgedRandom(seeded('scalars'), secret, sid);
    const bytes = new HedgedRandom(seeded('scalars'), secret, sid).bytes('s', 96);
    const expected = [bytes.slice(0, 48), bytes.slice(48)].map(
      (wide) => (toInteger(wide) % (ORDER - 1n)) + 1n,
    );
    expect(hedged.scalars('s', ORDER, 2)).toEqual(expected);
    const small = hedged.scalars('small', 5n, 400);
    expect(new Set(small)).toEqual(new Set([1n, 2n, 3n, 4n]));
    expect(hedged.scalar('one', 2n)).toBe(1n);
    expect(hedged.scalars('none', ORDER, 0)).toEqual([]);
  });

  it('gives a library plain bytes, different at each call', () => {
    const hook = new HedgedRandom(stuck, secret, sid).hook('frost');
    expect([hook().length, hook(64).length]).toEqual([32, 64]);
    expect(hook()).not.toEqual(hook());
  });

  it('keeps its own copy of the secret, and wipes only that', () => {
    const lent = secret.slice();
    const hedged = new HedgedRandom(stuck, lent, sid);
    lent.fill(0);
    const key = hash('hedge', stuck(32), secret, sid, ascii('a'), u32(0));
    expect(hedged.bytes('a', 32)).toEqual(expand(key, 32));
    hedged.wipe();
    const wiped = hash('hedge', stuck(32), new Uint8Array(32), sid, ascii('a'), u32(1));
    expect(hedged.bytes('a', 32)).toEqual(expand(wiped, 32));
  });
});

describe('freshBytes', () => {
  it('copies, and checks the length', () => {
    const buffer = seeded('buffer')(16);
    const fresh = freshBytes(() => buffer, 16);
    expect(fresh).toEqual(buffer);
    buffer.fill(0);
    expect(fresh).not.toEqual(buffer);
    for (const length of [0, 15, 17]) {
      expect(() => freshBytes(() => new Uint8Array(length), 16)).toThrow(UsageError);
    }
    expect(concat(fresh)).toHaveLength(16);
  });
});
