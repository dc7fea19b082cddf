/** Made-up reviews for the gallery. Addresses, names and amounts belong to nobody. */
import type { Review } from '../../wallet/index.ts';

export const OPERATIONS = '0x9f2C41d08bA377e10C55d2a93Fe81b64A0d7c3E1';
export const STRANGER = '0x71C7656EC7ab88b098defB751B7401B5f6d8976F';
export const PAYROLL = '0x71C7a02E5d11f4C8B6E0a93D47F21B88c05e976F';
export const HOSTING = '0x2b5AD5c4795c026514f8317c7a215E218DcCD6cF';
export const USDC = '0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48';

const usdc = { symbol: 'USDC', decimals: 6, source: 'node' } as const;
const eth = { symbol: 'ETH', decimals: 18, source: 'settings' } as const;

function bytes(length: number, seed: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 73 + seed * 151 + (i >> 2)) & 255);
}

type Fact = Review['facts'][number];
type AddressFact = Extract<Fact['value'], { kind: 'address' }>['address'];
type AmountFact = Extract<Fact['value'], { kind: 'amount' }>['amount'];
type CallFact = Extract<Fact['value'], { kind: 'call' }>['call'];

const fact = (label: string, value: Fact['value'], extras: Partial<Fact> = {}): Fact => ({
  label,
  value,
  canonical: label,
  ...extras,
});
export const addressFact = (label: string, address: AddressFact, extras?: Partial<Fact>): Fact =>
  fact(label, { kind: 'address', address }, extras);
export const amountFact = (label: string, amount: AmountFact, extras?: Partial<Fact>): Fact =>
  fact(label, { kind: 'amount', amount }, extras);
const textFact = (label: string, text: string, extras?: Partial<Fact>): Fact =>
  fact(label, { kind: 'text', text }, extras);

const FEE: AmountFact = { value: 2_145_000_000_000_000n, asset: 'native', unit: eth };
export const TOKENS: AmountFact = {
  value: 12_500_000_000n,
  asset: { token: USDC },
  unit: usdc,
};

/** The lines of a payment, with those of a test in their places. */
export function paymentFacts(amount: Fact, to: Fact, token: readonly Fact[], leaves: AmountFact[]) {
  return [
    addressFact('From', { address: OPERATIONS, own: { index: 0, name: 'Operations' } }),
    amount,
    to,
    ...token,
    fact(
      'Fee',
      { kind: 'amount', amount: FEE, atMost: true },
      { remarks: ['65,000 gas · at most 33 gwei · priority 1.5 gwei · nonce 41'] },
    ),
    fact(
      'In total',
      {
        kind: 'group',
        facts: leaves.map((each) => fact('', { kind: 'amount', amount: each, atMost: true })),
      },
      { remarks: ['can leave the account, the fee included'] },
    ),
    textFact('Network', 'Ethereum', { remarks: ['chain 1'] }),
  ];
}

export const token = addressFact(
  'Token',
  { address: USDC, name: { text: 'USDC', source: 'node' }, paidBefore: true },
  { weight: 'quiet' },
);
export const stranger = addressFact(
  'To',
  { address: STRANGER, paidBefore: false },
  { unnamed: 'Unknown address' },
);

export function review(part: Partial<Review> = {}): Review {
  return {
    kind: 'evm',
    intent: 'Send 12\u202f500 USDC to a new address',
    network: { id: 'eip155:1', label: 'chain 1', name: 'Ethereum', nativeSymbol: 'ETH' },
    operation: 'token-transfer',
    reading: 'clear',
    facts: paymentFacts(
      amountFact('Amount', TOKENS, { weight: 'large' }),
      stranger,
      [token],
      [TOKENS, FEE],
    ),
    estimate: [amountFact('Leaves', TOKENS)],
    leaves: [TOKENS, FEE],
    warnings: [
      {
        code: 'evm/look-alike',
        level: 'danger',
        title: 'This address only looks like one you know',
        text: 'It resembles “Northwind Payroll” in the address book: the same first and last characters, but it is another address. This is how poisoned addresses look.',
        resembles: { address: STRANGER, known: PAYROLL },
      },
      {
        code: 'evm/first-payment',
        level: 'caution',
        title: 'First payment to this address',
        text: 'This vault has never paid it. Ask the receiver for the address over another channel.',
      },
    ],
    details: [
      textFact('Type', '2 (EIP-1559)'),
      fact('Chain', { kind: 'number', text: '1' }),
      addressFact('Called contract', { address: USDC }),
      textFact('Function', 'transfer(address to, uint256 value)'),
      addressFact('to', { address: STRANGER }),
      fact('value', { kind: 'number', text: '12500000000' }),
      fact('Input data', {
        kind: 'bytes',
        text: `0xa9059cbb${'0'.repeat(24)}${STRANGER.slice(2).toLowerCase()}${'0'.repeat(55)}2e90edd00`,
      }),
    ],
    bytes: bytes(120, 1),
    digests: [
      {
        label: 'Digest that is signed',
        digest: bytes(32, 2),
        words: ['anchor', 'pencil', 'lucky', 'orbit'],
      },
    ],
    shown: [],
    shownDigest: bytes(32, 3),
    refusal: undefined,
    ...part,
  };
}

const HOSTED: AmountFact = { value: 400_000_000_000_000_000n, asset: 'native', unit: eth };
const WITH_FEE: AmountFact = { value: 402_145_000_000_000_000n, asset: 'native', unit: eth };

export const plainReview = review({
  intent: 'Send 0.4 ETH to Hosting',
  operation: 'native-transfer',
  facts: paymentFacts(
    amountFact('Amount', HOSTED, { weight: 'large' }),
    addressFact('To', {
      address: HOSTING,
      name: { text: 'Hosting', source: 'address-book' },
      paidBefore: true,
    }),
    [],
    [WITH_FEE],
  ),
  leaves: [WITH_FEE],
  warnings: [],
});

const call = (part: Partial<CallFact>): CallFact => ({
  intent: '',
  canonical: '',
  to: { address: USDC, name: { text: 'USDC', source: 'node' } },
  value: { value: 0n, asset: 'native', unit: eth },
  delegate: 'none',
  reading: 'clear',
  source: undefined,
  signature: undefined,
  facts: [],
  ...part,
});

const callLine = (label: string, one: CallFact): Fact => fact(label, { kind: 'call', call: one });

const SAFE = '0x4e59b44847b379578588920cA78FbF26c0B4956C';

/** Calls inside of calls, one of them with all rights. */
export const nestedReview = review({
  intent:
    'Run two calls as the Safe: let 0x71C7…976F spend up to 500 USDC, and one that cannot be read',
  operation: 'contract-call',
  reading: 'unreadable',
  refusal: 'This wallet cannot read all that this call does, so it will not sign it.',
  facts: [
    addressFact('From', { address: OPERATIONS, own: { index: 0, name: 'Operations' } }),
    callLine(
      'Call',
      call({
        intent: 'Execute a transaction of the Safe',
        signature:
          'execTransaction(address,uint256,bytes,uint8,uint256,uint256,uint256,address,address,bytes)',
        to: { address: SAFE, paidBefore: false },
        source: { owner: 'Safe', origin: 'built-in', digest: '5c1d'.repeat(16) },
        facts: [
          fact('Operation', { kind: 'text', text: 'delegate call' }),
          callLine(
            'Inner call',
            call({
              intent: 'Run two calls',
              signature: 'multiSend(bytes)',
              delegate: 'foreign',
              to: { address: PAYROLL },
              facts: [
                callLine(
                  'Call 1',
                  call({
                    intent: 'Let 0x71C7…976F spend up to 500 USDC',
                    signature: 'approve(address,uint256)',
                    facts: [
                      addressFact('Spender', { address: STRANGER, paidBefore: false }),
                      amountFact('Amount', { ...TOKENS, value: 500_000_000n }),
                    ],
                  }),
                ),
                callLine(
                  'Call 2',
                  call({
                    intent: 'Call an unknown function',
                    reading: 'unreadable',
                    to: { address: HOSTING },
                    facts: [
                      fact('Data', {
                        kind: 'bytes',
                        text: `0xdeadbeef ${'00'.repeat(32)} ${'11'.repeat(32)}`,
                      }),
                    ],
                  }),
                ),
              ],
            }),
          ),
        ],
      }),
    ),
    ...review().facts.slice(4),
  ],
  warnings: [
    {
      code: 'evm/delegatecall',
      level: 'danger',
      title: 'Foreign code with all rights',
      text: 'The code that is called runs as the Safe itself: it can take everything and change its owners.',
    },
  ],
});

export const messageReview = review({
  kind: 'evm-message',
  intent: 'Sign in to app.example.org as Operations',
  operation: 'message',
  facts: [
    addressFact('From', { address: OPERATIONS, own: { index: 0, name: 'Operations' } }),
    textFact('Sign in to', 'https://app.example.org', { weight: 'large' }),
    textFact('Statement', 'I accept the terms of service: https://app.example.org/terms'),
    textFact('Expires', '2026-11-25 12:00:00 UTC'),
    textFact('Network', 'Ethereum', { remarks: ['chain 1'] }),
  ],
  leaves: [],
  warnings: [],
});

export const permitReview = review({
  kind: 'evm-typed-data',
  intent: 'Let 0x71C7…976F spend all your USDC, without a limit, until 2099',
  operation: 'typed-data',
  facts: [
    addressFact('From', { address: OPERATIONS, own: { index: 0, name: 'Operations' } }),
    addressFact('Spender', { address: STRANGER, paidBefore: false }),
    amountFact(
      'Allowance',
      { ...TOKENS, value: 2n ** 256n - 1n, unlimited: true },
      { weight: 'large' },
    ),
    token,
    textFact('Deadline', '2099-12-31 23:59:59 UTC'),
    textFact('Network', 'Ethereum', { remarks: ['chain 1'] }),
  ],
  warnings: [
    {
      code: 'evm/permit-unlimited',
      level: 'danger',
      title: 'Permission without a limit',
      text: 'Whoever holds this signature can take all of this token from this account, without any transaction of yours.',
    },
  ],
});
