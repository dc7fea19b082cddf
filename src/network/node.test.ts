import { describe, expect, it } from 'vitest';
import {
  NodeGarbageError,
  NodeLiesError,
  NodeRefusedError,
  NodeTimeoutError,
  NodeUnreachableError,
  NonceTooLowError,
  WrongChainError,
} from './node-errors.ts';
import { EvmNode } from './node.ts';

const ADDRESS = '0x00000000000000000000000000000000000000Aa';
const HASH = `0x${'ab'.repeat(32)}`;
const OTHER = `0x${'cd'.repeat(32)}`;

interface Asked {
  readonly id: number;
  readonly method: string;
  readonly params: unknown[];
}
type Answers = Record<string, unknown>;
const refusal = (message: string) => ({ error: { code: -32000, message } });

/** A node that answers by method; an `Error` refuses. */
function nodeWith(answers: Answers, asked: Asked[] = []): EvmNode {
  return nodeThat((question) => {
    asked.push(question);
    const all: Answers = { eth_chainId: '0x1', ...answers };
    const answer = all[question.method];
    const outcome =
      answer instanceof Error
        ? refusal(answer.message)
        : answer === undefined
          ? refusal('method not found')
          : { result: answer };
    return new Response(JSON.stringify({ jsonrpc: '2.0', id: question.id, ...outcome }));
  });
}

function nodeThat(answer: (asked: Asked, signal: AbortSignal) => Response | Promise<Response>) {
  const fake: typeof fetch = async (_url, init) => {
    const body = typeof init?.body === 'string' ? init.body : '';
    return answer(JSON.parse(body) as Asked, init?.signal ?? new AbortController().signal);
  };
  return new EvmNode({ url: 'http://node', chainId: 1n, fetch: fake, timeoutMs: 50 });
}

describe('EvmNode', () => {
  it('asks and reads', async () => {
    const asked: Asked[] = [];
    const node = nodeWith(
      {
        eth_blockNumber: '0x10',
        eth_getBalance: '0xde0b6b3a7640000',
        eth_getTransactionCount: '0x0',
        eth_getCode: '0x6001',
        eth_call: '0x',
        eth_estimateGas: '0x5208',
      },
      asked,
    );
    expect(await node.blockNumber()).toBe(16n);
    expect(await node.balance(ADDRESS)).toBe(10n ** 18n);
    expect(await node.transactionCount(ADDRESS, 'pending')).toBe(0n);
    expect(await node.code(ADDRESS)).toBe('0x6001');
    expect(await node.call({ to: ADDRESS, data: '0x06fdde03' })).toBe('0x');
    expect(await node.estimateGas({ from: ADDRESS, to: ADDRESS, value: 255n })).toBe(21000n);
    expect(asked.map(({ method }) => method)).toEqual([
      'eth_chainId', // once for them all
      'eth_blockNumber',
      'eth_getBalance',
      'eth_getTransactionCount',
      'eth_getCode',
      'eth_call',
      'eth_estimateGas',
    ]);
    const lower = ADDRESS.toLowerCase();
    expect(asked.slice(2).map(({ params }) => params)).toEqual([
      [lower, 'latest'],
      [lower, 'pending'],
      [lower, 'latest'],
      [{ to: lower, data: '0x06fdde03' }, 'latest'],
      [{ from: lower, to: lower, value: '0xff' }],
    ]);
  });

  it('refuses malformed addresses before it asks', async () => {
    const asked: Asked[] = [];
    await expect(nodeWith({}, asked).balance('0x12')).rejects.toThrow();
    expect(asked).toEqual([]);
  });

  it.each([
    '0x',
    '0x00',
    '0x01',
    '10',
    16,
    null,
    '0xg',
    ' 0x1',
    `0x1${'0'.repeat(64)}`,
    '-0x1',
    {},
  ])('does not take %j for a number', async (balance) => {
    const node = nodeWith({ eth_getBalance: balance });
    await expect(node.balance(ADDRESS)).rejects.toThrow(NodeGarbageError);
  });

  it.each(['0x1', '0xzz', '', 5, null])('does not take %j for data', async (code) => {
    await expect(nodeWith({ eth_getCode: code }).code(ADDRESS)).rejects.toThrow(NodeGarbageError);
  });

  it('refuses a node of another chain, and asks it again later', async () => {
    const chains = ['0x5', '0x1'];
    const node = nodeThat(({ id, method }) => {
      const result = method === 'eth_chainId' ? chains.shift() : '0x10';
      return new Response(JSON.stringify({ jsonrpc: '2.0', id, result }));
    });
    await expect(node.blockNumber()).rejects.toThrow(WrongChainError);
    expect(await node.blockNumber()).toBe(16n);
  });

  describe('suggests fees', () => {
    it('of twice the base fee and the tip', async () => {
      const node = nodeWith({
        eth_getBlockByNumber: { baseFeePerGas: '0x64' },
        eth_maxPriorityFeePerGas: '0x3',
      });
      expect(await node.feeSuggestion()).toEqual({ maxFeePerGas: 203n, maxPriorityFeePerGas: 3n });
    });
    it('with the median of past tips', async () => {
      const node = nodeWith({
        eth_getBlockByNumber: { baseFeePerGas: '0x64' },
        eth_feeHistory: { reward: [['0x9'], ['0x1'], ['0x5']] },
      });
      expect((await node.feeSuggestion()).maxPriorityFeePerGas).toBe(5n);
    });
    it('with what the gas price leaves for the tip', async () => {
      const block = { eth_getBlockByNumber: { baseFeePerGas: '0x64' } };
      const tip = async (eth_gasPrice: string) =>
        (await nodeWith({ ...block, eth_gasPrice }).feeSuggestion()).maxPriorityFeePerGas;
      expect(await tip('0x70')).toBe(12n);
      expect(await tip('0x60')).toBe(0n);
    });
    it('of the gas price where there is no base fee', async () => {
      const node = nodeWith({ eth_getBlockByNumber: {}, eth_gasPrice: '0x7' });
      expect(await node.feeSuggestion()).toEqual({ maxFeePerGas: 7n, maxPriorityFeePerGas: 7n });
    });
  });

  describe('sends', () => {
    it('a transaction, after asking for the chain once more', async () => {
      const asked: Asked[] = [];
      const node = nodeWith({ eth_blockNumber: '0x1', eth_sendRawTransaction: HASH }, asked);
      await node.blockNumber();
      expect(await node.sendRawTransaction('0x02', HASH.toUpperCase().replace('X', 'x'))).toBe(
        'sent',
      );
      expect(asked.map(({ method }) => method)).toEqual([
        'eth_chainId',
        'eth_blockNumber',
        'eth_chainId',
        'eth_sendRawTransaction',
      ]);
    });
    it('nothing when the node changed its chain meanwhile', async () => {
      let chain = '0x1';
      const methods: string[] = [];
      const node = nodeThat(({ id, method }) => {
        methods.push(method);
        const result = method === 'eth_chainId' ? chain : '0x10';
        return new Response(JSON.stringify({ jsonrpc: '2.0', id, result }));
      });
      await node.blockNumber();
      chain = '0x89';
      await expect(node.sendRawTransaction('0x02', HASH)).rejects.toThrow(WrongChainError);
      expect(methods).not.toContain('eth_sendRawTransaction');
    });
    it('and catches a node that confirms something else', async () => {
      const node = nodeWith({ eth_sendRawTransaction: OTHER });
      await expect(node.sendRawTransaction('0x02', HASH)).rejects.toThrow(NodeLiesError);
    });
    it.each(['already known', 'AlreadyKnown', `known transaction: ${HASH}`])(
      'what the node has already: %s',
      async (message) => {
        const node = nodeWith({ eth_sendRawTransaction: new Error(message) });
        expect(await node.sendRawTransaction('0x02', HASH)).toBe('already-known');
      },
    );
    it('what comes too late', async () => {
      const node = nodeWith({ eth_sendRawTransaction: new Error('nonce too low: next 5') });
      await expect(node.sendRawTransaction('0x02', HASH)).rejects.toThrow(NonceTooLowError);
    });
    it('what the node refuses, in its words made safe to show', async () => {
      const words = 'insufficient\u202e funds';
      const node = nodeWith({ eth_sendRawTransaction: new Error(words) });
      const error: unknown = await node.sendRawTransaction('0x02', HASH).catch((e: unknown) => e);
      expect(error).toBeInstanceOf(NodeRefusedError);
      expect(error).not.toBeInstanceOf(NonceTooLowError);
      expect(error).toMatchObject({ rpcCode: -32000, reason: 'insufficient⟨U+202E⟩ funds' });
    });
  });

  describe('looks up', () => {
    const receipt = {
      transactionHash: HASH,
      blockNumber: '0x5',
      blockHash: OTHER,
      status: '0x1',
      gasUsed: '0x5208',
    };
    const transaction = {
      hash: HASH,
      blockNumber: null,
      from: ADDRESS,
      to: null,
      nonce: '0x1',
      value: '0x0',
      input: '0x',
    };
    it('a receipt', async () => {
      const found = { blockNumber: 5n, blockHash: OTHER, success: true, gasUsed: 21000n };
      expect(await nodeWith({ eth_getTransactionReceipt: receipt }).receipt(HASH)).toEqual(found);
      const failed = nodeWith({ eth_getTransactionReceipt: { ...receipt, status: '0x0' } });
      expect(await failed.receipt(HASH)).toMatchObject({ success: false });
      expect(await nodeWith({ eth_getTransactionReceipt: null }).receipt(HASH)).toBeUndefined();
    });
    it('no receipt of another transaction, and none without an outcome', async () => {
      const other = nodeWith({ eth_getTransactionReceipt: { ...receipt, transactionHash: OTHER } });
      await expect(other.receipt(HASH)).rejects.toThrow(NodeLiesError);
      const unclear = nodeWith({ eth_getTransactionReceipt: { ...receipt, status: '0x2' } });
      await expect(unclear.receipt(HASH)).rejects.toThrow(NodeGarbageError);
    });
    it('a transaction', async () => {
      const node = nodeWith({ eth_getTransactionByHash: transaction });
      expect(await node.transaction(HASH)).toEqual({
        blockNumber: undefined,
        from: ADDRESS.toLowerCase(),
        to: undefined,
        nonce: 1n,
        value: 0n,
        input: '0x',
      });
      expect(await nodeWith({ eth_getTransactionByHash: null }).transaction(HASH)).toBeUndefined();
    });
    it('no other transaction', async () => {
      const node = nodeWith({ eth_getTransactionByHash: { ...transaction, hash: OTHER } });
      await expect(node.transaction(HASH)).rejects.toThrow(NodeLiesError);
    });
  });
});

describe('a node that', () => {
  const answerOf = (text: string, status = 200) => nodeThat(() => new Response(text, { status }));

  it('is down is unreachable', async () => {
    const node = nodeThat(() => {
      throw new TypeError('Failed to fetch');
    });
    await expect(node.blockNumber()).rejects.toThrow(NodeUnreachableError);
  });

  it('hangs before or in its answer times out', async () => {
    const silent = nodeThat(
      async (_asked, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            reject(new Error('aborted'));
          });
        }),
    );
    await expect(silent.blockNumber()).rejects.toThrow(NodeTimeoutError);
    const halting = nodeThat((_asked, signal) => {
      const body = new ReadableStream({
        start(controller) {
          controller.enqueue(new TextEncoder().encode('{"jsonrpc"'));
          signal.addEventListener('abort', () => {
            controller.error(new Error('aborted'));
          });
        },
      });
      return new Response(body);
    });
    await expect(halting.blockNumber()).rejects.toThrow(NodeTimeoutError);
  });

  it.each([
    ['no JSON', '<html>'],
    ['nothing', ''],
    ['no JSON-RPC', '{"result":"0x1"}'],
    ['an old version', '{"jsonrpc":"1.0","id":1,"result":"0x1"}'],
    ['another id', '{"jsonrpc":"2.0","id":7,"result":"0x1"}'],
    ['its id as text', '{"jsonrpc":"2.0","id":"1","result":"0x1"}'],
    ['no id', '{"jsonrpc":"2.0","id":null,"result":"0x1"}'],
    ['no result', '{"jsonrpc":"2.0","id":1}'],
    ['a list', '[{"jsonrpc":"2.0","id":1,"result":"0x1"}]'],
    ['an error without a code', '{"jsonrpc":"2.0","id":1,"error":{"message":"x"}}'],
    ['the error of another question', '{"jsonrpc":"2.0","id":2,"error":{"code":1,"message":"x"}}'],
    ['both', '{"jsonrpc":"2.0","id":1,"result":"0x1","error":{"code":1,"message":"x"}}'],
    ['too much', `{"jsonrpc":"2.0","id":1,"result":"0x1","x":"${'x'.repeat(1024 * 1024)}"}`],
  ])('answers %s sends garbage', async (_what, text) => {
    await expect(answerOf(text).chainId()).rejects.toThrow(NodeGarbageError);
  });

  it('stops reading when there is too much', async () => {
    let sent = 0;
    const node = nodeThat(
      () =>
        new Response(
          new ReadableStream({
            pull(controller) {
              sent += 65_536;
              controller.enqueue(new Uint8Array(65_536).fill(0x20));
            },
          }),
        ),
    );
    await expect(node.chainId()).rejects.toThrow('larger than 1 MiB');
    expect(sent).toBeLessThan(2 * 1024 * 1024);
  });

  it('refuses with an HTTP error is heard, and one without JSON-RPC is unreachable', async () => {
    const error = '{"jsonrpc":"2.0","id":1,"error":{"code":-32005,"message":"too many requests"}}';
    await expect(answerOf(error, 429).chainId()).rejects.toThrow('too many requests');
    await expect(answerOf('Bad Gateway', 502).chainId()).rejects.toThrow('HTTP status 502');
    await expect(answerOf('Bad Gateway', 502).chainId()).rejects.toThrow(NodeUnreachableError);
  });

  it('could not read the question may refuse without an id', async () => {
    const error = '{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"parse error"}}';
    await expect(answerOf(error).chainId()).rejects.toThrow(NodeRefusedError);
  });
});

describe('a simulation', () => {
  const call = { from: ADDRESS, to: ADDRESS, value: 5n } as const;
  const log = { address: ADDRESS, topics: [HASH], data: '0x01' };

  it('tells what would be reported', async () => {
    const asked: Asked[] = [];
    const node = nodeWith(
      { eth_simulateV1: [{ number: '0x1', calls: [{ status: '0x1', logs: [log] }] }] },
      asked,
    );
    expect(await node.simulate(call)).toEqual({
      success: true,
      reason: undefined,
      logs: [{ ...log, address: ADDRESS.toLowerCase() }],
    });
    expect(asked.at(-1)?.params).toEqual([
      {
        blockStateCalls: [
          { calls: [{ from: ADDRESS.toLowerCase(), to: ADDRESS.toLowerCase(), value: '0x5' }] },
        ],
        traceTransfers: true,
      },
      'latest',
    ]);
  });

  it('tells why it would fail', async () => {
    const failed = { status: '0x0', error: { code: 3, message: 'execution reverted: no' } };
    expect(await nodeWith({ eth_simulateV1: [{ calls: [failed] }] }).simulate(call)).toEqual({
      success: false,
      reason: 'execution reverted: no',
      logs: [],
    });
    const node = nodeWith({ eth_simulateV1: new Error('insufficient funds') });
    expect(await node.simulate(call)).toMatchObject({ reason: 'insufficient funds', logs: [] });
  });

  it('by a plain call where the node offers no more', async () => {
    expect(await nodeWith({ eth_call: '0x' }).simulate(call)).toEqual({
      success: true,
      reason: undefined,
      logs: undefined,
    });
    const node = nodeWith({ eth_call: new Error('execution reverted') });
    expect(await node.simulate(call)).toMatchObject({ success: false, logs: undefined });
  });

  it('is none where the node offers neither, or answers garbage', async () => {
    await expect(nodeWith({}).simulate(call)).rejects.toThrow(NodeRefusedError);
    for (const answer of [[], [{}], [{ calls: [] }], [{ calls: [{ status: '0x2' }] }], 'x']) {
      const node = nodeWith({ eth_simulateV1: answer });
      await expect(node.simulate(call)).rejects.toThrow(NodeGarbageError);
    }
  });
});
