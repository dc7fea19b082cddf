/** From signatures to what a request was proposed for. */
import { hex } from '@scure/base';
import type { Derive } from './bitcoin/account.ts';
import { assembleBitcoin } from './bitcoin/assemble.ts';
import { decodePsbt, txidOf, unsignedOf } from './bitcoin/codec.ts';
import { BitcoinSignatureError } from './bitcoin/errors.ts';
import { isProven } from './bitcoin/own.ts';
import type { BitcoinRequest } from './bitcoin/request.ts';
import { assemble, type RecoverableSignature } from './evm/assemble.ts';
import { SignatureError } from './evm/errors.ts';
import { assembleMessage } from './evm/message/assemble.ts';
import { messageDigest } from './evm/message/digest.ts';
import { assembleTypedData } from './evm/typed-data/assemble.ts';
import { typedDataDigest } from './evm/typed-data/digest.ts';
import type { VerifyingCall } from './evm/typed-data/verifying-call.ts';
import type { ChainRequest, EvmChainRequest } from './request.ts';

/** What came out, verified on this device. */
export interface Result {
  /**
   * What is sent to the network, or handed to whoever asked for the signature. A Bitcoin transaction that others
   * still have to sign: its PSBT.
   */
  readonly raw: Uint8Array;
  /** Its name, 32 bytes: the hash of a transaction, the digest of a message. */
  readonly hash: Uint8Array;
  /** For typed data: the call that shows the signature to its contract, where a standard has one. */
  readonly call?: VerifyingCall | undefined;
  /** For Bitcoin: the PSBT (version 0) with our signatures, and whether others still have to sign. */
  readonly psbt?: { readonly bytes: Uint8Array; readonly complete: boolean } | undefined;
}

/** Whose signatures they have to be. */
export type Signer =
  /** The account's key, 33 bytes. */
  | { readonly chain: 'evm'; readonly publicKey: Uint8Array }
  /** From the vault's key. */
  | { readonly chain: 'bitcoin'; readonly derive: Derive };

/** Whether an error says that these are no signatures of that request. */
export const isSignatureError = (error: unknown): boolean =>
  error instanceof SignatureError || error instanceof BitcoinSignatureError;

/**
 * Joins a request and its signatures, and reads the result again.
 *
 * @param signatures one for each digest of the request
 * @throws an error that `isSignatureError` knows when anything does not fit
 */
export function assembleRequest(
  request: ChainRequest,
  signatures: readonly RecoverableSignature[],
  signer: Signer,
): Result {
  if (request.kind === 'bitcoin') {
    if (signer.chain === 'bitcoin') return assembleCoins(request, signatures, signer.derive);
  } else if (signer.chain === 'evm') {
    return assembleOne(request, signatures, signer.publicKey);
  }
  throw new SignatureError('chains/other-account', 'That account does not sign such requests.');
}

function assembleOne(
  request: EvmChainRequest,
  signatures: readonly RecoverableSignature[],
  publicKey: Uint8Array,
): Result {
  const [signature, ...rest] = signatures;
  if (signature === undefined || rest.length > 0) {
    throw new SignatureError('evm/signature-count', 'It takes exactly one signature.');
  }
  switch (request.kind) {
    case 'evm':
      return assemble(request, signature, publicKey);
    case 'evm-typed-data': {
      const { signature: raw, call } = assembleTypedData(request, signature, publicKey);
      return { raw, hash: typedDataDigest(request), call };
    }
    case 'evm-message':
      return {
        raw: assembleMessage(request, signature, publicKey),
        hash: messageDigest(request),
      };
  }
}

/** The keys of the inputs are claims of the bytes: signatures count only where they are the vault's. */
function assembleCoins(
  request: BitcoinRequest,
  signatures: readonly RecoverableSignature[],
  derive: Derive,
): Result {
  const proven = request.inputs.every(
    ({ own, state }) =>
      state !== 'sign' || (own !== undefined && isProven(own, request.key.kind, derive)),
  );
  if (!proven) {
    throw new BitcoinSignatureError(
      'bitcoin/signature-other-key',
      'The inputs are not those of this vault.',
    );
  }
  const { psbt, complete } = assembleBitcoin(
    request,
    signatures.map(({ signature }) => signature),
  );
  return {
    raw: complete?.raw ?? psbt,
    hash: hex.decode(complete?.txid ?? txidOf(unsignedOf(decodePsbt(psbt)))),
    psbt: { bytes: psbt, complete: complete !== undefined },
  };
}
