/** An established session: its id, its parties and the keys between them. */
import { x25519 } from '@noble/curves/ed25519.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { concat, u16, u8 } from '../../codec.ts';
import { blaming, UsageError, type PartyIndex } from '../abort.ts';
import type { Suite } from '../group.ts';
import { deriveKey, hash } from '../hash.ts';
import { TAGS } from '../tags.ts';
import { Unclonable } from '../unclonable.ts';

/** The protocols that can be run. */
export type ProtocolName = 'dkg' | 'sign' | 'reshare' | 'pair-setup';

/** A signed round-0 record. */
export interface SignedRecord {
  readonly record: Uint8Array;
  readonly signature: Uint8Array;
}

/** The public facts of a session. */
export interface SessionFacts {
  readonly suite: Suite;
  readonly protocol: ProtocolName;
  readonly self: PartyIndex;
  /** Ascending. */
  readonly parties: readonly PartyIndex[];
  readonly roster: ReadonlyMap<PartyIndex, Uint8Array>;
  /** enc(ctx'). */
  readonly context: Uint8Array;
  readonly sid: Uint8Array;
  readonly records: ReadonlyMap<PartyIndex, SignedRecord>;
  readonly extras: ReadonlyMap<PartyIndex, Uint8Array>;
}

/** Keys of one pair, one for each direction (pitfall P-36). */
export interface ChannelKeys {
  readonly send: Uint8Array;
  readonly receive: Uint8Array;
}

/** One session of one party. Lives in memory, once. */
export class Session extends Unclonable implements SessionFacts {
  readonly suite: Suite;
  readonly protocol: ProtocolName;
  readonly self: PartyIndex;
  readonly parties: readonly PartyIndex[];
  readonly roster: ReadonlyMap<PartyIndex, Uint8Array>;
  readonly context: Uint8Array;
  readonly sid: Uint8Array;
  readonly records: ReadonlyMap<PartyIndex, SignedRecord>;
  readonly extras: ReadonlyMap<PartyIndex, Uint8Array>;
  readonly #keys = new Map<PartyIndex, ChannelKeys>();

  /**
   * @param ephemeral the own X25519 secret key
   * @param ephemerals everyone's X25519 public key
   * @throws ProtocolError class A' when a key gives the all-zero shared secret
   */
  constructor(
    facts: SessionFacts,
    ephemeral: Uint8Array,
    ephemerals: ReadonlyMap<PartyIndex, Uint8Array>,
  ) {
    super();
    this.suite = facts.suite;
    this.protocol = facts.protocol;
    this.self = facts.self;
    this.parties = facts.parties;
    this.roster = facts.roster;
    this.context = facts.context;
    this.sid = facts.sid;
    this.records = facts.records;
    this.extras = facts.extras;
    for (const peer of this.peers) {
      const theirs = ephemerals.get(peer) ?? new Uint8Array();
      const shared = blaming(peer, 'ephemeral key', () =>
        x25519.getSharedSecret(ephemeral, theirs),
      );
      this.#keys.set(peer, {
        send: this.#channelKey(shared, this.self, peer),
        receive: this.#channelKey(shared, peer, this.self),
      });
      shared.fill(0);
    }
  }

  /** Everyone else, ascending. */
  get peers(): PartyIndex[] {
    return this.parties.filter((party) => party !== this.self);
  }

  /** The keys with a peer. @throws UsageError for anyone else */
  keysWith(peer: PartyIndex): ChannelKeys {
    const keys = this.#keys.get(peer);
    if (keys === undefined) throw new UsageError(`no channel with party ${String(peer)}`);
    return keys;
  }

  /** Identity key of a party. @throws UsageError for a party that is not in the session */
  identityOf(party: PartyIndex): Uint8Array {
    const identity = this.roster.get(party);
    if (identity === undefined)
      throw new UsageError(`party ${String(party)} is not in the session`);
    return identity;
  }

  /**
   * E_r: the digest of all bodies broadcast in round r (specification 3.3).
   *
   * @param bodies of every sender of the round, own included
   */
  echo(round: number, bodies: ReadonlyMap<PartyIndex, Uint8Array>): Uint8Array {
    const senders = [...bodies].sort(([a], [b]) => a - b);
    return hash(
      TAGS.echo,
      this.sid,
      u8(round),
      ...senders.flatMap(([party, body]) => [u16(party), hash(TAGS.echoBody, body)]),
    );
  }

  /** Forgets the channel keys. */
  wipe(): void {
    for (const { send, receive } of this.#keys.values()) {
      send.fill(0);
      receive.fill(0);
    }
    this.#keys.clear();
  }

  /** k_{i->j} = HKDF-SHA256(X25519, salt = sid, info = "chan" || u16 i || u16 j). */
  #channelKey(shared: Uint8Array, from: PartyIndex, to: PartyIndex): Uint8Array {
    return deriveKey(shared, this.sid, concat(utf8ToBytes('chan'), u16(from), u16(to)));
  }
}
