import { secp256k1 } from '@noble/curves/secp256k1.js';
import { bytesToNumberBE, numberToBytesBE } from '@noble/curves/utils.js';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { concat, equalBytes } from '../../codec.ts';
import { addressOf } from './address.ts';
import { digest } from './digest.ts';
import type { Hex } from './hex.ts';
import { SignatureError } from './errors.ts';
import { parseSigned } from './parse.ts';
import { serialize } from './serialize.ts';
import type { EvmRequest, EvmTransaction } from './transaction.ts';

export interface RecoverableSignature {
  /** r ‖ s, 64 bytes. */
  readonly signature: Uint8Array;
  /** Which of the points with this r: 0 to 3, of which Ethereum knows 0 and 1. */
  readonly recovery: number;
}

export interface SignedTransaction {
  /** What is sent to the network. */
  readonly raw: Uint8Array;
  /** The transaction's name on the network, 32 bytes. */
  readonly hash: Uint8Array;
}

/**
 * Joins a request and its signature, and reads the result again: whatever leaves here is what was approved,
 * signed by this key.
 *
 * @param publicKey the account's, 33 bytes
 * @throws SignatureError when anything does not fit
 */
export function assemble(
  request: EvmRequest,
  { signature, recovery }: RecoverableSignature,
  publicKey: Uint8Array,
): SignedTransaction {
  const account = addressOf(publicKey);
  const values = {
    yParity: verifyRecoverable(digest(request), { signature, recovery }, publicKey),
    r: bytesToNumberBE(signature.subarray(0, 32)),
    s: bytesToNumberBE(signature.subarray(32)),
  };
  const raw = serialize(request.tx, values);
  const again = readSigned(raw);
  if (again.from !== account || !equalBytes(serialize(again.tx), request.bytes)) {
    throw new SignatureError(
      'evm/signature-other-transaction',
      'What came out is not what was approved. It is not sent.',
    );
  }
  return { raw, hash: again.hash };
}

/**
 * Checks that a signature is this account's over the digest, and in the one form that Ethereum takes.
 *
 * @param toSign 32 bytes
 * @param publicKey the account's, 33 bytes
 * @returns the parity of R's y coordinate
 * @throws SignatureError when anything does not fit
 */
export function verifyRecoverable(
  toSign: Uint8Array,
  { signature, recovery }: RecoverableSignature,
  publicKey: Uint8Array,
): 0 | 1 {
  if (signature.length !== 64) {
    throw new SignatureError('evm/signature-length', 'A signature has 64 bytes.');
  }
  if (recovery !== 0 && recovery !== 1) {
    throw new SignatureError(
      'evm/signature-recovery',
      `Ethereum cannot carry the recovery number ${String(recovery)}. Sign again: the next signature will have another one.`,
    );
  }
  if (recoverSigner(toSign, signature, recovery) !== addressOf(publicKey)) {
    throw new SignatureError(
      'evm/signature-other-account',
      'The signature is not one of this account for this request.',
    );
  }
  return recovery;
}

/** A signed transaction: what it does, who signed it, and its name on the network. */
export interface ReadSigned {
  readonly tx: EvmTransaction;
  /** EIP-55. */
  readonly from: string;
  /** 32 bytes. */
  readonly hash: Uint8Array;
}

/**
 * Reads a signed transaction and finds its signer.
 *
 * @throws TransactionError for bytes that are no signed transaction
 * @throws SignatureError for a signature that nobody can have made, or with a high s (EIP-2)
 */
export function readSigned(bytes: Uint8Array): ReadSigned {
  const { tx, signature } = parseSigned(bytes);
  const compact = concat(numberToBytesBE(signature.r, 32), numberToBytesBE(signature.s, 32));
  const from = recoverSigner(keccak_256(serialize(tx)), compact, signature.yParity);
  return { tx, from, hash: keccak_256(bytes) };
}

/**
 * The account that signed.
 *
 * @param message 32 bytes
 * @param compact r ‖ s, 64 bytes
 * @returns EIP-55
 * @throws SignatureError when nobody can have made it, or for a high s (EIP-2)
 */
export function recoverSigner(message: Uint8Array, compact: Uint8Array, recovery: 0 | 1): Hex {
  let parsed;
  try {
    parsed = secp256k1.Signature.fromBytes(compact, 'compact');
  } catch (cause) {
    throw new SignatureError('evm/signature-range', 'r or s is not between 1 and the order.', {
      cause,
    });
  }
  if (parsed.hasHighS()) {
    throw new SignatureError('evm/signature-high-s', 'The s value is the larger one (EIP-2).');
  }
  try {
    return addressOf(parsed.addRecoveryBit(recovery).recoverPublicKey(message).toBytes(true));
  } catch (cause) {
    throw new SignatureError('evm/signature-no-key', 'No key can have made this signature.', {
      cause,
    });
  }
}
