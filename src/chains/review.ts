/**
 * What a review screen shows of one request, whatever the chain. `facts` come from the bytes alone and
 * are the same on every device; `notes` come from elsewhere (a node, the address book, this device's
 * memory) and may differ.
 */

/** Where a note comes from. */
export type NoteSource = 'node' | 'address-book' | 'own-account' | 'history' | 'settings';

/** An address of the request, in full. */
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
  /** How people write it; missing for a token whose node was not asked or did not answer. */
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

/** `danger`: this can lose money now. `caution`: look here. `info`: worth knowing. */
export type WarningLevel = 'danger' | 'caution' | 'info';

export interface Warning {
  /** Stable name, for tests and policy, for example `evm/first-payment`. */
  readonly code: string;
  readonly level: WarningLevel;
  readonly title: string;
  /** What could happen, in a sentence. */
  readonly text: string;
  /** For a look-alike: the known address that it resembles. */
  readonly resembles?: string | undefined;
}

/** A line of the details. */
export interface Detail {
  readonly label: string;
  readonly value: string;
  /** How to draw it. */
  readonly kind: 'text' | 'address' | 'bytes' | 'number';
}

/** One request, ready to be judged by a person. */
export interface Review {
  readonly kind: 'evm-transaction';
  /** What it does in a sentence a person would say aloud. */
  readonly intent: string;
  readonly network: {
    readonly chainId: bigint;
    /** A note: the name this device's settings give the chain. */
    readonly name: string | undefined;
    readonly nativeSymbol: string;
  };
  readonly operation:
    'native-transfer' | 'token-transfer' | 'token-approval' | 'unknown-call' | 'deployment';
  readonly from: AddressFact;
  /** The person or contract that receives; `undefined` for a deployment. */
  readonly to: AddressFact | undefined;
  /** The contract that is called, where it is not `to`. */
  readonly contract: AddressFact | undefined;
  readonly amount: AmountFact | undefined;
  /** Everything that can leave the account, the worst-case fee included. */
  readonly leaves: readonly AmountFact[];
  readonly fee: {
    readonly worst: AmountFact;
    readonly gasLimit: bigint;
    /** Wei per gas: the maximum, or the gas price of types 0 and 1. */
    readonly maxFeePerGas: bigint;
    readonly maxPriorityFeePerGas: bigint | undefined;
  };
  readonly nonce: bigint;
  /** Ranked, worst first. */
  readonly warnings: readonly Warning[];
  readonly details: readonly Detail[];
  /** The unsigned transaction. */
  readonly bytes: Uint8Array;
  /** What will be signed, 32 bytes, and its four words. */
  readonly digest: Uint8Array;
  readonly digestWords: readonly string[];
  /** SHA-256 of the canonical facts: equal on all devices that read the same. */
  readonly shownDigest: Uint8Array;
  /** Why this wallet refuses to sign it, or `undefined`. */
  readonly refusal: string | undefined;
}
