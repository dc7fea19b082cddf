/** The packed calls of Safe's MultiSend. */
import { toChecksum, ZERO_ADDRESS } from '../address.ts';
import type { Hex } from '../hex.ts';

/** A call as a batch lists it: who makes it is not said there. */
export interface PackedCall {
  readonly to: Hex;
  readonly value: bigint;
  readonly data: Hex;
  readonly delegate: boolean;
}

/** In hexadecimal digits: operation, target, value, length. */
const OPERATION = 2;
const ADDRESS = 40;
const WORD = 64;
const HEAD = OPERATION + ADDRESS + WORD + WORD;

/**
 * Calls one after the other without padding: operation (1 byte, 0 call, 1 delegatecall), target (20), value
 * (32), length of the data (32), data.
 *
 * @returns `undefined` when the bytes are not exactly that
 * @see safe-smart-account, contracts/libraries/MultiSend.sol
 */
export function parseMultiSend(packed: Hex): readonly PackedCall[] | undefined {
  const digits = packed.slice(2);
  const calls: PackedCall[] = [];
  let at = 0;
  while (at < digits.length) {
    if (at + HEAD > digits.length) return undefined;
    const take = (length: number): string => digits.slice(at, (at += length));
    const operation = take(OPERATION);
    const to = `0x${take(ADDRESS)}` as const;
    const value = BigInt(`0x${take(WORD)}`);
    const length = BigInt(`0x${take(WORD)}`) * 2n;
    if (operation !== '00' && operation !== '01') return undefined;
    // Some versions take the zero address for the Safe itself, some do not.
    if (to === ZERO_ADDRESS) return undefined;
    if (length > BigInt(digits.length - at)) return undefined;
    const data = `0x${take(Number(length))}` as const;
    calls.push({ to: toChecksum(to), value, data, delegate: operation === '01' });
  }
  return calls;
}
