/** Warnings about what is called, and about the form of the transaction. */
import type { Warning } from '../review.ts';
import { type DescribeContext, sameAddress, unitOf } from './context.ts';
import { delegationWarnings } from './delegation.ts';
import type { EvmFacts } from './facts.ts';
import type { Hex } from './hex.ts';
import { lookAlike } from './look-alike.ts';
import { accessListOf, type EvmTransaction } from './transaction.ts';

export function callWarnings(
  tx: EvmTransaction,
  facts: EvmFacts,
  context: DescribeContext,
): Warning[] {
  const warnings: Warning[] = [];
  const { amount, operation, contract } = facts;
  if (operation === 'token-approval') warnings.push(approvalWarning(amount));
  else if (amount.value === 0n && facts.refusal === undefined && operation !== 'contract-call') {
    warnings.push({
      code: 'evm/nothing-sent',
      level: 'info',
      title: 'Sends nothing',
      text: 'The amount is zero; only the fee is paid.',
    });
  }
  if (contract !== undefined) warnings.push(...tokenWarnings(contract, context));
  warnings.push(...delegationWarnings(tx, context));
  if (accessListOf(tx).length > 0) {
    warnings.push({
      code: 'evm/access-list',
      level: 'info',
      title: 'Has an access list',
      text: 'It changes the price of the transaction, not what it does.',
    });
  }
  if (tx.type === 0) {
    warnings.push({
      code: 'evm/legacy-type',
      level: 'info',
      title: 'Old form of transaction',
      text: 'The whole gas price is paid, even when the network would take less.',
    });
  }
  return warnings;
}

export function approvalWarning({ value, unlimited }: EvmFacts['amount']): Warning {
  if (unlimited) {
    return {
      code: 'evm/approval-unlimited',
      level: 'danger',
      title: 'Permission without a limit',
      text: 'Whoever controls the spender can take all of this token from this account, now and later, without asking again.',
    };
  }
  if (value === 0n) {
    return {
      code: 'evm/approval-ends',
      level: 'info',
      title: 'Takes a permission back',
      text: 'What was spent before this is in a block stays spent.',
    };
  }
  return {
    code: 'evm/approval',
    level: 'caution',
    title: 'Permission to spend',
    text: 'Whoever controls the spender can take this amount at any time, without asking again.',
  };
}

export function tokenWarnings(contract: Hex, context: DescribeContext): Warning[] {
  const warnings: Warning[] = [];
  const tokens = context.network?.tokens ?? [];
  const unit = unitOf(contract, context);
  const others = tokens.filter(({ address }) => !sameAddress(address, contract));
  const resembles = lookAlike(
    contract,
    others.map(({ address }) => address),
  );
  if (resembles !== undefined) {
    warnings.push({
      code: 'evm/token-look-alike',
      level: 'danger',
      title: 'Looks like a token you know, but is another one',
      text: 'The contract begins and ends like a token in your settings, and differs in the middle.',
      resembles: { address: contract, known: resembles },
    });
  }
  if (unit === undefined) {
    warnings.push({
      code: 'evm/token-unknown',
      level: 'caution',
      title: 'This device does not know this token',
      text: 'The number is in the smallest units, or names a single collectible. Any contract can call itself a token.',
    });
    return warnings;
  }
  const taken = [...others.map(({ symbol }) => symbol), context.network?.nativeSymbol ?? ''];
  const symbol = unit.symbol.toLowerCase();
  if (!/^[\x21-\x7e]+$/.test(symbol) || taken.some((other) => other.toLowerCase() === symbol)) {
    warnings.push({
      code: 'evm/token-symbol',
      level: 'caution',
      title: 'The token’s symbol can be mistaken',
      text: 'It is the same as another one, or has unusual characters. Go by the address of the contract.',
    });
  }
  return warnings;
}
