/**
 * Results of Bitcoin Core's JSON-RPC. Amounts are JSON numbers of BTC there. Every function throws
 * `BitcoinAnswerError` for a result of another form.
 *
 * @see https://bitcoincore.org/en/doc/
 */
import * as v from 'valibot';
import { fromBtcNumber } from './amount.ts';
import {
  count,
  height,
  readAnswer,
  readSent,
  readTransactionHex,
  scriptHex,
  txid,
  type Utxo,
  vout,
} from './answers.ts';
import { BitcoinAnswerError } from './errors.ts';

const MAX_MILLI_RATE = 1e8;

const btc = v.pipe(
  v.number(),
  v.check((value) => fromBtcNumber(value) !== undefined, 'no amount of bitcoin'),
  v.transform((value) => fromBtcNumber(value) ?? 0n),
);
/** Blocks have names of the same form. */
const blockHash = txid;

const scan = v.object({
  success: v.literal(true),
  height,
  bestblock: blockHash,
  unspents: v.array(v.object({ txid, vout, amount: btc, scriptPubKey: scriptHex, height })),
});

/** A coin with its script in hexadecimal. */
export type ScriptUtxo = Utxo & { readonly script: string };

export interface Scan {
  /** Hash of the last block, after which it was scanned. */
  readonly block: string;
  readonly height: number;
  readonly utxos: readonly ScriptUtxo[];
}

/** `scantxoutset start`: coins in blocks. */
export function parseScan(result: unknown): Scan {
  const read = readAnswer(scan, result, 'a scan for coins');
  return {
    block: read.bestblock,
    height: read.height,
    utxos: read.unspents.map(({ scriptPubKey, ...utxo }) => ({ ...utxo, script: scriptPubKey })),
  };
}

const txOut = v.nullable(
  v.object({ bestblock: blockHash, confirmations: count, value: btc, scriptPubKey: v.unknown() }),
);

export interface TxOut {
  /** Hash of the last block. */
  readonly block: string;
  /** 0: in no block yet. */
  readonly confirmations: number;
}

/** `gettxout`; `undefined`: there is no such output, or it is spent. */
export function parseTxOut(result: unknown): TxOut | undefined {
  const read = readAnswer(txOut, result, 'an output');
  return read === null ? undefined : { block: read.bestblock, confirmations: read.confirmations };
}

const header = v.object({
  hash: blockHash,
  height,
  confirmations: v.pipe(v.number(), v.integer(), v.minValue(-1)),
});

/** `getblockheader`: the height of a block; `undefined`: it is not in the best chain any more. */
export function parseBlockHeight(result: unknown, expected: string): number | undefined {
  const read = readAnswer(header, result, 'the header of a block');
  if (read.hash !== expected) throw other('block');
  return read.confirmations > 0 ? read.height : undefined;
}

const verbose = v.object({ txid, blockhash: v.optional(blockHash) });

/** `getrawtransaction`, verbose: the hash of the block it is in; `undefined`: in none. */
export function parseTransactionBlock(result: unknown, expected: string): string | undefined {
  const read = readAnswer(verbose, result, 'a transaction');
  if (read.txid !== expected) throw other('transaction');
  return read.blockhash;
}

const spenders = v.strictTuple([v.object({ txid, vout, spendingtxid: v.optional(txid) })]);

/** `gettxspendingprevout` of one output: the waiting transaction that spends it, if there is one. */
export function parseSpender(
  result: unknown,
  expected: { readonly txid: string; readonly vout: number },
): string | undefined {
  const [read] = readAnswer(spenders, result, 'the spender of an output');
  if (read.txid !== expected.txid || read.vout !== expected.vout) throw other('output');
  return read.spendingtxid;
}

/** `getmempoolentry`: throws unless it is one. */
export const parseMempoolEntry = (result: unknown): void => {
  readAnswer(v.object({ vsize: count }), result, 'a waiting transaction');
};

/** `getrawtransaction`, not verbose. Throws unless it is the expected one. */
export const parseRawTransaction = readTransactionHex;

/** `sendrawtransaction`. Throws for another id. */
export const parseSendRawTransaction = readSent;

const smartFee = v.object({
  feerate: v.optional(v.pipe(v.number(), v.minValue(0))),
  blocks: v.pipe(v.number(), v.integer(), v.minValue(0)),
});

/** `estimatesmartfee`: satoshis per virtual byte; `undefined` when the node has not seen enough blocks. */
export function parseSmartFee(result: unknown): number | undefined {
  const { feerate } = readAnswer(smartFee, result, 'a fee estimate');
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
export const parseBlockCount = (result: unknown): number =>
  readAnswer(height, result, 'a block height');

/** `getblockhash`, `getbestblockhash`. */
export const parseBlockHash = (result: unknown): string =>
  readAnswer(blockHash, result, 'the hash of a block');

const other = (what: string): BitcoinAnswerError =>
  new BitcoinAnswerError(
    'bitcoin/answer-other',
    `The node answered about another ${what} than the one that was asked for.`,
  );
