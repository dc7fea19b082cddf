import type { AmountFact, Fact, Review } from './review.ts';

/** The contracts of all tokens that a review shows amounts of, each once: their units are worth knowing. */
export function tokensIn({ facts, leaves, estimate = [] }: Review): readonly string[] {
  const amounts = [...leaves, ...[...facts, ...estimate].flatMap(amountsIn)];
  return [...new Set(amounts.flatMap(({ asset }) => (asset === 'native' ? [] : [asset.token])))];
}

function amountsIn({ value }: Fact): AmountFact[] {
  switch (value.kind) {
    case 'amount':
      return [value.amount];
    case 'call':
      return value.call.facts.flatMap(amountsIn);
    case 'group':
      return value.facts.flatMap(amountsIn);
    default:
      return [];
  }
}
