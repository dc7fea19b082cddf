/** Questions to the state of a vault. */
import { equalBytes } from '../codec.ts';
import type { AuthorId } from './event.ts';
import type {
  Attempt,
  BitcoinAccountRef,
  Decision,
  Proposal,
  SignatureClaim,
  VaultState,
} from './state.ts';

/** What is known of a proposal from facts alone; whether enough members approved is the policy's answer. */
export type ProposalState =
  'open' | 'signing' | 'signed' | 'broadcast' | 'confirmed' | 'rejected' | 'withdrawn' | 'expired';

/** Which claims of other members this device believes. */
export interface Belief {
  /** Whether the signatures hold for what the proposal asks to sign. */
  readonly holds: (claim: SignatureClaim) => boolean;
  /** The id of the signed transaction: claims about another one are nothing. `undefined`: any. */
  readonly txid: Uint8Array | undefined;
}

const CREDULOUS: Belief = { holds: () => true, txid: undefined };

/**
 * The state that the strongest fact gives: confirmed, broadcast, signed, rejected, withdrawn, expired,
 * signing, open. Reads no clock: a proposal past its time is `open` until somebody marks it expired.
 *
 * @param belief without it every member's claim is taken at its word: for the trail, never for money
 */
export function proposalState(proposal: Proposal, belief: Belief = CREDULOUS): ProposalState {
  const { txid, holds } = belief;
  const about = (claim: { readonly txid: Uint8Array }) =>
    txid === undefined || equalBytes(claim.txid, txid);
  if (proposal.confirmations.some(about)) return 'confirmed';
  if (proposal.broadcasts.some(about)) return 'broadcast';
  if (proposal.signatures.some(holds)) return 'signed';
  if (rejections(proposal).length > 0) return 'rejected';
  if (proposal.withdrawn !== undefined) return 'withdrawn';
  if (proposal.expired !== undefined) return 'expired';
  return runningAttempt(proposal) === undefined ? 'open' : 'signing';
}

/** Approvals that count, in the order of the trail. */
export const approvals = (proposal: Proposal): readonly Extract<Decision, { kind: 'approved' }>[] =>
  [...proposal.decisions.values()].filter((decision) => decision.kind === 'approved');

/** Rejections, in the order of the trail. */
export const rejections = (
  proposal: Proposal,
): readonly Extract<Decision, { kind: 'rejected' }>[] =>
  [...proposal.decisions.values()].filter((decision) => decision.kind === 'rejected');

/** The newest attempt that was started and that nobody reported as aborted. */
export const runningAttempt = ({ attempts }: Proposal): Attempt | undefined =>
  attempts.findLast(({ started, aborted }) => started.length > 0 && aborted.length === 0);

/** Members whose approval would count: those that never equivocated and have not decided. */
export function mayApprove(state: VaultState, proposal: Proposal): readonly AuthorId[] {
  const forked = new Set(state.equivocations.map(({ author }) => author));
  return [...state.members.keys()].filter(
    (author) => !forked.has(author) && !proposal.decisions.has(author),
  );
}

/** Whether two references are to one account of Bitcoin. */
export const isSameAccount = (a: BitcoinAccountRef, b: BitcoinAccountRef): boolean =>
  a.network === b.network && a.kind === b.kind && a.index === b.index;

/** The smallest number that no account has. */
export const nextAccountIndex = ({ accounts }: VaultState): number => firstFree(accounts);

/** The smallest number that no Bitcoin account of the network and kind has. */
export const nextBitcoinAccountIndex = (
  { bitcoinAccounts }: VaultState,
  { network, kind }: Omit<BitcoinAccountRef, 'index'>,
): number =>
  firstFree(bitcoinAccounts.filter((other) => other.network === network && other.kind === kind));

function firstFree(accounts: readonly { readonly index: number }[]): number {
  const taken = new Set(accounts.map(({ index }) => index));
  let index = 0;
  while (taken.has(index)) index++;
  return index;
}
