/** Fixed layouts: exact sizes, canonical values, nothing else. */
import { describe, expect, it } from 'vitest';
import { concat, DecodeError, type Reader } from '../codec.ts';
import { ED25519, SECP256K1 } from './group.ts';
import { Point } from './points.ts';
import {
  absent,
  bytes,
  decodeBody,
  list,
  nonZeroScalar,
  point,
  scalar,
  struct,
  type Schema,
} from './schema.ts';
import { encodeScalar } from './scalars.ts';
import { malformedPoints33, malformedScalars } from './testing/malformed.ts';
import { seeded } from './testing/seeded.ts';

const random = seeded('schema');
const schema = struct({
  head: bytes(3),
  points: list(2, point(SECP256K1)),
  inner: struct({ a: scalar(SECP256K1), none: absent, b: nonZeroScalar(SECP256K1) }),
  tail: list(3, bytes(2)),
});
const value = {
  head: random(3),
  points: [Point.BASE, Point.BASE.multiply(9n)],
  inner: { a: 0n, none: undefined, b: 5n },
  tail: [random(2), random(2), random(2)],
};
const body = schema.encode(value);
const decode = (bytesIn: Uint8Array) => decodeBody(schema, bytesIn, 'test');
const patched = (offset: number, replacement: Uint8Array): Uint8Array =>
  concat(body.slice(0, offset), replacement, body.slice(offset + replacement.length));

describe('a body', () => {
  it('is the fields one after the other, and is read back', () => {
    const points = value.points.map((element) => element.toBytes(true));
    expect(body).toEqual(
      concat(value.head, ...points, encodeScalar(0n), encodeScalar(5n), ...value.tail),
    );
    expect(schema.size).toBe(body.length);
    const read = decode(body);
    expect(read.points.map((element) => element.toBytes())).toEqual(points);
    expect({ ...read, points: [] }).toEqual({ ...value, points: [] });
  });

  it('P-21 P-49 of any other length is refused before anything is read', () => {
    const broken = body.map((byte, i) => (i === 3 ? 0xff : byte));
    for (const length of [0, 1, body.length - 1, body.length + 1, body.length + 33, 10_000]) {
      const other = new Uint8Array(length);
      other.set(broken.slice(0, length));
      expect(() => decode(other)).toThrow(DecodeError);
      expect(() => decode(other)).toThrow(/^test: 139 bytes expected/);
    }
  });

  it('has a layout that names every leaf and its place', () => {
    expect(schema.layout('', 0)).toEqual([
      { path: 'head', kind: 'bytes', offset: 0, length: 3 },
      { path: 'points[0]', kind: 'point', offset: 3, length: 33 },
      { path: 'points[1]', kind: 'point', offset: 36, length: 33 },
      { path: 'inner.a', kind: 'scalar', offset: 69, length: 32 },
      { path: 'inner.b', kind: 'scalar', offset: 101, length: 32 },
      { path: 'tail[0]', kind: 'bytes', offset: 133, length: 2 },
      { path: 'tail[1]', kind: 'bytes', offset: 135, length: 2 },
      { path: 'tail[2]', kind: 'bytes', offset: 137, length: 2 },
    ]);
  });

  it.each(malformedPoints33)('P-49 with a bad point is refused: %s', (_, bad) => {
    for (const offset of [3, 36]) expect(() => decode(patched(offset, bad))).toThrow(DecodeError);
  });

  it.each(malformedScalars)('P-49 with a scalar of %s is refused', (_, bad) => {
    for (const offset of [69, 101]) expect(() => decode(patched(offset, bad))).toThrow(DecodeError);
  });

  it('P-49 with zero where zero is not allowed is refused', () => {
    expect(() => decode(patched(101, new Uint8Array(32)))).toThrow(DecodeError);
    expect(decode(patched(69, new Uint8Array(32))).inner.a).toBe(0n);
  });

  it('copies the bytes that it hands out', () => {
    const source = body.slice();
    const read = decode(source);
    source.fill(0);
    expect(read.head).toEqual(value.head);
  });
});

describe('encoding', () => {
  it.each<[string, () => Uint8Array]>([
    ['bytes of another length', () => bytes(3).encode(random(4))],
    ['too few items', () => list(2, bytes(1)).encode([random(1)])],
    ['too many items', () => list(2, bytes(1)).encode([random(1), random(1), random(1)])],
    ['a scalar that is not reduced', () => scalar(SECP256K1).encode(SECP256K1.order)],
    ['a negative scalar', () => scalar(SECP256K1).encode(-1n)],
    ['the identity', () => point(SECP256K1).encode(Point.ZERO)],
  ])('refuses %s', (_, encode) => {
    expect(encode).toThrow();
  });

  it('gives the bytes of each field', () => {
    expect(bytes(3).encode(value.head)).toEqual(value.head);
    expect(scalar(SECP256K1).encode(5n)).toEqual(encodeScalar(5n));
    expect(point(SECP256K1).encode(Point.BASE)).toEqual(Point.BASE.toBytes(true));
    expect(schema.encode(value)).toEqual(body);
  });

  it('of an empty list and of nothing is empty', () => {
    expect(list(0, bytes(5)).encode([])).toEqual(new Uint8Array());
    expect(absent.encode(undefined)).toEqual(new Uint8Array());
    expect(decodeBody(list(0, bytes(5)), new Uint8Array(), 'empty')).toEqual([]);
  });
});

it('a schema that reads less than its size is caught', () => {
  const lazy: Schema<number> = {
    ...bytes(2),
    encode: () => random(2),
    read: (r: Reader) => r.u8(),
  };
  expect(() => decodeBody(lazy, random(2), 'lazy')).toThrow(DecodeError);
});

it('P-53 points of Ed25519 have no torsion', () => {
  const group = point(ED25519);
  const base = ED25519.base.toBytes();
  expect(decodeBody(group, base, 'point').equals(ED25519.base)).toBe(true);
  for (const bad of [
    '0100000000000000000000000000000000000000000000000000000000000000',
    'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
    'f6ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  ]) {
    const encoded = Uint8Array.from(Buffer.from(bad, 'hex'));
    expect(() => decodeBody(group, encoded, 'point')).toThrow(DecodeError);
  }
});
