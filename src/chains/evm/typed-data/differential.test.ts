/** EIP-712 against micro-eth-signer, which shares no code with `ox`: any types, nested and recursive. */
import { secp256k1 } from '@noble/curves/secp256k1.js';
import fc from 'fast-check';
import { recoverAddressTyped } from 'micro-eth-signer';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../../codec.ts';
import { addressOf } from '../address.ts';
import { casesOf } from '../../testing/cases.ts';
import { typedDataDigest } from './digest.ts';
import { anyTypedData } from './testing/any.ts';
import { typed } from './testing/typed.ts';

/** It derives types from the literal types of its argument, which these do not have. */
const recover = recoverAddressTyped as (signature: string, typed: object) => string;

describe('against micro-eth-signer', () => {
  const secret = new Uint8Array(32).fill(0x46);
  const account = addressOf(secp256k1.getPublicKey(secret));

  it('recovers the account from signatures over our digests', () => {
    fc.assert(
      fc.property(anyTypedData, (json) => {
        const request = typed(json);
        const digest = typedDataDigest(request);
        const signature = secp256k1.sign(digest, secret, { prehash: false, format: 'recovered' });
        const [recovery = 9] = signature;
        const text = `0x${toHex(signature.subarray(1))}${(27 + recovery).toString(16)}`;
        const { types, primaryType, domain, message } = request.data;
        const given = {
          types,
          primaryType,
          domain: numbers(domain, types['EIP712Domain'] ?? [], types),
        };
        const struct = numbers(message, types[primaryType] ?? [], types);
        expect(recover(text, { ...given, message: struct })).toBe(account);
      }),
      { numRuns: casesOf(3_000), endOnFailure: true },
    );
  });
});

/** Integers as the second implementation takes them. */
function numbers(
  struct: object,
  members: readonly { name: string; type: string }[],
  types: object,
): object {
  return Object.fromEntries(
    members.map(({ name, type }) => [
      name,
      number((struct as Record<string, unknown>)[name], type, types),
    ]),
  );
}

function number(value: unknown, type: string, types: object): unknown {
  if (Array.isArray(value)) {
    return value.map((item) => number(item, type.slice(0, type.lastIndexOf('[')), types));
  }
  if (/^u?int/.test(type)) return BigInt(String(value));
  const members = Object.hasOwn(types, type) ? (types as Record<string, []>)[type] : undefined;
  return members === undefined ? value : numbers(value as object, members, types);
}
