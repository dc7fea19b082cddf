/** Checking a whole journal anew, from its bytes. */
import { CountersignError } from '../errors.ts';
import type { AuthorId, EventId } from './event.ts';
import { parseFounding } from './founding.ts';
import { Door, emptyLog, type Log, type RefusalCode } from './log.ts';
import { equivocations } from './order.ts';

/** One thing that is wrong with a journal. */
export interface JournalFault {
  readonly code: RefusalCode | 'founding' | 'equivocation';
  /** A sentence. */
  readonly reason: string;
  readonly id: EventId | undefined;
  readonly author: AuthorId | undefined;
}

export interface JournalReport {
  /** What holds; `undefined` when the founding document does not. */
  readonly log: Log | undefined;
  /** Events that hold. */
  readonly events: number;
  /** Members that made them. */
  readonly authors: number;
  readonly faults: readonly JournalFault[];
}

/**
 * Checks everything: the founding document, every event's encoding, author, signature, chain, predecessors
 * and dates, and that no member told two stories.
 *
 * @param founding bytes of the founding document
 * @param events signed events, in any order
 * @param now this device's clock, milliseconds since 1970
 * @returns every fault; never throws for what is in the bytes
 */
export function verifyJournal(
  founding: Uint8Array,
  events: readonly Uint8Array[],
  now: number,
): JournalReport {
  let base: Log;
  try {
    base = emptyLog(parseFounding(founding));
  } catch (error) {
    if (!(error instanceof CountersignError)) throw error;
    const unknown = { id: undefined, author: undefined };
    const faults = [{ code: 'founding' as const, reason: error.message, ...unknown }];
    return { log: undefined, events: 0, authors: 0, faults };
  }
  const door = new Door(base, now);
  const { refused } = door.admitUnordered(events);
  const log = door.log();
  const contradictions = equivocations(log).map(({ author, seq, events: [id] }) => ({
    code: 'equivocation' as const,
    reason: `A member made several events with number ${String(seq)}.`,
    id,
    author,
  }));
  return {
    log,
    events: log.entries.size,
    authors: new Set([...log.entries.values()].map(({ author }) => author)).size,
    faults: [...refused, ...contradictions],
  };
}
