/**
 * Counters that are never used twice and messages that are never taken twice, over restarts of the page
 * and over every carrier: mesh and mailbox share one guard.
 *
 *     record = u8 version (1) || u64 reserved || u64 highest || window (512)
 *
 * A sender reserves counters in blocks before it uses them, so a crash skips some and repeats none. A
 * receiver keeps a sliding window of WINDOW counters per sender (RFC 4303 section 3.4.3, RFC 6347
 * section 4.1.2.6): bit `counter mod WINDOW` says whether that counter was taken.
 */
import { concat, Reader, u8 } from '../codec.ts';
import type { DeviceId } from './channel.ts';
import { encodeCounter, readCounter } from './counter.ts';
import { Serial } from './serial.ts';

/** Where the guard keeps one record per device. The wallet backs it with sealed storage. */
export interface ReplayStore {
  /** The record last saved, or `undefined`. */
  load(peer: DeviceId): Promise<Uint8Array | undefined>;
  /** Resolves only when the record is durable. */
  save(peer: DeviceId, record: Uint8Array): Promise<void>;
}

const VERSION = 1;
/** Counters a window spans: how far messages may overtake each other. */
export const WINDOW = 4096;
const BLOCK = 64;
/** Windows of devices that are no peers, kept in memory only. */
const MAX_STRANGERS = 256;

interface Standing {
  /** Counters up to here are durably reserved for sending. */
  readonly reserved: number;
  /** Highest counter taken from that device; 0: none. */
  readonly highest: number;
  readonly window: Uint8Array;
}

/** One per device: two guards over one store would repeat counters. */
export class ReplayGuard {
  readonly #store: ReplayStore;
  readonly #serial = new Serial();
  readonly #standings = new Map<DeviceId, Standing>();
  readonly #strangers = new Map<DeviceId, Standing>();
  readonly #next = new Map<DeviceId, number>();

  constructor(store: ReplayStore) {
    this.#store = store;
  }

  /** The first of `count` consecutive counters for messages to that device, durably spent. */
  async reserve(peer: DeviceId, count: number): Promise<number> {
    return this.#serial.run(async () => {
      const standing = await this.#standing(peer);
      const first = this.#next.get(peer) ?? standing.reserved + 1;
      const last = first + count - 1;
      if (last > standing.reserved) {
        await this.#save(peer, { ...standing, reserved: last + BLOCK });
      }
      this.#next.set(peer, last + 1);
      return first;
    });
  }

  /**
   * Whether a peer's counter is new. If so it counts as taken from now on, durably.
   *
   * Rejects when that could not be stored; the counter is still new then.
   */
  async accept(peer: DeviceId, counter: number): Promise<boolean> {
    return this.#serial.run(async () => {
      const taken = take(await this.#standing(peer), counter);
      if (taken === undefined) return false;
      await this.#save(peer, taken);
      return true;
    });
  }

  /**
   * The same for a device that is no peer yet: kept in memory, for the last MAX_STRANGERS of them, so
   * that strangers cannot fill the disk. What was taken stays taken when the stranger becomes a peer.
   */
  async acceptStranger(device: DeviceId, counter: number): Promise<boolean> {
    return this.#serial.run(async () => {
      const taken = take(await this.#standing(device), counter);
      if (taken === undefined) return false;
      this.#strangers.delete(device);
      this.#strangers.set(device, taken);
      const [oldest] = this.#strangers.keys();
      if (this.#strangers.size > MAX_STRANGERS && oldest !== undefined) {
        this.#strangers.delete(oldest);
      }
      return true;
    });
  }

  async #standing(peer: DeviceId): Promise<Standing> {
    const known = this.#strangers.get(peer) ?? this.#standings.get(peer);
    if (known !== undefined) return known;
    const record = await this.#store.load(peer);
    return record === undefined
      ? { reserved: 0, highest: 0, window: new Uint8Array(WINDOW / 8) }
      : parseStanding(record);
  }

  async #save(peer: DeviceId, standing: Standing): Promise<void> {
    await this.#store.save(peer, serializeStanding(standing));
    this.#standings.set(peer, standing);
    this.#strangers.delete(peer);
  }
}

/** The standing with `counter` taken, or `undefined` when it was taken before or is too old to tell. */
function take(standing: Standing, counter: number): Standing | undefined {
  const { highest } = standing;
  const window = standing.window.slice();
  if (counter <= highest - WINDOW) return undefined;
  if (counter <= highest) {
    if (hasBit(window, counter)) return undefined;
    setBit(window, counter, true);
    return { ...standing, window };
  }
  const passed = Math.min(counter - highest, WINDOW);
  for (let i = 0; i < passed; i++) setBit(window, counter - i, false);
  setBit(window, counter, true);
  return { ...standing, highest: counter, window };
}

const hasBit = (window: Uint8Array, counter: number): boolean =>
  ((window[(counter % WINDOW) >> 3] ?? 0) & (1 << (counter & 7))) !== 0;

function setBit(window: Uint8Array, counter: number, value: boolean): void {
  const at = (counter % WINDOW) >> 3;
  const mask = 1 << (counter & 7);
  const byte = window[at] ?? 0;
  window[at] = value ? byte | mask : byte & ~mask;
}

const serializeStanding = (standing: Standing): Uint8Array =>
  concat(
    u8(VERSION),
    encodeCounter(standing.reserved),
    encodeCounter(standing.highest),
    standing.window,
  );

function parseStanding(record: Uint8Array): Standing {
  const reader = new Reader(record, 'replay record');
  if (reader.u8() !== VERSION) throw reader.malformed('unknown version');
  const reserved = readCounter(reader);
  const highest = readCounter(reader);
  const window = reader.bytes(WINDOW / 8);
  reader.end();
  return { reserved, highest, window };
}
