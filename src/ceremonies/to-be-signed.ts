/** From what was approved to the digests that the devices sign. */
import { digestsOf, parseRequest, type ChainRequest } from '../chains/index.ts';
import type { SignItem as ThresholdItem } from '../threshold/index.ts';
import type { SignItem } from './api.ts';
import { CeremonyError } from './errors.ts';

/** A signature for one purpose never serves another: the purpose is bound into the session. */
const PURPOSES = {
  evm: 'evm-transaction',
  'evm-typed-data': 'evm-typed-data',
  'evm-message': 'evm-message',
  bitcoin: 'bitcoin-input',
} as const satisfies Record<ChainRequest['kind'], ThresholdItem['purpose']>;

/**
 * The digests of a request with their keys. Its bytes are read again here, beside the share: the digests
 * are of these bytes and of nothing else.
 *
 * @throws the error of the request's parser; CeremonyError when there are not as many paths as digests
 */
export function toBeSigned({ request, paths }: SignItem): ThresholdItem[] {
  const read = parseRequest(request.kind, request.bytes);
  const digests = digestsOf(read);
  if (digests.length !== paths.length) {
    throw new CeremonyError({
      code: 'ceremonies/paths',
      message: 'Not every part of the request has a key to sign it with.',
    });
  }
  return digests.map((digest, i) => ({
    purpose: PURPOSES[read.kind],
    path: paths[i] ?? [],
    digest,
  }));
}
