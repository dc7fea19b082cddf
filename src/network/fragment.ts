/**
 * Messages larger than one envelope, cut into fragments with consecutive counters.
 *
 *     envelope body = u16 index || u16 count || bytes
 *
 * All fragments but the last are full, so a message has one way to be cut. A fragment's message is named
 * by the counter of its first fragment: `counter - index`.
 */
import { concat, DecodeError, Reader, u16 } from '../codec.ts';
import type { DeviceId, Stream } from './channel.ts';
import { MAX_BODY_BYTES } from './envelope.ts';
import { TooLargeError } from './errors.ts';
import type { Timers } from './timers.ts';

/** Largest message in bytes: 4 MiB. */
export const MAX_MESSAGE_BYTES = 4 * 1024 * 1024;
const HEADER_BYTES = 4;
/** Bytes in every fragment but the last. */
export const FRAGMENT_BYTES = MAX_BODY_BYTES - HEADER_BYTES;
const MAX_FRAGMENTS = Math.ceil(MAX_MESSAGE_BYTES / FRAGMENT_BYTES);
/** Messages of one device that may be incomplete at the same time: bounds memory to about 8 MiB each. */
const MAX_UNFINISHED = 2;
/** A message whose fragments do not come within this time of the last one is given up. */
const PATIENCE_MS = 60_000;

/**
 * The envelope bodies of a message, in order.
 *
 * @throws TooLargeError above MAX_MESSAGE_BYTES
 */
export function fragments(body: Uint8Array): Uint8Array[] {
  if (body.length > MAX_MESSAGE_BYTES) throw new TooLargeError(body.length, MAX_MESSAGE_BYTES);
  const count = Math.max(1, Math.ceil(body.length / FRAGMENT_BYTES));
  return Array.from({ length: count }, (_, index) =>
    concat(
      u16(index),
      u16(count),
      body.subarray(index * FRAGMENT_BYTES, (index + 1) * FRAGMENT_BYTES),
    ),
  );
}

interface Fragment {
  readonly index: number;
  readonly count: number;
  readonly bytes: Uint8Array;
}

interface Unfinished {
  readonly stream: Stream;
  readonly parts: Map<number, Uint8Array>;
  readonly count: number;
  lastAt: number;
}

/** Puts fragments of many devices together again, in bounded memory. */
export class Reassembler {
  readonly #timers: Timers;
  /** By sender, then by the counter of the first fragment; oldest first. */
  readonly #unfinished = new Map<DeviceId, Map<number, Unfinished>>();

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  /**
   * Takes one envelope body; gives the whole message with its last missing fragment.
   *
   * @throws DecodeError when the body is no fragment or contradicts an earlier one of its message
   */
  take(from: DeviceId, stream: Stream, counter: number, body: Uint8Array): Uint8Array | undefined {
    const { index, count, bytes } = parseFragment(body);
    if (count === 1) return bytes;
    this.#expire();
    const ofSender = this.#unfinished.get(from) ?? new Map<number, Unfinished>();
    this.#unfinished.set(from, ofSender);
    const first = counter - index;
    const lastAt = this.#timers.now();
    const unfinished: Unfinished = ofSender.get(first) ?? {
      stream,
      count,
      parts: new Map(),
      lastAt,
    };
    if (unfinished.stream !== stream || unfinished.count !== count) {
      ofSender.delete(first);
      throw new DecodeError('fragment: it contradicts an earlier one of its message');
    }
    unfinished.parts.set(index, bytes);
    unfinished.lastAt = lastAt;
    ofSender.set(first, unfinished);
    if (unfinished.parts.size === count) {
      ofSender.delete(first);
      return concat(...[...unfinished.parts].sort(([a], [b]) => a - b).map(([, part]) => part));
    }
    const [oldest] = ofSender.keys();
    if (ofSender.size > MAX_UNFINISHED && oldest !== undefined) ofSender.delete(oldest);
    return undefined;
  }

  /** Drops what is incomplete from devices other than these. */
  retain(devices: { has(device: DeviceId): boolean }): void {
    for (const device of this.#unfinished.keys()) {
      if (!devices.has(device)) this.#unfinished.delete(device);
    }
  }

  #expire(): void {
    const now = this.#timers.now();
    for (const [device, ofSender] of this.#unfinished) {
      for (const [first, unfinished] of ofSender) {
        if (now - unfinished.lastAt > PATIENCE_MS) ofSender.delete(first);
      }
      if (ofSender.size === 0) this.#unfinished.delete(device);
    }
  }
}

function parseFragment(body: Uint8Array): Fragment {
  const reader = new Reader(body, 'fragment');
  const index = reader.u16();
  const count = reader.u16();
  const bytes = body.slice(HEADER_BYTES);
  if (count < 1 || count > MAX_FRAGMENTS || index >= count) {
    throw reader.malformed('its place in the message is out of range');
  }
  const last = index === count - 1;
  if (!last && bytes.length !== FRAGMENT_BYTES) throw reader.malformed('it is not full');
  if (last && count > 1 && bytes.length === 0) throw reader.malformed('it is empty');
  if (index * FRAGMENT_BYTES + bytes.length > MAX_MESSAGE_BYTES) {
    throw reader.malformed('the message is too large');
  }
  return { index, count, bytes };
}
