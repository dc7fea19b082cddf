/** Strict points (P-04, P-49) and the hash to the curve (P-01). */
import { secp256k1_hasher } from '@noble/curves/secp256k1.js';
import { describe, expect, it } from 'vitest';
import { concat, DecodeError, toHex, u32 } from '../codec.ts';
import { hashToScalar, toInteger } from './hash.ts';
import { decodePoint, encodePoint, H2C_DST, h2cMessage, hashToCurve, Point } from './points.ts';
import { ORDER } from './scalars.ts';
import { TAGS } from './tags.ts';
import { malformedPoints } from './testing/malformed.ts';
import { seeded } from './testing/seeded.ts';
import { hasShared, needsShared, readWycheproof, type WycheproofCase } from './vectors/shared.ts';

const random = seeded('points');
const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'));

describe('decodePoint', () => {
  it('reads what encodePoint writes', () => {
    for (let i = 0; i < 20; i++) {
      const point = Point.BASE.multiply((toInteger(random(32)) % (ORDER - 1n)) + 1n);
      expect(encodePoint(point)).toHaveLength(33);
      expect(decodePoint(encodePoint(point)).equals(point)).toBe(true);
      expect(encodePoint(point.negate())).not.toEqual(encodePoint(point));
    }
  });

  it.each(malformedPoints)('P-04 P-49 refuses %s', (_, bytes) => {
    expect(() => decodePoint(bytes)).toThrow(DecodeError);
  });

  it('P-48 the identity has no encoding', () => {
    expect(() => encodePoint(Point.ZERO)).toThrow();
  });
});

describe.skipIf(!hasShared)('Wycheproof ECDH', () => {
  interface EcdhCase extends WycheproofCase {
    readonly public: string;
    readonly private: string;
    readonly shared: string;
  }
  const NAMED = '3056301006072a8648ce3d020106052b8104000a034200';
  const NAMED_COMPRESSED = '3036301006072a8648ce3d020106052b8104000a032200';
  const groups = hasShared
    ? (readWycheproof('ecdh_secp256k1_test.json') as readonly { tests: EcdhCase[] }[])
    : [];
  const cases = groups.flatMap(({ tests }) => tests);
  const starting = (prefix: string) =>
    cases
      .filter(({ public: key }) => key.startsWith(prefix))
      .map((test) => ({ ...test, point: hex(test.public.slice(prefix.length)) }));

  it(needsShared('P-49 refuses every uncompressed point, on the curve or not'), () => {
    const uncompressed = starting(NAMED);
    expect(uncompressed.length).toBeGreaterThan(400);
    for (const { point, tcId } of uncompressed) {
      expect(() => decodePoint(point), String(tcId)).toThrow(DecodeError);
    }
  });

  it(needsShared('decodes the compressed form of every valid point, edge cases included'), () => {
    const valid = starting(NAMED).filter(({ result }) => result === 'valid');
    expect(valid.length).toBeGreaterThan(400);
    for (const test of valid) {
      const [x, y] = [test.point.slice(1, 33), test.point.slice(33)];
      const point = decodePoint(concat(Uint8Array.of(2 + ((y[31] ?? 0) & 1)), x));
      expect(point.toAffine(), String(test.tcId)).toEqual({ x: toInteger(x), y: toInteger(y) });
      const shared = point
        .multiply(BigInt(`0x${test.private}`))
        .toBytes(true)
        .slice(1);
      expect(toHex(shared), String(test.tcId)).toBe(test.shared);
    }
  });

  it(needsShared('P-04 takes compressed points as the vectors say'), () => {
    const compressed = starting(NAMED_COMPRESSED);
    const accepted = compressed.map(({ point, result, tcId }) => {
      let decodes = true;
      try {
        decodePoint(point);
      } catch {
        decodes = false;
      }
      expect(decodes, String(tcId)).toBe(result !== 'invalid');
      return decodes;
    });
    expect(new Set(accepted)).toEqual(new Set([true, false]));
  });
});

describe('hashToCurve', () => {
  it('P-01 never gives G times a hashed scalar, for any tag', () => {
    for (let i = 0; i < 6; i++) {
      const parts = [random(32), random(33)];
      const point = hashToCurve(...parts);
      expect(point.is0()).toBe(false);
      for (const tag of Object.values(TAGS)) {
        for (const list of [parts, [h2cMessage(...parts)]]) {
          const scalar = hashToScalar(ORDER, tag, ...list);
          expect(point.x === Point.BASE.multiplyUnsafe(scalar).x).toBe(false);
        }
      }
    }
  });

  it('P-30 frames its parts', () => {
    const [a, b] = [random(3), random(5)];
    expect(h2cMessage(a, b)).toEqual(concat(u32(3), a, u32(5), b));
    const points = [
      hashToCurve(a, b),
      hashToCurve(concat(a, b)),
      hashToCurve(a, b, new Uint8Array()),
    ];
    expect(new Set(points.map((point) => toHex(encodePoint(point)))).size).toBe(3);
  });

  it('is RFC 9380 with a domain of its own', () => {
    const part = random(8);
    const message = h2cMessage(part);
    const withDst = (dst: string) =>
      secp256k1_hasher.hashToCurve(message, { DST: new Uint8Array(Buffer.from(dst, 'ascii')) });
    expect(H2C_DST).toBe('mpc-ecdsa/v1/base-ot-h2c_secp256k1_XMD:SHA-256_SSWU_RO_');
    expect(hashToCurve(part).equals(withDst(H2C_DST))).toBe(true);
    expect(hashToCurve(part).equals(secp256k1_hasher.hashToCurve(message))).toBe(false);
  });
});
