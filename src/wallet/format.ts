/**
 * Facts as text for people: exact, never rounded, the same for the same input. Times are told from a `now`
 * that the caller passes in.
 */
import { formatAmount as groupDigits, type AmountFact } from '../chains/index.ts';

import { base64 } from '@scure/base';
export { BTC_DECIMALS } from '../chains/index.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** An amount as digits and the unit beside them. */
export interface AmountText {
  /** Thousands apart by a narrow space; every digit after the point that is not a trailing zero. */
  readonly digits: string;
  readonly unit: string;
}

/** Smallest units as a plain decimal, as people type it: no grouping, no trailing zeros. */
export function toDecimal(value: bigint, decimals: number): string {
  const digits = value.toString().padStart(decimals + 1, '0');
  const whole = digits.slice(0, digits.length - decimals);
  const fraction = digits.slice(digits.length - decimals).replace(/0+$/, '');
  return whole + (fraction === '' ? '' : `.${fraction}`);
}

/** Smallest units as a decimal with thousands apart. Every digit stands there. */
export const formatUnits = (value: bigint, decimals: number): string =>
  groupDigits(value, decimals);

/** An amount fact in its unit; without a known unit, in the smallest units that the bytes name. */
export function formatAmount(amount: AmountFact): AmountText {
  if (amount.unlimited === true) {
    return { digits: 'Unlimited', unit: amount.unit?.symbol ?? 'of this token' };
  }
  return amount.unit === undefined
    ? { digits: formatUnits(amount.value, 0), unit: 'smallest units' }
    : { digits: formatUnits(amount.value, amount.unit.decimals), unit: amount.unit.symbol };
}

/** Wei per gas in gwei, exact. */
export function formatGwei(wei: bigint): string {
  return `${formatUnits(wei, 9)} gwei`;
}

/** A hexadecimal text in groups of four digits; the `0x` stays with the first. */
export function groupAddress(address: string): string[] {
  const prefix = address.startsWith('0x') ? '0x' : '';
  const groups = address.slice(prefix.length).match(/.{1,4}/g) ?? [];
  return groups.map((group, i) => (i === 0 ? prefix + group : group));
}

/** For each group of four of `address`: whether `other` has another group there (case does not count). */
export function differingGroups(address: string, other: string): boolean[] {
  const others = groupAddress(other.toLowerCase());
  return groupAddress(address.toLowerCase()).map((group, i) => group !== others[i]);
}

/** An address for a list, where nothing is decided: its first and last four digits. */
export function shortAddress(address: string): string {
  const groups = groupAddress(address);
  return groups.length < 3 ? address : `${groups[0] ?? ''} … ${address.slice(-4)}`;
}

/** Bytes in base64 with padding (RFC 4648, section 4). */
export const toBase64 = (bytes: Uint8Array): string => base64.encode(bytes);

/** Bytes as 0x and lower-case hexadecimal digits. */
export function toHex(bytes: Uint8Array): string {
  return `0x${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

/** How far a time is from now: `just now`, `4 minutes ago`, `in 3 hours`, `in 2 days`. */
export function relativeTime(at: number, now: number): string {
  const distance = Math.abs(at - now);
  if (distance < MINUTE) return at > now ? 'in less than a minute' : 'just now';
  const [count, unit] =
    distance < HOUR
      ? [Math.floor(distance / MINUTE), 'minute']
      : distance < 48 * HOUR
        ? [Math.floor(distance / HOUR), 'hour']
        : [Math.floor(distance / (24 * HOUR)), 'day'];
  const text = `${String(count)} ${unit}${count === 1 ? '' : 's'}`;
  return at > now ? `in ${text}` : `${text} ago`;
}

/** A time on this device's clock: `10:42`, `yesterday 10:42`, `tomorrow 17:00`, `12 Nov 17:00`, `12 Nov 2027`. */
export function clockTime(at: number, now: number): string {
  const date = new Date(at);
  const time = `${String(date.getHours()).padStart(2, '0')}:${String(date.getMinutes()).padStart(2, '0')}`;
  const days = dayNumber(date) - dayNumber(new Date(now));
  if (days === 0) return time;
  if (days === -1) return `yesterday ${time}`;
  if (days === 1) return `tomorrow ${time}`;
  const day = `${String(date.getDate())} ${MONTHS[date.getMonth()] ?? ''}`;
  return date.getFullYear() === new Date(now).getFullYear()
    ? `${day} ${time}`
    : `${day} ${String(date.getFullYear())}`;
}

/** A time in full: `2026-11-24 10:42:05`, on this device's clock. */
export function fullTime(at: number): string {
  const date = new Date(at);
  const two = (part: number): string => String(part).padStart(2, '0');
  return (
    `${String(date.getFullYear())}-${two(date.getMonth() + 1)}-${two(date.getDate())} ` +
    `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
  );
}

/** A span of milliseconds that runs: `8 s`, `1 min 04 s`. */
export function elapsed(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  return seconds < 60
    ? `${String(seconds)} s`
    : `${String(Math.floor(seconds / 60))} min ${String(seconds % 60).padStart(2, '0')} s`;
}

// Calendar days, not spans of 24 hours: daylight saving makes some days shorter.
function dayNumber(date: Date): number {
  return Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) / (24 * HOUR);
}
