/**
 * Answers of Bitcoin Core's JSON-RPC. Amounts are JSON numbers of BTC there.
 *
 * @see https://developer.bitcoin.org/reference/rpc/
 */
import * as v from 'valibot';
import { visible } from '../../text.ts';
import { fromBtcNumber } from './amount.ts';
import {
  height,
  readAnswer,
  readSent,
  readTransactionHex,
  txid,
  type Utxo,
  vout,
  count,
} from './answers.ts';
import { BitcoinAnswerError } from './errors.ts';

const MAX_MESSAGE = 200;
const MAX_MILLI_RATE = 1e8;

const failure = v.object({ code: v.pipe(v.number(), v.integer()), message: v.string() });
const envelope = v.object({
  result: v.optional(v.unknown()),
  error: v.optional(v.nullable(failure)),
});

/** What stands in a JSON-RPC answer. @throws BitcoinAnswerError with the node's own reason */
function resultOf(answer: unknown): unknown {
  const { result, error } = readAnswer(envelope, answer, 'an answer to JSON-RPC');
  if (error !== undefined && error !== null) {
    throw new BitcoinAnswerError(
      'bitcoin/answer-error',
      `The node refused: ${visible(error.message, MAX_MESSAGE)} (${String(error.code)}).`,
    );
  }
  return result;
}

const btc = v.pipe(
  v.number(),
  v.check((value) => fromBtcNumber(value) !== undefined, 'no amount of bitcoin'),
  v.transform((value) => fromBtcNumber(value) ?? 0n),
);

const scan = v.object({
  success: v.literal(true),
  height,
  unspents: v.array(v.object({ txid, vout, amount: btc, scriptPubKey: v.string(), height })),
});

/** A coin with its script in hexadecimal. */
export type ScriptUtxo = Utxo & { readonly script: string };

/** `scantxoutset start`: coins in blocks, and the height of the last block. */
export function parseScan(answer: unknown): {
  readonly height: number;
  readonly utxos: readonly ScriptUtxo[];
} {
  const read = readAnswer(scan, resultOf(answer), 'a scan for coins');
  return {
    height: read.height,
    utxos: read.unspents.map(({ scriptPubKey, ...utxo }) => ({ ...utxo, script: scriptPubKey })),
  };
}

const listed = v.array(
  v.object({ txid, vout, amount: btc, scriptPubKey: v.string(), confirmations: count }),
);

/**
 * `listunspent` of a watch-only wallet.
 *
 * @param tip height of the last block: the node counts confirmations instead
 */
export const parseListUnspent = (answer: unknown, tip: number): readonly ScriptUtxo[] =>
  readAnswer(listed, resultOf(answer), 'a list of coins').map(
    ({ confirmations, scriptPubKey, ...utxo }) => ({
      ...utxo,
      script: scriptPubKey,
      height: confirmations === 0 ? undefined : tip - confirmations + 1,
    }),
  );

/** `getrawtransaction`, not verbose. @throws BitcoinAnswerError unless it is the expected one */
export const parseRawTransaction = (answer: unknown, expected: string): Uint8Array =>
  readTransactionHex(resultOf(answer), expected);

/** `sendrawtransaction`. @throws BitcoinAnswerError with the node's reason, or for another id */
export const parseSendRawTransaction = (answer: unknown, expected: string): void => {
  readSent(resultOf(answer), expected);
};

const smartFee = v.object({
  feerate: v.optional(v.pipe(v.number(), v.minValue(0))),
  blocks: v.pipe(v.number(), v.integer(), v.minValue(0)),
});

/**
 * `estimatesmartfee`: satoshis per virtual byte; `undefined` when the node has not seen enough blocks.
 *
 * @throws BitcoinAnswerError
 */
export function parseSmartFee(answer: unknown): number | undefined {
  const { feerate } = readAnswer(smartFee, resultOf(answer), 'a fee estimate');
  if (feerate === undefined) return undefined;
  // BTC for 1,000 virtual bytes, in whole satoshis for 1,000 of them.
  const milli = Math.round(feerate * 1e8);
  if (milli > MAX_MILLI_RATE) {
    throw new BitcoinAnswerError(
      'bitcoin/answer-fee',
      'The node suggests a fee that cannot be right. Enter one yourself.',
    );
  }
  return milli / 1000;
}

/** `getblockcount`. */
export const parseBlockCount = (answer: unknown): number =>
  readAnswer(height, resultOf(answer), 'a block height');

/** `getblockhash 0`: tells the network of a node. */
export const parseGenesis = (answer: unknown): string =>
  readAnswer(txid, resultOf(answer), 'the hash of a block');
