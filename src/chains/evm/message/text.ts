/** Text that somebody else wrote and that a person signs: what in it can mislead. */
import { visible } from '../../../text.ts';
import type { Warning } from '../../review.ts';

/** All of a text on one line, with what is hidden written out. */
export const shownText = (text: string): string => visible(text, Math.max(1, text.length));

/** The lines of a text, each with what is hidden written out. */
export const shownLines = (text: string): readonly string[] =>
  text.split(/\r\n|\n/).map((line) => shownText(line));

/** Marks that change the direction in which text is drawn. */
const BIDIRECTIONAL = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

/** Writing systems with letters that look like those of another one. */
const SCRIPTS: readonly RegExp[] = [
  /\p{Script=Latin}/u,
  /\p{Script=Greek}/u,
  /\p{Script=Cyrillic}/u,
  /\p{Script=Armenian}/u,
  /\p{Script=Cherokee}/u,
  /\p{Script=Coptic}/u,
];
/** Words of only such letters of Cyrillic and Greek can be read as Latin ones. */
const LIKE_LATIN = /^[аеорсухіјѕԁһԛԝԍӏАВЕЅІЈКМНОРСТУХԚԜΑΒΕΖΗΙΚΜΝΟΡΤΥΧορνικυγαϲϳ0-9]+$/;
/** Latin letters, drawn in another style: bold, italic, script, double-struck. */
const STYLED = /[\u{1d400}-\u{1d7ff}]/u;

/** What a person has to know about texts before believing what they see. */
export function textWarnings(texts: readonly string[]): Warning[] {
  const warnings: Warning[] = [];
  if (texts.some((text) => BIDIRECTIONAL.test(text))) warnings.push(TURNED);
  if (texts.some(hasHidden)) warnings.push(HIDDEN);
  if (texts.some(hasMixedScripts)) warnings.push(MIXED);
  return warnings;
}

/** Ends of lines and tabs are written out where they mislead, and do not hide anything. */
function hasHidden(text: string): boolean {
  const plain = text.replaceAll(/[\n\r\t]/g, '').replaceAll(new RegExp(BIDIRECTIONAL, 'g'), '');
  return shownText(plain) !== plain;
}

function hasMixedScripts(text: string): boolean {
  if (STYLED.test(text)) return true;
  const words = text.match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
  if (words.some((word) => SCRIPTS.filter((script) => script.test(word)).length > 1)) return true;
  const latin = /\p{Script=Latin}/u;
  return latin.test(text) && words.some((word) => isDisguised(word));
}

const isDisguised = (word: string): boolean => LIKE_LATIN.test(word) && /[^0-9]{2}/.test(word);

const TURNED: Warning = {
  code: 'evm/bidirectional-text',
  level: 'danger',
  title: 'Text that turns around',
  text: 'There are marks that change the direction of the text, so that elsewhere it can be read as something else. They are written out here.',
};

const HIDDEN: Warning = {
  code: 'evm/hidden-characters',
  level: 'caution',
  title: 'Hidden characters',
  text: 'There are characters that most screens do not show. They are written out here, such as ⟨U+200B⟩.',
};

const MIXED: Warning = {
  code: 'evm/mixed-scripts',
  level: 'caution',
  title: 'Letters that look like others',
  text: 'There are letters of several alphabets that look alike. A name can be written so that it looks like another one.',
};
