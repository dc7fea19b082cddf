/** Storage in memory, for tests: with crashes on demand and rollback. */
import type { KeyPairs, KeyPairStore } from './keys.ts';
import { copyBatch } from './batch.ts';
import { assertNames } from './names.ts';
import type { Entry, Storage, Write } from './storage.ts';

/** The whole content at one moment. */
export type MemorySnapshot = ReadonlyMap<string, ReadonlyMap<string, Uint8Array>>;

/** Stands for the crash of a device in a test. */
export class SimulatedCrash extends Error {}

export class MemoryStorage implements Storage {
  #buckets = new Map<string, Map<string, Uint8Array>>();
  #failure: { readonly when: 'before' | 'after'; readonly error: Error } | undefined;

  async get(bucket: string, key: string): Promise<Uint8Array | undefined> {
    assertNames(bucket, key);
    return this.#buckets.get(bucket)?.get(key)?.slice();
  }

  async list(bucket: string): Promise<readonly Entry[]> {
    assertNames(bucket);
    const entries = [...(this.#buckets.get(bucket) ?? [])];
    return entries
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, value]) => ({ key, value: value.slice() }));
  }

  async write(batch: readonly Write[]): Promise<void> {
    const writes = copyBatch(batch);
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure?.when === 'before') throw failure.error;
    for (const write of writes) {
      const entries = this.#buckets.get(write.bucket) ?? new Map<string, Uint8Array>();
      this.#buckets.set(write.bucket, entries);
      if (write.kind === 'put') entries.set(write.key, write.value);
      else entries.delete(write.key);
    }
    if (failure !== undefined) throw failure.error;
  }

  /** The next write fails, `before` anything is kept or `after` all of it is. */
  failNext(when: 'before' | 'after', error: Error = new SimulatedCrash('simulated crash')): void {
    this.#failure = { when, error };
  }

  snapshot(): MemorySnapshot {
    return copy(this.#buckets);
  }

  /** Puts an earlier content back, as a restored disk image would. */
  restore(snapshot: MemorySnapshot): void {
    this.#buckets = copy(snapshot);
  }
}

const copy = (from: MemorySnapshot): Map<string, Map<string, Uint8Array>> =>
  new Map(
    [...from].map(([bucket, entries]) => [
      bucket,
      new Map([...entries].map(([key, value]) => [key, value.slice()])),
    ]),
  );

export class MemoryKeyPairStore implements KeyPairStore {
  readonly #pairs = new Map<string, KeyPairs>();

  async get(id: string): Promise<KeyPairs | undefined> {
    return this.#pairs.get(id);
  }

  async put(id: string, pairs: KeyPairs): Promise<void> {
    if (this.#pairs.has(id)) throw new RangeError('this id has key pairs already');
    this.#pairs.set(id, pairs);
  }
}
