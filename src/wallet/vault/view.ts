/** What the screens show of one vault. */
import { toHex } from '../../codec.ts';
import { mayApprove, type Founding, type Log, type VaultState } from '../../journal/index.ts';
import { defaultPolicy, describePolicy } from '../../policy/index.ts';
import { visible } from '../../text.ts';
import { toWords } from '../../words.ts';
import { deviceIdOf } from '../peers.ts';
import type {
  DecisionView,
  MemberView,
  Problem,
  ProposalView,
  SignatureView,
  VaultView,
} from '../state.ts';
import { pathText } from '../../chains/index.ts';
import type { Accounts } from './accounts.ts';
import type { CoinAccounts } from './coin-accounts.ts';
import { bitcoinAccountViews } from './coin-view.ts';
import { isCoins, isTransaction, rawHex, type Judged, type Judgement } from './judge.ts';
import type { Differences } from './differences.ts';
import type { Outcome } from './outcome.ts';
import type { SessionPort } from './port.ts';
import type { Signing } from './signing.ts';
import { trailEntries } from './trail.ts';

const MAX_NOTE = 500;

export interface ViewSource {
  readonly id: string;
  readonly founding: Founding;
  readonly active: boolean;
  readonly keygen: VaultView['keygen'];
  readonly taproot: VaultView['taproot'];
  readonly fingerprint: readonly string[];
  readonly log: Log;
  readonly state: VaultState;
  readonly accounts: Accounts;
  readonly coinAccounts: CoinAccounts;
  readonly judgement: Judgement;
  readonly signing: Signing;
  readonly outcome: Outcome;
  readonly differences: Differences;
  readonly alarms: readonly Problem[];
  readonly port: SessionPort;
}

export function vaultView(source: ViewSource): VaultView {
  const { founding, state, accounts, judgement, port } = source;
  const proposals = judgement.judged.map((judged) => proposalView(source, judged)).reverse();
  const intents = new Map(judgement.judged.map((one) => [one.proposal.id, one.review.intent]));
  return {
    id: source.id,
    name: founding.name,
    threshold: founding.threshold,
    state: source.active ? 'active' : 'unfinished',
    keygen: source.keygen,
    fingerprint: source.fingerprint,
    members: founding.members.map((member) => memberView(member, port)),
    accounts: state.accounts.flatMap(({ index, name }) => {
      const account = accounts.get(index);
      if (account === undefined) return [];
      const { address, path } = account;
      return [
        { index, name, address, path: pathText(path), balances: port.nodes.balances(address) },
      ];
    }),
    proposals,
    waiting: proposals
      .filter(({ canApprove, mine, status }) => canApprove && mine === 'none' && status === 'open')
      .map(({ id }) => id),
    contacts: [...state.contacts.values()].map(({ address, name }) => ({ address, name })),
    trail: trailEntries(source.log, (proposal) => intents.get(proposal)),
    alarms: source.alarms,
    nodes: port.nodes.views(),
    bitcoinAccounts: bitcoinAccountViews({
      state,
      coinAccounts: source.coinAccounts,
      watch: port.coins,
      judged: judgement.judged,
    }),
    bitcoinServers: port.coins.views(),
    taproot: source.taproot,
  };
}

function memberView(member: Founding['members'][number], port: SessionPort): MemberView {
  const device = deviceIdOf(member.identity);
  const self = device === port.self;
  const online = self || port.isOnline(device);
  return {
    id: device,
    name: member.name,
    index: member.index,
    self,
    online,
    path: self || !online ? 'none' : port.isDirect(device) ? 'direct' : 'relay',
    lastSeen: self ? port.clock.now() : port.lastSeen(device),
  };
}

function proposalView(source: ViewSource, judged: Judged): ProposalView {
  const { founding, state, signing, outcome, port } = source;
  const { proposal, review, status, verdict } = judged;
  const policy = defaultPolicy(founding);
  const decisions = founding.members.map((member) =>
    decisionView(source, judged, member.identity, member.name),
  );
  const own = proposal.decisions.get(port.self);
  const mine = own?.kind ?? 'none';
  const asked = status === 'open' && verdict.kind === 'needs';
  const undecided = mine === 'none' && (asked || signing.lacksSigners(judged));
  const counts = mayApprove(state, proposal).includes(port.self);
  const blocked = blockedBy(judged);
  const approvals = decisions.filter(({ decision }) => decision === 'approved').length;
  return {
    id: proposal.id,
    vaultId: source.id,
    status,
    maybeSigned: proposal.maybeSigned,
    review,
    accountName: state.accounts.find(({ index }) => index === proposal.account)?.name ?? '',
    proposer: {
      id: proposal.proposer,
      name: state.members.get(proposal.proposer)?.name ?? 'Unknown device',
      self: proposal.proposer === port.self,
    },
    note: visible(proposal.note, MAX_NOTE),
    createdAt: proposal.createdAt,
    expiresAt: proposal.expiresAt,
    decisions,
    needed: policy.quorum,
    approvals,
    mine,
    canApprove: undecided && counts && blocked === undefined,
    canReject: mine !== 'rejected' && (status === 'open' || status === 'approved'),
    canWithdraw: proposal.proposer === port.self && (status === 'open' || status === 'approved'),
    blocked,
    rule: describePolicy(policy, founding),
    shownWords: toWords(review.shownDigest, 4),
    waitingFor: signing.waitingFor(judged),
    ceremony: signing.ceremony(proposal.id),
    problem: problemOfProposal(source, judged),
    transaction: outcome.view(judged),
    differences: source.differences.view(judged),
    signature: signatureOf(judged),
  };
}

/** What came out for a message or typed data. */
function signatureOf(judged: Judged): SignatureView | undefined {
  const { signed } = judged;
  if (signed === undefined || isTransaction(judged) || isCoins(judged)) return undefined;
  return { signature: rawHex(signed), call: signed.call };
}

/** Trouble with signing is over once it is signed, by whichever devices. */
function problemOfProposal(
  { outcome, signing }: ViewSource,
  { proposal, signed }: Judged,
): Problem | undefined {
  return (
    outcome.problem(proposal.id) ??
    (signed === undefined ? signing.problem(proposal.id) : undefined)
  );
}

function decisionView(
  { port }: ViewSource,
  { proposal, sawSomethingElse }: Judged,
  identity: Uint8Array,
  name: string,
): DecisionView {
  const author = toHex(identity);
  const decision = proposal.decisions.get(author);
  const device = deviceIdOf(identity);
  return {
    memberId: device,
    name,
    self: device === port.self,
    decision: decision?.kind ?? 'pending',
    at: decision?.at,
    reason: decision?.kind === 'rejected' ? visible(decision.reason, MAX_NOTE) : undefined,
    sawSomethingElse: sawSomethingElse.has(author),
    online: device === port.self || port.isOnline(device),
  };
}

/** Why it cannot be approved, where that is not said by its status. */
function blockedBy({ verdict, status, review }: Judged): string | undefined {
  if (review.refusal !== undefined) return review.refusal;
  if (status !== 'open' || verdict.kind !== 'denied') return undefined;
  return verdict.reasons.map(({ text }) => text).join(' ');
}
