/** Encodings that a strict decoder of secp256k1 points and scalars refuses (pitfalls P-04, P-49). */
import { concat } from '../../codec.ts';
import { Point } from '../points.ts';
import { ORDER } from '../scalars.ts';

const bytesOf = (value: bigint, size = 32): Uint8Array =>
  Uint8Array.from(Buffer.from(value.toString(16).padStart(2 * size, '0'), 'hex'));

const P = Point.Fp.ORDER;
const good = Point.BASE.multiply(7n).toBytes(true);
const prefixed = (prefix: number, x: Uint8Array): Uint8Array => concat(Uint8Array.of(prefix), x);

/** The smallest x at or above `from` that is (or is not) the x of a point. */
function abscissa(from: bigint, onCurve: boolean): bigint {
  for (let x = from; ; x++) {
    let decodes = true;
    try {
      Point.fromBytes(prefixed(2, bytesOf(x)));
    } catch {
      decodes = false;
    }
    if (decodes === onCurve) return x;
  }
}

/** 33 bytes each, but no point: for fields that are parsed by length. */
export const malformedPoints33: readonly (readonly [string, Uint8Array])[] = [
  ['a point off the curve', prefixed(2, bytesOf(abscissa(1n, false)))],
  ['a point off the curve, odd', prefixed(3, bytesOf(abscissa(5n, false)))],
  ['x = p', prefixed(2, bytesOf(P))],
  // x mod p would be on the curve
  ['x >= p with a valid residue', prefixed(2, bytesOf(P + abscissa(1n, true)))],
  ['x = 2^256 - 1', prefixed(3, bytesOf(2n ** 256n - 1n))],
  ['x = 0', prefixed(2, bytesOf(0n))],
  ['33 zeros, an encoding of the identity elsewhere', new Uint8Array(33)],
  ['prefix 00', prefixed(0, good.slice(1))],
  ['prefix 01', prefixed(1, good.slice(1))],
  ['prefix 04', prefixed(4, good.slice(1))],
  ['prefix 05', prefixed(5, good.slice(1))],
  ['prefix 82', prefixed(0x82, good.slice(1))],
  ['prefix ff', prefixed(0xff, good.slice(1))],
];

/** Of any length. */
export const malformedPoints: readonly (readonly [string, Uint8Array])[] = [
  ...malformedPoints33,
  ['nothing', new Uint8Array()],
  ['one zero byte, SEC1 for the identity', Uint8Array.of(0)],
  ['32 bytes', good.slice(1)],
  ['a truncated point', good.slice(0, 32)],
  ['a trailing byte', concat(good, Uint8Array.of(0))],
  ['65 bytes, uncompressed', Point.BASE.multiply(7n).toBytes(false)],
  ['64 bytes', Point.BASE.multiply(7n).toBytes(false).slice(1)],
];

/** 32 bytes each, not below the order. */
export const malformedScalars: readonly (readonly [string, Uint8Array])[] = [
  ['q', bytesOf(ORDER)],
  ['q + 1', bytesOf(ORDER + 1n)],
  ['2^256 - 1', bytesOf(2n ** 256n - 1n)],
];
