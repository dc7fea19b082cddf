import { keccak_256 } from '@noble/hashes/sha3.js';
import { fromHexData, type Hex, sizeOf } from '../hex.ts';

/**
 * A short name for calldata that other wallets and tools show, too: Keccak-256 of its length as 32 bytes, then
 * the calldata. 32 bytes. The chain and the called contract are not part of it.
 *
 * @see ERC-8213 (draft), "Calldata Digest"
 */
export function calldataDigest(data: Hex): Uint8Array {
  const length = sizeOf(data).toString(16).padStart(64, '0');
  return keccak_256(fromHexData(`0x${length}${data.slice(2)}`));
}
