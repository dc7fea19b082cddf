/**
 * Events: what one member says, signed, in a chain of its own that also names what it had seen of others.
 *
 * A signed event is its body, then a 64-byte Ed25519 signature (RFC 8032, strict) of its id; together at
 * most 163,840 bytes. The id is the domain hash `countersign/event/v1` of the body. The body is a canonical
 * CBOR map:
 *
 *     v        1
 *     vault    32 bytes
 *     author   Ed25519 public key of a member, 32 bytes
 *     seq      0, 1, 2, ... up to 2^32 - 1
 *     prev     id of the author's event number seq - 1; null exactly for seq 0
 *     parents  at most 256 ids, strictly ascending: the heads of other authors that the author had seen
 *     time     milliseconds since 1970, as the author claims
 *     type     what it says, see `content`
 *     data     a map with the fields of that type
 */
import { ed25519 } from '@noble/curves/ed25519.js';
import * as v from 'valibot';
import { compareBytes, concat, toHex } from '../codec.ts';
import { parseContent, type Content } from './content.ts';
import { MalformedError, UnsupportedError } from './errors.ts';
import { domainHash } from './hash.ts';
import { bytes, decodeDocument, encodeDocument, hash, integer, parse, time } from './schema.ts';

/** Bytes of a body and its signature. */
export const MAX_EVENT_BYTES = 163_840;
/** Heads that one event can name. */
export const MAX_PARENTS = 256;
const SIGNATURE_BYTES = 64;
const WHAT = 'The event';

/** An event's hash, 64 lower-case hexadecimal digits. */
export type EventId = string;
/** A member's identity key, 64 lower-case hexadecimal digits. */
export type AuthorId = string;

interface Header {
  readonly vault: Uint8Array;
  readonly author: Uint8Array;
  readonly seq: number;
  readonly prev: Uint8Array | null;
  readonly parents: readonly Uint8Array[];
  readonly time: number;
}

/** A body. */
export type JournalEvent = Header & Content;

/** A body with its id and its bytes, of the right shape; nothing is said about the signature. */
export interface SignedEvent {
  readonly id: EventId;
  readonly author: AuthorId;
  readonly event: JournalEvent;
  /** Body and signature. */
  readonly bytes: Uint8Array;
}

const headerSchema = v.pipe(
  v.strictObject({
    v: v.literal(1),
    vault: hash,
    author: bytes(32),
    seq: integer(0, 0xffff_ffff),
    prev: v.nullable(hash),
    parents: v.pipe(
      v.array(hash),
      v.maxLength(MAX_PARENTS),
      v.check((list) => areAscending(list), 'not strictly ascending'),
    ),
    time,
    type: v.pipe(v.string(), v.maxLength(64)),
    data: v.unknown(),
  }),
  v.check(({ seq, prev }) => (seq === 0) === (prev === null), 'prev is null exactly for seq 0'),
);

/** The canonical bytes of a body, to be hashed and signed. @throws MalformedError */
export function encodeBody(event: JournalEvent): Uint8Array {
  const { vault, author, seq, prev, parents, time } = event;
  const { type, data } = parseContent(event.type, event.data);
  return encodeDocument(
    headerSchema,
    { v: 1, vault, author, seq, prev, parents: [...parents], time, type, data },
    WHAT,
    MAX_EVENT_BYTES - SIGNATURE_BYTES,
  );
}

/** The event's id, and what its author signs: 32 bytes. */
export const eventDigest = (body: Uint8Array): Uint8Array =>
  domainHash('countersign/event/v1', body);

/**
 * Reads a signed event strictly. Whether its author is a member, and its signature and place in the log,
 * are for `admit` to judge.
 *
 * @throws MalformedError, or UnsupportedError for an unknown version or type
 */
export function parseEvent(signed: Uint8Array): SignedEvent {
  if (signed.length <= SIGNATURE_BYTES) throw new MalformedError(`${WHAT}: too short`);
  if (signed.length > MAX_EVENT_BYTES) throw new MalformedError(`${WHAT}: too long`);
  const copy = Uint8Array.from(signed);
  const body = copy.subarray(0, -SIGNATURE_BYTES);
  const value = decodeDocument(body, WHAT, MAX_EVENT_BYTES - SIGNATURE_BYTES);
  const { v: version } = parse(v.looseObject({ v: integer(1, 0xffff) }), value, WHAT);
  if (version !== 1) {
    throw new UnsupportedError(
      `${WHAT} has version ${String(version)}. Update this app to read it.`,
    );
  }
  const { v: _, type, data, ...header } = parse(headerSchema, value, WHAT);
  return {
    id: toHex(eventDigest(body)),
    author: toHex(header.author),
    event: { ...header, ...parseContent(type, data) },
    bytes: copy,
  };
}

/** Whether the author signed it (RFC 8032; ZIP 215 leniency off). */
export function signatureHolds({ bytes, event }: SignedEvent): boolean {
  const body = bytes.subarray(0, -SIGNATURE_BYTES);
  try {
    return ed25519.verify(bytes.subarray(-SIGNATURE_BYTES), eventDigest(body), event.author, {
      zip215: false,
    });
  } catch {
    return false; // malformed key or signature: as good as a wrong one
  }
}

/** A body with its signature. */
export const joinSigned = (body: Uint8Array, signature: Uint8Array): Uint8Array =>
  concat(body, signature);

function areAscending(list: readonly Uint8Array[]): boolean {
  return list.every((item, i) => {
    const before = list[i - 1];
    return before === undefined || compareBytes(before, item) < 0;
  });
}
