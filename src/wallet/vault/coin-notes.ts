/** What this device knows besides the bytes of a Bitcoin transaction: names, history, what servers say. */
import {
  readBitcoinFacts,
  type BitcoinContext,
  type BitcoinRequest,
  type Derive,
} from '../../chains/index.ts';
import { isSameAccount, type VaultState } from '../../journal/index.ts';
import type { BitcoinWatch } from '../bitcoin/watch.ts';
import type { BitcoinAccountRef } from '../state.ts';
import { accountOf, type CoinAccount, type CoinAccounts } from './coin-accounts.ts';

/** A Bitcoin transaction of this vault that is signed. */
export interface CoinPast {
  readonly id: string;
  readonly request: BitcoinRequest;
  readonly confirmed: boolean;
}

export interface CoinNotesSource {
  readonly state: VaultState;
  readonly coinAccounts: CoinAccounts;
  readonly watch: BitcoinWatch;
  readonly pastCoins: readonly CoinPast[];
  /** This device's clock, milliseconds since 1970. */
  readonly now: number;
}

const HOUR_MS = 3_600_000;

/** The notes for one request of an account. */
export function coinNotesFor(source: CoinNotesSource, account: CoinAccount): BitcoinContext {
  const { state, coinAccounts, watch, pastCoins, now } = source;
  const { network } = account;
  const own = state.bitcoinAccounts.filter((other) => other.network === network);
  const name = own.find((other) => isSameAccount(other, account))?.name;
  const height = watch.tip(network);
  return {
    account: { ...account, name: name ?? `Account ${String(account.index)}` },
    owns: (script) => {
      for (const other of own) {
        const next = nextOf(watch, coinAccounts, other);
        const place = next && coinAccounts.find(other, script, next);
        if (place !== undefined) return { ...place, account: other.index, name: other.name };
      }
      return undefined;
    },
    contacts: [...state.contacts.values()],
    paid: pastCoins.flatMap(({ request }) =>
      request.network === network ? receiversOf(request, coinAccounts) : [],
    ),
    nextIndex: isKnown(watch, account) ? watch.funds(account).next : undefined,
    // To the hour: a review is not made anew every second.
    tip:
      height === undefined
        ? undefined
        : { height, time: (Math.floor(now / HOUR_MS) * HOUR_MS) / 1_000 },
  };
}

const isKnown = (watch: BitcoinWatch, account: CoinAccount): boolean =>
  ['known', 'stale'].includes(watch.funds(account).state);

function nextOf(
  watch: BitcoinWatch,
  accounts: CoinAccounts,
  ref: BitcoinAccountRef,
): { readonly receive: number; readonly change: number } | undefined {
  const account = accounts.get(ref);
  return account && watch.funds(account).next;
}

const receivers = new WeakMap<BitcoinRequest, readonly string[]>();

/** Whom a request pays, outside of the account. */
function receiversOf(request: BitcoinRequest, accounts: CoinAccounts): readonly string[] {
  const known = receivers.get(request);
  if (known !== undefined) return known;
  const account = accounts.get(accountOf(request));
  const found = account === undefined ? [] : receiversWith(request, account.derive);
  receivers.set(request, found);
  return found;
}

const receiversWith = (request: BitcoinRequest, derive: Derive): readonly string[] =>
  readBitcoinFacts(request, derive).outputs.flatMap((output) =>
    output.kind === 'address' ? [output.address] : [],
  );
