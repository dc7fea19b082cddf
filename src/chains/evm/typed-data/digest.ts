import { keccak_256 } from '@noble/hashes/sha3.js';
import {
  encodeType as encodeTypes,
  hashDomain,
  hashStruct,
  type TypedData as TypeTable,
} from 'ox/TypedData';
import { concat, equalBytes } from '../../../codec.ts';
import { fromHexData } from '../hex.ts';
import { TypedDataError } from './errors.ts';
import type { TypedData, TypedDataRequest } from './request.ts';
import { serializeTypedData } from './serialize.ts';

export interface TypedDataHashes {
  /** hashStruct of the domain, 32 bytes. */
  readonly domain: Uint8Array;
  /** hashStruct of the message, 32 bytes. */
  readonly message: Uint8Array;
  /** What the account signs: Keccak-256 of 0x19 ‖ 0x01 ‖ domain ‖ message. 32 bytes. */
  readonly digest: Uint8Array;
}

/**
 * @throws TypedDataError `evm/typed-data-changed` when the bytes are no longer those that were read
 * @see EIP-712
 */
export function hashTypedData(request: TypedDataRequest): TypedDataHashes {
  const { data, bytes } = request;
  // The data are frozen, a byte array cannot be.
  if (!equalBytes(serializeTypedData(data), bytes)) {
    throw new TypedDataError('changed', '', 'The typed data changed after they were read.');
  }
  const types = data.types as TypeTable;
  const domain = fromHexData(hashDomain({ domain: data.domain, types }));
  const { primaryType } = data;
  const message = fromHexData(hashStruct({ data: data.message, primaryType, types }));
  return { domain, message, digest: keccak_256(concat(PREFIX, domain, message)) };
}

/** EIP-191, version 0x01. */
const PREFIX = Uint8Array.of(0x19, 0x01);

/** What is signed for typed data, 32 bytes. */
export const typedDataDigest = (request: TypedDataRequest): Uint8Array =>
  hashTypedData(request).digest;

/** The types as EIP-712 hashes them: `Mail(Person from,…)Person(…)`. */
export const encodeType = ({
  types,
  primaryType,
}: Pick<TypedData, 'types' | 'primaryType'>): string =>
  encodeTypes({ types: types as TypeTable, primaryType });
