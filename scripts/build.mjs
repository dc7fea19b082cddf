// Builds the app into dist/ and the relay into dist-relay/, if they are not those of the present sources.
// The relay comes out as plain JavaScript that needs no node_modules.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { build } from 'vite';
import { sourceHash } from './sources.mjs';

const root = join(import.meta.dirname, '..');

function builtHash() {
  try {
    return readFileSync(join(root, 'dist-relay/build-hash'), 'utf8');
  } catch {
    return undefined; // never built
  }
}

const buildRelay = async (outDir) =>
  build({
    root,
    configFile: false,
    logLevel: 'warn',
    ssr: { noExternal: true, external: ['bufferutil', 'utf-8-validate'] },
    build: {
      ssr: true,
      outDir,
      copyPublicDir: false,
      minify: false,
      target: 'node20',
      rolldownOptions: { input: { main: 'src/relay/main.ts', relay: 'src/relay/relay.ts' } },
    },
  });

/** Compressed copies beside the files: the relay sends them to whoever takes them. */
function compress(folder) {
  const names = readdirSync(folder, { recursive: true });
  for (const path of names.filter((name) => /\.(?:js|css|html|svg|json)$/.test(name))) {
    const content = readFileSync(join(folder, path));
    writeFileSync(join(folder, `${path}.br`), brotliCompressSync(content));
  }
}

/** Without a registry an empty manifest says so: a file that is missing would be an error in every console. */
function leaveNoGap(folder) {
  const manifest = join(folder, 'manifest.json');
  if (existsSync(manifest)) return;
  mkdirSync(folder, { recursive: true });
  writeFileSync(manifest, '');
}

/** Throws with Vite's message when it fails; what was built before stays then. */
export async function buildAll() {
  const hash = sourceHash();
  if (builtHash() === hash) return;
  console.log('Building the app...');
  process.chdir(root);
  mkdirSync('node_modules/.cache', { recursive: true });
  const fresh = mkdtempSync(join(root, 'node_modules/.cache/build-'));
  try {
    await build({ root, logLevel: 'warn', build: { outDir: join(fresh, 'dist') } });
    compress(join(fresh, 'dist'));
    leaveNoGap(join(fresh, 'dist/registry'));
    await buildRelay(join(fresh, 'dist-relay'));
    writeFileSync(join(fresh, 'dist-relay/build-hash'), hash);
    for (const folder of ['dist', 'dist-relay']) {
      rmSync(folder, { recursive: true, force: true });
      renameSync(join(fresh, folder), folder);
    }
  } finally {
    rmSync(fresh, { recursive: true });
  }
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === import.meta.filename) {
  await buildAll();
}
