import { describe, expect, it } from 'vitest';
import { concat, u16 } from '../codec.ts';
import type { DeviceId } from './channel.ts';
import { TooLargeError } from './errors.ts';
import { FRAGMENT_BYTES, fragments, MAX_MESSAGE_BYTES, Reassembler } from './fragment.ts';
import { ManualTimers } from './testing/manual-timers.ts';

const ALICE = 'a1' as DeviceId;
const BOB = 'b0' as DeviceId;
const message = (length: number, fill = 1): Uint8Array => new Uint8Array(length).fill(fill);

describe('fragments', () => {
  it.each([0, 1, FRAGMENT_BYTES, FRAGMENT_BYTES + 1, 3 * FRAGMENT_BYTES, MAX_MESSAGE_BYTES])(
    'of %i bytes come together in any order',
    (length) => {
      const body = message(length);
      const parts = fragments(body);
      expect(parts).toHaveLength(Math.max(1, Math.ceil(length / FRAGMENT_BYTES)));
      const reassembler = new Reassembler(new ManualTimers());
      const whole = parts
        .map((part, i) => ({ part, counter: 100 + i }))
        .reverse()
        .map(({ part, counter }) => reassembler.take(ALICE, 'journal', counter, part));
      expect(whole.slice(0, -1).every((each) => each === undefined)).toBe(true);
      expect(whole.at(-1)?.length).toBe(length);
    },
  );

  it('of more than 4 MiB are refused', () => {
    expect(() => fragments(message(MAX_MESSAGE_BYTES + 1))).toThrow(TooLargeError);
  });

  it('keep two messages of one device apart, and those of two devices', () => {
    const reassembler = new Reassembler(new ManualTimers());
    const take = (from: DeviceId, counter: number, part: Uint8Array | undefined) =>
      reassembler.take(from, 'journal', counter, part ?? new Uint8Array());
    const [one, two, three] = [1, 2, 3].map((fill) => fragments(message(FRAGMENT_BYTES + 1, fill)));
    expect(take(ALICE, 10, one?.[0])).toBeUndefined();
    expect(take(ALICE, 12, two?.[0])).toBeUndefined();
    expect(take(BOB, 10, three?.[0])).toBeUndefined();
    expect(take(ALICE, 13, two?.[1])?.every((byte) => byte === 2)).toBe(true);
    expect(take(BOB, 11, three?.[1])?.every((byte) => byte === 3)).toBe(true);
    expect(take(ALICE, 11, one?.[1])?.every((byte) => byte === 1)).toBe(true);
  });

  it('are given up a minute after the last one came', () => {
    const timers = new ManualTimers();
    const [first = new Uint8Array(), second = new Uint8Array()] = fragments(
      message(FRAGMENT_BYTES + 1),
    );
    const late = new Reassembler(timers);
    late.take(ALICE, 'journal', 1, first);
    timers.advance(60_001);
    expect(late.take(ALICE, 'journal', 2, second)).toBeUndefined();
    const inTime = new Reassembler(timers);
    inTime.take(ALICE, 'journal', 1, first);
    timers.advance(60_000);
    expect(inTime.take(ALICE, 'journal', 2, second)).toBeDefined();
  });

  it('of more than two messages at once push out the oldest', () => {
    const reassembler = new Reassembler(new ManualTimers());
    const [first = new Uint8Array(), second = new Uint8Array()] = fragments(
      message(FRAGMENT_BYTES + 1),
    );
    for (const counter of [1, 3, 5]) reassembler.take(ALICE, 'journal', counter, first);
    expect(reassembler.take(ALICE, 'journal', 6, second)).toBeDefined();
    expect(reassembler.take(ALICE, 'journal', 4, second)).toBeDefined();
    expect(reassembler.take(ALICE, 'journal', 2, second)).toBeUndefined();
  });

  it('of removed devices are forgotten', () => {
    const reassembler = new Reassembler(new ManualTimers());
    const [first = new Uint8Array(), second = new Uint8Array()] = fragments(
      message(FRAGMENT_BYTES + 1),
    );
    reassembler.take(ALICE, 'journal', 1, first);
    reassembler.retain(new Set([BOB]));
    expect(reassembler.take(ALICE, 'journal', 2, second)).toBeUndefined();
  });

  it.each([
    ['no header', new Uint8Array(3)],
    ['no fragments', concat(u16(0), u16(0))],
    ['a place behind the last', concat(u16(2), u16(2), message(1))],
    ['too many fragments', concat(u16(0), u16(18), message(FRAGMENT_BYTES))],
    ['a fragment that is not full', concat(u16(0), u16(2), message(FRAGMENT_BYTES - 1))],
    ['an empty last one', concat(u16(1), u16(2))],
    [
      'too much in total',
      concat(u16(16), u16(17), message(MAX_MESSAGE_BYTES - 16 * FRAGMENT_BYTES + 1)),
    ],
  ])('with %s are refused', (_what, part) => {
    const reassembler = new Reassembler(new ManualTimers());
    expect(() => reassembler.take(ALICE, 'journal', 20, part)).toThrow('fragment');
  });

  it('that contradict an earlier one are refused, with their message', () => {
    const timers = new ManualTimers();
    const [first = new Uint8Array()] = fragments(message(FRAGMENT_BYTES + 1));
    const count = new Reassembler(timers);
    count.take(ALICE, 'journal', 1, first);
    const third = concat(u16(2), u16(3), message(1));
    expect(() => count.take(ALICE, 'journal', 3, third)).toThrow('contradicts');
    const stream = new Reassembler(timers);
    stream.take(ALICE, 'journal', 1, first);
    const last = concat(u16(1), u16(2), message(1));
    expect(() => stream.take(ALICE, 'ceremony', 2, last)).toThrow('contradicts');
  });
});
