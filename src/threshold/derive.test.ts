/** BIP-32 without private keys: vectors, an independent library, and what must not exist (P-34). */
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { HDKey } from '@scure/bip32';
import { describe, expect, it } from 'vitest';
import { concat, DecodeError, toHex, u32 } from '../codec.ts';
import { UsageError } from './abort.ts';
import { derive, MAX_DEPTH } from './derive.ts';
import { decodePoint, Point } from './points.ts';
import { encodeScalar, ORDER } from './scalars.ts';
import { malformedPoints } from './testing/malformed.ts';
import { pick, seeded } from './testing/seeded.ts';
import { hasShared, needsShared, readShared } from './vectors/shared.ts';

const random = seeded('derive');

function parentOf(key: HDKey): { publicKey: Uint8Array; chainCode: Uint8Array } {
  const { publicKey, chainCode } = key;
  if (publicKey === null || chainCode === null) throw new Error('incomplete key');
  return { publicKey, chainCode };
}

describe.skipIf(!hasShared)('BIP-32 test vectors', () => {
  const text = hasShared ? readShared('bips/bip-0032.mediawiki') : '';
  const section = text.slice(text.indexOf('==Test Vectors=='));
  const chains = [...section.matchAll(/^\* Chain m(\S*)\n\*\* ext pub: (\S+)/gm)].map((match) => ({
    path: (match[1] ?? '').replaceAll('<sub>H</sub>', "'"),
    key: HDKey.fromExtendedKey(match[2] ?? ''),
  }));

  it(needsShared('derive every non-hardened step of vectors 1 to 4'), () => {
    expect(chains).toHaveLength(17);
    let steps = 0;
    for (const [at, { path, key }] of chains.entries()) {
      const last = /\/(\d+)$/.exec(path)?.[1];
      const before = chains[at - 1];
      if (last === undefined || before === undefined) continue;
      expect(path.startsWith(`${before.path}/`)).toBe(true);
      const parent = parentOf(before.key);
      const child = derive(parent.publicKey, parent.chainCode, [Number(last)]);
      expect({ publicKey: child.publicKey, chainCode: child.chainCode }).toEqual(parentOf(key));
      steps++;
    }
    // 1: /1, /2, /1000000000; 2: /0, /1, /2
    expect(steps).toBe(6);
  });

  it(needsShared('the keys of vector 5 that are no points are refused'), () => {
    // HDKey checks version, depth and checksum before us; the three invalid points reach the decoder
    for (const bad of ['04', '01'].map((prefix) => prefix + 'ab'.repeat(32))) {
      expect(() => derive(Buffer.from(bad, 'hex'), random(32), [])).toThrow(DecodeError);
    }
    const seven = Buffer.from(`02${'07'.padStart(64, '0')}`, 'hex');
    expect(section).toContain('invalid pubkey 0200000000');
    expect(() => derive(seven, random(32), [0])).toThrow(DecodeError);
  });
});

describe('derive', () => {
  it('P-32 agrees with @scure/bip32 on hundreds of random paths', () => {
    for (let i = 0; i < 300; i++) {
      const root = HDKey.fromMasterSeed(random(32)).wipePrivateData();
      const { publicKey, chainCode } = parentOf(root);
      const path = Array.from({ length: pick(random, 6) }, () =>
        [pick(random, 2 ** 31), pick(random, 100), 0, 2 ** 31 - 1].at(pick(random, 4)),
      ).map((index) => index ?? 0);
      let expected = root;
      for (const index of path) expected = expected.deriveChild(index);
      const child = derive(publicKey, chainCode, path);
      expect({ publicKey: child.publicKey, chainCode: child.chainCode }).toEqual(
        parentOf(expected),
      );
      const shifted =
        child.tweak === 0n
          ? decodePoint(publicKey)
          : decodePoint(publicKey).add(Point.BASE.multiplyUnsafe(child.tweak));
      expect(child.point.equals(shifted)).toBe(true);
      expect(child.tweak < ORDER).toBe(true);
    }
  });

  it('the tweak is what the private side adds', () => {
    const root = HDKey.fromMasterSeed(random(32));
    const { publicKey, chainCode } = parentOf(root);
    const child = root.deriveChild(44).deriveChild(0);
    const { tweak } = derive(publicKey, chainCode, [44, 0]);
    const secret = (BigInt(`0x${toHex(root.privateKey ?? random(0))}`) + tweak) % ORDER;
    expect(encodeScalar(secret)).toEqual(child.privateKey);
  });

  it('of the empty path is the key itself, copied', () => {
    const publicKey = secp256k1.getPublicKey(encodeScalar(5n));
    const chainCode = random(32);
    const same = derive(publicKey, chainCode, []);
    expect(same).toMatchObject({ tweak: 0n, publicKey, chainCode });
    expect(same.publicKey).not.toBe(publicKey);
    expect(same.chainCode).not.toBe(chainCode);
  });

  const key = secp256k1.getPublicKey(encodeScalar(7n));
  const code = random(32);

  it.each([2 ** 31, 2 ** 31 + 44, 2 ** 32 - 1, 2 ** 32, -1, 0.5, NaN, Infinity])(
    'P-34 refuses the hardened or impossible index %d',
    (index) => {
      expect(() => derive(key, code, [index])).toThrow(UsageError);
      expect(() => derive(key, code, [0, index])).toThrow(UsageError);
    },
  );

  it('takes the largest index', () => {
    expect(() => derive(key, code, [2 ** 31 - 1])).not.toThrow();
  });

  it('refuses paths longer than an extended key can be deep', () => {
    expect(() =>
      derive(
        key,
        code,
        Array.from({ length: MAX_DEPTH + 1 }, () => 0),
      ),
    ).toThrow(UsageError);
  });

  it('takes a path as long as an extended key can be deep', () => {
    const deepest = Array.from({ length: MAX_DEPTH }, () => 0);
    expect(derive(key, code, deepest).publicKey).toHaveLength(33);
  });

  it.each([0, 31, 33, 64])('refuses a chain code of %i bytes', (length) => {
    expect(() => derive(key, random(length), [0])).toThrow(UsageError);
  });

  it.each(malformedPoints)('P-49 refuses the key: %s', (_, bytes) => {
    expect(() => derive(bytes, code, [])).toThrow(DecodeError);
  });

  describe('P-34 with a stub of the HMAC', () => {
    const withLeft = (left: bigint) => () =>
      concat(Uint8Array.from(Buffer.from(left.toString(16).padStart(64, '0'), 'hex')), code);

    it.each([
      ['q', ORDER],
      ['q + 1', ORDER + 1n],
      ['2^256 - 1', 2n ** 256n - 1n],
    ])('P-34 rejects I_L = %s', (_, left) => {
      expect(() => derive(key, code, [0], withLeft(left))).toThrow(UsageError);
    });

    it('P-34 rejects the index whose child is the identity', () => {
      expect(() => derive(key, code, [0], withLeft(ORDER - 7n))).toThrow(UsageError);
    });

    it('takes I_L = q - 1 and I_L = 0', () => {
      const seven = Point.BASE.multiply(7n);
      const six = derive(key, code, [0], withLeft(ORDER - 1n));
      expect(six.tweak).toBe(ORDER - 1n);
      expect(six.point.equals(Point.BASE.multiply(6n))).toBe(true);
      expect(derive(key, code, [0], withLeft(0n)).point.equals(seven)).toBe(true);
    });

    it('the HMAC is keyed by the chain code, over the parent key and the index', () => {
      const calls: (readonly [Uint8Array, Uint8Array])[] = [];
      const next = random(32);
      const child = derive(key, code, [5, 6], (hmacKey, message) => {
        calls.push([hmacKey, message]);
        return concat(encodeScalar(3n), next);
      });
      expect(calls).toEqual([
        [code, concat(key, u32(5))],
        [next, concat(secp256k1.getPublicKey(encodeScalar(10n)), u32(6))],
      ]);
      expect(child.tweak).toBe(6n);
      expect(child.publicKey).toEqual(secp256k1.getPublicKey(encodeScalar(13n)));
    });
  });
});
