/** A page from its loading to its end. Once it is over, nothing of it reaches storage or clock any more. */
import { SimulatedCrash, type Storage } from '../../keystore/index.ts';
import type { Clock } from '../platform.ts';

/** Whether the write at which a page ends is lost or kept. */
export type Crash = 'before' | 'after';

/** What a page that is gone waits for. */
const never = async <T>(): Promise<T> => new Promise(() => undefined);

export class Life {
  readonly #ended: Promise<never>;
  #gone: () => void = () => undefined;
  #over = false;
  #writes = 0;
  #end: { readonly at: number; readonly when: Crash; readonly end: () => void } | undefined;

  constructor() {
    this.#ended = new Promise((_, reject) => {
      this.#gone = () => {
        reject(new SimulatedCrash('the page is gone'));
      };
    });
    this.#ended.catch(() => undefined); // nobody has to wait for it
  }

  get isOver(): boolean {
    return this.#over;
  }

  get writes(): number {
    return this.#writes;
  }

  end(): void {
    this.#over = true;
    this.#gone();
  }

  /** What the page was to do, for somebody outside who waits for it: a relay is not told, but sees it go. */
  async orGone<T>(work: Promise<T>): Promise<T> {
    return Promise.race([work, this.#ended]);
  }

  /** Ends at the `nth` write from now. */
  endAtWrite(nth: number, when: Crash, end: () => void): void {
    this.#end = { at: this.#writes + nth, when, end };
  }

  storage(inner: Storage): Storage {
    return {
      get: async (bucket, key) => (this.#over ? never() : inner.get(bucket, key)),
      list: async (bucket) => (this.#over ? never() : inner.list(bucket)),
      write: async (batch) => {
        if (this.#over) return never();
        this.#writes += 1;
        const last = this.#end?.at === this.#writes ? this.#end : undefined;
        if (last?.when === 'before') {
          last.end();
          return never();
        }
        await inner.write(batch);
        if (last === undefined) return undefined;
        last.end();
        return never();
      },
    };
  }

  clock(inner: Clock): Clock {
    return {
      now: () => inner.now(),
      after: (ms, callback) =>
        inner.after(ms, () => {
          if (!this.#over) callback();
        }),
    };
  }
}
