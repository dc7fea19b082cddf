/** Identity signatures: strict RFC 8032, and never an exception. */
import { ed25519 } from '@noble/curves/ed25519.js';
import { describe, expect, it } from 'vitest';
import { verifyIdentity } from './identity.ts';
import { digestOf, seeded, testIdentity } from './testing/seeded.ts';
import { hasShared, needsShared, readWycheproof, type WycheproofCase } from './vectors/shared.ts';

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'));
const identity = testIdentity('identity');
const { publicKey } = identity;
const digest = digestOf('message');
const signature = identity.sign(digest);

describe('verifyIdentity', () => {
  it('takes the signature, and nothing that differs in one bit', () => {
    expect(verifyIdentity(publicKey, digest, signature)).toBe(true);
    for (let bit = 0; bit < 512; bit += 5) {
      const flipped = signature.slice();
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(verifyIdentity(publicKey, digest, flipped)).toBe(false);
    }
    expect(verifyIdentity(publicKey, digestOf('other'), signature)).toBe(false);
    expect(verifyIdentity(testIdentity('other').publicKey, digest, signature)).toBe(false);
  });

  it.each([0, 31, 33, 63, 65, 128])('P-14 gives false for lengths of %i bytes', (length) => {
    const bytes = seeded('identity')(length);
    expect(verifyIdentity(bytes, digest, signature)).toBe(false);
    expect(verifyIdentity(publicKey, digest, bytes)).toBe(false);
  });

  it('P-14 gives false for a signature that is no array of bytes, which the library throws at', () => {
    const numbers = [...signature] as unknown as Uint8Array;
    expect(() => ed25519.verify(numbers, digest, publicKey)).toThrow();
    expect(verifyIdentity(publicKey, digest, numbers)).toBe(false);
  });

  it('P-53 refuses small-order keys, which verify almost anything', () => {
    const forged = new Uint8Array(64);
    forged[0] = 1; // R = identity, s = 0
    for (const smallOrder of [
      '0100000000000000000000000000000000000000000000000000000000000000',
      'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
      '0000000000000000000000000000000000000000000000000000000000000000',
      '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
    ]) {
      for (let i = 0; i < 16; i++) {
        expect(verifyIdentity(hex(smallOrder), digestOf(String(i)), forged)).toBe(false);
      }
      // the permissive rules (ZIP 215) do take one of them
    }
    expect(ed25519.verify(forged, digest, hex('01'.padEnd(64, '0')), { zip215: true })).toBe(true);
  });
});

describe.skipIf(!hasShared)('Wycheproof Ed25519', () => {
  interface Group {
    readonly publicKey: { readonly pk: string };
    readonly tests: readonly (WycheproofCase & { readonly msg: string; readonly sig: string })[];
  }
  const groups = hasShared ? (readWycheproof('ed25519_test.json') as readonly Group[]) : [];

  it(needsShared('every case'), () => {
    let count = 0;
    for (const { publicKey: key, tests } of groups) {
      for (const { tcId, msg, sig, result, comment } of tests) {
        const verified = verifyIdentity(hex(key.pk), hex(msg), hex(sig));
        expect(verified, `${String(tcId)} ${comment}`).toBe(result === 'valid');
        count++;
      }
    }
    expect(count).toBeGreaterThan(140);
  });
});
