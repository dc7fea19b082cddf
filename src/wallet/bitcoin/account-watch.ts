/** One account of Bitcoin: its addresses, derived once, and what its server said of them last. */
import { bitcoinAddressAt, type BitcoinAccount, type OwnAddress } from '../../chains/index.ts';
import { toHex } from '../../codec.ts';
import type { AddressState } from '../../network/index.ts';
import type { AccountFunds, WatchedAddress, WatchedCoin } from './watch.ts';

/** Addresses behind the last one in use that may be in use already (BIP-44). */
export const GAP = 20;

export const BRANCHES = [0, 1] as const;
export type Branch = (typeof BRANCHES)[number];

export interface DerivedAddress extends OwnAddress {
  /** The script in hexadecimal. */
  readonly scriptHex: string;
}

/** What a server said of one address. */
export interface Seen {
  readonly own: DerivedAddress;
  readonly state: AddressState;
}

export class AccountWatch {
  readonly account: BitcoinAccount;
  readonly #derived: readonly [DerivedAddress[], DerivedAddress[]] = [[], []];
  /** Indices by branch. Some servers forget; what was used once stays used. */
  #used: readonly [ReadonlySet<number>, ReadonlySet<number>] = [new Set(), new Set()];
  #coins: readonly WatchedCoin[] = [];
  #state: AccountFunds['state'];
  #funds: AccountFunds | undefined;

  /** @param state while nothing is known */
  constructor(account: BitcoinAccount, state: 'unset' | 'asking') {
    this.account = account;
    this.#state = state;
  }

  /** Made anew only when it says something else. */
  get funds(): AccountFunds {
    return (this.#funds ??= this.#view());
  }

  /** The first index of a branch after the last that was used. */
  next(change: Branch): number {
    return Math.max(-1, ...this.#used[change]) + 1;
  }

  /** How many addresses of a branch are derived already. */
  reach(change: Branch): number {
    return this.#derived[change].length;
  }

  /** An address; derives all before it. Takes about a millisecond for each new one. */
  at(change: Branch, index: number): DerivedAddress {
    const derived = this.#derived[change];
    for (let i = derived.length; i <= index; i++) {
      const own = bitcoinAddressAt(this.account, { change, index: i });
      derived.push({ ...own, scriptHex: toHex(own.script) });
    }
    const own = derived[index];
    if (own === undefined) throw new RangeError('an index begins at 0');
    return own;
  }

  /** Another server, or none: forgets what the last one said. */
  forget(state: 'unset' | 'asking'): void {
    this.#used = [new Set(), new Set()];
    this.#coins = [];
    this.#state = state;
    this.#funds = undefined;
  }

  /** Takes over what the server said of every address that was asked about. Tells whether it is news. */
  learn(seen: readonly Seen[]): boolean {
    const used = [new Set(this.#used[0]), new Set(this.#used[1])] as const;
    for (const { own, state } of seen) {
      if (state.used) used[own.change].add(own.index);
    }
    const coins = seen
      .flatMap(({ own: { change, index }, state }) =>
        state.coins.map((coin): WatchedCoin => ({ ...coin, place: { change, index } })),
      )
      .sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
    const isNews =
      this.#state !== 'known' ||
      BRANCHES.some((change) => used[change].size !== this.#used[change].size) ||
      coins.map(textOf).join() !== this.#coins.map(textOf).join();
    if (isNews) {
      this.#used = used;
      this.#coins = coins;
      this.#state = 'known';
      this.#funds = undefined;
    }
    return isNews;
  }

  /** The server does not answer, or not sensibly. What it said before stays. Tells whether it is news. */
  fail(): boolean {
    const state = this.#state === 'known' || this.#state === 'stale' ? 'stale' : 'failing';
    const isNews = state !== this.#state;
    if (isNews) {
      this.#state = state;
      this.#funds = undefined;
    }
    return isNews;
  }

  #view(): AccountFunds {
    return {
      state: this.#state,
      coins: this.#coins,
      addresses: BRANCHES.flatMap((change) => this.#addresses(change)),
      next: { receive: this.next(0), change: this.next(1) },
    };
  }

  #addresses(change: Branch): WatchedAddress[] {
    const isAsked = this.#state === 'known' || this.#state === 'stale';
    return Array.from({ length: this.next(change) + GAP }, (_, index) => {
      const { address, script, path } = this.at(change, index);
      const used = isAsked ? this.#used[change].has(index) : undefined;
      return { change, index, address, script, path, used };
    });
  }
}

const nameOf = ({ txid, vout }: WatchedCoin): string => `${txid}:${String(vout)}`;

const textOf = (coin: WatchedCoin): string =>
  [nameOf(coin), coin.amount, coin.height ?? 'waiting', coin.place.change, coin.place.index].join(
    '/',
  );
