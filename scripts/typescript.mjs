// Runs a program in TypeScript: builds it with all it imports, then starts it in plain Node.
import { spawnSync } from 'node:child_process';
import { basename, dirname, join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');

/** Runs the file with the arguments of this process; returns its exit code. */
export async function run(file) {
  const { build } = await import('vite');
  const outDir = join(root, 'node_modules/.cache', basename(dirname(file)));
  await build({
    root,
    configFile: false,
    logLevel: 'warn',
    ssr: { noExternal: true },
    build: { ssr: join(root, file), outDir, emptyOutDir: true, minify: false, target: 'node20' },
  });
  const entry = join(outDir, basename(file).replace(/\.ts$/, '.js'));
  const { status } = spawnSync(process.execPath, [entry, ...process.argv.slice(2)], {
    stdio: 'inherit',
  });
  return status ?? 1;
}
