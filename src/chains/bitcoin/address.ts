/** Addresses, and the scripts behind them. `@scure/btc-signer` encodes; our own strictness is around it. */
import { Address, OutScript } from '@scure/btc-signer/payment.js';
import { bech32, bech32m } from '@scure/base';
import { equalBytes } from '../../codec.ts';
import { isPlain } from '../../text.ts';
import { BitcoinAddressError } from './errors.ts';
import { NETWORKS, type BitcoinNetwork } from './network.ts';

export type AddressType = 'p2pkh' | 'p2sh' | 'p2wpkh' | 'p2wsh' | 'p2tr' | 'p2a';

export interface ParsedBitcoinAddress {
  /** As this wallet writes it: bech32 in small letters. */
  readonly address: string;
  readonly script: Uint8Array;
  readonly type: AddressType;
}

const TYPES: Readonly<Record<string, AddressType>> = {
  pkh: 'p2pkh',
  sh: 'p2sh',
  wpkh: 'p2wpkh',
  wsh: 'p2wsh',
  tr: 'p2tr',
  p2a: 'p2a',
};

/** The prefix of a bech32 address is all before the last 1. */
const BECH32 = /^(bc|tb|bcrt)1[0-9a-z]*$/i;
const BASE58 = /^[123mn][1-9A-HJ-NP-Za-km-z]*$/;

/**
 * An address as a person pastes it. Spaces around it do not matter.
 *
 * @throws BitcoinAddressError that says what is wrong
 * @see BIP-173, BIP-350
 */
export function parseBitcoinAddress(text: string, network: BitcoinNetwork): ParsedBitcoinAddress {
  const address = text.trim();
  if (address === '') throw new BitcoinAddressError('bitcoin/address-empty', 'Enter an address.');
  if (!isPlain(address) || /\s/.test(address)) {
    throw new BitcoinAddressError(
      'bitcoin/address-characters',
      'There are spaces or invisible characters in the address. Copy it again from a source you trust.',
    );
  }
  if (/^0x/i.test(address)) {
    throw new BitcoinAddressError(
      'bitcoin/address-evm',
      'This is an address of another kind of network (0x…). Bitcoin cannot be sent there.',
    );
  }
  if (BECH32.test(address)) return parseSegwit(address, network);
  if (BASE58.test(address)) return parseLegacy(address, network);
  throw new BitcoinAddressError(
    'bitcoin/address-unknown',
    'This is not a Bitcoin address: it must begin with bc1, 1 or 3 (tb1, bcrt1, m, n or 2 on test networks).',
  );
}

function parseSegwit(text: string, network: BitcoinNetwork): ParsedBitcoinAddress {
  if (text !== text.toLowerCase() && text !== text.toUpperCase()) {
    throw new BitcoinAddressError(
      'bitcoin/address-mixed-case',
      'The address mixes small and capital letters: it was changed on the way. Copy it again.',
    );
  }
  const address = text.toLowerCase();
  const prefix = address.slice(0, address.indexOf('1'));
  if (prefix !== NETWORKS[network].prefixes.bech32) throw wrongNetwork(network);
  assertWitness(address);
  return decoded(address, network, 'bitcoin/address-witness', WITNESS_PROBLEM);
}

const WITNESS_PROBLEM =
  'This address is for a kind of script that does not exist yet: anybody could take the money.';

/** The checksum of the witness version: bech32 for 0, bech32m from 1 on. */
function assertWitness(address: string): void {
  const old = bech32.decodeUnsafe(address);
  const modern = bech32m.decodeUnsafe(address);
  const words = (old ?? modern)?.words;
  if (words === undefined) {
    throw new BitcoinAddressError(
      'bitcoin/address-checksum',
      'The checksum is wrong: at least one character is. Copy the address again.',
    );
  }
  const [version = 32] = words;
  if (version > 16) {
    throw new BitcoinAddressError('bitcoin/address-version', 'There is no such kind of address.');
  }
  if ((version === 0) !== (old !== undefined)) {
    throw new BitcoinAddressError(
      'bitcoin/address-checksum-kind',
      'The address has the checksum of another kind of address (BIP-350). Ask for a correct one.',
    );
  }
  let program: Uint8Array;
  try {
    program = bech32.fromWords(words.slice(1));
  } catch (cause) {
    throw new BitcoinAddressError('bitcoin/address-padding', 'This is not a valid address.', {
      cause,
    });
  }
  const { length } = program;
  if (length < 2 || length > 40 || (version === 0 && length !== 20 && length !== 32)) {
    throw new BitcoinAddressError('bitcoin/address-length', 'The address has a wrong length.');
  }
}

function parseLegacy(address: string, network: BitcoinNetwork): ParsedBitcoinAddress {
  const first = address.charAt(0);
  const mainnet = first === '1' || first === '3';
  if (mainnet !== (network === 'mainnet')) throw wrongNetwork(network);
  return decoded(
    address,
    network,
    'bitcoin/address-checksum',
    'The checksum is wrong: at least one character is. Copy the address again.',
  );
}

function decoded(
  address: string,
  network: BitcoinNetwork,
  code: string,
  message: string,
): ParsedBitcoinAddress {
  let script;
  try {
    script = OutScript.encode(Address(NETWORKS[network].prefixes).decode(address));
  } catch (cause) {
    throw new BitcoinAddressError(code, message, { cause });
  }
  const read = addressOfScript(script, network);
  if (read?.address !== address) throw new BitcoinAddressError(code, message);
  return read;
}

function wrongNetwork(network: BitcoinNetwork): BitcoinAddressError {
  return new BitcoinAddressError(
    'bitcoin/address-network',
    `This address belongs to another network than ${NETWORKS[network].label}. Ask for an address of this one.`,
  );
}

/** The address of a script, or `undefined` for a script that has none. Never throws. */
export function addressOfScript(
  script: Uint8Array,
  network: BitcoinNetwork,
): ParsedBitcoinAddress | undefined {
  try {
    const out = OutScript.decode(script);
    const type = TYPES[out.type];
    // The library also reads scripts that push the same bytes in another way: those pay somebody else.
    if (type === undefined || !equalBytes(OutScript.encode(out), script)) return undefined;
    return { address: Address(NETWORKS[network].prefixes).encode(out), script, type };
  } catch {
    return undefined;
  }
}
