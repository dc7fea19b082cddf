/** What is asked of a server of Bitcoin, whatever its interface. It is trusted with nothing but privacy. */
import type { BitcoinNetwork } from '../../chains/index.ts';

/** A coin as the server tells of it. What it is worth is proven by its previous transaction only. */
export interface FoundCoin {
  /** 64 hexadecimal digits. */
  readonly txid: string;
  readonly vout: number;
  /** Satoshis. */
  readonly amount: bigint;
  /** Block height; `undefined`: not in a block yet. */
  readonly height: number | undefined;
}

/** One address on the server. */
export interface AddressState {
  /** Whether anything was ever paid to it, as far as the server remembers; true where there are coins. */
  readonly used: boolean;
  readonly coins: readonly FoundCoin[];
}

/** Where a transaction stands; `unknown`: the server has not seen it. */
export type TransactionState =
  | { readonly state: 'unknown' }
  | { readonly state: 'waiting' }
  | { readonly state: 'mined'; readonly height: number };

/** An address that is asked about, with its output script (hexadecimal). */
export interface AskedAddress {
  readonly address: string;
  readonly script: string;
}

/**
 * Every method throws NodeUnreachableError, NodeTimeoutError, NodeGarbageError or NodeRefusedError; WrongNetworkError
 * when the server's first block is not that of the network, which is checked before anything else is asked; and
 * BitcoinAnswerError for an answer that makes no sense.
 */
export interface BitcoinServer {
  readonly network: BitcoinNetwork;
  /**
   * How many addresses behind the last used one have to be asked about: 20 (BIP-44), or more where the server does not
   * remember all that were used.
   */
  readonly lookAhead: number;
  /** Height of the last block. */
  tip(): Promise<number>;
  /** The state of each address, by address. */
  addresses(asked: readonly AskedAddress[]): Promise<ReadonlyMap<string, AddressState>>;
  /** A whole transaction, whose hash is `txid`. @param height the block it is in, where it is known */
  transaction(txid: string, height: number | undefined): Promise<Uint8Array>;
  /** Satoshis per virtual byte, fastest first; empty: the server has none to offer. */
  fees(): Promise<readonly { readonly blocks: number; readonly rate: number }[]>;
  /** Sends a transaction. Sending what the server has already is no error. @param txid as computed on this device */
  send(raw: Uint8Array, txid: string): Promise<void>;
  /** @param outputs how many outputs it has; some interfaces need it */
  state(txid: string, outputs: number): Promise<TransactionState>;
  /**
   * The transaction that spent an output, if the server can tell.
   *
   * @returns its id; `spent`: by one that the server does not name; `undefined`: unspent or unknown
   */
  spender(txid: string, vout: number): Promise<string | undefined>;
}
