/** What the bytes say, and nothing else: the same on every device. */
import type { Operation } from '../review.ts';
import { decodeTokenCall } from './erc20.ts';
import { type Hex, sizeOf } from './hex.ts';
import { type EvmTransaction, worstFee } from './transaction.ts';
import { isUnlimited } from './unlimited.ts';

export interface EvmFacts {
  readonly operation: Extract<
    Operation,
    | 'native-transfer'
    | 'token-transfer'
    | 'token-approval'
    | 'contract-call'
    | 'unknown-call'
    | 'deployment'
    | 'delegation'
  >;
  /** Who receives, may spend, or is called, EIP-55; `undefined` for a deployment. */
  readonly to: Hex | undefined;
  /** The token contract, where it is not `to`. */
  readonly contract: Hex | undefined;
  /** What is sent or may be spent; smallest units. */
  readonly amount: {
    readonly value: bigint;
    readonly token: Hex | undefined;
    readonly unlimited: boolean;
  };
  /** Wei, in the worst case. */
  readonly fee: bigint;
  /** Why this wallet does not sign it. */
  readonly refusal: string | undefined;
}

export const UNREADABLE =
  'This wallet cannot read all that this call does, so it will not sign it.';
const DELEGATION =
  'It lets contracts take the place of accounts (EIP-7702). Whoever controls such a contract controls the account without asking anybody, so this wallet does not sign it.';
const DEPLOYMENT = 'This wallet does not create contracts yet, so it will not sign it.';

/** Reads a transaction. */
export function readFacts(tx: EvmTransaction): EvmFacts {
  const native = { value: tx.value, token: undefined, unlimited: false };
  const common = { contract: undefined, amount: native, fee: worstFee(tx), refusal: undefined };
  if (tx.type === 4) {
    return { ...common, operation: 'delegation', to: tx.to, refusal: DELEGATION };
  }
  if (tx.to === undefined) {
    return { ...common, operation: 'deployment', to: undefined, refusal: DEPLOYMENT };
  }
  if (tx.data === '0x') return { ...common, operation: 'native-transfer', to: tx.to };
  // Tokens take no coins with these calls; a contract that does is not the token it seems.
  const call = tx.value === 0n ? decodeTokenCall(tx.data) : undefined;
  if (call === undefined) {
    return { ...common, operation: 'unknown-call', to: tx.to, refusal: UNREADABLE };
  }
  const approval = call.function === 'approve';
  return {
    ...common,
    operation: approval ? 'token-approval' : 'token-transfer',
    to: call.address,
    contract: tx.to,
    amount: {
      value: call.amount,
      token: tx.to,
      unlimited: approval && isUnlimited(call.amount),
    },
  };
}

/** The first four bytes of calldata that has as many. */
export const selectorOf = (data: Hex): Hex | undefined =>
  sizeOf(data) < 4 ? undefined : (data.slice(0, 10) as Hex);
