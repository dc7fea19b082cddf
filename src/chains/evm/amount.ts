import { AmountError } from './errors.ts';

/** The largest number of the EVM. */
export const MAX_U256 = 2n ** 256n - 1n;

/** Digits in groups of three, apart by U+202F: a point or a comma would be a decimal sign somewhere. */
const THIN_SPACE = '\u202f';

const MAX_TEXT = 400;

/**
 * A decimal number as a person types it, in smallest units: `0.5` with 18 decimals is 5 · 10^17. Digits and
 * at most one point between digits; no sign, exponent or grouping.
 *
 * @param decimals 0 to 255
 * @throws AmountError that names what is wrong
 */
export function parseAmount(text: string, decimals: number): bigint {
  assertDecimals(decimals);
  const trimmed = text.trim();
  if (trimmed === '') throw new AmountError('evm/amount-empty', 'Enter an amount.');
  if (trimmed.length > MAX_TEXT) throw new AmountError('evm/amount-long', 'This is too long.');
  if (/^[-+]/.test(trimmed)) {
    throw new AmountError('evm/amount-sign', 'Write the amount without a sign.');
  }
  if (trimmed.includes(',')) {
    throw new AmountError(
      'evm/amount-comma',
      'Write the decimal sign as a point, and no sign between thousands: 12500.75',
    );
  }
  if (/^[0-9.]+e[0-9+-]*$/i.test(trimmed)) {
    throw new AmountError('evm/amount-exponent', 'Write all digits, without an exponent.');
  }
  if (/\s/.test(trimmed)) {
    throw new AmountError('evm/amount-spaces', 'Write the amount without spaces.');
  }
  const match = /^([0-9]+)(?:\.([0-9]+))?$/.exec(trimmed);
  if (match === null) {
    throw new AmountError('evm/amount-digits', 'An amount has digits and one point: 0.5');
  }
  const [, whole = '', fraction = ''] = match;
  if (/^0[0-9]/.test(whole)) {
    throw new AmountError('evm/amount-leading-zero', 'Leave out the zeros at the front.');
  }
  if (fraction.length > decimals) {
    throw new AmountError(
      'evm/amount-decimals',
      decimals === 0
        ? 'This asset has no decimals: write a whole number.'
        : `This asset has at most ${String(decimals)} decimals.`,
    );
  }
  const value = BigInt(whole + fraction.padEnd(decimals, '0'));
  if (value > MAX_U256) throw new AmountError('evm/amount-large', 'No such amount can exist.');
  return value;
}

/**
 * All digits of an amount of smallest units, thousands apart by a narrow no-break space (U+202F), zeros at
 * the end of the fraction left out: 12500500000 with 6 decimals is `12 500.5`.
 *
 * @param value not negative
 * @param decimals 0 to 255
 * @throws RangeError for other values
 */
export function formatAmount(value: bigint, decimals: number): string {
  assertDecimals(decimals);
  if (value < 0n) throw new RangeError('formatAmount: a negative amount');
  const digits = value.toString().padStart(decimals + 1, '0');
  const whole = digits.slice(0, digits.length - decimals);
  const fraction = digits.slice(digits.length - decimals).replace(/0+$/, '');
  const grouped = whole.replaceAll(/\B(?=(?:[0-9]{3})+$)/g, THIN_SPACE);
  return fraction === '' ? grouped : `${grouped}.${fraction}`;
}

function assertDecimals(decimals: number): void {
  if (!Number.isInteger(decimals) || decimals < 0 || decimals > 255) {
    throw new RangeError('decimals must be 0 to 255');
  }
}
