import { describe, expect, it } from 'vitest';
import type { CallFact } from '../../review.ts';
import { type Descriptors, mergeDescriptors, noDescriptors } from '../clear/descriptors.ts';
import type { Hex } from '../hex.ts';
import { calldataDigest } from './calldata-digest.ts';
import { type ReadCall, readCall } from './read-call.ts';
import { toHexData } from '../hex.ts';
import {
  BOB,
  call,
  canonicalOf,
  data,
  described,
  exec,
  linesOf,
  MAX,
  ME,
  NO_NOTES,
  NOTES,
  OTHER,
  ROUTER,
  SAFE,
  TOKEN,
} from './testing/calls.ts';

const read = async (
  to: Hex,
  calldata: Hex,
  { value = 0n, from = noDescriptors }: { value?: bigint; from?: Descriptors } = {},
): Promise<ReadCall> => readCall(call(to, calldata, { value }), from, NOTES);
const codes = ({ warnings }: ReadCall): string[] => warnings.map(({ code }) => code);
const send = data('transfer(address,uint256)', BOB, 1_000_000n);

describe('standards', () => {
  it.each<readonly [signature: string, args: unknown[], sentence: string, codes: string[]]>([
    [
      'transferFrom(address,address,uint256)',
      [ME, BOB, 1n],
      'Move 0.000001 USDC from your own account Treasury to Bob',
      [],
    ],
    [
      'transferFrom(address,address,uint256)',
      [OTHER, BOB, 1n],
      `Move 0.000001 USDC from ${OTHER} to Bob`,
      ['evm/foreign-tokens'],
    ],
    [
      'approve(address,uint256)',
      [ROUTER, 5_000_000n],
      'Let Exchange spend up to 5 USDC',
      ['evm/approval'],
    ],
    [
      'approve(address,uint256)',
      [ROUTER, 0n],
      'Take back the permission of Exchange to spend USDC',
      ['evm/approval-ends'],
    ],
    [
      'approve(address,uint256)',
      [ROUTER, 2n ** 96n - 1n],
      'Let Exchange spend USDC without limit',
      ['evm/approval-unlimited'],
    ],
    [
      'increaseAllowance(address,uint256)',
      [ROUTER, 1_000_000n],
      'Let Exchange spend 1 USDC more',
      ['evm/approval'],
    ],
    [
      'decreaseAllowance(address,uint256)',
      [ROUTER, 1_000_000n],
      'Let Exchange spend 1 USDC less',
      [],
    ],
    [
      'setApprovalForAll(address,bool)',
      [ROUTER, false],
      'Take back the permission of Exchange to move the whole collection USDC',
      ['evm/approval-ends'],
    ],
    [
      'safeTransferFrom(address,address,uint256)',
      [ME, BOB, 7n],
      'Send a collectible of your own account Treasury to Bob',
      [],
    ],
    [
      'safeTransferFrom(address,address,uint256,bytes)',
      [ME, BOB, 7n, '0x'],
      'Send a collectible of your own account Treasury to Bob',
      [],
    ],
    [
      'safeTransferFrom(address,address,uint256,uint256,bytes)',
      [ME, BOB, 7n, 2n, '0x'],
      'Send 2 pieces of number 7 from your own account Treasury to Bob',
      [],
    ],
    [
      'safeBatchTransferFrom(address,address,uint256[],uint256[],bytes)',
      [ME, BOB, [7n, 8n], [1n, 2n], '0x'],
      'Send collectibles of your own account Treasury to Bob',
      [],
    ],
    [
      'permit(address,address,uint256,uint256,uint8,bytes32,bytes32)',
      [ME, ROUTER, 5_000_000n, 1_800_000_000n, 27, `0x${'11'.repeat(32)}`, `0x${'22'.repeat(32)}`],
      'Let Exchange spend up to 5 USDC of your own account Treasury, by a signature that is handed in',
      ['evm/approval'],
    ],
    [
      'permit(address,address,uint256,uint256,bool,uint8,bytes32,bytes32)',
      [ME, ROUTER, 1n, 0n, true, 27, `0x${'11'.repeat(32)}`, `0x${'22'.repeat(32)}`],
      'Hand in a signed permission over a whole balance: USDC',
      ['evm/approval-unlimited'],
    ],
    [
      'transferWithAuthorization(address,address,uint256,uint256,uint256,bytes32,uint8,bytes32,bytes32)',
      [
        ME,
        BOB,
        5_000_000n,
        0n,
        MAX,
        `0x${'00'.repeat(32)}`,
        27,
        `0x${'11'.repeat(32)}`,
        `0x${'22'.repeat(32)}`,
      ],
      'Move 5 USDC from your own account Treasury to Bob, by a signature that is handed in',
      [],
    ],
    [
      'deposit(uint256,address)',
      [5n, ME],
      'Put 5 smallest units of what the vault holds into it, for your own account Treasury',
      [],
    ],
    [
      'redeem(uint256,address,address)',
      [1_000_000n, BOB, ME],
      'Give back 1 USDC of your own account Treasury; what they are worth goes to Bob',
      [],
    ],
  ])('%s', async (signature, args, sentence, expected) => {
    const result = await read(TOKEN, data(signature, ...args));
    expect(result.call.intent).toBe(sentence);
    expect(result.call.reading).toBe('clear');
    expect(result.call.source?.origin).toBe('built-in');
    expect(codes(result)).toEqual(expected);
  });

  const PERMIT2 = '0x000000000022D473030F116dDEE9F6B43aC78BA3';
  it('reads Permit2 at its address, and nowhere else', async () => {
    const approve = data(
      'approve(address,address,uint160,uint48)',
      TOKEN,
      ROUTER,
      5_000_000n,
      1_800_000_000,
    );
    const result = await read(PERMIT2, approve);
    expect(result.call.intent).toBe(
      'Let Exchange spend up to 5 USDC through Permit2, until 2027-01-15 08:00:00Z',
    );
    expect(codes(result)).toEqual(['evm/approval']);
    expect((await read(OTHER, approve)).call.reading).toBe('unreadable');
  });

  const WETH = '0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2';
  it('wraps coins where everybody does, and says elsewhere that it does not know', async () => {
    const wrap = await read(WETH, data('deposit()'), { value: 10n ** 18n });
    expect(wrap.call).toMatchObject({ intent: 'Wrap 1 ETH', reading: 'clear' });
    const elsewhere = await read(OTHER, data('deposit()'), { value: 10n ** 18n });
    expect(elsewhere.call.reading).toBe('decoded');
    expect(elsewhere.call.intent).toBe(`Call deposit of ${OTHER}, sending 1 ETH along`);
  });

  it('does not say that a number is an amount where it may be a collectible', async () => {
    const { call: fact } = await read(OTHER, data('approve(address,uint256)', BOB, 1n));
    expect(fact.facts[0]?.label).toBe('Allowance, or number of a collectible');
  });

  it('does not take coins for part of a function that takes none', async () => {
    const result = await read(TOKEN, send, { value: 5n });
    expect(result.call.reading).toBe('decoded');
    expect(result.call.intent).toBe('Send 1 USDC to Bob, sending 0.000000000000000005 ETH along');
    expect(codes(result)).toContain('evm/coins-with-call');
  });

  it('tells what leaves the account', async () => {
    expect((await read(TOKEN, send)).leaves).toMatchObject([
      { value: 1_000_000n, asset: { token: TOKEN }, unlimited: false },
    ]);
    expect((await read(SAFE, exec(TOKEN, send))).leaves).toEqual([]);
  });
});

describe('calldata that is not canonical', () => {
  const dirty = send.replace(`0x${send.slice(2, 10)}00`, `0x${send.slice(2, 10)}01`) as Hex;
  it.each([
    ['dirty padding', dirty, 'evm/non-canonical-data'],
    ['cut short', send.slice(0, -2) as Hex, 'evm/non-canonical-data'],
    ['a byte at the end', `${send}00` as Hex, 'evm/trailing-data'],
  ])('%s: unreadable, and said so', async (_name, calldata, code) => {
    const result = await read(TOKEN, calldata);
    expect(result.call.reading).toBe('unreadable');
    expect(codes(result)[0]).toBe(code);
  });

  it('shows bytes at the end, and what comes before them', async () => {
    const result = await read(TOKEN, `${send}beef`);
    expect(result.call.intent).toBe('Send 1 USDC to Bob');
    expect(linesOf(result.call)).toContain(
      '  After the arguments, explained by nothing: beef'.replace('beef', '0xbeef'),
    );
  });

  it('is no better inside of another call, nor in a function known by name', async () => {
    const safe = await read(SAFE, exec(TOKEN, `${send}beef`));
    expect([safe.call.reading, codes(safe)[0]]).toEqual(['unreadable', 'evm/trailing-data']);
    const container = await read(SAFE, `${exec(TOKEN, send)}beef`);
    expect([container.call.reading, codes(container)[0]]).toEqual([
      'unreadable',
      'evm/trailing-data',
    ]);
    const known = await read(OTHER, `${data('stake(uint256)', 1n)}beef`);
    expect([known.call.reading, codes(known)[0]]).toEqual(['unreadable', 'evm/trailing-data']);
  });

  it('of fewer than four bytes calls no function', async () => {
    expect((await read(TOKEN, '0xa9059c')).call.reading).toBe('unreadable');
  });
});

describe('a descriptor', () => {
  const CLAIM = {
    intent: 'Claim your reward',
    interpolatedIntent: 'Claim your reward',
    fields: [],
  };

  it('cannot hide an approval', async () => {
    const from = described(TOKEN, { 'approve(address spender, uint256 value)': CLAIM });
    const result = await read(TOKEN, data('approve(address,uint256)', ROUTER, MAX), { from });
    expect(result.call.intent).toBe('Let Exchange spend USDC without limit');
    expect(codes(result)).toContain('evm/approval-unlimited');
  });

  it('cannot hide a call inside, nor what it is told', async () => {
    const from = described(SAFE, {
      'execTransaction(address to, uint256 value, bytes data, uint8 operation, uint256 safeTxGas, uint256 baseGas, uint256 gasPrice, address gasToken, address refundReceiver, bytes signatures)':
        CLAIM,
    });
    const result = await read(SAFE, exec(SAFE, data('changeThreshold(uint256)', 1n)), { from });
    expect(result.call.intent).toContain('Owners that the Safe');
    expect(codes(result)[0]).toBe('evm/safe-threshold-change');
  });

  it('cannot hide coins that are sent along', async () => {
    const from = described(ROUTER, { 'claim()': CLAIM });
    const result = await read(ROUTER, data('claim()'), { from, value: 10n ** 18n });
    expect(result.call.intent).toBe('Claim your reward, sending 1 ETH along');
    expect(codes(result)).toEqual(['evm/coins-with-call']);
  });

  it('cannot make foreign code readable', async () => {
    const from = described(ROUTER, { 'claim()': CLAIM });
    const calldata = exec(ROUTER, data('claim()'), { operation: 1 });
    const result = await read(SAFE, calldata, { from });
    expect(result.call.reading).toBe('unreadable');
    expect(codes(result)[0]).toBe('evm/delegatecall');
  });

  it('that leaves a value out is shown with that value, and is not clear', async () => {
    const from = described(ROUTER, { 'claim(address receiver)': CLAIM });
    const result = await read(ROUTER, data('claim(address)', BOB), { from });
    expect(result.call.reading).toBe('decoded');
    expect(codes(result)).toEqual(['evm/descriptor-incomplete']);
    expect(linesOf(result.call)).toEqual([
      'Claim your reward',
      '  Not explained by the descriptor:',
      `    receiver: ${BOB}`,
    ]);
  });

  it('that hides a value is shown with that value', async () => {
    const field = { path: 'receiver', label: 'Receiver', format: 'addressName', visible: 'never' };
    const from = described(ROUTER, { 'claim(address receiver)': { ...CLAIM, fields: [field] } });
    const result = await read(ROUTER, data('claim(address)', BOB), { from });
    expect(result.call.reading).toBe('clear');
    expect(linesOf(result.call).slice(1)).toEqual([
      '  Left out by the descriptor:',
      `    receiver: ${BOB}`,
    ]);
  });

  it('of a contract keeps a standard from being taken for granted there', async () => {
    const from = described(TOKEN, { 'claim()': CLAIM });
    const result = await read(TOKEN, send, { from });
    expect(result.call.reading).toBe('decoded');
    expect(codes(result)).toEqual(['evm/not-in-descriptor']);
  });

  it('that binds itself to another contract is not used, whatever the index says', async () => {
    const wrong = described(ROUTER, { 'claim()': CLAIM });
    const from: Descriptors = { ...wrong, forCall: () => ['one'] };
    expect((await read(OTHER, data('claim()'), { from })).call.reading).toBe('decoded');
    expect((await read(ROUTER, data('claim()'), { from })).call.reading).toBe('clear');
  });

  it('of the first source is taken before one of the second', async () => {
    const first = described(ROUTER, { 'claim()': { ...CLAIM, interpolatedIntent: 'First' } });
    const second = described(ROUTER, { 'claim()': { ...CLAIM, interpolatedIntent: 'Second' } });
    const moved: Descriptors = {
      ...first,
      forCall: () => ['two'],
      load: (path) => (path === 'two' ? first.load('one') : undefined),
    };
    const result = await read(ROUTER, data('claim()'), { from: mergeDescriptors(moved, second) });
    expect(result.call.intent).toBe('First');
  });

  it('may name calls, which are read by this wallet', async () => {
    const field = {
      path: 'calls.[].what',
      label: 'Call',
      format: 'calldata',
      params: { calleePath: 'calls.[].to', amountPath: 'calls.[].coins' },
    };
    const from = described(ROUTER, {
      'run((address to, uint256 coins, bytes what)[] calls)': { intent: 'Run', fields: [field] },
    });
    const calldata = data('run((address,uint256,bytes)[])', [
      [TOKEN, 0n, data('approve(address,uint256)', OTHER, MAX)],
      [BOB, 5n, '0x'],
    ]);
    const result = await read(ROUTER, calldata, { from });
    expect(linesOf(result.call).filter((line) => !line.startsWith('    '))).toEqual([
      'Run — Maker',
      `  Let ${OTHER} spend USDC without limit`,
      '  Send 0.000000000000000005 ETH to Bob',
    ]);
    expect(result.call.reading).toBe('clear');
    expect(codes(result)).toEqual(['evm/approval-unlimited']);
  });

  it('may not name a call that cannot be taken apart', async () => {
    const field = {
      path: 'what',
      label: 'Call',
      format: 'calldata',
      params: { calleePath: 'nowhere' },
    };
    const from = described(ROUTER, { 'run(bytes what)': { intent: 'Run', fields: [field] } });
    const result = await read(ROUTER, data('run(bytes)', send), { from });
    expect(result.call.reading).toBe('unreadable');
  });

  it('has no words of its own for what its contract is told to do to itself without end', async () => {
    const field = {
      path: 'what',
      label: 'Call',
      format: 'calldata',
      params: { calleePath: '@.to' },
    };
    const from = described(ROUTER, { 'run(bytes what)': { intent: 'Run', fields: [field] } });
    let calldata = data('run(bytes)', '0x');
    for (let i = 0; i < 20; i++) calldata = data('run(bytes)', calldata);
    const result = await read(ROUTER, calldata, { from });
    expect(result.call.reading).toBe('unreadable');
    expect(codes(result)[0]).toBe('evm/too-deep');
  });
});

it('tells the same without notes on every device', async () => {
  const calldata = exec(TOKEN, data('approve(address,uint256)', ROUTER, MAX));
  const facts: CallFact[] = [];
  for (const notes of [NOTES, NO_NOTES]) {
    facts.push((await readCall(call(SAFE, calldata), noDescriptors, notes)).call);
  }
  const [mine, theirs] = facts.map(canonicalOf);
  expect(mine).toEqual(theirs);
  expect(facts[0]?.intent).not.toBe(facts[1]?.intent);
});

it('names calldata as ERC-8213 does', () => {
  // Computed with another Keccak-256: OpenSSL's.
  expect(toHexData(calldataDigest('0x'))).toBe(
    '0x290decd9548b62a8d60345a988386fc84ba6bc95484008f6362f93160ef3e563',
  );
});
