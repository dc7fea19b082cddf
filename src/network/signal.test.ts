import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DecodeError } from '../codec.ts';
import { decodeSignal, encodeSignal, type Signal } from './signal.ts';

const attempt = new Uint8Array(16).fill(7);
const SIGNALS: Signal[] = [
  { kind: 'call' },
  { kind: 'offer', attempt, sdp: 'v=0\r\nö' },
  { kind: 'answer', attempt, sdp: '' },
  {
    kind: 'candidate',
    attempt,
    candidate: {
      candidate: 'candidate:1 1 udp 1 10.0.0.1 9 typ host',
      sdpMid: '0',
      sdpMLineIndex: 0,
    },
  },
];

describe('a signal', () => {
  it.each(SIGNALS)('$kind is read as it was written, and at no other length', (signal) => {
    const bytes = encodeSignal(signal);
    expect(decodeSignal(bytes)).toEqual(signal);
    expect(() => decodeSignal(Uint8Array.from([...bytes, 0]))).toThrow(DecodeError);
    expect(() => decodeSignal(bytes.slice(0, -1))).toThrow(DecodeError);
  });

  it('has one encoding: whatever is read is written the same', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      fc
        .uint8Array({ maxLength: 4 })
        .map((tail) => Uint8Array.from([2, ...attempt, 0, tail.length, ...tail])),
    );
    fc.assert(
      fc.property(bytes, (input) => {
        let signal: Signal;
        try {
          signal = decodeSignal(input);
        } catch (error) {
          expect(error).toBeInstanceOf(DecodeError);
          return;
        }
        expect(encodeSignal(signal)).toEqual(input);
      }),
    );
  });

  it('refuses unknown kinds, long texts and what is not UTF-8', () => {
    expect(() => decodeSignal(new Uint8Array([5]))).toThrow('unknown kind');
    const long = Uint8Array.from([2, ...attempt, 0x40, 0x01, ...new Uint8Array(0x4001)]);
    expect(() => decodeSignal(long)).toThrow('too long');
    const invalid = Uint8Array.from([2, ...attempt, 0, 1, 0xff]);
    expect(() => decodeSignal(invalid)).toThrow('not UTF-8');
    const sdp = 'x'.repeat(16_385);
    expect(() => encodeSignal({ kind: 'offer', attempt, sdp })).toThrow(RangeError);
  });
});
