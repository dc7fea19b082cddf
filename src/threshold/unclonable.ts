import { UsageError } from './abort.ts';

/**
 * State that must exist once and only in memory (pitfall P-16): a copy of a round could answer twice
 * with the same nonce. `JSON.stringify` meets `toJSON`, `structuredClone` and `postMessage` meet an own
 * function, and both throw.
 */
export abstract class Unclonable {
  /** Functions cannot be cloned: this property makes `structuredClone` throw a DataCloneError. */
  protected readonly refuseClone = (): never => refuse();

  toJSON(): never {
    return refuse();
  }
}

function refuse(): never {
  throw new UsageError('protocol state lives in memory once: it cannot be copied or serialised');
}
