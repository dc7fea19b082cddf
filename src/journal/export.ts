/**
 * The journal as one JSON value: for a file that a person keeps or hands to an auditor.
 *
 *     format    'countersign-journal'
 *     version   1
 *     vault     the vault's id, 64 hexadecimal digits
 *     founding  the founding document, hexadecimal
 *     events    in the order of the trail:
 *       id        64 hexadecimal digits
 *       member    index of the author
 *       at        milliseconds since 1970, as the author claimed
 *       type      what it says
 *       bytes     body and signature, hexadecimal
 *
 * Only `founding` and the events' `bytes` count. The other fields are for reading, and a reader insists that
 * they say the same.
 */
import { hexToBytes } from '@noble/hashes/utils.js';
import * as v from 'valibot';
import { toHex } from '../codec.ts';
import { MalformedError } from './errors.ts';
import { MAX_EVENT_BYTES, parseEvent } from './event.ts';
import { encodeFounding, MAX_MEMBERS, parseFounding, vaultId } from './founding.ts';
import type { Log } from './log.ts';
import { trail } from './order.ts';
import { integer, parse, time } from './schema.ts';

const hex = (maxBytes: number) =>
  v.pipe(v.string(), v.maxLength(2 * maxBytes), v.regex(/^(?:[0-9a-f]{2})+$/, 'not hexadecimal'));

const schema = v.strictObject({
  format: v.literal('countersign-journal'),
  version: v.literal(1),
  vault: hex(32),
  founding: hex(16_384),
  events: v.array(
    v.strictObject({
      id: hex(32),
      member: integer(1, MAX_MEMBERS),
      at: time,
      type: v.string(),
      bytes: hex(MAX_EVENT_BYTES),
    }),
  ),
});

export type JournalExport = v.InferOutput<typeof schema>;

/** The whole log, ready for `JSON.stringify`. Equal logs give equal values. */
export function exportJournal(log: Log): JournalExport {
  return {
    format: 'countersign-journal',
    version: 1,
    vault: toHex(log.vault),
    founding: toHex(encodeFounding(log.founding)),
    events: trail(log).map(({ id, author, event, bytes }) => ({
      id,
      member: log.members.get(author)?.index ?? 0,
      at: event.time,
      type: event.type,
      bytes: toHex(bytes),
    })),
  };
}

/**
 * Reads the value of an exported file. Signatures and order are for `verifyJournal` to check.
 *
 * @param value what `JSON.parse` gave
 * @returns the bytes of the founding document and of every event
 * @throws MalformedError, also where a field for reading contradicts the bytes; UnsupportedError for events
 *   of a later version
 */
export function parseExport(value: unknown): {
  readonly founding: Uint8Array;
  readonly events: readonly Uint8Array[];
} {
  const document = parse(schema, value, 'The exported journal');
  const founding = hexToBytes(document.founding);
  const { members } = parseFounding(founding);
  if (toHex(vaultId(founding)) !== document.vault) {
    throw new MalformedError(
      'The exported journal names another vault than its founding document.',
    );
  }
  const events = document.events.map((item) => {
    const bytes = hexToBytes(item.bytes);
    const { id, author, event } = parseEvent(bytes);
    const member = members.find(({ identity }) => toHex(identity) === author)?.index;
    const agrees = item.id === id && item.at === event.time && item.type === event.type;
    if (!agrees || item.member !== member) {
      throw new MalformedError(`The exported journal describes event ${id} wrongly.`);
    }
    return bytes;
  });
  return { founding, events };
}
