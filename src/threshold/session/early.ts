/**
 * Packets that arrive before the session exists: a faster peer may be a round ahead while another peer's
 * record is still on its way. They cannot be authenticated yet, so memory is what is bounded: when it is
 * full the oldest go.
 */
import type { HandshakeSpec } from './handshake.ts';
import { mayBeEarly } from './packet.ts';

/** Bytes kept at most. A round-1 packet has up to 200 kB (16 items), and each peer sends two. */
const EARLY_BYTES = 2 ** 25;

/** First in, first out. */
export class EarlyPackets {
  readonly #spec: HandshakeSpec;
  readonly #packets: Uint8Array[] = [];
  #bytes = 0;

  constructor(spec: HandshakeSpec) {
    this.#spec = spec;
  }

  /** Keeps a packet whose header could be right; anything else is dropped. */
  keep(packet: Uint8Array): void {
    const { roster, self } = this.#spec;
    if (!mayBeEarly(this.#spec, roster, self, packet) || packet.length > EARLY_BYTES) return;
    this.#packets.push(packet.slice());
    this.#bytes += packet.length;
    while (this.#bytes > EARLY_BYTES) this.next();
  }

  /** The oldest packet, once. */
  next(): Uint8Array | undefined {
    const packet = this.#packets.shift();
    this.#bytes -= packet?.length ?? 0;
    return packet;
  }
}
