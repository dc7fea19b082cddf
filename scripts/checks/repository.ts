/**
 * Proves that the static checks bite: a throw-away repository with the real configuration, and
 * files that break one rule each.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';

const root = join(import.meta.dirname, '../..');
const configuration = [
  'package.json',
  'tsconfig.json',
  'tsconfig.base.json',
  'tsconfig.core.json',
  'tsconfig.web.json',
  'tsconfig.worker.json',
  'tsconfig.node.json',
  'eslint.config.js',
  '.dependency-cruiser.js',
  'scripts/rooms.js',
  'scripts/eslint/secret-branches.js',
];

/** A file, its text, and the rules it breaks (none: it must pass). */
export type Fixture = readonly [path: string, text: string, ...rules: string[]];

/** A folder that lives as long as the test: the configuration, the packages and the fixtures. */
export function repositoryOf(fixtures: readonly Fixture[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-layers-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  for (const path of configuration) cpSync(join(root, path), join(folder, path));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  for (const [path, text] of fixtures) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), `${text}\n`);
  }
  return folder;
}

/** Runs a tool of node_modules in the folder. */
export function run(folder: string, tool: string, ...args: string[]) {
  const path = join(root, 'node_modules', tool);
  const { status, stdout } = spawnSync(process.execPath, [path, ...args], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' },
    maxBuffer: 2 ** 26,
  });
  return { status, output: stdout };
}

/** `path: rule` of every rule that the fixtures break, sorted. */
export const expected = (fixtures: readonly Fixture[]): string[] =>
  fixtures.flatMap(([path, , ...rules]) => rules.map((rule) => `${path}: ${rule}`)).sort();

export const unique = (lines: readonly string[]): string[] => [...new Set(lines)].sort();
