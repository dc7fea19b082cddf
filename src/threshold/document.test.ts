/** docs/protocol.md names every file of this room, and no test that is not there. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const document = readFileSync(new URL('../../docs/protocol.md', import.meta.url), 'utf8');
const files = readdirSync(fileURLToPath(new URL('.', import.meta.url)), {
  recursive: true,
  encoding: 'utf8',
})
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => file.endsWith('.ts'));
const named = new Set([...document.matchAll(/`([\w/.*-]+\.ts)`/g)].map(([, file = '']) => file));

describe('the document of the protocol', () => {
  it('names every file', () => {
    const product = files.filter(
      (file) => !file.endsWith('.test.ts') && !/(?:^|\/)(?:testing|vectors)\//.test(file),
    );
    expect(product.length).toBeGreaterThan(50);
    expect(product.filter((file) => !named.has(file))).toEqual([]);
  });

  it('names no test of this room that is not there', () => {
    const elsewhere = /^(?:scripts|keystore)\/|\*/;
    const tests = [...named].filter((file) => file.endsWith('.test.ts') && !elsewhere.test(file));
    expect(tests.length).toBeGreaterThan(50);
    expect(tests.filter((file) => !files.includes(file))).toEqual([]);
  });
});
