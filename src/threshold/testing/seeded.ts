/** Deterministic stand-ins for tests: random bytes, identities, requests. Never part of the product. */
import { ed25519 } from '@noble/curves/ed25519.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { concat, u32 } from '../../codec.ts';
import type { Identity } from '../identity.ts';
import type { Member } from '../keys.ts';
import type { RandomSource } from '../random.ts';

/** Bytes that depend on nothing but the seed. */
export function seeded(seed: string): RandomSource {
  const key = sha256(utf8ToBytes(seed));
  let counter = 0;
  return (length) => {
    const out = new Uint8Array(length);
    for (let at = 0; at < length; at += 32) {
      const block = sha256(concat(key, u32(counter++)));
      out.set(block.subarray(0, Math.min(32, length - at)), at);
    }
    return out;
  };
}

/** An integer in 0..below-1 from a seeded source. */
export function pick(random: RandomSource, below: number): number {
  const [a = 0, b = 0, c = 0, d = 0] = random(4);
  return (((a << 24) | (b << 16) | (c << 8) | d) >>> 0) % below;
}

/** An identity key of a test device. */
export interface TestIdentity extends Identity {
  sign(digest: Uint8Array): Uint8Array;
}

/** The identity of a name: the same key every time. */
export function testIdentity(name: string): TestIdentity {
  const secret = sha256(utf8ToBytes(`identity/${name}`));
  return {
    publicKey: ed25519.getPublicKey(secret),
    sign: (digest) => ed25519.sign(digest, secret),
  };
}

/** A device of a test. */
export interface TestDevice {
  readonly name: string;
  readonly identity: TestIdentity;
}

/** Devices named a, b, c, ... */
export const devices = (count: number, prefix = 'device'): TestDevice[] =>
  Array.from({ length: count }, (_, i) => {
    const name = `${prefix}-${String(i + 1)}`;
    return { name, identity: testIdentity(name) };
  });

/** Members numbered in the order of the devices. */
export const membersOf = (list: readonly TestDevice[]): Member[] =>
  list.map(({ identity }, i) => ({ index: i + 1, identity: identity.publicKey }));

/** A 16-byte request id. */
export const requestId = (name: string): Uint8Array => sha256(utf8ToBytes(name)).slice(0, 16);

/** A 32-byte digest. */
export const digestOf = (name: string): Uint8Array => sha256(utf8ToBytes(name));
