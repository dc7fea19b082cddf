/** Signatures into the transaction. Each is verified against its digest and key before it goes in. */
import { schnorr, secp256k1 } from '@noble/curves/secp256k1.js';
import { hex } from '@scure/base';
import { OutScript } from '@scure/btc-signer/payment.js';
import type { TransactionInput, TransactionOutput } from '@scure/btc-signer/psbt.js';
import { Transaction } from '@scure/btc-signer/transaction.js';
import { sha256x2 } from '@scure/btc-signer/utils.js';
import { concat, equalBytes, u8 } from '../../codec.ts';
import { decodePsbt, encodeCanonical, type Fields, KEEP_ALL, openPsbt } from './codec.ts';
import { bitcoinDigests } from './digest.ts';
import { BitcoinSignatureError, PsbtError } from './errors.ts';
import { type BitcoinRequest, type BitcoinInput, inputsToSign } from './request.ts';

/** A transaction that every input has signed. */
export interface CompleteTransaction {
  /** What is sent to the network. */
  readonly raw: Uint8Array;
  /** Its name on the network, 64 hexadecimal digits. */
  readonly txid: string;
  /** The hash with witnesses (BIP-141). */
  readonly wtxid: string;
  /** Virtual bytes (BIP-141). */
  readonly vsize: number;
}

export interface SignedPsbt {
  /** Version 0, with our signatures and all that was there before. */
  readonly psbt: Uint8Array;
  /** `undefined`: others still have to sign. */
  readonly complete: CompleteTransaction | undefined;
}

/**
 * Puts the signatures of this request in, and makes the transaction when nothing is missing.
 *
 * @param signatures one for each digest, in their order, 64 bytes: r ‖ s with the smaller s for P2WPKH
 *   (becomes DER), a BIP-340 signature for P2TR
 * @throws BitcoinSignatureError for a signature that is not one of its key over its digest
 */
export function assembleBitcoin(
  request: BitcoinRequest,
  signatures: readonly Uint8Array[],
): SignedPsbt {
  const numbers = inputsToSign(request);
  const digests = bitcoinDigests(request);
  if (signatures.length !== digests.length) {
    throw new BitcoinSignatureError(
      'bitcoin/signature-count',
      'There is not one signature for each input.',
    );
  }
  const transaction = Transaction.fromPSBT(request.bytes, KEEP_ALL);
  for (const [k, i] of numbers.entries()) {
    const input = request.inputs[i];
    const [signature, digest] = [signatures[k], digests[k]];
    if (input?.own === undefined || signature === undefined || digest === undefined) continue;
    const { sighash = 0, own } = input;
    if (request.key.kind === 'p2tr') {
      verifySchnorr(signature, digest, input, i);
      const tapKeySig = sighash === 0 ? signature : concat(signature, u8(sighash));
      transaction.updateInput(i, { tapKeySig });
    } else {
      const der = verifyEcdsa(signature, digest, own.publicKey, i);
      transaction.updateInput(i, { partialSig: [[own.publicKey, concat(der, u8(sighash))]] });
    }
  }
  const psbt = encodeCanonical(decodePsbt(transaction.toPSBT(0)));
  const complete = extractTransaction(psbt);
  if (complete !== undefined && !pays(complete.raw, request)) {
    throw new BitcoinSignatureError(
      'bitcoin/signature-other-transaction',
      'What came out is not what was approved. It is not sent.',
    );
  }
  return { psbt, complete };
}

/**
 * The transaction of a PSBT, if all of its inputs are signed. Says nothing about whether the signatures of
 * others are right: the network decides that.
 *
 * @throws PsbtError for bytes that are no PSBT
 */
export function extractTransaction(psbt: Uint8Array): CompleteTransaction | undefined {
  const transaction = openPsbt(psbt);
  for (let i = 0; i < transaction.inputsLength; i++) {
    const { finalScriptSig, finalScriptWitness } = transaction.getInput(i);
    if (finalScriptSig !== undefined || finalScriptWitness !== undefined) continue;
    try {
      transaction.finalizeIdx(i);
    } catch {
      // Others have to sign this one, or it has a script that only their wallet can finish.
      return undefined;
    }
  }
  let raw;
  try {
    raw = transaction.extract();
  } catch (cause) {
    throw new PsbtError(
      'bitcoin/not-extractable',
      'All inputs are signed, but the PSBT does not say what they are worth.',
      { cause },
    );
  }
  const wtxid = hex.encode(sha256x2(raw).reverse());
  return { raw, txid: transaction.id, wtxid, vsize: transaction.vsize };
}

function verifySchnorr(
  signature: Uint8Array,
  digest: Uint8Array,
  { script }: BitcoinInput,
  i: number,
): void {
  const out = OutScript.decode(script);
  const valid =
    signature.length === 64 && out.type === 'tr' && schnorr.verify(signature, digest, out.pubkey);
  if (!valid) throw notOurs(i);
}

/** @returns DER */
function verifyEcdsa(
  signature: Uint8Array,
  digest: Uint8Array,
  publicKey: Uint8Array,
  i: number,
): Uint8Array {
  const options = { prehash: false, lowS: true } as const;
  if (signature.length !== 64 || !secp256k1.verify(signature, digest, publicKey, options)) {
    throw notOurs(i);
  }
  return secp256k1.Signature.fromBytes(signature, 'compact').toBytes('der');
}

function notOurs(i: number): BitcoinSignatureError {
  return new BitcoinSignatureError(
    'bitcoin/signature-invalid',
    `The signature for input ${String(i + 1)} is not one of its key over this transaction.`,
  );
}

/**
 * A transaction that others completed, read again.
 *
 * @returns its id, 64 hexadecimal digits
 * @throws PsbtError when it is not the transaction that was approved
 */
export function readCompleted(raw: Uint8Array, request: BitcoinRequest): string {
  try {
    if (pays(raw, request)) return Transaction.fromRaw(raw, KEEP_ALL).id;
  } catch (cause) {
    throw new PsbtError('bitcoin/raw-malformed', 'This is not a whole transaction.', { cause });
  }
  throw new PsbtError(
    'bitcoin/raw-other',
    'This is not the transaction that the devices approved. It is not sent.',
  );
}

/** Whether the raw transaction, read again, has the inputs and outputs of the request. */
function pays(raw: Uint8Array, request: BitcoinRequest): boolean {
  return equalBytes(
    Transaction.fromRaw(raw, KEEP_ALL).unsignedTx,
    Transaction.fromPSBT(request.bytes, KEEP_ALL).unsignedTx,
  );
}

/**
 * Joins PSBTs of the same transaction: every signature and every field of each is in the result, in the
 * canonical form of version 0. Where two say differently from which key another comes, the first counts: a
 * wallet that knows only the account's extended key names that one, and this wallet names the vault's.
 *
 * @throws PsbtError when they are not of one transaction, or say different things in one place
 * @see BIP-174, "Combiner"
 */
export function mergePsbt(first: Uint8Array, ...others: readonly Uint8Array[]): Uint8Array {
  const merged = openPsbt(first);
  for (const other of others) {
    const known = decodePsbt(merged.toPSBT(0));
    const fields = decodePsbt(encodeCanonical(decodePsbt(other)));
    const added = openPsbt(encodeCanonical(withoutOrigins(fields, known)));
    if (!equalBytes(merged.unsignedTx, added.unsignedTx)) {
      throw new PsbtError(
        'bitcoin/merge-other',
        'These PSBTs are of different transactions: they cannot be joined.',
      );
    }
    try {
      merged.combine(added);
    } catch (cause) {
      throw new PsbtError(
        'bitcoin/merge-conflict',
        'These PSBTs say different things in the same place, so they cannot be joined.',
        { cause },
      );
    }
  }
  return encodeCanonical(decodePsbt(merged.toPSBT(0)));
}

/** The fields without the origins of keys whose origin is known. */
function withoutOrigins(fields: Fields, known: Fields): Fields {
  return {
    ...fields,
    inputs: fields.inputs.map((map, i) => withoutThese(map, known.inputs[i])),
    outputs: fields.outputs.map((map, i) => withoutThese(map, known.outputs[i])),
  };
}

function withoutThese<T extends TransactionInput | TransactionOutput>(
  map: T,
  known: TransactionInput | TransactionOutput = {},
): T {
  const others = <V>(
    rows: readonly (readonly [Uint8Array, V])[] | undefined,
    there: readonly (readonly [Uint8Array, V])[] | undefined,
  ): (readonly [Uint8Array, V])[] =>
    (rows ?? []).filter(([key]) => !(there ?? []).some(([same]) => equalBytes(key, same)));
  return {
    ...map,
    bip32Derivation: others(map.bip32Derivation, known.bip32Derivation),
    tapBip32Derivation: others(map.tapBip32Derivation, known.tapBip32Derivation),
  };
}
