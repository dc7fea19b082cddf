/** Warnings about who receives or may spend. */
import type { Warning } from '../review.ts';
import { ZERO_ADDRESS } from './address.ts';
import { type DescribeContext, sameAddress, shownName, unitOf } from './context.ts';
import type { EvmFacts } from './facts.ts';
import { lookAlike } from './look-alike.ts';

/** `to` of transfers and approvals; unknown calls are refused anyway, but a look-alike is worth saying. */
export function addressWarnings(facts: EvmFacts, context: DescribeContext): Warning[] {
  const { to, contract, operation } = facts;
  if (to === undefined) return [];
  const approval = operation === 'token-approval';
  const warnings: Warning[] = [];

  const known = [...context.contacts, ...context.accounts].map(({ address }) => address);
  const resembles = lookAlike(to, [...known, ...(context.paid ?? [])]);
  if (resembles !== undefined) {
    warnings.push({
      code: 'evm/look-alike',
      level: 'danger',
      title: 'Looks like an address you know, but is another one',
      text: `It begins and ends like ${nameOf(resembles, context)}, and differs in the middle. Thieves make such addresses so that they are copied by mistake.`,
      resembles: { address: to, known: resembles },
    });
  }
  if (sameAddress(to, ZERO_ADDRESS)) {
    warnings.push({
      code: 'evm/zero-address',
      level: 'danger',
      title: 'The zero address',
      text: 'Nobody has the key of this address. What is sent there is gone for good.',
    });
  }
  const token = contract === undefined ? unitOf(to, context) !== undefined : to === contract;
  const call = operation === 'unknown-call' || operation === 'contract-call';
  if (token && !call) {
    warnings.push({
      code: 'evm/to-token-contract',
      level: 'danger',
      title: approval ? 'The spender is the token itself' : 'The recipient is a token’s contract',
      text: 'Contracts of tokens rarely give back what is sent to them: it would most likely be lost.',
    });
  }

  const own = context.accounts.find(({ address }) => sameAddress(address, to));
  if (sameAddress(to, context.from.address)) {
    warnings.push({
      code: 'evm/to-self',
      level: 'caution',
      title: 'From this account to itself',
      text: 'Nothing changes hands; only the fee is paid. This is how a waiting transaction is replaced.',
    });
  } else if (own !== undefined) {
    warnings.push({
      code: 'evm/own-account',
      level: 'info',
      title: 'Your own account',
      text: `This address belongs to this vault: ${shownName(own.name)}.`,
    });
  } else if (context.paid?.some((paid) => sameAddress(paid, to)) === false) {
    warnings.push(
      approval ? NEW_SPENDER : operation === 'contract-call' ? NEW_CONTRACT : FIRST_PAYMENT,
    );
  }
  if (context.checksummed === false) warnings.push(NO_CHECKSUM);
  return warnings;
}

const FIRST_PAYMENT: Warning = {
  code: 'evm/first-payment',
  level: 'caution',
  title: 'First payment to this address',
  text: 'This vault has never paid this address. If it is not the right one, the money cannot be fetched back: compare every digit with the recipient by another way.',
};

const NEW_CONTRACT: Warning = {
  code: 'evm/new-contract',
  level: 'caution',
  title: 'First dealings with this contract',
  text: 'This vault has never called it. A false application shows the right words and another contract: compare the address with one from a source that you trust.',
};

const NEW_SPENDER: Warning = {
  code: 'evm/new-spender',
  level: 'caution',
  title: 'First permission for this address',
  text: 'This vault has never dealt with this address. Whoever controls it can take what is allowed here at any time.',
};

const NO_CHECKSUM: Warning = {
  code: 'evm/no-checksum',
  level: 'caution',
  title: 'The address came without a checksum',
  text: 'A mistyped digit would not have been noticed. Compare every digit.',
};

function nameOf(address: string, context: DescribeContext): string {
  const named = [...context.contacts, ...context.accounts].find((entry) =>
    sameAddress(entry.address, address),
  );
  return named === undefined ? 'an address you have paid' : shownName(named.name);
}
