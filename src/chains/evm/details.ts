import { addressLine, bytesFact, numberFact, textFact } from '../fact.ts';
import type { Fact } from '../review.ts';
import { formatAmount } from './amount.ts';
import { selectorOf } from './facts.ts';
import { type Hex, toHexData } from './hex.ts';
import {
  accessListOf,
  type EvmRequest,
  type EvmTransaction,
  maxFeePerGas,
  priorityFeePerGas,
  worstFee,
} from './transaction.ts';

const TYPES = {
  0: '0 (legacy, with replay protection)',
  1: '1 (EIP-2930)',
  2: '2 (EIP-1559)',
  4: '4 (EIP-7702)',
} as const;

/** Every field of the bytes, in full. */
export function detailsOf(request: EvmRequest, digest: Uint8Array): readonly Fact[] {
  const { tx } = request;
  return [
    number('Chain id', tx.chainId),
    textFact('Type', TYPES[tx.type]),
    number('Nonce', tx.nonce),
    tx.to === undefined
      ? textFact('Called address', 'none: creates a contract')
      : addressLine('Called address', { address: tx.to }),
    number('Coins sent along (wei)', tx.value),
    number('Gas limit', tx.gasLimit),
    ...feeDetails(tx),
    number('Fee in the worst case (wei)', worstFee(tx)),
    ...callDetails(tx.data),
    ...accessListOf(tx).flatMap(({ address, storageKeys }): Fact[] => [
      addressLine('Access list: address', { address }),
      ...storageKeys.map((key) => bytesFact('Access list: storage key', key)),
    ]),
    bytesFact('Unsigned transaction', toHexData(request.bytes)),
    bytesFact('Digest to be signed', toHexData(digest)),
  ];
}

const number = (label: string, value: bigint): Fact =>
  numberFact(label, value, formatAmount(value, 0));

function feeDetails(tx: EvmTransaction): Fact[] {
  const priority = priorityFeePerGas(tx);
  if (priority === undefined) return [number('Gas price (wei)', maxFeePerGas(tx))];
  return [
    number('Maximum fee per gas (wei)', maxFeePerGas(tx)),
    number('Priority fee per gas (wei)', priority),
  ];
}

const WORD = 64;

/** The selector, and the words after it apart by spaces. */
function callDetails(data: Hex): Fact[] {
  if (data === '0x') return [];
  const selector = selectorOf(data);
  if (selector === undefined) return [bytesFact('Calldata', data)];
  const words = data.slice(selector.length).match(new RegExp(`.{1,${String(WORD)}}`, 'g')) ?? [];
  return [bytesFact('Selector', selector), bytesFact('Calldata', [selector, ...words].join(' '))];
}
