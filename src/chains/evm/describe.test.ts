import fc from 'fast-check';
import { describe as suite, expect, it } from 'vitest';
import { toHex } from '../../codec.ts';
import type { Review } from '../review.ts';
import { toChecksum } from './address.ts';
import type { DescribeContext } from './context.ts';
import { describe } from './describe.ts';
import { digest } from './digest.ts';
import { encodeTokenCall } from './erc20.ts';
import { shownDigest } from './facts.ts';
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

const review = (
  changes: Partial<FeeMarketTransaction> = {},
  context: Partial<DescribeContext> = {},
): Review => describe(request(payment(changes)), knowing(context));

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
  it('a payment of the chain’s coin', () => {
    const shown = review();
    expect(shown.operation).toBe('native-transfer');
    expect(shown.intent).toBe('Send 1 ETH to Hosting');
    expect(shown.from).toMatchObject({ address: ALICE, own: { index: 0, name: 'Main account' } });
    expect(shown.to).toEqual({
      address: BOB,
      own: undefined,
      name: { text: 'Hosting', source: 'address-book' },
      paidBefore: true,
    });
    expect(shown.amount).toMatchObject({ value: 10n ** 18n, asset: 'native' });
    expect(shown.fee.worst.value).toBe(420_000_000_000_000n);
    expect(shown.leaves).toMatchObject([{ value: 1_000_420_000_000_000_000n, asset: 'native' }]);
    expect(shown.refusal).toBeUndefined();
    expect(shown.warnings).toEqual([]);
  });

  it('a payment of a token', () => {
    const shown = review(call('transfer', 12_500_000_000n));
    expect(shown.operation).toBe('token-transfer');
    expect(plain(shown.intent)).toBe('Send 12 500 USDC to Hosting');
    expect(shown.to?.address).toBe(BOB);
    expect(shown.contract).toMatchObject({ address: TOKEN, name: { text: 'USDC' } });
    expect(shown.leaves).toMatchObject([
      { value: 12_500_000_000n, asset: { token: TOKEN } },
      { value: 1_200_000_000_000_000n, asset: 'native' },
    ]);
    expect(shown.warnings).toEqual([]);
  });

  it('a permission', () => {
    const shown = review(call('approve', 5_000_000n));
    expect(shown.operation).toBe('token-approval');
    expect(shown.intent).toBe('Let Hosting spend up to 5 USDC');
    expect(shown.amount?.unlimited).toBe(false);
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
  ])('a permission for %s', (_, amount, unlimited) => {
    const shown = review(call('approve', amount));
    expect(shown.amount?.unlimited).toBe(unlimited);
    expect(shown.intent === 'Let Hosting spend USDC without limit').toBe(unlimited);
    expect(shown.warnings[0]).toMatchObject(
      unlimited
        ? { code: 'evm/approval-unlimited', level: 'danger' }
        : { code: 'evm/approval', level: 'caution' },
    );
    // To send that much is no permission.
    expect(review(call('transfer', amount)).amount?.unlimited).toBe(false);
  });

  it('the end of a permission', () => {
    const shown = review(call('approve', 0n));
    expect(shown.intent).toBe("Take back Hosting's permission to spend USDC");
    expect(shown.warnings.map(({ code }) => code)).toEqual(['evm/approval-ends']);
    expect(shown.leaves).toHaveLength(1);
  });

  it.each<[string, Partial<FeeMarketTransaction>]>([
    ['an unknown selector', { data: '0xdeadbeef' }],
    ['less than a selector', { data: '0xde' }],
    ['transferFrom', { data: `0x23b872dd${'00'.repeat(96)}` }],
    ['a transfer with coins', { ...call('transfer', 1n), value: 1n }],
    ['a transfer with a byte more', { data: `${call('transfer', 1n).data ?? '0x'}00` }],
    ['a transfer with dirty padding', { data: `0xa9059cbb${'11'.repeat(64)}` }],
    ['128 KiB of calldata', { data: `0x${'ab'.repeat(130_000)}` }],
  ])('nothing that it can read: %s', (_, changes) => {
    const shown = review(changes);
    expect(shown.operation).toBe('unknown-call');
    expect(shown.refusal).toBe('This wallet cannot read this call yet, so it will not sign it.');
    const data = shown.details.find(({ label }) => label === 'Calldata')?.value ?? '';
    expect(data.replaceAll(' ', '')).toBe(changes.data);
  });

  it('an unknown call with the selector and words of 32 bytes', () => {
    const shown = review({ data: `0xdeadbeef${'11'.repeat(32)}${'22'.repeat(20)}` });
    const value = (label: string): string | undefined =>
      shown.details.find((detail) => detail.label === label)?.value;
    expect(value('Selector')).toBe('0xdeadbeef');
    expect(value('Calldata')).toBe(`0xdeadbeef ${'11'.repeat(32)} ${'22'.repeat(20)}`);
  });

  it('a deployment', () => {
    const shown = review({ to: undefined, data: '0x6000' });
    expect(shown).toMatchObject({ operation: 'deployment', to: undefined });
    expect(shown.intent).toBe('Create a contract, and send it 1 ETH');
    expect(shown.refusal).toContain('does not create contracts');
  });
});

suite('whom it names', () => {
  it('an own account before the address book', () => {
    const treasury = { index: 3, name: 'Treasury', address: BOB };
    const shown = review({}, { accounts: [knowing().from, treasury] });
    expect(shown.intent).toBe('Send 1 ETH to your own account Treasury');
    expect(shown.warnings.map(({ code }) => code)).toEqual(['evm/own-account']);
  });

  it('an address without a name: in full, or as new', () => {
    const contacts: DescribeContext['contacts'] = [];
    expect(review({}, { contacts }).intent).toBe(`Send 1 ETH to ${BOB}`);
    expect(review({}, { contacts, paid: [] }).intent).toBe('Send 1 ETH to a new address');
    expect(review({}, { contacts, paid: undefined }).intent).toBe(`Send 1 ETH to ${BOB}`);
  });

  it('finds addresses in any case', () => {
    const contacts = [{ address: BOB.toLowerCase(), name: 'Bob' }];
    const shown = review({}, { contacts, paid: [BOB.toLowerCase()] });
    expect(shown.to).toMatchObject({ name: { text: 'Bob' }, paidBefore: true });
  });

  it('makes foreign text visible', () => {
    const contacts = [{ address: BOB, name: 'Hos\u200bting\u202e' }];
    expect(review({}, { contacts }).intent).toBe('Send 1 ETH to Hos⟨U+200B⟩ting⟨U+202E⟩');
    const tokens = [{ address: TOKEN, symbol: 'US\u202eDC', decimals: 6, source: 'node' }] as const;
    const shown = review(call('transfer', 1n), {
      network: { name: 'Net\nwork', nativeSymbol: 'E\u0000TH', tokens },
    });
    expect(shown.amount?.unit?.symbol).toBe('US⟨U+202E⟩DC');
    expect(shown.network).toEqual({
      chainId: 1n,
      name: 'Net⟨U+000A⟩work',
      nativeSymbol: 'E⟨U+0000⟩TH',
    });
    expect(shown.warnings.map(({ code }) => code)).toContain('evm/token-symbol');
  });

  it('shows smallest units where it knows no better', () => {
    const shown = review(call('transfer', 12_500n), { network: undefined });
    expect(plain(shown.intent)).toBe(`Send 12 500 smallest units of the token ${TOKEN} to Hosting`);
    expect(shown.fee.worst.unit).toBeUndefined();
    expect(plain(review({ value: 1000n }, { network: undefined }).intent)).toBe(
      'Send 1 000 wei to Hosting',
    );
  });

  it('does not trust decimals that cannot be', () => {
    for (const decimals of [-1, 256, 0.5, Number.NaN]) {
      const tokens = [{ address: TOKEN, symbol: 'X', decimals, source: 'settings' }] as const;
      const network = { name: 'N', nativeSymbol: 'E', tokens };
      expect(review(call('transfer', 1n), { network }).amount?.unit).toBeUndefined();
    }
  });

  it('survives addresses from outside that are none', () => {
    const junk = { address: 'x', name: 'x' };
    expect(review({}, { contacts: [junk], paid: ['', 'x'] }).to?.name).toBeUndefined();
  });
});

suite('the digests', () => {
  it('are those of the bytes', () => {
    const shown = review();
    expect(shown.digest).toEqual(digest(request(payment())));
    expect(shown.digestWords).toHaveLength(4);
    expect(shown.shownDigest).toEqual(shownDigest(request(payment()), ALICE));
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

  it('do not depend on what a device knows besides', () => {
    fc.assert(
      fc.property(anyTransaction, anyContext, (tx, context) => {
        const one = describe(request(tx), knowing());
        const other = describe(parseUnsigned(request(tx).bytes), knowing(context));
        expect(toHex(other.shownDigest)).toBe(toHex(one.shownDigest));
        expect(toHex(other.digest)).toBe(toHex(one.digest));
        expect(other.refusal).toBe(one.refusal);
        expect(other.operation).toBe(one.operation);
      }),
      { numRuns: 300, endOnFailure: true },
    );
  });

  it('depend on every byte, and on the account', () => {
    const seen = new Set(
      [
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
      ].map((shown) => toHex(shown.shownDigest)),
    );
    expect(seen.size).toBe(10);
  });

  it('are refused for bytes that changed after they were read', () => {
    const changed = request(payment());
    changed.bytes[9] = (changed.bytes[9] ?? 0) ^ 1;
    expect(() => describe(changed, knowing())).toThrow('changed');
  });
});

it('anything at all can be described', () => {
  fc.assert(
    fc.property(anyTransaction, (tx) => {
      const shown = describe(request(tx), knowing());
      expect(shown.intent).not.toBe('');
      expect(shown.to === undefined).toBe(shown.operation === 'deployment');
      expect(toChecksum(shown.from.address)).toBe(ALICE);
    }),
    { numRuns: 300, endOnFailure: true },
  );
});
