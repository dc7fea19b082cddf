import type { Checked } from '../checked.ts';
import { MAX_U256 } from './amount.ts';
import { Fields } from './fields.ts';
import type { Hex } from './hex.ts';
import { MAX_GAS_LIMIT, MAX_NONCE, parseUnsigned } from './parse.ts';
import { serialize } from './serialize.ts';
import type { AccessEntry, EvmRequest } from './transaction.ts';

/** What a node can fill in. */
export interface Fillable {
  readonly nonce?: bigint | undefined;
  readonly gasLimit?: bigint | undefined;
  /** Types 0 and 1, wei per gas. */
  readonly gasPrice?: bigint | undefined;
  /** Type 2, wei per gas. */
  readonly maxFeePerGas?: bigint | undefined;
  readonly maxPriorityFeePerGas?: bigint | undefined;
}

/** A transaction that still wants some numbers. */
export interface TransactionDraft extends Fillable {
  readonly type: 0 | 1 | 2;
  readonly chainId: bigint;
  /** EIP-55. */
  readonly to: Hex | undefined;
  readonly value: bigint;
  readonly data: Hex;
  readonly accessList: readonly AccessEntry[];
}

const WANTED = {
  0: ['nonce', 'gasLimit', 'gasPrice'],
  1: ['nonce', 'gasLimit', 'gasPrice'],
  2: ['nonce', 'gasLimit', 'maxFeePerGas', 'maxPriorityFeePerGas'],
} as const;

const RANGES = {
  nonce: ['nonce', MAX_NONCE],
  gasLimit: ['gas limit', MAX_GAS_LIMIT],
  gasPrice: ['gas price', MAX_U256],
  maxFeePerGas: ['maximum fee', MAX_U256],
  maxPriorityFeePerGas: ['priority fee', MAX_U256],
} as const;

/** The numbers that the draft still wants. */
export const missingIn = (draft: TransactionDraft): readonly (keyof Fillable)[] =>
  WANTED[draft.type].filter((name) => draft[name] === undefined);

/**
 * The draft as a request. What it says itself stays; `fill` gives the rest, and what else it holds is not
 * looked at. Fields in errors: the names of `Fillable`, and `text` for the transaction as a whole.
 */
export function completeDraft(draft: TransactionDraft, fill: Fillable): Checked<EvmRequest> {
  const fields = new Fields();
  const number = (name: keyof Fillable): bigint => {
    const value = draft[name] ?? fill[name];
    const [what, max] = RANGES[name];
    if (value === undefined) fields.add(name, `The ${what} is missing.`);
    else if (value < 0n || value > max) fields.add(name, `The ${what} is out of range.`);
    return value ?? 0n;
  };
  const { type, chainId, to, value, data, accessList } = draft;
  const common = {
    chainId,
    nonce: number('nonce'),
    gasLimit: number('gasLimit'),
    to,
    value,
    data,
  };
  const tx =
    type === 2
      ? {
          type,
          ...common,
          maxFeePerGas: number('maxFeePerGas'),
          maxPriorityFeePerGas: number('maxPriorityFeePerGas'),
          accessList,
        }
      : type === 1
        ? { type, ...common, gasPrice: number('gasPrice'), accessList }
        : { type, ...common, gasPrice: number('gasPrice') };
  if (fields.failed) return fields.errors();
  const request = fields.read('text', () => parseUnsigned(serialize(tx)));
  return request === undefined ? fields.errors() : { ok: true, value: request };
}
