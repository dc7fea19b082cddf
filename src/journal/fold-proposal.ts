/** What each event does to the proposal it is about. */
import { equalBytes, toHex } from '../codec.ts';
import type { Content, DataOf } from './content.ts';
import type { AuthorId } from './event.ts';
import type { Attempt, Decision, Mark, Proposal } from './state.ts';

/** A proposal while the fold is at work. */
export type DraftProposal = { -readonly [K in keyof Omit<Proposal, 'decisions'>]: Proposal[K] } & {
  readonly decisions: Map<AuthorId, Decision>;
};

/** Why an event changed nothing; `undefined` when it did. */
export type Outcome = string | undefined;

/** Content that is about a proposal. */
export type ProposalContent = Extract<Content, { data: { proposal: Uint8Array } }>;

export interface Circumstances {
  /** The event stands at or behind its author's equivocation. */
  readonly forked: boolean;
  /** Number of members of the vault. */
  readonly members: number;
}

export function applyToProposal(
  proposal: DraftProposal,
  { type, data }: ProposalContent,
  mark: Mark,
  { forked, members }: Circumstances,
): Outcome {
  switch (type) {
    case 'approved':
      return forked
        ? 'Its author told different members different things: none of its approvals counts any more.'
        : approve(proposal, mark, data);
    case 'rejected':
      return reject(proposal, mark, data);
    case 'withdrawn':
      return withdraw(proposal, mark);
    case 'expired':
      return expire(proposal, mark);
    case 'signing-started':
      return start(proposal, mark, data, members);
    case 'signing-committed':
      // Whoever says so, and whether or not anybody reported the start: better one warning too many.
      proposal.maybeSigned = true;
      updateAttempt(proposal, data, (attempt) => ({ committed: [...attempt.committed, mark] }));
      return undefined;
    case 'signing-aborted': {
      const { abortClass, culprit, reason } = data;
      const aborted = { ...mark, abortClass, culprit, reason };
      updateAttempt(proposal, data, (attempt) => ({ aborted: [...attempt.aborted, aborted] }));
      return undefined;
    }
    case 'signed':
      proposal.signatures = [...proposal.signatures, { ...mark, signatures: data.signatures }];
      return undefined;
    case 'broadcast':
      proposal.broadcasts = [...proposal.broadcasts, { ...mark, txid: data.txid }];
      return undefined;
    case 'confirmed': {
      const { txid, block, success } = data;
      proposal.confirmations = [...proposal.confirmations, { ...mark, txid, block, success }];
      return undefined;
    }
  }
}

function approve(proposal: DraftProposal, mark: Mark, { shown }: DataOf<'approved'>): Outcome {
  const earlier = proposal.decisions.get(mark.author);
  if (earlier?.kind === 'rejected') return 'Its author had rejected the proposal.';
  if (earlier !== undefined) return 'Its author had approved already.';
  if (mark.at > proposal.expiresAt) return 'The proposal had expired.';
  proposal.decisions.set(mark.author, { ...mark, kind: 'approved', shown });
  return undefined;
}

/** Also takes back an approval of the same member. */
function reject(proposal: DraftProposal, mark: Mark, { reason }: DataOf<'rejected'>): Outcome {
  if (proposal.decisions.get(mark.author)?.kind === 'rejected') {
    return 'Its author had rejected already.';
  }
  proposal.decisions.set(mark.author, { ...mark, kind: 'rejected', reason });
  return undefined;
}

function withdraw(proposal: DraftProposal, mark: Mark): Outcome {
  if (mark.author !== proposal.proposer) return 'Only the proposer can withdraw a proposal.';
  if (proposal.withdrawn !== undefined) return 'The proposal was withdrawn already.';
  proposal.withdrawn = mark;
  return undefined;
}

function expire(proposal: DraftProposal, mark: Mark): Outcome {
  if (mark.at <= proposal.expiresAt) return 'The proposal had not expired yet.';
  if (proposal.expired !== undefined) return 'The proposal had been marked as expired already.';
  proposal.expired = mark;
  return undefined;
}

function start(
  proposal: DraftProposal,
  mark: Mark,
  data: DataOf<'signing-started'>,
  members: number,
): Outcome {
  const { signers } = data;
  if (signers.some((index) => index > members)) return 'It names a signer that is no member.';
  const id = toHex(data.attempt);
  const earlier = proposal.attempts.find((attempt) => attempt.id === id)?.signers ?? [];
  if (earlier.length > 0 && !equalBytes(Uint8Array.from(earlier), Uint8Array.from(signers))) {
    return 'Another member reported this attempt with other signers.';
  }
  updateAttempt(proposal, data, ({ started }) => ({ signers, started: [...started, mark] }));
  return undefined;
}

function updateAttempt(
  proposal: DraftProposal,
  data: { readonly attempt: Uint8Array },
  change: (attempt: Attempt) => Partial<Attempt>,
): void {
  const id = toHex(data.attempt);
  const fresh: Attempt = { id, signers: [], started: [], committed: [], aborted: [] };
  const known = proposal.attempts.some((attempt) => attempt.id === id);
  const attempts = known ? proposal.attempts : [...proposal.attempts, fresh];
  proposal.attempts = attempts.map((attempt) =>
    attempt.id === id ? { ...attempt, ...change(attempt) } : attempt,
  );
}
