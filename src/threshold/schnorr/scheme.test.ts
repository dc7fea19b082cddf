/** What differs between the suites: which library, and how strict its verifier is. */
import { describe, expect, it } from 'vitest';
import { UsageError } from '../abort.ts';
import type { FrostSuite } from '../keys.ts';
import { digestOf } from '../testing/seeded.ts';
import { schemeOf } from './scheme.ts';

describe('the verifier of Ed25519', () => {
  const { verify } = schemeOf('mpc-frost/v1/ed25519');
  const identity = new Uint8Array(32);
  identity[0] = 1;
  const minusIdentity = identity.slice();
  minusIdentity[31] = 0x80; // x = 0 with the sign bit: ZIP 215 reads it, RFC 8032 does not

  it.each([
    ['the identity', identity],
    ['the identity, with the sign of its x set', minusIdentity],
  ])('P-53 takes no public key of small order, under which 0 signs everything: %s', (_, key) => {
    const signature = new Uint8Array(64);
    signature.set(key);
    expect(verify(signature, digestOf('anything'), key)).toBe(false);
  });
});

it('a suite that is not FROST has none, whatever the types said', () => {
  for (const suite of ['mpc-ecdsa/v1/secp256k1/L128', 'toString', '']) {
    expect(() => schemeOf(suite as FrostSuite)).toThrow(UsageError);
  }
});
