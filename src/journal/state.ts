/** What a vault's events add up to. Made by `fold`, read through `selectors`. */
import type { DataOf } from './content.ts';
import type { AuthorId, EventId } from './event.ts';
import type { Founding, Member } from './founding.ts';
import type { Equivocation } from './order.ts';

/** Who said it, when by that member's clock (milliseconds since 1970), and in which event. */
export interface Mark {
  readonly author: AuthorId;
  readonly at: number;
  readonly event: EventId;
}

export interface Account {
  readonly index: number;
  readonly name: string;
}

/** An account of Bitcoin: native SegWit with the ECDSA key, Taproot with the FROST key. */
export type BitcoinAccount = DataOf<'bitcoin-account-added'>;

/** What tells accounts of Bitcoin apart. */
export type BitcoinAccountRef = Pick<BitcoinAccount, 'network' | 'kind' | 'index'>;

/** A name that some member gave an address. */
export interface Contact extends Mark {
  readonly address: string;
  readonly name: string;
}

/** A key certificate somebody put down. Nothing here verified it. */
export interface CertificateClaim extends Mark {
  readonly suite: string;
  readonly certificate: Uint8Array;
}

export type Decision =
  /** `shown`: digest of what that device showed, 32 bytes. */
  | (Mark & { readonly kind: 'approved'; readonly shown: Uint8Array })
  | (Mark & { readonly kind: 'rejected'; readonly reason: string });

/** One ceremony that was to sign a proposal, as its signers reported it. */
export interface Attempt {
  /** 16 bytes in hexadecimal. */
  readonly id: string;
  /** Indexes of the members, ascending; empty where nobody reported the start. */
  readonly signers: readonly number[];
  readonly started: readonly Mark[];
  /** From here on a signature may exist. */
  readonly committed: readonly Mark[];
  readonly aborted: readonly (Mark &
    Pick<DataOf<'signing-aborted'>, 'abortClass' | 'culprit' | 'reason'>)[];
}

/** Signatures as a member reported them. Nothing here verified them. */
export interface SignatureClaim extends Mark {
  readonly signatures: readonly { readonly signature: Uint8Array; readonly recovery: number }[];
}

export interface BroadcastClaim extends Mark {
  /** 32 bytes. */
  readonly txid: Uint8Array;
}

export interface ConfirmationClaim extends BroadcastClaim {
  readonly block: number;
  readonly success: boolean;
}

export interface Proposal {
  /** Hash of the event that proposed it. */
  readonly id: EventId;
  readonly proposer: AuthorId;
  readonly createdAt: number;
  readonly chain: DataOf<'proposed'>['chain'];
  /** The unsigned transaction or message. */
  readonly request: Uint8Array;
  /** Number of the account; for Bitcoin among those of the network and kind that the request names. */
  readonly account: number;
  /** As the proposer wrote it: show it through `visible` only. */
  readonly note: string;
  readonly expiresAt: number;
  /** Hash of the policy that the proposer evaluated, 32 bytes. */
  readonly policy: Uint8Array;
  /** Decisions that count, at most one for each member. */
  readonly decisions: ReadonlyMap<AuthorId, Decision>;
  readonly withdrawn: Mark | undefined;
  readonly expired: Mark | undefined;
  readonly attempts: readonly Attempt[];
  /** Some device went so far that a signature may exist. Never false again. */
  readonly maybeSigned: boolean;
  readonly signatures: readonly SignatureClaim[];
  readonly broadcasts: readonly BroadcastClaim[];
  readonly confirmations: readonly ConfirmationClaim[];
}

/** An event that changed nothing, and why, in a sentence. */
export interface Ignored extends Mark {
  readonly reason: string;
}

export interface VaultState {
  /** 32 bytes. */
  readonly vault: Uint8Array;
  readonly founding: Founding;
  readonly members: ReadonlyMap<AuthorId, Member>;
  /** Ascending by index; number 0 is there from the start. */
  readonly accounts: readonly Account[];
  /** In the order in which they were added. */
  readonly bitcoinAccounts: readonly BitcoinAccount[];
  /** By address, as the events spell it. */
  readonly contacts: ReadonlyMap<string, Contact>;
  readonly certificates: readonly CertificateClaim[];
  /** In the order of the trail. */
  readonly proposals: ReadonlyMap<EventId, Proposal>;
  readonly equivocations: readonly Equivocation[];
  readonly ignored: readonly Ignored[];
}
