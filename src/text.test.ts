import { describe, expect, it } from 'vitest';
import { isPlain, visible } from './text.ts';

describe('visible', () => {
  it.each([
    ['right-to-left override', 'US\u202eDC', 'US⟨U+202E⟩DC'],
    ['isolates', '\u2066a\u2069', '⟨U+2066⟩a⟨U+2069⟩'],
    ['zero-width space', 'US\u200bDC', 'US⟨U+200B⟩DC'],
    ['zero-width joiner', 'US\u200dDC', 'US⟨U+200D⟩DC'],
    ['byte order mark', '\ufeffUSDC', '⟨U+FEFF⟩USDC'],
    ['a line break', 'a\nb', 'a⟨U+000A⟩b'],
    ['NUL', 'a\0', 'a⟨U+0000⟩'],
    ['a C1 control', 'a\u0085', 'a⟨U+0085⟩'],
    ['a line separator', 'a\u2028', 'a⟨U+2028⟩'],
    ['a no-break space', 'a\u00a0b', 'a⟨U+00A0⟩b'],
    ['an ideographic space', 'a\u3000b', 'a⟨U+3000⟩b'],
    ['a Hangul filler, which is a letter', 'a\u3164', 'a⟨U+3164⟩'],
    ['a blank Braille pattern', 'a\u2800', 'a⟨U+2800⟩'],
    ['a variation selector', 'a\ufe0f', 'a⟨U+FE0F⟩'],
    ['a combining grapheme joiner', 'a\u034f', 'a⟨U+034F⟩'],
    ['a tag character', 'a\u{e0041}', 'a⟨U+E0041⟩'],
    ['a private character', 'a\ue000', 'a⟨U+E000⟩'],
    ['a lone surrogate', 'a\ud800', 'a⟨U+D800⟩'],
    ['a pile of marks', 'a\u0301\u0301\u0301\u0301', 'a\u0301\u0301\u0301⟨U+0301⟩'],
  ])('writes out %s', (_, text, shown) => {
    expect(visible(text, 40)).toBe(shown);
    expect(isPlain(text)).toBe(false);
  });

  it.each(['USDC', "Anna's phone", 'Büro Zürich', '東京', 'Ελλάδα', 'עברית', '💶', 'e\u0301', ''])(
    'leaves %j alone',
    (text) => {
      expect(visible(text, 40)).toBe(text);
      expect(isPlain(text)).toBe(true);
    },
  );

  it('cuts after max code points and says so', () => {
    expect(visible('💶💶💶', 3)).toBe('💶💶💶');
    expect(visible('💶💶💶', 2)).toBe('💶💶…');
  });

  it('refuses a limit that is none', () => {
    expect(() => visible('a', 0)).toThrow(RangeError);
  });
});
