/** The journal as sentences. */
import { BITCOIN_NETWORKS, parseRequest } from '../../chains/index.ts';
import { toHex } from '../../codec.ts';
import {
  encodeFounding,
  exportJournal,
  trail,
  verifyJournal,
  type DataOf,
  type Entry,
  type Log,
  type VaultState,
} from '../../journal/index.ts';
import { visible } from '../../text.ts';
import type { TrailReport } from '../api.ts';
import type { BitcoinAccountRef, TrailEntry } from '../state.ts';

type Details = TrailEntry['details'];

/** Newest first. @param intentOf what a proposal does, in a sentence */
export function trailEntries(
  log: Log,
  intentOf: (proposal: string) => string | undefined,
): TrailEntry[] {
  return trail(log)
    .map((entry): TrailEntry => {
      const { text, proposal, details } = sentence(entry, intentOf);
      return {
        id: entry.id,
        at: entry.event.time,
        author: log.members.get(entry.author)?.name ?? 'Unknown device',
        text,
        proposalId: proposal,
        details,
      };
    })
    .reverse();
}

/** Every signature, hash and order of a journal checked again, from its bytes. */
export function trailReport(
  { founding, members }: VaultState,
  events: readonly Uint8Array[],
  now: number,
): TrailReport {
  const report = verifyJournal(encodeFounding(founding), events, now);
  const nameOf = (author: string | undefined): string => {
    const member = author === undefined ? undefined : members.get(author);
    return member === undefined ? '' : ` (${member.name})`;
  };
  return {
    events: report.events,
    authors: report.authors,
    problems: report.faults.map(({ reason, author }) => `${reason}${nameOf(author)}`),
  };
}

/** A file that anybody can verify. JSON, UTF-8. */
export const trailFile = (log: Log): Uint8Array =>
  new TextEncoder().encode(`${JSON.stringify(exportJournal(log), undefined, 2)}\n`);

function sentence(
  entry: Entry,
  intentOf: (proposal: string) => string | undefined,
): { readonly text: string; readonly proposal: string | undefined; readonly details: Details } {
  const { event } = entry;
  const proposal =
    event.type === 'proposed'
      ? entry.id
      : 'proposal' in event.data
        ? toHex(event.data.proposal)
        : undefined;
  const what = (proposal === undefined ? undefined : intentOf(proposal)) ?? 'a proposal';
  const say = (text: string, details: Details = []) => ({ text, proposal, details });
  switch (event.type) {
    case 'key-certified':
      return say('Confirmed that the key of the vault is complete', [
        { label: 'Suite', value: event.data.suite },
      ]);
    case 'account-added':
      return say(`Added the account “${event.data.name}”`, [
        { label: 'Number', value: String(event.data.index) },
      ]);
    case 'account-named':
      return say(`Named account ${String(event.data.index)} “${event.data.name}”`);
    case 'bitcoin-account-added':
      return say(`Added the Bitcoin account “${event.data.name}”`, accountDetails(event.data));
    case 'bitcoin-account-named':
      return say(`Named a Bitcoin account “${event.data.name}”`, accountDetails(event.data));
    case 'contact-named':
      return say(
        event.data.name === ''
          ? 'Removed a name from the address book'
          : `Named an address “${event.data.name}”`,
        [{ label: 'Address', value: visible(event.data.address, 128) }],
      );
    case 'proposed':
      return say(`Proposed: ${what}`, [
        ...(event.data.note === ''
          ? []
          : [{ label: 'Note', value: visible(event.data.note, 500) }]),
        { label: 'Account', value: String(event.data.account) },
        { label: 'Expires', value: new Date(event.data.expires).toISOString() },
        { label: 'Request', value: requestText(event.data) },
      ]);
    case 'approved':
      return say(`Approved: ${what}`, [
        { label: 'Digest of what was shown', value: toHex(event.data.shown) },
      ]);
    case 'rejected':
      return say(`Rejected: ${what}`, [
        {
          label: 'Reason',
          value: visible(event.data.reason === '' ? 'none given' : event.data.reason, 500),
        },
      ]);
    case 'withdrawn':
      return say(`Withdrew: ${what}`);
    case 'expired':
      return say(`Noted as expired: ${what}`);
    case 'signing-started':
      return say(`Began to sign: ${what}`, [
        { label: 'Signers', value: event.data.signers.join(', ') },
        { label: 'Attempt', value: toHex(event.data.attempt) },
      ]);
    case 'signing-committed':
      return say(`Sent its last part of the signature: ${what}`, [
        { label: 'Attempt', value: toHex(event.data.attempt) },
      ]);
    case 'signing-aborted':
      return say(`Signing ended without a result: ${what}`, [
        { label: 'Why', value: visible(event.data.reason, 500) },
        { label: 'Class', value: event.data.abortClass },
        ...(event.data.culprit === null
          ? []
          : [{ label: 'Device at fault', value: String(event.data.culprit) }]),
      ]);
    case 'signed':
      return say(`Reported the signature: ${what}`);
    case 'broadcast':
      return say(`Sent to the network: ${what}`, [
        { label: 'Transaction', value: `0x${toHex(event.data.txid)}` },
      ]);
    case 'confirmed':
      return say(
        `${event.data.success ? 'Saw in a block' : 'Saw in a block, but it failed there'}: ${what}`,
        [
          { label: 'Transaction', value: `0x${toHex(event.data.txid)}` },
          { label: 'Block', value: String(event.data.block) },
        ],
      );
  }
}

const KINDS = { p2wpkh: 'Native SegWit', p2tr: 'Taproot' } as const;

const accountDetails = ({ network, kind, index }: BitcoinAccountRef): Details => [
  { label: 'Network', value: BITCOIN_NETWORKS[network].label },
  { label: 'Kind', value: KINDS[kind] },
  { label: 'Number', value: String(index) },
];

function requestText({ chain, request }: DataOf<'proposed'>): string {
  try {
    return `0x${toHex(parseRequest(chain, request).bytes)}`;
  } catch {
    return `cannot be read: ${toHex(request)}`;
  }
}
