import fc from 'fast-check';
import { describe as suite, expect, it } from 'vitest';
import { toHex } from '../../codec.ts';
import type { Review } from '../review.ts';
import { addressIn, amountIn, detailIn, factOf } from '../testing/facts.ts';
import type { DescribeContext } from './context.ts';
import { describe } from './describe.ts';
import { digest } from './digest.ts';
import { encodeTokenCall } from './erc20.ts';
import type { Hex } from './hex.ts';
import { parseUnsigned } from './parse.ts';
import {
  ALICE,
  anyAddress,
  anyTransaction,
  BOB,
  knowing,
  payment,
  request,
  TOKEN,
} from './testing/transactions.ts';
import type { FeeMarketTransaction } from './transaction.ts';

const review = async (
  changes: Partial<FeeMarketTransaction> = {},
  context: Partial<DescribeContext> = {},
): Promise<Review> => describe(request(payment(changes)), knowing(context));

const call = (
  name: 'transfer' | 'approve',
  amount: bigint,
  address: Hex = BOB,
): Partial<FeeMarketTransaction> => ({
  to: TOKEN,
  value: 0n,
  gasLimit: 60_000n,
  data: encodeTokenCall({ function: name, address, amount }),
});

/** How people write it in the intents of these tests. */
const plain = (text: string): string => text.replaceAll('\u202f', ' ');

suite('what it does', () => {
  it('a payment of the chain’s coin', async () => {
    const shown = await review();
    expect(shown.operation).toBe('native-transfer');
    expect(shown.intent).toBe('Send 1 ETH to Hosting');
    expect(addressIn(shown, 'From')).toMatchObject({
      address: ALICE,
      own: { index: 0, name: 'Main account' },
    });
    expect(addressIn(shown, 'To')).toEqual({
      address: BOB,
      own: undefined,
      name: { text: 'Hosting', source: 'address-book' },
      paidBefore: true,
    });
    expect(amountIn(shown, 'Amount')).toMatchObject({ value: 10n ** 18n, asset: 'native' });
    expect(amountIn(shown, 'Fee')?.value).toBe(420_000_000_000_000n);
    expect(shown.leaves).toMatchObject([{ value: 1_000_420_000_000_000_000n, asset: 'native' }]);
    expect(shown.refusal).toBeUndefined();
    expect(shown.warnings).toEqual([]);
  });

  it('a payment of a token', async () => {
    const shown = await review(call('transfer', 12_500_000_000n));
    expect(shown.operation).toBe('token-transfer');
    expect(plain(shown.intent)).toBe('Send 12 500 USDC to Hosting');
    expect(addressIn(shown, 'To')?.address).toBe(BOB);
    expect(addressIn(shown, 'Token')).toMatchObject({ address: TOKEN, name: { text: 'USDC' } });
    expect(shown.leaves).toMatchObject([
      { value: 12_500_000_000n, asset: { token: TOKEN } },
      { value: 1_200_000_000_000_000n, asset: 'native' },
    ]);
    expect(shown.warnings).toEqual([]);
  });

  it('a permission', async () => {
    const shown = await review(call('approve', 5_000_000n));
    expect(shown.operation).toBe('token-approval');
    expect(shown.intent).toBe('Let Hosting spend up to 5 USDC');
    expect(amountIn(shown, 'Allowance')?.unlimited).toBe(false);
    expect(shown.warnings.map(({ code }) => code)).toEqual(['evm/approval']);
  });

  it.each([
    ['2^256 - 1', 2n ** 256n - 1n, true],
    ['2^255', 2n ** 255n, true],
    ['2^160 - 1', 2n ** 160n - 1n, true],
    ['2^160 - 2', 2n ** 160n - 2n, false],
    ['2^128 - 1', 2n ** 128n - 1n, true],
    ['2^96 - 1', 2n ** 96n - 1n, true],
    ['2^96', 2n ** 96n, false],
  ])('a permission for %s', async (_, amount, unlimited) => {
    const shown = await review(call('approve', amount));
    expect(amountIn(shown, 'Allowance')?.unlimited).toBe(unlimited);
    expect(shown.intent === 'Let Hosting spend USDC without limit').toBe(unlimited);
    expect(shown.warnings[0]).toMatchObject(
      unlimited
        ? { code: 'evm/approval-unlimited', level: 'danger' }
        : { code: 'evm/approval', level: 'caution' },
    );
    // To send that much is no permission.
    expect(amountIn(await review(call('transfer', amount)), 'Amount')?.unlimited).toBe(false);
  });

  it('the end of a permission', async () => {
    const shown = await review(call('approve', 0n));
    expect(shown.intent).toBe("Take back Hosting's permission to spend USDC");
    expect(shown.warnings.map(({ code }) => code)).toEqual(['evm/approval-ends']);
    expect(shown.leaves).toHaveLength(1);
  });

  it.each<[string, Partial<FeeMarketTransaction>]>([
    ['an unknown selector', { data: '0xdeadbeef' }],
    ['less than a selector', { data: '0xde' }],
    ['a transfer with a byte more', { data: `${call('transfer', 1n).data ?? '0x'}00` }],
    ['a transfer with dirty padding', { data: `0xa9059cbb${'11'.repeat(64)}` }],
    ['128 KiB of calldata', { data: `0x${'ab'.repeat(130_000)}` }],
  ])('nothing that it can read: %s', async (_, changes) => {
    const shown = await review(changes);
    expect(shown.operation).toBe('unknown-call');
    expect(shown.refusal).toContain('cannot read all that this call does');
    expect(detailIn(shown, 'Calldata')?.replaceAll(' ', '')).toBe(changes.data);
  });

  it('a call that it can read', async () => {
    const shown = await review({ value: 0n, data: `0x23b872dd${'00'.repeat(96)}` });
    expect(shown).toMatchObject({ operation: 'contract-call', reading: 'clear' });
    expect(shown.refusal).toBeUndefined();
    expect(factOf(shown, 'Call')?.value).toMatchObject({
      call: { signature: 'transferFrom(address,address,uint256)' },
    });
    expect(amountIn(shown, 'Amount')).toBeUndefined();
  });

  it('coins that go along with a call', async () => {
    const shown = await review({ ...call('transfer', 1n), value: 5n });
    expect(shown.operation).toBe('contract-call');
    expect(amountIn(shown, 'Amount')?.value).toBe(5n);
    expect(shown.leaves[0]).toMatchObject({ asset: 'native', value: 5n + 1_200_000_000_000_000n });
  });

  it('an unknown call with the selector and words of 32 bytes', async () => {
    const shown = await review({ data: `0xdeadbeef${'11'.repeat(32)}${'22'.repeat(20)}` });
    expect(detailIn(shown, 'Selector')).toBe('0xdeadbeef');
    expect(detailIn(shown, 'Calldata')).toBe(`0xdeadbeef ${'11'.repeat(32)} ${'22'.repeat(20)}`);
  });

  it('a deployment', async () => {
    const shown = await review({ to: undefined, data: '0x6000' });
    expect(shown.operation).toBe('deployment');
    expect(addressIn(shown, 'To')).toBeUndefined();
    expect(shown.intent).toBe('Create a contract, and send it 1 ETH');
    expect(shown.refusal).toContain('does not create contracts');
  });
});

suite('an estimate', () => {
  const estimate = { success: true, reason: undefined, movements: [] } as const;
  const lines = (shown: Review): (string | undefined)[] =>
    shown.estimate?.map(({ label, canonical }) => `${label}: ${canonical}`) ?? [];

  it('tells what comes and goes, and does not enter the digest', async () => {
    const movements = [
      { token: undefined, change: -5n },
      { token: TOKEN, change: 7n },
    ];
    const shown = await review({}, { estimate: { ...estimate, movements } });
    expect(lines(shown)).toEqual([
      'Leaves: 5 smallest units of the native coin',
      `Comes in: 7 smallest units of ${TOKEN}`,
    ]);
    expect(shown.shownDigest).toEqual((await review()).shownDigest);
    expect((await review()).estimate).toBeUndefined();
  });

  it('tells that nothing moves, that it fails and why, or only that it succeeds', async () => {
    expect(lines(await review({}, { estimate }))).toEqual([
      'Result: It would succeed. No amount of this account itself would change; collectibles are not counted.',
    ]);
    const failed = { success: false, reason: 'no\u202e', movements: undefined };
    expect(lines(await review({}, { estimate: failed }))).toEqual([
      'Result: It would fail: no⟨U+202E⟩',
    ]);
    const bare = { ...estimate, movements: undefined };
    expect(lines(await review({}, { estimate: bare }))).toEqual(['Result: It would succeed']);
  });
});

suite('whom it names', () => {
  it('an own account before the address book', async () => {
    const treasury = { index: 3, name: 'Treasury', address: BOB };
    const shown = await review({}, { accounts: [knowing().from, treasury] });
    expect(shown.intent).toBe('Send 1 ETH to your own account Treasury');
    expect(shown.warnings.map(({ code }) => code)).toEqual(['evm/own-account']);
  });

  it('an address without a name: in full, or as new', async () => {
    const contacts: DescribeContext['contacts'] = [];
    expect((await review({}, { contacts })).intent).toBe(`Send 1 ETH to ${BOB}`);
    expect((await review({}, { contacts, paid: [] })).intent).toBe('Send 1 ETH to a new address');
    expect((await review({}, { contacts, paid: undefined })).intent).toBe(`Send 1 ETH to ${BOB}`);
  });

  it('finds addresses in any case', async () => {
    const contacts = [{ address: BOB.toLowerCase(), name: 'Bob' }];
    const shown = await review({}, { contacts, paid: [BOB.toLowerCase()] });
    expect(addressIn(shown, 'To')).toMatchObject({ name: { text: 'Bob' }, paidBefore: true });
  });

  it('makes foreign text visible', async () => {
    const contacts = [{ address: BOB, name: 'Hos\u200bting\u202e' }];
    expect((await review({}, { contacts })).intent).toBe('Send 1 ETH to Hos⟨U+200B⟩ting⟨U+202E⟩');
    const tokens = [{ address: TOKEN, symbol: 'US\u202eDC', decimals: 6, source: 'node' }] as const;
    const shown = await review(call('transfer', 1n), {
      network: { name: 'Net\nwork', nativeSymbol: 'E\u0000TH', tokens },
    });
    expect(amountIn(shown, 'Amount')?.unit?.symbol).toBe('US⟨U+202E⟩DC');
    expect(shown.network).toEqual({
      id: 'eip155:1',
      label: 'chain 1',
      name: 'Net⟨U+000A⟩work',
      nativeSymbol: 'E⟨U+0000⟩TH',
    });
    expect(shown.warnings.map(({ code }) => code)).toContain('evm/token-symbol');
  });

  it('shows smallest units where it knows no better', async () => {
    const shown = await review(call('transfer', 12_500n), { network: undefined });
    expect(plain(shown.intent)).toBe(`Send 12 500 smallest units of the token ${TOKEN} to Hosting`);
    expect(amountIn(shown, 'Fee')?.unit).toBeUndefined();
    expect(plain((await review({ value: 1000n }, { network: undefined })).intent)).toBe(
      'Send 1 000 wei to Hosting',
    );
  });

  it('does not trust decimals that cannot be', async () => {
    for (const decimals of [-1, 256, 0.5, Number.NaN]) {
      const tokens = [{ address: TOKEN, symbol: 'X', decimals, source: 'settings' }] as const;
      const network = { name: 'N', nativeSymbol: 'E', tokens };
      expect(
        amountIn(await review(call('transfer', 1n), { network }), 'Amount')?.unit,
      ).toBeUndefined();
    }
  });

  it('survives addresses from outside that are none', async () => {
    const junk = { address: 'x', name: 'x' };
    const shown = await review({}, { contacts: [junk], paid: ['', 'x'] });
    expect(addressIn(shown, 'To')?.name).toBeUndefined();
  });
});

suite('the digests', () => {
  it('are those of the bytes', async () => {
    const shown = await review();
    expect(shown.digests.map((one) => one.digest)).toEqual([digest(request(payment()))]);
    expect(shown.digests[0]?.words).toHaveLength(4);
    expect(shown.shownDigest).toHaveLength(32);
  });

  const anyContext: fc.Arbitrary<Partial<DescribeContext>> = fc.record(
    {
      accounts: fc.array(fc.record({ index: fc.nat(), name: fc.string(), address: anyAddress })),
      contacts: fc.array(fc.record({ name: fc.string(), address: fc.constantFrom(BOB, TOKEN) })),
      network: fc.constantFrom(undefined, { name: 'Other', nativeSymbol: 'POL', tokens: [] }),
      paid: fc.constantFrom(undefined, [], [BOB]),
      state: fc.constant(undefined),
      checksummed: fc.boolean(),
    },
    { requiredKeys: [] },
  );

  it('do not depend on what a device knows besides', async () => {
    await fc.assert(
      fc.asyncProperty(anyTransaction, anyContext, async (tx, context) => {
        const one = await describe(request(tx), knowing());
        const other = await describe(parseUnsigned(request(tx).bytes), knowing(context));
        expect(toHex(other.shownDigest)).toBe(toHex(one.shownDigest));
        expect(other.shown).toEqual(one.shown);
        expect(other.digests).toEqual(one.digests);
        expect(other.refusal).toBe(one.refusal);
        expect(other.operation).toBe(one.operation);
      }),
      { numRuns: 300, endOnFailure: true },
    );
  });

  it('depend on every byte, and on the account', async () => {
    const reviews = await Promise.all([
      review(),
      review({ nonce: 8n }),
      review({ chainId: 5n }),
      review({ value: 1n }),
      review({ to: TOKEN }),
      review({ gasLimit: 21_001n }),
      review({ maxFeePerGas: 20_000_000_001n }),
      review({ data: '0x00' }),
      review({ accessList: [{ address: BOB, storageKeys: [] }] }),
      review({}, { from: { index: 1, name: 'Other', address: TOKEN } }),
    ]);
    expect(new Set(reviews.map((shown) => toHex(shown.shownDigest))).size).toBe(10);
  });

  it('are refused for bytes that changed after they were read', async () => {
    const changed = request(payment());
    changed.bytes[9] = (changed.bytes[9] ?? 0) ^ 1;
    await expect(describe(changed, knowing())).rejects.toThrow('changed');
  });
});

it('anything at all can be described', async () => {
  await fc.assert(
    fc.asyncProperty(anyTransaction, async (tx) => {
      const shown = await describe(request(tx), knowing());
      expect(shown.intent).not.toBe('');
      const to = factOf(shown, 'To') ?? factOf(shown, 'Spender') ?? factOf(shown, 'Call');
      expect(to === undefined).toBe(shown.operation === 'deployment');
      expect(addressIn(shown, 'From')?.address).toBe(ALICE);
    }),
    { numRuns: 300, endOnFailure: true },
  );
});
