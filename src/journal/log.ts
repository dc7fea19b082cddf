/** The log of one vault on one device: which events it holds, and the door through which they come in. */
import { equalBytes, toHex } from '../codec.ts';
import { CountersignError } from '../errors.ts';
import {
  parseEvent,
  signatureHolds,
  type AuthorId,
  type EventId,
  type SignedEvent,
} from './event.ts';
import { encodeFounding, vaultId, type Founding, type Member } from './founding.ts';

/** How far ahead of this device's clock an event may be dated, in milliseconds. */
export const MAX_SKEW = 10 * 60 * 1000;
/** Events of one author that may wait for their predecessors, and their bytes. */
const MAX_WAITING = 64;
const MAX_WAITING_BYTES = 2 ** 20;

/** An event in its place. All of `before` is in the log. */
export interface Entry extends SignedEvent {
  /** The author's previous event and the parents. */
  readonly before: readonly EventId[];
  /** Longest path to an event without predecessors: grows along every causal step. */
  readonly height: number;
}

/** Immutable. Events whose predecessors are missing wait and are no part of it yet. */
export interface Log {
  readonly founding: Founding;
  /** 32 bytes. */
  readonly vault: Uint8Array;
  readonly members: ReadonlyMap<AuthorId, Member>;
  readonly entries: ReadonlyMap<EventId, Entry>;
  /** Events that no other event names as predecessor. */
  readonly heads: ReadonlySet<EventId>;
  readonly waiting: ReadonlyMap<EventId, SignedEvent>;
}

export type RefusalCode =
  /** Not one canonical event. */
  | 'malformed'
  /** A version or type of a later build. */
  | 'unsupported'
  | 'other-vault'
  | 'not-a-member'
  | 'bad-signature'
  /** `prev` and `seq` do not continue the author's own chain. */
  | 'broken-chain'
  /** A parent by the author itself. */
  | 'own-parent'
  /** Dated before one of its predecessors. */
  | 'back-dated'
  /** Dated too far ahead of this device's clock. May be admitted later. */
  | 'future-dated'
  /** Too many events of this author wait. May be admitted later. */
  | 'too-many-waiting';

export interface Refusal {
  readonly kind: 'refused';
  readonly code: RefusalCode;
  /** A sentence. */
  readonly reason: string;
  /** `undefined` where not even that could be read. */
  readonly id: EventId | undefined;
  readonly author: AuthorId | undefined;
}

export type Admission =
  | {
      readonly kind: 'added';
      /** The event, then those that had waited for it, in causal order. Store them all. */
      readonly entries: readonly [Entry, ...Entry[]];
      /** Those that had waited and turned out wrong. */
      readonly refused: readonly Refusal[];
    }
  | { readonly kind: 'known'; readonly id: EventId }
  | {
      readonly kind: 'waiting';
      readonly id: EventId;
      /** Predecessors that are not in the log. */
      readonly missing: readonly EventId[];
    }
  | Refusal;

/** An empty log. @throws MalformedError for a founding document that is not valid */
export function emptyLog(founding: Founding): Log {
  return {
    founding,
    vault: vaultId(encodeFounding(founding)),
    members: new Map(founding.members.map((member) => [toHex(member.identity), member])),
    entries: new Map(),
    heads: new Set(),
    waiting: new Map(),
  };
}

/**
 * Takes in one signed event. Never throws for what is in the bytes.
 *
 * @param bytes one signed event of at most 163,840 bytes
 * @param now this device's clock, milliseconds since 1970
 */
export function admit(
  log: Log,
  bytes: Uint8Array,
  now: number,
): { readonly log: Log; readonly result: Admission } {
  const door = new Door(log, now);
  const result = door.admit(bytes);
  return { log: door.log(), result };
}

/**
 * Takes in signed events in any order.
 *
 * @returns what became of each, in the same order
 */
export function admitAll(
  log: Log,
  events: readonly Uint8Array[],
  now: number,
): { readonly log: Log; readonly results: readonly Admission[] } {
  const door = new Door(log, now);
  const results = events.map((bytes) => door.admit(bytes));
  return { log: door.log(), results };
}

/**
 * The log from events that this device admitted before and kept in sealed storage, in any order. Checks
 * everything but the signatures (two milliseconds each; `verifyLog` checks them) and the clock, which may
 * have been set back.
 *
 * @throws CountersignError naming the first event that does not fit: storage is damaged
 */
export function restoreLog(founding: Founding, events: readonly Uint8Array[]): Log {
  const door = new Door(emptyLog(founding), Infinity, { trusted: true });
  const { refused } = door.admitUnordered(events);
  const [first] = refused;
  if (first !== undefined) {
    throw new CountersignError(
      'journal/damaged',
      `The stored journal is damaged: ${first.reason} Restore it from another device.`,
    );
  }
  return door.log();
}

/** A log being extended. Only `log()` leaves this file's neighbourhood. */
export class Door {
  readonly #base: Log;
  readonly #now: number;
  readonly #trusted: boolean;
  readonly #entries: Map<EventId, Entry>;
  readonly #heads: Set<EventId>;
  readonly #waiting: Map<EventId, SignedEvent>;

  /** @param trusted skips signatures and quotas */
  constructor(base: Log, now: number, { trusted = false } = {}) {
    this.#base = base;
    this.#now = now;
    this.#trusted = trusted;
    this.#entries = new Map(base.entries);
    this.#heads = new Set(base.heads);
    this.#waiting = new Map(base.waiting);
  }

  log(): Log {
    return {
      ...this.#base,
      entries: this.#entries,
      heads: this.#heads,
      waiting: this.#waiting,
    };
  }

  admit(bytes: Uint8Array): Admission {
    const signed = read(bytes);
    return 'kind' in signed ? signed : this.#place(signed);
  }

  /** Everything that can be placed, in whatever order it comes. What still waits then is refused. */
  admitUnordered(events: readonly Uint8Array[]): { readonly refused: readonly Refusal[] } {
    const refused: Refusal[] = [];
    const parsed: SignedEvent[] = [];
    for (const bytes of events) {
      const signed = read(bytes);
      if ('kind' in signed) refused.push(signed);
      else parsed.push(signed);
    }
    // Predecessors are never dated later, so hardly anything has to wait.
    parsed.sort(({ event: a }, { event: b }) =>
      a.time === b.time ? a.seq - b.seq : a.time - b.time,
    );
    for (const signed of parsed) {
      const result = this.#place(signed);
      if (result.kind === 'refused') refused.push(result);
      if (result.kind === 'added') refused.push(...result.refused);
    }
    for (const signed of this.#waiting.values()) {
      const missing = String(this.#missing(signed).length);
      refused.push(refuse('broken-chain', `${missing} events before it are missing.`, signed));
    }
    return { refused };
  }

  #place(signed: SignedEvent): Admission {
    const { id } = signed;
    if (this.#entries.has(id)) return { kind: 'known', id };
    const stranger = this.#checkAlone(signed);
    if (stranger !== undefined) return stranger;

    const missing = this.#missing(signed);
    if (missing.length > 0) return this.#wait(signed, missing);
    const wrong = this.#checkPlace(signed);
    if (wrong !== undefined) return wrong;
    const added: [Entry, ...Entry[]] = [this.#add(signed)];
    return { kind: 'added', entries: added, refused: this.#release(added) };
  }

  /** What can be judged without any other event. */
  #checkAlone(signed: SignedEvent): Refusal | undefined {
    const { event, author } = signed;
    if (!equalBytes(event.vault, this.#base.vault)) {
      return refuse('other-vault', 'It belongs to another vault.', signed);
    }
    if (!this.#base.members.has(author)) {
      return refuse('not-a-member', 'Its author is no member of this vault.', signed);
    }
    if (!this.#trusted && !signatureHolds(signed)) {
      return refuse('bad-signature', 'Its author did not sign it.', signed);
    }
    if (event.time > this.#now + MAX_SKEW) {
      const ahead = String(Math.ceil((event.time - this.#now) / 60_000));
      return refuse(
        'future-dated',
        `It is dated ${ahead} minutes ahead of this device's clock. Compare the clocks.`,
        signed,
      );
    }
    return undefined;
  }

  /** What its predecessors say; all of them are in the log. */
  #checkPlace(signed: SignedEvent): Refusal | undefined {
    const { event, author } = signed;
    if (event.prev !== null) {
      const prev = this.#entries.get(toHex(event.prev));
      if (prev?.author !== author || prev.event.seq + 1 !== event.seq) {
        return refuse('broken-chain', "It does not continue its author's own events.", signed);
      }
    }
    for (const parent of event.parents) {
      if (this.#entries.get(toHex(parent))?.author === author) {
        return refuse('own-parent', "It names its author's own event as somebody else's.", signed);
      }
    }
    for (const before of predecessors(signed)) {
      if ((this.#entries.get(before)?.event.time ?? Infinity) > event.time) {
        return refuse('back-dated', 'It is dated before an event that it follows.', signed);
      }
    }
    return undefined;
  }

  #wait(signed: SignedEvent, missing: readonly EventId[]): Admission {
    const { id, author } = signed;
    if (!this.#waiting.has(id)) {
      const others = [...this.#waiting.values()].filter((other) => other.author === author);
      const size = others.reduce((sum, { bytes }) => sum + bytes.length, signed.bytes.length);
      if (!this.#trusted && (others.length >= MAX_WAITING || size > MAX_WAITING_BYTES)) {
        const reason = 'Too many events of its author wait for events that are missing.';
        return refuse('too-many-waiting', reason, signed);
      }
      this.#waiting.set(id, signed);
    }
    return { kind: 'waiting', id, missing };
  }

  #add(signed: SignedEvent): Entry {
    const before = predecessors(signed);
    let height = 0;
    for (const id of before) {
      height = Math.max(height, (this.#entries.get(id)?.height ?? 0) + 1);
      this.#heads.delete(id);
    }
    const entry = { ...signed, before, height };
    this.#entries.set(signed.id, entry);
    this.#heads.add(signed.id);
    this.#waiting.delete(signed.id);
    return entry;
  }

  /** Adds to `added` all that no longer has to wait. */
  #release(added: Entry[]): readonly Refusal[] {
    const refused: Refusal[] = [];
    for (let found = this.#waiting.size > 0; found;) {
      found = false;
      for (const signed of [...this.#waiting.values()]) {
        if (this.#missing(signed).length > 0) continue;
        this.#waiting.delete(signed.id);
        const wrong = this.#checkPlace(signed);
        if (wrong === undefined) added.push(this.#add(signed));
        else refused.push(wrong);
        found = true;
      }
    }
    return refused;
  }

  #missing(signed: SignedEvent): readonly EventId[] {
    return predecessors(signed).filter((id) => !this.#entries.has(id));
  }
}

function predecessors({ event: { prev, parents } }: SignedEvent): readonly EventId[] {
  return [...(prev === null ? [] : [prev]), ...parents].map(toHex);
}

function read(bytes: Uint8Array): SignedEvent | Refusal {
  try {
    return parseEvent(bytes);
  } catch (error) {
    if (!(error instanceof CountersignError)) throw error;
    const code = error.code === 'journal/unsupported' ? 'unsupported' : 'malformed';
    return { kind: 'refused', code, reason: error.message, id: undefined, author: undefined };
  }
}

function refuse(code: RefusalCode, reason: string, { id, author }: SignedEvent): Refusal {
  return { kind: 'refused', code, reason, id, author };
}
