/** Looks lines of a review up by their labels. */
import type { AddressFact, AmountFact, Fact, Review } from '../review.ts';

export const factOf = ({ facts }: Review, label: string): Fact | undefined =>
  facts.find((fact) => fact.label === label);

export function addressIn(review: Review, label: string): AddressFact | undefined {
  const value = factOf(review, label)?.value;
  return value?.kind === 'address' ? value.address : undefined;
}

export function amountIn(review: Review, label: string): AmountFact | undefined {
  const value = factOf(review, label)?.value;
  return value?.kind === 'amount' ? value.amount : undefined;
}

/** The text of a detail, with the spaces that are for reading. */
export function detailIn({ details }: Review, label: string): string | undefined {
  const value = details.find((fact) => fact.label === label)?.value;
  return value !== undefined && 'text' in value ? value.text : undefined;
}
