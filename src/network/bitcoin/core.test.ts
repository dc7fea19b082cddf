import { hex } from '@scure/base';
import { beforeEach, describe, expect, it, test, vi } from 'vitest';
import { BITCOIN_NETWORKS, bitcoinAddressAt, type OwnAddress } from '../../chains/index.ts';
import { account, funding } from '../../chains/bitcoin/testing/vault.ts';
import { NodeRefusedError, NodeUnreachableError } from '../node-errors.ts';
import { CoreServer } from './core.ts';
import { WrongNetworkError } from './errors.ts';

const ACCOUNT = account('p2tr', 'regtest');
const at = (index: number): OwnAddress => bitcoinAddressAt(ACCOUNT, { change: 0, index });
const asked = ({ address, script }: OwnAddress) => ({ address, script: hex.encode(script) });
const [FIRST, SECOND] = [at(0), at(1)];
const PREVIOUS = funding([{ amount: 5_000n, script: FIRST.script }]);
const TXID = PREVIOUS.id;
const OTHER = 'cd'.repeat(32);
const BLOCK = 'ab'.repeat(32);
const NEWER = 'ef'.repeat(32);

interface Question {
  readonly id: number;
  readonly method: string;
  readonly params: readonly unknown[];
}
class Refused {
  readonly error: { readonly code: number; readonly message: string };
  constructor(code: number, message = 'no') {
    this.error = { code, message };
  }
}
type Answer = (...params: readonly unknown[]) => unknown;

const header = (hash: string, height = 200) => ({ hash, height, confirmations: 1 });
const unspent = {
  txid: TXID,
  vout: 0,
  scriptPubKey: hex.encode(FIRST.script),
  amount: 0.00005,
  height: 150,
  desc: '',
  coinbase: false,
};
const scan = (unspents: readonly unknown[], bestblock = BLOCK) => ({
  success: true,
  height: 200,
  bestblock,
  unspents,
});
const out = { bestblock: BLOCK, confirmations: 3, value: 0.00005, scriptPubKey: {} };

let node: Map<string, Answer>;
let questions: Question[];
let inits: RequestInit[];
let server: CoreServer;

beforeEach(() => {
  questions = [];
  inits = [];
  node = new Map<string, Answer>([
    ['getblockhash', (height) => (height === 0 ? BITCOIN_NETWORKS.regtest.genesis : BLOCK)],
    ['getbestblockhash', () => BLOCK],
    ['getblockcount', () => 200],
    ['getblockheader', (hash) => header(String(hash))],
    ['scantxoutset', () => scan([unspent])],
    ['gettxout', () => out],
  ]);
  server = new CoreServer({ network: 'regtest', url: 'http://localhost:18443', fetch: fake });
});

/** In the form of Bitcoin Core before version 28. */
const fake: typeof fetch = async (_url, init = {}) => {
  inits.push(init);
  const question = JSON.parse(init.body as string) as Question;
  questions.push(question);
  const { id, method, params } = question;
  const result = (node.get(method) ?? (() => new Refused(-32_601)))(...params);
  if (result instanceof Response) return result;
  return result instanceof Refused
    ? Response.json({ result: null, error: result.error, id }, { status: 500 })
    : Response.json({ result, error: null, id });
};

const methods = (): string[] => questions.map(({ method }) => method);
const codeOf = async (asking: Promise<unknown>): Promise<string> =>
  asking.then(
    () => 'none',
    (error: unknown) => (error as { code?: string }).code ?? String(error),
  );
const coins = async (...own: OwnAddress[]) => server.addresses(own.map(asked));

describe('a node of Bitcoin Core', () => {
  it('tells its height, after its first block was looked at once', async () => {
    expect(await server.tip()).toBe(200);
    expect(await server.tip()).toBe(200);
    expect(methods()).toEqual(['getblockhash', 'getblockcount', 'getblockcount']);
    expect(questions[0]?.params).toEqual([0]);
  });

  it('of another network is asked nothing else', async () => {
    node.set('getblockhash', () => BITCOIN_NETWORKS.mainnet.genesis);
    for (const asking of [
      async () => server.tip(),
      async () => coins(FIRST),
      async () => server.transaction(TXID, undefined),
      async () => server.transaction(TXID, 5),
      async () => server.fees(),
      async () => server.send(new Uint8Array(), TXID),
      async () => server.state(TXID, 1),
      async () => server.spender(TXID, 0),
    ]) {
      questions.length = 0;
      await expect(asking()).rejects.toThrow(WrongNetworkError);
      expect(questions.every(({ method }) => method === 'getblockhash')).toBe(true);
      expect(questions.every(({ params }) => params[0] === 0)).toBe(true);
    }
  });

  it('may answer as JSON-RPC 2.0', async () => {
    server = new CoreServer({
      network: 'regtest',
      url: 'http://localhost',
      fetch: async (url, init) => {
        const answer = (await (await fake(url, init)).json()) as {
          id: number;
          result: unknown;
          error: unknown;
        };
        const { id, result, error } = answer;
        return Response.json({ jsonrpc: '2.0', id, ...(error === null ? { result } : { error }) });
      },
    });
    expect(await server.tip()).toBe(200);
    node.set('getblockcount', () => new Refused(-28, 'Verifying blocks…'));
    await expect(server.tip()).rejects.toThrow('Verifying blocks');
  });

  it.each([{ jsonrpc: '3.0' }, { id: 99 }, { id: null }, { error: 'no' }])(
    'may not answer with %j',
    async (change) => {
      server = new CoreServer({
        network: 'regtest',
        url: 'http://localhost',
        fetch: async (url, init) => {
          const answer = (await (await fake(url, init)).json()) as object;
          return Response.json({ ...answer, ...change });
        },
      });
      expect(await codeOf(server.tip())).toBe('network/node-garbage');
    },
  );

  it('gets name and password in a header, in UTF-8, never in the address', async () => {
    const urls: string[] = [];
    const with_ = (user?: string, password?: string) =>
      new CoreServer({
        network: 'regtest',
        url: 'http://localhost:18443/',
        fetch: async (url, init) => {
          urls.push(url as string);
          return fake(url, init);
        },
        user,
        password,
      });
    await with_('ada', 'pässword:1').tip();
    await with_().tip();
    const headers = inits.map((init) => (init.headers as Record<string, string>)['Authorization']);
    const basic = `Basic ${Buffer.from('ada:pässword:1').toString('base64')}`;
    expect(headers).toEqual([basic, basic, undefined, undefined]);
    expect(new Set(urls)).toEqual(new Set(['http://localhost:18443/']));
    expect(inits[0]).toMatchObject({ credentials: 'omit', redirect: 'error' });
  });

  it('says when it wants another name or password', async () => {
    node.set('getblockhash', () => new Response('', { status: 401 }));
    await expect(server.tip()).rejects.toThrow('it refuses access (HTTP status 401)');
  });

  it('says in its words that it still starts', async () => {
    node.set('getblockhash', () => new Refused(-28, 'Loading block index…'));
    await expect(server.tip()).rejects.toThrow('Loading block index');
  });
});

describe('coins', () => {
  it('are found by their scripts, in one scan', async () => {
    const states = await coins(FIRST, SECOND);
    expect(states.get(FIRST.address)).toEqual({
      used: true,
      coins: [{ txid: TXID, vout: 0, amount: 5_000n, height: 150 }],
    });
    expect(states.get(SECOND.address)).toEqual({ used: false, coins: [] });
    expect(questions.find(({ method }) => method === 'scantxoutset')?.params).toEqual([
      'start',
      [`raw(${hex.encode(FIRST.script)})`, `raw(${hex.encode(SECOND.script)})`],
    ]);
  });

  it('that a waiting transaction spends are gone, and their address was used', async () => {
    node.set('gettxout', () => null);
    expect((await coins(FIRST)).get(FIRST.address)).toEqual({ used: true, coins: [] });
    expect(questions.at(-1)?.params).toEqual([TXID, 0, true]);
  });

  const scans = (): number => methods().filter((method) => method === 'scantxoutset').length;

  it('are looked for anew after a block, or for new addresses, and not otherwise', async () => {
    await coins(FIRST, SECOND);
    expect((await coins(SECOND)).size).toBe(1);
    expect(scans()).toBe(1);
    await coins(at(2));
    expect(scans()).toBe(2);
    await coins(FIRST);
    expect(scans()).toBe(2); // the second scan was for all
    node.set('getbestblockhash', () => NEWER);
    node.set('scantxoutset', () => scan([], NEWER));
    expect((await coins(FIRST)).get(FIRST.address)?.coins).toEqual([]);
    expect(scans()).toBe(3);
  });

  it('are looked for anew after a scan that failed', async () => {
    node.set('scantxoutset', () => scan([]));
    await coins(SECOND);
    node.set('scantxoutset', () => new Refused(-8, 'Scan already in progress, use action "abort"'));
    await expect(coins(FIRST)).rejects.toThrow('Scan already in progress');
    node.set('scantxoutset', () => scan([unspent]));
    expect((await coins(FIRST)).get(FIRST.address)?.coins).toHaveLength(1);
  });

  it('may be several on one address', async () => {
    node.set('scantxoutset', () => scan([unspent, { ...unspent, vout: 1 }]));
    expect((await coins(FIRST)).get(FIRST.address)?.coins).toMatchObject([
      { vout: 0 },
      { vout: 1 },
    ]);
  });

  it('are looked for by one scan at a time', async () => {
    const starts: (() => void)[] = [];
    let running = 0;
    server = new CoreServer({
      network: 'regtest',
      url: 'http://localhost',
      fetch: async (url, init) => {
        const answer = await fake(url, init);
        if (questions.at(-1)?.method !== 'scantxoutset') return answer;
        running += 1;
        expect(running).toBe(1);
        await new Promise<void>((resolve) => starts.push(resolve));
        running -= 1;
        return answer;
      },
    });
    const both = Promise.all([coins(FIRST), coins(SECOND)]);
    await expect.poll(() => starts.length).toBe(1);
    starts[0]?.();
    await expect.poll(() => starts.length).toBe(2);
    starts[1]?.();
    await both;
    expect(scans()).toBe(2);
  });

  test.each<[string, unknown, string]>([
    ['of scripts that nobody asked about', { scriptPubKey: '51' }, 'bitcoin/answer-other'],
    ['with a script that is none', { scriptPubKey: '5' }, 'bitcoin/answer-malformed'],
    ['with a negative amount', { amount: -0.1 }, 'bitcoin/answer-malformed'],
    ['with too large an amount', { amount: 21_000_001 }, 'bitcoin/answer-malformed'],
    ['with parts of a satoshi', { amount: 1e-9 }, 'bitcoin/answer-malformed'],
  ])('%s are not believed', async (_, change, code) => {
    node.set('scantxoutset', () => scan([{ ...unspent, ...(change as object) }]));
    expect(await codeOf(coins(FIRST))).toBe(code);
  });

  it('of a scan that was aborted are not believed', async () => {
    node.set('scantxoutset', () => ({ ...scan([unspent]), success: false }));
    expect(await codeOf(coins(FIRST))).toBe('bitcoin/answer-malformed');
  });

  it('may take ten minutes, other questions ten seconds', async () => {
    const timeout = vi.spyOn(AbortSignal, 'timeout');
    await coins(FIRST);
    const seconds = timeout.mock.calls.map(([ms], i) => [methods()[i], ms / 1000]);
    timeout.mockRestore();
    expect(seconds).toEqual([
      ['getblockhash', 10],
      ['getbestblockhash', 10],
      ['scantxoutset', 600],
      ['gettxout', 10],
    ]);
  });
});

describe('a transaction', () => {
  const raw = hex.encode(PREVIOUS.toBytes());

  it('comes from the block it is in', async () => {
    node.set('getrawtransaction', () => raw);
    expect(await server.transaction(TXID, 150)).toEqual(PREVIOUS.toBytes());
    expect(questions.slice(1).map(({ method, params }) => [method, ...params])).toEqual([
      ['getblockhash', 150],
      ['getrawtransaction', TXID, 0, BLOCK],
    ]);
    await server.transaction(TXID, undefined);
    expect(questions.at(-1)?.params).toEqual([TXID, 0]);
  });

  it('with another hash is refused', async () => {
    node.set('getrawtransaction', () => raw);
    expect(await codeOf(server.transaction(OTHER, undefined))).toBe(
      'bitcoin/answer-other-transaction',
    );
  });

  it('is sent; sending it again is no error', async () => {
    node.set('sendrawtransaction', () => TXID);
    await server.send(PREVIOUS.toBytes(), TXID);
    expect(questions.at(-1)?.params).toEqual([raw]);
    expect(await codeOf(server.send(PREVIOUS.toBytes(), OTHER))).toBe(
      'bitcoin/answer-other-transaction',
    );
    node.set('sendrawtransaction', () => new Refused(-27, 'Something new'));
    await server.send(PREVIOUS.toBytes(), TXID);
    node.set('sendrawtransaction', () => new Refused(-26, 'txn-already-in-mempool'));
    await server.send(PREVIOUS.toBytes(), TXID);
    node.set('sendrawtransaction', () => new Refused(-26, 'min relay fee not met'));
    await expect(server.send(PREVIOUS.toBytes(), TXID)).rejects.toThrow('min relay fee not met');
  });

  const gone = (): void => {
    node.set('getmempoolentry', () => new Refused(-5, 'Transaction not in mempool'));
    node.set('gettxout', () => null);
    node.set('getrawtransaction', () => new Refused(-5, 'No such mempool transaction'));
  };

  it('waits while it is in the pool', async () => {
    node.set('getmempoolentry', () => ({ vsize: 110 }));
    expect(await server.state(TXID, 2)).toEqual({ state: 'waiting' });
    node.set('getmempoolentry', () => 'yes');
    expect(await codeOf(server.state(TXID, 2))).toBe('bitcoin/answer-malformed');
  });

  it('is in a block when one of its outputs is', async () => {
    gone();
    node.set('gettxout', (_, vout) => (vout === 1 ? out : null));
    expect(await server.state(TXID, 2)).toEqual({ state: 'mined', height: 198 });
    expect(questions.filter(({ method }) => method === 'gettxout').at(-1)?.params).toEqual([
      TXID,
      1,
      false,
    ]);
    expect(await server.state(TXID, 1)).toEqual({ state: 'unknown' });
  });

  it('is in no block while its outputs are not', async () => {
    gone();
    node.set('gettxout', () => ({ ...out, confirmations: 0 }));
    expect(await server.state(TXID, 1)).toEqual({ state: 'unknown' });
    node.set('gettxout', () => out);
    node.set('getblockheader', () => ({ ...header(BLOCK), confirmations: -1 }));
    expect(await server.state(TXID, 1)).toEqual({ state: 'unknown' });
  });

  it('is looked for at 64 outputs at most', async () => {
    gone();
    await server.state(TXID, 10_000);
    expect(questions.filter(({ method }) => method === 'gettxout')).toHaveLength(64);
  });

  it('of which all is spent is found by an index only', async () => {
    gone();
    expect(await server.state(TXID, 2)).toEqual({ state: 'unknown' });
    node.set('getrawtransaction', () => ({ txid: TXID, blockhash: BLOCK }));
    expect(await server.state(TXID, 2)).toEqual({ state: 'mined', height: 200 });
    node.set('getrawtransaction', () => ({ txid: TXID }));
    expect(await server.state(TXID, 2)).toEqual({ state: 'waiting' });
    node.set('getrawtransaction', () => ({ txid: OTHER, blockhash: BLOCK }));
    expect(await codeOf(server.state(TXID, 2))).toBe('bitcoin/answer-other');
  });

  it('in a block that is not in the best chain any more is unknown', async () => {
    gone();
    node.set('getrawtransaction', () => ({ txid: TXID, blockhash: BLOCK }));
    node.set('getblockheader', () => ({ ...header(BLOCK), confirmations: -1 }));
    expect(await server.state(TXID, 2)).toEqual({ state: 'unknown' });
    node.set('getblockheader', () => header(NEWER));
    expect(await codeOf(server.state(TXID, 2))).toBe('bitcoin/answer-other');
  });

  it('of which the node says something else than that it is not there is an error', async () => {
    gone();
    node.set('getmempoolentry', () => new Refused(-1, 'busy'));
    await expect(server.state(TXID, 1)).rejects.toThrow(NodeRefusedError);
  });
});

describe('the spender of an output', () => {
  it('is none while it is there', async () => {
    expect(await server.spender(TXID, 0)).toBeUndefined();
  });

  it('has a name while it waits', async () => {
    node.set('gettxout', () => null);
    node.set('gettxspendingprevout', () => [{ txid: TXID, vout: 0, spendingtxid: OTHER }]);
    expect(await server.spender(TXID, 0)).toBe(OTHER);
    expect(questions.at(-1)?.params).toEqual([[{ txid: TXID, vout: 0 }]]);
    expect(await codeOf(server.spender(TXID, 1))).toBe('bitcoin/answer-other');
    expect(await codeOf(server.spender(OTHER, 0))).toBe('bitcoin/answer-other');
    node.set('gettxspendingprevout', () => []);
    expect(await codeOf(server.spender(TXID, 0))).toBe('bitcoin/answer-malformed');
  });

  it('is not named in a block, or by a node that does not know the question', async () => {
    node.set('gettxout', () => null);
    expect(await server.spender(TXID, 0)).toBe('spent');
    node.set('gettxspendingprevout', () => [{ txid: TXID, vout: 0 }]);
    expect(await server.spender(TXID, 0)).toBe('spent');
    node.set('gettxspendingprevout', () => new Refused(-8, 'Invalid parameter'));
    await expect(server.spender(TXID, 0)).rejects.toThrow('Invalid parameter');
  });
});

it('suggests the fees that it can tell, fastest first', async () => {
  node.set('estimatesmartfee', (blocks) =>
    blocks === 36 ? { errors: ['?'], blocks: 36 } : { feerate: 0.001 / Number(blocks), blocks },
  );
  expect(await server.fees()).toEqual([
    { blocks: 2, rate: 50 },
    { blocks: 6, rate: 16.667 },
    { blocks: 144, rate: 0.694 },
  ]);
});

it('is not there when nobody answers, and when a page of HTML does', async () => {
  node.set('getblockhash', () => new Response('<html>', { status: 502 }));
  await expect(server.tip()).rejects.toThrow(NodeUnreachableError);
  node.set('getblockhash', () => new Response('<html>'));
  expect(await codeOf(server.tip())).toBe('network/node-garbage');
});
