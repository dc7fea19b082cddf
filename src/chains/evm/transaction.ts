import type { Hex } from './hex.ts';

/** One entry of an access list (EIP-2930). */
export interface AccessEntry {
  /** EIP-55. */
  readonly address: Hex;
  /** 32 bytes each. */
  readonly storageKeys: readonly Hex[];
}

/** What every type has. */
interface Common {
  /** 1 to 2^53 - 1. */
  readonly chainId: bigint;
  /** 0 to 2^64 - 2 (EIP-2681). */
  readonly nonce: bigint;
  /** 0 to 2^64 - 1. */
  readonly gasLimit: bigint;
  /** EIP-55; `undefined` creates a contract. */
  readonly to: Hex | undefined;
  /** Wei. */
  readonly value: bigint;
  /** Lower case. */
  readonly data: Hex;
}

/** With replay protection (EIP-155); there is no other here. */
interface LegacyTransaction extends Common {
  readonly type: 0;
  /** Wei per gas. */
  readonly gasPrice: bigint;
}

/** EIP-2930. */
interface AccessListTransaction extends Common {
  readonly type: 1;
  readonly gasPrice: bigint;
  readonly accessList: readonly AccessEntry[];
}

/** EIP-1559. */
export interface FeeMarketTransaction extends Common {
  readonly type: 2;
  readonly maxPriorityFeePerGas: bigint;
  readonly maxFeePerGas: bigint;
  readonly accessList: readonly AccessEntry[];
}

/** An account lets a contract's code run in its place (EIP-7702), signed by that account's key. */
export interface Authorization {
  /** 0: on every chain. */
  readonly chainId: bigint;
  /** The contract, EIP-55; the zero address ends the delegation. */
  readonly address: Hex;
  /** Of the account that delegates. */
  readonly nonce: bigint;
  readonly yParity: 0 | 1;
  readonly r: bigint;
  readonly s: bigint;
}

/** EIP-7702. */
interface SetCodeTransaction extends Common {
  readonly type: 4;
  readonly to: Hex;
  readonly maxPriorityFeePerGas: bigint;
  readonly maxFeePerGas: bigint;
  readonly accessList: readonly AccessEntry[];
  /** At least one. */
  readonly authorizations: readonly Authorization[];
}

export type EvmTransaction =
  LegacyTransaction | AccessListTransaction | FeeMarketTransaction | SetCodeTransaction;

declare const parsed: unique symbol;

/** An unsigned transaction that passed `parseUnsigned`; nothing else makes one. */
export interface EvmRequest {
  readonly [parsed]: true;
  readonly kind: 'evm';
  /** The canonical unsigned serialisation. */
  readonly bytes: Uint8Array;
  readonly tx: EvmTransaction;
}

/** Wei per gas at most, whatever the type. */
export const maxFeePerGas = (tx: EvmTransaction): bigint =>
  tx.type === 2 || tx.type === 4 ? tx.maxFeePerGas : tx.gasPrice;

/** Wei per gas for whoever makes the block, where the type has one. */
export const priorityFeePerGas = (tx: EvmTransaction): bigint | undefined =>
  tx.type === 2 || tx.type === 4 ? tx.maxPriorityFeePerGas : undefined;

/** Wei the network can take at most. */
export const worstFee = (tx: EvmTransaction): bigint => tx.gasLimit * maxFeePerGas(tx);

export const accessListOf = (tx: EvmTransaction): readonly AccessEntry[] =>
  tx.type === 0 ? [] : tx.accessList;
