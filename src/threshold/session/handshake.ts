/**
 * Round 0: everyone sends a signed record with a fresh nonce and an ephemeral key; the session id is a
 * hash of the context that each device computed itself and of all records (specification 3.2,
 * addendum M1, M3).
 *
 *     rec_i   = u16 i || idpk_i || epk_i || nonce_i || u16 |extra_i| || extra_i
 *     sig_i   over H("round0"; enc(ctx), rec_i)
 *     sid     = H("sid"; enc(ctx'), rec_i ascending)
 *
 * ctx' is ctx with what the records decide together (the attempt of a redistribution): see `complete`.
 */
import { x25519 } from '@noble/curves/ed25519.js';
import { concat, equalBytes, Reader, toHex, u16, u32 } from '../../codec.ts';
import { blaming, ProtocolError, UsageError, type PartyIndex } from '../abort.ts';
import type { Suite } from '../group.ts';
import { hash } from '../hash.ts';
import { IDENTITY_BYTES, SIGNATURE_BYTES, verifyIdentity } from '../identity.ts';
import { freshBytes, type RandomSource } from '../random.ts';
import { TAGS } from '../tags.ts';
import { Unclonable } from '../unclonable.ts';
import { Session, type ProtocolName } from './session.ts';

/** Largest `extra` of a record, in bytes: 255 peers with 4 generations each. */
export const MAX_EXTRA = 40_000;

/** What every party of a session agrees on before it starts. */
export interface HandshakeSpec {
  readonly suite: Suite;
  readonly protocol: ProtocolName;
  /** enc(ctx), computed by this device from what its user approved. */
  readonly context: Uint8Array;
  readonly self: PartyIndex;
  /** Identity key of every party, this one included. */
  readonly roster: ReadonlyMap<PartyIndex, Uint8Array>;
  /** What this party reports, in the encoding of the protocol. */
  readonly extra: Uint8Array;
  /**
   * Checks all reports and gives enc(ctx'). Throws ProtocolError of class A when they do not fit together.
   */
  complete(extras: ReadonlyMap<PartyIndex, Uint8Array>): Uint8Array;
}

/** The own nonces of this device's recent sessions: a repeated one means a broken generator (P-02). */
export class NonceMemory {
  readonly #seen = new Set<string>();
  readonly #limit: number;

  constructor(limit = 4096) {
    this.#limit = limit;
  }

  /** @throws UsageError when the nonce was used before */
  add(nonce: Uint8Array): void {
    const key = toHex(nonce);
    if (this.#seen.has(key)) throw new UsageError('session nonce repeated: no session is started');
    this.#seen.add(key);
    const [oldest] = this.#seen;
    if (this.#seen.size > this.#limit && oldest !== undefined) this.#seen.delete(oldest);
  }
}

/** What this device mixes into its nonces besides fresh randomness. */
export interface NonceHedge {
  /** A secret of this device, 32 bytes. */
  readonly deviceSecret: Uint8Array;
  /** A durable counter, incremented before every session. */
  readonly counter: bigint;
}

/** One decoded record. */
export interface SessionRecord {
  readonly party: PartyIndex;
  readonly identity: Uint8Array;
  readonly ephemeral: Uint8Array;
  readonly nonce: Uint8Array;
  readonly extra: Uint8Array;
}

/** enc(rec). */
export function encodeRecord(record: SessionRecord): Uint8Array {
  const { party, identity, ephemeral, nonce, extra } = record;
  return concat(u16(party), identity, ephemeral, nonce, u16(extra.length), extra);
}

/** @throws DecodeError unless canonical */
export function decodeRecord(bytes: Uint8Array): SessionRecord {
  const reader = new Reader(bytes, 'session record');
  const party = reader.u16();
  const identity = reader.bytes(IDENTITY_BYTES);
  const ephemeral = reader.bytes(32);
  const nonce = reader.bytes(32);
  const length = reader.u16();
  if (length > MAX_EXTRA) throw reader.malformed('report too long');
  const extra = reader.bytes(length);
  reader.end();
  return { party, identity, ephemeral, nonce, extra };
}

/** The digest that a record's signature covers. */
export const recordDigest = (context: Uint8Array, record: Uint8Array): Uint8Array =>
  hash(TAGS.round0, context, record);

/** The session field of round-0 packets, which come before there is a session id. */
export const handshakeId = (context: Uint8Array): Uint8Array => hash(TAGS.round0, context);

/** The session id. @param records enc(rec_i), ascending */
export const sessionId = (context: Uint8Array, records: readonly Uint8Array[]): Uint8Array =>
  hash(TAGS.sid, context, ...records);

/**
 * Round 0 of one party. The ephemeral key exists only here; the nonce is drawn here, in memory, for this
 * session alone: that is what keeps a session id from ever repeating.
 */
export class Handshake extends Unclonable {
  readonly spec: HandshakeSpec;
  /** enc(rec) of this party, to be signed and sent. */
  readonly record: Uint8Array;
  readonly #ephemeral: Uint8Array;
  #spent = false;

  /** @throws UsageError when the roster and this party do not fit, or the nonce repeats */
  constructor(spec: HandshakeSpec, random: RandomSource, nonces: NonceMemory, hedge: NonceHedge) {
    super();
    const identity = spec.roster.get(spec.self);
    if (identity === undefined) throw new UsageError('this device is not in the session');
    const keys = new Set([...spec.roster.values()].map(toHex));
    if (keys.size !== spec.roster.size) throw new UsageError('an identity key appears twice');
    if (spec.extra.length > MAX_EXTRA) throw new UsageError('report too long');
    const counter = concat(
      u32(Number(hedge.counter >> 32n)),
      u32(Number(hedge.counter & 0xffffffffn)),
    );
    const nonce = hash(TAGS.hedgeNonce, freshBytes(random, 32), hedge.deviceSecret, counter);
    nonces.add(nonce);
    this.spec = spec;
    this.#ephemeral = freshBytes(random, 32);
    this.record = encodeRecord({
      party: spec.self,
      identity,
      ephemeral: x25519.getPublicKey(this.#ephemeral),
      nonce,
      extra: spec.extra,
    });
  }

  /** The digest to sign for the own record. */
  get digest(): Uint8Array {
    return recordDigest(this.spec.context, this.record);
  }

  /** Whether a body is a correctly signed record of `party`. Anything else is to be dropped. */
  admits(party: PartyIndex, body: Uint8Array): boolean {
    const split = Math.max(0, body.length - SIGNATURE_BYTES);
    try {
      checkRecord(this.spec, party, body.slice(0, split), body.slice(split));
      return true;
    } catch {
      return false; // unauthenticated: as if it had never arrived
    }
  }

  /**
   * @param bodies enc(rec_i) || signature of every party, own included
   * @throws ProtocolError class A, without culprit, for a record without its sender's signature or reports
   *   that do not fit together; class A' for a signed record that is malformed or says somebody else
   */
  finish(bodies: ReadonlyMap<PartyIndex, Uint8Array>): Session {
    if (this.#spent) throw new UsageError('this handshake was already used');
    this.#spent = true;
    const { spec } = this;
    const parties = [...spec.roster.keys()].sort((a, b) => a - b);
    const signed = new Map<PartyIndex, { record: Uint8Array; signature: Uint8Array }>();
    const decoded = new Map<PartyIndex, SessionRecord>();
    for (const party of parties) {
      const body = bodies.get(party);
      if (body === undefined) throw new UsageError('a record is missing');
      const split = Math.max(0, body.length - SIGNATURE_BYTES);
      const record = body.slice(0, split);
      const signature = body.slice(split);
      decoded.set(party, checkRecord(spec, party, record, signature));
      signed.set(party, { record, signature });
    }
    for (const field of ['ephemeral', 'nonce'] as const) {
      const values = new Set([...decoded.values()].map((record) => toHex(record[field])));
      if (values.size !== decoded.size) {
        throw new ProtocolError('A', `two devices sent the same ${field} value`);
      }
    }
    const own = signed.get(spec.self)?.record;
    if (own === undefined || !equalBytes(own, this.record)) {
      throw new ProtocolError('A', 'the own session record was replaced');
    }
    const extras = new Map([...decoded].map(([party, { extra }]) => [party, extra]));
    const context = spec.complete(extras);
    const sid = sessionId(
      context,
      parties.map((party) => signed.get(party)?.record ?? new Uint8Array()),
    );
    const ephemerals = new Map([...decoded].map(([party, { ephemeral }]) => [party, ephemeral]));
    const session = new Session(
      { ...spec, parties, context, sid, records: signed, extras },
      this.#ephemeral,
      ephemerals,
    );
    this.#ephemeral.fill(0);
    return session;
  }

  /** Gives the handshake up. */
  abandon(): void {
    this.#spent = true;
    this.#ephemeral.fill(0);
  }
}

/**
 * One record against its sender. The signature comes first: before it holds, nobody can be blamed for what
 * the record says, because anybody may have written it.
 *
 * @throws ProtocolError class A without culprit when the record is not signed by the owner of the number,
 *   class A' with culprit when it is, and is malformed or says somebody else
 */
export function checkRecord(
  spec: Pick<HandshakeSpec, 'context' | 'roster'>,
  party: PartyIndex,
  record: Uint8Array,
  signature: Uint8Array,
): SessionRecord {
  const identity = spec.roster.get(party);
  const digest = recordDigest(spec.context, record);
  if (identity === undefined || !verifyIdentity(identity, digest, signature)) {
    throw new ProtocolError('A', `no signed session record of party ${String(party)}`);
  }
  const decoded = blaming(party, 'session record', () => decodeRecord(record));
  if (decoded.party !== party) {
    throw new ProtocolError("A'", 'session record of another party', party);
  }
  if (!equalBytes(decoded.identity, identity)) {
    throw new ProtocolError("A'", 'session record with another identity key', party);
  }
  return decoded;
}
