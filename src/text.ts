/** Text that somebody else wrote: names, notes, token symbols. It must not look like what it is not. */

/**
 * Control, format (bidirectional, zero-width, tags), surrogate, private-use and unassigned characters,
 * line and paragraph separators, every space but U+0020, and what is drawn as nothing although it is a
 * letter or a mark.
 */
const HIDDEN =
  /[\p{C}\p{Zl}\p{Zp}\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000\p{Default_Ignorable_Code_Point}\u2800]/u;

/** More marks than this on one letter run over the lines above and below. */
const MAX_MARKS = 3;
const MARK = /\p{M}/u;

/**
 * Text from outside, safe to show: hidden characters are written out as `⟨U+202E⟩`, so are combining marks
 * beyond the third on one letter, and the rest is cut with `…` after `max` code points.
 *
 * @param max the longest result to show, in code points of the input, at least 1
 */
export function visible(text: string, max: number): string {
  if (!Number.isInteger(max) || max < 1) throw new RangeError('visible: max must be 1 or more');
  let out = '';
  let marks = 0;
  let count = 0;
  for (const character of text) {
    if (count === max) return `${out}…`;
    count++;
    marks = MARK.test(character) ? marks + 1 : 0;
    out += HIDDEN.test(character) || marks > MAX_MARKS ? written(character) : character;
  }
  return out;
}

/** Whether nothing in the text is hidden: `visible` would only cut it. */
export function isPlain(text: string): boolean {
  return visible(text, Math.max(1, text.length)) === text;
}

/** Length of a text as its limits are meant, whatever its encoding. */
export const countCodePoints = (text: string): number => Array.from(text).length;

function written(character: string): string {
  const codePoint = character.codePointAt(0) ?? 0;
  return `⟨U+${codePoint.toString(16).toUpperCase().padStart(4, '0')}⟩`;
}
