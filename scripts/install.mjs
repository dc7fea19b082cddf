// Brings node_modules in step with the lock file. Uses nothing but Node: it runs before anything is there.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

function packagesOf(path) {
  try {
    return JSON.parse(readFileSync(join(root, path), 'utf8')).packages ?? {};
  } catch {
    return {}; // missing or cut short: nothing is installed
  }
}

/** True if node_modules holds what the lock file says, apart from other platforms' packages. */
function installed() {
  const wanted = packagesOf('package-lock.json');
  const present = packagesOf('node_modules/.package-lock.json');
  return Object.entries(wanted).every(
    ([path, { version, optional }]) =>
      path === '' || present[path]?.version === version || (optional && !present[path]),
  );
}

/** Installs what is missing; false when that failed. */
export function install() {
  if (installed()) return true;
  console.log('Installing the packages...');
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32', // npm is a batch file there
  });
  return status === 0;
}
