/** The key pairs of a device. The browser keeps the private halves; script never sees their bytes. */
import { equalBytes } from '../codec.ts';
import { DamagedKeystoreError } from './errors.ts';

/** Pairs as the browser stores them: private keys non-extractable. */
export interface KeyPairs {
  /** Ed25519. */
  readonly identity: CryptoKeyPair;
  /** X25519. */
  readonly sealing: CryptoKeyPair;
}

/** Key pairs by id, durable. `database.ts` and `memory.ts` offer it. */
export interface KeyPairStore {
  get(id: string): Promise<KeyPairs | undefined>;
  /** Resolves only when the pairs are on the disk. Never replaces an existing entry. */
  put(id: string, pairs: KeyPairs): Promise<void>;
}

/** What other rooms get: pairs with their public keys as 32 raw bytes each. */
export interface DeviceKeys extends KeyPairs {
  /** Ed25519 public key, 32 bytes (RFC 8032). */
  readonly identityPublic: Uint8Array;
  /** X25519 public key, 32 bytes (RFC 7748). */
  readonly sealingPublic: Uint8Array;
  /** An Ed25519 signature, 64 bytes, over `message` as it stands. */
  sign(message: Uint8Array): Promise<Uint8Array>;
}

/** Fresh non-extractable pairs. */
export async function generateKeyPairs(): Promise<KeyPairs> {
  const [identity, sealing] = await Promise.all([
    crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify']),
    crypto.subtle.generateKey('X25519', false, ['deriveBits']),
  ]);
  return { identity: asPair(identity), sealing: asPair(sealing) };
}

/** Exports both public keys. */
export async function deviceKeys(pairs: KeyPairs): Promise<DeviceKeys> {
  const { privateKey } = pairs.identity;
  const [identityPublic, sealingPublic] = await Promise.all([
    rawPublic(pairs.identity),
    rawPublic(pairs.sealing),
  ]);
  return {
    ...pairs,
    identityPublic,
    sealingPublic,
    async sign(message) {
      const signature = await crypto.subtle.sign('Ed25519', privateKey, new Uint8Array(message));
      return new Uint8Array(signature);
    },
  };
}

/**
 * Proves that the private keys belong to the public keys, and that script cannot read them: a stored pair
 * can be exchanged by whoever writes to the disk.
 *
 * @throws DamagedKeystoreError
 */
export async function proveKeys(
  keys: DeviceKeys,
  expected: { readonly identityPublic: Uint8Array; readonly sealingPublic: Uint8Array },
): Promise<void> {
  if (keys.identity.privateKey.extractable || keys.sealing.privateKey.extractable) {
    throw new DamagedKeystoreError('a private key can be read by scripts');
  }
  if (
    !equalBytes(keys.identityPublic, expected.identityPublic) ||
    !equalBytes(keys.sealingPublic, expected.sealingPublic)
  ) {
    throw new DamagedKeystoreError('the keys are those of another device');
  }
  const challenge = crypto.getRandomValues(new Uint8Array(32));
  const signature = new Uint8Array(await keys.sign(challenge));
  if (!(await crypto.subtle.verify('Ed25519', keys.identity.publicKey, signature, challenge))) {
    throw new DamagedKeystoreError('the signing key does not fit its public key');
  }
  const other = asPair(await crypto.subtle.generateKey('X25519', false, ['deriveBits']));
  const [ours, theirs] = await Promise.all([
    agree(keys.sealing.privateKey, other.publicKey),
    agree(other.privateKey, keys.sealing.publicKey),
  ]);
  if (!equalBytes(ours, theirs)) {
    throw new DamagedKeystoreError('the sealing key does not fit its public key');
  }
}

async function agree(privateKey: CryptoKey, publicKey: CryptoKey): Promise<Uint8Array> {
  const bits = await crypto.subtle.deriveBits(
    { name: 'X25519', public: publicKey },
    privateKey,
    256,
  );
  return new Uint8Array(bits);
}

const rawPublic = async (pair: CryptoKeyPair): Promise<Uint8Array> =>
  new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey));

function asPair(made: CryptoKey | CryptoKeyPair): CryptoKeyPair {
  if (!('privateKey' in made))
    throw new TypeError('the browser made a single key instead of a pair');
  return made;
}
