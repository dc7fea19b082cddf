/** Bytes by bucket and key, durable. What is in them is not this room's business. */

/** One write of an atomic batch. */
export type Write =
  | {
      readonly kind: 'put';
      readonly bucket: string;
      readonly key: string;
      readonly value: Uint8Array;
    }
  | { readonly kind: 'delete'; readonly bucket: string; readonly key: string };

export interface Entry {
  readonly key: string;
  readonly value: Uint8Array;
}

/** Memory, IndexedDB and sealed storage all pass `testing/storage-contract.ts`. */
export interface Storage {
  /** A copy of the value, or `undefined`. */
  get(bucket: string, key: string): Promise<Uint8Array | undefined>;
  /** Every entry of a bucket, ascending by key (UTF-16 code units). */
  list(bucket: string): Promise<readonly Entry[]>;
  /**
   * All of the batch or nothing. Resolves only when the batch is on the disk (strict durability) and
   * was read back.
   */
  write(batch: readonly Write[]): Promise<void>;
}
