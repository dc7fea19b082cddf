/** The two groups behind one interface: which suite has which, their scalars and the identity. */
import { describe, expect, it } from 'vitest';
import { DecodeError } from '../codec.ts';
import { baseTimes, ED25519, groupOf, SECP256K1 } from './group.ts';

it('every suite has its group', () => {
  expect(groupOf('mpc-ecdsa/v1/secp256k1/L128')).toBe(SECP256K1);
  expect(groupOf('mpc-frost/v1/secp256k1-bip340')).toBe(SECP256K1);
  expect(groupOf('mpc-frost/v1/ed25519')).toBe(ED25519);
});

describe.each([
  ['secp256k1', SECP256K1, 33, (bytes: Uint8Array) => bytes],
  ['Ed25519', ED25519, 32, (bytes: Uint8Array) => bytes.toReversed()],
])('%s', (_, group, pointBytes, bigEndian) => {
  const { order } = group;

  it('has scalars of 32 bytes in its own byte order, each with one encoding', () => {
    for (const value of [0n, 1n, 255n, 256n, 2n ** 248n, order - 1n]) {
      const bytes = group.encodeScalar(value);
      expect(bytes).toHaveLength(32);
      expect(BigInt(`0x${Buffer.from(bigEndian(bytes)).toString('hex')}`)).toBe(value);
      expect(group.decodeScalar(bytes)).toBe(value);
    }
  });

  it('has no scalars below 0 or from its order on', () => {
    for (const value of [-1n, order, order + 1n, 2n ** 256n]) {
      expect(() => group.encodeScalar(value)).toThrow(RangeError);
    }
    const hex = order.toString(16).padStart(64, '0');
    const tooLarge = bigEndian(Uint8Array.from(Buffer.from(hex, 'hex')));
    for (const wrong of [tooLarge, new Uint8Array(31), new Uint8Array(33), new Uint8Array()]) {
      expect(() => group.decodeScalar(wrong)).toThrow(DecodeError);
    }
  });

  it('has points of a fixed size', () => {
    const bytes = group.base.toBytes();
    expect(bytes).toHaveLength(pointBytes);
    expect(group.pointBytes).toBe(pointBytes);
    expect(group.decodePoint(bytes).equals(group.base)).toBe(true);
    for (const wrong of [bytes.slice(1), new Uint8Array(pointBytes + 1), new Uint8Array()]) {
      expect(() => group.decodePoint(wrong)).toThrow(DecodeError);
      expect(() => group.decodePoint(wrong)).toThrow(`${String(pointBytes)} bytes expected`);
    }
  });

  it('multiplies its base by 0, too', () => {
    expect(baseTimes(group, 0n).is0()).toBe(true);
    expect(baseTimes(group, 1n).equals(group.base)).toBe(true);
    expect(baseTimes(group, order - 1n).equals(group.base.negate())).toBe(true);
  });
});
