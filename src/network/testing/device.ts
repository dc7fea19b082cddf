/** Devices with keys of a seed, for tests. */
import { ed25519 } from '@noble/curves/ed25519.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import type { Peer } from '../channel.ts';
import { deviceId, type DeviceKeys } from '../device.ts';
import { hpke } from '../hpke.ts';

/** A device and what its peers know of it. */
export interface TestDevice {
  readonly keys: DeviceKeys;
  readonly peer: Peer;
}

/** The same name gives the same keys. */
export async function testDevice(name: string): Promise<TestDevice> {
  const secret = (purpose: string): Uint8Array => sha256(utf8ToBytes(`${purpose} of ${name}`));
  const identity = ed25519.getPublicKey(secret('identity'));
  const { privateKey, publicKey } = await hpke.DeriveKeyPair(secret('sealing'));
  const keys: DeviceKeys = {
    identity,
    sign: async (message) => ed25519.sign(message, secret('identity')),
    sealing: { privateKey, publicKey },
    inbox: secret('inbox'),
  };
  const sealing = await hpke.SerializePublicKey(publicKey);
  return { keys, peer: { id: deviceId(identity), identity, sealing, inbox: keys.inbox } };
}
