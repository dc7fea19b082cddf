/** A private Ethereum chain of one node, with coins to test with. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { AbiConstructor, AbiFunction } from 'ox';
import { compileCoin } from './contracts/compile.ts';

const root = join(import.meta.dirname, '..');
const START_TIMEOUT = 30_000;

interface CoinOptions {
  readonly name?: string;
  readonly symbol?: string;
  readonly decimals?: number;
  /** Who owns the whole supply. */
  readonly holder: string;
  /** Smallest units. */
  readonly supply: bigint;
}

export interface Chain {
  readonly rpcUrl: string;
  readonly chainId: bigint;
  /** Any JSON-RPC method, anvil's own included. Throws the node's error. */
  request(method: string, ...params: unknown[]): Promise<unknown>;
  /** Sets a balance, in wei. */
  fund(address: string, wei: bigint): Promise<void>;
  balance(address: string): Promise<bigint>;
  /** How many transactions of an address are in blocks. */
  transactionCount(address: string): Promise<bigint>;
  /** Makes blocks; needed only after `automine(false)`. */
  mine(blocks?: number): Promise<void>;
  /** Whether every transaction is mined at once (the default). */
  automine(on: boolean): Promise<void>;
  /** Deploys an ERC-20 contract; gives its address. */
  deployCoin(options: CoinOptions): Promise<string>;
  coinBalance(coin: string, holder: string): Promise<bigint>;
  coinAllowance(coin: string, owner: string, spender: string): Promise<bigint>;
  /** Sends a call from an account of the node's own; fails if it reverts. */
  send(to: string, data: string): Promise<void>;
  stop(): Promise<void>;
}

/** @param port of a node that was stopped, to bring it back under its address; default: a free one */
export async function startChain(port = 0): Promise<Chain> {
  const command = join(root, 'node_modules/@foundry-rs/anvil/bin.mjs');
  const args = ['--host', '127.0.0.1', '--port', String(port), '--chain-id', '31337'];
  const node = spawn(process.execPath, [command, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, TARGET_TOOL: 'anvil' },
  });
  const rpcUrl = `http://${await listening(node)}`;

  let id = 0;
  const request = async (method: string, ...params: unknown[]): Promise<unknown> => {
    const response = await fetch(rpcUrl, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: ++id, method, params }),
    });
    const { result, error } = (await response.json()) as {
      result?: unknown;
      error?: { message: string };
    };
    if (error !== undefined) throw new Error(`${method}: ${error.message}`);
    return result;
  };
  const quantity = async (method: string, ...params: unknown[]): Promise<bigint> =>
    BigInt((await request(method, ...params)) as string);

  return {
    rpcUrl,
    chainId: await quantity('eth_chainId'),
    request,
    async fund(address, wei) {
      await request('anvil_setBalance', address, `0x${wei.toString(16)}`);
    },
    balance: async (address) => quantity('eth_getBalance', address, 'latest'),
    transactionCount: async (address) => quantity('eth_getTransactionCount', address, 'latest'),
    async mine(blocks = 1) {
      await request('anvil_mine', `0x${blocks.toString(16)}`);
    },
    async automine(on) {
      await request('evm_setAutomine', on);
    },
    async deployCoin({ name = 'Test Coin', symbol = 'TEST', decimals = 6, holder, supply }) {
      const { abi, bytecode } = await compileCoin();
      const data = AbiConstructor.encode(AbiConstructor.fromAbi(abi), {
        bytecode,
        args: [name, symbol, decimals, holder, supply],
      });
      const [from] = (await request('eth_accounts')) as string[];
      // Answers with the receipt once it is mined.
      const receipt = (await request('eth_sendTransactionSync', { from, data })) as {
        contractAddress: string;
      };
      return receipt.contractAddress;
    },
    async coinBalance(coin, holder) {
      const balanceOf = AbiFunction.from('function balanceOf(address) view returns (uint256)');
      const data = AbiFunction.encodeData(balanceOf, [holder as `0x${string}`]);
      return quantity('eth_call', { to: coin, data }, 'latest');
    },
    async coinAllowance(coin, owner, spender) {
      const allowance = AbiFunction.from(
        'function allowance(address, address) view returns (uint256)',
      );
      const args = [owner as `0x${string}`, spender as `0x${string}`] as const;
      return quantity(
        'eth_call',
        { to: coin, data: AbiFunction.encodeData(allowance, args) },
        'latest',
      );
    },
    async send(to, data) {
      const [from] = (await request('eth_accounts')) as string[];
      await request('eth_sendTransactionSync', { from, to, data });
    },
    stop: async () => stop(node),
  };
}

/** The address that the node names once it answers. */
async function listening(node: ChildProcess): Promise<string> {
  if (node.stdout === null) throw new Error('The output of anvil is not read.');
  const lines = createInterface(node.stdout);
  const timer = setTimeout(() => node.kill(), START_TIMEOUT);
  try {
    for await (const line of lines) {
      const address = /^Listening on (\S+)/.exec(line)?.[1];
      if (address !== undefined) return address;
    }
  } finally {
    clearTimeout(timer);
    node.stdout.resume(); // what it prints from now on must not fill the pipe
  }
  throw new Error('anvil ended before it listened.');
}

async function stop(node: ChildProcess): Promise<void> {
  if (node.exitCode !== null || node.signalCode !== null) return;
  const ended = new Promise((resolve) => node.once('exit', resolve));
  node.kill('SIGTERM');
  await ended;
}
