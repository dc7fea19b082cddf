import type { Detail } from '../review.ts';
import { formatAmount } from './amount.ts';
import { selectorOf } from './facts.ts';
import { type Hex, toHexData } from './hex.ts';
import { accessListOf, type EvmRequest, type EvmTransaction, worstFee } from './transaction.ts';

const TYPES = {
  0: '0 (legacy, with replay protection)',
  1: '1 (EIP-2930)',
  2: '2 (EIP-1559)',
} as const;

/** Every field of the bytes, in full. */
export function detailsOf(request: EvmRequest, digest: Uint8Array): readonly Detail[] {
  const { tx } = request;
  const number = (label: string, value: bigint): Detail => ({
    label,
    value: formatAmount(value, 0),
    kind: 'number',
  });
  return [
    number('Chain id', tx.chainId),
    { label: 'Type', value: TYPES[tx.type], kind: 'text' },
    number('Nonce', tx.nonce),
    tx.to === undefined
      ? { label: 'Called address', value: 'none: creates a contract', kind: 'text' }
      : { label: 'Called address', value: tx.to, kind: 'address' },
    number('Coins sent along (wei)', tx.value),
    number('Gas limit', tx.gasLimit),
    ...feeDetails(tx),
    number('Fee in the worst case (wei)', worstFee(tx)),
    ...callDetails(tx.data),
    ...accessListOf(tx).flatMap(({ address, storageKeys }): Detail[] => [
      { label: 'Access list: address', value: address, kind: 'address' },
      ...storageKeys.map((value): Detail => ({
        label: 'Access list: storage key',
        value,
        kind: 'bytes',
      })),
    ]),
    { label: 'Unsigned transaction', value: toHexData(request.bytes), kind: 'bytes' },
    { label: 'Digest to be signed', value: toHexData(digest), kind: 'bytes' },
  ];

  function feeDetails(of: EvmTransaction): Detail[] {
    if (of.type !== 2) return [number('Gas price (wei)', of.gasPrice)];
    return [
      number('Maximum fee per gas (wei)', of.maxFeePerGas),
      number('Priority fee per gas (wei)', of.maxPriorityFeePerGas),
    ];
  }
}

const WORD = 64;

/** The selector, and the words after it apart by spaces. */
function callDetails(data: Hex): Detail[] {
  if (data === '0x') return [];
  const selector = selectorOf(data);
  if (selector === undefined) return [{ label: 'Calldata', value: data, kind: 'bytes' }];
  const words = data.slice(selector.length).match(new RegExp(`.{1,${String(WORD)}}`, 'g')) ?? [];
  return [
    { label: 'Selector', value: selector, kind: 'bytes' },
    { label: 'Calldata', value: [selector, ...words].join(' '), kind: 'bytes' },
  ];
}
