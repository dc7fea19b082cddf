/** Ed25519 by the platform: the same keys, signatures and verdicts as the product's, in less time. */
import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { sha256 } from '@noble/hashes/sha2.js';
import { hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import { concat } from '../../codec.ts';
import { testIdentity, type TestIdentity } from './seeded.ts';

/** Headers of an Ed25519 key in PKCS #8 and in SubjectPublicKeyInfo (RFC 8410). */
const [PKCS8, SPKI] = ['302e020100300506032b657004220420', '302a300506032b6570032100'].map(
  hexToBytes,
) as [Uint8Array, Uint8Array];

/** The same keys and signatures as `testIdentity`, by the platform: most of the time goes into them. */
export function platformIdentity(name: string): TestIdentity {
  const secret = sha256(utf8ToBytes(`identity/${name}`));
  const key = createPrivateKey({
    key: Buffer.from(concat(PKCS8, secret)),
    format: 'der',
    type: 'pkcs8',
  });
  return {
    publicKey: testIdentity(name).publicKey,
    sign: (digest) => new Uint8Array(sign(null, digest, key)),
  };
}

const verdicts = new Map<string, boolean>();

/**
 * Whether an Ed25519 signature holds, by the platform, and only once for each signature: to be mocked into
 * `identity.ts`, where most of the time would go.
 */
export function platformVerify(
  publicKey: Uint8Array,
  digest: Uint8Array,
  signature: Uint8Array,
): boolean {
  const name = Buffer.from(concat(publicKey, digest, signature)).toString('latin1');
  const known = verdicts.get(name);
  if (known !== undefined) return known;
  const key = createPublicKey({
    key: Buffer.from(concat(SPKI, publicKey)),
    format: 'der',
    type: 'spki',
  });
  const verdict = verify(null, digest, key, signature);
  verdicts.set(name, verdict);
  return verdict;
}
