/**
 * Follows the packet boundaries of an MQTT byte stream and says when a packet is longer than allowed. The
 * broker's parser would collect up to 256 MiB before anybody could judge the packet.
 *
 * Source: MQTT 3.1.1, section 2.2.3 (remaining length).
 */
export class PacketSizes {
  readonly #limit: number;
  /** Bytes of the current packet's body that are still to come. */
  #body = 0;
  /** Length bytes read so far; `undefined` while the first byte of a packet is awaited. */
  #lengthBytes: number | undefined;
  #length = 0;

  /** @param limit the longest body (everything after the length) in bytes */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Takes the next bytes of the stream; false once a packet is too long or its length malformed. */
  accept(chunk: Uint8Array): boolean {
    let at = 0;
    while (at < chunk.length) {
      if (this.#body > 0) {
        const skipped = Math.min(this.#body, chunk.length - at);
        this.#body -= skipped;
        at += skipped;
        continue;
      }
      const byte = chunk[at++] ?? 0;
      if (this.#lengthBytes === undefined) {
        this.#lengthBytes = 0;
        this.#length = 0;
        continue;
      }
      this.#length += (byte & 0x7f) * 128 ** this.#lengthBytes++;
      if (this.#length > this.#limit) return false;
      if (byte < 0x80) {
        this.#body = this.#length;
        this.#lengthBytes = undefined;
      } else if (this.#lengthBytes === 4) {
        return false;
      }
    }
    return true;
  }
}
