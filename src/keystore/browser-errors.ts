/** What the browser reports, in terms of what it means for the person. */
import { CountersignError } from '../errors.ts';
import { DatabaseClosedError, StorageFailedError, StorageFullError } from './errors.ts';

/** Newer browsers no longer make every such error a DOMException: the name is what stays. */
export const isNamed = (error: unknown, name: string): boolean =>
  error instanceof Error && error.name === name;

export function asStorageError(cause: unknown): Error {
  if (cause instanceof CountersignError) return cause;
  if (isNamed(cause, 'QuotaExceededError')) return new StorageFullError({ cause });
  if (isNamed(cause, 'InvalidStateError')) return new DatabaseClosedError({ cause });
  return new StorageFailedError({ cause });
}
