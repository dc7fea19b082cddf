import { secp256k1 } from '@noble/curves/secp256k1.js';
import { bytesToNumberBE, numberToBytesBE } from '@noble/curves/utils.js';
import { describe, expect, it } from 'vitest';
import { concat } from '../../codec.ts';
import { CountersignError } from '../../errors.ts';
import { addressOf } from './address.ts';
import { assemble, readSigned } from './assemble.ts';
import { digest } from './digest.ts';
import { serialize } from './serialize.ts';
import { payment, request } from './testing/transactions.ts';

const N = secp256k1.Point.Fn.ORDER;
const secret = new Uint8Array(32).fill(0x46);
const publicKey = secp256k1.getPublicKey(secret);
const approved = request(payment());
const recovered = secp256k1.sign(digest(approved), secret, { prehash: false, format: 'recovered' });
const signature = recovered.slice(1);
const recovery = recovered[0] ?? 9;
const r = signature.slice(0, 32);
const s = signature.slice(32);
const bytes32 = (value: bigint): Uint8Array => numberToBytesBE(value, 32);

const code = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (error instanceof CountersignError) return error.code;
    throw error;
  }
  return 'accepted';
};

describe('assemble', () => {
  it('gives what can be read again', () => {
    const { raw, hash } = assemble(approved, { signature, recovery }, publicKey);
    expect(readSigned(raw)).toEqual({ tx: payment(), from: addressOf(publicKey), hash });
  });

  it.each([
    ['63 bytes', signature.slice(1), recovery, 'evm/signature-length'],
    ['65 bytes', concat(signature, Uint8Array.of(0)), recovery, 'evm/signature-length'],
    ['the recovery 2', signature, 2, 'evm/signature-recovery'],
    ['the recovery 3', signature, 3, 'evm/signature-recovery'],
    ['the recovery -1', signature, -1, 'evm/signature-recovery'],
    ['the recovery 0.5', signature, 0.5, 'evm/signature-recovery'],
    ['the other recovery', signature, 1 - recovery, 'evm/signature-other-account'],
    [
      'a high s, otherwise right',
      concat(r, bytes32(N - bytesToNumberBE(s))),
      1 - recovery,
      'evm/signature-high-s',
    ],
    ['r = 0', concat(bytes32(0n), s), recovery, 'evm/signature-range'],
    ['s = 0', concat(r, bytes32(0n)), recovery, 'evm/signature-range'],
    ['r = n', concat(bytes32(N), s), recovery, 'evm/signature-range'],
    ['s = n', concat(r, bytes32(N)), recovery, 'evm/signature-range'],
    // No point of the curve has x = 5.
    ['an r without a point', concat(bytes32(5n), s), recovery, 'evm/signature-no-key'],
  ])('refuses %s', (_, given, recoveryNumber, expected) => {
    expect(
      code(() => assemble(approved, { signature: given, recovery: recoveryNumber }, publicKey)),
    ).toBe(expected);
  });

  it('refuses a signature of another transaction', () => {
    const other = request(payment({ nonce: 8n }));
    expect(code(() => assemble(other, { signature, recovery }, publicKey))).toBe(
      'evm/signature-other-account',
    );
  });

  it('refuses a signature of another key', () => {
    const other = secp256k1.getPublicKey(new Uint8Array(32).fill(0x47));
    expect(code(() => assemble(approved, { signature, recovery }, other))).toBe(
      'evm/signature-other-account',
    );
  });

  it('refuses a request whose bytes changed after it was read', () => {
    const changed = request(payment());
    changed.bytes[12] = (changed.bytes[12] ?? 0) ^ 1;
    expect(code(() => digest(changed))).toBe('evm/changed');
    expect(code(() => assemble(changed, { signature, recovery }, publicKey))).toBe('evm/changed');
  });
});

describe('readSigned', () => {
  it('refuses a high s', () => {
    const high = { r: bytesToNumberBE(r), s: N - bytesToNumberBE(s), yParity: 0 } as const;
    expect(code(() => readSigned(serialize(payment(), high)))).toBe('evm/signature-high-s');
  });

  it('refuses r = 0', () => {
    const zero = { r: 0n, s: 1n, yParity: 0 } as const;
    expect(code(() => readSigned(serialize(payment(), zero)))).toBe('evm/signature-range');
  });
});
