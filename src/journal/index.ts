/** The face of the journal: an append-only log of signed events that converges on every device. */
export { MAX_REQUEST_BYTES, type Content, type DataOf, type EventType } from './content.ts';
export { createEvent, type NewEvent, type Sign } from './create.ts';
export { JournalError, MalformedError, UnsafeTextError, UnsupportedError } from './errors.ts';
export {
  MAX_EVENT_BYTES,
  parseEvent,
  type AuthorId,
  type EventId,
  type JournalEvent,
  type SignedEvent,
} from './event.ts';
export { exportJournal, parseExport, type JournalExport } from './export.ts';
export { fold } from './fold.ts';
export {
  encodeFounding,
  MAX_MEMBERS,
  parseFounding,
  vaultId,
  type Founding,
  type Member,
} from './founding.ts';
export {
  admit,
  admitAll,
  emptyLog,
  MAX_SKEW,
  restoreLog,
  type Admission,
  type Entry,
  type Log,
  type Refusal,
  type RefusalCode,
} from './log.ts';
export { equivocations, trail, type Equivocation } from './order.ts';
export { domainHash, type Domain } from './hash.ts';
export { isWellFormed, safeText } from './safe-text.ts';
export { decodeDocument, encodeDocument, MAX_NAME, MAX_NOTE, parse } from './schema.ts';
export {
  approvals,
  isSameAccount,
  mayApprove,
  nextAccountIndex,
  nextBitcoinAccountIndex,
  proposalState,
  rejections,
  runningAttempt,
  type Belief,
  type ProposalState,
} from './selectors.ts';
export type * from './state.ts';
export { makeSyncMessage, takeSyncMessage, type PeerTips, type SyncResult } from './sync.ts';
export { MAX_SYNC_BYTES, type Tip } from './sync-message.ts';
export { verifyJournal, type JournalFault, type JournalReport } from './verify.ts';
