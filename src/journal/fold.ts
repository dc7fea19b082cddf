/**
 * Gives the events their meaning. Reads nothing but the log: no clock, no secret, no device. Where events
 * are concurrent, the trail's order decides names, and removals win: a rejection or a withdrawal counts
 * whenever it comes, an approval only while nothing speaks against it.
 */
import { toHex } from '../codec.ts';
import type { DataOf } from './content.ts';
import { applyToProposal, type DraftProposal, type Outcome } from './fold-proposal.ts';
import type { AuthorId, EventId } from './event.ts';
import type { Entry, Log } from './log.ts';
import { equivocations, trail } from './order.ts';
import { isSameAccount } from './selectors.ts';
import type {
  Account,
  BitcoinAccount,
  CertificateClaim,
  Contact,
  Ignored,
  Mark,
  VaultState,
} from './state.ts';

/** Every device asks its node about every account, so no member can add them without end. */
const MAX_ACCOUNTS = 100;
/** Each has dozens of addresses to ask about. */
const MAX_BITCOIN_ACCOUNTS = 20;

interface Draft {
  readonly members: number;
  /** By author: the number from which on its approvals do not count. */
  readonly forkedAt: ReadonlyMap<AuthorId, number>;
  readonly accounts: Map<number, Account>;
  readonly bitcoinAccounts: BitcoinAccount[];
  readonly contacts: Map<string, Contact>;
  readonly certificates: CertificateClaim[];
  readonly proposals: Map<EventId, DraftProposal>;
}

/** The state of the vault after every event of the log: equal on every device with the same events. */
export function fold(log: Log): VaultState {
  const forks = equivocations(log);
  const draft: Draft = {
    members: log.members.size,
    forkedAt: new Map(forks.map(({ author, seq }) => [author, seq])),
    accounts: new Map([[0, { index: 0, name: 'Main account' }]]),
    bitcoinAccounts: [],
    contacts: new Map(),
    certificates: [],
    proposals: new Map(),
  };
  const ignored: Ignored[] = [];
  for (const entry of trail(log)) {
    const reason = apply(draft, entry);
    if (reason !== undefined) ignored.push({ ...markOf(entry), reason });
  }
  return {
    vault: log.vault,
    founding: log.founding,
    members: log.members,
    accounts: [...draft.accounts.values()].sort((a, b) => a.index - b.index),
    bitcoinAccounts: draft.bitcoinAccounts,
    contacts: draft.contacts,
    certificates: draft.certificates,
    proposals: draft.proposals,
    equivocations: forks,
    ignored,
  };
}

function apply(draft: Draft, entry: Entry): Outcome {
  const { event } = entry;
  const mark = markOf(entry);
  switch (event.type) {
    case 'key-certified':
      draft.certificates.push({ ...mark, ...event.data });
      return undefined;
    case 'account-added':
      return addAccount(draft, event.data);
    case 'account-named':
      return nameAccount(draft, event.data);
    case 'bitcoin-account-added':
      return addBitcoinAccount(draft, event.data);
    case 'bitcoin-account-named':
      return nameBitcoinAccount(draft, event.data);
    case 'contact-named':
      return nameContact(draft, mark, event.data);
    case 'proposed':
      return propose(draft, mark, event.data);
    default: {
      const proposal = draft.proposals.get(toHex(event.data.proposal));
      if (proposal === undefined) return 'It is about a proposal that did not exist then.';
      const forked = event.seq >= (draft.forkedAt.get(entry.author) ?? Infinity);
      return applyToProposal(proposal, event, mark, { forked, members: draft.members });
    }
  }
}

function addAccount({ accounts }: Draft, { index, name }: DataOf<'account-added'>): Outcome {
  if (accounts.size >= MAX_ACCOUNTS) return 'There are as many accounts as a vault can have.';
  if (accounts.has(index)) return 'There was an account with this number already.';
  accounts.set(index, { index, name });
  return undefined;
}

function addBitcoinAccount(
  { bitcoinAccounts }: Draft,
  account: DataOf<'bitcoin-account-added'>,
): Outcome {
  if (bitcoinAccounts.length >= MAX_BITCOIN_ACCOUNTS) {
    return 'There are as many Bitcoin accounts as a vault can have.';
  }
  if (bitcoinAccounts.some((other) => isSameAccount(other, account))) {
    return 'There was such an account with this number already.';
  }
  bitcoinAccounts.push(account);
  return undefined;
}

function nameBitcoinAccount(
  { bitcoinAccounts }: Draft,
  account: DataOf<'bitcoin-account-named'>,
): Outcome {
  const at = bitcoinAccounts.findIndex((other) => isSameAccount(other, account));
  if (at < 0) return 'There was no such account with this number.';
  bitcoinAccounts[at] = account;
  return undefined;
}

function nameAccount({ accounts }: Draft, { index, name }: DataOf<'account-named'>): Outcome {
  if (!accounts.has(index)) return 'There was no account with this number.';
  accounts.set(index, { index, name });
  return undefined;
}

function nameContact(
  { contacts }: Draft,
  mark: Mark,
  { address, name }: DataOf<'contact-named'>,
): Outcome {
  if (name === '') contacts.delete(address);
  else contacts.set(address, { ...mark, address, name });
  return undefined;
}

function propose({ proposals }: Draft, mark: Mark, data: DataOf<'proposed'>): Outcome {
  const { chain, request, account, note, expires, policy } = data;
  proposals.set(mark.event, {
    id: mark.event,
    proposer: mark.author,
    createdAt: mark.at,
    ...{ chain, request, account, note, policy },
    expiresAt: expires,
    decisions: new Map(),
    withdrawn: undefined,
    expired: undefined,
    attempts: [],
    maybeSigned: false,
    signatures: [],
    broadcasts: [],
    confirmations: [],
  });
  return undefined;
}

const markOf = ({ author, event, id }: Entry): Mark => ({ author, at: event.time, event: id });
