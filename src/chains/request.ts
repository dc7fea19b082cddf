/** Requests of every kind, parsed from the bytes that were proposed. */
import { CountersignError } from '../errors.ts';
import { bitcoinDigests } from './bitcoin/digest.ts';
import { parseBitcoin } from './bitcoin/parse.ts';
import { pathsOf, type BitcoinRequest } from './bitcoin/request.ts';
import { digest } from './evm/digest.ts';
import { parseUnsigned } from './evm/parse.ts';
import { messageDigest } from './evm/message/digest.ts';
import { type MessageRequest, parseMessage } from './evm/message/parse.ts';
import { parseSignIn } from './evm/message/siwe.ts';
import type { EvmRequest } from './evm/transaction.ts';
import { typedDataDigest } from './evm/typed-data/digest.ts';
import { parseTypedData } from './evm/typed-data/parse.ts';
import type { TypedDataRequest } from './evm/typed-data/request.ts';
import type { RequestKind } from './review.ts';

/** A request of an account that has one key and one address. */
export type EvmChainRequest = EvmRequest | TypedDataRequest | MessageRequest;

/** A request that passed the parser of its kind. */
export type ChainRequest = EvmChainRequest | BitcoinRequest;

/** This build does not know requests of this kind. */
class UnknownKindError extends CountersignError {
  constructor() {
    super('chains/unknown-kind', 'This app does not know requests of this kind. Update it.');
  }
}

/**
 * The request that a proposal holds.
 *
 * @throws UnknownKindError, or the error of the kind's parser, which says what is wrong
 */
export function parseRequest(kind: RequestKind, bytes: Uint8Array): ChainRequest {
  switch (kind) {
    case 'evm':
      return parseUnsigned(bytes);
    case 'evm-typed-data':
      return parseTypedData(bytes);
    case 'evm-message':
      return parseMessage(bytes);
    case 'bitcoin':
      return parseBitcoin(bytes);
    default:
      throw new UnknownKindError();
  }
}

/** What is signed for a request, in order: 32 bytes each. */
export function digestsOf(request: ChainRequest): readonly Uint8Array[] {
  switch (request.kind) {
    case 'evm':
      return [digest(request)];
    case 'evm-typed-data':
      return [typedDataDigest(request)];
    case 'evm-message':
      return [messageDigest(request)];
    case 'bitcoin':
      return bitcoinDigests(request);
  }
}

/**
 * The path of the key of each digest, in the same order: BIP-32 indices from the vault's key.
 *
 * @param accountPath of the account, where it has one key only
 */
export const signingPathsOf = (
  request: ChainRequest,
  accountPath: readonly number[],
): readonly (readonly number[])[] =>
  request.kind === 'bitcoin' ? pathsOf(request) : [accountPath];

/** The EVM chain that a request is for; `undefined`: it names none. */
export function chainIdOf(request: ChainRequest): bigint | undefined {
  switch (request.kind) {
    case 'evm':
      return request.tx.chainId;
    case 'evm-typed-data': {
      const { chainId } = request.data.domain;
      return typeof chainId === 'string' ? BigInt(chainId) : undefined;
    }
    case 'evm-message':
      return request.text === undefined ? undefined : parseSignIn(request.text)?.chainId;
    case 'bitcoin':
      return undefined;
  }
}
