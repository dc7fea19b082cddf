/** What a reader of one kind of typed data gives back. */
import type {
  AmountFact,
  CallFact,
  DescriptorSource,
  Fact,
  Reading,
  Warning,
} from '../../review.ts';
import type { Hex } from '../hex.ts';
import type { SigningContext } from '../message/context.ts';
import type { Domain } from './domain.ts';
import type { TypedData } from './request.ts';

/** A call that typed data tell a contract to make. */
export interface InnerCall {
  readonly chainId: bigint;
  /** The contract that would make it, EIP-55. */
  readonly from: Hex;
  /** EIP-55. */
  readonly to: Hex;
  /** Wei. */
  readonly value: bigint;
  readonly data: Hex;
  readonly delegate: boolean;
}

/** What a reader of calls says about one. */
export interface CallReading {
  readonly call: CallFact;
  readonly warnings: readonly Warning[];
}

/** What a descriptor on this device (ERC-7730) says about typed data. */
interface ClearReading {
  readonly intent: string;
  /** The same without notes. */
  readonly canonical: string;
  readonly facts: readonly Fact[];
  readonly source: DescriptorSource;
  /** `clear` only where the descriptor speaks of everything, and so do those of the calls inside. */
  readonly reading: Reading;
  /** About calls inside. */
  readonly warnings: readonly Warning[];
}

/** What is read by other parts. Without `readCall` a call inside is unreadable. */
export interface Readers {
  readonly readCall?: ((call: InnerCall) => Promise<CallReading>) | undefined;
  readonly clear?: ((data: TypedData) => Promise<ClearReading | undefined>) | undefined;
}

export interface Question {
  readonly data: TypedData;
  readonly domain: Domain;
  readonly context: SigningContext;
  readonly readers: Readers;
}

export interface Understood {
  readonly intent: string;
  readonly reading: Reading;
  /** After the account that signs; the contract and the network follow them. */
  readonly facts: readonly Fact[];
  /** What can leave the account by this signature. */
  readonly leaves: readonly AmountFact[];
  readonly warnings: readonly Warning[];
  readonly source?: DescriptorSource | undefined;
  readonly refusal?: string | undefined;
}
