/**
 * The founding document: what all members confirmed before the key was made. It is no event; its hash
 * names the vault, and every event carries that name.
 *
 * Canonical CBOR map, at most 16,384 bytes:
 *
 *     v         1
 *     nonce     16 random bytes
 *     name      1..40 code points, visible (`safeText`)
 *     threshold t, 2 <= t <= n
 *     members   n maps, 2 <= n <= 20, the i-th of them being
 *       index     i, from 1
 *       identity  Ed25519 public key, 32 bytes, not of small order
 *       sealing   X25519 public key, 32 bytes
 *       inbox     32 bytes
 *       name      1..40 code points, visible
 *     created   milliseconds since 1970, as the creator's clock said
 *
 * Identities are pairwise distinct, so are sealing keys, so are inboxes. The vault's id is the domain hash
 * `countersign/founding/v1` of the bytes.
 */
import { ed25519 } from '@noble/curves/ed25519.js';
import * as v from 'valibot';
import { toHex } from '../codec.ts';
import { UnsupportedError } from './errors.ts';
import { domainHash } from './hash.ts';
import { bytes, decodeDocument, encodeDocument, integer, name, parse, time } from './schema.ts';

/** Most members of a vault. */
export const MAX_MEMBERS = 20;
const MAX_BYTES = 16_384;
const WHAT = 'The founding document';

const memberSchema = v.strictObject({
  index: integer(1, MAX_MEMBERS),
  identity: v.pipe(
    bytes(32),
    v.check((key) => isIdentity(key), 'not an Ed25519 public key'),
  ),
  sealing: bytes(32),
  inbox: bytes(32),
  name,
});

const schema = v.pipe(
  v.strictObject({
    v: v.literal(1),
    nonce: bytes(16),
    name,
    threshold: integer(2, MAX_MEMBERS),
    members: v.pipe(v.array(memberSchema), v.minLength(2), v.maxLength(MAX_MEMBERS)),
    created: time,
  }),
  v.check(({ threshold, members }) => threshold <= members.length, 'the threshold exceeds n'),
  v.check(
    ({ members }) => members.every(({ index }, i) => index === i + 1),
    'indexes are not 1..n',
  ),
  v.check(({ members }) => areDistinct(members.map((m) => m.identity)), 'identities repeat'),
  v.check(({ members }) => areDistinct(members.map((m) => m.sealing)), 'sealing keys repeat'),
  v.check(({ members }) => areDistinct(members.map((m) => m.inbox)), 'inboxes repeat'),
);

/** One device of the vault. */
export interface Member {
  /** Its number in the key, 1..n. */
  readonly index: number;
  /** Ed25519 public key, 32 bytes. */
  readonly identity: Uint8Array;
  /** X25519 public key, 32 bytes. */
  readonly sealing: Uint8Array;
  /** Where the mailbox delivers, 32 bytes. */
  readonly inbox: Uint8Array;
  readonly name: string;
}

export interface Founding {
  /** 16 bytes. */
  readonly nonce: Uint8Array;
  readonly name: string;
  readonly threshold: number;
  readonly members: readonly Member[];
  /** Milliseconds since 1970. */
  readonly created: number;
}

/** The canonical bytes of a founding document. @throws MalformedError */
export function encodeFounding(founding: Founding): Uint8Array {
  const { nonce, name, threshold, members, created } = founding;
  const listed = members.map(({ index, identity, sealing, inbox, name }) => ({
    index,
    identity,
    sealing,
    inbox,
    name,
  }));
  const document = { v: 1, nonce, name, threshold, members: listed, created };
  return encodeDocument(schema, document, WHAT, MAX_BYTES);
}

/** @throws MalformedError, or UnsupportedError for a version that this build does not know */
export function parseFounding(document: Uint8Array): Founding {
  const value = decodeDocument(document, WHAT, MAX_BYTES);
  const { v: version } = parse(v.looseObject({ v: integer(1, 0xffff) }), value, WHAT);
  if (version !== 1) {
    throw new UnsupportedError(
      `${WHAT} has version ${String(version)}. Update this app to read it.`,
    );
  }
  const { v: _, ...founding } = parse(schema, value, WHAT);
  return founding;
}

/** The vault's id, 32 bytes, from the bytes of its founding document. */
export const vaultId = (document: Uint8Array): Uint8Array =>
  domainHash('countersign/founding/v1', document);

function isIdentity(key: Uint8Array): boolean {
  try {
    return !ed25519.Point.fromBytes(key).isSmallOrder();
  } catch {
    return false; // not a point
  }
}

const areDistinct = (keys: readonly Uint8Array[]): boolean =>
  new Set(keys.map(toHex)).size === keys.length;
