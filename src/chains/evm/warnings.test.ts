import { describe as suite, expect, it } from 'vitest';
import type { Warning } from '../review.ts';
import { toChecksum, ZERO_ADDRESS } from './address.ts';
import type { DescribeContext } from './context.ts';
import { describe } from './describe.ts';
import { encodeTokenCall } from './erc20.ts';
import type { Hex } from './hex.ts';
import { lookAlike } from './look-alike.ts';
import { ALICE, BOB, knowing, payment, request, TOKEN } from './testing/transactions.ts';
import type { EvmTransaction, FeeMarketTransaction } from './transaction.ts';

const warnings = async (
  changes: Partial<FeeMarketTransaction> = {},
  context: Partial<DescribeContext> = {},
): Promise<readonly Warning[]> =>
  (await describe(request(payment(changes)), knowing(context))).warnings;

const transfer = (address: Hex = BOB, amount = 1n): Partial<FeeMarketTransaction> => ({
  to: TOKEN,
  value: 0n,
  data: encodeTokenCall({ function: 'transfer', address, amount }),
});
const approve = (address: Hex): Partial<FeeMarketTransaction> => ({
  to: TOKEN,
  value: 0n,
  data: encodeTokenCall({ function: 'approve', address, amount: 1n }),
});

/** The ends of an address with another middle. */
const middle = (address: Hex): Hex =>
  toChecksum(`0x${address.slice(2, 6)}${'5'.repeat(32)}${address.slice(-4)}`);

const state = knowing().state;
if (state === undefined) throw new Error('unreachable');
const tokens = knowing().network?.tokens ?? [];
const network = (more: typeof tokens): DescribeContext['network'] => ({
  name: 'Ethereum',
  nativeSymbol: 'ETH',
  tokens: [...tokens, ...more],
});
const token = (address: Hex, symbol: string): (typeof tokens)[number] => ({
  address,
  symbol,
  decimals: 18,
  source: 'settings',
});

suite('each warning alone', () => {
  it.each<[string, Warning['level'], Partial<FeeMarketTransaction>, Partial<DescribeContext>]>([
    ['evm/look-alike', 'danger', { to: middle(BOB) }, { paid: [middle(BOB)] }],
    ['evm/zero-address', 'danger', { to: ZERO_ADDRESS }, { paid: [ZERO_ADDRESS] }],
    ['evm/zero-address', 'danger', transfer(ZERO_ADDRESS), { paid: [ZERO_ADDRESS] }],
    ['evm/to-token-contract', 'danger', { to: TOKEN }, { paid: [TOKEN] }],
    ['evm/to-token-contract', 'danger', transfer(TOKEN), { paid: [TOKEN] }],
    ['evm/to-self', 'caution', { to: ALICE }, {}],
    ['evm/first-payment', 'caution', {}, { paid: [] }],
    ['evm/first-payment', 'caution', transfer(), { paid: [ALICE] }],
    ['evm/no-checksum', 'caution', {}, { checksummed: false }],
    ['evm/nothing-sent', 'info', { value: 0n }, {}],
    ['evm/nothing-sent', 'info', transfer(BOB, 0n), {}],
    ['evm/access-list', 'info', { accessList: [{ address: BOB, storageKeys: [] }] }, {}],
    ['evm/unknown-network', 'info', {}, { network: undefined }],
    ['evm/no-node', 'info', {}, { state: undefined }],
    [
      'evm/token-unknown',
      'caution',
      transfer(),
      { network: { name: 'N', nativeSymbol: 'ETH', tokens: [] } },
    ],
    [
      'evm/token-look-alike',
      'danger',
      transfer(),
      { network: network([token(middle(TOKEN), 'X')]) },
    ],
    ['evm/token-symbol', 'caution', transfer(), { network: network([token(BOB, 'usdc')]) }],
    ['evm/balance-too-low', 'danger', {}, { state: { ...state, balance: 10n ** 18n } }],
    ['evm/token-balance-too-low', 'danger', transfer(), { state: { ...state, tokenBalance: 0n } }],
    ['evm/nonce-used', 'caution', {}, { state: { ...state, nextNonce: 8n } }],
    ['evm/nonce-gap', 'caution', {}, { state: { ...state, nextNonce: 6n } }],
    ['evm/may-be-paid-twice', 'danger', {}, { repeats: [4n] }],
    ['evm/nonce-gap', 'caution', {}, { state: { ...state, nextNonce: 4n, waitingNonces: [4n] } }],
    ['evm/nonce-replaces', 'caution', {}, { state: { ...state, waitingNonces: [7n] } }],
    [
      'evm/would-fail',
      'caution',
      {},
      { estimate: { success: false, reason: 'reverted', movements: undefined } },
    ],
    ['evm/fee-high', 'caution', { gasLimit: 3_000_000n }, {}],
    ['evm/fee-high', 'danger', { gasLimit: 26_000_000n }, {}],
    ['evm/fee-share', 'caution', { value: 10n ** 15n }, {}],
  ])('%s (%s)', async (code, level, changes, context) => {
    expect(await warnings(changes, context)).toMatchObject([{ code, level }]);
  });

  it('evm/legacy-type', async () => {
    const { chainId, nonce, gasLimit, to, value, data, maxFeePerGas } = payment();
    const common = { chainId, nonce, gasLimit, to, value, data };
    const legacy: EvmTransaction = { type: 0, ...common, gasPrice: maxFeePerGas };
    expect((await describe(request(legacy), knowing())).warnings).toMatchObject([
      { code: 'evm/legacy-type', level: 'info' },
    ]);
  });

  it('evm/new-spender', async () => {
    expect((await warnings(approve(BOB), { paid: [] })).map(({ code }) => code)).toEqual([
      'evm/new-spender',
      'evm/approval',
    ]);
  });
});

suite('no warning', () => {
  it.each<[string, Partial<FeeMarketTransaction>, Partial<DescribeContext>]>([
    ['of a first payment where the history is not known', {}, { paid: undefined }],
    [
      'of a balance that just suffices',
      {},
      { state: { ...state, balance: 1_000_420_000_000_000_000n } },
    ],
    [
      'of a token balance that just suffices',
      transfer(),
      { state: { ...state, tokenBalance: 1n } },
    ],
    [
      'of a token balance that is not known',
      transfer(),
      { state: { ...state, tokenBalance: undefined } },
    ],
    [
      'of a gap that waiting transactions fill',
      {},
      { state: { ...state, nextNonce: 5n, waitingNonces: [6n, 5n] } },
    ],
    ['of a fee of a tenth', { value: 4_200_000_000_000_000n }, {}],
    ['of a checksum that was there', {}, { checksummed: true }],
  ])('%s', async (_, changes, context) => {
    expect(await warnings(changes, context)).toEqual([]);
  });
});

suite('look-alikes', () => {
  it('of contacts, own accounts and paid addresses, and whom they resemble', async () => {
    expect((await warnings({ to: middle(BOB) }, { paid: [] }))[0]).toMatchObject({
      resembles: { known: BOB },
      text: expect.stringContaining('Hosting') as unknown,
    });
    expect((await warnings({ to: middle(ALICE) }))[0]).toMatchObject({
      resembles: { known: ALICE },
      text: expect.stringContaining('Main account') as unknown,
    });
    expect((await warnings({ to: middle(TOKEN) }, { paid: [TOKEN] }))[0]).toMatchObject({
      resembles: { known: TOKEN },
      text: expect.stringContaining('paid') as unknown,
    });
  });

  it('of spenders and of recipients of tokens', async () => {
    for (const changes of [transfer(middle(BOB)), approve(middle(BOB))]) {
      expect((await warnings(changes))[0]).toMatchObject({
        code: 'evm/look-alike',
        resembles: { known: BOB },
      });
    }
  });

  it('have four equal digits at both ends, in any case', () => {
    const address = `0x1234${'0'.repeat(32)}abcd`;
    expect(
      lookAlike(address.toUpperCase().replace('X', 'x'), [`0x1234${'1'.repeat(32)}abcd`]),
    ).toBeDefined();
    expect(lookAlike(address, [`0x1235${'1'.repeat(32)}abcd`])).toBeUndefined();
    expect(lookAlike(address, [`0x1234${'1'.repeat(32)}abce`])).toBeUndefined();
    expect(lookAlike(address, [address.toUpperCase().replace('X', 'x')])).toBeUndefined();
    expect(lookAlike(address, ['', '0x1234abcd'])).toBeUndefined();
  });
});

it('worst first', async () => {
  const shown = await warnings(
    { to: middle(BOB), value: 0n, gasLimit: 30_000_000n },
    { paid: [], checksummed: false, network: undefined },
  );
  const levels = shown.map(({ level }) => level);
  expect(levels).toEqual([...levels].sort((a, b) => rank(a) - rank(b)));
  expect(new Set(levels).size).toBe(3);
});

const rank = (level: Warning['level']): number => ['danger', 'caution', 'info'].indexOf(level);
