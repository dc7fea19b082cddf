/**
 * Many short hashes of one shape at once: Exp(H(tag; first, u16 j, last_j), length) for j < count.
 *
 * One multiplication needs some 3,000 of them, and the cost of a call to the library's `sha256` is
 * several times that of the compression function. Here the padded blocks are laid out once and the
 * library's compression function runs over them. `hash-each.test.ts` compares with `hash` and `expand`.
 */
import { _SHA256 } from '@noble/hashes/sha2.js';
import { u32 } from '../codec.ts';
import { tagPrefix } from './hash.ts';
import type { Tag } from './tags.ts';

const BLOCK = 64;

/** The library's SHA-256 with its compression function in reach. */
class Compression extends _SHA256 {
  /** Sets the chaining value; without one, the initial value of SHA-256. */
  restart(chain: readonly number[] = INITIAL): void {
    this.set(...(chain as Parameters<Compression['set']>));
  }

  /** Compresses the 64-byte block at `offset`. */
  absorb(view: DataView, offset: number): void {
    this.process(view, offset);
  }

  /** Writes the chaining value as 32 bytes at `offset`. */
  writeTo(view: DataView, offset: number): void {
    view.setUint32(offset, this.A);
    view.setUint32(offset + 4, this.B);
    view.setUint32(offset + 8, this.C);
    view.setUint32(offset + 12, this.D);
    view.setUint32(offset + 16, this.E);
    view.setUint32(offset + 20, this.F);
    view.setUint32(offset + 24, this.G);
    view.setUint32(offset + 28, this.H);
  }

  /** The chaining value. */
  chain(): readonly number[] {
    return this.get();
  }
}

const INITIAL: readonly number[] = new Compression().chain();

/** Lays out `length` bytes of message as padded blocks, `before` bytes having been absorbed already. */
function paddedBlocks(length: number, before: number): { bytes: Uint8Array; view: DataView } {
  const bytes = new Uint8Array(Math.ceil((length + 9) / BLOCK) * BLOCK);
  const view = new DataView(bytes.buffer);
  bytes[length] = 0x80;
  view.setUint32(bytes.length - 4, (before + length) * 8);
  return { bytes, view };
}

/**
 * Exp(H(tag; first, u16 j, last_j), length) for j = 0..count-1, one after the other.
 *
 * @param first the first part, 32 bytes (a session or gadget key)
 * @param lasts `count` last parts of `lastLength` bytes each, concatenated; with `lastLength` 0 there is no last part
 * @param count 1..65536
 * @param length bytes of output per index
 * @returns count × length bytes
 */
export function expandEach(
  tag: Tag,
  first: Uint8Array,
  lasts: Uint8Array,
  lastLength: number,
  count: number,
  length: number,
): Uint8Array {
  if (first.length !== 32) throw new RangeError('expandEach: the first part has 32 bytes');
  if (lasts.length !== count * lastLength) throw new RangeError('expandEach: wrong size of parts');
  const compression = new Compression();
  const prefix = new DataView(tagPrefix(tag).buffer);
  compression.restart();
  compression.absorb(prefix, 0);
  const afterTag = compression.chain();

  // u32(32) || first || u32(2) || j || u32(lastLength) || last
  const indexAt = 4 + 32 + 4;
  const lastAt = indexAt + 2 + 4;
  const message = paddedBlocks(lastLength === 0 ? indexAt + 2 : lastAt + lastLength, BLOCK);
  message.bytes.set(u32(32), 0);
  message.bytes.set(first, 4);
  message.bytes.set(u32(2), 4 + 32);
  if (lastLength > 0) message.bytes.set(u32(lastLength), indexAt + 2);

  // K || u32 counter
  const key = paddedBlocks(36, 0);
  const steps = Math.ceil(length / 32);
  const expanded = new Uint8Array(steps * 32);
  const expandedView = new DataView(expanded.buffer);

  const out = new Uint8Array(count * length);
  for (let j = 0; j < count; j++) {
    message.view.setUint16(indexAt, j);
    if (lastLength > 0) {
      message.bytes.set(lasts.subarray(j * lastLength, (j + 1) * lastLength), lastAt);
    }
    compression.restart(afterTag);
    for (let at = 0; at < message.bytes.length; at += BLOCK) compression.absorb(message.view, at);
    compression.writeTo(key.view, 0);
    for (let step = 0; step < steps; step++) {
      key.view.setUint32(32, step);
      compression.restart();
      compression.absorb(key.view, 0);
      compression.writeTo(expandedView, step * 32);
    }
    out.set(length === expanded.length ? expanded : expanded.subarray(0, length), j * length);
  }
  message.bytes.fill(0);
  key.bytes.fill(0);
  expanded.fill(0);
  compression.destroy();
  return out;
}
