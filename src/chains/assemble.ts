/** From signatures to what a request was proposed for. */
import { assemble, type RecoverableSignature } from './evm/assemble.ts';
import { SignatureError } from './evm/errors.ts';
import { assembleMessage } from './evm/message/assemble.ts';
import { messageDigest } from './evm/message/digest.ts';
import { assembleTypedData } from './evm/typed-data/assemble.ts';
import { typedDataDigest } from './evm/typed-data/digest.ts';
import type { VerifyingCall } from './evm/typed-data/verifying-call.ts';
import type { ChainRequest } from './request.ts';

/** What came out, verified on this device. */
export interface Result {
  /** What is sent to the network, or handed to whoever asked for the signature. */
  readonly raw: Uint8Array;
  /** Its name, 32 bytes: the hash of a transaction, the digest of a message. */
  readonly hash: Uint8Array;
  /** For typed data: the call that shows the signature to its contract, where a standard has one. */
  readonly call?: VerifyingCall | undefined;
}

/**
 * Joins a request and its signatures, and reads the result again.
 *
 * @param signatures one for each digest of the request
 * @param publicKey the account's, 33 bytes
 * @throws SignatureError when anything does not fit
 */
export function assembleRequest(
  request: ChainRequest,
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
