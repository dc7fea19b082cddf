/** The part of the report about reading requests and about transactions with many inputs. */
import { formatBytes, formatMs, table } from './report-table.ts';
import type { CaseResult, Results } from './results.ts';

/** Inputs of the transaction that is reckoned up. */
const INPUTS = 100;
const BATCH = 16;

export function reviewSection({ cases, reviewing }: Results): string {
  if (reviewing === undefined) return '## Reading requests\n\nNot measured in this run.';
  const { figures, downloads, registry } = reviewing;
  return `## Reading requests

From the bytes to the review, on one thread: parsed, decoded, described, and what is shown hashed. Median: of the
cases, each the median of its warm runs. First: the slowest case in its first run. No proposal holds more than
131,072 bytes; the rows "calldata" give the reader of calls more than ever gets that far. The last two of them are
refused.${registry ? '' : ' Fixtures were not measured: their folder was absent.'}

${table(
  ['', 'cases', 'bytes at most', 'median ms', 'worst ms', 'first ms'],
  figures.map((one) => [
    one.what,
    one.cases,
    formatBytes(one.bytes),
    formatMs(one.ms),
    formatMs(one.worstMs),
    formatMs(one.firstMs),
  ]),
)}

What a browser loads, in bytes. The decoders and our own descriptors are in the script: a first review loads
nothing more. A registry, where the app comes with one, is copied as a whole and before any review, so that no
look-up tells what is reviewed.

${table(
  ['', 'bytes', 'as sent (brotli)'],
  downloads.map((one) => [one.what, formatBytes(one.bytes), formatBytes(one.compressed)]),
)}

A Bitcoin transaction with ${String(INPUTS)} inputs is signed under one approval in sessions of ${String(BATCH)} inputs, one after the
other. Reckoned up from the cases above, for one of two signers, without the network:

${table(
  ['', 'sessions', 'ms', 'bytes', 'with packets'],
  [
    ['native SegWit (ECDSA)', ...manyInputs(cases, 'ecdsa')],
    ['Taproot (FROST)', ...manyInputs(cases, 'bip340')],
  ],
)}`;
}

/** Whole sessions and a smaller one, handshakes and packets included. */
function manyInputs(cases: readonly CaseResult[], suite: string): (string | number)[] {
  const whole = Math.floor(INPUTS / BATCH);
  const rest = INPUTS % BATCH;
  const parts = [
    ...Array.from({ length: whole }, () => `${suite}-sign-2-2-batch-${String(BATCH)}`),
    `${suite}-sign-2-2-batch-${String(rest)}`,
  ].map((id) => cases.find((one) => one.id === id));
  const sum = (pick: (one: CaseResult) => number): number =>
    parts.reduce((all, one) => all + (one === undefined ? Number.NaN : pick(one)), 0);
  return [
    parts.length,
    formatMs(sum((one) => one.ms + one.handshakeMs + one.packetMs)),
    formatBytes(sum(({ bodies }) => bodies.copies)),
    formatBytes(sum(({ packets }) => packets.copies)),
  ];
}
