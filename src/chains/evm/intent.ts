import type { AddressFact, AmountFact } from '../review.ts';
import { amountText } from './context.ts';
import type { EvmFacts } from './facts.ts';

/** The sentence a person would say aloud. Holds notes (names, symbols): never part of a digest. */
export function intentOf(
  operation: EvmFacts['operation'],
  to: AddressFact | undefined,
  amount: AmountFact,
): string {
  const whom = to === undefined ? '' : whomOf(to);
  switch (operation) {
    case 'native-transfer':
    case 'token-transfer':
      return `Send ${amountText(amount)} to ${whom}`;
    case 'token-approval':
      if (amount.value === 0n)
        return `Take back ${whom}'s permission to spend ${assetText(amount)}`;
      return amount.unlimited === true
        ? `Let ${whom} spend ${assetText(amount)} without limit`
        : `Let ${whom} spend up to ${amountText(amount)}`;
    case 'contract-call':
      return `Call ${whom}${besides(amount)}`;
    case 'unknown-call':
      return `Call ${whom} in a way this wallet cannot read${besides(amount)}`;
    case 'delegation':
      return `Hand accounts over to contracts, and call ${whom}${besides(amount)}`;
    case 'deployment':
      return `Create a contract${besides(amount)}`;
  }
}

function besides(amount: AmountFact): string {
  return amount.value === 0n ? '' : `, and send it ${amountText(amount)}`;
}

export function whomOf({ address, own, name, paidBefore }: AddressFact): string {
  if (own !== undefined) return `your own account ${own.name}`;
  if (name !== undefined) return name.text;
  return paidBefore === false ? `a new address` : address;
}

export function assetText({ asset, unit }: AmountFact): string {
  if (unit !== undefined) return unit.symbol;
  return asset === 'native' ? 'the chain’s coin' : `the token ${asset.token}`;
}
