// Builds the benchmark as the product is built, then runs it in plain Node: a loader that transforms
// modules on the way slows the hash down many times. Arguments go to bench/run.ts.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { build } from 'vite';
import { buildAll } from './build.mjs';

process.chdir(join(import.meta.dirname, '..'));
const outDir = 'node_modules/.cache/bench';

await build({
  configFile: false,
  logLevel: 'warn',
  ssr: { noExternal: true },
  build: {
    ssr: true,
    outDir,
    emptyOutDir: true,
    minify: false,
    sourcemap: true, // the profile names areas by their source files
    target: 'node20',
    rolldownOptions: { input: { run: 'bench/run.ts', child: 'bench/child.ts' } },
  },
});
await buildAll(); // its sizes are measured
const entry = join(outDir, 'run.js');
const { status } = spawnSync(process.execPath, [entry, ...process.argv.slice(2)], {
  stdio: 'inherit',
});
process.exitCode = status ?? 1;
