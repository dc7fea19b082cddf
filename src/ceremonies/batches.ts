/**
 * One session signs at most 16 digests. A request with more, a Bitcoin transaction with many inputs, takes several
 * sessions one after the other under one approval (addendum A1).
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { concat, u8 } from '../codec.ts';
import { MAX_ITEMS } from '../threshold/index.ts';

const REQUEST_ID_BYTES = 16;
const TAG = utf8ToBytes('countersign/signing-batch');

/** How many sessions a request takes. */
export const batchCount = (digests: number): number => Math.ceil(digests / MAX_ITEMS);

/** What one session signs of a request, in the request's order. @param batch from 0 */
export const batchOf = <T>(all: readonly T[], batch: number): T[] =>
  all.slice(batch * MAX_ITEMS, (batch + 1) * MAX_ITEMS);

/**
 * The request id of a session, the same on all signers, 16 bytes: of the first that of the attempt itself, of others
 * the beginning of SHA-256(tag || attempt || u8 batch).
 *
 * @param attempt 16 random bytes
 */
export function batchId(attempt: Uint8Array, batch: number): Uint8Array {
  if (batch === 0) return attempt;
  return sha256(concat(TAG, attempt, u8(batch))).slice(0, REQUEST_ID_BYTES);
}
