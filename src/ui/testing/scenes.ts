/** Every screen in every state it was designed for, by name. */
import type {
  DescriptorSetView,
  LockReason,
  PairSetupView,
  VaultView,
} from '../../wallet/index.ts';
import { bitcoinScenes } from './bitcoin-scenes.ts';
import * as made from './fixtures.ts';
import { proposalScenes } from './proposal-scenes.ts';
import * as reviews from './reviews.ts';
import { at, long, problem, signing, VAULT, type Scene } from './scene.ts';

const making = made.ceremony(
  [
    ['Devices connected', '3 of 3'],
    ['Same vault, same words', 'all devices'],
    ['Making key parts', 'round 2 of 5'],
    ['Proving them to each other', ''],
    ['Certificate of all devices', ''],
  ],
  2,
);
function locked(reason: LockReason): Scene {
  return {
    state: { phase: 'locked', deviceName: 'This laptop', reason, theme: 'system' },
    hash: '',
  };
}

function home(part: Parameters<typeof made.open>[0] = {}): Scene {
  return { state: made.open(part), hash: VAULT };
}

function unfinished(keygen: VaultView['keygen']): Scene {
  const empty = { accounts: [], proposals: [], waiting: [], contacts: [] };
  return home({ vaults: [made.vault({ ...empty, state: 'unfinished', keygen })] });
}

function pairSetup(part: Partial<PairSetupView>): PairSetupView {
  return {
    vaultId: 'v1',
    memberId: 'c3',
    name: 'Finance phone',
    online: true,
    mine: 'undecided',
    theirs: 'undecided',
    problem: {
      code: 'wallet/pair-set-up',
      title: 'This laptop and Finance phone must set up their signing again',
      meaning:
        'What this device shared with Finance phone for signing is gone or incomplete, as after a message that failed a check. That may have been an attack. No money is in danger by this alone, but the two sign nothing together until then.',
      next: 'Ask the owner of Finance phone in person or by phone. Set it up again only if nobody else uses that device.',
    },
    failure: undefined,
    ceremony: undefined,
    ...part,
  };
}

function descriptorSet(part: Partial<DescriptorSetView>): DescriptorSetView {
  return {
    origin: 'https://git.example/treasury/descriptors',
    commit: '5c1d'.repeat(10),
    imported: '2026-11-20',
    digest: 'a3'.repeat(32),
    words: ['harbor', 'violet', 'eleven', 'maple'],
    count: 37,
    ...part,
  };
}

function pairing(part: Parameters<typeof made.pairing>[0]): Scene {
  return { state: made.open({ vaults: [], pairing: made.pairing(part) }), hash: '#/' };
}

export const scenes: Readonly<Record<string, Scene>> = {
  starting: { state: { phase: 'starting' }, hash: '' },
  unsupported: {
    state: {
      phase: 'unsupported',
      problem: {
        code: 'browser/insecure',
        title: 'This address is not secure',
        meaning: 'Browsers allow signing keys only on https addresses and on localhost.',
        next: 'Open the page at its https address.',
      },
    },
    hash: '',
  },
  'second-tab': { state: { phase: 'second-tab' }, hash: '' },
  'set-up': { state: { phase: 'new', invitation: undefined }, hash: '' },
  'set-up-invited': { state: { phase: 'new', invitation: 'x' }, hash: '' },
  unlock: locked('start'),
  'unlock-idle': locked('idle'),
  start: at('#/', { vaults: [] }),
  'start-no-relay': at('#/', {
    vaults: [],
    connection: { relay: 'down', reason: 'The relay refused the connection.', offline: false },
  }),
  create: at('#/create', { vaults: [] }),
  join: at('#/join', { vaults: [] }),
  invitation: at('#/', { vaults: [], invitation: 'link' }),
  'invitation-wrong': at('#/', { vaults: [], invitation: 'wrong' }),
  'pairing-invite': pairing({ members: made.pairing({}).members.slice(0, 2) }),
  'pairing-join': pairing({ role: 'joiner', step: 'joining', invitation: undefined }),
  'pairing-compare': pairing({ step: 'compare' }),
  'pairing-confirming': pairing({
    step: 'confirming',
    members: made.pairing({}).members.map((each) => ({ ...each, confirmed: each.self })),
  }),
  'pairing-generating': pairing({ step: 'generating', ceremony: making }),
  'pairing-done': pairing({
    step: 'done',
    result: {
      vaultId: 'v1',
      address: reviews.OPERATIONS,
      fingerprint: ['cedar', 'window', 'noble', 'fabric', 'tunnel', 'spice'],
    },
  }),
  'pairing-failed': pairing({
    step: 'failed',
    problem: {
      code: 'pairing/words-differ',
      title: 'The words were different',
      meaning: 'No key was made, and no money is concerned.',
      next: 'Start again with a new invitation, and look at all screens.',
    },
  }),
  home: home(),
  'home-many': home({
    vaults: [
      made.vault({
        name: long,
        proposals: [
          made.proposal(),
          made.proposal({ id: 'p9', review: reviews.plainReview, needed: 3 }),
          made.sent,
        ],
        waiting: ['p1', 'p9'],
      }),
      made.vault({ id: 'v2', name: 'Family', waiting: ['p1'] }),
    ],
  }),
  'home-empty': home({
    vaults: [
      made.vault({
        proposals: [],
        waiting: [],
        trail: [],
        accounts: made
          .vault()
          .accounts.slice(0, 1)
          .map((each) => ({ ...each, balances: [] })),
      }),
    ],
    settings: { ...made.settings, networks: [] },
    device: { id: 'b2'.repeat(32), name: 'This laptop', persisted: false },
  }),
  'home-offline': home({ connection: { relay: 'down', reason: undefined, offline: true } }),
  'home-failing': home({
    vaults: [
      made.vault({
        nodes: new Map([
          [
            1n,
            {
              state: 'failing',
              problem: {
                code: 'node/unreachable',
                title: 'The node of Ethereum does not answer',
                meaning: 'Balances are as last known. Nothing can be sent there now.',
                next: 'Check the address of the node in Settings.',
              },
            },
          ],
        ]),
        alarms: [
          {
            code: 'journal/fork',
            title: 'Office desktop told two different stories',
            meaning: 'It signed two events for the same place. Nothing was signed because of it.',
            next: 'Do not approve anything from it, and ask its owner.',
          },
        ],
        accounts: made.vault().accounts.map((each) => ({
          ...each,
          balances: each.balances.map((balance) => ({ ...balance, state: 'stale' as const })),
        })),
      }),
    ],
    problems: [
      {
        id: 'x1',
        code: 'storage/full',
        title: 'The browser has no space left',
        meaning: 'The last event is not stored. Nothing was signed.',
        next: 'Free some space and reload this page.',
      },
    ],
  }),
  'home-unfinished': unfinished({ ceremony: undefined, problem: undefined }),
  'home-making': unfinished({ ceremony: making, problem: undefined }),
  'home-making-failed': unfinished({
    ceremony: undefined,
    problem: {
      code: 'keygen/peer-gone',
      title: 'Making the key stopped: Office desktop went away',
      meaning: 'There is no key yet, so no money is concerned.',
      next: 'Open Countersign on all devices and try again.',
    },
  }),
  contacts: at(`${VAULT}/contacts`, {
    vaults: [
      made.vault({
        contacts: [
          ...made.vault().contacts,
          { address: reviews.STRANGER, name: long.replaceAll(' ', '_').slice(0, 40) },
        ],
      }),
    ],
  }),
  'contacts-empty': at(`${VAULT}/contacts`, { vaults: [made.vault({ contacts: [] })] }),
  receive: at(`${VAULT}/receive/0`),
  propose: at(`${VAULT}/propose`),
  'propose-no-node': at(`${VAULT}/propose`, {
    settings: {
      ...made.settings,
      networks: made.networks.map((each) => ({ ...each, rpcUrl: undefined })),
    },
  }),
  'propose-no-network': at(`${VAULT}/propose`, {
    settings: { ...made.settings, networks: [] },
  }),
  approvers: at(`${VAULT}/approvers`),
  'approvers-pair': at(`${VAULT}/approvers`, { pairSetups: [pairSetup({})] }),
  'approvers-pair-running': at(`${VAULT}/approvers`, {
    pairSetups: [pairSetup({ mine: 'agreed', theirs: 'agreed', ceremony: signing })],
  }),
  'approvers-pair-failed': at(`${VAULT}/approvers`, {
    pairSetups: [pairSetup({ theirs: 'agreed', failure: problem })],
  }),
  trail: at(`${VAULT}/trail`),
  settings: at('#/settings'),
  'settings-empty': at('#/settings', {
    settings: { ...made.settings, networks: [], iceServers: [] },
    connection: { relay: 'down', reason: 'The relay refused the connection.', offline: false },
  }),
  'settings-descriptors': at('#/settings', {
    descriptors: {
      registry: descriptorSet({ origin: 'clear-signing-erc7730-registry', count: 412 }),
      snapshots: [
        descriptorSet({ digest: 'c4'.repeat(32) }),
        descriptorSet({ origin: long, digest: 'd5'.repeat(32), commit: undefined, count: 1 }),
      ],
      damaged: ['e6'.repeat(32)],
    },
  }),
  ...proposalScenes,
  missing: at('#/vault/none'),
  ...bitcoinScenes,
};
