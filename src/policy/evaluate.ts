/**
 * Whether this device may sign: from the journal's state, the decoded facts and this device's clock. Every
 * rule can only deny; whatever is unknown denies; and only where none does are approvals counted.
 */
import { equalBytes } from '../codec.ts';
import type { Review } from '../chains/index.ts';
import {
  approvals,
  isSameAccount,
  mayApprove,
  proposalState,
  rejections,
  type AuthorId,
  type Belief,
  type BitcoinAccountRef,
  type EventId,
  type Proposal,
  type VaultState,
} from '../journal/index.ts';
import { policyHash, validatePolicy, type Policy } from './document.ts';

declare const authorised: unique symbol;

/** A request that the policy of this device authorised. Only `evaluate` makes one. */
export type Authorised<R> = R & { readonly [authorised]: true };

/** What the bytes of the request say; read by this device itself. Never notes. */
export interface Facts {
  /** CAIP-2. */
  readonly network: string | undefined;
  /** The account of Bitcoin that the bytes name; `undefined` for requests of other chains. */
  readonly bitcoinAccount: BitcoinAccountRef | undefined;
  readonly operation: Review['operation'] | undefined;
  readonly reading: Review['reading'];
  /** Why the wallet does not sign it, or `undefined`. */
  readonly refusal: string | undefined;
  /** Digest of what this device shows for it, 32 bytes. */
  readonly shownDigest: Uint8Array;
}

export interface Question<R extends { readonly bytes: Uint8Array }> {
  readonly policy: Policy;
  readonly state: VaultState;
  readonly proposal: EventId;
  /** What would be signed, parsed from the proposal's bytes. */
  readonly request: R;
  readonly facts: Facts;
  /** This device's clock, milliseconds since 1970. */
  readonly now: number;
  /** Which claims of a signature this device verified. Without it, every claim denies a second signature. */
  readonly belief?: Belief | undefined;
}

type AnyQuestion = Question<{ readonly bytes: Uint8Array }>;

/** A rule that fired. */
export interface Reason {
  /** Stable name, for example `proposal/rejected`. */
  readonly rule: string;
  /** A sentence. Names in it were checked by `safeText`. */
  readonly text: string;
}

export type Verdict<R> =
  | { readonly kind: 'denied'; readonly reasons: readonly [Reason, ...Reason[]] }
  | {
      readonly kind: 'needs';
      /** How many more. */
      readonly approvals: number;
      /** Members whose approval would count. */
      readonly from: readonly AuthorId[];
    }
  | { readonly kind: 'authorised'; readonly request: Authorised<R> };

/** Answers for one proposal. Two devices with the same events and facts differ only where the clock matters. */
export function evaluate<R extends { readonly bytes: Uint8Array }>(
  question: Question<R>,
): Verdict<R> {
  const { policy, state, request } = question;
  const proposal = state.proposals.get(question.proposal);
  if (proposal === undefined) {
    return denied({ rule: 'proposal/unknown', text: 'There is no such proposal.' });
  }
  const [first, ...others] = [
    ...policyFaults(question, proposal),
    ...requestFaults(question, proposal),
    ...endings(question, proposal),
    ...contradictions(question, proposal),
  ];
  if (first !== undefined) return denied(first, ...others);

  const missing = policy.quorum - approvals(proposal).length;
  if (missing <= 0) return { kind: 'authorised', request: request as Authorised<R> };
  const from = mayApprove(state, proposal);
  if (from.length < missing) {
    const text = 'Too few devices are left whose approval counts.';
    return denied({ rule: 'quorum/out-of-reach', text });
  }
  return { kind: 'needs', approvals: missing, from };
}

const denied = (...reasons: [Reason, ...Reason[]]) => ({ kind: 'denied', reasons }) as const;

function policyFaults({ policy, state }: AnyQuestion, proposal: Proposal): Reason[] {
  const faults = validatePolicy(policy, state.founding);
  if (faults.length > 0) return faults.map((text) => ({ rule: 'policy/invalid', text }));
  if (equalBytes(policyHash(policy), proposal.policy)) return [];
  return [
    { rule: 'policy/other', text: 'It was proposed under another policy than this vault has.' },
  ];
}

function requestFaults({ state, request, facts }: AnyQuestion, proposal: Proposal): Reason[] {
  const reasons: Reason[] = [];
  if (!equalBytes(request.bytes, proposal.request)) {
    reasons.push({ rule: 'request/other', text: 'The request is not the one that was proposed.' });
  }
  if (!hasAccount(state, proposal, facts)) {
    reasons.push({ rule: 'account/unknown', text: 'It spends from an account this vault lacks.' });
  }
  if (facts.refusal !== undefined) reasons.push({ rule: 'facts/refused', text: facts.refusal });
  if (facts.network === undefined || facts.reading === 'unreadable' || !isKnown(facts.operation)) {
    reasons.push({
      rule: 'facts/blind',
      text: 'It cannot be read, and this vault signs nothing unread.',
    });
  }
  return reasons;
}

/** What the proposal says of its account has to be what its bytes say. */
function hasAccount(state: VaultState, { account }: Proposal, { bitcoinAccount }: Facts): boolean {
  if (bitcoinAccount === undefined) return state.accounts.some(({ index }) => index === account);
  return (
    bitcoinAccount.index === account &&
    state.bitcoinAccounts.some((other) => isSameAccount(other, bitcoinAccount))
  );
}

/** Listed one by one: an operation that is new here is denied until somebody adds it. */
function isKnown(operation: Facts['operation']): boolean {
  switch (operation) {
    case 'native-transfer':
    case 'token-transfer':
    case 'token-approval':
    case 'contract-call':
    case 'typed-data':
    case 'message':
    case 'bitcoin-transfer':
      return true;
    default:
      return false;
  }
}

function endings({ state, now, belief }: AnyQuestion, proposal: Proposal): Reason[] {
  const reasons: Reason[] = rejections(proposal).map(({ author }) => ({
    rule: 'proposal/rejected',
    text: `${nameOf(state, author)} rejected it.`,
  }));
  if (proposal.withdrawn !== undefined) {
    reasons.push({ rule: 'proposal/withdrawn', text: 'Its proposer withdrew it.' });
  }
  // Not `now > expiresAt`: a clock that says nothing (NaN) must not pass.
  if (proposal.expired !== undefined || !(now <= proposal.expiresAt)) {
    reasons.push({ rule: 'proposal/expired', text: 'It has expired.' });
  }
  if (['signed', 'broadcast', 'confirmed'].includes(proposalState(proposal, belief))) {
    reasons.push({ rule: 'proposal/signed', text: 'It is signed already.' });
  }
  return reasons;
}

function contradictions({ state, facts }: AnyQuestion, proposal: Proposal): Reason[] {
  return approvals(proposal)
    .filter(({ shown }) => !equalBytes(shown, facts.shownDigest))
    .map(({ author }) => ({
      rule: 'shown/differs',
      text: `${nameOf(state, author)} was shown something else than this device shows.`,
    }));
}

const nameOf = (state: VaultState, author: AuthorId): string =>
  state.members.get(author)?.name ?? 'A device';
