/** A made-up vault for the gallery. Addresses, names and amounts belong to nobody. */
import type {
  AccountView,
  DecisionView,
  MemberView,
  NetworkSetting,
  OpenState,
  PairingView,
  ProposalView,
  Review,
  Settings,
  VaultView,
} from '../../wallet/index.ts';

export const NOW = Date.now();
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

export const OPERATIONS = '0x9f2C41d08bA377e10C55d2a93Fe81b64A0d7c3E1';
const RESERVE = '0x41B0a6C2d7E9F03852F1c6a4B8D2e7C95A3f1E60';
export const STRANGER = '0x71C7656EC7ab88b098defB751B7401B5f6d8976F';
const PAYROLL = '0x71C7a02E5d11f4C8B6E0a93D47F21B88c05e976F';
const HOSTING = '0x2b5AD5c4795c026514f8317c7a215E218DcCD6cF';
const USDC = '0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48';

export const networks: readonly NetworkSetting[] = [
  {
    chainId: 1n,
    name: 'Ethereum',
    nativeSymbol: 'ETH',
    rpcUrl: 'https://node.example/ethereum',
    tokens: [{ address: USDC, symbol: 'USDC', decimals: 6 }],
  },
  {
    chainId: 8453n,
    name: 'Base',
    nativeSymbol: 'ETH',
    rpcUrl: undefined,
    tokens: [],
  },
];

export const settings: Settings = {
  relay: undefined,
  iceServers: [{ url: 'turn:turn.example:3478', username: 'treasury', credential: 'x' }],
  networks,
  bitcoin: [],
  theme: 'system',
  autoLockMinutes: 10,
};

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
  delegate: false,
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
              delegate: true,
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

const members: readonly MemberView[] = [
  member('a1', 1, 'Finance phone', { online: true, path: 'direct' }),
  member('b2', 2, 'This laptop', { self: true, online: true }),
  member('c3', 3, 'Office desktop', { lastSeen: NOW - 26 * HOUR }),
];

function member(id: string, index: number, name: string, part: Partial<MemberView>): MemberView {
  return {
    id,
    index,
    name,
    self: false,
    online: false,
    path: 'none',
    lastSeen: undefined,
    ...part,
  };
}

const decisions: readonly DecisionView[] = [
  decision(0, { decision: 'approved', at: NOW - 4 * MINUTE }),
  decision(1, {}),
  decision(2, {}),
];

export function decision(position: number, part: Partial<DecisionView>): DecisionView {
  const who = members[position];
  return {
    memberId: who?.id ?? '',
    name: who?.name ?? '',
    self: who?.self ?? false,
    decision: 'pending',
    at: undefined,
    reason: undefined,
    sawSomethingElse: false,
    online: who?.online ?? false,
    ...part,
  };
}

export function proposal(part: Partial<ProposalView> = {}): ProposalView {
  return {
    id: 'p1',
    vaultId: 'v1',
    status: 'open',
    maybeSigned: false,
    review: review(),
    accountName: 'Operations',
    proposer: { id: 'a1', name: 'Finance phone', self: false },
    note: 'November invoice 2026-1187, please approve today.',
    createdAt: NOW - 4 * MINUTE,
    expiresAt: NOW + 29 * HOUR,
    decisions,
    needed: 2,
    approvals: 1,
    mine: 'none',
    canApprove: true,
    canReject: true,
    canWithdraw: false,
    blocked: undefined,
    rule: 'Every payment of this vault needs the approval of 2 of its 3 devices, because 2 key shares are needed to sign.',
    shownWords: ['harbor', 'violet', 'eleven', 'maple'],
    waitingFor: undefined,
    ceremony: undefined,
    problem: undefined,
    transaction: undefined,
    differences: [],
    signature: undefined,
    ...part,
  };
}

/** Decided, so nothing is offered any more. */
export function decided(part: Partial<ProposalView>): ProposalView {
  return proposal({
    canApprove: false,
    canReject: false,
    mine: 'approved',
    approvals: 2,
    decisions: [
      decision(0, { decision: 'approved', at: NOW - 4 * MINUTE }),
      decision(1, { decision: 'approved', at: NOW - MINUTE }),
      decision(2, {}),
    ],
    ...part,
  });
}

const accounts: readonly AccountView[] = [
  account(0, 'Operations', OPERATIONS, [
    balance('USDC', 6, 48_120_000_000n, { token: USDC }),
    balance('ETH', 18, 3_204_000_000_000_000_000n, 'native'),
  ]),
  account(1, 'Reserve', RESERVE, [balance('ETH', 18, 1_250_000_000_000_000_001n, 'native')]),
];

function account(
  index: number,
  name: string,
  address: string,
  balances: AccountView['balances'],
): AccountView {
  return { index, name, address, path: `m/44/60/0/0/${String(index)}`, balances };
}

function balance(
  symbol: string,
  decimals: number,
  value: bigint,
  asset: AccountView['balances'][number]['asset'],
): AccountView['balances'][number] {
  return { chainId: 1n, networkName: 'Ethereum', asset, symbol, decimals, value, state: 'known' };
}

export const sent = decided({
  id: 'p2',
  status: 'confirmed',
  review: plainReview,
  note: '',
  createdAt: NOW - 26 * HOUR,
  transaction: {
    hash: `0x${'5c1d'.repeat(16)}`,
    raw: `0x02f8${'b1a2c3d4'.repeat(28)}`,
    psbt: undefined,
    sentAt: NOW - 25 * HOUR,
    block: 24_113_907n,
    success: true,
    confirmations: 64,
  },
});

const rejected = decided({
  id: 'p3',
  status: 'rejected',
  mine: 'rejected',
  approvals: 1,
  review: review({ intent: 'Let 0x1111…2582 spend unlimited DAI', operation: 'token-approval' }),
  createdAt: NOW - 15 * 24 * HOUR,
});

export function vault(part: Partial<VaultView> = {}): VaultView {
  return {
    id: 'v1',
    name: 'Treasury',
    threshold: 2,
    state: 'active',
    keygen: { ceremony: undefined, problem: undefined },
    fingerprint: ['cedar', 'window', 'noble', 'fabric', 'tunnel', 'spice'],
    members,
    accounts,
    proposals: [proposal(), sent, rejected],
    waiting: ['p1'],
    contacts: [
      { address: PAYROLL, name: 'Northwind Payroll' },
      { address: HOSTING, name: 'Hosting' },
    ],
    trail: [
      event(
        'e3',
        4 * MINUTE,
        'Finance phone',
        'Proposed: send 12\u202f500 USDC to a new address',
        'p1',
      ),
      event('e2', 25 * HOUR, 'This laptop', 'Sent 0.4 ETH to Hosting to Ethereum', 'p2'),
      event('e1', 30 * HOUR, 'This laptop', 'Approved: send 0.4 ETH to Hosting', 'p2'),
      event('e0', 400 * HOUR, 'Office desktop', 'The vault was made by 3 devices', undefined),
    ],
    alarms: [],
    nodes: new Map([[1n, { state: 'up', block: 24_113_971n }]]),
    bitcoinAccounts: [],
    bitcoinServers: new Map(),
    taproot: { state: 'none', ceremony: undefined, problem: undefined },
    ...part,
  };
}

function event(
  id: string,
  ago: number,
  author: string,
  text: string,
  proposalId: string | undefined,
): VaultView['trail'][number] {
  return {
    id: id.repeat(32),
    at: NOW - ago,
    author,
    text,
    proposalId,
    details: [
      { label: 'Kind', value: 'proposal' },
      { label: 'Signed by', value: 'a1'.repeat(32) },
    ],
  };
}

export function open(part: Partial<OpenState> = {}): OpenState {
  return {
    phase: 'open',
    device: { id: 'b2'.repeat(32), name: 'This laptop', persisted: true },
    connection: { relay: 'up', reason: undefined, offline: false },
    vaults: [vault()],
    pairing: undefined,
    invitation: undefined,
    settings,
    descriptors: { registry: undefined, snapshots: [], damaged: [] },
    pairSetups: [],
    problems: [],
    ...part,
  };
}

export function pairing(part: Partial<PairingView>): PairingView {
  return {
    role: 'creator',
    vaultName: 'Treasury',
    threshold: 2,
    size: 3,
    step: 'inviting',
    invitation: {
      link: `https://countersign.example/#/join/${'kJ7Qw2ZsT0xN5vYb'.repeat(5)}`,
      code: '4729-0583',
      expiresAt: NOW + 14 * MINUTE,
    },
    members: members.map(({ id, name, self }) => ({ id, name, self, confirmed: false })),
    words: ['harbor', 'violet', 'eleven', 'maple'],
    ceremony: undefined,
    problem: undefined,
    vaultId: undefined,
    result: undefined,
    ...part,
  };
}

export function ceremony(labels: readonly [string, string][], active: number) {
  return {
    stages: labels.map(([label, detail], i) => ({
      id: `s${String(i)}`,
      label,
      detail: i <= active ? detail : undefined,
      state:
        i < active ? ('done' as const) : i === active ? ('active' as const) : ('waiting' as const),
    })),
    progress: (active + 0.6) / labels.length,
    startedAt: NOW - 64_000,
    cancellable: true,
  };
}
