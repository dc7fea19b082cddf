import { secp256k1, secp256k1_hasher } from '@noble/curves/secp256k1.js';
import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import { describe, expect, it } from 'vitest';
import { hashToCurveEach, mapEach } from './map-to-curve.ts';
import { integers, times } from './testing/prng.ts';

const { Point } = secp256k1;
const { Fp } = Point;
const DST = 'countersign-test-secp256k1_XMD:SHA-256_SSWU_RO_';

function expectSame(messages: readonly Uint8Array[], dst: string): void {
  const points = hashToCurveEach(messages, dst);
  expect(points.length).toBe(messages.length);
  points.forEach((point, i) => {
    const message = messages[i] ?? new Uint8Array();
    expect(point.Z).toBe(1n);
    expect(point.toHex()).toBe(secp256k1_hasher.hashToCurve(message, { DST: dst }).toHex());
  });
}

describe('hashToCurveEach', () => {
  it('meets the vectors of RFC 9380, J.8.1', () => {
    const vectors = [
      [
        '',
        'c1cae290e291aee617ebaef1be6d73861479c48b841eaba9b7b5852ddfeb1346',
        '64fa678e07ae116126f08b022a94af6de15985c996c3a91b64c406a960e51067',
      ],
      [
        'abc',
        '3377e01eab42db296b512293120c6cee72b6ecf9f9205760bd9ff11fb3cb2c4b',
        '7f95890f33efebd1044d382a01b1bee0900fb6116f94688d487c6c7b9c8371f6',
      ],
      [
        'abcdef0123456789',
        'bac54083f293f1fe08e4a70137260aa90783a5cb84d3f35848b324d0674b0e3a',
        '4436476085d4c3c4508b60fcf4389c40176adce756b398bdee27bca19758d828',
      ],
      [
        `q128_${'q'.repeat(128)}`,
        'e2167bc785333a37aa562f021f1e881defb853839babf52a7f72b102e41890e9',
        'f2401dd95cc35867ffed4f367cd564763719fbc6a53e969fb8496a1e6685d873',
      ],
      [
        `a512_${'a'.repeat(512)}`,
        'e3c8d35aaaf0b9b647e88a0a0a7ee5d5bed5ad38238152e4e6fd8c1f8cb7c998',
        '8446eeb6181bf12f56a9d24e262221cc2f0c4725c7e3803024b5888ee5823aa6',
      ],
    ] as const;
    const dst = 'QUUX-V01-CS02-with-secp256k1_XMD:SHA-256_SSWU_RO_';
    const points = hashToCurveEach(
      vectors.map(([message]) => utf8ToBytes(message)),
      dst,
    );
    vectors.forEach(([message, x, y], i) => {
      expect(points[i]?.toHex(false)).toBe(`04${x}${y}`);
      expect(hashToCurveEach([utf8ToBytes(message)], dst)[0]?.toHex(false)).toBe(`04${x}${y}`);
    });
  });

  it('agrees with @noble/curves for every number of lanes', () => {
    let counter = 0;
    const message = (): Uint8Array => utf8ToBytes(`message ${String(counter++)}`);
    for (const size of [...times(40, (i) => i + 1), 128, 256])
      expectSame(times(size, message), DST);
  });

  it('agrees for messages of every length, equal ones too, and for long tags', () => {
    const long = concatBytes(...times(20, () => utf8ToBytes('0123456789')));
    expectSame(
      times(200, (i) => long.subarray(0, i)),
      DST,
    );
    expectSame(
      times(5, () => long),
      DST,
    );
    expectSame([long], 'd');
    expectSame([long], 'd'.repeat(255));
    expectSame([long], 'd'.repeat(300));
  });

  it('takes no messages and refuses tags that are empty or not ASCII', () => {
    expect(hashToCurveEach([], DST)).toEqual([]);
    expect(() => hashToCurveEach([utf8ToBytes('m')], '')).toThrow('DST');
    expect(() => hashToCurveEach([utf8ToBytes('m')], 'dé')).toThrow();
  });
});

describe('mapEach', () => {
  const next = integers('map');
  const hex = (u: bigint): string => {
    const [p] = mapEach([u]);
    if (p === undefined) return 'identity';
    return Point.fromAffine({ x: Fp.create(p.x), y: Fp.create(p.y) }).toHex();
  };
  const expected = (u: bigint): string =>
    // The declared type is that of the inner function, with a list.
    (secp256k1_hasher.mapToCurve as unknown as (u: bigint) => InstanceType<typeof Point>)(
      u,
    ).toHex();

  it('agrees with @noble/curves where the denominator of SSWU is zero', () => {
    // Z^2 u^4 + Z u^2 = 0 for u = 0 and u^2 = -1 / Z = 1 / 11
    const root = Fp.sqrt(Fp.inv(11n));
    for (const u of [0n, root, Fp.neg(root)]) expect(hex(u)).toBe(expected(u));
  });

  it('agrees with @noble/curves for small, large and random elements', () => {
    const small = times(50, (i) => BigInt(i));
    const random = times(400, () => next() % Fp.ORDER);
    for (const u of [...small, ...small.slice(1).map((s) => Fp.neg(s)), ...random]) {
      expect(hex(u)).toBe(expected(u));
    }
  });
});
