/** How signing of each proposal went on this device so far, and with whom it failed. In memory only. */
import type { Problem } from '../state.ts';

/** For each failed attempt with a member, this device takes no call of it for so long. Below a retry's wait. */
const HOLD_OFF_MS = 3_000;
const MAX_HOLD_OFF_MS = 30_000;
const RETRY_AFTER_MS = 4_000;
/** Between two tries with a signer that is busy, at most. */
const MAX_BUSY_MS = 32_000;
const MAX_AUTOMATIC_ATTEMPTS = 3;
/** When the first of the signers does not begin, the next one does. */
const STEP_IN_AFTER_MS = 15_000;

/** Attempts with a member that failed. */
interface Strikes {
  readonly count: number;
  readonly last: number;
}

export interface Standing {
  /** Begun by this device. */
  attempts: number;
  /** Answers that a signer is busy. */
  busy: number;
  /** A person has to start it again before anything is begun or joined. */
  stopped: boolean;
  /** By the number of the member. One that fails is asked last, or it could hold a payment up for ever. */
  readonly strikes: Map<number, Strikes>;
  /** Nothing is tried before. */
  notBefore: number;
  problem: Problem | undefined;
  /** Since when the same signers are complete. */
  ready: { readonly key: string; readonly since: number } | undefined;
}

/** It failed so often that a person has to start it again. */
export const hasGivenUp = ({ attempts }: Standing): boolean => attempts >= MAX_AUTOMATIC_ATTEMPTS;

export class Standings {
  readonly #standings = new Map<string, Standing>();

  /** `undefined`: nothing happened yet. */
  get(proposal: string): Standing | undefined {
    return this.#standings.get(proposal);
  }

  of(proposal: string): Standing {
    const known = this.#standings.get(proposal);
    if (known !== undefined) return known;
    const fresh: Standing = {
      attempts: 0,
      busy: 0,
      stopped: false,
      strikes: new Map(),
      notBefore: 0,
      problem: undefined,
      ready: undefined,
    };
    this.#standings.set(proposal, fresh);
    return fresh;
  }

  /** As if nothing had happened. */
  forget(proposal: string): void {
    this.#standings.delete(proposal);
  }

  /** Forgets those that no person stopped. */
  forgive(): void {
    for (const [proposal, { stopped }] of this.#standings) {
      if (!stopped) this.#standings.delete(proposal);
    }
  }

  /**
   * When a signer should begin; `undefined`: not at all as things are.
   *
   * @param self its number
   */
  turn(
    proposal: string,
    signers: readonly number[] | undefined,
    self: number,
    now: number,
  ): number | undefined {
    const standing = this.of(proposal);
    const givenUp = standing.stopped || hasGivenUp(standing);
    if (signers?.includes(self) !== true || givenUp) {
      standing.ready = undefined;
      return undefined;
    }
    const key = signers.join();
    if (standing.ready?.key !== key) standing.ready = { key, since: now };
    const turn = signers.indexOf(self) * STEP_IN_AFTER_MS;
    return Math.max(standing.notBefore, standing.ready.since + turn);
  }

  /** An attempt failed: the next one waits, longer each time. */
  postpone(proposal: string, busy: boolean, now: number): void {
    const standing = this.of(proposal);
    const wait = busy
      ? Math.min(MAX_BUSY_MS, RETRY_AFTER_MS * standing.busy)
      : RETRY_AFTER_MS * Math.max(1, standing.attempts);
    standing.notBefore = now + wait;
    standing.ready = undefined;
  }

  strike(proposal: string, members: readonly number[], now: number): void {
    const { strikes } = this.of(proposal);
    for (const index of members) {
      strikes.set(index, { count: (strikes.get(index)?.count ?? 0) + 1, last: now });
    }
  }

  /** How many attempts with a member failed. */
  failed(proposal: string, member: number): number {
    return this.#standings.get(proposal)?.strikes.get(member)?.count ?? 0;
  }

  /** Whether a member's call is not taken now. */
  holdsOff(proposal: string, member: number, now: number): boolean {
    const standing = this.#standings.get(proposal);
    if (standing?.stopped === true) return true;
    const strikes = standing?.strikes.get(member);
    if (strikes === undefined) return false;
    return now < strikes.last + Math.min(MAX_HOLD_OFF_MS, HOLD_OFF_MS * strikes.count);
  }
}
