/**
 * Packets that arrive before the session exists: a faster peer may be ahead while another peer's record is
 * still on its way. They cannot be authenticated yet, so each slot (sender, round, kind) has room of its
 * own: a flood in one name takes nothing from another, and never pushes out what came before it.
 */
import { equalBytes } from '../../codec.ts';
import type { HandshakeSpec } from './handshake.ts';
import { ABORT_ROUND, slotIfEarly } from './packet.ts';

/**
 * The last round in which a peer can be while this party has sent nothing: the third of a redistribution,
 * in which everyone speaks. In the other protocols everyone speaks in the first.
 */
export const LAST_EARLY_ROUND = 3;
/** Slots of one sender: both kinds of each early round, and the abort notice. */
const SLOTS = 2 * LAST_EARLY_ROUND + 1;
/** Candidates of one slot: the genuine one, and a few of sessions that ended before it. */
const SLOT_PACKETS = 4;
/** Bytes that the slots share equally, unless that is less than what each needs. */
const SHARED_BYTES = 2 ** 25;
/** Bytes that every slot has: the largest early packet, round 1 of 16 ECDSA items, has less than 200 kB. */
const SLOT_BYTES = 2 ** 18;

/** First in, first out; what finds no room is dropped. */
export class EarlyPackets {
  readonly #spec: HandshakeSpec;
  readonly #slotBytes: number;
  readonly #slots = new Map<string, Uint8Array[]>();
  #packets: Uint8Array[] = [];
  #given = 0;

  constructor(spec: HandshakeSpec) {
    this.#spec = spec;
    const slots = SLOTS * Math.max(1, spec.roster.size - 1);
    this.#slotBytes = Math.max(SLOT_BYTES, Math.floor(SHARED_BYTES / slots));
  }

  /** Keeps a packet whose header could be right and whose slot has room; anything else is dropped. */
  keep(packet: Uint8Array): void {
    const { roster, self } = this.#spec;
    const slot = slotIfEarly(this.#spec, roster, self, packet);
    if (slot === undefined) return;
    const notice = slot.round === ABORT_ROUND && slot.to === 0;
    if (slot.round > LAST_EARLY_ROUND && !notice) return;
    const key = `${String(slot.from)}/${String(slot.round)}/${String(slot.to)}`;
    const candidates = this.#slots.get(key) ?? [];
    const bytes = candidates.reduce((total, { length }) => total + length, packet.length);
    if (candidates.length === SLOT_PACKETS || bytes > this.#slotBytes) return;
    if (candidates.some((known) => equalBytes(known, packet))) return;
    const copy = packet.slice();
    this.#slots.set(key, [...candidates, copy]);
    this.#packets.push(copy);
  }

  /** The oldest packet, once. */
  next(): Uint8Array | undefined {
    const packet = this.#packets[this.#given];
    if (packet !== undefined) {
      this.#given += 1;
    } else {
      this.#packets = [];
      this.#given = 0;
      this.#slots.clear();
    }
    return packet;
  }
}
