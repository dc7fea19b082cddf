/**
 * Published vectors, too large for this repository: they lie beside it, in `shared/vectors/`. Where that
 * folder is missing, the tests that need it are skipped and say so in their titles.
 */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('../../../../shared/vectors/', import.meta.url));

/** Whether the shared vectors are there. */
export const hasShared = existsSync(FOLDER);

/** The title of a test that needs them. */
export const needsShared = (title: string): string =>
  hasShared ? title : `${title} (skipped, no shared data)`;

/** One file as text. @param path relative to `shared/vectors/` */
export const readShared = (path: string): string => readFileSync(`${FOLDER}${path}`, 'utf8');

/** One Wycheproof case. */
export interface WycheproofCase {
  readonly tcId: number;
  readonly comment: string;
  readonly flags: readonly string[];
  readonly result: 'valid' | 'invalid' | 'acceptable';
}

/** The groups of a Wycheproof file. */
export function readWycheproof(name: string): readonly unknown[] {
  const file = JSON.parse(readShared(`wycheproof/${name}`)) as { testGroups: readonly unknown[] };
  return file.testGroups;
}
