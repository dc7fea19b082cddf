// Runs every test suite and ends with one line: "N passed, N failed" (", N skipped" if there are any).
// Works on a fresh clone. Arguments choose by parts of paths: npm test -- src/threshold/tags e2e/smoke
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { install } from './install.mjs';
import { privateNetwork } from './private-network.mjs';

process.chdir(join(import.meta.dirname, '..'));

const NOTHING = { ok: true, passed: 0, failed: 0, skipped: 0 };

/** A suite that could not even start: it must never read as "0 failed". */
const BROKEN = { ...NOTHING, ok: false };

function run(command, args, environment = {}) {
  const options = { stdio: 'inherit', env: { ...process.env, ...environment } };
  return spawnSync(command, args, options).status === 0;
}

function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined; // missing or cut short: the caller decides what that means
  }
}

/** Calls `use` with the path of a report to write, and gives what `use` gives. */
function withReport(use) {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-test-'));
  try {
    return use(join(folder, 'report.json'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const testsIn = (folder, suffix) =>
  readdirSync(folder, { recursive: true })
    .map((path) => join(folder, path))
    .filter((path) => suffix.test(path));

function vitest(args) {
  return withReport((file) => {
    const ok = run(process.execPath, [
      'node_modules/vitest/vitest.mjs',
      'run',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${file}`,
      ...args,
    ]);
    const report = readJson(file);
    if (report === undefined) return BROKEN;
    return {
      ok,
      passed: report.numPassedTests,
      failed: report.numFailedTests,
      skipped: report.numPendingTests + report.numTodoTests,
    };
  });
}

async function playwright(args) {
  const { provideBrowser } = await import('./browser.mjs');
  const { buildAll } = await import('./build.mjs');
  if (provideBrowser() === undefined) return BROKEN;
  try {
    await buildAll();
  } catch (error) {
    console.log(`The build failed, so no browser test ran: ${error.message}`);
    return BROKEN;
  }
  return withReport((file) => {
    const [command, ...before] = [
      ...privateNetwork(),
      process.execPath,
      'node_modules/@playwright/test/cli.js',
      'test',
      '--reporter=list,json',
      ...args.map((each) => each.replaceAll(/[.\\+*?()[\]{}^$|]/g, '\\$&')), // they are patterns
    ];
    const ok = run(command, before, { PLAYWRIGHT_JSON_OUTPUT_FILE: file });
    const stats = readJson(file)?.stats;
    if (stats === undefined) return BROKEN;
    return {
      ok,
      passed: stats.expected,
      failed: stats.unexpected + stats.flaky, // a test that passes at times fails
      skipped: stats.skipped,
    };
  });
}

/** Each suite, and the files it runs. */
const suites = [
  {
    runner: vitest,
    files: ['src', 'scripts'].flatMap((folder) => testsIn(folder, /\.test\.tsx?$/)),
  },
  { runner: playwright, files: testsIn('e2e', /\.spec\.ts$/) },
];

async function results(chosen) {
  if (!install()) {
    console.log('The packages could not be installed, so no test ran.');
    return [BROKEN];
  }
  const unknown = chosen.find(
    (part) => !suites.some(({ files }) => files.some((file) => file.includes(part))),
  );
  if (unknown !== undefined) {
    console.log(`No file of tests has "${unknown}" in its path.`);
    return [BROKEN];
  }
  const all = [];
  for (const { runner, files } of suites) {
    const parts = chosen.filter((part) => files.some((file) => file.includes(part)));
    if (chosen.length === 0 || parts.length > 0) all.push(await runner(parts));
  }
  return all;
}

const all = await results(process.argv.slice(2));
const sum = (key) => all.reduce((total, result) => total + result[key], 0);

// A runner can fail without a failed test (a file that does not load, a stray rejection): that must not
// read as "0 failed".
const unnamed = all.filter(({ ok, failed }) => !ok && failed === 0).length;
const passed = sum('passed');
const failed = sum('failed') + unnamed;
const skipped = sum('skipped');

process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
