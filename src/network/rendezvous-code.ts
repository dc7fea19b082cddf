/** Short codes that stand for an invitation: ten characters of Crockford's base 32, 50 bits. */
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { RendezvousCodeError } from './errors.ts';

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const LENGTH = 10;

/**
 * A fresh code as it is shown, for example `7K2MQ-X4TBN`.
 *
 * @param random `length` fresh, uniformly random bytes
 */
export function newRendezvousCode(random: (length: number) => Uint8Array): string {
  const characters = Array.from(random(LENGTH), (byte) => ALPHABET.charAt(byte & 31));
  return `${characters.slice(0, 5).join('')}-${characters.slice(5).join('')}`;
}

/**
 * The code as it is shown, from what somebody typed: case, spaces and hyphens do not matter, O is 0, and
 * I and L are 1.
 *
 * @throws RendezvousCodeError
 */
export function parseRendezvousCode(text: string): string {
  const typed = text
    .replaceAll(/[\s-]/g, '')
    .toUpperCase()
    .replaceAll('O', '0')
    .replaceAll(/[IL]/g, '1');
  if (!/^[0-9A-HJKMNP-TV-Z]{10}$/.test(typed)) throw new RendezvousCodeError();
  return `${typed.slice(0, 5)}-${typed.slice(5)}`;
}

const ITERATIONS = 600_000;

/**
 * 32 bytes that stand for the code: PBKDF2-HMAC-SHA256 (RFC 8018) with 600,000 iterations over its ten
 * characters. A relay sees a hash of it and may guess codes; the iterations make 2^50 guesses cost 2^69.
 */
export async function stretchRendezvousCode(code: string): Promise<Uint8Array> {
  const characters = utf8ToBytes(parseRendezvousCode(code).replace('-', ''));
  const key = await crypto.subtle.importKey('raw', Uint8Array.from(characters), 'PBKDF2', false, [
    'deriveBits',
  ]);
  const salt = Uint8Array.from(utf8ToBytes('countersign/rendezvous/v1'));
  const algorithm = { name: 'PBKDF2', hash: 'SHA-256', salt, iterations: ITERATIONS };
  return new Uint8Array(await crypto.subtle.deriveBits(algorithm, key, 256));
}
