/**
 * The bytes of a sync message: a canonical CBOR map, at most 200,000 bytes.
 *
 *     v       1
 *     vault   32 bytes
 *     kind    'open'  begins an exchange and is always answered where there is something to say
 *             'ask'   the sender lacks events that the receiver has
 *             'tell'  the sender asks for nothing
 *     tips    at most 640 maps: the last events of each author's chain that the sender holds
 *       author  index of the member, 1..20
 *       seq     number of that event
 *       id      32 bytes
 *     events  at most 1,000 signed events, each a byte string, every one after its predecessors
 *     next    id of the last of `events` where more follow, else null
 *     resume  the `next` of the message that this one answers, else null
 */
import * as v from 'valibot';
import { MAX_EVENT_BYTES } from './event.ts';
import { UnsupportedError } from './errors.ts';
import { MAX_MEMBERS } from './founding.ts';
import {
  bytes,
  bytesUpTo,
  decodeDocument,
  encodeDocument,
  hash,
  integer,
  parse,
} from './schema.ts';

/** Bytes of a whole message. */
export const MAX_SYNC_BYTES = 200_000;
/** Tips of one author that a message lists; more than one only after an equivocation. */
export const MAX_TIPS = 32;
/** More than fit, since an event has more than 200 bytes: keeps a flood of empty ones out. */
const MAX_EVENTS = 1000;
/** Bytes that all tips (55 each), the rest of the map and the head of each event take at most. */
const WITHOUT_EVENTS = MAX_MEMBERS * MAX_TIPS * 55 + 256;
/** Bytes for events, each with 5 for its head. One event always fits. */
export const EVENTS_BUDGET = MAX_SYNC_BYTES - WITHOUT_EVENTS;
export const EVENT_HEAD = 5;
const WHAT = 'The sync message';

const tipSchema = v.strictObject({
  author: integer(1, MAX_MEMBERS),
  seq: integer(0, 0xffff_ffff),
  id: hash,
});

const schema = v.strictObject({
  v: v.literal(1),
  vault: bytes(32),
  kind: v.picklist(['open', 'ask', 'tell']),
  tips: v.pipe(v.array(tipSchema), v.maxLength(MAX_MEMBERS * MAX_TIPS)),
  events: v.pipe(v.array(bytesUpTo(MAX_EVENT_BYTES)), v.maxLength(MAX_EVENTS)),
  next: v.nullable(hash),
  resume: v.nullable(hash),
});

/** The last event of a chain, as a peer names it. */
export interface Tip {
  /** Index of the member. */
  readonly author: number;
  readonly seq: number;
  /** 32 bytes. */
  readonly id: Uint8Array;
}

export interface SyncMessage {
  readonly vault: Uint8Array;
  readonly kind: 'open' | 'ask' | 'tell';
  readonly tips: readonly Tip[];
  readonly events: readonly Uint8Array[];
  readonly next: Uint8Array | null;
  readonly resume: Uint8Array | null;
}

/** @throws MalformedError */
export function encodeSyncMessage(message: SyncMessage): Uint8Array {
  const { vault, kind, tips, events, next, resume } = message;
  const listed = tips.map(({ author, seq, id }) => ({ author, seq, id }));
  const document = { v: 1, vault, kind, tips: listed, events: [...events], next, resume };
  return encodeDocument(schema, document, WHAT, MAX_SYNC_BYTES);
}

/** @throws MalformedError, or UnsupportedError for a version that this build does not know */
export function parseSyncMessage(bytes: Uint8Array): SyncMessage {
  const value = decodeDocument(bytes, WHAT, MAX_SYNC_BYTES);
  const { v: version } = parse(v.looseObject({ v: integer(1, 0xffff) }), value, WHAT);
  if (version !== 1) {
    throw new UnsupportedError(
      `${WHAT} has version ${String(version)}. Update this app to read it.`,
    );
  }
  const { v: _, ...message } = parse(schema, value, WHAT);
  return message;
}
