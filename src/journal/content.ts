/** What events say: every type with its data. An unknown type or field is refused at the door. */
import * as v from 'valibot';
import {
  bytes,
  bytesUpTo,
  hash,
  integer,
  name,
  nameOrNothing,
  note,
  parse,
  time,
} from './schema.ts';
import { UnsupportedError } from './errors.ts';
import { MAX_MEMBERS } from './founding.ts';

/** Bytes of a request; geth's pool takes transactions of at most 128 KiB. */
export const MAX_REQUEST_BYTES = 131_072;
const MAX_ACCOUNT = 0x7fff_ffff;
/** Of one proposal: inputs of a Bitcoin transaction. */
const MAX_SIGNATURES = 128;

const account = integer(0, MAX_ACCOUNT);
const bitcoinNetwork = v.picklist(['mainnet', 'testnet4', 'signet', 'regtest']);
const bitcoinKind = v.picklist(['p2wpkh', 'p2tr']);
const attempt = bytes(16);
const memberIndex = integer(1, MAX_MEMBERS);
const isAscending = (list: readonly number[]) =>
  list.every((value, i) => i === 0 || value > (list[i - 1] ?? value));
const printable = (max: number) =>
  v.pipe(
    v.string(),
    v.minLength(1),
    v.maxLength(max),
    v.regex(/^[\x21-\x7e]*$/, 'not plain ASCII'),
  );

const event = <const T extends string, const D extends v.ObjectEntries>(type: T, data: D) =>
  v.strictObject({ type: v.literal(type), data: v.strictObject(data) });

const contentSchema = v.variant('type', [
  /** The key exists: a certificate of `threshold/`. Opaque here; the wallet verifies it. */
  event('key-certified', { suite: printable(64), certificate: bytesUpTo(65_536) }),

  event('account-added', { index: account, name }),
  event('account-named', { index: account, name }),
  /** An account of Bitcoin is known by its network, its kind and its number among those. */
  event('bitcoin-account-added', {
    network: bitcoinNetwork,
    kind: bitcoinKind,
    index: account,
    name,
  }),
  event('bitcoin-account-named', {
    network: bitcoinNetwork,
    kind: bitcoinKind,
    index: account,
    name,
  }),
  /** `name` '' removes the contact. */
  event('contact-named', { address: printable(128), name: nameOrNothing }),

  event('proposed', {
    /** What the request is; the wallet reads its bytes accordingly. */
    chain: v.picklist(['evm', 'evm-typed-data', 'evm-message', 'bitcoin']),
    /** The unsigned transaction or message, in the one encoding of its kind. */
    request: bytesUpTo(MAX_REQUEST_BYTES),
    account,
    note,
    /** Milliseconds since 1970. */
    expires: time,
    /** Hash of the policy that the proposer evaluated. */
    policy: hash,
  }),
  /** `shown`: digest of what that device showed to its person. */
  event('approved', { proposal: hash, shown: hash }),
  event('rejected', { proposal: hash, reason: note }),
  event('withdrawn', { proposal: hash }),
  event('expired', { proposal: hash }),

  event('signing-started', {
    proposal: hash,
    attempt,
    /** Ascending. */
    signers: v.pipe(
      v.array(memberIndex),
      v.minLength(2),
      v.maxLength(MAX_MEMBERS),
      v.check((list) => isAscending(list), 'not ascending'),
    ),
  }),
  /** From here on a signature may exist: stored before the last message of the ceremony is sent. */
  event('signing-committed', { proposal: hash, attempt }),
  event('signing-aborted', {
    proposal: hash,
    attempt,
    abortClass: v.picklist(['A', "A'", 'B', 'C', 'D']),
    culprit: v.nullable(memberIndex),
    reason: note,
  }),
  event('signed', {
    proposal: hash,
    signatures: v.pipe(
      v.array(
        v.strictObject({
          /** r || s, 64 bytes. */
          signature: bytes(64),
          recovery: integer(0, 3),
        }),
      ),
      v.minLength(1),
      v.maxLength(MAX_SIGNATURES),
    ),
  }),
  event('broadcast', { proposal: hash, txid: hash }),
  event('confirmed', {
    proposal: hash,
    txid: hash,
    block: integer(0, Number.MAX_SAFE_INTEGER),
    success: v.boolean(),
  }),
]);

/** A type and its data. */
export type Content = v.InferOutput<typeof contentSchema>;
export type EventType = Content['type'];
/** The data of one type. */
export type DataOf<T extends EventType> = Extract<Content, { type: T }>['data'];

const known: ReadonlySet<string> = new Set(
  contentSchema.options.map(({ entries }) => entries.type.literal),
);

/** @throws UnsupportedError for a type that this build does not know, MalformedError for wrong data */
export function parseContent(type: string, data: unknown): Content {
  if (!known.has(type)) {
    throw new UnsupportedError(
      'An event is of a kind that this app does not know. Update this app.',
    );
  }
  return parse(contentSchema, { type, data }, `The event (${type})`);
}
