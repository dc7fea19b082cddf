/** From what was approved to the digests that the devices sign. */
import {
  digestsOf,
  inputsToSign,
  parseRequest,
  prevoutsDigest,
  type BitcoinRequest,
  type ChainRequest,
} from '../chains/index.ts';
import type { SignItem as ThresholdItem, TaprootItem } from '../threshold/index.ts';
import type { SignItem } from './api.ts';
import { CeremonyError } from './errors.ts';

/** A signature for one purpose never serves another: the purpose is bound into the session. */
const PURPOSES = {
  evm: 'evm-transaction',
  'evm-typed-data': 'evm-typed-data',
  'evm-message': 'evm-message',
  bitcoin: 'bitcoin-input',
} as const satisfies Record<ChainRequest['kind'], ThresholdItem['purpose']>;

/** Every device reads the bytes again, beside the share: the digests are of these bytes and of nothing else. */
function read({ request, paths }: SignItem): {
  readonly request: ChainRequest;
  readonly digests: readonly (readonly [digest: Uint8Array, path: readonly number[]])[];
} {
  const parsed = parseRequest(request.kind, request.bytes);
  const digests = digestsOf(parsed);
  if (digests.length !== paths.length) {
    throw new CeremonyError({
      code: 'ceremonies/paths',
      message: 'Not every part of the request has a key to sign it with.',
    });
  }
  return { request: parsed, digests: digests.map((digest, i) => [digest, paths[i] ?? []]) };
}

/**
 * The digests of a request for the ECDSA key.
 *
 * @throws the error of the request's parser; CeremonyError when there are not as many paths as digests, or when it
 *   spends Taproot coins
 */
export function ecdsaItems(item: SignItem): ThresholdItem[] {
  const { request, digests } = read(item);
  if (isTaproot(request)) throw otherKey();
  return digests.map(([digest, path]) => ({ purpose: PURPOSES[request.kind], path, digest }));
}

/**
 * The inputs of a Bitcoin transaction for the FROST key: key path of outputs without scripts (BIP-86).
 *
 * @throws the error of the request's parser; CeremonyError when there are not as many paths as digests, or for
 *   anything but Taproot coins
 */
export function taprootItems(item: SignItem): TaprootItem[] {
  const { request, digests } = read(item);
  if (!isTaproot(request)) throw otherKey();
  const numbers = inputsToSign(request);
  const prevouts = prevoutsDigest(request);
  return digests.map(([message, path], i): TaprootItem => {
    const inputIndex = numbers[i] ?? 0;
    return {
      purpose: 'bitcoin-input',
      path,
      root: 'empty',
      message,
      sighashType: request.inputs[inputIndex]?.sighash ?? 0,
      inputIndex,
      prevouts,
    };
  });
}

const isTaproot = (request: ChainRequest): request is BitcoinRequest =>
  request.kind === 'bitcoin' && request.key.kind === 'p2tr';

/** One key is never used for ECDSA and Schnorr signatures both (pitfall P-54). */
const otherKey = (): CeremonyError =>
  new CeremonyError({
    code: 'ceremonies/other-key',
    message: 'This request is for the other key of the vault. Nothing was signed.',
  });
