/**
 * What a protocol asks its device to store durably, and when: always before the messages that follow in
 * the same step (addendum H3, H4, M7, A2). The storage itself is not this room's business.
 */
import { ProtocolError, type AbortClass, type PartyIndex } from './abort.ts';
import type { CertificateDraft } from './certificate.ts';
import type { KeyShare } from './keys.ts';
import type { PairGeneration } from './ot/pair.ts';

/** A key that this device is about to confirm. It may be the only one of its kind: never drop it lightly. */
export interface PendingKey {
  readonly share: KeyShare;
  /** OT state with every other member, in suites that have it. */
  readonly pairs: ReadonlyMap<PartyIndex, PairGeneration>;
  /** What is needed to complete and re-serve the certificate later. */
  readonly draft: CertificateDraft;
}

/** One durable write. */
export type DurableRecord =
  | { readonly kind: 'pending-key'; readonly pending: PendingKey }
  /** The pair is banned: all its generations are gone, and none up to `floor` comes back. */
  | {
      readonly kind: 'pair-banned';
      readonly kid: Uint8Array;
      readonly epoch: number;
      readonly self: PartyIndex;
      readonly peer: PartyIndex;
      readonly floor: number;
    }
  /** A generation number is used up, whatever becomes of the set-up. */
  | {
      readonly kind: 'pair-reserved';
      readonly kid: Uint8Array;
      readonly peer: PartyIndex;
      readonly gen: number;
    }
  /** Whether sessions with a peer are refused, and how many unattributable failures there were. */
  | {
      readonly kind: 'peer-standing';
      readonly kid: Uint8Array;
      readonly peer: PartyIndex;
      readonly refused: boolean;
      readonly failures: number;
    }
  | {
      readonly kind: 'pair-pending';
      readonly kid: Uint8Array;
      readonly peer: PartyIndex;
      readonly generation: PairGeneration;
    }
  /**
   * From here on a signature over each digest may exist somewhere: the intent is never again "not
   * signed", and a retry is the same digest or a transaction that conflicts with it. For Ed25519 the
   * digest is the message itself (up to 64 KiB); public keys have 33 bytes, or 32 in FROST.
   */
  | {
      readonly kind: 'maybe-signed';
      readonly kid: Uint8Array;
      readonly sid: Uint8Array;
      readonly items: readonly { readonly publicKey: Uint8Array; readonly digest: Uint8Array }[];
    };

/** An abort that must be written down before it is reported. */
export class RecordedAbort extends ProtocolError {
  readonly persist: readonly DurableRecord[];

  constructor(
    abortClass: AbortClass,
    reason: string,
    culprit: PartyIndex | undefined,
    persist: readonly DurableRecord[],
  ) {
    super(abortClass, reason, culprit);
    this.persist = persist;
  }
}
