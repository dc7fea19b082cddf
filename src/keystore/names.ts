/** Names of buckets, keys and counters. */

const LONE_SURROGATE = /\p{Surrogate}/u;

/** Whether a string has no lone surrogate: UTF-8 maps all of those to the same bytes. */
export const isWellFormed = (text: string): boolean => !LONE_SURROGATE.test(text);

/** @throws RangeError when a name is empty or ill-formed: a fault of the caller, not of a person */
export function assertNames(...names: readonly string[]): void {
  for (const name of names) {
    if (name === '' || !isWellFormed(name)) {
      throw new RangeError('a bucket, key or counter needs a name without lone surrogates');
    }
  }
}
