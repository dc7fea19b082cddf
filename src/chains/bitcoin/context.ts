/** What a device knows besides the bytes: notes, which may differ from device to device. */
import { visible } from '../../text.ts';
import type { AddressFact, AmountFact } from '../review.ts';
import type { BitcoinAccount, Place } from './account.ts';
import { BTC_DECIMALS, formatBtc } from './amount.ts';
import { NETWORKS, type BitcoinNetwork } from './network.ts';

export interface BitcoinContext {
  /** The account that signs, with the vault's key. */
  readonly account: BitcoinAccount & { readonly name: string };
  /** Looks a script up among the addresses that this device watches, of all accounts. */
  readonly owns: (
    script: Uint8Array,
  ) => (Place & { readonly account: number; readonly name: string }) | undefined;
  readonly contacts: readonly { readonly address: string; readonly name: string }[];
  /** Whom this vault has paid, by its own signed transactions; `undefined`: not known. */
  readonly paid: readonly string[] | undefined;
  /** The first indices that are not used yet, on both branches; `undefined`: not known. */
  readonly nextIndex?: { readonly receive: number; readonly change: number } | undefined;
  /** Height and median time (seconds) of the last block; `undefined`: no node answered. */
  readonly tip?: { readonly height: number; readonly time: number } | undefined;
}

const MAX_NAME = 40;

export const shownName = (name: string): string => visible(name, MAX_NAME);

export const bitcoinAmount = (value: bigint, network: BitcoinNetwork): AmountFact => ({
  value,
  asset: 'native',
  unit: { symbol: NETWORKS[network].symbol, decimals: BTC_DECIMALS, source: 'settings' },
});

export const amountWords = (value: bigint, network: BitcoinNetwork): string =>
  `${formatBtc(value)} ${NETWORKS[network].symbol}`;

export function bitcoinAddress(
  address: string,
  script: Uint8Array,
  { owns, contacts, paid }: BitcoinContext,
): AddressFact {
  const own = owns(script);
  const contact = contacts.find((entry) => entry.address === address);
  return {
    address,
    own: own === undefined ? undefined : { index: own.account, name: shownName(own.name) },
    name:
      contact === undefined ? undefined : { text: shownName(contact.name), source: 'address-book' },
    paidBefore: paid?.includes(address),
  };
}
