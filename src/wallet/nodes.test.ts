import { beforeEach, describe, expect, it, test } from 'vitest';
import { addressOf } from '../chains/index.ts';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { Nodes } from './nodes.ts';
import type { NetworkSetting } from './state.ts';
import { FakeChain } from './testing/chain.ts';
import { ManualClock } from './testing/clock.ts';

const CHAIN = 31_337n;
const TOKEN = '0x5FbDB2315678afecb367f032d93F642f64180aa3';
const ADDRESS = addressOf(secp256k1.getPublicKey(new Uint8Array(32).fill(1)));
const network: NetworkSetting = {
  chainId: CHAIN,
  name: 'Testnet',
  nativeSymbol: 'ETH',
  rpcUrl: 'https://node.example/',
  tokens: [],
};
const word = (value: bigint): string => value.toString(16).padStart(64, '0');
/** What the token's contract answers: "TOK", six decimals, a balance of 5. */
const tokenCall = (params: readonly unknown[]): string => {
  const { data } = params[0] as { data: string };
  if (data.startsWith('0x95d89b41')) {
    return `0x${word(32n)}${word(3n)}${'544f4b'.padEnd(64, '0')}`;
  }
  return `0x${word(data.startsWith('0x313ce567') ? 6n : 5n)}`;
};

let clock: ManualClock;
let chain: FakeChain;
let nodes: Nodes;
let asked: string[];
let changes: number;

beforeEach(() => {
  clock = new ManualClock(0);
  chain = new FakeChain(CHAIN);
  chain.fund(ADDRESS, 7n);
  chain.lies.set('eth_call', tokenCall);
  asked = [];
  changes = 0;
  nodes = new Nodes({
    clock,
    fetch: async (url, init) => {
      asked.push((JSON.parse(init?.body as string) as { method: string }).method);
      return chain.fetch(url, init);
    },
    changed: () => {
      changes += 1;
    },
  });
});

const down = (): never => {
  throw new TypeError('fetch failed');
};

async function start(...networks: NetworkSetting[]): Promise<void> {
  nodes.setNetworks(networks);
  nodes.watch([ADDRESS]);
  await nodes.refresh();
}

const native = () => nodes.balances(ADDRESS).find(({ asset }) => asset === 'native');

describe('a node', () => {
  it('that answers is up, with balance and nonce', async () => {
    await start(network);
    expect(nodes.views().get(CHAIN)).toEqual({ state: 'up', block: 100n });
    expect(nodes.block(CHAIN)).toBe(100n);
    expect(nodes.accountState(CHAIN, ADDRESS)).toEqual({
      balance: 7n,
      nextNonce: 0n,
      tokens: new Map(),
    });
    expect(native()).toMatchObject({ value: 7n, state: 'known', symbol: 'ETH', decimals: 18 });
    expect(changes).toBeGreaterThan(0);
  });

  it('that is not set is not asked, and its balances fail', async () => {
    await start({ ...network, rpcUrl: undefined });
    expect(asked).toEqual([]);
    expect(nodes.views().get(CHAIN)).toEqual({ state: 'unset' });
    expect(native()).toMatchObject({ value: undefined, state: 'failing' });
    expect(nodes.node(CHAIN)).toBeUndefined();
    await expect(nodes.lookUp(CHAIN, TOKEN)).rejects.toMatchObject({ code: 'wallet/no-node' });
  });

  const failures: readonly (readonly [
    string,
    string,
    (params: readonly unknown[]) => unknown,
    string,
  ])[] = [
    ['is down', 'eth_blockNumber', down, 'network/node-unreachable'],
    ['says garbage', 'eth_blockNumber', () => 'many', 'network/node-garbage'],
    ['says nothing', 'eth_blockNumber', () => null, 'network/node-garbage'],
    ['gives a balance that is none', 'eth_getBalance', () => '7', 'network/node-garbage'],
    ['gives a nonce that is none', 'eth_getTransactionCount', () => -1, 'network/node-garbage'],
    ['is on another chain', 'eth_chainId', () => '0x1', 'network/node-wrong-chain'],
  ];
  test.each(failures)('that %s is failing, with a problem', async (_, method, lie, code) => {
    chain.lies.set(method, lie);
    await start(network);
    expect(nodes.views().get(CHAIN)).toMatchObject({ state: 'failing', problem: { code } });
    expect(native()).toMatchObject({ value: undefined, state: 'failing' });
    expect(nodes.block(CHAIN)).toBeUndefined();
    expect(nodes.accountState(CHAIN, ADDRESS)).toBeUndefined();
  });

  it('that fails later leaves stale values; it is asked again by the clock and recovers', async () => {
    await start(network);
    chain.lies.set('eth_blockNumber', down);
    await nodes.refresh();
    expect(native()).toMatchObject({ value: 7n, state: 'stale' });
    chain.lies.delete('eth_blockNumber');
    chain.fund(ADDRESS, 9n);
    asked.length = 0;
    clock.advance(11_999);
    expect(asked).toEqual([]);
    clock.advance(1);
    await expect.poll(() => native()?.value).toBe(9n);
    expect(native()?.state).toBe('known');
  });

  it('that hangs does not hold up the others', async () => {
    const hanging: NetworkSetting = { ...network, chainId: 5n, rpcUrl: 'https://slow.example/' };
    const slow = new Nodes({
      clock,
      fetch: async (url, init) =>
        (url as string).includes('slow') ? new Promise(() => undefined) : chain.fetch(url, init),
      changed: () => undefined,
    });
    slow.setNetworks([hanging, network]);
    slow.watch([ADDRESS]);
    await expect.poll(() => slow.views().get(CHAIN)?.state).toBe('up');
    expect(slow.views().get(5n)).toEqual({ state: 'asking' });
    slow.close();
  });

  it('is asked no more after closing', async () => {
    await start(network);
    nodes.close();
    const before = changes;
    asked.length = 0;
    clock.advance(60_000);
    expect(asked).toEqual([]);
    expect(changes).toBe(before);
  });

  it('that stays the same keeps what is known; another one begins anew', async () => {
    await start(network);
    nodes.setNetworks([{ ...network, name: 'Renamed' }]);
    expect(native()).toMatchObject({ value: 7n, networkName: 'Renamed' });
    nodes.setNetworks([{ ...network, rpcUrl: 'https://other.example/' }]);
    expect(native()?.value).toBeUndefined();
    nodes.setNetworks([]);
    expect(nodes.balances(ADDRESS)).toEqual([]);
  });
});

describe('a token', () => {
  const withToken: NetworkSetting = {
    ...network,
    tokens: [{ address: TOKEN, symbol: 'TOK', decimals: 6 }],
  };

  it('of the settings has a balance', async () => {
    await start(withToken);
    expect(nodes.balances(ADDRESS)[1]).toMatchObject({
      asset: { token: TOKEN },
      value: 5n,
      symbol: 'TOK',
      decimals: 6,
    });
  });

  it('is looked up with the symbol and decimals that its contract says', async () => {
    await start(network);
    expect(await nodes.lookUp(CHAIN, TOKEN.toLowerCase())).toEqual({
      address: TOKEN,
      symbol: 'TOK',
      decimals: 6,
    });
  });

  it('that a payment names is learned once, and said to be told by the node', async () => {
    await start(network);
    asked.length = 0;
    nodes.learn(CHAIN, TOKEN);
    nodes.learn(CHAIN, TOKEN);
    await expect
      .poll(() => nodes.units(CHAIN))
      .toEqual([{ address: TOKEN, symbol: 'TOK', decimals: 6, source: 'node' }]);
    expect(asked.filter((method) => method === 'eth_call')).toHaveLength(2);
  });

  it('of the settings is never replaced by what the node says', async () => {
    await start({ ...network, tokens: [{ address: TOKEN, symbol: 'MINE', decimals: 2 }] });
    nodes.learn(CHAIN, TOKEN);
    await expect.poll(() => asked.filter((method) => method === 'eth_call').length).toBe(3);
    await nodes.refresh();
    expect(nodes.units(CHAIN)).toEqual([
      { address: TOKEN, symbol: 'MINE', decimals: 2, source: 'settings' },
    ]);
  });

  it('that the node knows nothing of stays unknown', async () => {
    chain.lies.set('eth_call', () => '0x');
    await start(network);
    await expect(nodes.lookUp(CHAIN, TOKEN)).rejects.toThrow();
    nodes.learn(CHAIN, TOKEN);
    await nodes.refresh();
    expect(nodes.units(CHAIN)).toEqual([]);
  });
});
