/**
 * Published vectors, too large for this repository: they lie beside it, in `shared/vectors/`. Where that
 * folder is missing, the tests that need it are skipped and say so in their titles.
 */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('../../../../../shared/vectors/bips/', import.meta.url));

export const hasShared = existsSync(FOLDER);

/** The title of a test that needs them. */
export const needsShared = (title: string): string =>
  hasShared ? title : `${title} (skipped, no shared data)`;

/** One file as text, or '' where there is none. */
export const readShared = (name: string): string =>
  hasShared ? readFileSync(`${FOLDER}${name}`, 'utf8') : '';

export interface PsbtCase {
  readonly title: string;
  readonly hex: string;
}

/** The cases of a BIP between two sentences of it, each a title and bytes in hexadecimal. */
export function casesBetween(text: string, from: string, to: string): PsbtCase[] {
  const start = text.indexOf(from);
  const end = text.indexOf(to, start);
  if (start < 0 || end < 0) return [];
  const section = text.slice(start, end);
  const pattern = /Case: (.*)\n\*+ Bytes in H[Ee]x: <pre><?([0-9a-f]+)<\/pre>/gi;
  return [...section.matchAll(pattern)].map(([, title = '', hex = '']) => ({ title, hex }));
}
