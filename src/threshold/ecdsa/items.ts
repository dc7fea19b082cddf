/** What one party knows about the items of a signing session: the secrets of each, drawn for it alone. */
import { UsageError, type PartyIndex } from '../abort.ts';
import type { MultiplyReceiver, Pair } from '../multiply.ts';
import { multiplicationId, type SenderExtension } from '../ot/extension.ts';
import type { PairGeneration } from '../ot/pair.ts';
import type { Point as PointType } from '../points.ts';
import type { HedgedRandom } from '../random.ts';
import type { Session } from '../session/session.ts';
import { of } from '../session/round.ts';
import type { PairBook, PairLease } from './pairs.ts';
import type { PreparedItem } from './request.ts';

/** What the rounds and checks of one session refer to. */
export interface SignView {
  readonly session: Session;
  /** Ascending. */
  readonly signers: readonly PartyIndex[];
  /** The OT state that was agreed on with each peer. */
  readonly pairs: ReadonlyMap<PartyIndex, PairGeneration>;
  readonly book: PairBook;
  readonly lease: PairLease;
}

/** msid of one multiplication of one item. */
export const multiplicationOf = (
  { session, pairs }: SignView,
  isid: Uint8Array,
  sender: PartyIndex,
  receiver: PartyIndex,
): Uint8Array => {
  const peer = sender === session.self ? receiver : sender;
  return multiplicationId(isid, sender, receiver, of(pairs, peer).pid);
};

/** The secrets of one item, drawn for this session alone. */
export interface ItemSecrets {
  readonly item: PreparedItem;
  readonly isid: Uint8Array;
  /** r_{i,k} and phi_{i,k}. */
  readonly r: bigint;
  readonly phi: bigint;
  /** R_{i,k}. */
  readonly nonce: PointType;
  /** The multiplications in which this party is the receiver, with chi_{i,j,k} as their b. */
  readonly receivers: Map<PartyIndex, MultiplyReceiver>;
  /** The multiplications in which this party is the sender, after the check. */
  readonly senders: Map<PartyIndex, SenderExtension>;
}

/** An item from round 2 on. */
export interface OwnItem extends ItemSecrets {
  /** sk_i = lambda_i (s_i + tau) + zeta_i, and pk_i. */
  readonly sk: bigint;
  readonly key: PointType;
  /** (cu, cv) per peer. */
  readonly products: Map<PartyIndex, Pair>;
}

/** Overwrites what can be overwritten; integers stay until they are collected (see docs/protocol.md). */
export function forget(items: readonly ItemSecrets[], random: HedgedRandom): void {
  random.wipe();
  for (const { receivers, senders } of items) {
    for (const { x, gamma } of receivers.values()) {
      x.fill(0);
      gamma.fill(0);
    }
    for (const { alpha0, alpha1 } of senders.values()) {
      alpha0.fill(0);
      alpha1.fill(0);
    }
  }
}

/** The only element of a batch of one. */
export function one<T>(values: readonly T[]): T {
  const [value] = values;
  if (value === undefined) throw new UsageError('one value expected');
  return value;
}

/** The elements of a batch of two. */
export function two<T>(values: readonly T[]): [T, T] {
  const [first, second] = values;
  if (first === undefined || second === undefined) throw new UsageError('two values expected');
  return [first, second];
}
