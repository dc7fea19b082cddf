/** What this device keeps about setting up again with one member: what its person agreed to, and how far it came. */
import * as v from 'valibot';
import { decodeCbor, encodeCbor } from '../../cbor.ts';
import { DecodeError } from '../../codec.ts';
import { bytesOf, time } from '../pairing/fields.ts';

/** Set-ups of one pair within a day (addendum A2). */
export const MAX_RUNS = 3;
const DAY_MS = 24 * 3_600_000;

export interface PairAgreement {
  /** What the person said, until it is done. */
  readonly mine: 'undecided' | 'agreed' | 'declined';
  /** A set-up that began and that may have left its state on one of the two devices only. */
  readonly open: Uint8Array | undefined;
  /** The last one that this device completed. */
  readonly last: Uint8Array | undefined;
  /** When set-ups began, oldest first: milliseconds since 1970. */
  readonly runs: readonly number[];
}

export const noAgreement: PairAgreement = {
  mine: 'undecided',
  open: undefined,
  last: undefined,
  runs: [],
};

/** Those of the last day. */
export const recentRuns = ({ runs }: PairAgreement, now: number): number[] =>
  runs.filter((at) => at > now - DAY_MS).slice(-MAX_RUNS);

const request = v.nullable(bytesOf(16));
const schema = v.strictObject({
  v: v.literal(1),
  mine: v.picklist(['undecided', 'agreed', 'declined']),
  open: request,
  last: request,
  runs: v.pipe(v.array(time), v.maxLength(MAX_RUNS)),
});

export const encodePairAgreement = ({ mine, open, last, runs }: PairAgreement): Uint8Array =>
  encodeCbor({ v: 1, mine, open: open ?? null, last: last ?? null, runs: [...runs] });

/** @throws DecodeError unless canonical */
export function decodePairAgreement(bytes: Uint8Array): PairAgreement {
  const what = 'agreement about a pair';
  const result = v.safeParse(schema, decodeCbor(bytes, what));
  if (!result.success) {
    const [issue] = result.issues;
    throw new DecodeError(`${what}: ${v.getDotPath(issue) ?? ''} ${issue.message}`);
  }
  const { mine, open, last, runs } = result.output;
  return { mine, open: open ?? undefined, last: last ?? undefined, runs };
}
