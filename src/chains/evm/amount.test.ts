import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatAmount, MAX_U256, parseAmount } from './amount.ts';
import { AmountError } from './errors.ts';

describe('parseAmount', () => {
  it.each([
    ['0.5', 18, 5n * 10n ** 17n],
    ['12500.75', 6, 12_500_750_000n],
    ['0', 18, 0n],
    ['0.0', 1, 0n],
    [' 1 ', 0, 1n],
    ['0.000000000000000001', 18, 1n],
    [MAX_U256.toString(), 0, MAX_U256],
  ])('reads %j with %i decimals', (text, decimals, value) => {
    expect(parseAmount(text, decimals)).toBe(value);
  });

  it.each([
    ['', 18, 'evm/amount-empty'],
    ['-1', 18, 'evm/amount-sign'],
    ['+1', 18, 'evm/amount-sign'],
    ['1,5', 18, 'evm/amount-comma'],
    ['12,500.75', 18, 'evm/amount-comma'],
    ['1e18', 18, 'evm/amount-exponent'],
    ['1.5E3', 18, 'evm/amount-exponent'],
    ['1e', 18, 'evm/amount-exponent'],
    ['12 500', 18, 'evm/amount-spaces'],
    ['12\u202f500', 18, 'evm/amount-spaces'],
    ['.5', 18, 'evm/amount-digits'],
    ['5.', 18, 'evm/amount-digits'],
    ['1.2.3', 18, 'evm/amount-digits'],
    ['0x10', 18, 'evm/amount-digits'],
    ['１', 18, 'evm/amount-digits'],
    ['٣', 18, 'evm/amount-digits'],
    ['1\u200b0', 18, 'evm/amount-digits'],
    ['Infinity', 18, 'evm/amount-digits'],
    ['01', 18, 'evm/amount-leading-zero'],
    ['00.5', 18, 'evm/amount-leading-zero'],
    ['0.0000001', 6, 'evm/amount-decimals'],
    ['1.0', 0, 'evm/amount-decimals'],
    [(MAX_U256 + 1n).toString(), 0, 'evm/amount-large'],
    ['1'.repeat(401), 0, 'evm/amount-long'],
  ])('refuses %j with %i decimals', (text, decimals, code) => {
    try {
      parseAmount(text, decimals);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(AmountError);
      expect((error as AmountError).code).toBe(code);
    }
  });

  it('names the limit of decimals', () => {
    expect(() => parseAmount('0.0000001', 6)).toThrow('at most 6 decimals');
  });

  it.each([-1, 256, 1.5])('takes no %d decimals', (decimals) => {
    expect(() => parseAmount('1', decimals)).toThrow(RangeError);
  });
});

describe('formatAmount', () => {
  it.each([
    [12_500_500_000n, 6, '12\u202f500.5'],
    [0n, 18, '0'],
    [1n, 18, '0.000000000000000001'],
    [10n ** 18n, 18, '1'],
    [999n, 0, '999'],
    [1000n, 0, '1\u202f000'],
    [1_234_567_890n, 3, '1\u202f234\u202f567.89'],
  ])('writes %s with %i decimals', (value, decimals, text) => {
    expect(formatAmount(value, decimals)).toBe(text);
  });

  it('refuses a negative amount', () => {
    expect(() => formatAmount(-1n, 0)).toThrow(RangeError);
  });

  it('loses no digit', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: MAX_U256 }),
        fc.integer({ min: 0, max: 255 }),
        (value, decimals) => {
          const text = formatAmount(value, decimals);
          expect(parseAmount(text.replaceAll('\u202f', ''), decimals)).toBe(value);
          expect(text).toMatch(/^[0-9]{1,3}(\u202f[0-9]{3})*(\.[0-9]*[1-9])?$/);
        },
      ),
      { numRuns: 1000 },
    );
  });
});
