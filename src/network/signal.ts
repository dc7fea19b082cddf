/**
 * What two devices tell each other, sealed and by way of the mailbox, to make a direct connection.
 *
 *     call      = u8 1
 *     offer     = u8 2 || attempt (16) || u16 length || SDP
 *     answer    = u8 3 || attempt (16) || u16 length || SDP
 *     candidate = u8 4 || attempt (16) || u16 length || candidate || u8 length || mid || u16 line
 *
 * Text is UTF-8. `attempt` is random and names one attempt to connect; signals of other attempts are
 * dropped. `call` asks the one who makes offers (the device with the smaller id) to make one now.
 */
import { concat, DecodeError, Reader, u16, u8 } from '../codec.ts';

export const ATTEMPT_BYTES = 16;
const MAX_SDP_BYTES = 16_384;
const MAX_CANDIDATE_BYTES = 1_024;
const MAX_MID_BYTES = 32;

/** One ICE candidate (RFC 8840): the candidate line, the media section's name and its number. */
interface Candidate {
  readonly candidate: string;
  readonly sdpMid: string;
  readonly sdpMLineIndex: number;
}

export type Signal =
  | { readonly kind: 'call' }
  | { readonly kind: 'offer' | 'answer'; readonly attempt: Uint8Array; readonly sdp: string }
  | { readonly kind: 'candidate'; readonly attempt: Uint8Array; readonly candidate: Candidate };

/** @throws RangeError when a text is longer than a signal may carry */
export function encodeSignal(signal: Signal): Uint8Array {
  switch (signal.kind) {
    case 'call':
      return u8(1);
    case 'offer':
      return concat(u8(2), signal.attempt, sized(signal.sdp, MAX_SDP_BYTES, u16));
    case 'answer':
      return concat(u8(3), signal.attempt, sized(signal.sdp, MAX_SDP_BYTES, u16));
    case 'candidate': {
      const { candidate, sdpMid, sdpMLineIndex } = signal.candidate;
      return concat(
        u8(4),
        signal.attempt,
        sized(candidate, MAX_CANDIDATE_BYTES, u16),
        sized(sdpMid, MAX_MID_BYTES, u8),
        u16(sdpMLineIndex),
      );
    }
  }
}

/** @throws DecodeError unless the bytes are exactly one signal */
export function decodeSignal(bytes: Uint8Array): Signal {
  const reader = new Reader(bytes, 'signal');
  const signal = read(reader);
  reader.end();
  return signal;
}

function read(reader: Reader): Signal {
  const kind = reader.u8();
  if (kind === 1) return { kind: 'call' };
  if (kind !== 2 && kind !== 3 && kind !== 4) throw reader.malformed('unknown kind');
  const attempt = reader.bytes(ATTEMPT_BYTES);
  if (kind === 4) {
    const candidate = text(reader, reader.u16(), MAX_CANDIDATE_BYTES);
    const sdpMid = text(reader, reader.u8(), MAX_MID_BYTES);
    return {
      kind: 'candidate',
      attempt,
      candidate: { candidate, sdpMid, sdpMLineIndex: reader.u16() },
    };
  }
  const sdp = text(reader, reader.u16(), MAX_SDP_BYTES);
  return { kind: kind === 2 ? 'offer' : 'answer', attempt, sdp };
}

function sized(value: string, most: number, length: (value: number) => Uint8Array): Uint8Array {
  const bytes = new TextEncoder().encode(value);
  if (bytes.length > most)
    throw new RangeError(`signal: a text has more than ${String(most)} bytes`);
  return concat(length(bytes.length), bytes);
}

function text(reader: Reader, length: number, most: number): string {
  if (length > most) throw reader.malformed('a text is too long');
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(reader.bytes(length));
  } catch (cause) {
    if (cause instanceof DecodeError) throw cause;
    throw reader.malformed('a text is not UTF-8');
  }
}
