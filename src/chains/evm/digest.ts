import { keccak_256 } from '@noble/hashes/sha3.js';
import { equalBytes } from '../../codec.ts';
import { TransactionError } from './errors.ts';
import { serialize } from './serialize.ts';
import type { EvmRequest } from './transaction.ts';

/**
 * What the account signs: the Keccak-256 of the unsigned bytes, 32 bytes.
 *
 * @throws TransactionError `evm/changed` when the bytes are no longer those of the fields that were shown
 */
export function digest(request: EvmRequest): Uint8Array {
  // The fields are frozen, a byte array cannot be.
  if (!equalBytes(serialize(request.tx), request.bytes)) {
    throw new TransactionError('evm/changed', 'The transaction changed after it was read.');
  }
  return keccak_256(request.bytes);
}
