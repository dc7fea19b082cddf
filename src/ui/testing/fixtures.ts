/** A made-up vault for the gallery. Addresses, names and amounts belong to nobody. */
import type {
  AccountView,
  DecisionView,
  MemberView,
  NetworkSetting,
  OpenState,
  PairingView,
  ProposalView,
  Settings,
  VaultView,
} from '../../wallet/index.ts';
import { HOSTING, OPERATIONS, PAYROLL, plainReview, review, USDC } from './reviews.ts';

export const NOW = Date.now();
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const RESERVE = '0x41B0a6C2d7E9F03852F1c6a4B8D2e7C95A3f1E60';

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
