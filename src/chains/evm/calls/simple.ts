/** Calls without a function: transfers of coins, new contracts, and what cannot be read. */
import { keccak_256 } from '@noble/hashes/sha3.js';
import { amountLine, bytesFact, canonicalAmount, numberFact } from '../../fact.ts';
import type { Fact, Warning } from '../../review.ts';
import { amountFact, amountText, type DescribeContext } from '../context.ts';
import { formatAmount } from '../amount.ts';
import { fromHexData, type Hex, sizeOf, toHexData } from '../hex.ts';
import type { Call } from '../clear/call.ts';
import { about, aboutAddress, type Parts, plain } from './parts.ts';

type CallTo = Call & { readonly to: Hex };

/** Coins and nothing else. */
export function readTransfer({ to, value }: CallTo, notes: DescribeContext): Parts {
  const amount = amountFact(value, undefined, notes);
  const whom = aboutAddress(to, notes, (name) => name);
  return {
    intent: {
      text: `Send ${value === 0n ? 'nothing' : amountText(amount)} to ${whom.text}`,
      canonical: `Send ${value === 0n ? 'nothing' : canonicalAmount(amount)} to ${whom.canonical}`,
    },
    reading: 'clear',
    facts: value === 0n ? [] : [amountLine('Amount', amount, { weight: 'large' })],
    warnings: [],
    saysValue: true,
  };
}

/** The code of a contract is a program: nobody reads it on a screen. */
export const readCreation = ({ data }: Call): Parts => ({
  intent: plain('Create a contract'),
  reading: 'unreadable',
  facts: rawFacts(data, 'Code of the contract'),
  warnings: [
    {
      code: 'evm/creates-contract',
      level: 'danger',
      title: 'Creates a contract',
      text: 'Its code can do anything with the coins that are sent to it.',
    },
  ],
});

/** The words as they are. @param problem what kept it from being read */
export function unreadable(
  { data, to }: CallTo,
  notes: DescribeContext,
  problem: 'non-canonical' | 'unknown' | undefined,
): Parts {
  return {
    intent: about(
      aboutAddress(to, notes, (name) => name),
      (name) => `Call ${name} in a way this wallet cannot read`,
    ),
    reading: 'unreadable',
    facts: rawFacts(data, 'Calldata'),
    warnings:
      problem === 'non-canonical'
        ? [
            {
              code: 'evm/non-canonical-data',
              level: 'danger',
              title: 'Calldata that is not as it should be',
              text: 'Parts of it overlap, are missing or are padded with something. Contracts may read it otherwise than a person.',
            },
          ]
        : [],
  };
}

/** More than the function takes. */
export const TRAILING: Warning = {
  code: 'evm/trailing-data',
  level: 'danger',
  title: 'Bytes at the end that nothing explains',
  text: 'The function does not take them, but the contract may look at them: some hide a fee or a receiver there.',
};

/** Calls inside of calls, without an end. */
export const tooMuch = ({ data }: Call): Parts => ({
  intent: plain('Calls too deep, too many or too long to be followed'),
  reading: 'unreadable',
  facts: [
    numberFact('Bytes', BigInt(sizeOf(data)), formatAmount(BigInt(sizeOf(data)), 0)),
    bytesFact('Keccak-256 of the calldata', toHexData(keccak_256(fromHexData(data)))),
  ],
  warnings: [
    {
      code: 'evm/too-deep',
      level: 'danger',
      title: 'More calls than can be followed',
      text: 'Nobody can know what the calls further inside would do.',
    },
  ],
});

/** What is longer is summed up: its bytes are in the details of the request in full. */
const MAX_RAW_WORDS = 64;
const WORD = 64;

/** The selector and words of 32 bytes, apart by spaces. */
export function rawFacts(data: Hex, label: string): Fact[] {
  const size = BigInt(sizeOf(data));
  if (size > 4n + 32n * BigInt(MAX_RAW_WORDS)) {
    return [
      numberFact(`${label}: bytes`, size, formatAmount(size, 0)),
      bytesFact(`${label}: Keccak-256`, toHexData(keccak_256(fromHexData(data)))),
    ];
  }
  const words = data.slice(10).match(new RegExp(`.{1,${String(WORD)}}`, 'g')) ?? [];
  return [bytesFact(label, [data.slice(0, 10), ...words].join(' '))];
}
