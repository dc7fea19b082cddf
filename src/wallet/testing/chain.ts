/** A chain in memory that speaks JSON-RPC: real transactions, checked as a node does, and lies on demand. */
import { readSigned, type EvmTransaction } from '../../chains/index.ts';
import { toHex } from '../../codec.ts';
import { fromHex } from '../ids.ts';

interface Mined {
  readonly hash: string;
  readonly from: string;
  readonly tx: EvmTransaction;
  readonly block: bigint | undefined;
}

type Method = (params: readonly unknown[]) => unknown;

const quantity = (value: bigint): string => `0x${value.toString(16)}`;

export class FakeChain {
  readonly chainId: bigint;
  readonly transactions: Mined[] = [];
  /** Replaces the answer to a method: any JSON value, or an exception for a node that is down. */
  readonly lies = new Map<string, Method>();
  /** Transactions wait in the pool until `mine`. */
  automine = true;
  readonly #balances = new Map<string, bigint>();
  #block = 100n;

  constructor(chainId: bigint) {
    this.chainId = chainId;
  }

  fund(address: string, wei: bigint): void {
    this.#balances.set(address.toLowerCase(), wei);
  }

  balance(address: string): bigint {
    return this.#balances.get(address.toLowerCase()) ?? 0n;
  }

  /** Makes a block of what can be in one: a transaction waits until those before it are in blocks. */
  mine(): void {
    this.#block += 1n;
    for (;;) {
      const at = this.transactions.findIndex(
        ({ from, tx, block }) => block === undefined && tx.nonce === this.#mined(from),
      );
      const [ready] = this.transactions.slice(at, at + 1);
      if (at < 0 || ready === undefined) return;
      this.transactions[at] = { ...ready, block: this.#block };
      const { to, value } = ready.tx;
      if (to !== undefined) this.fund(to, this.balance(to) + value);
    }
  }

  #mined(address: string): bigint {
    const own = this.transactions.filter(
      ({ from, block }) => block !== undefined && from.toLowerCase() === address.toLowerCase(),
    );
    return BigInt(own.length);
  }

  readonly fetch = async (_url: unknown, init?: RequestInit): Promise<Response> => {
    const { id, method, params } = JSON.parse(init?.body as string) as {
      id: number;
      method: string;
      params: unknown[];
    };
    const lie = this.lies.get(method);
    try {
      const result = lie === undefined ? this.#answer(method, params) : lie(params);
      return Response.json({ jsonrpc: '2.0', id, result });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return Response.json({ jsonrpc: '2.0', id, error: { code: -32000, message: error.message } });
    }
  };

  #answer(method: string, params: readonly unknown[]): unknown {
    const address = String(params[0]).toLowerCase();
    switch (method) {
      case 'eth_chainId':
        return quantity(this.chainId);
      case 'eth_blockNumber':
        return quantity(this.#block);
      case 'eth_getBalance':
        return quantity(this.balance(address));
      case 'eth_getTransactionCount': {
        let next = this.#mined(address);
        const waits = (nonce: bigint): boolean =>
          this.transactions.some(
            ({ from, tx }) => from.toLowerCase() === address && tx.nonce === nonce,
          );
        while (params[1] === 'pending' && waits(next)) next += 1n;
        return quantity(next);
      }
      case 'eth_getBlockByNumber':
        return { number: quantity(this.#block), baseFeePerGas: quantity(1_000_000_000n) };
      case 'eth_maxPriorityFeePerGas':
        return quantity(1_000_000_000n);
      case 'eth_estimateGas':
        return quantity(21_000n);
      case 'eth_sendRawTransaction':
        return this.#send(fromHex(String(params[0]).slice(2)));
      case 'eth_getTransactionReceipt':
        return this.#receipt(String(params[0]));
      default:
        throw new Refusal(`no method ${method}`);
    }
  }

  #send(raw: Uint8Array): string {
    const { tx, from, hash } = readSigned(raw);
    const name = `0x${toHex(hash)}`;
    if (this.transactions.some((known) => known.hash === name)) throw new Refusal('already known');
    if (tx.chainId !== this.chainId) throw new Refusal('wrong chain');
    if (tx.nonce < this.#mined(from)) throw new Refusal('nonce too low');
    if (this.transactions.some((known) => known.from === from && known.tx.nonce === tx.nonce)) {
      throw new Refusal('replacement transaction underpriced');
    }
    const price = 'gasPrice' in tx ? tx.gasPrice : tx.maxFeePerGas;
    const cost = tx.value + tx.gasLimit * price;
    if (cost > this.balance(from)) throw new Refusal('insufficient funds');
    this.fund(from, this.balance(from) - cost);
    this.transactions.push({ hash: name, from, tx, block: undefined });
    if (this.automine) this.mine();
    return name;
  }

  #receipt(hash: string): unknown {
    const found = this.transactions.find((known) => known.hash === hash);
    if (found?.block === undefined) return null;
    return {
      transactionHash: hash,
      blockNumber: quantity(found.block),
      blockHash: `0x${'ab'.repeat(32)}`,
      status: '0x1',
      gasUsed: '0x5208',
    };
  }
}

class Refusal extends Error {}
