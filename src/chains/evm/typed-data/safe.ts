/** Transactions and messages of a Safe, a contract with several owners, of which the account is one. */
import { addressLine, bytesFact, callLine, groupFact, numberFact, textFact } from '../../fact.ts';
import type { Fact, Warning } from '../../review.ts';
import { ZERO_ADDRESS } from '../address.ts';
import { addressText } from '../clear/sentence.ts';
import { addressFact } from '../context.ts';
import { fromHexData, type Hex, sizeOf } from '../hex.ts';
import { textIn } from '../message/parse.ts';
import { shownLines, textWarnings } from '../message/text.ts';
import { hexAt, integerAt } from './members.ts';
import type { CallReading, Question, Understood } from './understood.ts';

export const SAFE_TX =
  'SafeTx(address to,uint256 value,bytes data,uint8 operation,uint256 safeTxGas,uint256 baseGas,uint256 gasPrice,address gasToken,address refundReceiver,uint256 nonce)';
export const SAFE_MESSAGE = 'SafeMessage(bytes message)';

/** Since version 1.3.0, and before it. */
const DOMAIN_MEMBERS: readonly string[] = ['chainId,verifyingContract', 'verifyingContract'];

const safeOf = ({ domain }: Question): Hex | undefined =>
  DOMAIN_MEMBERS.includes(domain.members) ? domain.contract : undefined;

const UNREAD = 'This wallet cannot read what the Safe would do, so it will not sign it.';

export async function readSafeTx(question: Question): Promise<Understood | undefined> {
  const safe = safeOf(question);
  const { context } = question;
  const { message } = question.data;
  const operation = integerAt(message, 'operation');
  if (safe === undefined || operation > 1n) return undefined;
  const delegate = operation === 1n;
  const inner = await innerCall(question, safe, delegate);
  const readable = inner !== undefined && inner.call.reading !== 'unreadable';
  const gasPrice = integerAt(message, 'gasPrice');
  const whose = addressText(addressFact(safe, context));
  return {
    intent:
      inner === undefined
        ? `Let the Safe ${whose} do what this wallet cannot read`
        : `From the Safe ${whose}: ${inner.call.intent}`,
    reading: inner?.call.reading ?? 'unreadable',
    facts: [
      textFact(
        'What',
        'A transaction of a Safe. It also needs its other owners, as many as it asks for',
      ),
      addressLine('Safe', addressFact(safe, context), { unnamed: 'Unknown contract' }),
      ...(inner === undefined ? rawFacts(question, delegate) : [callLine('Does', inner.call)]),
      numberFact('Nonce of the Safe', integerAt(message, 'nonce')),
      ...(gasPrice === 0n ? [] : [refundFact(question)]),
    ],
    leaves: [],
    warnings: [
      ...(inner?.warnings ?? []),
      ...(delegate && inner?.call.delegate !== 'helper' ? [DELEGATE] : []),
      ...(gasPrice === 0n ? [] : [REFUND]),
      ...(isNothing(question, safe) ? [REJECTS] : []),
    ],
    refusal: readable ? undefined : UNREAD,
  };
}

/** Without a chain nothing says what the addresses are. */
async function innerCall(
  { data, domain, readers }: Question,
  safe: Hex,
  delegate: boolean,
): Promise<CallReading | undefined> {
  if (readers.readCall === undefined || domain.chainId === undefined) return undefined;
  return readers.readCall({
    chainId: domain.chainId,
    from: safe,
    to: hexAt(data.message, 'to'),
    value: integerAt(data.message, 'value'),
    data: hexAt(data.message, 'data'),
    delegate,
  });
}

const rawFacts = ({ data, context }: Question, delegate: boolean): Fact[] => [
  addressLine('Called', addressFact(hexAt(data.message, 'to'), context), {
    unnamed: 'Unknown address',
  }),
  numberFact('Coins sent along (wei)', integerAt(data.message, 'value')),
  bytesFact('Calldata', hexAt(data.message, 'data')),
  textFact('Kind of call', delegate ? 'DELEGATECALL' : 'CALL'),
];

function refundFact({ data, context }: Question): Fact {
  const token = hexAt(data.message, 'gasToken');
  const receiver = hexAt(data.message, 'refundReceiver');
  return groupFact('Pays for gas', [
    numberFact('Price of a unit', integerAt(data.message, 'gasPrice')),
    numberFact('Units besides those used', integerAt(data.message, 'baseGas')),
    token === ZERO_ADDRESS
      ? textFact('In', 'the native coin')
      : addressLine('In', addressFact(token, context), { unnamed: 'Token contract' }),
    receiver === ZERO_ADDRESS
      ? textFact('To', 'whoever sends the transaction')
      : addressLine('To', addressFact(receiver, context), { unnamed: 'Unknown address' }),
  ]);
}

/** How Safes use up a nonce, so that another transaction with it cannot happen. */
const isNothing = ({ data }: Question, safe: Hex): boolean =>
  hexAt(data.message, 'to') === safe &&
  integerAt(data.message, 'value') === 0n &&
  hexAt(data.message, 'data') === '0x';

export function readSafeMessage(question: Question): Understood | undefined {
  const safe = safeOf(question);
  if (safe === undefined) return undefined;
  const { context } = question;
  const message = hexAt(question.data.message, 'message');
  const text = textIn(fromHexData(message));
  const isHash = sizeOf(message) === 32;
  return {
    intent: `Sign a message in the name of the Safe ${addressText(addressFact(safe, context))}`,
    reading: isHash ? 'unreadable' : text === undefined ? 'decoded' : 'clear',
    facts: [
      textFact(
        'What',
        'A message of a Safe. It also needs its other owners, as many as it asks for',
      ),
      addressLine('Safe', addressFact(safe, context), { unnamed: 'Unknown contract' }),
      text === undefined || isHash
        ? bytesFact('Message', message)
        : groupFact(
            'Message',
            shownLines(text).map((line) => textFact('', line)),
          ),
    ],
    leaves: [],
    warnings: [...(isHash ? [HASH] : []), ...(text === undefined ? [] : textWarnings([text]))],
    refusal: isHash ? HASH.text : undefined,
  };
}

const HASH: Warning = {
  code: 'evm/safe-message-hash',
  level: 'danger',
  title: 'Only the hash of a message',
  text: 'It holds 32 bytes that stand for something else: an order, a permission or a payment of the Safe. What it is cannot be seen, so this wallet does not sign it.',
};

const DELEGATE: Warning = {
  code: 'evm/delegatecall',
  level: 'danger',
  title: 'Foreign code with all rights of the Safe',
  text: 'The code of the called contract runs as if it were the Safe’s own (DELEGATECALL). It can take everything and change the owners.',
};

const REFUND: Warning = {
  code: 'evm/safe-refund',
  level: 'danger',
  title: 'The Safe pays for gas',
  text: 'Whoever sends the transaction is paid by the Safe for the gas, at a price that is written here. A high price empties the Safe.',
};

const REJECTS: Warning = {
  code: 'evm/safe-rejection',
  level: 'info',
  title: 'Does nothing',
  text: 'It uses up a nonce of the Safe, so that another transaction with the same nonce cannot happen.',
};
