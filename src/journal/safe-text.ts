/**
 * Names that members agree on. The characters are listed here, not asked of the engine: two browsers with
 * different Unicode versions must accept the same documents.
 */
import { UnsafeTextError } from './errors.ts';

/**
 * First and last code point of what is not seen, as of Unicode 17, with the blocks reserved for such:
 * control characters, surrogates, format and bidirectional controls, fillers, variation selectors, tags,
 * spaces other than U+0020 and U+3000, private use, noncharacters.
 */
// prettier-ignore
const HIDDEN: readonly (readonly [first: number, last: number])[] = [
  [0x0000, 0x001f], [0x007f, 0x00a0], [0x00ad, 0x00ad], [0x034f, 0x034f], [0x0600, 0x0605],
  [0x061c, 0x061c], [0x06dd, 0x06dd], [0x070f, 0x070f], [0x0890, 0x0891], [0x08e2, 0x08e2],
  [0x115f, 0x1160], [0x1680, 0x1680], [0x17b4, 0x17b5], [0x180b, 0x180f], [0x2000, 0x200f],
  [0x2028, 0x202f], [0x205f, 0x206f], [0x2800, 0x2800], [0x3164, 0x3164], [0xd800, 0xf8ff],
  [0xfdd0, 0xfdef], [0xfe00, 0xfe0f], [0xfeff, 0xfeff], [0xffa0, 0xffa0], [0xfff0, 0xfffb],
  [0xfffe, 0xffff], [0x110bd, 0x110bd], [0x110cd, 0x110cd], [0x13430, 0x1345f],
  [0x1bca0, 0x1bca3], [0x1d173, 0x1d17a], [0xe0000, 0x10ffff],
];
const OUTER_SPACE = /^[ \u3000]|[ \u3000]$/u;
const LONE_SURROGATE = /[\ud800-\udfff]/u;

/** Whether every surrogate is half of a pair, so that UTF-8 says the same as the string. */
export const isWellFormed = (text: string): boolean => !LONE_SURROGATE.test(text);

/**
 * Checks a name: 1 to `max` code points, all of them visible, no space at either end.
 *
 * @param what begins the sentence of the error, for example `The name of the vault`
 * @returns the same text
 * @throws UnsafeTextError
 */
export function safeText(text: string, what: string, max: number): string {
  // A code point is one or two units: no need to walk through what is surely too long.
  const length = text.length > 2 * max ? Infinity : Array.from(text).length;
  if (length === 0) throw new UnsafeTextError(`${what} is missing.`);
  if (length > max) {
    throw new UnsafeTextError(
      `${what} has more than ${String(max)} characters. Choose a shorter one.`,
    );
  }
  if (Array.from(text).some(isHidden)) {
    throw new UnsafeTextError(`${what} contains an invisible character. Type it anew.`);
  }
  if (OUTER_SPACE.test(text)) {
    throw new UnsafeTextError(`${what} begins or ends with a space. Remove it.`);
  }
  return text;
}

function isHidden(character: string): boolean {
  const code = character.codePointAt(0) ?? 0;
  return HIDDEN.some(([first, last]) => code >= first && code <= last);
}
