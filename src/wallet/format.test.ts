import { describe, expect, test } from 'vitest';
import {
  clockTime,
  differingGroups,
  elapsed,
  formatAmount,
  formatGwei,
  formatUnits,
  fullTime,
  groupAddress,
  relativeTime,
  shortAddress,
  toDecimal,
  toHex,
} from './format.ts';

const ADDRESS = '0x71C7656EC7ab88b098defB751B7401B5f6d8976F';

describe('amounts', () => {
  test.each([
    [0n, 18, '0'],
    [1n, 18, '0.000000000000000001'],
    [12_500_000_000n, 6, '12\u202f500'],
    [1_234_567_890_123_456_789n, 18, '1.234567890123456789'],
    [999n, 0, '999'],
    [1000n, 0, '1\u202f000'],
    [1_000_000n, 0, '1\u202f000\u202f000'],
    [2_140_000_000_000_000n, 18, '0.00214'],
  ])('%s with %s decimals is %s', (value, decimals, text) => {
    expect(formatUnits(value, decimals)).toBe(text);
  });

  test('a plain decimal has no commas', () => {
    expect(toDecimal(12_500_250_000n, 6)).toBe('12500.25');
  });

  test('an amount has its unit beside it', () => {
    const unit = { symbol: 'USDC', decimals: 6, source: 'node' } as const;
    expect(formatAmount({ value: 1_000_001n, asset: { token: ADDRESS }, unit })).toEqual({
      digits: '1.000001',
      unit: 'USDC',
    });
  });

  test('an amount without a known unit is told in smallest units, never guessed', () => {
    expect(formatAmount({ value: 12_500_000_000n, asset: { token: ADDRESS } })).toEqual({
      digits: '12\u202f500\u202f000\u202f000',
      unit: 'smallest units',
    });
  });

  test('an unlimited allowance is called unlimited', () => {
    expect(formatAmount({ value: 1n, asset: { token: ADDRESS }, unlimited: true })).toEqual({
      digits: 'Unlimited',
      unit: 'of this token',
    });
  });

  test('gwei are exact', () => {
    expect(formatGwei(1_000_000_001n)).toBe('1.000000001 gwei');
    expect(formatGwei(33_000_000_000n)).toBe('33 gwei');
  });
});

describe('addresses', () => {
  test('ten groups of four that join to the whole address', () => {
    const groups = groupAddress(ADDRESS);
    expect(groups).toHaveLength(10);
    expect(groups[0]).toBe('0x71C7');
    expect(groups.join('')).toBe(ADDRESS);
  });

  test('a look-alike differs in the middle', () => {
    const poisoned = `${ADDRESS.slice(0, 10)}${'0'.repeat(8)}${ADDRESS.slice(18)}`;
    const marks = differingGroups(ADDRESS, poisoned);
    expect(marks).toEqual([false, false, true, true, ...Array<boolean>(6).fill(false)]);
  });

  test('a different checksum case is no difference', () => {
    expect(differingGroups(ADDRESS, ADDRESS.toLowerCase())).not.toContain(true);
  });

  test('short for lists', () => {
    expect(shortAddress(ADDRESS)).toBe('0x71C7 … 976F');
  });

  test('bytes as hexadecimal', () => {
    expect(toHex(Uint8Array.of(0, 15, 255))).toBe('0x000fff');
  });
});

describe('times', () => {
  const now = new Date(2026, 10, 24, 12, 0, 0).getTime();
  const minutes = (count: number): number => now + count * 60_000;

  test.each([
    [0, 'just now'],
    [-1, '1 minute ago'],
    [-59, '59 minutes ago'],
    [-60, '1 hour ago'],
    [-47 * 60, '47 hours ago'],
    [-48 * 60, '2 days ago'],
    [0.5, 'in less than a minute'],
    [3 * 60, 'in 3 hours'],
  ])('%s minutes from now is %s', (distance, text) => {
    expect(relativeTime(minutes(distance), now)).toBe(text);
  });

  test.each([
    [-78, '10:42'],
    [-24 * 60, 'yesterday 12:00'],
    [29 * 60, 'tomorrow 17:00'],
    [-12 * 24 * 60, '12 Nov 12:00'],
    [60 * 24 * 60, '23 Jan 2027'],
  ])('%s minutes from noon is %s on the clock', (distance, text) => {
    expect(clockTime(minutes(distance), now)).toBe(text);
  });

  test('in full', () => {
    expect(fullTime(now)).toBe('2026-11-24 12:00:00');
  });

  test.each([
    [-5, '0 s'],
    [8_400, '8 s'],
    [64_000, '1 min 04 s'],
  ])('%s ms have passed: %s', (milliseconds, text) => {
    expect(elapsed(milliseconds)).toBe(text);
  });
});
