/** Requests of every kind, parsed from the bytes that were proposed. */
import { CountersignError } from '../errors.ts';
import { digest } from './evm/digest.ts';
import { parseUnsigned } from './evm/parse.ts';
import type { EvmRequest } from './evm/transaction.ts';
import type { RequestKind } from './review.ts';

/** A request that passed the parser of its kind. */
export type ChainRequest = EvmRequest;

/** This build does not know requests of this kind. */
export class UnknownKindError extends CountersignError {
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
  if (kind === 'evm') return parseUnsigned(bytes);
  throw new UnknownKindError();
}

/** What is signed for a request, in order: 32 bytes each. */
export const digestsOf = (request: ChainRequest): readonly Uint8Array[] => [digest(request)];
