/**
 * What a review screen shows of one request, whatever the chain. What the bytes say is the same on every
 * device and enters the digest of what was shown; notes come from elsewhere (a node, the address book, this
 * device's memory), may differ, and never enter it.
 */

/** Where a note comes from. */
export type NoteSource = 'node' | 'address-book' | 'own-account' | 'history' | 'settings';

/** An address of the request, in full. All but `address` are notes. */
export interface AddressFact {
  /** EIP-55 for EVM chains. */
  readonly address: string;
  /** The vault's account with this address. */
  readonly own?: { readonly index: number; readonly name: string } | undefined;
  /** A name somebody gave it, and who says so. Text from outside, already made safe to show. */
  readonly name?: { readonly text: string; readonly source: NoteSource } | undefined;
  /** Whether this vault has ever paid it; `undefined` when unknown. */
  readonly paidBefore?: boolean | undefined;
}

/** A number of the smallest units of one asset. */
export interface AmountFact {
  readonly value: bigint;
  /** `native`, or the token contract (EIP-55). */
  readonly asset: 'native' | { readonly token: string };
  /** A note: how people write it; missing for a token whose node was not asked or did not answer. */
  readonly unit?:
    | {
        readonly symbol: string;
        readonly decimals: number;
        readonly source: NoteSource;
      }
    | undefined;
  /** An allowance without a limit. */
  readonly unlimited?: boolean | undefined;
}

/** What stands beside a label. */
export type FactValue =
  /** Words of this wallet, or text from outside that was made safe to show. */
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'number'; readonly text: string }
  /** Hexadecimal digits, or words of them apart by spaces. */
  | { readonly kind: 'bytes'; readonly text: string }
  | { readonly kind: 'address'; readonly address: AddressFact }
  | { readonly kind: 'amount'; readonly amount: AmountFact; readonly atMost?: boolean }
  /** A call that a contract is told to make. */
  | { readonly kind: 'call'; readonly call: CallFact }
  /** Facts that belong together, such as one entry of a list. */
  | { readonly kind: 'group'; readonly facts: readonly Fact[] };

/** One line of a review. */
export interface Fact {
  readonly label: string;
  readonly value: FactValue;
  /**
   * The value without any note, in plain text: what enters the digest of what was shown. '' for a call or a
   * group, whose own lines enter it.
   */
  readonly canonical: string;
  /** Further small lines below the value, in words of this wallet. They do not enter the digest. */
  readonly remarks?: readonly string[] | undefined;
  /** How much it matters: amounts and receivers are large. */
  readonly weight?: 'large' | 'quiet' | undefined;
  /** Shown in place of a name that nobody gave, such as "Unknown address". */
  readonly unnamed?: string | undefined;
}

/**
 * How well a request was understood. `clear`: by a standard that this wallet knows or a descriptor on this
 * device. `decoded`: the selector is known, what the contract really does is not. `unreadable`: neither.
 */
export type Reading = 'clear' | 'decoded' | 'unreadable';

/** Who wrote the descriptor that a call or a message was read with. */
export interface DescriptorSource {
  /** As the descriptor names its owner, made safe to show; `undefined`: it names none. */
  readonly owner: string | undefined;
  /** `built-in`: ships with this wallet. Otherwise the name of the snapshot. */
  readonly origin: string;
  /** SHA-256 of the descriptor file, hexadecimal. */
  readonly digest: string;
}

/**
 * Whether the called code runs with all rights of the account that calls (DELEGATECALL). `helper`: code that is known
 * to make the calls it is given and nothing else. `foreign`: any other.
 */
export type Delegation = 'none' | 'helper' | 'foreign';

/** A call of a contract, followed to its end. */
export interface CallFact {
  /** What it does in a few words, with amounts and names as far as they are known here. */
  readonly intent: string;
  /** The same without any note: enters the digest of what was shown. */
  readonly canonical: string;
  /** `undefined`: a contract is created. */
  readonly to: AddressFact | undefined;
  /** Native coins that are sent along. */
  readonly value: AmountFact;
  readonly delegate: Delegation;
  readonly reading: Reading;
  readonly source: DescriptorSource | undefined;
  /** Signature of the function, such as `transfer(address,uint256)`; `undefined`: not known. */
  readonly signature: string | undefined;
  readonly facts: readonly Fact[];
}

/** `danger`: this can lose money now. `caution`: look here. `info`: worth knowing. */
export type WarningLevel = 'danger' | 'caution' | 'info';

export interface Warning {
  /** Stable name, for tests and policy, for example `evm/first-payment`. */
  readonly code: string;
  readonly level: WarningLevel;
  readonly title: string;
  /** What could happen, in a sentence. */
  readonly text: string;
  /** For a look-alike: the address of the request, and the known one that it resembles. */
  readonly resembles?: { readonly address: string; readonly known: string } | undefined;
}

/** One line of what was shown, without notes. */
export interface ShownLine {
  /** How far it is indented, from 0. */
  readonly depth: number;
  readonly label: string;
  readonly value: string;
}

/** A chain by its name for this wallet. `name` and `nativeSymbol` are notes. */
export interface NetworkFact {
  /** Names the chain for good: `eip155:1`, `bip122:000000000019d6689c085ae165831e93` (CAIP-2). */
  readonly id: string;
  /** In words of this wallet, such as "chain 1" or "Bitcoin mainnet". */
  readonly label: string;
  readonly name: string | undefined;
  readonly nativeSymbol: string;
}

/** The kinds of requests. They are also what a proposal says it is. */
export type RequestKind = 'evm' | 'evm-typed-data' | 'evm-message' | 'bitcoin';

/** What a request comes down to. Policy decides by it: a new one is denied until somebody allows it. */
export type Operation =
  | 'native-transfer'
  | 'token-transfer'
  | 'token-approval'
  | 'contract-call'
  | 'unknown-call'
  | 'deployment'
  | 'delegation'
  | 'typed-data'
  | 'message'
  | 'bitcoin-transfer';

/** One request, ready to be judged by a person. */
export interface Review {
  readonly kind: RequestKind;
  readonly operation: Operation;
  /** What it does in a sentence a person would say aloud. */
  readonly intent: string;
  readonly network: NetworkFact;
  readonly reading: Reading;
  /** In the order of the screen: from, amount, to, what is called, fee, total, network. */
  readonly facts: readonly Fact[];
  /** Notes: what a node thinks would come of it now. They do not enter the digest. */
  readonly estimate?: readonly Fact[] | undefined;
  /** Everything that can leave the account, the worst-case fee included. */
  readonly leaves: readonly AmountFact[];
  /** Ranked, worst first. */
  readonly warnings: readonly Warning[];
  /** Every field of the bytes, in full. */
  readonly details: readonly Fact[];
  /** The unsigned request, as it was proposed. */
  readonly bytes: Uint8Array;
  /** What will be signed: 32 bytes each, with their words. More than one for a Bitcoin transaction. */
  readonly digests: readonly {
    readonly label: string;
    readonly digest: Uint8Array;
    readonly words: readonly string[];
  }[];
  /** What was shown without notes: equal on all devices that read the same. */
  readonly shown: readonly ShownLine[];
  /** SHA-256 of `shown` in canonical CBOR, 32 bytes. */
  readonly shownDigest: Uint8Array;
  /** Why this wallet refuses to sign it, or `undefined`. */
  readonly refusal: string | undefined;
}
