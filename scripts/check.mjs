// Runs every `check:*` script of package.json, even after one has failed, and says which did.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'));

const results = Object.keys(scripts)
  .filter((name) => name.startsWith('check:'))
  .map((name) => {
    console.log(`\n== ${name}`);
    const start = performance.now();
    const { status } = spawnSync('npm', ['run', '--silent', name], { stdio: 'inherit' });
    return { name, ok: status === 0, seconds: (performance.now() - start) / 1000 };
  });

console.log('');
for (const { name, ok, seconds } of results) {
  console.log(`${ok ? 'ok    ' : 'FAILED'} ${name} (${seconds.toFixed(1)} s)`);
}
process.exitCode = results.length > 0 && results.every(({ ok }) => ok) ? 0 : 1;
