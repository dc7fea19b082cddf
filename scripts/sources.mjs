// What a build is made of, as one hash: the same on every machine, with or without git.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const folders = ['src', 'public'];
const files = [
  'index.html',
  'package-lock.json',
  'package.json',
  'scripts/build.mjs',
  'scripts/sources.mjs',
  'tsconfig.base.json',
  'tsconfig.web.json',
  'vite.config.ts',
];
const left = /\.test\.tsx?$|\/(?:testing|vectors)\//;

function inFolder(folder) {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(root.length + 1))
    .map((path) => path.replaceAll('\\', '/'));
}

/** 16 hexadecimal digits over the names and contents of all files that can change the build. */
export function sourceHash() {
  const hash = createHash('sha256');
  const paths = [...files, ...folders.flatMap(inFolder)].filter((path) => !left.test(path)).sort();
  for (const path of paths) {
    const content = readFileSync(join(root, path));
    hash.update(`${path}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex').slice(0, 16);
}
