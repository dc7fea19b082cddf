/** Transactions and contexts for tests. */
import fc from 'fast-check';
import { toChecksum } from '../address.ts';
import type { DescribeContext } from '../context.ts';
import type { Hex } from '../hex.ts';
import { parseUnsigned } from '../parse.ts';
import { serialize } from '../serialize.ts';
import type {
  AccessEntry,
  Authorization,
  EvmRequest,
  EvmTransaction,
  FeeMarketTransaction,
} from '../transaction.ts';

export const ALICE = toChecksum('0xa11ce0000000000000000000000000000000a11c');
export const BOB = toChecksum('0xb0b0000000000000000000000000000000000b0b');
export const TOKEN = toChecksum('0x70ce000000000000000000000000000000007050');

/** A payment of 1 coin with a fee of 0.00042 at most, with some fields changed. */
export function payment(changes: Partial<FeeMarketTransaction> = {}): FeeMarketTransaction {
  return {
    type: 2,
    chainId: 1n,
    nonce: 7n,
    maxPriorityFeePerGas: 1_000_000_000n,
    maxFeePerGas: 20_000_000_000n,
    gasLimit: 21_000n,
    to: BOB,
    value: 10n ** 18n,
    data: '0x',
    accessList: [],
    ...changes,
  };
}

export const request = (tx: EvmTransaction): EvmRequest => parseUnsigned(serialize(tx));

/** A device that knows everything and finds nothing to say about `payment()`. */
export function knowing(changes: Partial<DescribeContext> = {}): DescribeContext {
  const from = { index: 0, name: 'Main account', address: ALICE };
  return {
    from,
    accounts: [from],
    contacts: [{ address: BOB, name: 'Hosting' }],
    network: {
      name: 'Ethereum',
      nativeSymbol: 'ETH',
      tokens: [{ address: TOKEN, symbol: 'USDC', decimals: 6, source: 'settings' }],
    },
    paid: [BOB],
    state: {
      balance: 10n ** 20n,
      tokenBalance: 10n ** 12n,
      nextNonce: 7n,
      waitingNonces: [],
    },
    ...changes,
  };
}

/** Integers of every length, the ends of the range more often than chance. */
const integer = (max: bigint): fc.Arbitrary<bigint> =>
  fc.oneof(
    fc.constantFrom(0n, 1n, 127n, 128n, 255n, 256n, max - 1n, max),
    fc
      .tuple(fc.bigInt({ min: 0n, max }), fc.integer({ min: 0, max: 255 }))
      .map(([value, shift]) => value >> BigInt(shift)),
  );

const hex = (minLength: number, maxLength: number): fc.Arbitrary<Hex> =>
  fc
    .uint8Array({ minLength, maxLength })
    .map((bytes): Hex => `0x${Buffer.from(bytes).toString('hex')}`);

export const anyAddress: fc.Arbitrary<Hex> = hex(20, 20).map(toChecksum);

const accessList: fc.Arbitrary<AccessEntry[]> = fc.array(
  fc.record({ address: anyAddress, storageKeys: fc.array(hex(32, 32), { maxLength: 3 }) }),
  { maxLength: 3 },
);

const u256 = integer(2n ** 256n - 1n);

/** Times a gas limit of 64 bits, it stays below 2^256. */
const fee = integer(2n ** 192n - 1n);

const common = {
  // What JSON numbers hold exactly with EIP-155: more is tested by hand.
  chainId: integer(2n ** 52n).map((id) => (id === 0n ? 1n : id)),
  nonce: integer(2n ** 64n - 2n),
  gasLimit: integer(2n ** 64n - 1n),
  to: fc.option(anyAddress, { nil: undefined, freq: 10 }),
  value: u256,
  data: fc.oneof(fc.constant<Hex>('0x'), hex(0, 200)),
};

const authorization: fc.Arbitrary<Authorization> = fc.record({
  chainId: integer(2n ** 52n),
  address: anyAddress,
  nonce: integer(2n ** 64n - 2n),
  yParity: fc.constantFrom(0, 1),
  r: u256,
  s: u256,
});

/** With a priority fee of at most the maximum. */
const inOrder = <T extends { maxFeePerGas: bigint; maxPriorityFeePerGas: bigint }>(tx: T): T =>
  tx.maxPriorityFeePerGas > tx.maxFeePerGas ? { ...tx, maxFeePerGas: tx.maxPriorityFeePerGas } : tx;

export const anyTransaction: fc.Arbitrary<EvmTransaction> = fc.oneof(
  fc.record({ type: fc.constant(0 as const), ...common, gasPrice: fee }),
  fc.record({ type: fc.constant(1 as const), ...common, gasPrice: fee, accessList }),
  fc
    .record({
      type: fc.constant(2 as const),
      ...common,
      maxFeePerGas: fee,
      maxPriorityFeePerGas: fee,
      accessList,
    })
    .map(inOrder),
  fc
    .record({
      type: fc.constant(4 as const),
      ...common,
      to: anyAddress,
      maxFeePerGas: fee,
      maxPriorityFeePerGas: fee,
      accessList,
      authorizations: fc.array(authorization, { minLength: 1, maxLength: 3 }),
    })
    .map(inOrder),
);
