/** Making an event of this device. */
import { hexToBytes } from '@noble/hashes/utils.js';
import { compareBytes, toHex } from '../codec.ts';
import type { Content } from './content.ts';
import { JournalError } from './errors.ts';
import { encodeBody, eventDigest, joinSigned, MAX_PARENTS, type AuthorId } from './event.ts';
import { admit, type Entry, type Log } from './log.ts';
import { tipsOf } from './order.ts';

/** What this device wants to say. */
export interface NewEvent {
  /** This device's identity key, 32 bytes. */
  readonly author: Uint8Array;
  /** This device's clock, milliseconds since 1970. */
  readonly now: number;
  readonly content: Content;
}

/** The 64-byte Ed25519 signature of a 32-byte digest by this device's identity key. */
export type Sign = (digest: Uint8Array) => Promise<Uint8Array>;

/**
 * Makes, signs and adds an event after everything in the log.
 *
 * The caller must do one at a time, each on the log that the last one gave, and store the new entry durably
 * before it is sent or the next is made: two events with one number are an equivocation, and this device's
 * approvals would never count again.
 *
 * @throws MalformedError for content out of range
 * @throws JournalError when this device is no member, its clock is behind the others', its signature does
 *   not hold, or its storage lost events of its own that others have
 */
export async function createEvent(
  log: Log,
  { author, now, content }: NewEvent,
  sign: Sign,
): Promise<{ readonly log: Log; readonly entry: Entry }> {
  const self = toHex(author);
  if ([...log.waiting.values()].some((signed) => signed.author === self)) {
    throw new JournalError(
      'journal/own-events-missing',
      'This device has lost events of its own that other devices have. Wait until it has them again.',
    );
  }
  const [tip] = tipsOf(log, self);
  const parents = otherHeads(log, self);
  const before = tip === undefined ? parents : [tip, ...parents];
  const body = encodeBody({
    vault: log.vault,
    author,
    seq: tip === undefined ? 0 : tip.event.seq + 1,
    prev: tip === undefined ? null : hexToBytes(tip.id),
    parents: parents.map(({ id }) => hexToBytes(id)).sort(compareBytes),
    time: before.reduce((latest, { event }) => Math.max(latest, event.time), now),
    ...content,
  });
  const signature = await sign(eventDigest(body));
  const { log: next, result } = admit(log, joinSigned(body, signature), now);
  if (result.kind !== 'added') {
    const reason = result.kind === 'refused' ? result.reason : 'The log changed meanwhile.';
    throw new JournalError('journal/not-created', `The event could not be made. ${reason}`);
  }
  return { log: next, entry: result.entries[0] };
}

/** Heads by other authors; where an equivocator made too many, the first by id. */
function otherHeads(log: Log, self: AuthorId): readonly Entry[] {
  return [...log.heads]
    .sort()
    .flatMap((id) => log.entries.get(id) ?? [])
    .filter((entry) => entry.author !== self)
    .slice(0, MAX_PARENTS);
}
