/** Amounts of bitcoin: whole satoshis inside, decimal BTC where people and links write them. */
import { formatAmount } from '../evm/amount.ts';
import { BitcoinAmountError } from './errors.ts';

export const BTC_DECIMALS = 8;
const SATOSHIS = 100_000_000n;

/** All that can ever exist: 21 million BTC in satoshis. */
export const MAX_MONEY = 21_000_000n * SATOSHIS;

/**
 * A decimal number of BTC in satoshis: digits and at most one point, as BIP-21 writes it. No sign,
 * exponent, comma or space.
 *
 * @throws BitcoinAmountError that says what is wrong
 */
export function parseBtc(text: string): bigint {
  if (text.includes(',')) {
    throw new BitcoinAmountError(
      'bitcoin/amount-comma',
      'Write the decimal sign as a point, and no sign between thousands: 0.005',
    );
  }
  const match = /^([0-9]{1,8})(?:\.([0-9]+))?$|^\.([0-9]+)$/.exec(text);
  if (match === null) {
    throw new BitcoinAmountError(
      'bitcoin/amount-digits',
      'An amount of bitcoin has digits and at most one point: 0.005',
    );
  }
  const [, whole = '0', fraction = match[3] ?? ''] = match;
  if (fraction.length > BTC_DECIMALS) {
    throw new BitcoinAmountError('bitcoin/amount-decimals', 'Bitcoin has at most 8 decimals.');
  }
  const value = BigInt(whole) * SATOSHIS + BigInt(fraction.padEnd(BTC_DECIMALS, '0'));
  if (value > MAX_MONEY) {
    throw new BitcoinAmountError(
      'bitcoin/amount-large',
      'There will never be more than 21 million bitcoin.',
    );
  }
  return value;
}

/** Decimal BTC with all digits that are not zeros at the end: 50000 is `0.0005`. @throws RangeError below 0 */
export const formatBtc = (satoshis: bigint): string => formatAmount(satoshis, BTC_DECIMALS);

/**
 * Satoshis of a JSON number of BTC, as Bitcoin Core answers. Such a number is the double nearest to a
 * multiple of 10^-8, and below 21 million these are all different.
 *
 * @returns `undefined` for anything that is no such number
 */
export function fromBtcNumber(value: number): bigint | undefined {
  if (!Number.isFinite(value) || value < 0 || value > 21_000_000) return undefined;
  const satoshis = Math.round(value * 1e8);
  return satoshis / 1e8 === value ? BigInt(satoshis) : undefined;
}
