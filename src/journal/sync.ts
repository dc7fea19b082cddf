/**
 * Sync: two pure functions that bring two logs to the same set of events over any channel that may lose,
 * repeat and reorder messages.
 *
 * Every message carries the sender's tips. What precedes a tip that I hold, the peer has, because a log
 * holds no event without its predecessors; of the rest I send what the peer lacks, in causal order. Too much
 * for one message goes in pages: the last event of a page comes back as `resume`.
 *
 * Why it ends between honest devices: a message is answered from the start of the log only if it opens, or
 * if its sender learnt something new just before ('ask'), or if it brought something new; and `resume` only
 * moves forward. Why it arrives: as long as something new comes in, whoever lacks a tip asks for it.
 */
import { hexToBytes } from '@noble/hashes/utils.js';
import { equalBytes, toHex } from '../codec.ts';
import { MalformedError } from './errors.ts';
import { admitAll, type Entry, type Log, type Refusal } from './log.ts';
import { byTrail, closure, tips, trail } from './order.ts';
import {
  encodeSyncMessage,
  EVENT_HEAD,
  EVENTS_BUDGET,
  MAX_TIPS,
  parseSyncMessage,
  type SyncMessage,
  type Tip,
} from './sync-message.ts';

/** What a peer said it holds; from `takeSyncMessage`. */
export type PeerTips = readonly Tip[];

export interface SyncResult {
  readonly log: Log;
  /** New events in causal order. Store them durably before anything is done about them. */
  readonly added: readonly Entry[];
  /** What to send back, if anything. */
  readonly reply: Uint8Array | undefined;
  /** Events that were not let in, and why. Those by a member are worth an alarm. */
  readonly refused: readonly Refusal[];
  /** What the peer holds; hand it to the next `makeSyncMessage` for that peer. */
  readonly peer: PeerTips;
}

/**
 * The message that begins an exchange, at most 200,000 bytes: after connecting, now and then, and whenever
 * this device has something new.
 *
 * @param peer what the peer last said it holds: then the message already carries what it lacks
 */
export function makeSyncMessage(log: Log, peer?: PeerTips): Uint8Array {
  const page = peer === undefined ? NOTHING : pageOf(missingAt(log, peer));
  return encodeSyncMessage({ ...messageOf(log), kind: 'open', ...page, resume: null });
}

/**
 * Takes in a message of a peer, whoever sent it: events are judged by themselves.
 *
 * @param now this device's clock, milliseconds since 1970
 * @throws MalformedError for bytes that are no sync message of this vault, UnsupportedError for one of a
 *   later version
 */
export function takeSyncMessage(before: Log, bytes: Uint8Array, now: number): SyncResult {
  const message = parseSyncMessage(bytes);
  if (!equalBytes(message.vault, before.vault)) {
    throw new MalformedError('The sync message belongs to another vault.');
  }
  const { log, results } = admitAll(before, message.events, now);
  const added = results.flatMap((result) => (result.kind === 'added' ? result.entries : []));
  const refused = results.flatMap((result) => {
    if (result.kind === 'refused') return result;
    return result.kind === 'added' ? result.refused : [];
  });
  const progress = added.length > 0 || log.waiting.size > before.waiting.size;
  const reply = answer(log, message, progress);
  return { log, added, reply, refused, peer: message.tips };
}

function answer(log: Log, message: SyncMessage, progress: boolean): Uint8Array | undefined {
  const page = pageOf(toSend(log, message, progress));
  const lacking = message.tips.some(({ id }) => !log.entries.has(toHex(id)));
  const asks = lacking && (progress || message.kind === 'open');
  if (page.events.length === 0 && message.next === null && !asks) return undefined;
  return encodeSyncMessage({
    ...messageOf(log),
    kind: asks ? 'ask' : 'tell',
    ...page,
    resume: message.next,
  });
}

function toSend(log: Log, message: SyncMessage, progress: boolean): readonly Entry[] {
  const missing = missingAt(log, message.tips);
  if (progress) return missing;
  const last = message.resume === null ? undefined : log.entries.get(toHex(message.resume));
  if (last !== undefined) return missing.filter((entry) => byTrail(entry, last) > 0);
  return message.kind === 'tell' ? [] : missing;
}

/**
 * What the peer lacks, in causal order. Of an author whose chain is longer at the peer I send nothing: either
 * mine is the beginning of it, or the peer finds the contradiction and sends its own branch first.
 */
function missingAt(log: Log, peer: PeerTips): readonly Entry[] {
  const unknown = new Map<number, number>();
  const shared: string[] = [];
  for (const { author, seq, id } of peer) {
    const hex = toHex(id);
    if (log.entries.has(hex)) shared.push(hex);
    else unknown.set(author, Math.max(seq, unknown.get(author) ?? 0));
  }
  const behind = new Set(log.members.keys());
  for (const { author, event } of tips(log)) {
    const index = log.members.get(author)?.index ?? 0;
    if (event.seq >= (unknown.get(index) ?? 0)) behind.delete(author);
  }
  const has = closure(log, shared);
  return trail(log).filter(({ id, author }) => !has.has(id) && !behind.has(author));
}

type Page = Pick<SyncMessage, 'events' | 'next'>;
const NOTHING: Page = { events: [], next: null };

/** As many as fit into one message. */
function pageOf(entries: readonly Entry[]): Page {
  let size = 0;
  const fitting = entries.findIndex(({ bytes }) => {
    size += bytes.length + EVENT_HEAD;
    return size > EVENTS_BUDGET;
  });
  if (fitting === -1) return { events: entries.map(({ bytes }) => bytes), next: null };
  const page = entries.slice(0, fitting);
  const last = page.at(-1);
  return {
    events: page.map(({ bytes }) => bytes),
    next: last === undefined ? null : hexToBytes(last.id),
  };
}

/** Vault and tips. */
function messageOf(log: Log): Pick<SyncMessage, 'vault' | 'tips'> {
  const counts = new Map<string, number>();
  const listed: Tip[] = [];
  for (const { author, event, id } of tips(log)) {
    const count = counts.get(author) ?? 0;
    const member = log.members.get(author);
    if (member === undefined || count === MAX_TIPS) continue;
    counts.set(author, count + 1);
    listed.push({ author: member.index, seq: event.seq, id: hexToBytes(id) });
  }
  return { vault: log.vault, tips: listed };
}
