/** Uniswap's Permit2: permissions and transfers of any token by signature. */
import { addressLine, groupFact, numberFact, textFact } from '../../fact.ts';
import type { AmountFact, Fact, Warning } from '../../review.ts';
import { amountLine } from '../../fact.ts';
import { addressFact } from '../context.ts';
import type { Hex } from '../hex.ts';
import { timeFact } from '../message/describe.ts';
import { encodeType } from './digest.ts';
import { fieldFacts } from './fields.ts';
import { hexAt, integerAt, structAt, structsAt } from './members.ts';
import {
  type Allowance,
  allowanceFact,
  allowanceFacts,
  allowanceIntent,
  allowanceWarnings,
  deadlineWarnings,
} from './permission.ts';
import type { StructValue } from './request.ts';
import type { Question, Understood } from './understood.ts';

const DETAILS = 'PermitDetails(address token,uint160 amount,uint48 expiration,uint48 nonce)';
const TOKENS = 'TokenPermissions(address token,uint256 amount)';
const REST = 'address spender,uint256 nonce,uint256 deadline';

export const PERMIT_SINGLE = `PermitSingle(PermitDetails details,address spender,uint256 sigDeadline)${DETAILS}`;
export const PERMIT_BATCH = `PermitBatch(PermitDetails[] details,address spender,uint256 sigDeadline)${DETAILS}`;
export const PERMIT_TRANSFER = `PermitTransferFrom(TokenPermissions permitted,${REST})${TOKENS}`;
export const PERMIT_BATCH_TRANSFER = `PermitBatchTransferFrom(TokenPermissions[] permitted,${REST})${TOKENS}`;

const DOMAIN_MEMBERS = 'name,chainId,verifyingContract';
/** The same on all chains but those of zkSync. */
const CONTRACTS: readonly string[] = [
  '0x000000000022D473030F116dDEE9F6B43aC78BA3',
  '0x0000000000225e31D15943971F47aD3022F714Fa',
];

const isPermit2 = ({ domain }: Question): boolean =>
  domain.name === 'Permit2' && domain.members === DOMAIN_MEMBERS && domain.contract !== undefined;

/** What another contract makes of the same message is not known. */
const known = ({ domain }: Question): boolean => CONTRACTS.includes(domain.contract ?? '');

/** AllowanceTransfer: a permission that stays, with an end of its own. */
export function readPermit2Allowance(question: Question): Understood | undefined {
  if (!isPermit2(question)) return undefined;
  const { data, context } = question;
  const { message } = data;
  const details =
    data.primaryType === 'PermitSingle'
      ? [structAt(message, 'details')]
      : structsAt(message, 'details');
  const spender = hexAt(message, 'spender');
  const deadline = integerAt(message, 'sigDeadline');
  const allowances = details.map(allowanceIn);
  const amounts = allowances.map((allowance) => allowanceFact(allowance, context));
  return {
    intent: allowanceIntent(addressFact(spender, context), amounts),
    reading: known(question) ? 'clear' : 'decoded',
    facts: [
      textFact('What', 'A permission to spend, kept by Permit2'),
      ...details.flatMap((detail): Fact[] => [
        ...allowanceFacts([allowanceIn(detail)], context),
        timeFact('Allowed until', integerAt(detail, 'expiration')),
        numberFact('Nonce', integerAt(detail, 'nonce')),
      ]),
      addressLine('Spender', addressFact(spender, context), { unnamed: 'Unknown address' }),
      timeFact('Signature can be used until', deadline),
    ],
    leaves: leavesOf(amounts),
    warnings: [
      ...otherContract(question),
      ...allowanceWarnings(spender, allowances, context),
      // An end at 0 means: within the block in which the permission is given.
      ...details
        .map((detail) => integerAt(detail, 'expiration'))
        .flatMap((end) => (end === 0n ? [] : permissionEnd(end, question))),
      ...deadlineWarnings(deadline, context),
    ],
  };
}

/** The largest number of 48 bits stands for never, and lies after the year 9999. */
const permissionEnd = (end: bigint, { context }: Question): Warning[] =>
  deadlineWarnings(end, context, 'permission');

/** SignatureTransfer: once, to whomever the spender says. */
export function readPermit2Transfer(question: Question): Understood | undefined {
  return isPermit2(question) ? transfer(question, undefined) : undefined;
}

const WITNESSED =
  /^Permit(?:Batch)?WitnessTransferFrom\(TokenPermissions(\[\])? permitted,address spender,uint256 nonce,uint256 deadline,(\w+) (\w+)\)/;

/** The same with a condition that the spender must keep, and that Permit2 does not look into. */
export function readPermit2Witness(question: Question): Understood | undefined {
  if (!isPermit2(question)) return undefined;
  const { data } = question;
  const [, list, type, name] = WITNESSED.exec(encodeType(data)) ?? [];
  const batch = data.primaryType === 'PermitBatchWitnessTransferFrom';
  if (type === undefined || name === undefined || (list !== undefined) !== batch) return undefined;
  if (encodeType({ types: data.types, primaryType: 'TokenPermissions' }) !== TOKENS) {
    return undefined;
  }
  // The encoding has other types after the primary one, so only a struct's name leads to members.
  if (!Object.hasOwn(data.types, type)) return undefined;
  return transfer(question, { type, value: structAt(data.message, name) });
}

interface Witness {
  readonly type: string;
  readonly value: StructValue;
}

function transfer(question: Question, witness: Witness | undefined): Understood {
  const { data, context } = question;
  const { message } = data;
  const permitted = data.primaryType.includes('Batch')
    ? structsAt(message, 'permitted')
    : [structAt(message, 'permitted')];
  const spender = hexAt(message, 'spender');
  const deadline = integerAt(message, 'deadline');
  const allowances = permitted.map(allowanceIn);
  const amounts = allowances.map((allowance) => allowanceFact(allowance, context));
  return {
    intent: `${allowanceIntent(addressFact(spender, context), amounts)}, once`,
    reading: known(question) && witness === undefined ? 'clear' : 'decoded',
    facts: [
      textFact('What', 'A transfer that the spender makes once, to anybody (Permit2)'),
      ...allowances.flatMap((allowance) => transferFacts(allowance, question)),
      addressLine('Spender', addressFact(spender, context), { unnamed: 'Unknown address' }),
      timeFact('Can be used until', deadline),
      numberFact('Nonce', integerAt(message, 'nonce')),
      ...(witness === undefined
        ? []
        : [
            groupFact(
              `Condition ${witness.type}`,
              fieldFacts(witness.value, witness.type, data.types, context),
              { remarks: ['what the spender makes of it is not known here'] },
            ),
          ]),
    ],
    leaves: leavesOf(amounts),
    warnings: [
      ...otherContract(question),
      ...allowanceWarnings(spender, allowances, context),
      ...deadlineWarnings(deadline, context),
      ...(witness === undefined ? [] : [WITNESS]),
    ],
  };
}

const transferFacts = (allowance: Allowance, { context }: Question): Fact[] => [
  amountLine('Amount', allowanceFact(allowance, context), { weight: 'large', atMost: true }),
  addressLine('Token', addressFact(allowance.token, context), {
    unnamed: 'Token contract',
    weight: 'quiet',
  }),
];

const allowanceIn = (struct: StructValue): Allowance => ({
  token: hexAt(struct, 'token') satisfies Hex,
  value: integerAt(struct, 'amount'),
});

const leavesOf = (amounts: readonly AmountFact[]): AmountFact[] =>
  amounts.filter(({ value }) => value !== 0n);

const WITNESS: Warning = {
  code: 'evm/permit2-witness',
  level: 'caution',
  title: 'Has a condition that this wallet cannot judge',
  text: 'The tokens are to be taken only under the condition that is shown. Whether the spender keeps to it depends on its code.',
};

function otherContract(question: Question): Warning[] {
  if (known(question)) return [];
  return [
    {
      code: 'evm/permit2-other-contract',
      level: 'danger',
      title: 'Not the Permit2 contract that everybody uses',
      text: 'The contract calls itself Permit2 and has another address. What it does with the signature is not known.',
    },
  ];
}
