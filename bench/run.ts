/**
 * `npm run bench`: measures every protocol, then public packages in turn with ours. Prints tables and
 * writes `bench/results/<date>.json` and `docs/bench.md`.
 *
 *     --quick        small cases with few runs; nothing is written
 *     --only REGEX   cases whose id matches, without public packages; nothing is written
 *     --add REGEX    cases whose id matches, put into the newest results; all is written. The reviews' id: reviews
 *     --peers DIR    folder with the scripts of the public packages; `../shared/bench-peers` unless told
 *     --registry DIR folder of ERC-7730 descriptors and fixtures; `../shared/erc7730` unless told
 *     --rounds N     times that they and ours run in turn; 3 unless told
 *     --report FILE  only writes `docs/bench.md` anew, from a file of results
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { CASES, isSmall } from './cases.ts';
import { downloadsOf } from './downloads.ts';
import { compare } from './peers.ts';
import { formatBytes, formatMs } from './report-table.ts';
import { report, signingGrowth, verdict } from './report.ts';
import type {
  CaseResult,
  Comparison,
  Hotspot,
  Job,
  Results,
  ReviewFigure,
  Reviewing,
} from './results.ts';

const RESULTS = 'bench/results';
const DOCUMENT = 'docs/bench.md';
const QUICK_RUNS = 3;
/** The id of the reviews among the cases. */
const REVIEWS = 'reviews';
const PROFILED: readonly Job[] = [
  { id: 'ecdsa-sign-2-2', runs: 100 },
  { id: 'ecdsa-keygen-2-2', runs: 8 },
];

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    add: { type: 'string' },
    peers: { type: 'string' },
    registry: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    report: { type: 'string' },
  },
});

/** Runs child.ts, which the build has put beside this file. */
function child(...args: readonly string[]): unknown {
  const script = join(import.meta.dirname, 'child.js');
  const { status, stdout } = spawnSync(process.execPath, [script, ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) throw new Error(`the measurement of ${args.join(' ')} failed`);
  return JSON.parse(stdout);
}

const runCases = (jobs: readonly Job[]): readonly CaseResult[] =>
  child('cases', JSON.stringify(jobs)) as CaseResult[];

function measureAll(): Results {
  const { quick, only } = options;
  const [load = 0] = loadavg();
  const machine = {
    node: process.versions.node,
    cpu: cpus()[0]?.model ?? 'unknown processor',
    cores: cpus().length,
    load,
  };
  const date = new Date().toISOString();
  const chosen = CASES.filter(
    (one) => (!quick || isSmall(one)) && (only === undefined || new RegExp(only).test(one.id)),
  );
  const cases = chosen.flatMap(({ id, runs }) => {
    console.log(`measuring ${id}`);
    return runCases([{ id, runs: quick ? Math.min(runs, QUICK_RUNS) : runs }]);
  });
  printCases(cases);
  if (only !== undefined) {
    const reviewing = new RegExp(only).test(REVIEWS) ? reviews() : undefined;
    return { date, machine, cases, profiles: [], comparison: undefined, reviewing };
  }
  const profiles = PROFILED.map(({ id, runs }) => ({
    id,
    hotspots: child('profile', JSON.stringify({ id, runs })) as Hotspot[],
  }));
  const reviewing = quick ? undefined : reviews();
  return { date, machine, cases, profiles, comparison: comparison(), reviewing };
}

/** The newest results with some cases measured anew. */
function addition(pattern: string): Results {
  const [newest] = readdirSync(RESULTS).sort().reverse();
  if (newest === undefined) throw new Error(`no results in ${RESULTS}`);
  const before = JSON.parse(readFileSync(join(RESULTS, newest), 'utf8')) as Results;
  const chosen = CASES.filter(({ id }) => new RegExp(pattern).test(id));
  const fresh = chosen.flatMap(({ id, runs }) => runCases([{ id, runs }]));
  printCases(fresh);
  const cases = CASES.flatMap(({ id }) => {
    const one = [...fresh, ...before.cases].find((result) => result.id === id);
    return one === undefined ? [] : [one];
  });
  const reviewing = new RegExp(pattern).test(REVIEWS) ? reviews() : before.reviewing;
  return { ...before, cases, reviewing };
}

function reviews(): Reviewing {
  const folder = options.registry ?? '../shared/erc7730';
  const registry = existsSync(folder) ? folder : undefined;
  if (registry === undefined) console.log('fixtures skipped: folder absent');
  console.log('measuring reviews');
  const figures = child('reviews', registry ?? '') as ReviewFigure[];
  const downloads = downloadsOf('dist', registry);
  console.table(figures);
  console.table(downloads);
  return { registry: registry !== undefined, figures, downloads };
}

function comparison(): Comparison | undefined {
  const folder = options.peers ?? '../shared/bench-peers';
  if (!existsSync(folder)) {
    console.log('peers skipped: folder absent');
    return undefined;
  }
  const { quick, rounds } = options;
  console.log(`public packages in turn with ours, ${quick ? '1' : rounds} rounds`);
  const compared = compare({
    folder,
    rounds: quick ? 1 : Number(rounds),
    large: !quick,
    runOurs: runCases,
  });
  printComparison(compared);
  return compared;
}

function printCases(cases: readonly CaseResult[]): void {
  console.table(
    cases.map((one) => ({
      case: one.id,
      'rounds ms': formatMs(one.ms),
      'first ms': formatMs(one.firstMs),
      'handshake ms': formatMs(one.handshakeMs),
      'packets ms': formatMs(one.packetMs),
      'steps ms': one.stepMs.map(formatMs).join(' '),
      bytes: formatBytes(one.bodies.copies),
      'with packets': formatBytes(one.packets.copies),
      runs: one.runs,
    })),
  );
  const line = signingGrowth(cases);
  if (line === undefined) return;
  console.log(
    `signing: ${formatMs(line.slope)} ms per other signer + ${formatMs(line.intercept)} ms, ` +
      `R² ${line.r2.toFixed(4)}, worst point ${(100 * line.worstDeviation).toFixed(1)} % off`,
  );
}

function printComparison({ peer, ratios, context }: Comparison): void {
  console.log(`ours over ${peer}`);
  console.table(
    ratios.map((one) => ({
      what: `${one.what}, ${one.unit}`,
      ours: Math.round(one.ours),
      theirs: Math.round(one.theirs),
      ratio: (one.ours / one.theirs).toFixed(3),
      rounds: one.perRound.map((ratio) => ratio.toFixed(2)).join(' '),
      fastest: one.fastest?.toFixed(2),
      target: one.target,
      stretch: one.stretch,
      reached: verdict(one),
      'whole session': (one.oursWhole / one.theirs).toFixed(3),
    })),
  );
  console.table(context);
}

function write(results: Results): void {
  mkdirSync(RESULTS, { recursive: true });
  const file = join(RESULTS, `${results.date.slice(0, 16).replace(':', '-')}.json`);
  writeFileSync(file, `${JSON.stringify(results, undefined, 2)}\n`);
  writeFileSync(DOCUMENT, report(results));
  console.log(`written: ${file}, ${DOCUMENT}`);
}

if (options.add !== undefined) {
  write(addition(options.add));
} else if (options.report === undefined) {
  const results = measureAll();
  if (!options.quick && options.only === undefined) write(results);
} else {
  writeFileSync(DOCUMENT, report(JSON.parse(readFileSync(options.report, 'utf8')) as Results));
}
