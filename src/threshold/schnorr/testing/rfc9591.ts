/**
 * The equations of RFC 9591, written again for the tests: binding factors, group commitment, challenge.
 *
 *     rho_i = H1(PK || H4(msg) || H5(enc(B)) || id_i),   R = sum (D_i + rho_i E_i),   c = H2(R || PK || msg)
 */
import { ed25519 } from '@noble/curves/ed25519.js';
import { schnorr, secp256k1_hasher } from '@noble/curves/secp256k1.js';
import { sha256, sha512 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { concat } from '../../../codec.ts';
import { ED25519, SECP256K1, type Element, type Group } from '../../group.ts';
import { toInteger } from '../../hash.ts';

/** A ciphersuite. */
export interface Ciphersuite {
  readonly group: Group;
  readonly toScalar: (label: string, message: Uint8Array) => bigint;
  readonly digest: (label: string, message: Uint8Array) => Uint8Array;
  /** c. The points are those of the signature: with even y in the BIP-340 flavour. */
  readonly challenge: (r: Element, key: Element, message: Uint8Array) => bigint;
}

const secp = (name: string, challenge: Ciphersuite['challenge']): Ciphersuite => ({
  group: SECP256K1,
  toScalar: (label, message) =>
    secp256k1_hasher.hashToScalar(message, { DST: utf8ToBytes(name + label) }),
  digest: (label, message) => sha256(concat(utf8ToBytes(name + label), message)),
  challenge,
});

const modL = (bytes: Uint8Array): bigint =>
  toInteger(bytes.slice().reverse()) % ed25519.Point.Fn.ORDER;
const ED25519_NAME = 'FROST-ED25519-SHA512-v1';

/** The suites by the names of their context strings. */
export const CIPHERSUITES = {
  secp256k1: secp('FROST-secp256k1-SHA256-v1', (r, key, message) =>
    secp256k1_hasher.hashToScalar(concat(r.toBytes(), key.toBytes(), message), {
      DST: utf8ToBytes('FROST-secp256k1-SHA256-v1chal'),
    }),
  ),
  taproot: secp('FROST-secp256k1-SHA256-TR-v1', (r, key, message) => {
    const [x, p] = [r.toBytes().slice(1), key.toBytes().slice(1)];
    return (
      toInteger(schnorr.utils.taggedHash('BIP0340/challenge', x, p, message)) % SECP256K1.order
    );
  }),
  ed25519: {
    group: ED25519,
    toScalar: (label, message) => modL(sha512(concat(utf8ToBytes(ED25519_NAME + label), message))),
    digest: (label, message) => sha512(concat(utf8ToBytes(ED25519_NAME + label), message)),
    challenge: (r, key, message) => modL(sha512(concat(r.toBytes(), key.toBytes(), message))),
  },
} satisfies Record<string, Ciphersuite>;

/** One entry of the list B. */
export interface Entry {
  readonly party: number;
  readonly hiding: Uint8Array;
  readonly binding: Uint8Array;
}

/** rho_i by party. @param list ascending; @param key the key of the suite: even in the BIP-340 flavour */
export function bindingFactors(
  suite: Ciphersuite,
  key: Element,
  list: readonly Entry[],
  message: Uint8Array,
): Map<number, bigint> {
  const encoded = concat(
    ...list.flatMap(({ party, hiding, binding }) => [
      suite.group.encodeScalar(BigInt(party)),
      hiding,
      binding,
    ]),
  );
  const prefix = concat(key.toBytes(), suite.digest('msg', message), suite.digest('com', encoded));
  return new Map(
    list.map(({ party }) => [
      party,
      suite.toScalar('rho', concat(prefix, suite.group.encodeScalar(BigInt(party)))),
    ]),
  );
}

/** R, before any sign is turned. */
export function groupCommitment(
  { group }: Ciphersuite,
  factors: ReadonlyMap<number, bigint>,
  list: readonly Entry[],
): Element {
  return list.reduce((sum, { party, hiding, binding }) => {
    const bound = group.decodePoint(binding).multiplyUnsafe(factors.get(party) ?? 0n);
    return sum.add(group.decodePoint(hiding)).add(bound);
  }, group.zero);
}
