// npm start: installs and builds what is missing, then serves. Arguments go to the relay: see --help.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { install } from './install.mjs';

const root = join(import.meta.dirname, '..');

if (!install()) {
  console.log('The packages could not be installed, so Countersign was not started.');
  process.exit(1);
}
const { buildAll } = await import('./build.mjs');
await buildAll();

const relay = spawn(
  process.execPath,
  [join(root, 'dist-relay/main.js'), ...process.argv.slice(2)],
  { stdio: 'inherit' },
);
// Ctrl-C reaches the relay by itself; it ends, and this script with it.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => relay.kill('SIGTERM'));
relay.on('exit', (code) => {
  process.exitCode = code ?? 1;
});
