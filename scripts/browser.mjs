// Finds a Chromium for the browser tests, or installs one.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium } from '@playwright/test';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** It exists, and the libraries it needs are there too. */
function starts(path) {
  return existsSync(path) && spawnSync(path, ['--version'], { timeout: 30_000 }).status === 0;
}

function onPath() {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return names.flatMap((name) => folders.map((folder) => join(folder, name)));
}

/** The path of the first Chromium that starts: the named one, Playwright's, the system's; or `undefined`. */
export function findBrowser() {
  const named = process.env.COUNTERSIGN_CHROMIUM;
  if (named !== undefined && named !== '') return starts(named) ? named : undefined;
  return [chromium.executablePath(), ...onPath()].find(starts);
}

const isDebianRoot = () => process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');

/** Each way to get one, and whether it can work here. */
const ways = [
  [true, process.execPath, 'node_modules/@playwright/test/cli.js', 'install', 'chromium'],
  [
    isDebianRoot(),
    'sh',
    '-c',
    'apt-get update && apt-get install -y --no-install-recommends chromium',
  ],
];

/** As `findBrowser`, but installs one when none is there. Explains itself when that fails too. */
export function provideBrowser() {
  let found = findBrowser();
  for (const [possible, command, ...args] of ways) {
    if (found !== undefined || !possible) continue;
    console.log(`No Chromium found. Trying: ${[command, ...args].join(' ')}`);
    spawnSync(command, args, { stdio: 'inherit', cwd: join(import.meta.dirname, '..') });
    found = findBrowser();
  }
  if (found === undefined) {
    console.log(
      'There is no Chromium that starts, and none could be installed. Install one ("npx playwright\n' +
        'install --with-deps chromium", or your system\'s package), or name one by COUNTERSIGN_CHROMIUM.',
    );
  }
  return found;
}

/**
 * Quiet and without outside traffic. A data channel on a machine that has only loopback needs the one
 * about peer connections, and the camera permission of its context.
 */
export const chromiumArguments = [
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--allow-loopback-in-peer-connection',
];
