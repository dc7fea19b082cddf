/**
 * Transactions as bytes. `ox` writes the RLP; the lists of fields are ours, because its envelopes count
 * chain ids and `v` in doubles, which lose digits from 2^52 on.
 */
import { numberToBytesBE } from '@noble/curves/utils.js';
import * as Rlp from 'ox/Rlp';
import { concat } from '../../codec.ts';
import { fromHexData } from './hex.ts';
import type { AccessEntry, Authorization, EvmTransaction } from './transaction.ts';

/** `r`, `s` and which of the two possible points: 0 or 1. */
export interface SignatureValues {
  readonly r: bigint;
  readonly s: bigint;
  readonly yParity: 0 | 1;
}

type Item = Uint8Array | readonly Item[];

/**
 * The bytes whose Keccak-256 is signed, or, with a signature, the bytes that are sent.
 *
 * @see EIP-155, EIP-2930, EIP-1559, EIP-7702
 */
export function serialize(tx: EvmTransaction, signature?: SignatureValues): Uint8Array {
  const fields = [...fieldsOf(tx), ...closing(tx, signature)];
  const body = Rlp.from(fields, { as: 'Bytes' });
  return tx.type === 0 ? body : concat(Uint8Array.of(tx.type), body);
}

function fieldsOf(tx: EvmTransaction): Item[] {
  const call = [
    tx.to === undefined ? new Uint8Array(0) : fromHexData(tx.to),
    integer(tx.value),
    fromHexData(tx.data),
  ];
  const nonce = integer(tx.nonce);
  const gasLimit = integer(tx.gasLimit);
  switch (tx.type) {
    case 0:
      return [nonce, integer(tx.gasPrice), gasLimit, ...call];
    case 1:
      return [
        integer(tx.chainId),
        nonce,
        integer(tx.gasPrice),
        gasLimit,
        ...call,
        accessList(tx.accessList),
      ];
    case 2:
    case 4:
      return [
        integer(tx.chainId),
        nonce,
        integer(tx.maxPriorityFeePerGas),
        integer(tx.maxFeePerGas),
        gasLimit,
        ...call,
        accessList(tx.accessList),
        ...(tx.type === 4 ? [tx.authorizations.map(authorization)] : []),
      ];
  }
}

const authorization = (one: Authorization): Item => [
  ...delegation(one),
  integer(BigInt(one.yParity)),
  integer(one.r),
  integer(one.s),
];

const delegation = ({ chainId, address, nonce }: Authorization): Item[] => [
  integer(chainId),
  fromHexData(address),
  integer(nonce),
];

/** The bytes whose Keccak-256 the delegating account signed (EIP-7702). */
export const serializeAuthorization = (one: Authorization): Uint8Array =>
  concat(Uint8Array.of(5), Rlp.from(delegation(one), { as: 'Bytes' }));

function closing(tx: EvmTransaction, signature: SignatureValues | undefined): Item[] {
  if (signature === undefined) {
    return tx.type === 0 ? [integer(tx.chainId), integer(0n), integer(0n)] : [];
  }
  const parity = BigInt(signature.yParity);
  const v = tx.type === 0 ? tx.chainId * 2n + 35n + parity : parity;
  return [integer(v), integer(signature.r), integer(signature.s)];
}

function accessList(list: readonly AccessEntry[]): Item {
  return list.map(({ address, storageKeys }) => [
    fromHexData(address),
    storageKeys.map(fromHexData),
  ]);
}

/** The shortest big-endian bytes; none for zero. */
function integer(value: bigint): Uint8Array {
  if (value === 0n) return new Uint8Array(0);
  return numberToBytesBE(value, Math.ceil(value.toString(16).length / 2));
}
