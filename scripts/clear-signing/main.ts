/** The command `npm run clear-signing-tests`: fixtures in, results.json out. */
import { readFileSync, writeFileSync } from 'node:fs';
import { runFixture } from './run.ts';

const files = process.argv.slice(2);
if (files.length === 0) {
  console.error('Which fixtures? npm run clear-signing-tests -- <fixture.tests.json>…');
  process.exit(2);
}

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
const results: Awaited<ReturnType<typeof runFixture>>[number][] = [];
for (const file of files) {
  for (const result of await runFixture(file)) {
    results.push(result);
    if (result.status === 'pass') continue;
    console.log(`${result.status}: ${file}: ${result.description}`);
    if (result.message !== undefined) console.log(`  ${result.message}`);
    if (result.rendered !== undefined) console.log(`  ${JSON.stringify(result.rendered)}`);
  }
}
writeFileSync(
  'results.json',
  `${JSON.stringify(
    {
      runner: '@ethereum-sourcify/clear-signing-test-runner',
      implementation: `countersign@${version}`,
      cases: results,
    },
    undefined,
    2,
  )}\n`,
);
const count = (status: string): number =>
  results.filter((result) => result.status === status).length;
console.log(
  `${String(count('pass'))} passed, ${String(count('fail'))} failed, ${String(count('error'))} errors; written to results.json`,
);
process.exitCode = count('pass') === results.length ? 0 : 1;
