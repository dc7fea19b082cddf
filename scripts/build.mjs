// Builds the app into dist/ and the relay into dist-relay/, if they are not those of the present sources.
// The relay comes out as plain JavaScript that needs no node_modules.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'vite';
import { sourceHash } from './sources.mjs';

const root = join(import.meta.dirname, '..');
const stamp = join(root, 'dist-relay/build-hash');

function builtHash() {
  try {
    return readFileSync(stamp, 'utf8');
  } catch {
    return undefined; // never built, or the last build failed
  }
}

async function buildRelay() {
  await build({
    root,
    configFile: false,
    logLevel: 'warn',
    ssr: { noExternal: true, external: ['bufferutil', 'utf-8-validate'] },
    build: {
      ssr: true,
      outDir: 'dist-relay',
      copyPublicDir: false,
      emptyOutDir: true,
      minify: false,
      target: 'node20',
      rolldownOptions: { input: { main: 'src/relay/main.ts', relay: 'src/relay/relay.ts' } },
    },
  });
}

/** Throws with Vite's message when it fails. */
export async function buildAll() {
  const hash = sourceHash();
  if (builtHash() === hash) return;
  console.log('Building the app...');
  rmSync(stamp, { force: true });
  process.chdir(root);
  await build({ root, logLevel: 'warn' });
  await buildRelay();
  writeFileSync(stamp, hash);
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === import.meta.filename) {
  await buildAll();
}
