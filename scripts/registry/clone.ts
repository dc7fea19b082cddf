/** A registry that is a git repository, by its address. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RegistryError } from './folder.ts';

/** Whether it is an address and no folder. */
export const isAddress = (from: string): boolean => /^(?:https?|ssh|git|file):|^git@/.test(from);

/**
 * One commit in a fresh folder of its own.
 *
 * @param commit hash, or `undefined`: what the repository calls HEAD
 * @returns the folder; whoever asked removes it
 * @throws RegistryError when there is no such repository or commit, or no git on this machine
 */
export function cloneOf(address: string, commit: string | undefined): string {
  const folder = mkdtempSync(join(tmpdir(), 'registry-'));
  try {
    git(folder, 'init', '--quiet');
    git(folder, 'fetch', '--quiet', '--depth', '1', '--', address, commit ?? 'HEAD');
    git(folder, 'checkout', '--quiet', '--detach', 'FETCH_HEAD');
    return folder;
  } catch (cause) {
    rmSync(folder, { recursive: true });
    const what = commit === undefined ? '' : `, commit ${commit}`;
    throw new RegistryError(`${address}${what}`, `cannot be got. ${reasonOf(cause)}`, { cause });
  }
}

/** The commit of a folder that is a clone by itself; `undefined`: it is none. */
export function commitOf(folder: string): string | undefined {
  if (!existsSync(join(folder, '.git'))) return undefined;
  return git(folder, 'rev-parse', 'HEAD').trim();
}

const git = (folder: string, ...args: string[]): string =>
  execFileSync('git', ['-C', folder, ...args], { encoding: 'utf8', stdio: 'pipe' });

function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return '';
  const { stderr = '' } = cause as Error & { readonly stderr?: string };
  return stderr.trim() === '' ? cause.message : stderr.trim();
}
