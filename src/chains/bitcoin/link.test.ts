import { describe, expect, it } from 'vitest';
import { formatBtc, fromBtcNumber, MAX_MONEY, parseBtc } from './amount.ts';
import { parseBitcoinLink } from './link.ts';

const ADDRESS = '1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa';
const link = (query: string): ReturnType<typeof parseBitcoinLink> =>
  parseBitcoinLink(`bitcoin:${ADDRESS}${query}`, 'mainnet');

describe('parseBitcoinLink', () => {
  // The examples of BIP-21, with another address: theirs has a wrong checksum.
  it.each([
    ['', undefined, undefined, undefined],
    ['?label=Luke-Jr', undefined, 'Luke-Jr', undefined],
    ['?amount=20.3&label=Luke-Jr', 2_030_000_000n, 'Luke-Jr', undefined],
    [
      '?amount=50&label=Luke-Jr&message=Donation%20for%20project%20xyz',
      5_000_000_000n,
      'Luke-Jr',
      'Donation for project xyz',
    ],
    ['?somethingyoudontunderstand=50&somethingelseyoudontget=999', undefined, undefined, undefined],
  ])('%s', (query, value, label, message) => {
    expect(link(query)).toEqual({ ok: true, value: { address: ADDRESS, value, label, message } });
  });
  it('refuses the address of the examples in BIP-21', () => {
    const text = 'bitcoin:175tWpb8K1S7NmH4Zx6rewF9WQrcZv245W';
    expect(parseBitcoinLink(text, 'mainnet')).toMatchObject({
      ok: false,
      errors: [{ field: 'to', message: expect.stringContaining('checksum') as string }],
    });
  });
  it('in capital letters, as in QR codes', () => {
    const text = 'BITCOIN:BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4';
    expect(parseBitcoinLink(text, 'mainnet')).toMatchObject({ ok: true });
  });
  it('makes hidden characters of a label visible', () => {
    expect(link('?label=a%E2%80%AEb')).toMatchObject({ value: { label: 'a⟨U+202E⟩b' } });
  });
  it.each([
    ['?req-somethingyoudontunderstand=50&req-somethingelseyoudontget=999', 'to', /requires/],
    ['?REQ-x=1', 'to', /requires/],
    ['?amount=1&amount=2', 'to', /twice/],
    ['?amount=1,5', 'amount', /point/],
    ['?amount=-1', 'amount', /digits/],
    ['?amount=1e3', 'amount', /digits/],
    ['?amount=', 'amount', /digits/],
    ['?amount=0', 'amount', /zero/],
    ['?amount=0.000000001', 'amount', /8 decimals/],
    ['?amount=21000001', 'amount', /21 million/],
    ['?label=%', 'to', /damaged/],
  ])('refuses %s', (query, field, message) => {
    const read = link(query);
    expect(read.ok).toBe(false);
    if (read.ok) return;
    expect(read.errors[0]).toEqual({ field, message: expect.stringMatching(message) as string });
  });
  it('refuses another scheme, an address of another network and too long a text', () => {
    expect(parseBitcoinLink('ethereum:0x', 'mainnet').ok).toBe(false);
    expect(parseBitcoinLink(`bitcoin:${ADDRESS}`, 'signet').ok).toBe(false);
    expect(link(`?label=${'a'.repeat(2000)}`).ok).toBe(false);
  });
});

describe('amounts', () => {
  it.each([
    ['0', 0n],
    ['.5', 50_000_000n],
    ['0.00000001', 1n],
    ['20.30000000', 2_030_000_000n],
    ['21000000', MAX_MONEY],
  ])('%s BTC', (text, value) => {
    expect(parseBtc(text)).toBe(value);
  });
  it.each(['', '.', '1.', '1.2.3', '+1', ' 1', '0x1', '１'])('%j is none', (text) => {
    expect(() => parseBtc(text)).toThrow(
      expect.objectContaining({ code: 'bitcoin/amount-digits' }),
    );
  });
  it('are written with all digits', () => {
    expect(formatBtc(50_000n)).toBe('0.0005');
    expect(formatBtc(MAX_MONEY)).toBe('21\u202f000\u202f000');
  });
  it.each([
    [0.1, 10_000_000n],
    [20_999_999.9769, 2_099_999_997_690_000n],
    [1e-8, 1n],
    [21_000_000, MAX_MONEY],
  ])('of JSON: %d', (value, satoshis) => {
    expect(fromBtcNumber(value)).toBe(satoshis);
  });
  it.each([1e-9, 0.123456789, -1, Number.NaN, Infinity, 21_000_001])('not of JSON: %d', (value) => {
    expect(fromBtcNumber(value)).toBeUndefined();
  });
});
