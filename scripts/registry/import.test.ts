import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { afterEach, describe, expect, it } from 'vitest';
import { parseSnapshot } from '../../src/chains/evm/clear/snapshot.ts';
import { RegistryError } from './folder.ts';
import { importRegistry, indexByChain } from './import.ts';

const SHARED = join(import.meta.dirname, '../../../shared/erc7730');
const ABOUT = { origin: 'test', commit: null, imported: '2026-11-24' };
const ADDRESS = `0x${'ab'.repeat(20)}`;
const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function registry(files: Readonly<Record<string, unknown>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'registry-'));
  folders.push(folder);
  const all = {
    'index.calldata.json': { [`eip155:1:${ADDRESS}`]: 'registry/a/calldata-a.json' },
    'index.eip712.json': {},
    ...files,
  };
  for (const [name, value] of Object.entries(all)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), typeof value === 'string' ? value : JSON.stringify(value));
  }
  return folder;
}

const field = { path: 'x', label: 'X', format: 'raw' };
const common = { display: { formats: { 'f(uint256 x)': { intent: 'Old', fields: [field] } } } };
const including = {
  includes: '../common.json',
  context: { contract: { deployments: [{ chainId: 1, address: ADDRESS }] } },
  display: { formats: { 'f(uint256 x)': { intent: 'New', fields: [{ path: 'x', label: 'Y' }] } } },
};

describe('importRegistry', () => {
  it('merges what is included, and makes a snapshot that the app reads', () => {
    const folder = registry({
      'registry/a/calldata-a.json': including,
      'registry/common.json': common,
    });
    const json = importRegistry(folder, ABOUT);
    const { descriptors, manifest } = parseSnapshot(utf8ToBytes(JSON.stringify(json)));
    expect(manifest).toMatchObject({ ...ABOUT, count: 1 });
    const [path = ''] = descriptors.forCall(1n, ADDRESS);
    expect(descriptors.load(path)?.content.display.formats['f(uint256 x)']).toEqual({
      intent: 'New',
      fields: [{ path: 'x', label: 'Y', format: 'raw' }],
    });
    expect([...indexByChain(json.index).keys()]).toEqual(['1']);
  });

  const file = 'registry/a/calldata-a.json';
  it.each<readonly [string, Record<string, unknown>, RegExp]>([
    ['a file that is not there', {}, /^registry\/a\/calldata-a\.json: .*no such file/],
    ['a file that is no JSON', { [file]: '{' }, /^registry\/a\/calldata-a\.json: /],
    [
      'a descriptor that is none',
      {
        [file]: {
          ...including,
          includes: undefined,
          display: { formats: { 'f()': { html: '' } } },
        },
      },
      /^registry\/a\/calldata-a\.json: .*display\.formats\.f\(\)/,
    ],
    [
      'an included file outside of the folder',
      { [file]: { ...including, includes: '../../../secret.json' } },
      /^\.\.\/secret\.json: lies outside/,
    ],
    [
      'files that include each other',
      { [file]: including, 'registry/common.json': { ...common, includes: 'a/calldata-a.json' } },
      /^registry\/a\/calldata-a\.json: includes itself/,
    ],
    [
      'an index for another contract',
      {
        [file]: including,
        'registry/common.json': common,
        'index.calldata.json': { [`eip155:2:${ADDRESS}`]: file },
      },
      /^index: .*eip155:2/,
    ],
    ['an index that is none', { 'index.calldata.json': { a: 5 } }, /^index\.calldata\.json: /],
  ])('refuses %s', (_name, files, message) => {
    const folder = registry(files);
    expect(() => importRegistry(folder, ABOUT)).toThrow(RegistryError);
    expect(() => importRegistry(folder, ABOUT)).toThrow(message);
  });

  it.skipIf(!existsSync(SHARED))('imports the public registry (skipped, no shared data)', () => {
    const json = importRegistry(SHARED, ABOUT);
    const { descriptors, manifest } = parseSnapshot(utf8ToBytes(JSON.stringify(json)));
    expect(manifest.count).toBeGreaterThan(300);
    expect(descriptors.forCall(1n, '0x111111125421cA6dc452d289314280a0f8842A65')).toHaveLength(1);
  });
});
