/** Screens of Bitcoin. Reviews are what the product makes of real bytes. */
import {
  account as accountOf,
  finder,
  OTHER,
  OTHER_TAPROOT,
  spending,
} from '../../chains/bitcoin/testing/vault.ts';
import {
  bitcoinAddressAt,
  describeRequest,
  descriptorOf,
  extendedKeyOf,
  pathText,
  preparePsbt,
  type BitcoinAccount,
  type Review,
} from '../../chains/index.ts';
import type {
  BitcoinAccountView,
  BitcoinAddressView,
  TransactionView,
} from '../../wallet/index.ts';
import * as made from './fixtures.ts';
import { VAULT, type Scene } from './scene.ts';

const own = accountOf();
const taproot = accountOf('p2tr');
const script = (of: BitcoinAccount, change: 0 | 1, index: number): Uint8Array =>
  bitcoinAddressAt(of, { change, index }).script;

interface Line {
  readonly amount: bigint;
  readonly script: Uint8Array;
  readonly previous?: boolean;
}

async function review(
  inputs: readonly Line[],
  outputs: readonly Line[],
  of: BitcoinAccount = own,
): Promise<Review> {
  const find = finder(of, 30);
  const request = preparePsbt(spending(inputs, outputs).toPSBT(), { account: of, find });
  const context = {
    account: { ...of, name: 'Savings' },
    owns: () => undefined,
    contacts: [],
    paid: [],
    nextIndex: { receive: 4, change: 2 },
    tip: { height: 870_000, time: 1_764_000_000 },
  };
  return describeRequest({ chain: 'bitcoin', request, context });
}

const coin = (amount: bigint, index: number, of = own): Line => ({
  amount,
  script: script(of, 0, index),
});

const reviews = {
  payment: await review(
    [coin(60_000_000n, 0), coin(25_000_000n, 3)],
    [
      { amount: 70_000_000n, script: script(OTHER, 0, 0) },
      { amount: 14_990_000n, script: script(own, 1, 1) },
    ],
  ),
  everything: await review(
    [coin(4_000_000n, 2, taproot)],
    [{ amount: 3_998_000n, script: script(OTHER_TAPROOT, 0, 0) }],
    taproot,
  ),
  unproven: await review(
    [
      { ...coin(60_000_000n, 0), previous: false },
      { ...coin(25_000_000n, 3), previous: false },
    ],
    [{ amount: 60_000_000n, script: script(OTHER, 0, 0) }],
  ),
  joint: await review(
    [coin(50_000_000n, 1), { amount: 50_000_000n, script: script(OTHER, 0, 3) }],
    [
      { amount: 40_000_000n, script: script(OTHER, 0, 1) },
      { amount: 59_000_000n, script: script(own, 1, 29) },
    ],
  ),
  refused: await review(
    [coin(60_000_000n, 0)],
    // A witness version that has no meaning yet.
    [{ amount: 59_000_000n, script: Uint8Array.from([0x60, 0x02, 0x4e, 0x73]) }],
  ),
};

function address(of: BitcoinAccount, change: 0 | 1, index: number, value = 0n): BitcoinAddressView {
  const { address: text, path } = bitcoinAddressAt(of, { change, index });
  const used = index < 3;
  return { address: text, path: pathText(path), change: change === 1, index, used, value };
}

function view(of: BitcoinAccount, part: Partial<BitcoinAccountView>): BitcoinAccountView {
  const { network, kind, index } = of;
  return {
    network,
    kind,
    index,
    name: 'Savings',
    networkName: 'Bitcoin mainnet',
    symbol: 'BTC',
    path: kind === 'p2wpkh' ? 'm/84/0/0' : 'm/86/0/0',
    keys: {
      receive: address(of, 0, 3),
      extendedKey: extendedKeyOf(of),
      descriptors: { receive: descriptorOf(of, 0), change: descriptorOf(of, 1) },
      addresses: [
        address(of, 0, 0, 60_000_000n),
        address(of, 0, 1),
        address(of, 0, 2),
        address(of, 0, 3),
        address(of, 1, 0, 25_000_000n),
      ],
    },
    funds: {
      state: 'known',
      confirmed: 85_000_000n,
      pending: 1_250_000n,
      coins: 3,
      reserved: 25_000_000n,
    },
    ...part,
  };
}

const savings = view(own, {});
const cold = view(taproot, { name: 'Cold storage with quite a long name to show' });
const bitcoinServer = {
  network: 'mainnet',
  kind: 'esplora',
  url: 'https://esplora.example/api',
} as const;
const settings = { ...made.settings, bitcoin: [bitcoinServer] };
const vault = made.vault({ bitcoinAccounts: [savings, cold] });

const at = (hash: string, of = vault): Scene => ({
  state: made.open({ vaults: [of], settings }),
  hash,
});

const showing = (part: Parameters<typeof made.proposal>[0]): Scene =>
  at(`${VAULT}/proposal/p1`, { ...vault, proposals: [made.proposal(part)], waiting: [] });

const transaction = (complete: boolean): TransactionView => ({
  hash: '5c1d'.repeat(16),
  raw: complete ? 'b1a2c3d4'.repeat(28) : '',
  psbt: { bytes: new Uint8Array(400).fill(0x42), complete },
  sentAt: undefined,
  block: undefined,
  success: undefined,
  confirmations: undefined,
});

export const bitcoinScenes: Readonly<Record<string, Scene>> = {
  'home-bitcoin': at(VAULT),
  'home-taproot-making': at(VAULT, {
    ...vault,
    bitcoinAccounts: [savings, { ...cold, keys: undefined }],
    taproot: { state: 'unfinished', ceremony: undefined, problem: undefined },
  }),
  'bitcoin-receive': at(`${VAULT}/coins/mainnet-p2wpkh-0`),
  'bitcoin-receive-taproot': at(`${VAULT}/coins/mainnet-p2tr-0`),
  'bitcoin-payment': showing({ review: reviews.payment }),
  'bitcoin-everything': showing({ review: reviews.everything }),
  'bitcoin-unproven-fee': showing({ review: reviews.unproven }),
  'bitcoin-joint': showing({ review: reviews.joint }),
  'bitcoin-refused': showing({
    review: reviews.refused,
    canApprove: false,
    blocked: reviews.refused.refusal,
  }),
  'bitcoin-signed': showing({
    ...made.decided({ status: 'signed' }),
    review: reviews.payment,
    transaction: transaction(true),
  }),
  'bitcoin-partly-signed': showing({
    ...made.decided({ status: 'signed' }),
    review: reviews.joint,
    transaction: transaction(false),
  }),
};
