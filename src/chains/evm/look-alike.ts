/** Digits at either end that people compare, and that a poisoner therefore copies. */
const DIGITS = 4;

/**
 * The first of the known addresses that looks like this one without being it: the same four digits at the
 * front and at the end.
 */
export function lookAlike(address: string, known: readonly string[]): string | undefined {
  const mine = address.toLowerCase();
  return known.find((other) => {
    const theirs = other.toLowerCase();
    return theirs !== mine && theirs.length === mine.length && ends(theirs) === ends(mine);
  });
}

/** After 0x. */
const ends = (address: string): string => address.slice(2, 2 + DIGITS) + address.slice(-DIGITS);
