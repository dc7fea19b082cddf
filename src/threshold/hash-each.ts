/**
 * Many short hashes of one shape at once: Exp(H(tag; first, u16 j, last_j), length) for j < count.
 *
 * One multiplication needs some 3,000 of them, and the cost of a call to the library's `sha256` is
 * several times that of the compression function. Here the padded blocks are laid out once and the
 * compression function alone runs over them. `hash-each.test.ts` compares with `hash` and `expand`.
 */
import { u32 } from '../codec.ts';
import {
  BLOCK_WORDS,
  compress,
  INITIAL,
  load,
  SCHEDULE_WORDS,
  STATE_WORDS,
} from './compression.ts';
import { tagPrefix } from './hash.ts';
import type { Tag } from './tags.ts';

const BLOCK = 4 * BLOCK_WORDS;

/** The padding of a message of `length` bytes, `before` bytes of blocks having been absorbed already. */
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
  const state = Int32Array.from(INITIAL);
  const schedule = new Int32Array(SCHEDULE_WORDS);
  load(schedule, new DataView(tagPrefix(tag).buffer), 0);
  compress(state, schedule);
  const afterTag = state.slice();

  // u32(32) || first || u32(2) || j || u32(lastLength) || last
  const indexAt = 4 + 32 + 4;
  const lastAt = indexAt + 2 + 4;
  const message = paddedBlocks(lastLength === 0 ? indexAt + 2 : lastAt + lastLength, BLOCK);
  message.bytes.set(u32(32), 0);
  message.bytes.set(first, 4);
  message.bytes.set(u32(2), 4 + 32);
  if (lastLength > 0) message.bytes.set(u32(lastLength), indexAt + 2);

  // K || u32 counter: one block, of which only K and the counter change
  const expansion = new Int32Array(SCHEDULE_WORDS);
  load(expansion, paddedBlocks(36, 0).view, 0);
  const steps = Math.ceil(length / 32);
  const expanded = new DataView(new ArrayBuffer(steps * 32));
  const expandedBytes = new Uint8Array(expanded.buffer, 0, length);

  const out = new Uint8Array(count * length);
  for (let j = 0; j < count; j++) {
    message.view.setUint16(indexAt, j);
    for (let i = 0; i < lastLength; i++) {
      message.bytes[lastAt + i] = lasts[j * lastLength + i] ?? 0;
    }
    state.set(afterTag);
    for (let at = 0; at < message.bytes.length; at += BLOCK) {
      load(schedule, message.view, at);
      compress(state, schedule);
    }
    expansion.set(state);
    for (let step = 0; step < steps; step++) {
      expansion[STATE_WORDS] = step;
      state.set(INITIAL);
      compress(state, expansion);
      for (let i = 0; i < STATE_WORDS; i++) expanded.setInt32(32 * step + 4 * i, state[i] ?? 0);
    }
    out.set(expandedBytes, j * length);
  }
  message.bytes.fill(0);
  expandedBytes.fill(0);
  for (const words of [state, schedule, expansion]) words.fill(0);
  return out;
}
