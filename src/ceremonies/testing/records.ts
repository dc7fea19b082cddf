/** Records in memory that keep every state they were in, and fail on demand. */
import type { Records, RecordWrite } from '../port.ts';

const copy = (from: ReadonlyMap<string, Uint8Array>): Map<string, Uint8Array> =>
  new Map([...from].map(([key, value]) => [key, value.slice()]));

const SEPARATOR = '\u0000';

export class MemoryRecords implements Records {
  /** The contents before the first write and after each: what a crash leaves. */
  readonly history: ReadonlyMap<string, Uint8Array>[];
  /** Asked before every write; an error that it returns is thrown, and nothing is written. */
  fail: (batch: readonly RecordWrite[]) => Error | undefined = () => undefined;
  #contents: Map<string, Uint8Array>;

  constructor(contents: ReadonlyMap<string, Uint8Array> = new Map()) {
    this.#contents = copy(contents);
    this.history = [copy(contents)];
  }

  /** What is in it now: to start another one from. */
  get contents(): ReadonlyMap<string, Uint8Array> {
    return copy(this.#contents);
  }

  async get(bucket: string, key: string): Promise<Uint8Array | undefined> {
    return this.#contents.get(bucket + SEPARATOR + key)?.slice();
  }

  async list(bucket: string): Promise<{ key: string; value: Uint8Array }[]> {
    const prefix = bucket + SEPARATOR;
    return [...this.#contents]
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, value]) => ({ key: key.slice(prefix.length), value: value.slice() }))
      .sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  async write(batch: readonly RecordWrite[]): Promise<void> {
    const error = this.fail(batch);
    if (error !== undefined) throw error;
    const next = copy(this.#contents);
    for (const write of batch) {
      const key = write.bucket + SEPARATOR + write.key;
      if (write.kind === 'put') next.set(key, write.value.slice());
      else next.delete(key);
    }
    this.#contents = next;
    this.history.push(copy(next));
  }
}
