/** What several kinds of permissions have in common: who may spend, how much, and until when. */
import { addressLine, amountLine } from '../../fact.ts';
import type { AddressFact, AmountFact, Fact, Warning } from '../../review.ts';
import { addressFact, amountFact, amountText, sameAddress } from '../context.ts';
import { isUnlimited } from '../unlimited.ts';
import type { Hex } from '../hex.ts';
import { assetText, whomOf } from '../intent.ts';
import type { SigningContext } from '../message/context.ts';
import { formatTime, LAST_TIME } from '../message/time.ts';
import { addressWarnings } from '../warn-address.ts';
import { approvalWarning, tokenWarnings } from '../warn-call.ts';

export interface Allowance {
  readonly token: Hex;
  readonly value: bigint;
}

/** The amount; no supply comes near the largest ones, which stand for "without limit". */
export const allowanceFact = (
  { token, value }: Allowance,
  context: SigningContext,
): AmountFact => ({
  ...amountFact(value, token, context),
  unlimited: isUnlimited(value),
});

/** `Let Router spend up to 5 USDC and DAI without limit`. */
export function allowanceIntent(spender: AddressFact, amounts: readonly AmountFact[]): string {
  if (amounts.length > 0 && amounts.every(({ value }) => value === 0n)) {
    const assets = amounts.map(assetText).join(' and ');
    return `Take back ${whomOf(spender)}'s permission to spend ${assets}`;
  }
  const each = amounts.map((amount) =>
    amount.unlimited === true
      ? `${assetText(amount)} without limit`
      : `up to ${amountText(amount)}`,
  );
  return `Let ${whomOf(spender)} spend ${each.length === 0 ? 'nothing' : each.join(' and ')}`;
}

/** The token and the amount, two lines for each. */
export const allowanceFacts = (allowances: readonly Allowance[], context: SigningContext): Fact[] =>
  allowances.flatMap((allowance) => [
    amountLine('Allowance', allowanceFact(allowance, context), { weight: 'large' }),
    addressLine('Token', addressFact(allowance.token, context), {
      unnamed: 'Token contract',
      weight: 'quiet',
    }),
  ]);

/** About who may spend, the tokens and how much. */
export function allowanceWarnings(
  spender: Hex,
  allowances: readonly Allowance[],
  context: SigningContext,
): Warning[] {
  return allowances.flatMap(({ token, value }) => {
    const amount = { value, token, unlimited: isUnlimited(value) };
    return [
      approvalWarning(amount),
      ...partyWarnings(spender, token, 'token-approval', context),
      ...tokenWarnings(token, context),
    ];
  });
}

/** About the address that receives or may spend. */
export const partyWarnings = (
  to: Hex,
  token: Hex | undefined,
  operation: 'token-approval' | 'token-transfer',
  context: SigningContext,
): Warning[] =>
  addressWarnings(
    {
      operation,
      to,
      contract: token,
      amount: { value: 0n, token, unlimited: false },
      fee: 0n,
      refusal: undefined,
    },
    context,
  );

/** Who the typed data say gives something away, where that is not the account that signs. */
export function speakerWarnings(speaker: Hex, { from }: SigningContext): Warning[] {
  if (sameAddress(speaker, from.address)) return [];
  return [
    {
      code: 'evm/typed-data-other-account',
      level: 'caution',
      title: 'Speaks for another account',
      text: `It is about what ${speaker} owns, not about the account that signs. The signature matters only if this account may sign for that one.`,
    },
  ];
}

/** Seconds: 365 days. */
const YEAR = 31_536_000n;

/** About the last moment at which a signature or a permission holds. Seconds since 1970. */
export function deadlineWarnings(
  deadline: bigint,
  { now }: SigningContext,
  what: 'signature' | 'permission' = 'signature',
): Warning[] {
  if (deadline > LAST_TIME) {
    return [
      {
        code: `evm/${what}-endless`,
        level: 'caution',
        title: `The ${what} never ends`,
        text: `Whoever holds it can use it in many years, when nobody thinks of it any more.`,
      },
    ];
  }
  if (now === undefined) return [];
  if (deadline < now) {
    return [
      {
        code: `evm/${what}-expired`,
        level: 'caution',
        title: `The ${what} has ended already`,
        text: `It held until ${formatTime(deadline)}. Signing it now is of no use to anybody honest.`,
      },
    ];
  }
  if (deadline <= now + YEAR) return [];
  return [
    {
      code: `evm/${what}-far`,
      level: 'caution',
      title: `The ${what} holds for over a year`,
      text: `It holds until ${formatTime(deadline)}, and can be used at any time before.`,
    },
  ];
}
