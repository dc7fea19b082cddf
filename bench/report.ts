/** The results as `docs/bench.md`. */
import type { CaseResult, Comparison, Ratio, Results } from './results.ts';
import { reviewSection } from './report-reviews.ts';
import { formatBytes, formatMs, table } from './report-table.ts';
import { fitLine, type Line } from './statistics.ts';

/** Cases whose cost is set against the number of other parties. */
interface Family {
  readonly title: string;
  readonly belongs: (one: CaseResult) => boolean;
}

/** All members sign one digest. */
const allSign = (suite: string): Family['belongs'] => {
  const id = new RegExp(`^${suite}-sign-\\d+-\\d+$`);
  return (one) => id.test(one.id) && one.t === one.n;
};
const ECDSA_SIGNING = allSign('ecdsa');

const FAMILIES: readonly Family[] = [
  { title: 'ECDSA signing', belongs: ECDSA_SIGNING },
  { title: 'ECDSA key generation', belongs: ({ id }) => id.startsWith('ecdsa-keygen-') },
  { title: 'FROST BIP-340 signing', belongs: allSign('bip340') },
  { title: 'FROST Ed25519 signing', belongs: allSign('ed25519') },
];

/** Milliseconds against the number of other parties; `undefined` with less than three points. */
function fitted(cases: readonly CaseResult[]): Line | undefined {
  const points = cases.map(({ parties, ms }) => [parties - 1, ms] as const);
  return points.length < 3 ? undefined : fitLine(points);
}

/** How ECDSA signing grows. */
export const signingGrowth = (cases: readonly CaseResult[]): Line | undefined =>
  fitted(cases.filter(ECDSA_SIGNING));

/** Whether a ratio meets its goals, in a word. */
export function verdict({ ours, theirs, target, stretch }: Ratio): string {
  if (target === undefined) return '';
  const ratio = ours / theirs;
  if (stretch !== undefined && ratio <= stretch) return 'stretch';
  return ratio <= target ? 'yes' : 'no';
}

const percent = (share: number): string => `${String(Math.round(share * 100))} %`;

/** The document. */
export function report(results: Results): string {
  const { cases, comparison, machine, date, profiles } = results;
  const sections = [
    `# Benchmark

Written by \`npm run bench\`; do not edit. ${date.slice(0, 10)}, Node ${machine.node}, ${machine.cpu},
${String(machine.cores)} cores (load average before the start ${machine.load.toFixed(1)}).

    npm run bench                      # everything, the public packages too if ../shared/bench-peers is there
    npm run bench -- --quick           # small cases, to the console only
    npm run bench -- --peers DIR --rounds 5

The bundle that is measured is built as the product is. All parties run on one thread, every case in a
process of its own. Milliseconds are those of one party, the median party of the median run, from the
messages that come in to the messages that go out; no network, no storage.${busy(machine.load)}`,
    `## What each protocol costs

${costs(cases)}

Rounds: computation and messages of the protocol; step by step: what makes the messages of round 1, of
round 2, ..., and last the result. First: all rounds in the first run of a fresh process, before the engine
has optimised anything. Handshake: session records signed and verified, channel keys.
Packets: encryption of direct messages, signatures of broadcasts. Bytes: what one party sends, a broadcast
counted once per receiver; "to a relay" counts it once; "with packets" includes the handshake, headers,
signatures and authentication tags.`,
    growth(cases),
    reviewSection(results),
    comparison === undefined
      ? '## Beside public packages\n\nNot measured in this run: the folder with their scripts was absent.'
      : comparisonSection(comparison),
    `## Where the time goes

Share of the processor's samples over whole sessions, handshake and packets included.

${table(
  ['', ...profiles.map(({ id }) => titleOf(cases, id))],
  [...new Set(profiles.flatMap(({ hotspots }) => hotspots.map(({ area }) => area)))].map((area) => [
    area,
    ...profiles.map(({ hotspots }) => {
      const share = hotspots.find((hotspot) => hotspot.area === area)?.share ?? 0;
      return share < 0.005 ? '–' : percent(share);
    }),
  ]),
)}

Signing is bound by SHA-256: with each peer a party hashes 512 columns as the multiplication's receiver and
twice 512 as its sender, seven compressions each. Another hash would cost the check values of the
specification. Key generation is bound by the base OTs: for each peer, 128 of them in each direction, with
multiplications of points and the decoding of points. Identity signatures weigh on small sessions: everybody
signs and verifies session records and broadcasts, in plain JavaScript.`,
    `## Not measured

- Network and storage: a ceremony waits for them in every round.
- Phones, other engines (JavaScriptCore, SpiderMonkey), throttled tabs; memory.
- Identity keys in WebCrypto, which sign outside this code.
- Failing sessions: an abort costs less than a success.
- Authenticated channels of the public packages, which leave them to the caller.`,
  ];
  return `${sections.join('\n\n')}\n`;
}

/** A warning when others used the machine. */
const busy = (load: number): string =>
  load <= 0.5
    ? ''
    : '\n\n**The machine was busy during this run: times are upper bounds, and ratios are rough.**';

const scheme = ({ t, n }: Pick<CaseResult, 't' | 'n'>): string => `${String(t)}-of-${String(n)}`;

function titleOf(cases: readonly CaseResult[], id: string): string {
  const found = cases.find((one) => one.id === id);
  return found === undefined ? id : `${found.protocol} ${scheme(found)}`;
}

const costs = (cases: readonly CaseResult[]): string =>
  table(
    [
      'protocol',
      't-of-n',
      'parties',
      'rounds ms',
      'step by step',
      'first ms',
      'handshake ms',
      'packets ms',
      'bytes',
      'to a relay',
      'with packets',
      'runs',
    ],
    cases.map((one) => [
      one.protocol,
      scheme(one),
      one.parties,
      formatMs(one.ms),
      one.stepMs.map(formatMs).join(' · '),
      formatMs(one.firstMs),
      formatMs(one.handshakeMs),
      formatMs(one.packetMs),
      formatBytes(one.bodies.copies),
      formatBytes(one.bodies.relayed),
      formatBytes(one.packets.copies),
      one.runs === 0 ? '1 (cold)' : one.runs,
    ]),
  );

function growth(cases: readonly CaseResult[]): string {
  const signing = cases.filter(ECDSA_SIGNING);
  const points = table(
    ['ECDSA signers', 'ms', 'ms per other signer', 'bytes per other signer'],
    signing.map(({ parties, ms, bodies }) => [
      parties,
      formatMs(ms),
      formatMs(ms / (parties - 1)),
      formatBytes(bodies.copies / (parties - 1)),
    ]),
  );
  const lines = FAMILIES.flatMap(({ title, belongs }) => {
    const chosen = cases.filter(belongs);
    const line = fitted(chosen);
    if (line === undefined) return [];
    const { slope, intercept, r2, worstDeviation } = line;
    const deviation = percent(worstDeviation);
    return [[title, chosen.length, formatMs(slope), formatMs(intercept), r2.toFixed(4), deviation]];
  });
  return `## Growth with the number of parties

${points}

Least squares of the milliseconds of all rounds against the number of other parties:

${table(['', 'points', 'ms per other party', 'ms besides', 'R²', 'worst point off by'], lines)}`;
}

function comparisonSection({ peer, rounds, ratios, context }: Comparison): string {
  const range = (values: readonly number[]): string =>
    values.length < 2
      ? 'once'
      : `${Math.min(...values).toFixed(2)}–${Math.max(...values).toFixed(2)}`;
  return `## Beside public packages

Ratios to \`${peer}\` (Rust in WebAssembly), ours over theirs: ${String(rounds)} rounds in turn on this
machine, each in a fresh process with as many warm runs as the other; the median of the rounds. Theirs are
bare messages. Ours are bare messages too in "ratio"; "whole session" sets our handshake and authenticated
packets against their bare messages; "fastest" compares the fastest run of each, which a busy machine
disturbs least.

${table(
  [
    '',
    'unit',
    'theirs',
    'ours',
    'ratio',
    'rounds',
    'fastest',
    'target',
    'stretch',
    'reached',
    'whole session',
  ],
  ratios.map((one) => {
    const format = one.unit === 'ms' ? formatMs : formatBytes;
    return [
      one.what,
      one.unit,
      format(one.theirs),
      format(one.ours),
      (one.ours / one.theirs).toFixed(2),
      range(one.perRound),
      one.fastest?.toFixed(2) ?? '',
      one.target ?? '',
      one.stretch ?? '',
      verdict(one),
      (one.oursWhole / one.theirs).toFixed(2),
    ];
  }),
)}

Others, once, for context; bytes are the least that a binary format of their messages needs.

${table(
  ['package', '', 'ms per party', 'bytes per party'],
  context.map((one) => [one.package, one.what, formatMs(one.ms), formatBytes(one.bytes)]),
)}`;
}
