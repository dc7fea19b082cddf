/**
 * Runs cases in a process of its own, so that the first run is cold and no case warms another one up.
 * Two arguments: `cases` and a list of jobs as JSON, `profile` and one job, or `reviews` and the folder of a registry
 * (or nothing). Prints JSON.
 */
import { measure, type Cost, type Run } from '../src/threshold/testing/measure.ts';
import { CASES, type Case } from './cases.ts';
import { profile } from './profile.ts';
import type { CaseResult, Job } from './results.ts';
import { measureReviews } from './reviews.ts';
import { median } from './statistics.ts';

function caseOf(id: string): Case {
  const found = CASES.find((one) => one.id === id);
  if (found === undefined) throw new Error(`no case ${id}`);
  return found;
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
const roundsOf = ({ stepMs }: Cost): number => sum(stepMs);

function result(one: Case, runs: readonly Run<unknown>[]): CaseResult {
  const [first] = runs;
  const warm = runs.length > 1 ? runs.slice(1) : runs;
  /** The median over the parties of a run. */
  const party = (run: Run<unknown>, pick: (cost: Cost) => number): number =>
    median([...run.costs.values()].map(pick));
  const typical = (pick: (cost: Cost) => number): number =>
    median(warm.map((run) => party(run, pick)));
  const totals = warm.map((run) => party(run, roundsOf));
  const steps = Math.max(...[...(first?.costs.values() ?? [])].map(({ stepMs }) => stepMs.length));
  const { id, protocol, t, n } = one;
  return {
    id,
    protocol,
    t,
    n,
    parties: first?.costs.size ?? 0,
    runs: runs.length - 1,
    ms: median(totals),
    minMs: Math.min(...totals),
    maxMs: Math.max(...totals),
    firstMs: first === undefined ? Number.NaN : party(first, roundsOf),
    stepMs: Array.from({ length: steps }, (_, i) => typical(({ stepMs }) => stepMs[i] ?? 0)),
    handshakeMs: typical(({ handshakeMs }) => handshakeMs),
    packetMs: typical(({ packetMs }) => packetMs),
    bodies: {
      copies: typical(({ bodies }) => bodies.copies),
      relayed: typical(({ bodies }) => bodies.relayed),
    },
    packets: {
      copies: typical(({ packets }) => packets.copies),
      relayed: typical(({ packets }) => packets.relayed),
    },
  };
}

function runCase({ id, runs }: Job): CaseResult {
  const one = caseOf(id);
  const players = one.prepare();
  return result(
    one,
    Array.from({ length: runs + 1 }, () => measure(players())),
  );
}

async function profileCase({ id, runs }: Job) {
  const players = caseOf(id).prepare();
  const repeat = (times: number): void => {
    for (let i = 0; i < times; i++) measure(players());
  };
  repeat(Math.ceil(runs / 4)); // warm
  return profile(() => {
    repeat(runs);
  });
}

const [task = '', argument = ''] = process.argv.slice(2);
if (task === 'profile') {
  console.log(JSON.stringify(await profileCase(JSON.parse(argument) as Job)));
} else if (task === 'reviews') {
  console.log(JSON.stringify(await measureReviews(argument === '' ? undefined : argument)));
} else {
  console.log(JSON.stringify((JSON.parse(argument) as Job[]).map(runCase)));
}
