/**
 * Canonical bytes: big-endian integers, fixed lengths, explicit counts, no optional trailing data.
 * One value has exactly one encoding, and a reader accepts nothing else.
 */
import { CountersignError } from './errors.ts';

/** Bytes that are not the one canonical encoding of what was expected. */
export class DecodeError extends CountersignError {
  constructor(message: string) {
    super('codec/malformed', message);
  }
}

/** One byte. @throws RangeError unless `value` is an integer in 0..255. */
export const u8 = (value: number): Uint8Array => unsigned(value, 1);
/** Two bytes, big endian. @throws RangeError unless `value` is an integer in 0..65535. */
export const u16 = (value: number): Uint8Array => unsigned(value, 2);
/** Four bytes, big endian. @throws RangeError unless `value` is an integer in 0..2^32-1. */
export const u32 = (value: number): Uint8Array => unsigned(value, 4);

function unsigned(value: number, size: 1 | 2 | 4): Uint8Array {
  if (!Number.isInteger(value) || value < 0 || value >= 2 ** (8 * size)) {
    throw new RangeError(`expected an integer of ${String(8 * size)} bits, got ${String(value)}`);
  }
  const out = new Uint8Array(size);
  for (let i = size - 1, rest = value; i >= 0; i--, rest = Math.floor(rest / 256)) out[i] = rest;
  return out;
}

/** Joins byte strings. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const out = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** Whether two public byte strings are equal. Looks at every byte of strings of equal length. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (const [i, byte] of a.entries()) difference |= byte ^ (b[i] ?? 0);
  return difference === 0;
}

/** Lexicographic order of byte strings: negative, zero or positive, as `Array.prototype.sort` wants it. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  for (const [i, byte] of a.entries()) {
    const other = b[i];
    if (other === undefined) return 1;
    if (byte !== other) return byte - other;
  }
  return a.length - b.length;
}

/** Lower-case hexadecimal, for map keys and messages. */
export const toHex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

/** Reads canonical bytes from front to back; `end` insists that nothing is left over. */
export class Reader {
  readonly #bytes: Uint8Array;
  readonly #what: string;
  #at = 0;

  /** @param what names the thing being read, for error messages. */
  constructor(bytes: Uint8Array, what: string) {
    this.#bytes = bytes;
    this.#what = what;
  }

  /** The next `length` bytes, copied. @throws DecodeError when fewer are left. */
  bytes(length: number): Uint8Array {
    const end = this.#at + length;
    if (end > this.#bytes.length) {
      throw new DecodeError(
        `${this.#what}: ${String(length)} bytes expected at offset ${String(this.#at)}, ` +
          `${String(this.#bytes.length - this.#at)} left`,
      );
    }
    const out = this.#bytes.slice(this.#at, end);
    this.#at = end;
    return out;
  }

  u8(): number {
    return this.#unsigned(1);
  }

  u16(): number {
    return this.#unsigned(2);
  }

  u32(): number {
    return this.#unsigned(4);
  }

  /** @throws DecodeError when bytes are left over. */
  end(): void {
    const left = this.#bytes.length - this.#at;
    if (left !== 0) throw new DecodeError(`${this.#what}: ${String(left)} bytes too many`);
  }

  /** A DecodeError that names what is being read. */
  malformed(problem: string): DecodeError {
    return new DecodeError(`${this.#what}: ${problem}`);
  }

  #unsigned(size: number): number {
    let value = 0;
    for (const byte of this.bytes(size)) value = value * 256 + byte;
    return value;
  }
}
