/** Lines of a review. Each says in plain text what it says without notes: that enters the digest. */
import type { AddressFact, AmountFact, CallFact, Fact } from './review.ts';

type Extras = Pick<Fact, 'remarks' | 'weight' | 'unnamed'>;

/** Words of this wallet, or text from outside that was made safe to show. */
export const textFact = (label: string, text: string, extras: Extras = {}): Fact => ({
  label,
  value: { kind: 'text', text },
  canonical: text,
  ...extras,
});

/** @param text how people write the number; by default its digits */
export const numberFact = (label: string, value: bigint, text = String(value)): Fact => ({
  label,
  value: { kind: 'number', text },
  canonical: String(value),
});

/** @param text hexadecimal digits; spaces are for reading only */
export const bytesFact = (label: string, text: string): Fact => ({
  label,
  value: { kind: 'bytes', text },
  canonical: text.replaceAll(' ', ''),
});

export const addressLine = (label: string, address: AddressFact, extras: Extras = {}): Fact => ({
  label,
  value: { kind: 'address', address },
  canonical: address.address,
  ...extras,
});

export const amountLine = (
  label: string,
  amount: AmountFact,
  { atMost = false, ...extras }: Extras & { readonly atMost?: boolean } = {},
): Fact => ({
  label,
  value: { kind: 'amount', amount, atMost },
  canonical: `${atMost ? 'at most ' : ''}${canonicalAmount(amount)}`,
  ...extras,
});

export const callLine = (label: string, call: CallFact): Fact => ({
  label,
  value: { kind: 'call', call },
  canonical: '',
});

export const groupFact = (label: string, facts: readonly Fact[], extras: Extras = {}): Fact => ({
  label,
  value: { kind: 'group', facts },
  canonical: '',
  ...extras,
});

/** The number and the asset, whatever this device knows of its unit. */
export function canonicalAmount({ value, asset, unlimited }: AmountFact): string {
  const digits = unlimited === true ? `without limit (${String(value)})` : String(value);
  return asset === 'native'
    ? `${digits} smallest units of the native coin`
    : `${digits} smallest units of ${asset.token}`;
}
