import { describe, expect, it } from 'vitest';
import { UnsafeTextError } from './errors.ts';
import { isWellFormed, safeText } from './safe-text.ts';

const check = (text: string) => safeText(text, 'The name', 40);

describe('safeText', () => {
  it.each([
    'a',
    'Main account',
    'Straße 7',
    '山田　太郎',
    'محفظة',
    'Δ',
    '🦊',
    'x'.repeat(40),
    '🦊'.repeat(40),
  ])('takes %j', (text) => {
    expect(check(text)).toBe(text);
  });

  it.each(
    [
      ['', 'is missing'],
      ['x'.repeat(41), 'more than 40'],
      ['🦊'.repeat(41), 'more than 40'],
      ['x'.repeat(10_000), 'more than 40'],
      [' a', 'a space'],
      ['a ', 'a space'],
      ['\u3000a', 'a space'],
      ...['\0', '\n', '\t', '\x7f', '\x85', '\xa0', '\xad', '\u034f', '\u061c', '\u115f', '\u180e'],
      ...['\u200b', '\u200d', '\u200e', '\u2028', '\u202e', '\u2060', '\u2066', '\u2800', '\u3164'],
      ...['\ud800', '\udfff', '\ue000', '\ufe0f', '\ufeff', '\uffa0', '\ufffb', '\uffff'],
      ...['\u{1d173}', '\u{e0041}', '\u{e0100}', '\u{f0000}', '\u{10ffff}'],
    ].map((row) => (typeof row === 'string' ? [`a${row}b`, 'invisible'] : row)),
  )('refuses %j: %s', (text, reason) => {
    expect(() => check(text)).toThrow(UnsafeTextError);
    expect(() => check(text)).toThrow(reason);
  });
});

describe('isWellFormed', () => {
  it('knows halves of pairs', () => {
    expect(isWellFormed('a🦊\u202e')).toBe(true);
    expect(isWellFormed('a\ud83e')).toBe(false);
    expect(isWellFormed('\udd8aa')).toBe(false);
  });
});
