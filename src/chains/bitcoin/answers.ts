/** Parts that the answers of servers and nodes have in common. */
import { hex } from '@scure/base';
import { RawTx } from '@scure/btc-signer/script.js';
import * as v from 'valibot';
import { MAX_MONEY } from './amount.ts';
import { txidOf } from './codec.ts';
import { BitcoinAnswerError } from './errors.ts';

/** An unspent output, as a server or node says. */
export interface Utxo {
  readonly txid: string;
  readonly vout: number;
  /** Satoshis. */
  readonly amount: bigint;
  /** `undefined`: in no block yet. */
  readonly height: number | undefined;
}

const MAX_U32 = 0xffff_ffff;

export const txid = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/, 'no transaction id'));
export const vout = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(MAX_U32));
export const height = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(499_999_999));
export const seconds = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(MAX_U32));
export const scriptHex = v.pipe(v.string(), v.regex(/^(?:[0-9a-f]{2})*$/, 'no script'));
export const count = v.pipe(v.number(), v.integer(), v.minValue(0));
export const satoshis = v.pipe(
  v.number(),
  v.integer(),
  v.minValue(0),
  v.maxValue(Number(MAX_MONEY)),
  v.transform((value) => BigInt(value)),
);

/**
 * The answer in its form.
 *
 * @param what names the question, for the error
 * @throws BitcoinAnswerError `bitcoin/answer-malformed` that names the first wrong place
 */
export function readAnswer<T extends v.GenericSchema>(
  schema: T,
  answer: unknown,
  what: string,
): v.InferOutput<T> {
  const result = v.safeParse(schema, answer);
  if (result.success) return result.output;
  const [issue] = result.issues;
  const place = v.getDotPath(issue);
  throw new BitcoinAnswerError(
    'bitcoin/answer-malformed',
    `The server answered something else than ${what}${place === null ? '' : ` (at ${place})`}.`,
  );
}

/**
 * A transaction from a server, which must be the one that was asked for: then it proves what its outputs
 * are worth, whoever sent it.
 *
 * @param text hexadecimal
 * @throws BitcoinAnswerError
 */
export function readTransactionHex(text: unknown, expected: string): Uint8Array {
  const digits = readAnswer(v.pipe(v.string(), v.trim(), v.hexadecimal()), text, 'a transaction');
  let raw;
  let id;
  try {
    raw = hex.decode(digits);
    id = txidOf(RawTx.decode(raw));
  } catch (cause) {
    throw new BitcoinAnswerError(
      'bitcoin/answer-transaction',
      'The server sent a transaction that cannot be read.',
      { cause },
    );
  }
  if (id !== expected) {
    throw new BitcoinAnswerError(
      'bitcoin/answer-other-transaction',
      'The server sent another transaction than the one that was asked for.',
    );
  }
  return raw;
}

/** The answer to sending a transaction. @throws BitcoinAnswerError when it names another one */
export function readSent(answer: unknown, expected: string): void {
  const id = readAnswer(v.pipe(v.string(), v.trim(), txid), answer, 'a transaction id');
  if (id !== expected) {
    throw new BitcoinAnswerError(
      'bitcoin/answer-other-transaction',
      'The server says that it sent another transaction. Look for yours by its id before you try again.',
    );
  }
}
