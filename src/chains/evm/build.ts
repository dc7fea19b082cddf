import type { Checked } from '../checked.ts';
import { parseAddress } from './address.ts';
import { MAX_U256 } from './amount.ts';
import { encodeTokenCall } from './erc20.ts';
import { Fields } from './fields.ts';
import { MAX_CHAIN_ID, MAX_GAS_LIMIT, MAX_NONCE, parseUnsigned } from './parse.ts';
import { serialize } from './serialize.ts';
import type { EvmRequest } from './transaction.ts';

/** What the plainest transaction costs. */
const MIN_GAS = 21_000n;

/** A payment of the chain's own coin or of an ERC-20 token. */
export interface Payment {
  readonly chainId: bigint;
  readonly nonce: bigint;
  readonly gasLimit: bigint;
  /** Wei per gas. */
  readonly maxFeePerGas: bigint;
  readonly maxPriorityFeePerGas: bigint;
  /** Who receives. */
  readonly to: string;
  /** Smallest units of the asset. */
  readonly amount: bigint;
  readonly asset: 'native' | { readonly token: string };
}

/**
 * A payment as an unsigned transaction of type 2. Fields in errors: `chainId`, `nonce`, `gasLimit`,
 * `maxFee`, `priorityFee`, `to`, `amount`, `asset`.
 */
export function buildPayment(payment: Payment): Checked<EvmRequest> {
  const fields = new Fields();
  const integer = (field: string, value: bigint, min: bigint, max: bigint, what: string): void => {
    if (value < min || value > max) fields.add(field, `${what} is out of range.`);
  };
  integer('chainId', payment.chainId, 1n, MAX_CHAIN_ID, 'The chain id');
  integer('nonce', payment.nonce, 0n, MAX_NONCE, 'The nonce');
  integer('gasLimit', payment.gasLimit, MIN_GAS, MAX_GAS_LIMIT, 'The gas limit (at least 21000)');
  integer('maxFee', payment.maxFeePerGas, 0n, MAX_U256, 'The maximum fee');
  integer('priorityFee', payment.maxPriorityFeePerGas, 0n, MAX_U256, 'The priority fee');
  integer('amount', payment.amount, 0n, MAX_U256, 'The amount');
  if (payment.maxPriorityFeePerGas > payment.maxFeePerGas) {
    fields.add('priorityFee', 'The priority fee cannot be higher than the maximum fee.');
  }
  const to = fields.read('to', () => parseAddress(payment.to).address);
  const { asset } = payment;
  const token =
    asset === 'native' ? undefined : fields.read('asset', () => parseAddress(asset.token).address);
  if (fields.failed || to === undefined) return fields.errors();

  const call =
    token === undefined
      ? ({ to, value: payment.amount, data: '0x' } as const)
      : {
          to: token,
          value: 0n,
          data: encodeTokenCall({ function: 'transfer', address: to, amount: payment.amount }),
        };
  const bytes = serialize({
    type: 2,
    chainId: payment.chainId,
    nonce: payment.nonce,
    gasLimit: payment.gasLimit,
    maxFeePerGas: payment.maxFeePerGas,
    maxPriorityFeePerGas: payment.maxPriorityFeePerGas,
    accessList: [],
    ...call,
  });
  const request = fields.read('maxFee', () => parseUnsigned(bytes));
  return request === undefined ? fields.errors() : { ok: true, value: request };
}
