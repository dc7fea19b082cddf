/** The calls of ERC-20 that this wallet makes and reads. `ox` writes and reads the ABI. */
import { decode, encode } from 'ox/AbiParameters';
import { visible } from '../../text.ts';
import { toChecksum } from './address.ts';
import { AnswerError } from './errors.ts';
import { fromHexData, type Hex, isHexData, sizeOf } from './hex.ts';

/** The first four bytes of the Keccak-256 of the signature. */
const SELECTORS = {
  transfer: '0xa9059cbb',
  approve: '0x095ea7b3',
  balanceOf: '0x70a08231',
  symbol: '0x95d89b41',
  decimals: '0x313ce567',
} as const;

const ADDRESS_AND_AMOUNT = [{ type: 'address' }, { type: 'uint256' }] as const;
const ADDRESS = [{ type: 'address' }] as const;
const UINT256 = [{ type: 'uint256' }] as const;
const STRING = [{ type: 'string' }] as const;

export interface TokenCall {
  readonly function: 'transfer' | 'approve';
  /** The recipient or the spender, EIP-55. */
  readonly address: Hex;
  /** Smallest units. */
  readonly amount: bigint;
}

/** Calldata of `transfer(address,uint256)` or `approve(address,uint256)`, 68 bytes. */
export function encodeTokenCall(call: TokenCall): Hex {
  return join(SELECTORS[call.function], encode(ADDRESS_AND_AMOUNT, [call.address, call.amount]));
}

/**
 * Reads calldata of `transfer` and `approve`, and only as `encodeTokenCall` writes it: contracts ignore
 * dirty padding and bytes at the end, so a person must not be shown a reading that leaves them out.
 */
export function decodeTokenCall(data: Hex): TokenCall | undefined {
  if (sizeOf(data) !== 68) return undefined;
  const selector = data.slice(0, 10);
  const name =
    selector === SELECTORS.transfer
      ? 'transfer'
      : selector === SELECTORS.approve
        ? 'approve'
        : undefined;
  if (name === undefined) return undefined;
  const [address, amount] = decode(ADDRESS_AND_AMOUNT, `0x${data.slice(10)}`);
  const call: TokenCall = { function: name, address: toChecksum(address), amount };
  return encodeTokenCall(call) === data ? call : undefined;
}

/** Calldata of `balanceOf(address)`. */
export const balanceOfCall = (owner: Hex): Hex =>
  join(SELECTORS.balanceOf, encode(ADDRESS, [owner]));
/** Calldata of `symbol()`. */
export const symbolCall = (): Hex => SELECTORS.symbol;
/** Calldata of `decimals()`. */
export const decimalsCall = (): Hex => SELECTORS.decimals;

/** @throws AnswerError unless the answer is one word */
export function readBalance(answer: string): bigint {
  return word(answer, 'balanceOf');
}

/** @throws AnswerError unless the answer is one word, at most 255 */
export function readDecimals(answer: string): number {
  const value = word(answer, 'decimals');
  if (value > 255n) {
    throw new AnswerError('evm/answer-decimals', 'The contract says it has over 255 decimals.');
  }
  return Number(value);
}

/** Longer ones are cut: they are sentences, not symbols. */
const MAX_SYMBOL = 12;

/**
 * A token's symbol, safe to show: text from outside. Takes a string, or 32 bytes with zeros at the end as
 * some old tokens answer.
 *
 * @throws AnswerError for anything else, and for an empty one
 */
export function readSymbol(answer: string): string {
  const data = dataOf(answer, 'symbol');
  const symbol = sizeOf(data) === 32 ? readBytes32(data) : readString(data);
  if (symbol.trim() === '') {
    throw new AnswerError('evm/answer-symbol', 'The contract has no symbol.');
  }
  return visible(symbol, MAX_SYMBOL);
}

/** A symbol of more bytes than this is not looked at. */
const MAX_SYMBOL_ANSWER = 1024;

function readString(data: Hex): string {
  if (sizeOf(data) > MAX_SYMBOL_ANSWER) throw badAnswer('symbol');
  try {
    const [text] = decode(STRING, data);
    if (encode(STRING, [text]) === data) return text;
  } catch (cause) {
    throw badAnswer('symbol', cause);
  }
  throw badAnswer('symbol');
}

function readBytes32(data: Hex): string {
  const bytes = fromHexData(data);
  const end = bytes.indexOf(0);
  const text = end < 0 ? bytes : bytes.subarray(0, end);
  // Names of the time of bytes32 symbols are ASCII.
  const printable = text.every((byte) => byte >= 0x20 && byte < 0x7f);
  if (!printable || bytes.subarray(text.length).some((byte) => byte !== 0)) {
    throw badAnswer('symbol');
  }
  return String.fromCharCode(...text);
}

function word(answer: string, call: string): bigint {
  const data = dataOf(answer, call);
  if (sizeOf(data) !== 32) throw badAnswer(call);
  const [value] = decode(UINT256, data);
  return value;
}

function dataOf(answer: string, call: string): Hex {
  if (!isHexData(answer)) throw badAnswer(call);
  const data = answer.toLowerCase() as Hex;
  if (data === '0x') {
    throw new AnswerError(
      'evm/answer-empty',
      `The address does not answer ${call}(): on this network it is not a token contract.`,
    );
  }
  return data;
}

function badAnswer(call: string, cause?: unknown): AnswerError {
  return new AnswerError(
    'evm/answer-malformed',
    `The contract's answer to ${call}() is not what a token answers.`,
    { cause },
  );
}

const join = (selector: Hex, words: Hex): Hex => `${selector}${words.slice(2)}` as Hex;
