import { expect, it } from 'vitest';
import { noDescriptors } from '../clear/descriptors.ts';
import type { Hex } from '../hex.ts';
import { readCall } from './read-call.ts';
import {
  BOB,
  call,
  data,
  described,
  exec,
  MAX,
  MULTI_SEND,
  NOTES,
  OTHER,
  packed,
  ROUTER,
  SAFE,
  TOKEN,
} from './testing/calls.ts';

const approve = data('approve(address,uint256)', ROUTER, MAX);
const transfer = data('transfer(address,uint256)', BOB, 12_500_000_000n);
const batch = data(
  'multiSend(bytes)',
  `0x${packed(TOKEN, approve)}${packed(TOKEN, transfer)}${packed(BOB, '0x', { value: 10n ** 18n })}`,
);
const SWAP = 'swap(address tokenIn, uint256 amountIn, uint256 minimumOut, address receiver)';
const exchange = described(ROUTER, {
  [SWAP]: {
    intent: 'Swap',
    interpolatedIntent: 'Swap {amountIn} for at least {minimumOut} wei, to {receiver}',
    fields: [
      { path: 'amountIn', label: 'Pay', format: 'tokenAmount', params: { tokenPath: 'tokenIn' } },
      { path: 'minimumOut', label: 'Receive at least', format: 'raw' },
      { path: 'receiver', label: 'Receiver', format: 'addressName' },
    ],
  },
});

type Row = readonly [
  to: Hex,
  data: Hex,
  value: bigint,
  sentence: string,
  reading: string,
  codes: string[],
];

/** What a person reads of ten very different transactions, on a device that knows Bob, the Exchange and USDC. */
const TEN: Readonly<Record<string, Row>> = {
  'a payment in coins': [BOB, '0x', 25n * 10n ** 17n, 'Send 2.5 ETH to Bob', 'clear', []],
  'a payment in tokens': [TOKEN, transfer, 0n, 'Send 12 500 USDC to Bob', 'clear', []],
  'a permission without a limit': [
    TOKEN,
    approve,
    0n,
    'Let Exchange spend USDC without limit',
    'clear',
    ['evm/approval-unlimited'],
  ],
  'a whole collection': [
    OTHER,
    data('setApprovalForAll(address,bool)', ROUTER, true),
    0n,
    `Let Exchange move the whole collection ${OTHER}`,
    'clear',
    ['evm/approval-all'],
  ],
  'a swap that its maker describes': [
    ROUTER,
    data('swap(address,uint256,uint256,address)', TOKEN, 5_000_000n, 9n, BOB),
    0n,
    'Swap 5 USDC for at least 9 wei, to Bob',
    'clear',
    [],
  ],
  'a batch of a Safe': [
    SAFE,
    exec(MULTI_SEND, batch, { operation: 1 }),
    0n,
    `From the Safe ${SAFE}: 3 calls: Let Exchange spend USDC without limit; Send 12 500 USDC to Bob; Send 1 ETH to Bob`,
    'clear',
    ['evm/approval-unlimited', 'evm/delegatecall-known'],
  ],
  'a new owner of a Safe': [
    SAFE,
    exec(SAFE, data('addOwnerWithThreshold(address,uint256)', OTHER, 1n)),
    0n,
    `From the Safe ${SAFE}: Add the owner ${OTHER} to the Safe ${SAFE}; owners needed from then on: 1`,
    'clear',
    ['evm/safe-owner-change'],
  ],
  'foreign code in the name of a Safe': [
    SAFE,
    exec(OTHER, transfer, { operation: 1 }),
    0n,
    `From the Safe ${SAFE}: Run the code of ${OTHER} as its own: Send 12 500 000 000 smallest units of the token ${OTHER} to Bob`,
    'unreadable',
    ['evm/delegatecall'],
  ],
  'a function known by its name only': [
    OTHER,
    data('stake(uint256)', 7n),
    10n ** 18n,
    `Call stake of ${OTHER}, sending 1 ETH along`,
    'decoded',
    ['evm/unverified-function'],
  ],
  'what nobody can read': [
    OTHER,
    '0xdeadbeef0000000000000000000000000000000000000000000000000000000000000001',
    0n,
    `Call ${OTHER} in a way this wallet cannot read`,
    'unreadable',
    [],
  ],
};

it.each(Object.entries(TEN))(
  '%s',
  async (_name, [to, calldata, value, sentence, reading, codes]) => {
    const read = await readCall(call(to, calldata, { value }), exchange, NOTES);
    expect(read.call.intent.replaceAll('\u202f', ' ')).toBe(sentence);
    expect(read.call.reading).toBe(reading);
    expect(read.warnings.map(({ code }) => code)).toEqual(codes);
  },
);

it('tells the same of them without a descriptor, but for the swap', async () => {
  for (const [name, [to, calldata, value, sentence]] of Object.entries(TEN)) {
    const read = await readCall(call(to, calldata, { value }), noDescriptors, NOTES);
    const told = read.call.intent.replaceAll('\u202f', ' ') === sentence;
    expect([name, told]).toEqual([name, name !== 'a swap that its maker describes']);
  }
});
