/** Every path against micro-eth-signer, which shares no code with `ox`. */
import { secp256k1 } from '@noble/curves/secp256k1.js';
import fc from 'fast-check';
import { addr, Transaction } from 'micro-eth-signer';
import { describe, expect, it } from 'vitest';
import { addressOf, parseAddress, toChecksum } from './address.ts';
import { assemble, readSigned } from './assemble.ts';
import { digest } from './digest.ts';
import { casesOf } from '../testing/cases.ts';
import { toHexData } from './hex.ts';
import { parseUnsigned } from './parse.ts';
import { anyAddress, anyTransaction, request } from './testing/transactions.ts';
import type { EvmTransaction } from './transaction.ts';

const NAMES = { 0: 'legacy', 1: 'eip2930', 2: 'eip1559', 4: 'eip7702' } as const;

/** The package's own types do not resolve from outside of it. */
interface TheirTransaction {
  readonly sender: string;
  readonly hash: string;
  toBytes(options?: { includeSignature: boolean }): Uint8Array;
  toHex(options?: { includeSignature: boolean }): string;
  signBy(secret: Uint8Array, entropy: boolean): TheirTransaction;
  verifySignature(): boolean;
}
const Theirs = Transaction as unknown as {
  new (type: string, fields: object, options: { strict: boolean }): TheirTransaction;
  fromBytes(bytes: Uint8Array): TheirTransaction;
};

function theirs({ type, to, ...rest }: EvmTransaction): TheirTransaction {
  const { authorizations, ...fields } = { authorizations: undefined, ...rest };
  const list = authorizations === undefined ? {} : { authorizationList: authorizations };
  return new Theirs(NAMES[type], { ...fields, ...list, to: to ?? '0x' }, { strict: false });
}

const anySecret = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .filter((bytes) => secp256k1.utils.isValidSecretKey(bytes));

describe('against micro-eth-signer', () => {
  it('the same unsigned bytes, read to the same fields', () => {
    fc.assert(
      fc.property(anyTransaction, (tx) => {
        const bytes = theirs(tx).toBytes({ includeSignature: false });
        const { bytes: ours } = request(tx);
        expect(toHexData(ours)).toBe(toHexData(bytes));
        expect(parseUnsigned(bytes).tx).toEqual(tx);
      }),
      { numRuns: casesOf(5_000), endOnFailure: true },
    );
  });

  it('the same signed bytes, hash and sender', () => {
    fc.assert(
      fc.property(anyTransaction, anySecret, (tx, secret) => {
        const unsigned = request(tx);
        const publicKey = secp256k1.getPublicKey(secret);
        const recovered = secp256k1.sign(digest(unsigned), secret, {
          prehash: false,
          format: 'recovered',
        });
        const { raw, hash } = assemble(
          unsigned,
          { signature: recovered.slice(1), recovery: recovered[0] ?? 9 },
          publicKey,
        );

        const read = Theirs.fromBytes(raw);
        expect(read.verifySignature()).toBe(true);
        expect(read.sender).toBe(addressOf(publicKey));
        expect(read.hash).toBe(toHexData(hash));
        expect(read.toHex({ includeSignature: false })).toBe(toHexData(unsigned.bytes));

        const signed = theirs(tx).signBy(secret, false).toBytes();
        expect(readSigned(signed)).toEqual({
          tx,
          from: addressOf(publicKey),
          hash: expect.any(Uint8Array) as unknown,
        });
      }),
      { numRuns: casesOf(300), endOnFailure: true },
    );
  });

  it('the same addresses of keys, and the same checksums', () => {
    fc.assert(
      fc.property(anySecret, anyAddress, (secret, address) => {
        expect(addressOf(secp256k1.getPublicKey(secret))).toBe(addr.fromPrivateKey(secret));
        expect(toChecksum(address.toLowerCase())).toBe(addr.addChecksum(address.toLowerCase()));
        expect(parseAddress(address)).toEqual({ address, checksummed: true });
      }),
      { numRuns: casesOf(300), endOnFailure: true },
    );
  });
});
