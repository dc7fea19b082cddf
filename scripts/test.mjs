// Runs every test suite and ends with one line: "N passed, N failed" (", N skipped" if there are any).
// Works on a fresh clone. Arguments go to vitest: npm test -- src/threshold/tags.test.ts
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

process.chdir(join(import.meta.dirname, '..'));

/** One runner a row: it returns { ok, passed, failed, skipped }. */
const runners = [vitest];

function run(command, args) {
  return spawnSync(command, args, { stdio: 'inherit' }).status === 0;
}

function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined; // missing or cut short: the caller decides what that means
  }
}

/** True if node_modules holds what the lock file says, apart from other platforms' packages. */
function installed() {
  const wanted = readJson('package-lock.json').packages;
  const present = readJson('node_modules/.package-lock.json')?.packages ?? {};
  return Object.entries(wanted).every(
    ([path, { version, optional }]) =>
      path === '' || present[path]?.version === version || (optional && !present[path]),
  );
}

function vitest(args) {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-test-'));
  const file = join(folder, 'vitest.json');
  try {
    const ok = run(process.execPath, [
      'node_modules/vitest/vitest.mjs',
      'run',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${file}`,
      ...args,
    ]);
    const report = readJson(file);
    return {
      ok: ok && report !== undefined,
      passed: report?.numPassedTests ?? 0,
      failed: report?.numFailedTests ?? 0,
      skipped: (report?.numPendingTests ?? 0) + (report?.numTodoTests ?? 0),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

if (!installed() && !run('npm', ['ci', '--no-audit', '--no-fund'])) {
  console.log('The packages could not be installed, so no test ran.');
  process.exit(1);
}

const results = runners.map((runner) => runner(process.argv.slice(2)));
const sum = (key) => results.reduce((total, result) => total + result[key], 0);

// A runner can fail without a failed test (a file that does not load, a stray rejection): that
// must not read as "0 failed".
const unnamed = results.filter(({ ok, failed }) => !ok && failed === 0).length;
const passed = sum('passed');
const failed = sum('failed') + unnamed;
const skipped = sum('skipped');

process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
