import { sha256 } from '@noble/hashes/sha2.js';
import { hex } from '@scure/base';
import { describe, expect, it } from 'vitest';
import { concat } from '../../codec.ts';
import {
  type BitcoinNetwork,
  chainIdOf,
  networkFactOf,
  networkOfReference,
  NETWORKS,
} from './network.ts';

const MERKLE = '4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b';

/** Merkle root, time, bits and nonce of the first blocks (Bitcoin Core, `chainparams.cpp`; BIP-94). */
const HEADERS: readonly [BitcoinNetwork, string, number, number, number][] = [
  ['mainnet', MERKLE, 1_231_006_505, 0x1d00ffff, 2_083_236_893],
  [
    'testnet4',
    '7aa0a7ae1e223414cb807e40cd57e667b718e42aaf9306db9102fe28912b7b4e',
    1_714_777_860,
    0x1d00ffff,
    393_743_547,
  ],
  ['signet', MERKLE, 1_598_918_400, 0x1e0377ae, 52_613_770],
  ['regtest', MERKLE, 1_296_688_602, 0x207fffff, 2],
];

const u32 = (value: number): Uint8Array => {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
};

describe('networks', () => {
  it.each(HEADERS)(
    '%s is named by the hash of its first block',
    (network, root, time, bits, nonce) => {
      const merkle = hex.decode(root).reverse();
      const header = concat(u32(1), new Uint8Array(32), merkle, u32(time), u32(bits), u32(nonce));
      const hash = hex.encode(sha256(sha256(header)).reverse());
      expect(NETWORKS[network].genesis).toBe(hash);
      expect(networkOfReference(hash.slice(0, 32))).toBe(network);
      expect(networkFactOf(network).id).toBe(`bip122:${hash.slice(0, 32)}`);
    },
  );
  it('has the id of CAIP-2', () => {
    expect(chainIdOf('mainnet')).toBe('bip122:000000000019d6689c085ae165831e93');
    expect(networkOfReference('00'.repeat(16))).toBeUndefined();
  });
});
