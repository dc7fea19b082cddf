/** What a browser loads: sizes of the built app as the relay sends it, and of a registry beside it. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { importRegistry } from '../scripts/registry/import.ts';
import type { Download } from './results.ts';

/** Files by the beginnings of their names. */
const PARTS: readonly (readonly [what: string, pattern: RegExp])[] = [
  ['page, styles and script', /^(?:index\.html|assets\/index-[^/]+\.(?:js|css))$/],
  ['worker of the ceremonies', /^assets\/ceremony\.worker-[^/]+\.js$/],
  ['connection to the relay', /^assets\/mqtt[^/]+\.js$/],
  ['animated QR codes', /^assets\/ur-[^/]+\.js$/],
];

/** @param folder of the built app */
export function downloadsOf(folder: string, registry: string | undefined): Download[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const sizeOf = (name: string): number => statSync(join(folder, name)).size;
  const total = (of: readonly string[], suffix = ''): number =>
    of.reduce((sum, name) => sum + sizeOf(`${name}${suffix}`), 0);
  const app = PARTS.map(([what, pattern]) => {
    const files = names.filter((name) => pattern.test(name));
    if (files.length === 0) throw new Error(`${folder} has no ${what}`);
    return { what, bytes: total(files), compressed: total(files, '.br') };
  });
  return registry === undefined ? app : [...app, registryDownload(registry)];
}

function registryDownload(folder: string): Download {
  const about = { origin: 'bench', commit: null, imported: '2026-01-01' };
  const { descriptors, index } = importRegistry(folder, about);
  const texts = [JSON.stringify(index), ...Object.values(descriptors)].map((text) =>
    Buffer.from(text),
  );
  return {
    what: `registry of ${String(texts.length - 1)} descriptors, once, in the background`,
    bytes: texts.reduce((sum, { length }) => sum + length, 0),
    compressed: texts.reduce((sum, text) => sum + brotliCompressSync(text).length, 0),
  };
}
