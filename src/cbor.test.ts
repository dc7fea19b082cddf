import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeCbor, encodeCbor, type CborValue } from './cbor.ts';
import { DecodeError } from './codec.ts';

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));

describe('canonical CBOR', () => {
  it('sorts keys by their encoded bytes (RFC 8949 section 4.2.1)', () => {
    expect(Buffer.from(encodeCbor({ b: 1, aa: 2, a: 3 })).toString('hex')).toBe(
      'a3616103616201626161' + '02',
    );
  });

  it('reads back what it wrote', () => {
    const leaf = fc.oneof(
      fc.constant(null),
      fc.boolean(),
      fc.maxSafeInteger(),
      fc.bigInt(2n ** 53n, 2n ** 64n - 1n),
      fc.string({ unit: 'binary' }).filter((text) => text.isWellFormed()),
      fc.uint8Array(),
    );
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        leaf,
        fc.array(tie('value')),
        fc.dictionary(
          fc.string().filter((key) => key !== '__proto__'),
          tie('value'),
        ),
      ),
    }));
    fc.assert(
      fc.property(value, (any) => {
        const encoded = encodeCbor(any as CborValue);
        expect(encodeCbor(decodeCbor(encoded, 'test') as CborValue)).toEqual(encoded);
      }),
    );
  });

  it.each([
    ['nothing', ''],
    ['a trailing byte', '0000'],
    ['a longer integer than needed', '1801'.replace('18', '19').replace('01', '0001')],
    ['unsorted keys', 'a2616201616101'],
    ['a duplicate key', 'a2616101616102'],
    ['an indefinite length', '9f01ff'],
    ['a float', 'fb3ff8000000000000'],
    ['a whole float', 'f93c00'],
    ['not a number', 'f97e00'],
    ['undefined', 'f7'],
    ['a tag', 'c000'],
    ['a text that is not UTF-8', '61ff'],
    ['a length beyond the end', '5affffffff00'],
    ['an integer key', 'a10101'],
  ])('refuses %s', (_, hex) => {
    expect(() => decodeCbor(bytes(hex), 'test')).toThrow(DecodeError);
  });

  it('lets no key change the prototype', () => {
    const value = decodeCbor(bytes('a1695f5f70726f746f5f5fa0'), 'test') as object;
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(Object.keys(value)).toEqual(['__proto__']);
  });

  it.each([1_000, 5_000, 20_000, 200_000])('survives nesting %i deep', (depth) => {
    const deep = new Uint8Array(depth + 1).fill(0x81);
    deep[depth] = 0;
    try {
      expect(decodeCbor(deep, 'test')).toBeInstanceOf(Array);
    } catch (error) {
      expect(error).toBeInstanceOf(DecodeError);
    }
  });

  it('throws nothing but its own error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (any) => {
        try {
          decodeCbor(any, 'test');
        } catch (error) {
          expect(error).toBeInstanceOf(DecodeError);
        }
      }),
      { numRuns: 5000 },
    );
  });
});
