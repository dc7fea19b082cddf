/** Orders and ancestry: functions of the set of events alone, so equal on every device. */
import type { AuthorId, EventId } from './event.ts';
import type { Entry, Log } from './log.ts';

/**
 * Every event in one order: a predecessor stands before what follows it; concurrent events by claimed
 * time, then height, then id. (The door lets no event be dated before its predecessors, and height grows
 * along every causal step.)
 */
export const trail = (log: Log): readonly Entry[] => [...log.entries.values()].sort(byTrail);

/** The comparison of `trail`. */
export function byTrail(a: Entry, b: Entry): number {
  if (a.event.time !== b.event.time) return a.event.time - b.event.time;
  if (a.height !== b.height) return a.height - b.height;
  return compareText(a.id, b.id);
}

/** These events and everything before them, as far as they are in the log. */
export function closure(log: Log, ids: Iterable<EventId>): ReadonlySet<EventId> {
  const found = new Set<EventId>();
  const open = [...ids];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    const entry = log.entries.get(id);
    if (entry === undefined || found.has(id)) continue;
    found.add(id);
    open.push(...entry.before);
  }
  return found;
}

/** The last events of one author's chain: one, or several after an equivocation. Longest first, then by id. */
export function tipsOf(log: Log, author: AuthorId): readonly Entry[] {
  return tips(log).filter((entry) => entry.author === author);
}

/** The last events of all authors' chains. Longest first, then by id. */
export function tips(log: Log): readonly Entry[] {
  const last = new Map(log.entries);
  for (const entry of log.entries.values()) {
    const [prev] = entry.before;
    if (entry.event.prev !== null && prev !== undefined) last.delete(prev);
  }
  return [...last.values()].sort((a, b) =>
    a.event.seq === b.event.seq ? compareText(a.id, b.id) : b.event.seq - a.event.seq,
  );
}

/** Two or more events of one author with the same number: proof that it told different things. */
export interface Equivocation {
  readonly author: AuthorId;
  /** The first number that is taken twice. */
  readonly seq: number;
  /** The events with that number, ascending by id: the evidence. */
  readonly events: readonly EventId[];
}

/** Every member that equivocated, with its first contradiction. Ascending by author. */
export function equivocations(log: Log): readonly Equivocation[] {
  const slots = new Map<string, Equivocation>();
  for (const { id, author, event } of log.entries.values()) {
    const slot = `${author}/${String(event.seq)}`;
    const events = [...(slots.get(slot)?.events ?? []), id].sort();
    slots.set(slot, { author, seq: event.seq, events });
  }
  const first = new Map<AuthorId, Equivocation>();
  for (const slot of slots.values()) {
    const earliest = first.get(slot.author)?.seq ?? Infinity;
    if (slot.events.length > 1 && slot.seq < earliest) first.set(slot.author, slot);
  }
  return [...first.values()].sort((a, b) => compareText(a.author, b.author));
}

/** By code unit, as `sort` compares on its own. */
const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
