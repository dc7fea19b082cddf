/**
 * PSBT bytes, in and out. `@scure/btc-signer` reads the fields of BIP-174, 370, 371 and 373; what is kept,
 * refused and canonical is decided here and in the files beside it.
 */
import { base64, hex } from '@scure/base';
import {
  PSBTGlobal,
  PSBTInput,
  PSBTOutput,
  RawPSBTV0,
  RawPSBTV2,
  cleanPSBTFields,
  type PSBTKeyMapKeys,
  type TransactionInput,
  type TransactionOutput,
} from '@scure/btc-signer/psbt.js';
import { RawOldTx, RawTx } from '@scure/btc-signer/script.js';
import { Transaction, type TxOpts } from '@scure/btc-signer/transaction.js';
import { sha256x2 } from '@scure/btc-signer/utils.js';
import { compareBytes } from '../../codec.ts';
import { PsbtError } from './errors.ts';

/** All fields of a PSBT. Those that nobody here knows are in `unknown`, those of vendors in `proprietary`. */
export interface Fields {
  readonly global: PSBTKeyMapKeys<typeof PSBTGlobal>;
  readonly inputs: readonly TransactionInput[];
  readonly outputs: readonly TransactionOutput[];
}

/** A transaction without witnesses; ids in the order in which people write them. */
export interface PlainTransaction {
  readonly version: number;
  readonly lockTime: number;
  readonly inputs: readonly {
    readonly txid: Uint8Array;
    readonly index: number;
    readonly sequence: number;
    readonly finalScriptSig: Uint8Array;
  }[];
  readonly outputs: readonly PlainOutput[];
}

export interface PlainOutput {
  /** Satoshis. */
  readonly amount: bigint;
  readonly script: Uint8Array;
}

/** A larger file is no PSBT of a person's payment. */
export const MAX_FILE_BYTES = 2_000_000;

/** Nothing is dropped, and scripts are checked where they are ours. */
export const KEEP_ALL = {
  unknown: 'ignore',
  proprietary: 'ignore',
  allowUnknownOutputs: true,
  allowLegacyWitnessUtxo: true,
  disableScriptCheck: true,
} as const satisfies TxOpts;

const MAGIC = [0x70, 0x73, 0x62, 0x74, 0xff] as const;

/**
 * The bytes of a PSBT as it comes: a file's bytes, or text in base64 or hexadecimal.
 *
 * @throws PsbtError `bitcoin/psbt-text` for text that is neither
 */
export function psbtBytes(source: Uint8Array | string): Uint8Array {
  if (typeof source !== 'string') return source;
  const text = source.replaceAll(/\s/g, '');
  try {
    return /^70736274ff/i.test(text) ? hex.decode(text.toLowerCase()) : base64.decode(text);
  } catch (cause) {
    throw new PsbtError(
      'bitcoin/psbt-text',
      'This is not a PSBT: it is neither base64 nor hexadecimal. Copy all of it, or take the file.',
      { cause },
    );
  }
}

/**
 * Reads a PSBT of version 0 or 2.
 *
 * @throws PsbtError that says what is wrong
 * @see BIP-174, BIP-370, BIP-371
 */
export function decodePsbt(bytes: Uint8Array): Fields {
  if (bytes.length > MAX_FILE_BYTES) {
    throw new PsbtError('bitcoin/psbt-too-large', 'This file is too large for a PSBT.');
  }
  if (!MAGIC.every((byte, i) => bytes[i] === byte)) {
    throw new PsbtError('bitcoin/psbt-magic', 'This is not a PSBT: it does not begin like one.');
  }
  // The library's fields are windows into the bytes: whoever gave them may change them later.
  const copy = bytes.slice();
  try {
    return RawPSBTV0.decode(copy) as Fields;
  } catch (cause0) {
    try {
      return RawPSBTV2.decode(copy) as Fields;
    } catch (cause2) {
      throw new PsbtError(
        'bitcoin/psbt-malformed',
        'This PSBT is damaged or incomplete: it breaks the rules of the format (BIP-174, BIP-370). Export it again.',
        { cause: new AggregateError([cause0, cause2]) },
      );
    }
  }
}

/**
 * The one encoding of these fields: version 0, keys in order, previous transactions without witnesses.
 *
 * Version 0 has no place for two things of version 2. The flags that say what may still be changed do not
 * matter once all is signed; an input's required lock time is in the lock time of the transaction.
 *
 * @throws PsbtError when the fields do not fit together
 */
export function encodeCanonical(fields: Fields): Uint8Array {
  const unsignedTx = unsignedOf(fields);
  try {
    const global = cleaned(fields.global, PSBTGlobal, [
      'version',
      'txVersion',
      'fallbackLocktime',
      'inputCount',
      'outputCount',
      'txModifiable',
    ]);
    return RawPSBTV0.encode({
      global: { ...global, unsignedTx },
      inputs: fields.inputs.map((input) => {
        const kept = cleaned(input, PSBTInput, ['requiredTimeLocktime', 'requiredHeightLocktime']);
        const previous = previousOf(kept);
        if (previous === undefined) return kept;
        // Bitcoin Core, too, leaves the witnesses out: the transaction id does not cover them.
        return { ...kept, nonWitnessUtxo: RawTx.decode(encodePlain(previous)) };
      }),
      // Version 0 may end with an empty map too many.
      outputs: fields.outputs
        .slice(0, unsignedTx.outputs.length)
        .map((output) => cleaned(output, PSBTOutput, [])),
    } as Parameters<typeof RawPSBTV0.encode>[0]);
  } catch (cause) {
    throw new PsbtError(
      'bitcoin/psbt-not-writable',
      'This PSBT has fields that only its own version knows, such as those of silent payments. This wallet does not sign it.',
      { cause },
    );
  }
}

/** The transaction without signatures, whatever the version. @throws PsbtError */
export function unsignedOf(fields: Fields): PlainTransaction {
  const { unsignedTx } = fields.global;
  if (unsignedTx !== undefined) return unsignedTx;
  try {
    // The library settles the lock time of version 2 (BIP-370, "Determining Lock Time").
    const encoded = RawPSBTV2.encode(fields as Parameters<typeof RawPSBTV2.encode>[0]);
    return RawOldTx.decode(Transaction.fromPSBT(encoded, KEEP_ALL).unsignedTx);
  } catch (cause) {
    throw new PsbtError(
      'bitcoin/psbt-locktime',
      'The parts of this PSBT do not make one transaction: their lock times contradict each other.',
      { cause },
    );
  }
}

/**
 * The library's transaction of a PSBT, for signatures and merging.
 *
 * @throws PsbtError when the parts contradict each other
 */
export function openPsbt(bytes: Uint8Array): Transaction {
  const canonical = encodeCanonical(decodePsbt(bytes));
  try {
    return Transaction.fromPSBT(canonical, KEEP_ALL);
  } catch (cause) {
    throw new PsbtError(
      'bitcoin/psbt-inconsistent',
      'The parts of this PSBT contradict each other: an input and the transaction that it spends do not fit.',
      { cause },
    );
  }
}

/** The transaction that an input spends, if it came along. */
export const previousOf = (map: TransactionInput): PlainTransaction | undefined =>
  map.nonWitnessUtxo;

/** The output that an input says it spends, if it says so. */
export const claimedOutput = (map: TransactionInput): PlainOutput | undefined => map.witnessUtxo;

/** The id of a transaction as people write it. 64 hexadecimal digits. */
export const txidOf = (transaction: PlainTransaction): string =>
  hex.encode(sha256x2(encodePlain(transaction)).reverse());

/** What the transaction id covers. */
const encodePlain = (transaction: PlainTransaction): Uint8Array =>
  RawOldTx.encode(transaction as Parameters<typeof RawOldTx.encode>[0]);

/** Drops what version 0 does not have, and puts rows in the order that the library does not settle. */
function cleaned<T extends Parameters<typeof cleanPSBTFields>[1]>(
  map: PSBTKeyMapKeys<T>,
  table: T,
  drop: readonly string[],
): PSBTKeyMapKeys<T> {
  const kept = Object.fromEntries(
    Object.entries(map).filter(([name]) => !drop.includes(name)),
  ) as PSBTKeyMapKeys<T>;
  if (kept.unknown !== undefined) {
    kept.unknown = [...kept.unknown].sort(([a], [b]) => {
      const order = compareBytes(a.key, b.key);
      return order === 0 ? a.type - b.type : order;
    });
  }
  return cleanPSBTFields(0, table, kept);
}
