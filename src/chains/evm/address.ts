import { secp256k1 } from '@noble/curves/secp256k1.js';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { checksum } from 'ox/Address';
import { isPlain } from '../../text.ts';
import { AddressError } from './errors.ts';
import { type Hex, toHexData } from './hex.ts';

export interface ParsedAddress {
  /** EIP-55. */
  readonly address: Hex;
  /** Whether the letters proved it; `false` where all of them have one case: a slip of a digit goes unseen. */
  readonly checksummed: boolean;
}

export const ZERO_ADDRESS: Hex = `0x${'0'.repeat(40)}`;

const TWENTY_BYTES = /^0x[0-9a-f]{40}$/i;

/** What people paste instead of an address, and what to tell them. */
const MISTAKEN: readonly (readonly [pattern: RegExp, code: string, message: string])[] = [
  [/\s/, 'evm/address-spaces', 'There are spaces inside the address. Copy it again, in one piece.'],
  [
    /^(?:0x)?[0-9a-f]{64}$/i,
    'evm/address-32-bytes',
    'This is 32 bytes long: a transaction hash or a private key, not an address. Never paste a private key anywhere.',
  ],
  [
    /^(?:0x)?0[23][0-9a-f]{64}$|^(?:0x)?04[0-9a-f]{128}$/i,
    'evm/address-public-key',
    'This is a public key, not an address.',
  ],
  [/^[0-9a-f]{40}$/i, 'evm/address-prefix', 'An address begins with 0x. Add it if this is one.'],
  [/^0X/, 'evm/address-prefix', 'An address begins with 0x, with a small x.'],
  [
    /^(?:(?:bc|tb|bcrt)1[0-9a-z]{8,87}|[13][1-9A-HJ-NP-Za-km-z]{25,34})$/i,
    'evm/address-bitcoin',
    'This looks like a Bitcoin address. Money sent to it on this network would be lost.',
  ],
  [
    /^T[1-9A-HJ-NP-Za-km-z]{33}$/,
    'evm/address-tron',
    'This looks like a Tron address. It is on another network; ask for a 0x address.',
  ],
  [
    /^(?:iban:)?XE[0-9]{2}[0-9a-z]{16,31}$/i,
    'evm/address-icap',
    'This is an ICAP address, which this wallet does not read. Ask for the address that begins with 0x.',
  ],
  [
    /^[a-z][a-z0-9-]*:0x/i,
    'evm/address-chain-prefix',
    'Leave out what stands before 0x, and choose the network yourself.',
  ],
  [
    /^[^.]+(?:\.[^.]+)+$/,
    'evm/address-name',
    'This is a name. This wallet does not look names up, because the answer could be false: paste the address itself.',
  ],
];

/**
 * An address as a person pastes it. Spaces around it do not matter; a checksum that is there must be right.
 *
 * @throws AddressError that says what the text is instead
 * @see EIP-55
 */
export function parseAddress(text: string): ParsedAddress {
  const trimmed = text.trim();
  if (trimmed === '') throw new AddressError('evm/address-empty', 'Enter an address.');
  if (!isPlain(trimmed.replaceAll(/\s/g, ' '))) {
    throw new AddressError(
      'evm/address-hidden-characters',
      'There are invisible characters in the address. Copy it again from a source you trust.',
    );
  }
  for (const [pattern, code, message] of MISTAKEN) {
    if (pattern.test(trimmed)) throw new AddressError(code, message);
  }
  if (!trimmed.startsWith('0x')) {
    throw new AddressError('evm/address-unknown', 'This is not an address: it must begin with 0x.');
  }
  const digits = trimmed.slice(2);
  if (!/^[0-9a-f]*$/i.test(digits)) {
    throw new AddressError(
      'evm/address-digits',
      'After 0x an address has only the digits 0 to 9 and the letters a to f.',
    );
  }
  if (!TWENTY_BYTES.test(trimmed)) {
    const count = digits.length;
    throw new AddressError(
      'evm/address-length',
      `An address has 40 digits after 0x; this has ${String(count)}. Something is ${count < 40 ? 'missing' : 'too much'}.`,
    );
  }
  const address = toChecksum(trimmed);
  const checksummed = address === trimmed;
  const oneCase = digits === digits.toLowerCase() || digits === digits.toUpperCase();
  if (!checksummed && !oneCase) {
    throw new AddressError(
      'evm/address-checksum',
      'The capital letters do not fit the digits: at least one character is wrong. Copy the address again.',
    );
  }
  return { address, checksummed };
}

/**
 * The EIP-55 spelling of 0x and 40 digits of any case.
 *
 * @throws AddressError for anything else
 */
export function toChecksum(address: string): Hex {
  if (!TWENTY_BYTES.test(address)) {
    throw new AddressError('evm/address-length', 'An address is 0x and 40 digits.');
  }
  return checksum(address);
}

/**
 * The account of a public key: the last 20 bytes of the Keccak-256 of its coordinates.
 *
 * @param publicKey 33 bytes, compressed, on secp256k1
 * @throws AddressError when the bytes are no point of the curve
 */
export function addressOf(publicKey: Uint8Array): Hex {
  if (publicKey.length !== 33) {
    throw new AddressError('evm/address-key', 'A compressed public key has 33 bytes.');
  }
  let point;
  try {
    point = secp256k1.Point.fromBytes(publicKey);
  } catch (cause) {
    throw new AddressError('evm/address-key', 'The public key is not a point of the curve.', {
      cause,
    });
  }
  return toChecksum(toHexData(keccak_256(point.toBytes(false).subarray(1)).subarray(12)));
}
