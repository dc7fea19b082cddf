import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cloneOf, commitOf, isAddress } from './clone.ts';
import { RegistryError } from './folder.ts';

let repository: string;
let commits: string[];
const made: string[] = [];

const git = (...args: string[]): string =>
  execFileSync('git', ['-C', repository, ...args], { encoding: 'utf8' }).trim();

beforeEach(() => {
  repository = mkdtempSync(join(tmpdir(), 'repository-'));
  made.push(repository);
  git('init', '--quiet');
  git('config', 'uploadpack.allowAnySHA1InWant', 'true');
  commits = ['first', 'second'].map((text) => {
    writeFileSync(join(repository, 'file'), text);
    git('add', 'file');
    const as = ['-c', 'user.name=Test', '-c', 'user.email=test@example.org'];
    git(...as, 'commit', '--quiet', '-m', text);
    return git('rev-parse', 'HEAD');
  });
});

afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function clone(commit?: string): string {
  const folder = cloneOf(pathToFileURL(repository).href, commit);
  made.push(folder);
  return folder;
}

describe('cloneOf', () => {
  it('takes the newest commit, and says which that is', () => {
    const folder = clone();
    expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('second');
    expect(commitOf(folder)).toBe(commits[1]);
  });

  it('takes the commit that is asked for', () => {
    const folder = clone(commits[0]);
    expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('first');
    expect(commitOf(folder)).toBe(commits[0]);
  });

  it.each([
    ['a repository that is not there', () => cloneOf('file:///nothing/here', undefined)],
    ['a commit that is not there', () => clone('00'.repeat(20))],
    ['a commit that would be an option', () => clone('--upload-pack=touch /nothing')],
  ])('refuses %s', (_, run) => {
    expect(run).toThrow(RegistryError);
    expect(run).toThrow(/cannot be got\. .+/);
  });
});

it('a folder that is no repository has no commit', () => {
  const folder = mkdtempSync(join(tmpdir(), 'folder-'));
  made.push(folder);
  expect(existsSync(join(folder, '.git'))).toBe(false);
  expect(commitOf(folder)).toBeUndefined();
});

it.each([
  ['https://example.org/registry.git', true],
  ['git@example.org:registry.git', true],
  ['file:///registry', true],
  ['../registry', false],
  ['/registry', false],
  ['C:/registry', false],
])('%s is an address: %s', (from, expected) => {
  expect(isAddress(from)).toBe(expected);
});
