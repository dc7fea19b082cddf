/**
 * A node of Bitcoin Core over its JSON-RPC, without a wallet and without an index. What such a node cannot tell:
 *
 * - Coins are found by going through the set of all unspent outputs (`scantxoutset`), once after each block. It takes
 *   minutes on mainnet, and a node does one at a time. Payments show once they are in a block.
 * - An address counts as used while coins are on it; afterwards the node does not remember. So it is looked
 *   further ahead than elsewhere.
 * - Where a transaction stands is seen from its outputs while one of them is unspent, afterwards only with `txindex`.
 *
 * @see https://bitcoincore.org/en/doc/
 */
import { base64 } from '@scure/base';
import * as v from 'valibot';
import { BitcoinAnswerError, bitcoinCore, type BitcoinNetwork } from '../../chains/index.ts';
import { toHex } from '../../codec.ts';
import type { HttpOptions } from '../http.ts';
import { NodeRefusedError } from '../node-errors.ts';
import { RpcClient } from '../rpc.ts';
import { FirstBlock } from './first-block.ts';
import { isKnownAlready } from './refusal.ts';
import type {
  AddressState,
  AskedAddress,
  BitcoinServer,
  FoundCoin,
  TransactionState,
} from './server.ts';
import { forEachOf, Slots } from './slots.ts';

const SCAN_TIMEOUT_MS = 600_000;
const AT_ONCE = 4;
/** Outputs of a transaction that are looked at to find out where it stands. */
const MAX_OUTPUTS = 64;
/** `RPC_INVALID_ADDRESS_OR_KEY`: there is no such transaction. */
const NOT_FOUND = -5;
/** `RPC_METHOD_NOT_FOUND`: `gettxspendingprevout` came with version 24. */
const NO_METHOD = -32_601;
const FEE_TARGETS = [2, 6, 36, 144] as const;

export interface CoreOptions extends HttpOptions {
  readonly network: BitcoinNetwork;
  /** Without a colon. */
  readonly user?: string | undefined;
  readonly password?: string | undefined;
}

export class CoreServer implements BitcoinServer {
  readonly network: BitcoinNetwork;
  readonly lookAhead = 200;
  readonly #rpc: RpcClient;
  readonly #first: FirstBlock;
  readonly #scans = new Slots(1);
  /** Whatever was asked for, so that one scan answers all. Hexadecimal. */
  readonly #scripts = new Set<string>();
  #last: { readonly block: string; readonly coins: ReadonlyMap<string, FoundCoin[]> } | undefined;

  constructor({ network, user, password, ...options }: CoreOptions) {
    this.network = network;
    const headers =
      user === undefined && password === undefined
        ? undefined
        : { Authorization: basic(user ?? '', password ?? '') };
    this.#rpc = new RpcClient({ ...options, headers, legacy: true });
    this.#first = new FirstBlock(network, async () =>
      bitcoinCore.parseBlockHash(await this.#call('getblockhash', [0])),
    );
  }

  async tip(): Promise<number> {
    return bitcoinCore.parseBlockCount(await this.#ask('getblockcount', []));
  }

  async addresses(asked: readonly AskedAddress[]): Promise<ReadonlyMap<string, AddressState>> {
    await this.#first.check();
    const coins = await this.#scans.run(async () => this.#scan(asked));
    const states = new Map<string, AddressState>();
    await forEachOf(asked, AT_ONCE, async ({ address, script }) => {
      const found = coins.get(script) ?? [];
      states.set(address, { used: found.length > 0, coins: await this.#unspent(found) });
    });
    return states;
  }

  async transaction(txid: string, height: number | undefined): Promise<Uint8Array> {
    const block =
      height === undefined
        ? []
        : [bitcoinCore.parseBlockHash(await this.#ask('getblockhash', [height]))];
    const raw = await this.#ask('getrawtransaction', [txid, 0, ...block]);
    return bitcoinCore.parseRawTransaction(raw, txid);
  }

  async fees(): Promise<readonly { readonly blocks: number; readonly rate: number }[]> {
    const answers = await Promise.all(
      FEE_TARGETS.map(async (blocks) => ({
        blocks,
        rate: bitcoinCore.parseSmartFee(await this.#ask('estimatesmartfee', [blocks])),
      })),
    );
    return answers.flatMap(({ blocks, rate }) => (rate === undefined ? [] : [{ blocks, rate }]));
  }

  async send(raw: Uint8Array, txid: string): Promise<void> {
    try {
      const sent = await this.#ask('sendrawtransaction', [toHex(raw)]);
      bitcoinCore.parseSendRawTransaction(sent, txid);
    } catch (error) {
      if (!(error instanceof NodeRefusedError && isKnownAlready(error))) throw error;
    }
  }

  async state(txid: string, outputs: number): Promise<TransactionState> {
    const waiting = await this.#unless(NOT_FOUND, 'getmempoolentry', [txid]);
    if (waiting !== undefined) {
      bitcoinCore.parseMempoolEntry(waiting);
      return { state: 'waiting' };
    }
    for (let vout = 0; vout < Math.min(outputs, MAX_OUTPUTS); vout++) {
      const out = bitcoinCore.parseTxOut(await this.#ask('gettxout', [txid, vout, false]));
      if (out === undefined) continue;
      const tip = await this.#heightOf(out.block);
      // Only blocks count here: 0 confirmations would make it wait after all.
      if (tip === undefined || out.confirmations === 0) break;
      return { state: 'mined', height: tip - out.confirmations + 1 };
    }
    return this.#indexed(txid);
  }

  async spender(txid: string, vout: number): Promise<string | undefined> {
    const out = bitcoinCore.parseTxOut(await this.#ask('gettxout', [txid, vout, true]));
    if (out !== undefined) return undefined;
    const found = await this.#unless(NO_METHOD, 'gettxspendingprevout', [[{ txid, vout }]]);
    const waiting =
      found === undefined ? undefined : bitcoinCore.parseSpender(found, { txid, vout });
    return waiting ?? 'spent';
  }

  /** Coins by script, after the last block. */
  async #scan(asked: readonly AskedAddress[]): Promise<ReadonlyMap<string, FoundCoin[]>> {
    const best = bitcoinCore.parseBlockHash(await this.#call('getbestblockhash', []));
    const before = this.#scripts.size;
    for (const { script } of asked) this.#scripts.add(script);
    if (this.#last?.block === best && this.#scripts.size === before) return this.#last.coins;
    this.#last = undefined;
    const scripts = [...this.#scripts].map((script) => `raw(${script})`);
    const { block, utxos } = bitcoinCore.parseScan(
      await this.#call('scantxoutset', ['start', scripts], SCAN_TIMEOUT_MS),
    );
    const coins = new Map<string, FoundCoin[]>();
    for (const { script, ...coin } of utxos) {
      if (!this.#scripts.has(script)) throw notAsked();
      coins.set(script, [...(coins.get(script) ?? []), coin]);
    }
    this.#last = { block, coins };
    return coins;
  }

  /** Those that no waiting transaction spends. */
  async #unspent(coins: readonly FoundCoin[]): Promise<readonly FoundCoin[]> {
    const unspent: FoundCoin[] = [];
    for (const coin of coins) {
      const out = await this.#call('gettxout', [coin.txid, coin.vout, true]);
      if (bitcoinCore.parseTxOut(out) !== undefined) unspent.push(coin);
    }
    return unspent;
  }

  /** With `txindex`, a node finds any transaction. */
  async #indexed(txid: string): Promise<TransactionState> {
    const found = await this.#unless(NOT_FOUND, 'getrawtransaction', [txid, 1]);
    if (found === undefined) return { state: 'unknown' };
    const block = bitcoinCore.parseTransactionBlock(found, txid);
    if (block === undefined) return { state: 'waiting' };
    const height = await this.#heightOf(block);
    return height === undefined ? { state: 'unknown' } : { state: 'mined', height };
  }

  async #heightOf(block: string): Promise<number | undefined> {
    return bitcoinCore.parseBlockHeight(await this.#call('getblockheader', [block]), block);
  }

  /** `undefined` when the node refuses with this code. */
  async #unless(code: number, method: string, params: readonly unknown[]): Promise<unknown> {
    try {
      return await this.#ask(method, params);
    } catch (error) {
      if (error instanceof NodeRefusedError && error.rpcCode === code) return undefined;
      throw error;
    }
  }

  async #ask(method: string, params: readonly unknown[]): Promise<unknown> {
    await this.#first.check();
    return this.#call(method, params);
  }

  async #call(method: string, params: readonly unknown[], timeoutMs?: number): Promise<unknown> {
    return this.#rpc.request(method, params, v.unknown(), timeoutMs);
  }
}

/** @see RFC 7617 */
const basic = (user: string, password: string): string =>
  `Basic ${base64.encode(new TextEncoder().encode(`${user}:${password}`))}`;

const notAsked = (): BitcoinAnswerError =>
  new BitcoinAnswerError(
    'bitcoin/answer-other',
    'The node lists coins of addresses that it was not asked about.',
  );
