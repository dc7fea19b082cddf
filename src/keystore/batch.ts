/** What storages do with batches of writes. */
import { equalBytes } from '../codec.ts';
import { assertNames } from './names.ts';
import type { Write } from './storage.ts';

/**
 * A copy that the caller cannot change any more. Its values have buffers of their own: storing a view would
 * store everything around it.
 *
 * @throws RangeError for a bucket or key that is no name
 */
export const copyBatch = (batch: readonly Write[]): readonly Write[] =>
  batch.map((write) => {
    assertNames(write.bucket, write.key);
    return write.kind === 'put' ? { ...write, value: Uint8Array.from(write.value) } : { ...write };
  });

/** The writes that decide: the last one of each bucket and key. */
export const lastWrites = (batch: readonly Write[]): readonly Write[] => [
  ...new Map(batch.map((write) => [JSON.stringify([write.bucket, write.key]), write])).values(),
];

/** Whether a value that was read is what the write meant to leave. */
export const isKept = (write: Write, found: Uint8Array | undefined): boolean =>
  write.kind === 'put'
    ? found !== undefined && equalBytes(found, write.value)
    : found === undefined;
