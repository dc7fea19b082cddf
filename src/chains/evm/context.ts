/** What a device knows besides the bytes: notes, which may differ from device to device. */
import { visible } from '../../text.ts';
import type { AddressFact, AmountFact, NoteSource } from '../review.ts';
import { formatAmount } from './amount.ts';
import type { Hex } from './hex.ts';

export interface NamedAccount {
  readonly index: number;
  readonly name: string;
  readonly address: string;
}

export interface TokenUnit {
  readonly address: string;
  readonly symbol: string;
  readonly decimals: number;
  readonly source: NoteSource;
}

export interface DescribeContext {
  /** The account that would sign. */
  readonly from: NamedAccount;
  /** All of the vault's accounts. */
  readonly accounts: readonly NamedAccount[];
  readonly contacts: readonly { readonly address: string; readonly name: string }[];
  /** What this device's settings say about the chain of the request; `undefined`: nothing. */
  readonly network:
    | {
        readonly name: string;
        readonly nativeSymbol: string;
        readonly tokens: readonly TokenUnit[];
      }
    | undefined;
  /** Whom this vault has paid or allowed to spend, by its own signed transactions; `undefined`: not known. */
  readonly paid: readonly string[] | undefined;
  /** What a node says; `undefined`: none was asked or none answered. */
  readonly state:
    | {
        /** Wei. */
        readonly balance: bigint;
        /** Of the token of the request, smallest units. */
        readonly tokenBalance?: bigint | undefined;
        /** The next nonce after what is in blocks. */
        readonly nextNonce: bigint;
        /** Nonces of this account's transactions that are signed or sent and in no block yet. */
        readonly waitingNonces: readonly bigint[];
      }
    | undefined;
  /**
   * Nonces of earlier proposals of the same payment that may be signed and are in no block: with another
   * nonce both could happen.
   */
  readonly repeats?: readonly bigint[] | undefined;
  /** What a node thinks would come of it now; `undefined`: none was asked or none answered. */
  readonly estimate?: Estimate | undefined;
  /** `false`: the address came without a checksum. Known on the device where it was typed only. */
  readonly checksummed?: boolean | undefined;
}

/** What one account gains (positive) or loses of an asset; smallest units. */
export interface Movement {
  /** EIP-55; `undefined`: the chain's coin. */
  readonly token: Hex | undefined;
  readonly change: bigint;
}

/** A node's simulation. */
export interface Estimate {
  readonly success: boolean;
  /** Why it would fail, in the node's words. */
  readonly reason: string | undefined;
  /** What the account would gain and lose; `undefined`: the node does not tell. */
  readonly movements: readonly Movement[] | undefined;
}

export const MAX_NAME = 40;
const MAX_SYMBOL = 60;
const NATIVE_DECIMALS = 18;

/** Whether two spellings are one address. Never throws: names and history come from outside. */
export const sameAddress = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

export const shownName = (name: string): string => visible(name, MAX_NAME);

/** A token's unit, if this device has one that makes sense. */
export function unitOf(token: string, context: DescribeContext): AmountFact['unit'] {
  const unit = context.network?.tokens.find(({ address }) => sameAddress(address, token));
  if (unit === undefined) return undefined;
  const { symbol, decimals, source } = unit;
  if (!Number.isInteger(decimals) || decimals < 0 || decimals > 255) return undefined;
  return { symbol: visible(symbol, MAX_SYMBOL), decimals, source };
}

export function amountFact(
  value: bigint,
  token: Hex | undefined,
  context: DescribeContext,
): AmountFact {
  if (token !== undefined) return { value, asset: { token }, unit: unitOf(token, context) };
  return { value, asset: 'native', unit: nativeUnit(context) };
}

function nativeUnit({ network }: DescribeContext): AmountFact['unit'] {
  if (network === undefined) return undefined;
  return {
    symbol: visible(network.nativeSymbol, MAX_SYMBOL),
    decimals: NATIVE_DECIMALS,
    source: 'settings',
  };
}

/** All digits and the unit; smallest units where the unit is not known. */
export function amountText({ value, asset, unit }: AmountFact): string {
  if (unit !== undefined) return `${formatAmount(value, unit.decimals)} ${unit.symbol}`;
  const digits = formatAmount(value, 0);
  return asset === 'native'
    ? `${digits} wei`
    : `${digits} smallest units of the token ${asset.token}`;
}

export function addressFact(address: Hex, context: DescribeContext): AddressFact {
  const account = context.accounts.find((own) => sameAddress(own.address, address));
  const contact = context.contacts.find((entry) => sameAddress(entry.address, address));
  const unit = unitOf(address, context);
  return {
    address,
    own:
      account === undefined ? undefined : { index: account.index, name: shownName(account.name) },
    name:
      contact !== undefined
        ? { text: shownName(contact.name), source: 'address-book' }
        : unit !== undefined
          ? { text: unit.symbol, source: unit.source }
          : undefined,
    paidBefore: context.paid?.some((paid) => sameAddress(paid, address)),
  };
}
