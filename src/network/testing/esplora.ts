/**
 * A chain of Bitcoin in memory behind the HTTP interface of Esplora. Coins and amounts are checked as a node
 * does, signatures are not; lies on demand.
 */
import { hex } from '@scure/base';
import { Transaction, type TxOpts } from '@scure/btc-signer/transaction.js';
import { BITCOIN_NETWORKS, parseBitcoinAddress, type BitcoinNetwork } from '../../chains/index.ts';

export interface FakeOutpoint {
  readonly txid: string;
  readonly vout: number;
}

interface FakeTransaction {
  readonly txid: string;
  /** Hexadecimal. */
  readonly raw: string;
  /** What it spends, each as `txid:vout`. */
  readonly spends: readonly string[];
  readonly outputs: readonly { readonly script: string; readonly amount: bigint }[];
  /** Satoshis. */
  readonly fee: bigint;
  /** `undefined`: it waits. */
  readonly height: number | undefined;
}

/** What a server answers instead: a `Response`, text, or JSON; an exception: it is down. */
export type Lie = (...parameters: readonly string[]) => unknown;

type Route = readonly [name: string, answer: (...parameters: string[]) => unknown];

const ANYTHING: TxOpts = {
  allowUnknownInputs: true,
  allowUnknownOutputs: true,
  allowLegacyWitnessUtxo: true,
  disableScriptCheck: true,
};

const nameOf = ({ txid, vout }: FakeOutpoint): string => `${txid}:${String(vout)}`;

export class FakeEsplora {
  readonly network: BitcoinNetwork;
  /** In the order in which they came. */
  readonly transactions: FakeTransaction[] = [];
  /** By route as in `/address/:address/utxo`, or `POST /tx`. */
  readonly lies = new Map<string, Lie>();
  /** What was asked, as `/address/bc1…/utxo` or `POST /tx`. */
  readonly asked: string[] = [];
  /** Satoshis per virtual byte, by number of blocks. */
  fees: Readonly<Record<number, number>> = { 1: 20, 3: 10, 6: 5, 144: 1 };
  /** Transactions wait until `mine` where this is false. */
  automine = true;
  #height = 100;
  #coinbases = 0;

  constructor(network: BitcoinNetwork = 'regtest') {
    this.network = network;
  }

  /** Of the last block. */
  get height(): number {
    return this.#height;
  }

  /** Pays satoshis from nowhere. */
  fund(address: string, satoshis: bigint): FakeOutpoint {
    this.#coinbases += 1;
    const transaction = new Transaction(ANYTHING);
    const salt = new Uint8Array(32);
    new DataView(salt.buffer).setUint32(0, this.#coinbases);
    transaction.addInput({ txid: salt, index: 0 });
    const { script } = parseBitcoinAddress(address, this.network);
    transaction.addOutput({ script, amount: satoshis });
    this.#add({
      txid: transaction.id,
      raw: hex.encode(transaction.toBytes()),
      spends: [],
      outputs: [{ script: hex.encode(script), amount: satoshis }],
      fee: 0n,
      height: undefined,
    });
    return { txid: transaction.id, vout: 0 };
  }

  /** Satoshis that are not spent, waiting ones included. */
  balance(address: string): bigint {
    return this.#coinsOf(this.#scriptOf(address)).reduce((sum, { amount }) => sum + amount, 0n);
  }

  /** Makes a block of all that waits. */
  mine(): void {
    this.#height += 1;
    for (const [i, transaction] of this.transactions.entries()) {
      this.transactions[i] = { ...transaction, height: transaction.height ?? this.#height };
    }
  }

  /** Takes a signed transaction as a node does. @throws Refusal in the words of Bitcoin Core */
  send(raw: string): string {
    const { txid, spends, outputs } = read(raw);
    const known = this.#find(txid);
    if (known?.height !== undefined) {
      throw new Refusal(-27, 'Transaction outputs already in utxo set');
    }
    if (known !== undefined) return txid;
    if (new Set(spends).size < spends.length) throw new Refusal(-26, 'bad-txns-inputs-duplicate');
    const sum = (of: readonly { readonly amount: bigint }[]): bigint =>
      of.reduce((total, { amount }) => total + amount, 0n);
    const fee = sum(spends.map((name) => this.#spendable(name))) - sum(outputs);
    if (fee < 0n) throw new Refusal(-26, 'bad-txns-in-belowout');
    const conflicts = this.transactions.filter((other) =>
      other.spends.some((name) => spends.includes(name)),
    );
    if (conflicts.some((other) => other.fee >= fee)) {
      throw new Refusal(-26, 'insufficient fee, rejecting replacement');
    }
    for (const conflict of conflicts) this.#drop(conflict);
    this.#add({ txid, raw, spends, outputs, fee, height: undefined });
    return txid;
  }

  readonly fetch = async (input: unknown, init?: RequestInit): Promise<Response> => {
    const { pathname } = new URL(String(input));
    const found = this.#route(pathname, init);
    this.asked.push(found?.asked ?? pathname);
    if (found === undefined) return new Response('endpoint does not exist', { status: 404 });
    try {
      return answered(await (this.lies.get(found.name) ?? found.answer)(...found.parameters));
    } catch (error) {
      if (error instanceof NotFound) return new Response('Transaction not found', { status: 404 });
      if (!(error instanceof Refusal)) throw error;
      return new Response(
        `sendrawtransaction RPC error: ${JSON.stringify({ code: error.code, message: error.message })}`,
        { status: 400 },
      );
    }
  };

  #route(pathname: string, init: RequestInit | undefined) {
    if (init?.method === 'POST' && pathname.endsWith('/tx')) {
      const raw = typeof init.body === 'string' ? init.body : '';
      return {
        name: 'POST /tx',
        asked: 'POST /tx',
        parameters: [raw],
        answer: () => this.send(raw),
      };
    }
    for (const [name, answer] of this.#routes) {
      const pattern = new RegExp(`${name.replaceAll(/:[a-z]+/g, '([^/]+)')}$`);
      const match = pattern.exec(pathname);
      if (match !== null) {
        return { name, asked: match[0], parameters: match.slice(1), answer };
      }
    }
    return undefined;
  }

  readonly #routes: readonly Route[] = [
    ['/blocks/tip/height', () => String(this.#height)],
    [
      '/block-height/:height',
      (height) => {
        if (height !== '0') throw new NotFound();
        return BITCOIN_NETWORKS[this.network].genesis;
      },
    ],
    ['/fee-estimates', () => this.fees],
    ['/address/:address/utxo', (address = '') => this.#utxo(this.#scriptOf(address))],
    ['/address/:address', (address = '') => this.#address(this.#scriptOf(address))],
    ['/tx/:txid/status', (txid = '') => statusOf(this.#find(txid))],
    ['/tx/:txid/hex', (txid = '') => this.#need(txid).raw],
    [
      '/tx/:txid/outspend/:vout',
      (txid = '', vout = '') => {
        const spender = this.#spenderOf(`${txid}:${vout}`);
        if (spender === undefined) return { spent: false };
        const vin = spender.spends.indexOf(`${txid}:${vout}`);
        return { spent: true, txid: spender.txid, vin, status: statusOf(spender) };
      },
    ],
  ];

  #utxo(script: string): unknown {
    return this.#coinsOf(script).map(({ txid, vout, amount }) => ({
      txid,
      vout,
      value: Number(amount),
      status: statusOf(this.#find(txid)),
    }));
  }

  #address(script: string): unknown {
    const stats = (mined: boolean): unknown => {
      const some = this.transactions.filter(({ height }) => (height !== undefined) === mined);
      const funded = some.flatMap(({ outputs }) => outputs.filter((out) => out.script === script));
      const spent = some
        .flatMap(({ spends }) => spends.map((name) => this.#output(name)))
        .filter((out) => out?.script === script);
      const sum = (of: readonly ({ readonly amount: bigint } | undefined)[]): number =>
        Number(of.reduce((total, out) => total + (out?.amount ?? 0n), 0n));
      return {
        funded_txo_count: funded.length,
        funded_txo_sum: sum(funded),
        spent_txo_count: spent.length,
        spent_txo_sum: sum(spent),
        tx_count: funded.length + spent.length,
      };
    };
    return { chain_stats: stats(true), mempool_stats: stats(false) };
  }

  #coinsOf(script: string): (FakeOutpoint & { readonly amount: bigint })[] {
    return this.transactions.flatMap(({ txid, outputs }) =>
      outputs.flatMap((out, vout) =>
        out.script === script && this.#spenderOf(nameOf({ txid, vout })) === undefined
          ? [{ txid, vout, amount: out.amount }]
          : [],
      ),
    );
  }

  #spendable(name: string): { readonly amount: bigint } {
    const output = this.#output(name);
    if (output === undefined || this.#spenderOf(name)?.height !== undefined) {
      throw new Refusal(-25, 'bad-txns-inputs-missingorspent');
    }
    return output;
  }

  #add(transaction: FakeTransaction): void {
    this.transactions.push(transaction);
    if (this.automine) this.mine();
  }

  /** With all that spends of it. */
  #drop({ txid }: FakeTransaction): void {
    for (const child of this.transactions.filter(({ spends }) =>
      spends.some((name) => name.startsWith(txid)),
    )) {
      this.#drop(child);
    }
    const at = this.transactions.findIndex((other) => other.txid === txid);
    if (at >= 0) this.transactions.splice(at, 1);
  }

  #find(txid: string): FakeTransaction | undefined {
    return this.transactions.find((known) => known.txid === txid);
  }

  #need(txid: string): FakeTransaction {
    const known = this.#find(txid);
    if (known === undefined) throw new NotFound();
    return known;
  }

  #output(name: string): { readonly script: string; readonly amount: bigint } | undefined {
    const [txid = '', vout] = name.split(':');
    return this.#find(txid)?.outputs[Number(vout)];
  }

  #spenderOf(name: string): FakeTransaction | undefined {
    return this.transactions.find(({ spends }) => spends.includes(name));
  }

  #scriptOf(address: string): string {
    return hex.encode(parseBitcoinAddress(address, this.network).script);
  }
}

class NotFound extends Error {}

class Refusal extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

function read(raw: string): Pick<FakeTransaction, 'txid' | 'spends' | 'outputs'> {
  let transaction;
  try {
    transaction = Transaction.fromRaw(hex.decode(raw), ANYTHING);
  } catch {
    throw new Refusal(-22, 'TX decode failed. Make sure the tx has at least one input.');
  }
  const spends = Array.from({ length: transaction.inputsLength }, (_, i) => {
    const { txid = new Uint8Array(), index: vout = 0 } = transaction.getInput(i);
    return nameOf({ txid: hex.encode(txid), vout });
  });
  const outputs = Array.from({ length: transaction.outputsLength }, (_, i) => {
    const { script = new Uint8Array(), amount = 0n } = transaction.getOutput(i);
    return { script: hex.encode(script), amount };
  });
  return { txid: transaction.id, spends, outputs };
}

/** One that nobody knows looks like one that waits, as in Esplora. */
const statusOf = (transaction: FakeTransaction | undefined): unknown =>
  transaction?.height === undefined
    ? { confirmed: false }
    : {
        confirmed: true,
        block_height: transaction.height,
        block_hash: transaction.height.toString(16).padStart(64, '0'),
        block_time: 1_700_000_000 + transaction.height * 600,
      };

function answered(answer: unknown): Response {
  if (answer instanceof Response) return answer;
  return typeof answer === 'string' ? new Response(answer) : Response.json(answer);
}
