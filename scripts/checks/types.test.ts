import { expect, it } from 'vitest';
import { expected, repositoryOf, run, unique, type Fixture } from './repository.ts';

const fixtures: Fixture[] = [
  ['src/errors.ts', "export * from '@noble/curves/secp256k1.js';"],
  ['src/threshold/good.ts', "export * from '../errors.ts';"],
  ['src/threshold/testing/node.ts', 'export const x = process.argv;'],
  ['src/threshold/node.test.ts', 'export const x = process.argv;'],
  ...['document', 'fetch', 'setTimeout', 'crypto', 'process', 'console', 'Buffer'].map(
    (name): Fixture => [`src/threshold/${name}.ts`, `export const x = ${name};`, name],
  ),
  ['src/policy/element.ts', 'export const x = document.body;', 'document'],
  ['src/chains/index.ts', 'export const x = fetch;', 'fetch'],
  ['src/journal/timer.ts', 'export const x = setTimeout;', 'setTimeout'],
];

it('the pure rooms know neither the types of the browser nor those of Node', () => {
  const { status, output } = run(
    repositoryOf(fixtures),
    'typescript/bin/tsc',
    '--project',
    'tsconfig.core.json',
    '--tsBuildInfoFile',
    'core.tsbuildinfo', // not through the link into the real node_modules
    '--pretty',
    'false',
  );
  const found = [...output.matchAll(/^(\S+)\(\d+,\d+\): error \w+: Cannot find name '(\w+)'/gm)];
  expect(unique(found.map(([, path = '', name = '']) => `${path}: ${name}`))).toEqual(
    expected(fixtures),
  );
  expect(output.split('\n').filter((line) => line.includes('error'))).toHaveLength(found.length);
  expect(status).not.toBe(0);
});

it('a worker knows no page', () => {
  const fixture: Fixture = ['src/keystore/a.worker.ts', 'postMessage(document.title);', 'document'];
  const { status, output } = run(
    repositoryOf([fixture, ['src/globals.d.ts', 'declare const x: string;']]),
    'typescript/bin/tsc',
    '--project',
    'tsconfig.worker.json',
    '--tsBuildInfoFile',
    'worker.tsbuildinfo',
    '--pretty',
    'false',
  );
  expect(output).toContain("Cannot find name 'document'");
  expect(output.split('\n').filter((line) => line.includes('error'))).toHaveLength(1);
  expect(status).not.toBe(0);
});
