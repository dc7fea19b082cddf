/**
 * Canonical CBOR (RFC 8949 section 4.2, deterministic): maps with text keys, arrays, byte and text
 * strings, integers, booleans and null. One value has exactly one encoding, and a reader accepts
 * nothing else.
 */
import { decode, encode, rfc8949EncodeOptions } from 'cborg';
import { DecodeError, equalBytes } from './codec.ts';

/** What can be encoded. Integers beyond 2^53 - 1 are `bigint`. */
export type CborValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | readonly CborValue[]
  | { readonly [key: string]: CborValue };

/** @throws Error for a value outside of `CborValue`: a bug of the caller */
export const encodeCbor = (value: CborValue): Uint8Array =>
  Uint8Array.from(encode(value, rfc8949EncodeOptions));

/**
 * Reads one canonical value. Says nothing about its shape: parse that next.
 *
 * @param what names the thing being read, for error messages
 * @throws DecodeError for anything but the one canonical encoding
 */
export function decodeCbor(bytes: Uint8Array, what: string): unknown {
  try {
    const value: unknown = decode(bytes, {
      strict: true,
      rejectDuplicateMapKeys: true,
      allowIndefinite: false,
      allowUndefined: false,
      allowNaN: false,
      allowInfinity: false,
    });
    // What the strict reader lets through, such as floats or unsorted keys, does not come out the same.
    if (equalBytes(encodeCbor(value as CborValue), bytes)) return value;
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : 'not CBOR';
    throw new DecodeError(`${what}: ${detail}`);
  }
  throw new DecodeError(`${what}: not in canonical CBOR`);
}
