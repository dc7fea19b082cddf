/** Warnings about the fee, the balance and the nonce. */
import type { Warning } from '../review.ts';
import { amountFact, amountText, type DescribeContext } from './context.ts';
import { estimateWarnings } from './estimate.ts';
import type { EvmFacts } from './facts.ts';
import type { EvmTransaction } from './transaction.ts';

export function accountWarnings(
  tx: EvmTransaction,
  facts: EvmFacts,
  context: DescribeContext,
): Warning[] {
  const warnings = [
    ...repeatWarnings(context),
    ...estimateWarnings(context),
    ...feeWarnings(tx, facts, context),
  ];
  if (context.network === undefined) {
    warnings.push({
      code: 'evm/unknown-network',
      level: 'info',
      title: 'This device does not know this network',
      text: `Names and units of chain ${tx.chainId.toString()} are not known here. Check that it is the network you mean.`,
    });
  }
  if (context.state === undefined) {
    warnings.push({
      code: 'evm/no-node',
      level: 'info',
      title: 'No node was asked',
      text: 'Whether the balance suffices and the nonce is the next one is not known.',
    });
    return warnings;
  }
  return [
    ...warnings,
    ...balanceWarnings(tx, facts, context.state, context),
    ...nonceWarnings(tx.nonce, context.state),
  ];
}

function repeatWarnings({ repeats = [] }: DescribeContext): Warning[] {
  const [nonce] = repeats;
  if (nonce === undefined) return [];
  return [
    {
      code: 'evm/may-be-paid-twice',
      level: 'danger',
      title: 'The same payment may be signed already',
      text: `An earlier proposal of it, with nonce ${nonce.toString()}, may have been signed and could still happen. With another nonce both can happen: it would be paid twice.`,
    },
  ];
}

/** Wei: 0.05 and 0.5 of the chain's coin. */
const HIGH_FEE = 5n * 10n ** 16n;
const VERY_HIGH_FEE = 5n * 10n ** 17n;
/** One part of so many of the amount: 10 %. */
const FEE_PART = 10n;

function feeWarnings(tx: EvmTransaction, facts: EvmFacts, context: DescribeContext): Warning[] {
  const shown = amountText(amountFact(facts.fee, undefined, context));
  if (facts.fee > HIGH_FEE) {
    return [
      {
        code: 'evm/fee-high',
        level: facts.fee > VERY_HIGH_FEE ? 'danger' : 'caution',
        title: 'The fee is unusually high',
        text: `Up to ${shown} can go to the network and would not come back.`,
      },
    ];
  }
  if (tx.value > 0n && facts.fee * FEE_PART > tx.value) {
    return [
      {
        code: 'evm/fee-share',
        level: 'caution',
        title: 'The fee is high for this amount',
        text: `The fee can be up to ${shown}: more than a tenth of what is sent.`,
      },
    ];
  }
  return [];
}

type AccountState = NonNullable<DescribeContext['state']>;

function balanceWarnings(
  tx: EvmTransaction,
  { amount, fee, operation }: EvmFacts,
  state: AccountState,
  context: DescribeContext,
): Warning[] {
  const warnings: Warning[] = [];
  if (tx.value + fee > state.balance) {
    const has = amountText(amountFact(state.balance, undefined, context));
    warnings.push({
      code: 'evm/balance-too-low',
      level: 'danger',
      title: 'More than the account has',
      text: `With the fee this can take more than the balance of ${has}: the network would refuse it.`,
    });
  }
  const { tokenBalance } = state;
  if (operation === 'token-transfer' && tokenBalance !== undefined && amount.value > tokenBalance) {
    const has = amountText(amountFact(tokenBalance, amount.token, context));
    warnings.push({
      code: 'evm/token-balance-too-low',
      level: 'danger',
      title: 'More of the token than the account has',
      text: `The account has ${has}: the transfer would fail, and the fee would be lost.`,
    });
  }
  return warnings;
}

function nonceWarnings(nonce: bigint, { nextNonce, waitingNonces }: AccountState): Warning[] {
  if (nonce < nextNonce) {
    return [
      {
        code: 'evm/nonce-used',
        level: 'caution',
        title: 'The nonce is used already',
        text: `The network would refuse it: the next nonce is ${nextNonce.toString()}.`,
      },
    ];
  }
  if (waitingNonces.includes(nonce)) {
    return [
      {
        code: 'evm/nonce-replaces',
        level: 'caution',
        title: 'Replaces a waiting transaction',
        text: 'Another transaction of this account has the same nonce. Only one of the two will happen, and it may be the other one.',
      },
    ];
  }
  let expected = nextNonce;
  while (waitingNonces.includes(expected)) expected++;
  if (nonce === expected) return [];
  return [
    {
      code: 'evm/nonce-gap',
      level: 'caution',
      title: 'Has to wait for other transactions',
      text: `It has the nonce ${nonce.toString()} and the next one is ${expected.toString()}: it cannot happen before the gap is filled, and may then happen at any time.`,
    },
  ];
}
