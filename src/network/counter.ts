/** Message counters on the wire and in records: eight bytes big endian, at most 2^53 - 1. */
import { concat, u32, type Reader } from '../codec.ts';

/** Eight bytes. @throws RangeError unless an integer from 0 to 2^53 - 1 */
export function encodeCounter(value: number): Uint8Array {
  if (!Number.isSafeInteger(value)) throw new RangeError('a counter is a safe integer');
  return concat(u32(Math.floor(value / 2 ** 32)), u32(value % 2 ** 32));
}

/** @throws DecodeError above 2^53 - 1 */
export function readCounter(reader: Reader): number {
  const high = reader.u32();
  const value = high * 2 ** 32 + reader.u32();
  if (!Number.isSafeInteger(value)) throw reader.malformed('the counter is out of range');
  return value;
}
