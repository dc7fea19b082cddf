/** What a fixture says about tokens and names, as this wallet's notes. */
import type { DescribeContext } from '../../src/chains/evm/context.ts';
import type { Fixture } from './fixture.ts';

/** Fixtures know the chains' own coins; this wallet asks its settings. */
const COINS: Readonly<Record<string, string>> = {
  '56': 'BNB',
  '137': 'POL',
  '250': 'FTM',
  '43114': 'AVAX',
};

export function contextOf(
  {
    addressNames = {},
    ensNames = {},
    nftCollectionNames = {},
    tokens = {},
  }: NonNullable<Fixture['dataProvider']>,
  chainId: bigint,
  from: string,
): DescribeContext {
  const names = { ...ensNames, ...addressNames, ...nftCollectionNames };
  return {
    from: { index: 0, name: from, address: from },
    accounts: [],
    contacts: Object.entries(names).map(([address, name]) => ({ address, name })),
    network: {
      name: `chain ${String(chainId)}`,
      nativeSymbol: COINS[String(chainId)] ?? 'ETH',
      tokens: Object.entries(tokens).map(([address, { symbol, decimals }]) => ({
        address,
        symbol,
        decimals,
        source: 'settings' as const,
      })),
    },
    paid: undefined,
    state: undefined,
  };
}
