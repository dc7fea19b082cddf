/** Devices as this room sees them: their keys and what is known of their peers. */
import { DecodeError, equalBytes, toHex } from '../codec.ts';
import type { DeviceId, Peer } from './channel.ts';

/** What a device holds to send and receive. */
export interface DeviceKeys {
  /** Ed25519 public key, 32 bytes. */
  readonly identity: Uint8Array;
  /** The 64-byte Ed25519 signature of the message (RFC 8032). The key may be non-extractable. */
  sign(message: Uint8Array): Promise<Uint8Array>;
  /** X25519 pair; the private key may be non-extractable and needs the usage `deriveBits`. */
  readonly sealing: CryptoKeyPair;
  /** Where the mailbox delivers, 32 random bytes, shown to peers only. */
  readonly inbox: Uint8Array;
}

/** The name of an identity key: its 32 bytes as lower-case hexadecimal. @throws DecodeError */
export function deviceId(identity: Uint8Array): DeviceId {
  if (identity.length !== 32) throw new DecodeError('device: an identity key has 32 bytes');
  return toHex(identity) as DeviceId;
}

/**
 * Peers by id.
 *
 * @throws DecodeError when one has keys of another length, an id that is not its key's, or appears twice
 */
export function peersById(peers: readonly Peer[]): ReadonlyMap<DeviceId, Peer> {
  const byId = new Map<DeviceId, Peer>();
  for (const peer of peers) {
    if (deviceId(peer.identity) !== peer.id) throw new DecodeError('peer: the id is not its key');
    if (peer.sealing.length !== 32) throw new DecodeError('peer: a sealing key has 32 bytes');
    if (peer.inbox.length !== 32) throw new DecodeError('peer: an inbox has 32 bytes');
    if (byId.has(peer.id)) throw new DecodeError('peer: named twice');
    byId.set(peer.id, peer);
  }
  return byId;
}

/** Whether two peers are the same device with the same keys and the same inbox. */
export const samePeer = (a: Peer, b: Peer): boolean =>
  a.id === b.id && equalBytes(a.sealing, b.sealing) && equalBytes(a.inbox, b.inbox);
