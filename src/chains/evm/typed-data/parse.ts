import { utf8 } from '@scure/base';
import { equalBytes } from '../../../codec.ts';
import { MAX_CHAIN_ID } from '../parse.ts';
import { TypedDataError } from './errors.ts';
import { entriesOf, parseJson, textOf } from './json.ts';
import type { TypedData, TypedDataRequest } from './request.ts';
import { serializeTypedData } from './serialize.ts';
import { DOMAIN, readTypes, typesUsed } from './types.ts';
import { budget, readStruct } from './value.ts';

/** 128 KiB of canonical JSON, like a transaction. */
export const MAX_TYPED_DATA_BYTES = 131_072;

/**
 * Typed data (version 4) in its one canonical form: UTF-8 JSON without spaces, with `types`, `primaryType`,
 * `domain` and `message` in this order; the types EIP712Domain, the primary one, then what it is made of by
 * name; members in the order of their type; integers as decimal text, addresses by EIP-55, bytes in lower
 * case. Nothing that would not be signed.
 *
 * @throws TypedDataError that says what is wrong and where
 * @see EIP-712
 */
export function parseTypedData(bytes: Uint8Array): TypedDataRequest {
  if (bytes.length > MAX_TYPED_DATA_BYTES) throw tooLarge();
  const copy = bytes.slice();
  const data = readTypedData(parseJson(textIn(copy)));
  // What the reader below lets through in another form, such as a number, does not come out the same.
  if (!equalBytes(serializeTypedData(data), copy)) {
    throw new TypedDataError('not-canonical', '', 'This is not the canonical form of typed data.');
  }
  return Object.freeze({ kind: 'evm-typed-data', bytes: copy, data }) as TypedDataRequest;
}

/**
 * Typed data in any form wallets are given: integers as numbers, decimal or hexadecimal text. Types that
 * nothing uses are left out, since they are not signed.
 *
 * @throws TypedDataError that says what is wrong and where
 */
export function readTypedData(json: unknown): TypedData {
  const given = new Map(entriesOf(json, ''));
  const types = readTypes(take(given, 'types'));
  const primaryType = textOf(take(given, 'primaryType'), 'primaryType');
  if (!types.has(primaryType) || primaryType === DOMAIN) {
    throw new TypedDataError('primary-type', 'primaryType', 'There is no such type to sign.');
  }
  const room = budget();
  const domain = readStruct(take(given, 'domain'), DOMAIN, types, 'domain', room);
  const message = readStruct(take(given, 'message'), primaryType, types, 'message', room);
  const [unknown] = given.keys();
  if (unknown !== undefined) {
    throw new TypedDataError('unknown-member', unknown.slice(0, 60), 'This would not be signed.');
  }
  checkChain(domain['chainId']);
  const used = [DOMAIN, ...typesUsed(primaryType, types)];
  return Object.freeze({
    types: Object.freeze(
      Object.fromEntries(
        used.map((name) => [name, Object.freeze((types.get(name) ?? []).map(Object.freeze))]),
      ),
    ) as TypedData['types'],
    primaryType,
    domain,
    message,
  });
}

function take(given: Map<string, unknown>, name: string): unknown {
  const value = given.get(name);
  if (!given.delete(name)) throw new TypedDataError('missing', name, 'This is missing.');
  return value;
}

function checkChain(chainId: unknown): void {
  if (typeof chainId !== 'string') return;
  const id = BigInt(chainId);
  if (id === 0n || id > MAX_CHAIN_ID) {
    throw new TypedDataError('chain', 'domain.chainId', 'There is no such chain.');
  }
}

function textIn(bytes: Uint8Array): string {
  try {
    return utf8.encode(bytes);
  } catch (cause) {
    throw new TypedDataError('utf8', '', 'These bytes are not text in UTF-8.', { cause });
  }
}

const tooLarge = (): TypedDataError =>
  new TypedDataError('too-large', '', 'This is more than 128 KiB, which nobody can read.');
