// npm run demo: three devices in three windows, with a relay and a chain on this machine. Without a screen
// (or with --headless) it takes pictures instead.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { install } from './install.mjs';

process.chdir(join(import.meta.dirname, '..'));

async function prepared() {
  if (!install()) return 'The packages could not be installed, so there is no demo.';
  const { provideBrowser } = await import('./browser.mjs');
  if (provideBrowser() === undefined) return 'Without a browser there is no demo.';
  const { buildAll } = await import('./build.mjs');
  await buildAll();
  return undefined;
}

const problem = await prepared();
if (problem !== undefined) {
  console.log(problem);
  process.exit(1);
}

const hasScreen =
  process.platform !== 'linux' ||
  [process.env.DISPLAY, process.env.WAYLAND_DISPLAY].some((name) => Boolean(name));
const headless = !hasScreen || process.argv.includes('--headless');
if (headless) console.log('No screen is used; pictures are taken instead.');

const { status } = spawnSync(
  process.execPath,
  ['node_modules/@playwright/test/cli.js', 'test', '--config=playwright.demo.config.ts'],
  {
    stdio: 'inherit',
    env: { ...process.env, ...(headless ? { COUNTERSIGN_DEMO_HEADLESS: '1' } : {}) },
  },
);
process.exitCode = status ?? 1;
