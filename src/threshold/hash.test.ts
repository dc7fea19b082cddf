/** H, Exp, HS against their definitions, with Node's SHA-256 as the other implementation. */
import { createHash, hkdfSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat, toHex, u32 } from '../codec.ts';
import {
  deriveKey,
  expand,
  hash,
  hashToScalar,
  hashWithTag,
  tagPrefix,
  toInteger,
} from './hash.ts';
import { ORDER } from './scalars.ts';
import { TAGS, type Tag } from './tags.ts';
import { seeded } from './testing/seeded.ts';

const sha256 = (...parts: readonly Uint8Array[]): Uint8Array => {
  const hasher = createHash('sha256');
  for (const part of parts) hasher.update(part);
  return new Uint8Array(hasher.digest());
};
const ascii = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'ascii'));
const random = seeded('hash');

/** Part lists as wallets have them: few parts, few different bytes, so that near-misses are common. */
const parts = fc.array(fc.uint8Array({ maxLength: 6, max: 2 }), { maxLength: 5 });
const joined = (list: readonly Uint8Array[]): string => JSON.stringify(list.map(toHex));

describe('H', () => {
  it('is SHA256(T || T || u32(|p|) || p ...)', () => {
    for (let n = 0; n < 6; n++) {
      const list = Array.from({ length: n }, (_, i) => random(i * 40));
      const t = sha256(ascii('mpc-ecdsa/v1/echo'));
      const framed = list.flatMap((part) => [u32(part.length), part]);
      expect(hash('echo', ...list)).toEqual(sha256(t, t, ...framed));
      expect(tagPrefix('echo')).toEqual(concat(t, t));
    }
  });

  it('takes in a part of any number of blocks, at any offset', () => {
    const t = sha256(ascii('mpc-ecdsa/v1/echo'));
    for (const length of [49_152, 64 * 100 + 55, 64 * 100 + 56]) {
      const part = random(length + 3).subarray(3);
      expect(hash('echo', part)).toEqual(sha256(t, t, u32(length), part));
    }
  });

  it('hashes a tag the same way the second time', () => {
    const first = hashWithTag('kat/again', [random(3)]);
    const again = [random(3), random(3)];
    expect(hashWithTag('kat/again', again)).toEqual(hashWithTag('kat/again', again));
    expect(hashWithTag('kat/again', again)).not.toEqual(first);
  });

  it('P-30 different lists of parts never hash alike', () => {
    fc.assert(
      fc.property(parts, parts, (a, b) => {
        const equal = toHex(hash('echo', ...a)) === toHex(hash('echo', ...b));
        return equal === (joined(a) === joined(b));
      }),
      { numRuns: 2000, seed: 30 },
    );
  });

  it('P-30 a moved boundary changes the hash', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 2, maxLength: 80 }),
        fc.nat(),
        fc.nat(),
        (all, i, j) => {
          const [a, b] = [i % (all.length + 1), j % (all.length + 1)];
          const split = (at: number) => hash('echo', all.subarray(0, at), all.subarray(at));
          return (toHex(split(a)) === toHex(split(b))) === (a === b);
        },
      ),
      { numRuns: 500, seed: 31 },
    );
    // an empty part counts, at either end
    const whole = random(8);
    const digests = [
      hash('echo', whole),
      hash('echo', whole, new Uint8Array()),
      hash('echo', new Uint8Array(), whole),
      hash('echo'),
      hash('echo', new Uint8Array()),
    ];
    expect(new Set(digests.map(toHex)).size).toBe(digests.length);
  });

  it('P-30 framing cannot be forged from inside a part', () => {
    const [a, b] = [random(5), random(7)];
    expect(hash('echo', concat(a, u32(b.length), b))).not.toEqual(hash('echo', a, b));
  });

  it('P-09 equal parts under different tags never hash alike', () => {
    const tags: Tag[] = Object.values(TAGS);
    const digests = tags.map((tag) => toHex(hash(tag, ascii('part'))));
    expect(new Set(digests).size).toBe(tags.length);
  });
});

describe('Exp', () => {
  const key = random(32);

  it('is SHA256(K || u32 i), cut to length', () => {
    const blocks = [0, 1, 2, 3, 4].map((i) => sha256(key, u32(i)));
    for (const length of [0, 1, 16, 31, 32, 33, 64, 80, 144, 160]) {
      expect(expand(key, length)).toEqual(concat(...blocks).slice(0, length));
    }
  });

  it('takes only keys of 32 bytes', () => {
    for (const length of [0, 31, 33, 64]) {
      expect(() => expand(new Uint8Array(length), 16)).toThrow(RangeError);
    }
  });
});

describe('scalars', () => {
  it('toInteger is big endian, also of views', () => {
    for (const length of [0, 1, 7, 8, 9, 16, 32, 47, 48]) {
      const bytes = random(length + 3);
      const view = bytes.subarray(3);
      expect(toInteger(view)).toBe(BigInt(`0x0${toHex(view)}`));
    }
  });

  it('HS is int(Exp(H, 48)) mod the order', () => {
    for (const order of [ORDER, 97n]) {
      for (let i = 0; i < 20; i++) {
        const part = random(i);
        const wide = BigInt(`0x${toHex(expand(hash('pok', part), 48))}`);
        expect(hashToScalar(order, 'pok', part)).toBe(wide % order);
      }
    }
  });
});

it('deriveKey is HKDF-SHA256', () => {
  const [secret, salt, info] = [random(32), random(32), random(8)];
  const expected = hkdfSync('sha256', secret, salt, info, 32);
  expect(deriveKey(secret, salt, info)).toEqual(new Uint8Array(expected));
});
