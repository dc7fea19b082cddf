/**
 * Links between hosts in memory, without a clock: a packet arrives only when every member waits for one,
 * so the seed alone decides the order; when all wait and nothing is on its way, somebody's time is up.
 */
import { pick, seeded } from '../../threshold/testing/seeded.ts';
import type { PartyIndex } from '../../threshold/index.ts';
import { createLink, type Link } from '../link.ts';
import { CeremonyError } from '../errors.ts';

export interface Transit {
  readonly from: PartyIndex;
  readonly to: PartyIndex;
  readonly packet: Uint8Array;
}

interface Member {
  readonly link: Link;
  /** Set while the member waits for a packet. */
  timeUp: (() => void) | undefined;
}

export class Hub {
  /** Every packet that was handed over, one entry per receiver. */
  readonly log: Transit[] = [];
  readonly #random: (length: number) => Uint8Array;
  readonly #members = new Map<PartyIndex, Member>();
  readonly #expected: readonly PartyIndex[];
  readonly #onSend: (transit: Transit) => boolean;
  readonly #left = new Set<PartyIndex>();
  #flying: Transit[] = [];
  #scheduled = false;

  /** @param onSend whether a packet arrives; what it throws refuses the packet */
  constructor(
    seed: string,
    parties: readonly PartyIndex[],
    onSend: (transit: Transit) => boolean = () => true,
  ) {
    this.#random = seeded(`${seed}/hub`);
    this.#expected = parties;
    this.#onSend = onSend;
  }

  /** The link of one member. */
  join(self: PartyIndex): Link {
    const peers = this.#expected.filter((party) => party !== self);
    const link = createLink({
      peers,
      idleTimeout: 30_000,
      sendTo: (to, packet) => {
        const transit = { from: self, to, packet };
        const arrives = this.#onSend(transit);
        this.log.push(transit);
        if (arrives && !this.#left.has(to)) this.#flying.push(transit);
      },
      setTimer: (_, callback) => {
        const member = this.#members.get(self);
        if (member !== undefined) member.timeUp = callback;
        this.#schedule();
        return () => {
          if (member !== undefined) member.timeUp = undefined;
        };
      },
    });
    this.#members.set(self, { link, timeUp: undefined });
    return link;
  }

  /** The member's ceremony is over. */
  leave(self: PartyIndex): void {
    this.#left.add(self);
    this.#flying = this.#flying.filter(({ to }) => to !== self);
    this.#members.get(self)?.link.close(new CeremonyError({ code: 'test/over', message: 'over' }));
    this.#members.delete(self);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      const here = this.#expected.filter((party) => !this.#left.has(party));
      const waiting = here.filter((party) => this.#members.get(party)?.timeUp !== undefined);
      if (here.length > 0 && waiting.length === here.length) this.#step(waiting);
    });
  }

  #step(waiting: readonly PartyIndex[]): void {
    const at = this.#flying.length === 0 ? -1 : pick(this.#random, this.#flying.length);
    const [transit] = at < 0 ? [] : this.#flying.splice(at, 1);
    if (transit !== undefined) {
      this.#members.get(transit.to)?.link.deliver(transit.from, transit.packet);
      // Somebody who is not served by this packet still waits.
      this.#schedule();
      return;
    }
    const first = waiting[0] ?? 0;
    this.#members.get(first)?.timeUp?.();
  }
}

/** Runs one part for each member over one hub; each leaves when its part is over. */
export async function together<T>(
  hub: Hub,
  parts: ReadonlyMap<PartyIndex, (link: Link) => Promise<T>>,
): Promise<ReadonlyMap<PartyIndex, PromiseSettledResult<T>>> {
  const links = new Map([...parts.keys()].map((party) => [party, hub.join(party)]));
  const settled = await Promise.allSettled(
    [...parts].map(async ([party, part]) => {
      const link = links.get(party);
      if (link === undefined) throw new Error('no link');
      try {
        return await part(link);
      } finally {
        hub.leave(party);
      }
    }),
  );
  return new Map(
    [...parts.keys()].flatMap((party, i) => {
      const result = settled[i];
      return result === undefined ? [] : [[party, result] as const];
    }),
  );
}

/** Everyone's result. @throws what the first one threw that has none */
export function results<T>(
  settled: ReadonlyMap<PartyIndex, PromiseSettledResult<T>>,
): Map<PartyIndex, T> {
  return new Map(
    [...settled].map(([party, result]) => {
      if (result.status === 'rejected') throw result.reason;
      return [party, result.value];
    }),
  );
}

/** Why a member has no result. @throws when it has one, or failed with something else */
export function failureOf(
  settled: ReadonlyMap<PartyIndex, PromiseSettledResult<unknown>>,
  party: PartyIndex,
): CeremonyError {
  const result = settled.get(party);
  const reason: unknown = result?.status === 'rejected' ? result.reason : undefined;
  if (!(reason instanceof CeremonyError)) {
    throw new Error(`party ${String(party)} did not fail as expected`, { cause: reason });
  }
  return reason;
}
