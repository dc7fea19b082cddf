import { describe, expect, it } from 'vitest';
import { noDescriptors } from '../clear/descriptors.ts';
import type { Call } from '../clear/call.ts';
import type { Hex } from '../hex.ts';
import { type ReadCall, readCall } from './read-call.ts';
import {
  BOB,
  call,
  data,
  exec,
  linesOf,
  MAX,
  ME,
  MULTI_SEND,
  NOTES,
  OTHER,
  packed,
  ROUTER,
  SAFE,
  TOKEN,
} from './testing/calls.ts';

const read = async (input: Call): Promise<ReadCall> => readCall(input, noDescriptors, NOTES);
const codes = ({ warnings }: ReadCall): string[] => warnings.map(({ code }) => code);

const approve = data('approve(address,uint256)', ROUTER, MAX);
const send = data('transfer(address,uint256)', BOB, 1_000_000n);
const mode = (type: string, rest = '00'.repeat(31)): string => `0x${type}${rest}`;
const word = (value: bigint): string => value.toString(16).padStart(64, '0');

/** The same two calls, as every container that this wallet knows packs them. */
const two: Readonly<Record<string, Hex>> = {
  aggregate: data('aggregate((address,bytes)[])', [
    [TOKEN, approve],
    [TOKEN, send],
  ]),
  blockAndAggregate: data('blockAndAggregate((address,bytes)[])', [
    [TOKEN, approve],
    [TOKEN, send],
  ]),
  tryAggregate: data('tryAggregate(bool,(address,bytes)[])', true, [
    [TOKEN, approve],
    [TOKEN, send],
  ]),
  tryBlockAndAggregate: data('tryBlockAndAggregate(bool,(address,bytes)[])', true, [
    [TOKEN, approve],
    [TOKEN, send],
  ]),
  aggregate3: data('aggregate3((address,bool,bytes)[])', [
    [TOKEN, true, approve],
    [TOKEN, false, send],
  ]),
  aggregate3Value: data('aggregate3Value((address,bool,uint256,bytes)[])', [
    [TOKEN, true, 0n, approve],
    [TOKEN, false, 0n, send],
  ]),
  executeBatch: data(
    'executeBatch(address[],uint256[],bytes[])',
    [TOKEN, TOKEN],
    [0n, 0n],
    [approve, send],
  ),
  'executeBatch without values': data(
    'executeBatch(address[],bytes[])',
    [TOKEN, TOKEN],
    [approve, send],
  ),
  'executeBatch of structs': data('executeBatch((address,uint256,bytes)[])', [
    [TOKEN, 0n, approve],
    [TOKEN, 0n, send],
  ]),
  'execute (ERC-7579)': data(
    'execute(bytes32,bytes)',
    mode('01'),
    `0x${data('batch((address,uint256,bytes)[])', [
      [TOKEN, 0n, approve],
      [TOKEN, 0n, send],
    ]).slice(10)}`,
  ),
  multiSend: data('multiSend(bytes)', `0x${packed(TOKEN, approve)}${packed(TOKEN, send)}`),
};

describe('containers', () => {
  it.each(Object.entries(two))('%s: every call is read', async (_name, calldata) => {
    const result = await read(call(OTHER, calldata));
    expect(result.call.intent).toMatch(
      /2 calls: Let Exchange spend USDC without limit; Send 1 USDC to Bob$/,
    );
    expect(result.call.reading).toBe('clear');
    expect(codes(result)).toEqual(['evm/approval-unlimited']);
    // The contract makes the calls: nothing of this is in the account's name.
    expect(result.leaves).toEqual([]);
  });

  it.each([
    ['multicall(bytes[])', []],
    ['multicall(uint256,bytes[])', [99n]],
    ['multicall(bytes32,bytes[])', [`0x${'11'.repeat(32)}`]],
  ])('%s: a token calls itself, for the caller', async (signature, first) => {
    const result = await read(call(TOKEN, data(signature, ...first, [approve, send])));
    expect(result.call.intent).toBe(
      '2 calls: Let Exchange spend USDC without limit; Send 1 USDC to Bob',
    );
    expect(result.leaves.map(({ value }) => value)).toEqual([MAX, 1_000_000n]);
  });

  it('says of coins that each call of a multicall sees the same ones', async () => {
    const result = await read(call(TOKEN, data('multicall(bytes[])', [send, send]), { value: 5n }));
    expect(linesOf(result.call).at(-1)).toBe(
      '  Coins: Each call sees the same coins; they are sent once.',
    );
  });

  it.each([
    ['execute', data('execute(address,uint256,bytes)', BOB, 3n, '0x')],
    ['ERC-7579', data('execute(bytes32,bytes)', mode('00'), `0x${BOB.slice(2)}${word(3n)}`)],
    [
      'ERC-7579, allowed to fail',
      data(
        'execute(bytes32,bytes)',
        mode('00', `01${'00'.repeat(30)}`),
        `0x${BOB.slice(2)}${word(3n)}`,
      ),
    ],
  ])('%s: a smart account makes one call', async (_name, calldata) => {
    const result = await read(call(OTHER, calldata));
    expect(result.call.intent).toBe(
      `From the smart account ${OTHER}: Send 0.000000000000000003 ETH to Bob`,
    );
    expect(result.call.reading).toBe('clear');
  });

  it.each([
    ['an unknown mode', mode('02')],
    ['a mode with more in it', mode('00', `00${'01'.repeat(30)}`)],
  ])('does not read ERC-7579 with %s', async (_name, text) => {
    const result = await read(
      call(OTHER, data('execute(bytes32,bytes)', text, `0x${BOB.slice(2)}${word(3n)}`)),
    );
    expect(result.call.reading).toBe('unreadable');
  });

  it('flags a delegatecall of ERC-7579', async () => {
    const result = await read(
      call(OTHER, data('execute(bytes32,bytes)', mode('ff'), `0x${BOB.slice(2)}${send.slice(2)}`)),
    );
    expect(result.call.reading).toBe('unreadable');
    expect(codes(result)).toContain('evm/delegatecall');
  });

  it('does not read lists of calls that are not of one length', async () => {
    const calldata = data('executeBatch(address[],uint256[],bytes[])', [TOKEN], [0n, 0n], [send]);
    expect((await read(call(OTHER, calldata))).call.reading).toBe('unreadable');
    const shorter = data('executeBatch(address[],bytes[])', [TOKEN, TOKEN], [send]);
    expect((await read(call(OTHER, shorter))).call.reading).toBe('unreadable');
  });

  it('tells a new contract inside of a call', async () => {
    const create = await read(call(undefined, '0x6000'));
    expect(create.call).toMatchObject({ intent: 'Create a contract', reading: 'unreadable' });
    expect(codes(create)).toEqual(['evm/creates-contract']);
  });
});

describe('a Safe', () => {
  it('with an operation that is none is not read', async () => {
    const result = await read(call(SAFE, exec(TOKEN, send, { operation: 2 })));
    expect(result.call.reading).toBe('unreadable');
  });

  it('shows the refund for whoever sends it', async () => {
    const lines = linesOf((await read(call(SAFE, exec(TOKEN, send, { gasPrice: 7n })))).call);
    expect(lines).toContain('  Refund: price of gas: 7');
    expect(lines).toContain('  Refund: receiver: whoever sends it');
  });

  it.each([
    ['addOwnerWithThreshold(address,uint256)', [OTHER, 1n], 'evm/safe-owner-change'],
    ['removeOwner(address,address,uint256)', [ME, OTHER, 1n], 'evm/safe-owner-change'],
    ['swapOwner(address,address,address)', [ME, OTHER, BOB], 'evm/safe-owner-change'],
    ['changeThreshold(uint256)', [1n], 'evm/safe-threshold-change'],
    ['enableModule(address)', [OTHER], 'evm/safe-module'],
    ['disableModule(address,address)', [ME, OTHER], 'evm/safe-module'],
    ['setGuard(address)', [OTHER], 'evm/safe-guard'],
    ['setModuleGuard(address)', [OTHER], 'evm/safe-guard'],
    ['setFallbackHandler(address)', [OTHER], 'evm/safe-fallback-handler'],
    ['changeMasterCopy(address)', [OTHER], 'evm/safe-master-copy'],
  ] as const)('%s is a danger, four calls deep', async (signature, args, code) => {
    const admin = data(signature, ...args);
    const inner = data('multiSend(bytes)', `0x${packed(SAFE, admin)}`);
    const outer = exec(MULTI_SEND, inner, { operation: 1 });
    const result = await read(call(OTHER, data('aggregate((address,bytes)[])', [[SAFE, outer]])));
    expect(result.warnings[0]).toMatchObject({ code, level: 'danger' });
    expect(result.call.reading).toBe('clear');
  });

  it('approves a hash that nobody sees', async () => {
    const result = await read(call(SAFE, data('approveHash(bytes32)', `0x${'ab'.repeat(32)}`)));
    expect(codes(result)).toContain('evm/safe-approve-hash');
    expect(result.call.reading).not.toBe('clear');
  });

  it('delegated to MultiSend makes its calls itself', async () => {
    const inner = data('multiSend(bytes)', `0x${packed(TOKEN, send)}`);
    const result = await read(call(SAFE, exec(MULTI_SEND, inner, { operation: 1 })));
    expect(result.call.reading).toBe('clear');
    expect(codes(result)).toEqual(['evm/delegatecall-known']);
  });

  it('delegated to another MultiSend runs foreign code', async () => {
    const inner = data('multiSend(bytes)', `0x${packed(TOKEN, send)}`);
    const result = await read(call(SAFE, exec(OTHER, inner, { operation: 1 })));
    expect(result.call.reading).toBe('unreadable');
    expect(codes(result)).toEqual(['evm/delegatecall']);
  });

  it('delegated to MultiSend for another function runs it unread', async () => {
    const result = await read(call(SAFE, exec(MULTI_SEND, send, { operation: 1 })));
    expect(result.call.reading).toBe('unreadable');
  });

  it('with a delegatecall inside of MultiSend is flagged', async () => {
    const inner = data('multiSend(bytes)', `0x${packed(OTHER, send, { operation: 1 })}`);
    const result = await read(call(SAFE, exec(MULTI_SEND, inner, { operation: 1 })));
    expect(result.call.reading).toBe('unreadable');
    expect(codes(result)[0]).toBe('evm/delegatecall');
  });
});

describe('MultiSend', () => {
  const whole = packed(TOKEN, send);
  it.each([
    ['cut short', whole.slice(0, -2)],
    ['with a byte too many', `${whole}00`],
    ['with an operation that is none', packed(TOKEN, send, { operation: 2 })],
    ['with a length beyond the end', packed(TOKEN, '0x').slice(0, -1) + '1'],
    ['to the zero address', packed(`0x${'0'.repeat(40)}`, send)],
  ])('%s is not read', async (_name, bytes) => {
    const result = await read(call(MULTI_SEND, data('multiSend(bytes)', `0x${bytes}`)));
    expect(result.call.reading).toBe('unreadable');
    expect(result.call.facts.some(({ label }) => label.startsWith('Calldata'))).toBe(true);
  });

  it('with no calls is said to make none', async () => {
    const result = await read(call(MULTI_SEND, data('multiSend(bytes)', '0x')));
    expect(result.call.intent).toBe('Make no calls at all');
  });
});

describe('limits', () => {
  const nest = (depth: number): Hex => {
    let inner: Hex = send;
    for (let i = 0; i < depth; i++)
      inner = data('execute(address,uint256,bytes)', OTHER, 0n, inner);
    return inner;
  };

  it('follows ten calls deep, and no further', async () => {
    expect((await read(call(OTHER, nest(10)))).call.reading).toBe('clear');
    const deeper = await read(call(OTHER, nest(11)));
    expect(deeper.call.reading).toBe('unreadable');
    expect(codes(deeper)[0]).toBe('evm/too-deep');
  });

  it('follows two hundred calls, and no more', async () => {
    const many = (count: number): Hex =>
      data('aggregate((address,bytes)[])', new Array(count).fill([TOKEN, send]));
    expect((await read(call(OTHER, many(199)))).call.reading).toBe('clear');
    const more = await read(call(OTHER, many(200)));
    expect(more.call.reading).toBe('unreadable');
    expect(codes(more)[0]).toBe('evm/too-deep');
  });
});
