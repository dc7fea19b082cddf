/**
 * Answers of an Esplora-compatible server. It is not trusted: it can hide coins and lie about fees, and what
 * it says of amounts is proven by previous transactions only.
 *
 * @see https://github.com/Blockstream/esplora/blob/master/API.md
 */
import * as v from 'valibot';
import {
  count,
  height,
  readAnswer,
  readSent,
  readTransactionHex,
  satoshis,
  seconds,
  txid,
  type Utxo,
  vout,
} from './answers.ts';

const status = v.variant('confirmed', [
  v.object({ confirmed: v.literal(true), block_height: height, block_time: seconds }),
  v.object({ confirmed: v.literal(false) }),
]);

const utxos = v.array(v.object({ txid, vout, value: satoshis, status }));

/** `GET /address/:address/utxo`. */
export const parseUtxos = (answer: unknown): readonly Utxo[] =>
  readAnswer(utxos, answer, 'a list of coins').map((utxo) => ({
    txid: utxo.txid,
    vout: utxo.vout,
    amount: utxo.value,
    height: utxo.status.confirmed ? utxo.status.block_height : undefined,
  }));

/** Where a transaction stands. */
export type TxStatus =
  | { readonly confirmed: false }
  | {
      readonly confirmed: true;
      readonly height: number;
      /** Seconds since 1970, of the block. */
      readonly time: number;
    };

/** `GET /tx/:txid/status`. A transaction that the server has never seen is not confirmed, either. */
export function parseTxStatus(answer: unknown): TxStatus {
  const read = readAnswer(status, answer, 'the state of a transaction');
  return read.confirmed
    ? { confirmed: true, height: read.block_height, time: read.block_time }
    : { confirmed: false };
}

const MAX_RATE = 100_000;
const estimates = v.record(
  v.pipe(v.string(), v.regex(/^[1-9][0-9]{0,3}$/, 'no number of blocks')),
  v.pipe(v.number(), v.minValue(0), v.maxValue(MAX_RATE)),
);

/** A fee rate that got transactions into one of so many blocks. */
export interface FeeEstimate {
  readonly blocks: number;
  /** Satoshis per virtual byte. */
  readonly rate: number;
}

/** `GET /fee-estimates`, fastest first. */
export const parseFeeEstimates = (answer: unknown): readonly FeeEstimate[] =>
  Object.entries(readAnswer(estimates, answer, 'fee estimates'))
    .map(([blocks, rate]) => ({ blocks: Number(blocks), rate }))
    .sort((a, b) => a.blocks - b.blocks);

const stats = v.object({ funded_txo_sum: satoshis, spent_txo_sum: satoshis, tx_count: count });
const address = v.pipe(
  v.object({ chain_stats: stats, mempool_stats: stats }),
  v.check(
    ({ chain_stats: chain, mempool_stats: mempool }) =>
      chain.funded_txo_sum >= chain.spent_txo_sum &&
      chain.funded_txo_sum + mempool.funded_txo_sum >= chain.spent_txo_sum + mempool.spent_txo_sum,
    'more was spent than was ever there',
  ),
);

export interface AddressStats {
  /** Satoshis in blocks. */
  readonly confirmed: bigint;
  /** What waiting transactions add to it; negative when they spend. */
  readonly pending: bigint;
  /** Whether it was ever in a transaction. */
  readonly used: boolean;
}

/** `GET /address/:address`. */
export function parseAddressStats(answer: unknown): AddressStats {
  const { chain_stats: chain, mempool_stats: mempool } = readAnswer(
    address,
    answer,
    'the state of an address',
  );
  return {
    confirmed: chain.funded_txo_sum - chain.spent_txo_sum,
    pending: mempool.funded_txo_sum - mempool.spent_txo_sum,
    used: chain.tx_count + mempool.tx_count > 0,
  };
}

const outspend = v.variant('spent', [
  v.object({ spent: v.literal(true), txid }),
  v.object({ spent: v.literal(false) }),
]);

/** `GET /tx/:txid/outspend/:vout`: the transaction that spends it; `undefined`: none, or it is not known. */
export function parseOutspend(answer: unknown): string | undefined {
  const read = readAnswer(outspend, answer, 'the spender of an output');
  return read.spent ? read.txid : undefined;
}

/** `GET /blocks/tip/height`: text. */
export const parseTipHeight = (answer: unknown): number =>
  readAnswer(
    v.pipe(v.string(), v.trim(), v.regex(/^[0-9]{1,9}$/), v.transform(Number), height),
    answer,
    'a block height',
  );

/** `GET /block-height/0`: text, the hash of the first block. Tells the network of a server. */
export const parseBlockHash = (answer: unknown): string =>
  readAnswer(v.pipe(v.string(), v.trim(), txid), answer, 'the hash of a block');

/** `GET /tx/:txid/hex`. */
export const parseTxHex = readTransactionHex;

/** `POST /tx`: text. */
export const parseSent = readSent;
