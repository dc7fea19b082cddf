/**
 * A chain's node, over its Ethereum JSON-RPC (ethereum/execution-apis). What it says is never a fact: it may
 * be wrong, behind or lying. Here it is made sure only that it answers what was asked, for the right chain.
 *
 * Every method throws NodeUnreachableError, NodeTimeoutError, NodeGarbageError, NodeRefusedError or
 * WrongChainError.
 */
import * as v from 'valibot';
import {
  NodeLiesError,
  NodeRefusedError,
  NonceTooLowError,
  WrongChainError,
} from './node-errors.ts';
import { RpcClient, type RpcOptions } from './rpc.ts';
import { simulate, type NodeSimulation } from './simulate.ts';

export type Hex = `0x${string}`;

export interface EvmNodeOptions extends RpcOptions {
  /** What the settings say (EIP-155). */
  readonly chainId: bigint;
}

/** Wei for each unit of gas. */
export interface NodeFees {
  readonly maxFeePerGas: bigint;
  readonly maxPriorityFeePerGas: bigint;
}

export interface NodeCall {
  readonly from?: Hex | undefined;
  /** Absent: creates a contract. */
  readonly to?: Hex | undefined;
  /** Wei. */
  readonly value?: bigint | undefined;
  readonly data?: Hex | undefined;
}

export interface NodeReceipt {
  readonly blockNumber: bigint;
  readonly blockHash: Hex;
  /** Whether it did what it says (EIP-658). */
  readonly success: boolean;
  readonly gasUsed: bigint;
}

export interface NodeTransaction {
  /** `undefined`: not in a block yet. */
  readonly blockNumber: bigint | undefined;
  readonly from: Hex;
  readonly to: Hex | undefined;
  readonly nonce: bigint;
  readonly value: bigint;
  readonly input: Hex;
}

const hex = (pattern: RegExp): v.GenericSchema<unknown, Hex> =>
  v.pipe(
    v.string(),
    v.regex(pattern),
    v.transform((text) => text.toLowerCase() as Hex),
  );
/** No leading zeros, at most 256 bits. */
const Quantity = v.pipe(
  v.string(),
  v.regex(/^0x(?:0|[1-9a-f][0-9a-f]{0,63})$/i),
  v.transform((digits) => BigInt(digits)),
);
const Data = hex(/^0x(?:[0-9a-f]{2})*$/i);
const Hash = hex(/^0x[0-9a-f]{64}$/i);
const Address = hex(/^0x[0-9a-f]{40}$/i);

const Block = v.object({ baseFeePerGas: v.optional(v.nullable(Quantity)) });
const FeeHistory = v.object({
  reward: v.pipe(v.array(v.pipe(v.array(Quantity), v.minLength(1))), v.minLength(1)),
});
const Receipt = v.object({
  transactionHash: Hash,
  blockNumber: Quantity,
  blockHash: Hash,
  status: v.picklist(['0x0', '0x1']),
  gasUsed: Quantity,
});
const Transaction = v.object({
  hash: Hash,
  blockNumber: v.optional(v.nullable(Quantity)),
  from: Address,
  to: v.optional(v.nullable(Address)),
  nonce: Quantity,
  value: Quantity,
  input: Data,
});

/** Nodes have no codes for these, only words. */
const ALREADY_KNOWN =
  /already known|known transaction|already imported|already in mempool|alreadyknown/i;
const NONCE_TOO_LOW = /nonce too low|nonce is too low|oldnonce|nonce has already been used/i;

export class EvmNode {
  readonly #rpc: RpcClient;
  readonly #chainId: bigint;
  #checked: Promise<void> | undefined;

  constructor(options: EvmNodeOptions) {
    this.#rpc = new RpcClient(options);
    this.#chainId = options.chainId;
  }

  /** What the node itself says, whatever the settings say. */
  async chainId(): Promise<bigint> {
    return this.#rpc.request('eth_chainId', [], Quantity);
  }

  async blockNumber(): Promise<bigint> {
    return this.#ask('eth_blockNumber', [], Quantity);
  }

  /** Wei, after the latest block. */
  async balance(address: string): Promise<bigint> {
    return this.#ask('eth_getBalance', [v.parse(Address, address), 'latest'], Quantity);
  }

  /** The next nonce: after the latest block, or after what waits as well. */
  async transactionCount(address: string, at: 'latest' | 'pending'): Promise<bigint> {
    return this.#ask('eth_getTransactionCount', [v.parse(Address, address), at], Quantity);
  }

  /** The code at an address; `0x`: none. */
  async code(address: string): Promise<Hex> {
    return this.#ask('eth_getCode', [v.parse(Address, address), 'latest'], Data);
  }

  /**
   * Twice the latest base fee and the node's tip (EIP-1559), so that a payment that waits for approval still
   * gets in; where the chain has no base fee, the gas price for both.
   */
  async feeSuggestion(): Promise<NodeFees> {
    const block = await this.#ask('eth_getBlockByNumber', ['latest', false], Block);
    if (typeof block.baseFeePerGas !== 'bigint') {
      const gasPrice = await this.#ask('eth_gasPrice', [], Quantity);
      return { maxFeePerGas: gasPrice, maxPriorityFeePerGas: gasPrice };
    }
    const tip = await this.#tip(block.baseFeePerGas);
    return { maxFeePerGas: 2n * block.baseFeePerGas + tip, maxPriorityFeePerGas: tip };
  }

  /** Units of gas. */
  async estimateGas(call: NodeCall): Promise<bigint> {
    return this.#ask('eth_estimateGas', [callObject(call)], Quantity);
  }

  /** What a call would return after the latest block. */
  async call(call: NodeCall): Promise<Hex> {
    return this.#ask('eth_call', [callObject(call), 'latest'], Data);
  }

  /** What a call would do after the latest block, as far as the node tells. */
  async simulate(call: NodeCall): Promise<NodeSimulation> {
    return simulate(
      async (method, params, schema) => this.#ask(method, params, schema),
      callObject(call),
    );
  }

  /**
   * Hands a signed transaction to the node, after asking once more which chain it is on.
   *
   * @param hash as computed on this device
   * @returns `already-known`: the node had it before
   * @throws NonceTooLowError; NodeLiesError when the node confirms another hash
   */
  async sendRawTransaction(raw: string, hash: string): Promise<'sent' | 'already-known'> {
    this.#checked = undefined;
    try {
      const answer = await this.#ask('eth_sendRawTransaction', [v.parse(Data, raw)], Hash);
      if (answer !== v.parse(Hash, hash)) throw new NodeLiesError('eth_sendRawTransaction');
      return 'sent';
    } catch (error) {
      if (!(error instanceof NodeRefusedError)) throw error;
      if (ALREADY_KNOWN.test(error.reason)) return 'already-known';
      if (NONCE_TOO_LOW.test(error.reason)) {
        throw new NonceTooLowError(error.rpcCode, error.reason);
      }
      throw error;
    }
  }

  /** `undefined`: it is in no block. @throws NodeLiesError when the receipt is another transaction's */
  async receipt(hash: string): Promise<NodeReceipt | undefined> {
    const wanted = v.parse(Hash, hash);
    const found = await this.#ask('eth_getTransactionReceipt', [wanted], v.nullable(Receipt));
    if (found === null) return undefined;
    const { transactionHash, status, blockNumber, blockHash, gasUsed } = found;
    if (transactionHash !== wanted) throw new NodeLiesError('eth_getTransactionReceipt');
    return { blockNumber, blockHash, success: status === '0x1', gasUsed };
  }

  /** `undefined`: the node does not know it. @throws NodeLiesError when it is another one */
  async transaction(hash: string): Promise<NodeTransaction | undefined> {
    const wanted = v.parse(Hash, hash);
    const found = await this.#ask('eth_getTransactionByHash', [wanted], v.nullable(Transaction));
    if (found === null) return undefined;
    const { hash: actual, blockNumber, from, to, nonce, value, input } = found;
    if (actual !== wanted) throw new NodeLiesError('eth_getTransactionByHash');
    return {
      blockNumber: blockNumber ?? undefined,
      from,
      to: to ?? undefined,
      nonce,
      value,
      input,
    };
  }

  /** Not every node knows every way to ask for a tip. */
  async #tip(baseFee: bigint): Promise<bigint> {
    try {
      return await this.#ask('eth_maxPriorityFeePerGas', [], Quantity);
    } catch (error) {
      if (!(error instanceof NodeRefusedError)) throw error;
    }
    try {
      const { reward } = await this.#ask('eth_feeHistory', ['0x5', 'latest', [50]], FeeHistory);
      const medians = reward.map(([median = 0n]) => median).sort((a, b) => (a < b ? -1 : 1));
      return medians[medians.length >> 1] ?? 0n;
    } catch (error) {
      if (!(error instanceof NodeRefusedError)) throw error;
    }
    const gasPrice = await this.#ask('eth_gasPrice', [], Quantity);
    return gasPrice > baseFee ? gasPrice - baseFee : 0n;
  }

  async #ask<T>(
    method: string,
    params: readonly unknown[],
    schema: v.GenericSchema<unknown, T>,
  ): Promise<T> {
    await this.#rightChain();
    return this.#rpc.request(method, params, schema);
  }

  /** Asks once; after a failure, or before something is sent, again. */
  async #rightChain(): Promise<void> {
    const checked = (this.#checked ??= this.#checkChain());
    try {
      await checked;
    } catch (error) {
      if (this.#checked === checked) this.#checked = undefined;
      throw error;
    }
  }

  async #checkChain(): Promise<void> {
    const actual = await this.chainId();
    if (actual !== this.#chainId) throw new WrongChainError(this.#chainId, actual);
  }
}

function callObject({ from, to, value, data }: NodeCall): Record<string, string> {
  return {
    ...(from === undefined ? {} : { from: v.parse(Address, from) }),
    ...(to === undefined ? {} : { to: v.parse(Address, to) }),
    ...(value === undefined ? {} : { value: `0x${value.toString(16)}` }),
    ...(data === undefined ? {} : { data: v.parse(Data, data) }),
  };
}
