/** Times as they are written, in UTC. The Gregorian calendar for all years. */

const DAY = 86_400n;
/** Of 400 years, after which the calendar repeats. */
const ERA_DAYS = 146_097n;
/** From 0000-03-01 to 1970-01-01. */
const EPOCH = 719_468n;
/** The last second of the year 9999. */
export const LAST_TIME = 253_402_300_799n;

/**
 * Days from 1970-01-01 to a date. Years begin in March here, so that a leap day is the last one.
 *
 * @param month 1 to 12
 */
function daysOf(year: bigint, month: bigint, day: bigint): bigint {
  const y = month <= 2n ? year - 1n : year;
  const dayOfYear = (153n * (month > 2n ? month - 3n : month + 9n) + 2n) / 5n + day - 1n;
  return y * 365n + y / 4n - y / 100n + y / 400n + dayOfYear - EPOCH;
}

/** `2026-01-31 18:00:00 UTC`; a sentence for what is after the year 9999. Seconds since 1970, not negative. */
export function formatTime(seconds: bigint): string {
  if (seconds > LAST_TIME) return 'never (after the year 9999)';
  const shifted = seconds / DAY + EPOCH;
  const dayOfEra = shifted % ERA_DAYS;
  const yearOfEra = (dayOfEra - dayOfEra / 1460n + dayOfEra / 36_524n - dayOfEra / 146_096n) / 365n;
  const dayOfYear = dayOfEra - (365n * yearOfEra + yearOfEra / 4n - yearOfEra / 100n);
  const fromMarch = (5n * dayOfYear + 2n) / 153n;
  const day = dayOfYear - (153n * fromMarch + 2n) / 5n + 1n;
  const month = fromMarch < 10n ? fromMarch + 3n : fromMarch - 9n;
  const year = yearOfEra + 400n * (shifted / ERA_DAYS) + (month <= 2n ? 1n : 0n);
  const clock = [seconds / 3600n, seconds / 60n, seconds].map((part, i) =>
    two(part % (i === 0 ? 24n : 60n)),
  );
  return `${year.toString().padStart(4, '0')}-${two(month)}-${two(day)} ${clock.join(':')} UTC`;
}

const two = (value: bigint): string => value.toString().padStart(2, '0');

const DATE_TIME =
  /^([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.[0-9]+)?(?:Z|([+-])([0-9]{2}):([0-9]{2}))$/i;

/**
 * Seconds since 1970 of a `date-time`, fractions cut off; `undefined` for anything else and for the year 0. A leap second is
 * the first of the next minute.
 *
 * @see RFC 3339, section 5.6
 */
export function parseDateTime(text: string): bigint | undefined {
  const match = DATE_TIME.exec(text);
  if (match === null) return undefined;
  const at = (i: number): bigint => BigInt(match[i] ?? 0);
  const [year, month, day, hour, minute, second] = [at(1), at(2), at(3), at(4), at(5), at(6)];
  const [offsetHour, offsetMinute] = [at(8), at(9)];
  if (year < 1n || month < 1n || month > 12n || day < 1n || day > daysIn(year, month))
    return undefined;
  if (hour > 23n || minute > 59n || second > 60n) return undefined;
  if (offsetHour > 23n || offsetMinute > 59n) return undefined;
  const offset = (offsetHour * 60n + offsetMinute) * 60n;
  const local = daysOf(year, month, day) * DAY + (hour * 60n + minute) * 60n + second;
  return match[7] === '-' ? local + offset : local - offset;
}

function daysIn(year: bigint, month: bigint): bigint {
  return month === 12n ? 31n : daysOf(year, month + 1n, 1n) - daysOf(year, month, 1n);
}
