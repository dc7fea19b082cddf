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

export type EvmTransaction = LegacyTransaction | AccessListTransaction | FeeMarketTransaction;

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
  tx.type === 2 ? tx.maxFeePerGas : tx.gasPrice;

/** Wei the network can take at most. */
export const worstFee = (tx: EvmTransaction): bigint => tx.gasLimit * maxFeePerGas(tx);

export const accessListOf = (tx: EvmTransaction): readonly AccessEntry[] =>
  tx.type === 0 ? [] : tx.accessList;
