/**
 * A protocol as rounds: synchronous pure functions from messages to messages.
 *
 * A round is awaited once. Its step gets the decoded messages of every sender and returns what to store,
 * what to send and the next round, or the result. A second use throws; a round that is given up is wiped.
 */
import type { DurableRecord } from '../records.ts';
import { blaming, ProtocolError, UsageError, type PartyIndex } from '../abort.ts';
import { decodeBody, type Schema } from '../schema.ts';
import { Unclonable } from '../unclonable.ts';

/** One kind of message in one round: who sends it, and its exact layout. */
export interface Channel<T> {
  /** Ascending. */
  readonly from: readonly PartyIndex[];
  readonly schema: Schema<T>;
  /** Layouts of senders whose role makes their message another one. */
  readonly per?: ReadonlyMap<PartyIndex, Schema<T>>;
}

/** The layout of one sender's message. */
export const schemaFor = <T>(channel: Channel<T>, from: PartyIndex): Schema<T> =>
  channel.per?.get(from) ?? channel.schema;

/** What one round carries. */
export interface RoundShape<B, P> {
  /** 1, 2, 3, ... */
  readonly number: number;
  /** Name of what the device is doing while it waits, for progress displays and traces. */
  readonly stage: string;
  readonly broadcast?: Channel<B>;
  readonly direct?: Channel<P>;
}

/** A round shape whose message types do not matter. */
export type AnyRoundShape = RoundShape<never, never> | RoundShape<unknown, unknown>;

/** A message that leaves this party. */
export interface Outgoing {
  /** A party, or everyone: the same bytes to all, signed. */
  readonly to: PartyIndex | 'all';
  readonly body: Uint8Array;
  /** A 32-byte digest to sign with the identity key: the 64-byte signature is appended to the body. */
  readonly attest?: Uint8Array;
}

/** What a step of a protocol asks for, in this order: store durably, sign and send, wait. */
export interface Transition<Out> {
  /** Written and read back before anything of `send` leaves the device (addendum M7). */
  readonly persist?: readonly DurableRecord[];
  readonly send: readonly Outgoing[];
  readonly next: PendingRound<Out> | { readonly output: Out };
}

/** The bodies of one round as they arrived, own broadcast included. */
export interface RawInbox {
  readonly broadcasts: ReadonlyMap<PartyIndex, Uint8Array>;
  readonly direct: ReadonlyMap<PartyIndex, Uint8Array>;
}

/** The decoded messages of one round: exactly one per sender. */
export interface Inbox<B, P> extends RawInbox {
  readonly said: ReadonlyMap<PartyIndex, B>;
  readonly told: ReadonlyMap<PartyIndex, P>;
}

/** A round that waits for its messages. Single use. */
export class PendingRound<Out> extends Unclonable {
  readonly shape: AnyRoundShape;
  readonly #advance: (inbox: RawInbox) => Transition<Out>;
  readonly #wipe: () => void;
  #spent = false;

  constructor(
    shape: AnyRoundShape,
    advance: (inbox: RawInbox) => Transition<Out>,
    wipe: () => void,
  ) {
    super();
    this.shape = shape;
    this.#advance = advance;
    this.#wipe = wipe;
  }

  /**
   * Runs the step. The round is spent before the step starts, and its secrets are wiped when it throws.
   *
   * @throws ProtocolError when a message is malformed or a check fails
   * @throws UsageError on a second use
   */
  advance(inbox: RawInbox): Transition<Out> {
    if (this.#spent) throw new UsageError(`round ${String(this.shape.number)} was already used`);
    this.#spent = true;
    try {
      return this.#advance(inbox);
    } catch (error) {
      this.#wipe();
      throw error;
    }
  }

  /** Ends the session here: the round cannot be used any more and its secrets are overwritten. */
  abandon(): void {
    this.#spent = true;
    this.#wipe();
  }
}

/**
 * A round that decodes its messages by its shape and goes on with `step`.
 *
 * @param wipe overwrites the secrets that the step would have used
 */
export function awaitRound<B, P, Out>(
  shape: RoundShape<B, P>,
  step: (inbox: Inbox<B, P>) => Transition<Out>,
  wipe: () => void,
): PendingRound<Out> {
  return new PendingRound<Out>(
    shape,
    (raw) => {
      const said = decodeAll(shape, shape.broadcast, raw.broadcasts);
      const told = decodeAll(shape, shape.direct, raw.direct);
      return step({ ...raw, said, told });
    },
    wipe,
  );
}

function decodeAll<T>(
  shape: { readonly number: number },
  channel: Channel<T> | undefined,
  bodies: ReadonlyMap<PartyIndex, Uint8Array>,
): ReadonlyMap<PartyIndex, T> {
  const expected = channel?.from ?? [];
  if (bodies.size !== expected.length || expected.some((from) => !bodies.has(from))) {
    throw new UsageError(`round ${String(shape.number)} needs one message of every sender`);
  }
  const decoded = new Map<PartyIndex, T>();
  if (channel === undefined) return decoded;
  for (const from of channel.from) {
    const body = bodies.get(from);
    if (body === undefined) throw new UsageError('message missing');
    const what = `round ${String(shape.number)} message`;
    decoded.set(
      from,
      blaming(from, what, () => decodeBody(schemaFor(channel, from), body, what)),
    );
  }
  return decoded;
}

/** The value of a party that is known to be present. */
export function of<T>(map: ReadonlyMap<PartyIndex, T>, party: PartyIndex): T {
  const value = map.get(party);
  if (value === undefined) throw new UsageError(`nothing from party ${String(party)}`);
  return value;
}

/** Aborts with class A when an echoed digest differs: somebody equivocated, nobody can be named. */
export function requireEcho(equal: boolean, round: number): void {
  if (!equal) {
    throw new ProtocolError('A', `devices saw different broadcasts in round ${String(round)}`);
  }
}
