/** What a scene is, and what many scenes are made of. */
import type { Problem, ProposalView, WalletState } from '../../wallet/index.ts';
import * as made from './fixtures.ts';

export interface Scene {
  readonly state: WalletState;
  readonly hash: string;
}

export const VAULT = '#/vault/v1';

export const long =
  'An unusually long name that somebody gave, with/without-breaks_and_underscores';

export const problem: Problem = {
  code: 'signing/peer-gone',
  title: 'The signing stopped: Finance phone went away',
  meaning: 'Nothing has been signed. The approvals are kept.',
  next: 'Open Countersign on Finance phone; it starts again by itself.',
};

export const signing = made.ceremony(
  [
    ['Connected to Finance phone', 'direct'],
    ['Same transaction, same words', 'both devices'],
    ['Computing together', 'round 2 of 3'],
    ['Check the signature', ''],
  ],
  2,
);

export function at(hash: string, part: Parameters<typeof made.open>[0] = {}): Scene {
  return { state: made.open(part), hash };
}

/** One proposal, on its own page. */
export function showing(proposal: ProposalView): Scene {
  return {
    state: made.open({ vaults: [made.vault({ proposals: [proposal], waiting: [] })] }),
    hash: `${VAULT}/proposal/p1`,
  };
}
