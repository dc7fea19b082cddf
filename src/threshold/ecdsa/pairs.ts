/**
 * The OT state that one device holds with each other member of a key (addendum A2, specification 9.4
 * and 14.3): generations, floors, one lock per pair, and the ban after a failed extension check.
 */
import { concat, equalBytes, Reader, u16, u32, u8 } from '../../codec.ts';
import { ProtocolError, UsageError, type PartyIndex } from '../abort.ts';
import { hash } from '../hash.ts';
import type { KeyInfo } from '../keys.ts';
import type { PairGeneration, PairPads } from '../ot/pair.ts';
import { LAMBDA_C } from '../parameters.ts';
import type { DurableRecord } from '../records.ts';
import { PeerStandings, type Standing } from '../standing.ts';
import { TAGS } from '../tags.ts';
import { Unclonable } from '../unclonable.ts';

/** Most generations of one pair that are kept and reported. */
const MAX_GENERATIONS = 4;
/** Largest jump of a generation number over the own record. */
export const MAX_GENERATION_JUMP = 1000;

/** pid = H("pair/final"; psid, kid, u32 epoch, u32 gen, u16 lo, u16 hi, T). */
const pairId = (
  psid: Uint8Array,
  info: Pick<KeyInfo, 'kid' | 'epoch'>,
  gen: number,
  a: PartyIndex,
  b: PartyIndex,
  transcript: Uint8Array,
): Uint8Array =>
  hash(
    TAGS.pairFinal,
    psid,
    info.kid,
    u32(info.epoch),
    u32(gen),
    u16(Math.min(a, b)),
    u16(Math.max(a, b)),
    transcript,
  );

/** A generation out of finished base OTs. */
export const generationOf = (
  pads: PairPads,
  psid: Uint8Array,
  info: Pick<KeyInfo, 'kid' | 'epoch'>,
  gen: number,
  self: PartyIndex,
  peer: PartyIndex,
): PairGeneration => ({
  gen,
  pid: pairId(psid, info, gen, self, peer, pads.transcript),
  send: pads.send,
  receive: pads.receive,
});

/** What a device reports about one pair in round 0. */
export interface PairReport {
  /** Generations up to this one are dead. */
  readonly floor: number;
  readonly held: readonly { readonly gen: number; readonly pid: Uint8Array }[];
}

interface PairRecord {
  readonly generations: Map<number, PairGeneration>;
  maxgen: number;
  floor: number;
  lease: PairLease | undefined;
}

/** The right to run one extension check with each of several peers. Lost when a pair is banned. */
export class PairLease {
  readonly peers: readonly PartyIndex[];
  #revoked: PartyIndex | undefined;

  constructor(peers: readonly PartyIndex[]) {
    this.peers = peers;
  }

  /** @internal */
  revoke(peer: PartyIndex): void {
    this.#revoked = peer;
  }

  /** @throws ProtocolError class A when a pair of this session was banned meanwhile */
  check(): void {
    if (this.#revoked !== undefined) {
      throw new ProtocolError('A', `the pair with party ${String(this.#revoked)} was banned`);
    }
  }
}

/** All pairs of one device in one key and epoch. Lives in memory once; changes are persisted by records. */
export class PairBook extends Unclonable {
  readonly kid: Uint8Array;
  readonly epoch: number;
  readonly self: PartyIndex;
  readonly #pairs = new Map<PartyIndex, PairRecord>();
  readonly #standings: PeerStandings;

  /** @param peers the other members of the key */
  constructor(info: Pick<KeyInfo, 'kid' | 'epoch' | 'members'>, self: PartyIndex) {
    super();
    this.kid = info.kid;
    this.epoch = info.epoch;
    this.self = self;
    this.#standings = new PeerStandings(info, self);
    for (const { index } of info.members) {
      if (index === self) continue;
      this.#pairs.set(index, {
        generations: new Map(),
        maxgen: 0,
        floor: 0,
        lease: undefined,
      });
    }
  }

  /** Whether this is the OT state of the share's key, epoch and device. */
  belongsTo({ info, index }: { readonly info: KeyInfo; readonly index: PartyIndex }): boolean {
    return equalBytes(this.kid, info.kid) && this.epoch === info.epoch && this.self === index;
  }

  /** Restores the numbers of a pair from storage or from a member's ban notice: they never decrease. */
  restore(peer: PartyIndex, numbers: { readonly maxgen: number; readonly floor: number }): void {
    const pair = this.#pair(peer);
    pair.maxgen = Math.max(pair.maxgen, numbers.maxgen, numbers.floor);
    pair.floor = Math.max(pair.floor, numbers.floor);
    for (const [gen, generation] of pair.generations) {
      if (gen <= pair.floor) this.#discard(pair, generation);
    }
  }

  /** Largest generation number ever used with a peer, and the floor below which all are dead. */
  numbers(peer: PartyIndex): { readonly maxgen: number; readonly floor: number } {
    const { maxgen, floor } = this.#pair(peer);
    return { maxgen, floor };
  }

  /** Reserves a generation number for a set-up that begins. @throws UsageError unless above all used ones */
  reserve(peer: PartyIndex, gen: number): DurableRecord {
    const pair = this.#pair(peer);
    // The floor is never above the largest number.
    if (gen <= pair.maxgen) throw new UsageError('generation already used');
    pair.maxgen = gen;
    return { kind: 'pair-reserved', kid: this.kid, peer, gen };
  }

  /** Adds a generation. @throws UsageError for one at or below the floor */
  add(peer: PartyIndex, generation: PairGeneration): void {
    const pair = this.#pair(peer);
    if (generation.gen <= pair.floor) throw new UsageError('this generation of the pair is banned');
    pair.maxgen = Math.max(pair.maxgen, generation.gen);
    pair.generations.set(generation.gen, generation);
    const surplus = [...pair.generations.values()]
      .sort((a, b) => b.gen - a.gen)
      .slice(MAX_GENERATIONS);
    for (const old of surplus) this.#discard(pair, old);
  }

  /** What to report in round 0 of a signing session. */
  report(peer: PartyIndex): PairReport {
    const { floor, generations } = this.#pair(peer);
    const held = [...generations.values()].sort((a, b) => b.gen - a.gen);
    return { floor, held: held.map(({ gen, pid }) => ({ gen, pid })) };
  }

  /**
   * The newest generation that both devices hold and neither has banned. Being listed counts as the
   * peer's confirmation.
   */
  common(peer: PartyIndex, theirs: PairReport): PairGeneration | undefined {
    const { floor, generations } = this.#pair(peer);
    return [...generations.values()]
      .sort((a, b) => b.gen - a.gen)
      .find(
        ({ gen, pid }) =>
          gen > Math.max(floor, theirs.floor) &&
          theirs.held.some((held) => held.gen === gen && equalBytes(held.pid, pid)),
      );
  }

  /** After both extension checks passed with `gen`, older generations are not needed any more. */
  settle(peer: PartyIndex, gen: number): void {
    const pair = this.#pair(peer);
    for (const generation of pair.generations.values()) {
      if (generation.gen < gen) this.#discard(pair, generation);
    }
  }

  /**
   * Takes the locks of all pairs, ascending: at most one extension check per pair is in flight.
   *
   * @throws ProtocolError class A "busy" when one is taken; then none is held
   */
  lock(peers: readonly PartyIndex[]): PairLease {
    const ascending = [...peers].sort((a, b) => a - b);
    const busy = ascending.find((peer) => this.#pair(peer).lease !== undefined);
    if (busy !== undefined) {
      throw new ProtocolError('A', `busy: another session with party ${String(busy)} is running`);
    }
    this.#standings.check(ascending);
    const lease = new PairLease(ascending);
    for (const peer of ascending) this.#pair(peer).lease = lease;
    return lease;
  }

  /** Gives locks back. */
  unlock(lease: PairLease): void {
    for (const peer of lease.peers) {
      const pair = this.#pair(peer);
      if (pair.lease === lease) pair.lease = undefined;
    }
  }

  /**
   * Destroys the pair's OT state, both directions, and ends every session that holds its lock. Call before
   * the failure is reported, and persist the record before anything else.
   */
  ban(peer: PartyIndex): DurableRecord {
    const pair = this.#pair(peer);
    pair.floor = pair.maxgen;
    for (const generation of pair.generations.values()) this.#discard(pair, generation);
    pair.lease?.revoke(peer);
    const { kid, epoch, self } = this;
    return { kind: 'pair-banned', kid, epoch, self, peer, floor: pair.floor };
  }

  /** See `PeerStandings`. */
  refuse(peer: PartyIndex): DurableRecord {
    return this.#standings.refuse(peer);
  }

  /** See `PeerStandings`. */
  countFailure(peers: readonly PartyIndex[]): DurableRecord[] {
    return this.#standings.countFailure(peers);
  }

  /** See `PeerStandings`. */
  clearFailures(peers: readonly PartyIndex[]): DurableRecord[] {
    return this.#standings.clearFailures(peers);
  }

  /** A person allows sessions with a peer again. Lifts no ban: that takes a pair set-up. */
  allow(peer: PartyIndex): DurableRecord {
    return this.#standings.allow(peer);
  }

  /** Restores what was recorded about a peer. */
  restoreStanding(peer: PartyIndex, standing: Standing): void {
    this.#standings.restore(peer, standing);
  }

  #pair(peer: PartyIndex): PairRecord {
    const pair = this.#pairs.get(peer);
    if (pair === undefined) throw new UsageError(`party ${String(peer)} is no other member`);
    return pair;
  }

  #discard(pair: PairRecord, generation: PairGeneration): void {
    pair.generations.delete(generation.gen);
    const { send, receive } = generation;
    for (const secret of [send.nabla, send.chosen, receive.zeros, receive.ones]) secret.fill(0);
  }
}

/** The digest of a ban notice, signed by its author and kept for it by the other members (addendum A2). */
export const banDigest = (ban: Extract<DurableRecord, { kind: 'pair-banned' }>): Uint8Array =>
  hash(TAGS.pairBan, ban.kid, u32(ban.epoch), u16(ban.self), u16(ban.peer), u32(ban.floor));

/** u32 floor, u8 count, then u32 gen and pid of each. */
export const encodePairReport = ({ floor, held }: PairReport): Uint8Array =>
  concat(u32(floor), u8(held.length), ...held.flatMap(({ gen, pid }) => [u32(gen), pid]));

/** @throws DecodeError unless canonical: at most 4 generations, descending, above the floor */
export function readPairReport(reader: Reader): PairReport {
  const floor = reader.u32();
  const count = reader.u8();
  if (count > MAX_GENERATIONS) throw reader.malformed('too many generations');
  const held = Array.from({ length: count }, () => ({ gen: reader.u32(), pid: reader.bytes(32) }));
  const ordered = held.every(({ gen }, i) => gen > floor && gen < (held[i - 1]?.gen ?? Infinity));
  if (!ordered) throw reader.malformed('generations out of order');
  return { floor, held };
}

const PAD_BYTES = LAMBDA_C * 32;

/** Bytes of a generation for the keystore, which seals them: version, gen, pid, Nabla, three pads. */
export const encodeGeneration = ({ gen, pid, send, receive }: PairGeneration): Uint8Array =>
  concat(u8(1), u32(gen), pid, send.nabla, send.chosen, receive.zeros, receive.ones);

/** @throws DecodeError unless canonical */
export function decodeGeneration(bytes: Uint8Array): PairGeneration {
  const reader = new Reader(bytes, 'pair state');
  if (reader.u8() !== 1) throw reader.malformed('unknown version');
  const gen = reader.u32();
  const pid = reader.bytes(32);
  const send = { nabla: reader.bytes(LAMBDA_C / 8), chosen: reader.bytes(PAD_BYTES) };
  const receive = { zeros: reader.bytes(PAD_BYTES), ones: reader.bytes(PAD_BYTES) };
  reader.end();
  return { gen, pid, send, receive };
}
