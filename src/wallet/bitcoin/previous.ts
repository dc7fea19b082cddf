/** Previous transactions, kept once they were got: their hash names them, so they never get old. */
const MAX_BYTES = 16 * 1024 * 1024;

export class PreviousTransactions {
  /** By transaction id, the latest used last. */
  readonly #kept = new Map<string, Uint8Array>();
  readonly #asking = new Map<string, Promise<Uint8Array>>();
  readonly #maxBytes: number;
  #bytes = 0;

  /** @param maxBytes of all that are kept; those not used for the longest time go first */
  constructor(maxBytes = MAX_BYTES) {
    this.#maxBytes = maxBytes;
  }

  /** The transaction of this id. @param ask gets it, and makes sure that it is the one; throws otherwise */
  async get(txid: string, ask: () => Promise<Uint8Array>): Promise<Uint8Array> {
    const kept = this.#kept.get(txid);
    if (kept !== undefined) {
      this.#kept.delete(txid);
      this.#kept.set(txid, kept);
      return kept;
    }
    const asking = this.#asking.get(txid) ?? this.#ask(txid, ask);
    this.#asking.set(txid, asking);
    return asking;
  }

  async #ask(txid: string, ask: () => Promise<Uint8Array>): Promise<Uint8Array> {
    try {
      const raw = await ask();
      this.#keep(txid, raw);
      return raw;
    } finally {
      this.#asking.delete(txid);
    }
  }

  #keep(txid: string, raw: Uint8Array): void {
    this.#kept.set(txid, raw);
    this.#bytes += raw.length;
    for (const [oldest, { length }] of this.#kept) {
      if (this.#bytes <= this.#maxBytes) return;
      this.#kept.delete(oldest);
      this.#bytes -= length;
    }
  }
}
