import { relative } from 'node:path';
import { expect, it } from 'vitest';
import { expected, repositoryOf, run, unique, type Fixture } from './repository.ts';

const verify = 'declare function verify(): Promise<boolean>;\n';
const hash = 'declare function hashToScalar(): bigint;\n';
const point = 'declare const G: { multiply(s: bigint): bigint };\n';
const bit = "type SecretBit = number & { readonly __secret: 'bit' };\n";
const color = "declare const c: 'red' | 'blue';\n";
const fixtures: Fixture[] = [
  // Good manners.
  ['src/errors.ts', 'export const e = 1;'],
  ['src/wallet/awaited.ts', `${verify}export const ok = (await verify()) ? 1 : 2;`],
  ['src/wallet/clock.ts', 'export const now = Date.now();'],
  ['src/threshold/a.test.ts', 'export const now = Date.now() + Math.random();'],
  ['src/threshold/testing/a.ts', 'export const now = performance.now();'],
  ['src/threshold/ot/good.ts', `${hash}${point}export const p = G.multiply(2n) + hashToScalar();`],
  ['src/threshold/good.ts', `${bit}export const f = (b: SecretBit, n: number) => -b & n;`],

  // Promises and checks whose answer nobody waits for.
  [
    'src/wallet/if.ts',
    `${verify}if (verify()) throw new Error();`,
    'no-misused-promises',
    'no-unnecessary-condition',
    'strict-boolean-expressions',
  ],
  [
    'src/wallet/and.ts',
    `${verify}export const x = verify() && 1;`,
    'no-misused-promises',
    'no-unnecessary-condition',
    'strict-boolean-expressions',
  ],
  [
    'src/wallet/not.ts',
    `${verify}export const x = !verify();`,
    'strict-boolean-expressions',
    'no-misused-promises',
  ],
  ['src/wallet/float.ts', `${verify}verify();`, 'no-floating-promises'],
  [
    'src/wallet/each.ts',
    `${verify}[1].forEach(async () => { await verify(); });`,
    'no-misused-promises',
  ],
  ['src/wallet/await.ts', 'export const x = await 1;', 'await-thenable'],
  ['src/wallet/async.ts', `${verify}export const f = () => verify();`, 'promise-function-async'],
  [
    'src/wallet/number.ts',
    'export const f = (n: number) => (n ? 1 : 2);',
    'strict-boolean-expressions',
  ],
  [
    'src/wallet/always.ts',
    'export const f = (o: object) => (o ? 1 : 2);',
    'no-unnecessary-condition',
    'strict-boolean-expressions',
  ],
  ['src/wallet/switch.ts', `${color}switch (c) {\n  case 'red':\n}`, 'switch-exhaustiveness-check'],

  // Types switched off, imports that only one resolver understands.
  ['src/wallet/any.ts', 'export const f = (x: any): unknown => [x];', 'no-explicit-any'],
  ['src/wallet/ignore.ts', '// @ts-ignore because\nexport const x = 1;', 'ban-ts-comment'],
  ['src/wallet/extension.ts', "export * from '../errors';", 'no-restricted-imports'],
  ['src/wallet/folder.ts', "export * from '..';", 'no-restricted-imports'],
  [
    'src/wallet/type.ts',
    "import { e } from '../errors.ts';\nexport type E = typeof e;",
    'consistent-type-imports',
  ],

  // Nothing printed, nothing stored in the open.
  ['src/relay/main.ts', "console.log('The relay may print.');"],
  ['src/wallet/print.ts', "console.log('text');", 'no-console'],
  ['src/wallet/store.ts', "localStorage.setItem('a', 'b');", 'no-restricted-globals'],
  ['src/ui/store.ts', "window.localStorage.setItem('a', 'b');", 'no-restricted-properties'],

  // Hooks and workers.
  [
    'src/ui/hook.tsx',
    "import { useState } from 'react';\n" +
      'export function Hook({ on }: { on: boolean }) {\n' +
      '  if (on) useState(1);\n' +
      '  return <p>text</p>;\n' +
      '}',
    'rules-of-hooks',
  ],
  ['src/keystore/a.worker.ts', 'self.onmessage = () => undefined;'],

  // Pure rooms.
  ...[
    'Date',
    'performance',
    'console',
    'setTimeout',
    'crypto',
    'localStorage',
    'globalThis',
    'TextEncoder',
  ].map((name): Fixture => [
    `src/threshold/${name}.ts`,
    `export const x: unknown = ${name};`,
    'no-restricted-globals',
  ]),
  ['src/codec.ts', 'export const x = Date.now();', 'no-restricted-globals'],
  ['src/journal/date.ts', 'export const x = Date.now();', 'no-restricted-globals'],
  ['src/policy/random.ts', 'export const x = Math.random();', 'no-restricted-properties'],
  [
    'src/threshold/random.ts',
    "import { randomBytes } from '@noble/hashes/utils.js';\nexport const x = randomBytes(32);",
    'no-restricted-imports',
  ],
  [
    'src/chains/random.ts',
    "import { secp256k1 } from '@noble/curves/secp256k1.js';\nexport const x = secp256k1.utils.randomSecretKey();",
    'no-restricted-syntax',
  ],
  ['src/threshold/wait.ts', 'export const x = await Promise.resolve(1);', 'no-restricted-syntax'],

  // Secrets and discrete logarithms.
  [
    'src/threshold/branch.ts',
    `${bit}export const f = (b: SecretBit) => (b === 1 ? 1 : 2);`,
    'secret-branches',
  ],
  [
    'src/threshold/index-by.ts',
    `${bit}export const f = (b: SecretBit, t: number[]) => t[b];`,
    'secret-branches',
  ],
  [
    'src/threshold/ot/log.ts',
    `${hash}${point}export const p = G.multiply(hashToScalar());`,
    'no-restricted-syntax',
  ],
];

it('the linter finds every broken rule and nothing else', () => {
  const folder = repositoryOf(fixtures);
  const { status, output } = run(folder, 'eslint/bin/eslint.js', '--format=json', 'src');
  const results = JSON.parse(output) as {
    filePath: string;
    messages: { ruleId: string | null; message: string }[];
  }[];
  const found = results.flatMap(({ filePath, messages }) =>
    messages.map(({ ruleId, message }) => {
      const path = relative(folder, filePath);
      return `${path}: ${ruleId?.split('/').at(-1) ?? message}`;
    }),
  );
  expect(unique(found)).toEqual(expected(fixtures));
  expect(status).toBe(1);
});
