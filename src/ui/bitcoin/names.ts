/** How accounts of Bitcoin are called, and how addresses of pages name them. */
import type {
  BitcoinAccountKind,
  BitcoinAccountRef,
  BitcoinAccountView,
  BitcoinNetwork,
  VaultView,
} from '../../wallet/index.ts';

export const NETWORKS: readonly (readonly [network: BitcoinNetwork, label: string])[] = [
  ['mainnet', 'Bitcoin'],
  ['testnet4', 'Bitcoin testnet4 (test money)'],
  ['signet', 'Bitcoin signet (test money)'],
  ['regtest', 'Bitcoin regtest (a chain of your own)'],
];

export const KINDS: Readonly<Record<BitcoinAccountKind, string>> = {
  p2wpkh: 'Native SegWit',
  p2tr: 'Taproot',
};

export const sameAccount = (a: BitcoinAccountRef, b: BitcoinAccountRef): boolean =>
  a.network === b.network && a.kind === b.kind && a.index === b.index;

/** `mainnet-p2wpkh-0`, for the address bar and for lists. */
export const idOf = ({ network, kind, index }: BitcoinAccountRef): string =>
  [network, kind, index].join('-');

export const accountWithId = (vault: VaultView, id: string): BitcoinAccountView | undefined =>
  vault.bitcoinAccounts.find((account) => idOf(account) === id);
