/** Permissions by signature that a token itself takes: ERC-2612 and the older one of DAI. */
import { addressLine, numberFact, textFact } from '../../fact.ts';
import type { Fact } from '../../review.ts';
import { MAX_U256 } from '../amount.ts';
import { addressFact } from '../context.ts';
import type { Hex } from '../hex.ts';
import { timeFact } from '../message/describe.ts';
import { LAST_TIME } from '../message/time.ts';
import { boolAt, hexAt, integerAt } from './members.ts';
import {
  allowanceFact,
  allowanceFacts,
  allowanceIntent,
  allowanceWarnings,
  deadlineWarnings,
  speakerWarnings,
} from './permission.ts';
import type { Question, Understood } from './understood.ts';

export const PERMIT =
  'Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)';

export const DAI_PERMIT =
  'Permit(address holder,address spender,uint256 nonce,uint256 expiry,bool allowed)';

/** @see ERC-2612 */
export function readPermit(question: Question): Understood | undefined {
  const { message } = question.data;
  return permission(question, {
    owner: hexAt(message, 'owner'),
    spender: hexAt(message, 'spender'),
    value: integerAt(message, 'value'),
    nonce: integerAt(message, 'nonce'),
    deadline: integerAt(message, 'deadline'),
    what: 'A permission to spend (ERC-2612), by signature alone',
  });
}

/** DAI's `allowed` is all or nothing, and its `expiry` 0 is never. */
export function readDaiPermit(question: Question): Understood | undefined {
  const { message } = question.data;
  const expiry = integerAt(message, 'expiry');
  return permission(question, {
    owner: hexAt(message, 'holder'),
    spender: hexAt(message, 'spender'),
    value: boolAt(message, 'allowed') ? MAX_U256 : 0n,
    nonce: integerAt(message, 'nonce'),
    deadline: expiry === 0n ? LAST_TIME + 1n : expiry,
    what: 'A permission to spend everything or nothing (DAI), by signature alone',
  });
}

interface Permit {
  readonly owner: Hex;
  readonly spender: Hex;
  readonly value: bigint;
  readonly nonce: bigint;
  readonly deadline: bigint;
  readonly what: string;
}

function permission({ domain, context }: Question, permit: Permit): Understood | undefined {
  const { owner, spender, value, nonce, deadline, what } = permit;
  // The token is the contract that checks the signature: without it nobody knows of what this is.
  if (domain.contract === undefined) return undefined;
  const allowance = { token: domain.contract, value };
  const amount = allowanceFact(allowance, context);
  const facts: Fact[] = [
    textFact('What', what),
    ...allowanceFacts([allowance], context),
    addressLine('Spender', addressFact(spender, context), { unnamed: 'Unknown address' }),
    addressLine('Owner', addressFact(owner, context), { unnamed: 'Unknown account' }),
    timeFact('Can be used until', deadline),
    numberFact('Nonce', nonce),
  ];
  return {
    intent: allowanceIntent(addressFact(spender, context), [amount]),
    reading: 'clear',
    facts,
    leaves: value === 0n ? [] : [amount],
    warnings: [
      ...allowanceWarnings(spender, [allowance], context),
      ...speakerWarnings(owner, context),
      ...deadlineWarnings(deadline, context),
    ],
  };
}
