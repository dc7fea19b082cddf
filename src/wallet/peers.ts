/** Devices as the network knows them. */
import { toHex } from '../codec.ts';
import type { DeviceId, Peer } from '../network/index.ts';

/** @param identity Ed25519 public key, 32 bytes */
export const deviceIdOf = (identity: Uint8Array): DeviceId => toHex(identity) as DeviceId;

export const peerOf = (member: {
  readonly identity: Uint8Array;
  readonly sealing: Uint8Array;
  readonly inbox: Uint8Array;
}): Peer => ({
  id: deviceIdOf(member.identity),
  identity: member.identity,
  sealing: member.sealing,
  inbox: member.inbox,
});
