/** A call of a contract, followed to its end. */
import type { AmountFact, CallFact, Warning } from '../../review.ts';
import { amountFact, type DescribeContext, sameAddress } from '../context.ts';
import { sizeOf } from '../hex.ts';
import type { Call } from '../clear/call.ts';
import type { Descriptors } from '../clear/descriptors.ts';
import type { EmbeddedCall } from '../clear/fields.ts';
import { effectsOf } from './effects.ts';
import { callFact, type Parts } from './parts.ts';
import { readContract } from './read-contract.ts';
import { readCreation, readTransfer, tooMuch, unreadable } from './simple.ts';
import type { Walk } from './walk.ts';
import { flagWarnings, readingWarnings, uniqueWarnings } from './warn.ts';

export type { Call } from '../clear/call.ts';

/** What a call does, what can go wrong, and what leaves the account by it. */
export interface ReadCall {
  readonly call: CallFact;
  /** Of the whole tree, worst first, each only once. */
  readonly warnings: readonly Warning[];
  /** Tokens that leave the account that makes the outermost call, or that somebody may take from it. */
  readonly leaves: readonly AmountFact[];
}

/** Calls inside of calls; Safe in a batch in a Safe has five. */
const MAX_DEPTH = 10;
/** In the whole tree. */
const MAX_CALLS = 200;
/** What descriptors are asked for at each level, lest bytes that are repeated be read again and again. */
const MAX_BYTES = 4_000_000;

/**
 * Reads a call and all calls inside of it. Asks nobody; the same calls, descriptors and notes give the same
 * facts, and all but what is marked as a note follows from the call and the descriptors alone.
 */
export async function readCall(
  input: Call,
  descriptors: Descriptors,
  notes: DescribeContext,
): Promise<ReadCall> {
  const warnings: Warning[] = [];
  const leaves: AmountFact[] = [];
  let calls = 0;
  let bytes = 0;

  const follow = async (call: Call, depth: number): Promise<CallFact> => {
    calls++;
    bytes += sizeOf(call.data);
    const stop = depth > MAX_DEPTH || calls > MAX_CALLS || bytes > MAX_BYTES;
    const parts = stop ? tooMuch(call) : await partsOf(call, depth);
    warnings.push(...flagWarnings(call), ...readingWarnings(parts, depth), ...parts.warnings);
    if (!stop) addEffects(call);
    return callFact(call, parts, notes);
  };

  const walk: Walk = { descriptors, notes, follow };
  const partsOf = async (call: Call, depth: number): Promise<Parts> => {
    const { data, to } = call;
    if (to === undefined) return readCreation(call);
    if (data === '0x') return readTransfer({ ...call, to }, notes);
    if (sizeOf(data) < 4) return unreadable({ ...call, to }, notes, undefined);
    return readContract({ ...call, to }, depth, walk);
  };

  const addEffects = (call: Call): void => {
    if (call.to === undefined || call.delegate) return;
    const effects = effectsOf({ ...call, to: call.to });
    warnings.push(...effects.warnings);
    if (!sameAddress(call.from, input.from)) return;
    for (const { token, unlimited, value } of effects.leaves) {
      leaves.push({ ...amountFact(value, token, notes), unlimited });
    }
  };

  const call = await follow(input, 0);
  return { call, warnings: uniqueWarnings(warnings), leaves };
}

/** Reads a call that a descriptor of typed data names, for `readTypedDataClear`. */
export const embeddedReader =
  (
    chainId: bigint,
    descriptors: Descriptors,
    notes: DescribeContext,
    report: (read: ReadCall) => void,
  ): ((call: EmbeddedCall) => Promise<CallFact>) =>
  async (call) => {
    const read = await readCall({ ...call, chainId, delegate: false }, descriptors, notes);
    report(read);
    return read.call;
  };
