import { Transaction } from '@scure/btc-signer/transaction.js';
import { beforeEach, describe, expect, it, test } from 'vitest';
import {
  BITCOIN_NETWORKS,
  bitcoinAddressAt,
  type BitcoinAccount,
  type OwnAddress,
} from '../../chains/index.ts';
import { account, LOOSE } from '../../chains/bitcoin/testing/vault.ts';
import { toHex } from '../../codec.ts';
import { FakeEsplora, type FakeOutpoint } from '../../network/testing/esplora.ts';
import type { BitcoinServerSetting } from '../state.ts';
import type { Clock } from '../platform.ts';
import { ManualClock } from '../testing/clock.ts';
import { Watcher } from './watcher.ts';

const SEGWIT = account('p2wpkh', 'regtest');
const TAPROOT = account('p2tr', 'regtest');
const esplora: BitcoinServerSetting = {
  network: 'regtest',
  kind: 'esplora',
  url: 'https://esplora.example/api',
};
const receive = (index: number, of: BitcoinAccount = SEGWIT): OwnAddress =>
  bitcoinAddressAt(of, { change: 0, index });
const change = (index: number): OwnAddress => bitcoinAddressAt(SEGWIT, { change: 1, index });
const ADDRESS = '/address/:address';
const UTXO = '/address/:address/utxo';
const down = (): never => {
  throw new TypeError('fetch failed');
};
const full = (sum: number) => ({
  chain_stats: { funded_txo_sum: sum, spent_txo_sum: 0, tx_count: 1 },
  mempool_stats: { funded_txo_sum: 0, spent_txo_sum: 0, tx_count: 0 },
});

let clock: ManualClock;
let chain: FakeEsplora;
let watcher: Watcher;
let changes: number;

beforeEach(() => {
  clock = new ManualClock(0);
  chain = new FakeEsplora('regtest');
  changes = 0;
  watcher = watcherWith(chain.fetch);
});

const watcherWith = (fake: typeof fetch): Watcher =>
  new Watcher({
    clock,
    fetch: fake,
    changed: () => {
      changes += 1;
    },
  });

async function start(...accounts: BitcoinAccount[]): Promise<void> {
  watcher.setServers([esplora]);
  watcher.watch(accounts);
  await watcher.refresh();
}

function spend(coin: FakeOutpoint, to: OwnAddress, amount: bigint): Transaction {
  const transaction = new Transaction(LOOSE);
  transaction.addInput({ txid: coin.txid, index: coin.vout });
  transaction.addOutput({ script: to.script, amount });
  return transaction;
}

const addressesAsked = (): number =>
  new Set(chain.asked.filter((path) => /^\/address\/[^/]+$/.test(path))).size;
const view = () => watcher.views().get('regtest');
const problemCode = (): string | undefined => {
  const now = view();
  return now?.state === 'failing' ? now.problem.code : undefined;
};

describe('an account', () => {
  it('without a server has addresses and nothing else', () => {
    const funds = watcher.funds(SEGWIT);
    expect(funds).toMatchObject({ state: 'unset', coins: [], next: { receive: 0, change: 0 } });
    expect(funds.addresses).toHaveLength(40);
    expect(funds.addresses[0]).toEqual({
      change: 0,
      index: 0,
      address: receive(0).address,
      script: receive(0).script,
      path: [84, 1, 0, 0, 0],
      used: undefined,
    });
    expect(funds.addresses[20]).toMatchObject({ change: 1, index: 0, address: change(0).address });
    expect(view()).toEqual({ state: 'unset' });
    expect([...watcher.views().keys()]).toEqual(Object.keys(BITCOIN_NETWORKS));
    expect(watcher.server('regtest')).toBeUndefined();
    expect(watcher.tip('regtest')).toBeUndefined();
  });

  it('has coins with their places, on both branches', async () => {
    const first = chain.fund(receive(3).address, 7_000n);
    chain.automine = false;
    const second = chain.fund(change(1).address, 9_000n);
    await start(SEGWIT);
    const { state, coins, next, addresses } = watcher.funds(SEGWIT);
    expect(state).toBe('known');
    expect(coins).toHaveLength(2);
    expect(coins).toContainEqual({
      ...first,
      amount: 7_000n,
      height: 101,
      place: { change: 0, index: 3 },
    });
    expect(coins).toContainEqual({
      ...second,
      amount: 9_000n,
      height: undefined,
      place: { change: 1, index: 1 },
    });
    expect(next).toEqual({ receive: 4, change: 2 });
    expect(addresses.filter(({ used }) => used === true)).toMatchObject([
      { change: 0, index: 3 },
      { change: 1, index: 1 },
    ]);
    expect(view()).toEqual({ state: 'up', block: 101n });
    expect(watcher.tip('regtest')).toBe(101);
  });

  it('is looked at until 20 addresses in a row were never used', async () => {
    chain.fund(receive(19).address, 1_000n);
    chain.fund(receive(39).address, 2_000n);
    chain.fund(receive(60).address, 4_000n); // behind a gap of 20
    await start(SEGWIT);
    expect(
      watcher
        .funds(SEGWIT)
        .coins.map(({ amount }) => amount)
        .sort(),
    ).toEqual([1_000n, 2_000n]);
    expect(watcher.funds(SEGWIT).next.receive).toBe(40);
    expect(watcher.funds(SEGWIT).addresses).toHaveLength(60 + 20);
    expect(addressesAsked()).toBe(60 + 20);
  });

  it('remembers what was used when all is spent', async () => {
    const coin = chain.fund(receive(0).address, 5_000n);
    chain.send(toHex(spend(coin, change(0), 4_000n).toBytes()));
    await start(SEGWIT);
    const { coins, next } = watcher.funds(SEGWIT);
    expect(coins).toMatchObject([{ amount: 4_000n, place: { change: 1, index: 0 } }]);
    expect(next).toEqual({ receive: 1, change: 1 });
  });

  it('remembers what was used when the server forgets, and looks on from there', async () => {
    chain.fund(receive(15).address, 5_000n);
    await start(SEGWIT);
    chain.lies.set(ADDRESS, (address = '') => {
      const isFound = address === receive(30).address;
      return {
        ...full(isFound ? 7_000 : 0),
        ...(isFound ? {} : { chain_stats: full(0).mempool_stats }),
      };
    });
    chain.fund(receive(30).address, 7_000n);
    await watcher.refresh();
    expect(watcher.funds(SEGWIT).coins).toMatchObject([{ amount: 7_000n, place: { index: 30 } }]);
    expect(watcher.funds(SEGWIT).addresses[15]?.used).toBe(true);
    chain.lies.set(ADDRESS, () => ({ ...full(0), chain_stats: full(0).mempool_stats }));
    await watcher.refresh();
    expect(watcher.funds(SEGWIT)).toMatchObject({ coins: [], next: { receive: 31 } });
  });

  it('has used an address on which coins came and went between two looks', async () => {
    await start(SEGWIT);
    const coin = chain.fund(receive(0).address, 5_000n);
    chain.send(toHex(spend(coin, receive(0, TAPROOT), 4_000n).toBytes()));
    await watcher.refresh();
    expect(watcher.funds(SEGWIT)).toMatchObject({ coins: [], next: { receive: 1 } });
  });

  it('is told apart from others by its kind, its number and its key', async () => {
    chain.fund(receive(0).address, 1_000n);
    chain.fund(receive(0, TAPROOT).address, 2_000n);
    const second = account('p2wpkh', 'regtest', 1);
    chain.fund(receive(0, second).address, 4_000n);
    const foreign: BitcoinAccount = { ...SEGWIT, derive: (path) => SEGWIT.derive([9, ...path]) };
    chain.fund(receive(0, foreign).address, 8_000n);
    const all = [SEGWIT, TAPROOT, second, foreign];
    await start(...all);
    expect(all.map((of) => watcher.funds(of).coins.map(({ amount }) => amount))).toEqual([
      [1_000n],
      [2_000n],
      [4_000n],
      [8_000n],
    ]);
    expect(watcher.funds({ ...SEGWIT })).toBe(watcher.funds(SEGWIT));
  });

  it('that is new is looked at; one that is gone is not', async () => {
    await start(SEGWIT);
    chain.fund(receive(0, TAPROOT).address, 2_000n);
    watcher.watch([TAPROOT]);
    chain.asked.length = 0;
    await watcher.refresh();
    expect(watcher.funds(TAPROOT).coins).toHaveLength(1);
    expect(chain.asked).not.toContain(`/address/${receive(0).address}`);
  });

  it('that is watched already is not asked about at once', async () => {
    await start(SEGWIT, TAPROOT);
    chain.asked.length = 0;
    watcher.watch([TAPROOT, { ...SEGWIT }]);
    await watcher.refresh();
    expect(chain.asked.filter((path) => path === '/blocks/tip/height')).toHaveLength(1);
  });

  it('of another network is not asked about', async () => {
    watcher.setServers([esplora]);
    watcher.watch([account('p2wpkh', 'signet')]);
    await watcher.refresh();
    expect(addressesAsked()).toBe(0);
    expect(watcher.funds(account('p2wpkh', 'signet')).state).toBe('unset');
    expect(view()?.state).toBe('up');
  });
});

describe('a server', () => {
  it('that fails leaves what is known, and is asked again by the clock', async () => {
    chain.fund(receive(0).address, 5_000n);
    await start(SEGWIT);
    chain.lies.set('/blocks/tip/height', down);
    for (let i = 0; i < 2; i++) {
      await watcher.refresh();
      expect(watcher.funds(SEGWIT)).toMatchObject({ state: 'stale', next: { receive: 1 } });
      expect(watcher.funds(SEGWIT).coins).toHaveLength(1);
      expect(watcher.funds(SEGWIT).addresses[0]?.used).toBe(true);
    }
    expect(problemCode()).toBe('network/node-unreachable');
    chain.lies.clear();
    chain.fund(receive(1).address, 5_000n);
    chain.asked.length = 0;
    clock.advance(29_999);
    expect(chain.asked).toEqual([]);
    clock.advance(1);
    await expect.poll(() => watcher.funds(SEGWIT).coins.length).toBe(2);
    expect(watcher.funds(SEGWIT).state).toBe('known');
  });

  it('that fails in the middle of a look changes nothing of what is known', async () => {
    chain.fund(receive(0).address, 5_000n);
    await start(SEGWIT);
    chain.fund(receive(1).address, 5_000n);
    chain.lies.set(UTXO, (address = '') => (address === receive(1).address ? down() : []));
    await watcher.refresh();
    expect(watcher.funds(SEGWIT)).toMatchObject({ state: 'stale', next: { receive: 1 } });
    expect(watcher.funds(SEGWIT).coins).toHaveLength(1);
  });

  it('that was never there makes accounts fail', async () => {
    chain.lies.set('/block-height/:height', down);
    await start(SEGWIT);
    expect(watcher.funds(SEGWIT)).toMatchObject({ state: 'failing', coins: [] });
  });

  it('of another network is a problem', async () => {
    watcher = watcherWith(new FakeEsplora('signet').fetch);
    await start(SEGWIT);
    expect(problemCode()).toBe('network/node-wrong-chain');
  });

  it('that answers in HTML is a problem', async () => {
    chain.lies.set(ADDRESS, () => '<html>');
    await start(SEGWIT);
    expect(problemCode()).toBe('network/node-garbage');
  });

  it('says "asking" before it answered', () => {
    watcher.setServers([esplora]);
    expect(view()).toEqual({ state: 'asking' });
    expect(watcher.funds(SEGWIT).state).toBe('asking');
  });

  it('that stays the same keeps what is known; another one begins anew', async () => {
    chain.fund(receive(0).address, 5_000n);
    await start(SEGWIT);
    const server = watcher.server('regtest');
    watcher.setServers([{ ...esplora }]);
    expect(watcher.server('regtest')).toBe(server);
    expect(watcher.funds(SEGWIT).coins).toHaveLength(1);
    watcher.setServers([{ ...esplora, url: 'https://other.example' }]);
    expect(watcher.funds(SEGWIT)).toMatchObject({
      state: 'asking',
      coins: [],
      next: { receive: 0 },
    });
    await watcher.refresh();
    watcher.setServers([]);
    expect(watcher.funds(SEGWIT)).toMatchObject({ state: 'unset', coins: [] });
    expect(watcher.server('regtest')).toBeUndefined();
  });

  it.each([
    ['answers', (answer: () => void) => answer],
    ['fails', (_: () => void, fail: () => void) => fail],
  ])('that was replaced while it was asked and %s is not heard', async (_, choose) => {
    const other = new FakeEsplora('regtest');
    other.fund(receive(0).address, 5_000n);
    let answer: () => void = () => undefined;
    const held = new Promise<void>((resolve, reject) => {
      answer = choose(resolve, () => {
        reject(new TypeError('fetch failed'));
      });
    });
    watcher = watcherWith(async (url, init) => {
      if ((url as string).includes('other')) return other.fetch(url, init);
      await held;
      return chain.fetch(url, init);
    });
    watcher.watch([SEGWIT]);
    watcher.setServers([esplora]);
    const first = watcher.refresh();
    watcher.setServers([{ ...esplora, url: 'https://other.example' }]);
    await watcher.refresh();
    answer();
    await first;
    expect(watcher.funds(SEGWIT)).toMatchObject({ state: 'known', coins: [{ amount: 5_000n }] });
    expect(view()).toEqual({ state: 'up', block: 101n });
  });

  it('that is slow does not hold up the others', async () => {
    const signet = new FakeEsplora('signet');
    watcher = watcherWith(async (url, init) =>
      (url as string).includes('slow') ? new Promise(() => undefined) : signet.fetch(url, init),
    );
    watcher.setServers([
      { ...esplora, url: 'https://slow.example' },
      { ...esplora, network: 'signet' },
    ]);
    await expect.poll(() => watcher.views().get('signet')?.state).toBe('up');
    expect(view()).toEqual({ state: 'asking' });
    clock.advance(30_000);
    await expect
      .poll(() => signet.asked.filter((path) => path === '/blocks/tip/height').length)
      .toBe(2);
    watcher.close();
  });

  it('is asked once more when somebody asks while it is being asked', async () => {
    watcher.setServers([esplora]);
    watcher.watch([SEGWIT]);
    const first = watcher.refresh();
    chain.fund(receive(0).address, 5_000n);
    await Promise.all([first, watcher.refresh(), watcher.refresh()]);
    expect(watcher.funds(SEGWIT).coins).toHaveLength(1);
    const tips = chain.asked.filter((path) => path === '/blocks/tip/height').length;
    expect(tips).toBe(2);
  });

  it('is asked no more after closing', async () => {
    await start(SEGWIT);
    const running = watcher.refresh();
    watcher.close();
    await running;
    const before = changes;
    chain.asked.length = 0;
    chain.fund(receive(0).address, 5_000n);
    clock.advance(120_000);
    await watcher.refresh();
    expect(chain.asked).toEqual([]);
    expect(changes).toBe(before);
  });
});

describe('a lie', () => {
  const coin = {
    txid: 'ab'.repeat(32),
    vout: 0,
    value: 5_000,
    status: { confirmed: false },
  };

  test.each<[string, unknown]>([
    ['a negative amount', [{ ...coin, value: -5 }]],
    ['more than all bitcoin', [{ ...coin, value: 2_100_000_000_000_001 }]],
  ])('of a coin with %s is not believed', async (_, answer) => {
    chain.fund(receive(0).address, 5_000n);
    chain.lies.set(UTXO, () => answer);
    await start(SEGWIT);
    expect(problemCode()).toBe('bitcoin/answer-malformed');
    expect(watcher.funds(SEGWIT)).toMatchObject({ state: 'failing', coins: [] });
  });

  it('of coins that together are more than all bitcoin is not believed', async () => {
    chain.fund(receive(0).address, 5_000n);
    chain.lies.set(UTXO, () => [
      { ...coin, value: 2_100_000_000_000_000 },
      { ...coin, value: 1, vout: 1 },
    ]);
    await start(SEGWIT);
    expect(problemCode()).toBe('bitcoin/answer-too-much');
  });

  it('of one coin on two addresses, of whatever account, is not believed', async () => {
    chain.fund(receive(0).address, 5_000n);
    chain.fund(receive(0, TAPROOT).address, 5_000n);
    chain.lies.set(UTXO, () => [coin]);
    await start(SEGWIT, TAPROOT);
    expect(problemCode()).toBe('bitcoin/answer-coin-twice');
    expect(watcher.funds(SEGWIT).state).toBe('failing');
  });

  it('that every address is used ends at 1,000', async () => {
    chain.lies.set(ADDRESS, () => full(0));
    await start(SEGWIT);
    expect(problemCode()).toBe('wallet/too-many-addresses');
    expect(watcher.funds(SEGWIT)).toMatchObject({ state: 'failing', coins: [] });
    expect(addressesAsked()).toBeLessThanOrEqual(2_000);
  });

  it('about one account does not hide what is known of another', async () => {
    chain.fund(receive(0, TAPROOT).address, 5_000n);
    chain.lies.set(ADDRESS, (address = '') => {
      const isTaproot = address.startsWith('bcrt1p');
      const none = { ...full(0), chain_stats: { ...full(0).chain_stats, tx_count: 0 } };
      if (!isTaproot) return full(0);
      return address === receive(0, TAPROOT).address ? full(5_000) : none;
    });
    await start(SEGWIT, TAPROOT);
    expect(problemCode()).toBe('wallet/too-many-addresses');
    expect(watcher.funds(SEGWIT).state).toBe('failing');
    expect(watcher.funds(TAPROOT)).toMatchObject({ state: 'known', next: { receive: 1 } });
  });
});

describe('what is said', () => {
  it('stays the same value while it is the same', async () => {
    chain.fund(receive(0).address, 5_000n);
    await start(SEGWIT);
    const [funds, { revision }, before] = [watcher.funds(SEGWIT), watcher, changes];
    await watcher.refresh();
    expect(watcher.funds(SEGWIT)).toBe(funds);
    expect(watcher.revision).toBe(revision);
    expect(changes).toBe(before);
  });

  test.each<[string, () => void]>([
    ['a coin', () => chain.fund(receive(1).address, 1n)],
    [
      'a coin that got into a block',
      () => {
        chain.mine();
      },
    ],
    ['a failure', () => chain.lies.set('/blocks/tip/height', down)],
  ])('changes with %s', async (_, happen) => {
    chain.automine = false;
    chain.fund(receive(0).address, 5_000n);
    await start(SEGWIT);
    const [funds, { revision }, before] = [watcher.funds(SEGWIT), watcher, changes];
    happen();
    await watcher.refresh();
    expect(watcher.funds(SEGWIT)).not.toBe(funds);
    expect(watcher.revision).not.toBe(revision);
    expect(changes).toBeGreaterThan(before);
  });

  it('changes with a block that has nothing of ours, and with other settings', async () => {
    await start(SEGWIT);
    const { revision } = watcher;
    chain.mine();
    await watcher.refresh();
    expect(watcher.revision).not.toBe(revision);
    const after = watcher.revision;
    watcher.setServers([]);
    expect(watcher.revision).not.toBe(after);
  });

  it('does not make a caller wait in a circle', async () => {
    let calls = 0;
    watcher = new Watcher({
      clock,
      fetch: chain.fetch,
      changed: () => {
        calls += 1;
        watcher.watch([{ ...SEGWIT }]);
      },
    });
    await start(SEGWIT);
    expect(calls).toBe(2); // the server is up; the account is known
    await watcher.refresh();
    expect(calls).toBe(2);
  });
});

describe('a previous transaction', () => {
  it('is got once, and kept when the server is gone', async () => {
    const { txid } = chain.fund(receive(0).address, 5_000n);
    await start(SEGWIT);
    chain.asked.length = 0;
    const [raw] = await Promise.all([
      watcher.previousOf('regtest', txid, 101),
      watcher.previousOf('regtest', txid, 101),
    ]);
    expect(Transaction.fromRaw(raw, LOOSE).id).toBe(txid);
    expect(chain.asked).toEqual([`/tx/${txid}/hex`]);
    watcher.setServers([]);
    expect(await watcher.previousOf('regtest', txid, 101)).toEqual(raw);
  });

  it('needs a server', async () => {
    await expect(watcher.previousOf('regtest', 'ab'.repeat(32), 1)).rejects.toMatchObject({
      code: 'wallet/no-bitcoin-server',
    });
  });

  it('that is another one is not kept', async () => {
    const { txid } = chain.fund(receive(0).address, 5_000n);
    const other = chain.fund(receive(1).address, 5_000n);
    const raw = chain.transactions[1]?.raw;
    await start(SEGWIT);
    chain.lies.set('/tx/:txid/hex', () => raw);
    await expect(watcher.previousOf('regtest', txid, 101)).rejects.toMatchObject({
      code: 'bitcoin/answer-other-transaction',
    });
    chain.lies.clear();
    expect(Transaction.fromRaw(await watcher.previousOf('regtest', txid, 101), LOOSE).id).not.toBe(
      other.txid,
    );
  });
});

describe('a node of Bitcoin Core', () => {
  const core: BitcoinServerSetting = {
    network: 'regtest',
    kind: 'core',
    url: 'http://localhost:18443/',
    user: 'ada',
    password: 'word',
  };

  const BLOCK = 'ab'.repeat(32);
  /** Receiving addresses with a coin each. */
  let found: readonly number[];
  /** How many scripts the last scan was about. */
  let scanned: number;
  let pauses: number;
  /** Does not pause for long. */
  const pausing: Clock = {
    now: () => clock.now(),
    after: (ms, callback) => {
      if (ms > 0) return clock.after(ms, callback);
      pauses += 1;
      queueMicrotask(callback);
      return () => undefined;
    },
  };

  beforeEach(() => {
    [found, scanned, pauses] = [[150], 0, 0];
  });

  const scan = (scripts: readonly string[]): unknown => {
    scanned = scripts.length;
    const unspents = found
      .map((index) => ({ scriptPubKey: toHex(receive(index).script), vout: index }))
      .filter(({ scriptPubKey }) => scripts.includes(`raw(${scriptPubKey})`))
      .map((coin) => ({ ...coin, txid: BLOCK, amount: 0.5, height: 90 }));
    return { success: true, height: 100, bestblock: BLOCK, unspents };
  };

  const node: typeof fetch = async (_url, init) => {
    const { id, method, params } = JSON.parse(init?.body as string) as {
      id: number;
      method: string;
      params: unknown[];
    };
    const headers = init?.headers as Record<string, string>;
    if (headers['Authorization'] !== `Basic ${btoa('ada:word')}`) {
      return new Response('', { status: 401 });
    }
    const answers: Record<string, () => unknown> = {
      getblockhash: () => BITCOIN_NETWORKS.regtest.genesis,
      getblockcount: () => 100,
      getbestblockhash: () => BLOCK,
      scantxoutset: () => scan(params[1] as string[]),
      gettxout: () => ({ bestblock: BLOCK, confirmations: 11, value: 0.5, scriptPubKey: {} }),
    };
    return Response.json({ id, result: answers[method]?.(), error: null });
  };

  it('is looked at further ahead, letting the page draw in between', async () => {
    watcher = new Watcher({ clock: pausing, fetch: node, changed: () => undefined });
    await start(SEGWIT);
    expect(watcher.funds(SEGWIT).state).toBe('failing'); // it is no Esplora
    expect(pauses).toBe(0);
    watcher.setServers([core]);
    await watcher.refresh();
    expect(view()).toEqual({ state: 'up', block: 100n });
    expect(watcher.funds(SEGWIT).coins).toMatchObject([
      { amount: 50_000_000n, height: 90, place: { change: 0, index: 150 } },
    ]);
    expect(watcher.funds(SEGWIT).next).toEqual({ receive: 151, change: 0 });
    expect(pauses).toBeGreaterThan(5);
  });

  it('is asked about 1,000 addresses of a branch at most', async () => {
    found = [150, 350, 550, 750, 950];
    watcher = new Watcher({ clock: pausing, fetch: node, changed: () => undefined });
    watcher.watch([SEGWIT]);
    watcher.setServers([core]);
    await watcher.refresh();
    expect(watcher.funds(SEGWIT).coins).toHaveLength(5);
    expect(scanned).toBe(1_000 + 200);
  });

  it('is another server with another password', async () => {
    watcher = watcherWith(node);
    watcher.setServers([{ ...core, password: 'wrong' }]);
    await watcher.refresh();
    expect(problemCode()).toBe('network/node-unreachable');
    watcher.setServers([core]);
    await watcher.refresh();
    expect(view()?.state).toBe('up');
  });
});
