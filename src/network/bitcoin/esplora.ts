/**
 * A server with the HTTP interface of Esplora. It sees every address that it is asked about.
 *
 * @see https://github.com/Blockstream/esplora/blob/master/API.md
 */
import * as v from 'valibot';
import { esplora, type BitcoinNetwork } from '../../chains/index.ts';
import { toHex } from '../../codec.ts';
import { askHttp, type HttpAnswer, type HttpOptions, parseJson, wrongStatus } from '../http.ts';
import { NodeGarbageError, NodeRefusedError } from '../node-errors.ts';
import { FirstBlock } from './first-block.ts';
import { isKnownAlready } from './refusal.ts';
import type { AddressState, AskedAddress, BitcoinServer, TransactionState } from './server.ts';
import { forEachOf, Slots } from './slots.ts';

/** Public servers do not like more. */
const AT_ONCE = 4;
const NOTHING: AddressState = { used: false, coins: [] };

/** What the node behind the server said to a transaction. */
const nodeRefusal = v.object({ code: v.pipe(v.number(), v.integer()), message: v.string() });

export interface EsploraOptions extends HttpOptions {
  readonly network: BitcoinNetwork;
}

export class EsploraServer implements BitcoinServer {
  readonly network: BitcoinNetwork;
  readonly lookAhead = 20;
  readonly #options: HttpOptions;
  readonly #slots = new Slots(AT_ONCE);
  readonly #first: FirstBlock;

  constructor({ network, url, ...options }: EsploraOptions) {
    this.network = network;
    this.#options = { ...options, url: url.replace(/\/+$/, '') };
    this.#first = new FirstBlock(network, async () =>
      esplora.parseBlockHash(await this.#text('/block-height/:height', '0')),
    );
  }

  async tip(): Promise<number> {
    await this.#first.check();
    return esplora.parseTipHeight(await this.#text('/blocks/tip/height'));
  }

  async addresses(asked: readonly AskedAddress[]): Promise<ReadonlyMap<string, AddressState>> {
    await this.#first.check();
    const found = new Map<string, AddressState>();
    await forEachOf(asked, AT_ONCE, async ({ address }) => {
      found.set(address, await this.#address(address));
    });
    return found;
  }

  async transaction(txid: string): Promise<Uint8Array> {
    await this.#first.check();
    const { status, text } = await this.#get('/tx/:txid/hex', txid);
    if (status === 404) throw new NodeRefusedError(status, text);
    if (status !== 200) throw wrongStatus(status);
    return esplora.parseTxHex(text, txid);
  }

  async fees(): Promise<readonly { readonly blocks: number; readonly rate: number }[]> {
    await this.#first.check();
    return esplora.parseFeeEstimates(await this.#json('/fee-estimates'));
  }

  async send(raw: Uint8Array, txid: string): Promise<void> {
    await this.#first.check();
    const { status, text } = await this.#ask('/tx', [], { method: 'POST', body: toHex(raw) });
    if (status === 200) {
      esplora.parseSent(text, txid);
      return;
    }
    if (status !== 400) throw wrongStatus(status);
    const refusal = refusalOf(status, text);
    if (!isKnownAlready(refusal)) throw refusal;
  }

  async state(txid: string): Promise<TransactionState> {
    await this.#first.check();
    const { status, text } = await this.#get('/tx/:txid/status', txid);
    if (status === 404) return { state: 'unknown' };
    if (status !== 200) throw wrongStatus(status);
    const found = esplora.parseTxStatus(jsonOf(text, '/tx/:txid/status'));
    if (found.confirmed) return { state: 'mined', height: found.height };
    // The status of one that nobody knows is the same as of one that waits.
    const raw = await this.#get('/tx/:txid/hex', txid);
    if (raw.status === 404) return { state: 'unknown' };
    if (raw.status !== 200) throw wrongStatus(raw.status);
    esplora.parseTxHex(raw.text, txid);
    return { state: 'waiting' };
  }

  async spender(txid: string, vout: number): Promise<string | undefined> {
    await this.#first.check();
    const route = '/tx/:txid/outspend/:vout';
    const { status, text } = await this.#get(route, txid, String(vout));
    if (status === 404) return undefined;
    if (status !== 200) throw wrongStatus(status);
    return esplora.parseOutspend(jsonOf(text, route));
  }

  async #address(address: string): Promise<AddressState> {
    const stats = esplora.parseAddressStats(await this.#json('/address/:address', address));
    if (!stats.used) return NOTHING;
    if (stats.confirmed + stats.pending === 0n) return { used: true, coins: [] };
    const coins = esplora.parseUtxos(await this.#json('/address/:address/utxo', address));
    return { used: true, coins };
  }

  async #json(route: string, ...parameters: readonly string[]): Promise<unknown> {
    return jsonOf(await this.#text(route, ...parameters), route);
  }

  async #text(route: string, ...parameters: readonly string[]): Promise<string> {
    const { status, text } = await this.#get(route, ...parameters);
    if (status === 400) throw refusalOf(status, text);
    if (status !== 200) throw wrongStatus(status);
    return text;
  }

  async #get(route: string, ...parameters: readonly string[]): Promise<HttpAnswer> {
    return this.#ask(route, parameters);
  }

  async #ask(
    route: string,
    parameters: readonly string[],
    question?: Pick<RequestInit, 'method' | 'body'>,
  ): Promise<HttpAnswer> {
    const values = parameters.values();
    const path = route.replaceAll(/:[a-z]+/g, () => encodeURIComponent(values.next().value ?? ''));
    const url = `${this.#options.url}${path}`;
    return this.#slots.run(async () => askHttp({ ...this.#options, url }, route, question));
  }
}

function jsonOf(text: string, route: string): unknown {
  const value = parseJson(text);
  if (value === undefined) throw new NodeGarbageError(route, 'it is not JSON');
  return value;
}

/** The node's own code and words, where the server passes them on. */
function refusalOf(status: number, text: string): NodeRefusedError {
  const read = v.safeParse(nodeRefusal, parseJson(text.slice(text.indexOf('{'))));
  return read.success
    ? new NodeRefusedError(read.output.code, read.output.message)
    : new NodeRefusedError(status, text);
}
