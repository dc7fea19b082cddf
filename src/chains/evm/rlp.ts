import { bytesToNumberBE } from '@noble/curves/utils.js';
import * as Rlp from 'ox/Rlp';
import { equalBytes } from '../../codec.ts';
import { MAX_U256 } from './amount.ts';
import { toChecksum } from './address.ts';
import { TransactionError } from './errors.ts';
import { type Hex, toHexData } from './hex.ts';
import type { AccessEntry, Authorization } from './transaction.ts';

export type RlpItem = Uint8Array | readonly RlpItem[];

/**
 * The fields of a list in its one canonical encoding.
 *
 * @throws TransactionError `evm/rlp-malformed`, `evm/rlp-not-canonical`, `evm/rlp-not-a-list`
 */
export function readList(bytes: Uint8Array): readonly RlpItem[] {
  let item: RlpItem;
  try {
    item = Rlp.to(bytes, 'Bytes');
  } catch (cause) {
    throw new TransactionError(
      'evm/rlp-malformed',
      'These bytes are damaged or incomplete: they are not a transaction (RLP).',
      { cause },
    );
  }
  if (item instanceof Uint8Array) {
    throw new TransactionError('evm/rlp-not-a-list', 'These bytes are not a transaction.');
  }
  if (!equalBytes(Rlp.from(item, { as: 'Bytes' }), bytes)) {
    throw new TransactionError(
      'evm/rlp-not-canonical',
      'The transaction is not in its one canonical form. Ask for it to be made again.',
    );
  }
  return item;
}

/** An unsigned integer without leading zeros, at most `max`. */
export function readInteger(item: RlpItem | undefined, field: string, max: bigint): bigint {
  const bytes = readBytes(item, field);
  if (bytes[0] === 0) {
    throw new TransactionError('evm/leading-zero', `The ${field} begins with a zero byte.`);
  }
  // The length first: a number of 128 KiB takes long to convert.
  if (bytes.length > 32 || bytesToNumberBE(bytes) > max) {
    throw new TransactionError('evm/out-of-range', `The ${field} is too large.`);
  }
  return bytesToNumberBE(bytes);
}

export function readData(item: RlpItem | undefined, field: string): Hex {
  return toHexData(readBytes(item, field));
}

/** An address, or `undefined` where it is empty. */
export function readTo(item: RlpItem | undefined): Hex | undefined {
  const bytes = readBytes(item, 'recipient');
  return bytes.length === 0 ? undefined : readAddress(bytes, 'recipient');
}

/** [[address, [key, …]], …] (EIP-2930). */
export function readAccessList(item: RlpItem | undefined): readonly AccessEntry[] {
  return listOf(item).map((entry) => {
    const [address, keys, ...rest] = listOf(entry);
    if (rest.length > 0) throw badAccessList();
    const storageKeys = listOf(keys).map((key) => {
      const bytes = readBytes(key, 'access list');
      if (bytes.length !== 32) throw badAccessList();
      return toHexData(bytes);
    });
    return Object.freeze({
      address: readAddress(readBytes(address, 'access list'), 'access list'),
      storageKeys: Object.freeze(storageKeys),
    });
  });
}

/** [[chain id, address, nonce, y parity, r, s], …], at least one (EIP-7702). */
export function readAuthorizations(
  item: RlpItem | undefined,
  { maxChainId, maxNonce }: { readonly maxChainId: bigint; readonly maxNonce: bigint },
): readonly Authorization[] {
  if (item === undefined || item instanceof Uint8Array || item.length === 0) {
    throw badAuthorizations();
  }
  return item.map((entry) => {
    if (entry instanceof Uint8Array || entry.length !== 6) throw badAuthorizations();
    const [chainId, address, nonce, yParity, r, s] = entry;
    const field = 'authorization';
    return Object.freeze({
      chainId: readInteger(chainId, field, maxChainId),
      address: readAddress(readBytes(address, field), field),
      nonce: readInteger(nonce, field, maxNonce),
      yParity: readInteger(yParity, field, 1n) === 0n ? 0 : 1,
      r: readInteger(r, field, MAX_U256),
      s: readInteger(s, field, MAX_U256),
    });
  });
}

function readBytes(item: RlpItem | undefined, field: string): Uint8Array {
  if (!(item instanceof Uint8Array)) {
    throw new TransactionError('evm/field-shape', `The ${field} must be bytes.`);
  }
  return item;
}

function readAddress(bytes: Uint8Array, field: string): Hex {
  if (bytes.length !== 20) {
    throw new TransactionError(
      'evm/address-size',
      `The ${field} has an address of ${String(bytes.length)} bytes; it must be 20.`,
    );
  }
  return toChecksum(toHexData(bytes));
}

function listOf(item: RlpItem | undefined): readonly RlpItem[] {
  if (item === undefined || item instanceof Uint8Array) throw badAccessList();
  return item;
}

function badAuthorizations(): TransactionError {
  return new TransactionError(
    'evm/authorizations',
    'The authorizations are not a list of chain id, address, nonce and signature.',
  );
}

function badAccessList(): TransactionError {
  return new TransactionError(
    'evm/access-list',
    'The access list is not a list of addresses with keys of 32 bytes.',
  );
}
