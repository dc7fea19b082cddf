/** A clock that tests turn by hand. */
import type { Timers } from '../timers.ts';

interface Waiting {
  readonly at: number;
  readonly callback: () => void;
}

export class ManualTimers implements Timers {
  readonly #waiting = new Set<Waiting>();
  #now = 0;
  #changed: () => void = () => undefined;

  now(): number {
    return this.#now;
  }

  after(ms: number, callback: () => void): () => void {
    const entry = { at: this.#now + ms, callback };
    this.#waiting.add(entry);
    this.#changed();
    return () => this.#waiting.delete(entry);
  }

  /** Calls back everything that is due on the way, in order of time. */
  advance(ms: number): void {
    const until = this.#now + ms;
    for (;;) {
      const [next] = [...this.#waiting].sort((a, b) => a.at - b.at);
      if (next === undefined || next.at > until) break;
      this.#waiting.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.callback();
    }
    this.#now = until;
  }

  /** Resolves when at least `count` callbacks are waiting. */
  async untilWaiting(count: number): Promise<void> {
    while (this.#waiting.size < count) {
      await new Promise<void>((resolve) => {
        this.#changed = resolve;
      });
    }
  }
}
