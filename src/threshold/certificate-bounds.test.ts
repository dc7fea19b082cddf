/**
 * Certificates at their edges: the sizes that the encoding allows, each from both sides of its bound, and a
 * commitment that gives a member nothing. What the largest ones say is nonsense; only how they are read is
 * looked at. Found by mutation testing; see docs/mutation.md.
 */
import { describe, expect, it } from 'vitest';
import { concat, DecodeError, u16 } from '../codec.ts';
import { ProtocolError } from './abort.ts';
import {
  decodeCertificate,
  describeDraft,
  encodeCertificate,
  verifyKeygenCertificate,
  type Certificate,
} from './certificate.ts';
import { groupOf } from './group.ts';
import { MAX_PARTIES } from './parameters.ts';
import { frostKeys } from './testing/keys.ts';

const keys = frostKeys('mpc-frost/v1/ed25519', 2, 2);
const certificate = keys.output(1).certificate;
const signature = certificate.confirms.get(1) ?? expect.unreachable();
const [point = signature] = certificate.commitment;

const entries = (count: number): Certificate => ({
  ...certificate,
  confirms: new Map(Array.from({ length: count }, (_, i) => [i + 1, signature] as const)),
});
const coefficients = (count: number): Certificate => ({
  ...certificate,
  commitment: Array.from({ length: count }, () => point),
});

describe('the encoding of a certificate', () => {
  it.each([1, MAX_PARTIES])('takes %i coefficients', (count) => {
    const large = coefficients(count);
    expect(decodeCertificate(encodeCertificate(large))).toEqual(large);
  });

  it('takes as many entries as a redistribution has parties at most, and no more', () => {
    const large = entries(2 * MAX_PARTIES);
    expect(decodeCertificate(encodeCertificate(large))).toEqual(large);
    const larger = encodeCertificate(entries(2 * MAX_PARTIES + 1));
    expect(() => decodeCertificate(larger)).toThrow(/too many entries/);
  });

  it('refuses one coefficient too many, though each is there', () => {
    const larger = encodeCertificate(coefficients(MAX_PARTIES + 1));
    expect(() => decodeCertificate(larger)).toThrow(/coefficients/);
  });

  it('refuses no coefficients, though they have a size', () => {
    const bytes = encodeCertificate(certificate);
    const signatures = 2 + 2 + 2 * (2 + 64); // no dealers, two confirmations
    const at = bytes.length - signatures - certificate.commitment.length * point.length - 4;
    const none = concat(bytes.slice(0, at), u16(0), u16(point.length), bytes.slice(-signatures));
    expect(() => decodeCertificate(none)).toThrow(DecodeError);
    expect(() => decodeCertificate(none)).toThrow(/coefficients/);
  });
});

describe.each(['mpc-frost/v1/secp256k1-bip340', 'mpc-frost/v1/ed25519'] as const)('%s', (suite) => {
  it('refuses a commitment in which the share of a member is the identity', () => {
    const genuine = frostKeys(suite, 2, 2).output(1).certificate;
    const [secret = point] = genuine.commitment;
    // F(x) = A - x A, so F(1) = 0
    const opposite = groupOf(suite).decodePoint(secret).negate().toBytes();
    const degenerate = { ...genuine, commitment: [secret, opposite] };
    for (const look of [describeDraft, verifyKeygenCertificate]) {
      expect(() => look(degenerate)).toThrow(ProtocolError);
      expect(() => look(degenerate)).toThrow(/verifying share is the identity/);
    }
  });
});
