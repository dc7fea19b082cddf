/** Transfers by signature that a token itself takes: EIP-3009. */
import { addressLine, amountLine, bytesFact, textFact } from '../../fact.ts';
import type { Warning } from '../../review.ts';
import { addressFact, amountFact } from '../context.ts';
import { intentOf } from '../intent.ts';
import { timeFact } from '../message/describe.ts';
import { formatTime } from '../message/time.ts';
import { tokenWarnings } from '../warn-call.ts';
import { hexAt, integerAt } from './members.ts';
import { deadlineWarnings, partyWarnings, speakerWarnings } from './permission.ts';
import type { Question, Understood } from './understood.ts';

const MEMBERS =
  'address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce';

export const TRANSFER_AUTHORIZATION = `TransferWithAuthorization(${MEMBERS})`;
export const RECEIVE_AUTHORIZATION = `ReceiveWithAuthorization(${MEMBERS})`;
export const CANCEL_AUTHORIZATION = 'CancelAuthorization(address authorizer,bytes32 nonce)';

/** @see EIP-3009 */
export function readAuthorization({ data, domain, context }: Question): Understood | undefined {
  const token = domain.contract;
  if (token === undefined) return undefined;
  const { message, primaryType } = data;
  const to = hexAt(message, 'to');
  const owner = hexAt(message, 'from');
  const after = integerAt(message, 'validAfter');
  const before = integerAt(message, 'validBefore');
  const amount = amountFact(integerAt(message, 'value'), token, context);
  const recipient = addressFact(to, context);
  const byRecipient = primaryType === 'ReceiveWithAuthorization';
  return {
    intent: intentOf('token-transfer', recipient, amount),
    reading: 'clear',
    facts: [
      textFact(
        'What',
        byRecipient
          ? 'A transfer that the recipient makes (EIP-3009), by signature alone'
          : 'A transfer that anybody can make (EIP-3009), by signature alone',
      ),
      amountLine('Amount', amount, { weight: 'large' }),
      addressLine('To', recipient, { unnamed: 'Unknown address' }),
      addressLine('Token', addressFact(token, context), {
        unnamed: 'Token contract',
        weight: 'quiet',
      }),
      addressLine('Owner', addressFact(owner, context), { unnamed: 'Unknown account' }),
      timeFact('Can be used after', after),
      timeFact('Can be used before', before),
      bytesFact('Nonce', hexAt(message, 'nonce')),
    ],
    leaves: amount.value === 0n ? [] : [amount],
    warnings: [
      ...partyWarnings(to, token, 'token-transfer', context),
      ...tokenWarnings(token, context),
      ...speakerWarnings(owner, context),
      // The last moment is the second before.
      ...deadlineWarnings(before === 0n ? 0n : before - 1n, context),
      ...earlyWarnings(after, context.now),
    ],
  };
}

export function readCancellation({ data, domain, context }: Question): Understood | undefined {
  const token = domain.contract;
  if (token === undefined) return undefined;
  const owner = hexAt(data.message, 'authorizer');
  return {
    intent: 'Cancel a transfer that was signed before',
    reading: 'clear',
    facts: [
      textFact('What', 'Takes back a signed transfer (EIP-3009) that was not made yet'),
      bytesFact('Nonce of the transfer', hexAt(data.message, 'nonce')),
      addressLine('Token', addressFact(token, context), {
        unnamed: 'Token contract',
        weight: 'quiet',
      }),
      addressLine('Owner', addressFact(owner, context), { unnamed: 'Unknown account' }),
    ],
    leaves: [],
    warnings: speakerWarnings(owner, context),
  };
}

function earlyWarnings(after: bigint, now: bigint | undefined): Warning[] {
  if (now === undefined || after < now) return [];
  return [
    {
      code: 'evm/signature-early',
      level: 'info',
      title: 'Holds later',
      text: `The transfer can be made only after ${formatTime(after)}.`,
    },
  ];
}
