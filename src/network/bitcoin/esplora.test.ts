import { hex } from '@scure/base';
import { Transaction } from '@scure/btc-signer/transaction.js';
import { beforeEach, describe, expect, it, test } from 'vitest';
import { bitcoinAddressAt, BitcoinAnswerError, type OwnAddress } from '../../chains/index.ts';
import { account, LOOSE } from '../../chains/bitcoin/testing/vault.ts';
import {
  NodeGarbageError,
  NodeRefusedError,
  NodeTimeoutError,
  NodeUnreachableError,
} from '../node-errors.ts';
import { FakeEsplora, type FakeOutpoint } from '../testing/esplora.ts';
import { WrongNetworkError } from './errors.ts';
import { EsploraServer } from './esplora.ts';

const ACCOUNT = account('p2wpkh', 'regtest');
const at = (index: number): OwnAddress => bitcoinAddressAt(ACCOUNT, { change: 0, index });
const asked = ({ address, script }: OwnAddress) => ({ address, script: hex.encode(script) });
const [FIRST, SECOND] = [at(0), at(1)];
const TXID = 'ab'.repeat(32);
const TIP = '/blocks/tip/height';

let chain: FakeEsplora;
let server: EsploraServer;

beforeEach(() => {
  chain = new FakeEsplora('regtest');
  server = serverWith(chain.fetch);
});

function serverWith(fake: typeof fetch, timeoutMs?: number): EsploraServer {
  const url = 'https://esplora.example/api/';
  return new EsploraServer({ network: 'regtest', url, fetch: fake, timeoutMs });
}

function spend(coins: readonly FakeOutpoint[], to: OwnAddress, amount: bigint): Transaction {
  const transaction = new Transaction(LOOSE);
  for (const { txid, vout } of coins) transaction.addInput({ txid, index: vout });
  transaction.addOutput({ script: to.script, amount });
  return transaction;
}

const send = async (transaction: Transaction): Promise<void> =>
  server.send(transaction.toBytes(), transaction.id);

const codeOf = async (asking: Promise<unknown>): Promise<string> =>
  asking.then(
    () => 'none',
    (error: unknown) => (error as { code?: string }).code ?? String(error),
  );

describe('a server of Esplora', () => {
  it('tells the height, coins and fees', async () => {
    const coin = chain.fund(FIRST.address, 5_000n);
    expect(await server.tip()).toBe(101);
    const states = await server.addresses([asked(FIRST), asked(SECOND)]);
    expect(states.get(FIRST.address)).toEqual({
      used: true,
      coins: [{ ...coin, amount: 5_000n, height: 101 }],
    });
    expect(states.get(SECOND.address)).toEqual({ used: false, coins: [] });
    expect((await server.fees())[0]).toEqual({ blocks: 1, rate: 20 });
  });

  it('tells of coins that wait, and that an address without coins was used', async () => {
    const coin = chain.fund(FIRST.address, 5_000n);
    chain.automine = false;
    await send(spend([coin], SECOND, 4_000n));
    const states = await server.addresses([asked(FIRST), asked(SECOND)]);
    expect(states.get(FIRST.address)).toEqual({ used: true, coins: [] });
    expect(chain.asked).not.toContain(`/address/${FIRST.address}/utxo`);
    expect(states.get(SECOND.address)?.coins).toMatchObject([
      { amount: 4_000n, height: undefined },
    ]);
  });

  it('is asked for no coins where there are none', async () => {
    await server.addresses([asked(FIRST)]);
    expect(chain.asked).toEqual(['/block-height/0', `/address/${FIRST.address}`]);
  });

  it('hands over previous transactions', async () => {
    const { txid } = chain.fund(FIRST.address, 5_000n);
    const raw = await server.transaction(txid);
    expect(Transaction.fromRaw(raw, LOOSE).id).toBe(txid);
    await expect(server.transaction(TXID)).rejects.toThrow('Transaction not found');
  });

  it('sends, and sending again is no error, whether it waits or is in a block', async () => {
    const coin = chain.fund(FIRST.address, 5_000n);
    chain.automine = false;
    const payment = spend([coin], SECOND, 4_000n);
    await send(payment);
    await send(payment);
    chain.mine();
    await send(payment);
    expect(chain.balance(SECOND.address)).toBe(4_000n);
  });

  test.each(['txn-already-in-mempool', 'txn-already-known', 'Transaction already in block chain'])(
    'takes %j as sent',
    async (message) => {
      const text = `sendrawtransaction RPC error: ${JSON.stringify({ code: -26, message })}`;
      chain.lies.set('POST /tx', () => new Response(text, { status: 400 }));
      await server.send(new Uint8Array(), TXID);
    },
  );

  it('refuses with the code and words of the node behind it', async () => {
    const coin = chain.fund(FIRST.address, 5_000n);
    await expect(send(spend([coin], SECOND, 6_000n))).rejects.toMatchObject({
      rpcCode: -26,
      reason: 'bad-txns-in-belowout',
    });
    chain.lies.set('POST /tx', () => new Response('too\u202elong', { status: 400 }));
    await expect(send(spend([coin], SECOND, 4_000n))).rejects.toMatchObject({
      rpcCode: 400,
      reason: 'too⟨U+202E⟩long',
    });
  });

  it('tells where a transaction stands', async () => {
    const coin = chain.fund(FIRST.address, 5_000n);
    chain.automine = false;
    const payment = spend([coin], SECOND, 4_000n);
    expect(await server.state(payment.id)).toEqual({ state: 'unknown' });
    await send(payment);
    expect(await server.state(payment.id)).toEqual({ state: 'waiting' });
    chain.mine();
    expect(await server.state(payment.id)).toEqual({ state: 'mined', height: 102 });
  });

  it('tells who spends an output', async () => {
    const coin = chain.fund(FIRST.address, 5_000n);
    expect(await server.spender(coin.txid, coin.vout)).toBeUndefined();
    expect(await server.spender(TXID, 0)).toBeUndefined();
    const payment = spend([coin], SECOND, 4_000n);
    await send(payment);
    expect(await server.spender(coin.txid, coin.vout)).toBe(payment.id);
  });

  it('may say that it knows nothing of a transaction', async () => {
    for (const route of ['/tx/:txid/status', '/tx/:txid/outspend/:vout']) {
      chain.lies.set(route, () => new Response('Transaction not found', { status: 404 }));
    }
    expect(await server.state(TXID)).toEqual({ state: 'unknown' });
    expect(await server.spender(TXID, 0)).toBeUndefined();
  });

  it('is asked at its address, whatever is asked about', async () => {
    const urls: string[] = [];
    server = serverWith(async (url, init) => {
      urls.push(url as string);
      return chain.fetch(url, init);
    });
    await server.tip();
    await codeOf(server.transaction('../address'));
    expect(urls).toEqual([
      'https://esplora.example/api/block-height/0',
      'https://esplora.example/api/blocks/tip/height',
      'https://esplora.example/api/tx/..%2Faddress/hex',
    ]);
  });

  it('is asked for its first block once, and never about addresses of another network', async () => {
    await server.tip();
    await server.tip();
    expect(chain.asked).toEqual(['/block-height/0', TIP, TIP]);
    chain = new FakeEsplora('signet');
    server = serverWith(chain.fetch);
    for (const asking of [
      async () => server.tip(),
      async () => server.addresses([asked(FIRST)]),
      async () => server.transaction(TXID),
      async () => server.fees(),
      async () => server.send(new Uint8Array(), TXID),
      async () => server.state(TXID),
      async () => server.spender(TXID, 0),
    ]) {
      chain.asked.length = 0;
      await expect(asking()).rejects.toThrow(WrongNetworkError);
      expect(chain.asked).toEqual(['/block-height/0']);
    }
  });

  it('that was down at first is asked for its first block again', async () => {
    chain.lies.set('/block-height/:height', () => new Response('', { status: 502 }));
    await expect(server.tip()).rejects.toThrow('HTTP status 502');
    chain.lies.clear();
    expect(await server.tip()).toBe(100);
  });

  it('gets at most four questions at once', async () => {
    let running = 0;
    let most = 0;
    server = serverWith(async (url, init) => {
      running += 1;
      most = Math.max(most, running);
      const answer = await chain.fetch(url, init);
      running -= 1;
      return answer;
    });
    const all = Array.from({ length: 12 }, (_, i) => asked(at(i)));
    await Promise.all([server.addresses(all), server.addresses(all), server.fees()]);
    expect(most).toBe(4);
  });

  it('that fails is not asked about the other addresses', async () => {
    chain.lies.set('/address/:address', () => new Response('', { status: 429 }));
    const all = Array.from({ length: 12 }, (_, i) => asked(at(i)));
    await expect(server.addresses(all)).rejects.toThrow('HTTP status 429');
    expect(chain.asked.filter((path) => path.startsWith('/address'))).toHaveLength(4);
  });

  it('learns nothing of the page, and is never followed elsewhere', async () => {
    const inits: (RequestInit | undefined)[] = [];
    server = serverWith(async (url, init) => {
      inits.push(init);
      return chain.fetch(url, init);
    });
    await server.tip();
    await codeOf(server.send(new Uint8Array(), TXID));
    for (const init of inits) {
      expect(init).toMatchObject({
        credentials: 'omit',
        redirect: 'error',
        referrerPolicy: 'no-referrer',
        cache: 'no-store',
      });
    }
    expect(inits).toHaveLength(3);
  });
});

describe('an answer of Esplora that cannot be', () => {
  const stats = (funded: number, spent: number) => ({
    funded_txo_sum: funded,
    spent_txo_sum: spent,
    tx_count: 1,
  });
  const holds = { chain_stats: stats(5_000, 0), mempool_stats: stats(0, 0) };
  const coin = { txid: TXID, vout: 0, value: 5_000, status: { confirmed: false } };

  test.each<[string, unknown]>([
    ['spent more than was there', { ...holds, chain_stats: stats(1, 2) }],
    ['spends more than is there', { ...holds, mempool_stats: stats(0, 5_001) }],
    ['has a negative amount', { ...holds, chain_stats: stats(-1, 0) }],
    ['has no numbers', { ...holds, chain_stats: {} }],
    ['is a list', []],
  ])('about an address: %s', async (_, answer) => {
    chain.lies.set('/address/:address', () => answer);
    expect(await codeOf(server.addresses([asked(FIRST)]))).toBe('bitcoin/answer-malformed');
  });

  test.each<[string, unknown]>([
    ['negative', [{ ...coin, value: -1 }]],
    ['more than there is', [{ ...coin, value: 2_100_000_000_000_001 }]],
    ['half a satoshi', [{ ...coin, value: 0.5 }]],
    ['without an id', [{ ...coin, txid: '00' }]],
    ['no list', { ...coin }],
  ])('about coins: %s', async (_, answer) => {
    chain.lies.set('/address/:address', () => holds);
    chain.lies.set('/address/:address/utxo', () => [coin]);
    expect(await codeOf(server.addresses([asked(FIRST)]))).toBe('none');
    chain.lies.set('/address/:address/utxo', () => answer);
    expect(await codeOf(server.addresses([asked(FIRST)]))).toBe('bitcoin/answer-malformed');
  });

  it('is a previous transaction with another hash, or one that is none', async () => {
    const { txid } = chain.fund(FIRST.address, 5_000n);
    const other = chain.transactions[0]?.raw ?? '';
    chain.lies.set('/tx/:txid/hex', () => other);
    expect(await codeOf(server.transaction(txid))).toBe('none');
    expect(await codeOf(server.transaction(TXID))).toBe('bitcoin/answer-other-transaction');
    expect(await codeOf(server.state(TXID))).toBe('bitcoin/answer-other-transaction');
    chain.lies.set('/tx/:txid/hex', () => other.slice(0, -2));
    expect(await codeOf(server.transaction(txid))).toBe('bitcoin/answer-transaction');
  });

  it('says that it sent another transaction', async () => {
    const payment = spend([chain.fund(FIRST.address, 5_000n)], SECOND, 4_000n);
    chain.lies.set('POST /tx', () => TXID);
    await expect(send(payment)).rejects.toThrow(BitcoinAnswerError);
  });

  test.each<[string, (server: EsploraServer) => Promise<unknown>]>([
    ['/address/:address', async (to) => to.addresses([asked(FIRST)])],
    ['/fee-estimates', async (to) => to.fees()],
    ['/tx/:txid/status', async (to) => to.state(TXID)],
    ['/tx/:txid/outspend/:vout', async (to) => to.spender(TXID, 0)],
  ])('is a page of HTML at %s', async (route, ask) => {
    chain.lies.set(route, () => '<!doctype html><title>Welcome</title>');
    await expect(ask(server)).rejects.toThrow(NodeGarbageError);
  });

  test.each<[string, (server: EsploraServer) => Promise<unknown>]>([
    [TIP, async (to) => to.tip()],
    ['/block-height/:height', async (to) => to.fees()],
    ['/tx/:txid/hex', async (to) => to.transaction(TXID)],
  ])('is a page of HTML in place of text at %s', async (route, ask) => {
    chain.lies.set(route, () => '<!doctype html><title>Welcome</title>');
    expect(await codeOf(ask(server))).toBe('bitcoin/answer-malformed');
  });

  it('is of 10 MB: it is not read to the end', async () => {
    let pieces = 0;
    const body = new ReadableStream({
      pull: (controller) => {
        pieces += 1;
        controller.enqueue(new Uint8Array(64 * 1024).fill(0x20));
        if (pieces === 160) controller.close();
      },
    });
    chain.lies.set(TIP, () => new Response(body));
    await expect(server.tip()).rejects.toThrow('larger than 1 MiB');
    expect(pieces).toBeLessThan(20);
  });

  it('never comes', async () => {
    server = serverWith(
      async (_, init) =>
        new Promise((_resolve, reject) => {
          init?.signal?.addEventListener('abort', () => {
            reject(new DOMException('too late', 'TimeoutError'));
          });
        }),
      20,
    );
    await expect(server.tip()).rejects.toThrow(NodeTimeoutError);
  });

  test.each([
    ['/address/:address', 500, NodeUnreachableError],
    ['/address/:address', 404, NodeUnreachableError],
    ['/address/:address', 400, NodeRefusedError],
    ['/address/:address', 403, NodeUnreachableError],
  ])('has a status at %s: %i', async (route, status, kind) => {
    chain.lies.set(route, () => new Response('no', { status }));
    await expect(server.addresses([asked(FIRST)])).rejects.toThrow(kind);
  });

  it.each([503, 404, 201])('has status %i after sending', async (status) => {
    chain.lies.set('POST /tx', () => new Response(TXID, { status }));
    await expect(server.send(new Uint8Array(), TXID)).rejects.toThrow(
      `HTTP status ${String(status)}`,
    );
  });

  it.each(['/tx/:txid/status', '/tx/:txid/hex'])(
    'has a status that is not about the transaction at %s',
    async (route) => {
      chain.lies.set(route, () => new Response('', { status: 500 }));
      await expect(server.state(TXID)).rejects.toThrow('HTTP status 500');
    },
  );

  it('comes from a server that is down', async () => {
    server = serverWith(async () => Promise.reject(new TypeError('fetch failed')));
    await expect(server.tip()).rejects.toThrow(NodeUnreachableError);
  });
});

describe('the chain of these tests', () => {
  it('refuses what spends nothing, too much, or twice', async () => {
    const coin = chain.fund(FIRST.address, 5_000n);
    await expect(send(spend([{ txid: TXID, vout: 0 }], SECOND, 1n))).rejects.toThrow('missing');
    await expect(send(spend([{ ...coin, vout: 1 }], SECOND, 1n))).rejects.toThrow('missing');
    await send(spend([coin], SECOND, 4_000n));
    await expect(send(spend([coin], SECOND, 1n))).rejects.toThrow('missingorspent');
    await expect(server.send(new Uint8Array([1]), TXID)).rejects.toThrow('TX decode failed');
  });

  it('replaces what waits by what pays more, with all that spends of it', async () => {
    const coin = chain.fund(FIRST.address, 5_000n);
    chain.automine = false;
    const cheap = spend([coin], SECOND, 4_500n);
    await send(cheap);
    const child = spend([{ txid: cheap.id, vout: 0 }], FIRST, 4_000n);
    await send(child);
    await expect(send(spend([coin], FIRST, 4_500n))).rejects.toThrow('insufficient fee');
    const dear = spend([coin], FIRST, 3_000n);
    await send(dear);
    expect(await server.state(cheap.id)).toEqual({ state: 'unknown' });
    expect(await server.state(child.id)).toEqual({ state: 'unknown' });
    expect(await server.spender(coin.txid, 0)).toBe(dear.id);
  });
});
