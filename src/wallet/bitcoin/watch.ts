/** What the wallet's parts ask of the watcher of Bitcoin accounts. */
import type { BitcoinAccount, Coin, Place } from '../../chains/index.ts';
import type { BitcoinServer } from '../../network/index.ts';
import type { BitcoinNetwork, NodeView } from '../state.ts';

/** A coin of an account. */
export interface WatchedCoin extends Omit<Coin, 'previous'> {
  /** Block height; `undefined`: not in a block yet. */
  readonly height: number | undefined;
}

/** One address, from the vault's key and the server's answers. */
export interface WatchedAddress extends Place {
  readonly address: string;
  readonly script: Uint8Array;
  readonly path: readonly number[];
  /** `undefined`: not asked (yet). */
  readonly used: boolean | undefined;
}

export interface AccountFunds {
  readonly state: 'unset' | 'asking' | 'known' | 'stale' | 'failing';
  readonly coins: readonly WatchedCoin[];
  /** Both branches, receiving first, ascending; as far as was looked (the gap limit is 20). */
  readonly addresses: readonly WatchedAddress[];
  /** The first indices of each branch after the last that was used. */
  readonly next: { readonly receive: number; readonly change: number };
}

/** Watches the accounts of all vaults in the background. What it says is a note, never a fact. */
export interface BitcoinWatch {
  /** Replaces what is watched. Accounts are told apart by network, kind, number and fingerprint of the key. */
  watch(accounts: readonly BitcoinAccount[]): void;
  funds(account: BitcoinAccount): AccountFunds;
  /** Changes whenever `funds` of any account or a tip may say something else. */
  readonly revision: string;
  server(network: BitcoinNetwork): BitcoinServer | undefined;
  views(): ReadonlyMap<BitcoinNetwork, NodeView>;
  tip(network: BitcoinNetwork): number | undefined;
  /**
   * A previous transaction, kept once it was got: its hash is `txid`.
   *
   * @param height the block it is in, where it is known
   * @throws WalletError without a server, or the server's errors
   */
  previousOf(
    network: BitcoinNetwork,
    txid: string,
    height: number | undefined,
  ): Promise<Uint8Array>;
  /** Asks anew, now. */
  refresh(): Promise<void>;
}
