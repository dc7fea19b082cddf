/** Looks after signed transactions until they are in a block: the timing, whatever the chain. */
import type { Clock } from '../platform.ts';
import type { Problem } from '../state.ts';
import type { Judged } from './judge.ts';
import { Lifetime } from './port.ts';

const FOLLOW_EVERY_MS = 3_000;
/** When the device that began signing does not send, others do. */
const STEP_IN_AFTER_MS = 20_000;
/** What a member says it sent is sent again by others: it may be wrong, and sending again is harmless. */
const SEND_AGAIN_AFTER_MS = 60_000;

/** What differs from chain to chain. */
export interface Followed<J extends Judged> {
  isOne(judged: Judged): judged is J;
  /** Whether this device has somebody to ask. */
  canAsk(judged: J): boolean;
  /** Looks what became of it. Keeps problems to itself. */
  follow(judged: J): Promise<void>;
  /** Sends it in place of the device that should have. Keeps problems to itself; `undefined`: it cannot be sent. */
  stepIn(judged: J): (() => Promise<void>) | undefined;
}

export interface FollowingPort {
  readonly clock: Clock;
  all(): readonly Judged[];
  changed(): void;
}

export class Following<J extends Judged> {
  readonly #port: FollowingPort;
  readonly #followed: Followed<J>;
  readonly #life: Lifetime;
  readonly #problems = new Map<string, Problem>();
  readonly #busy = new Set<string>();
  /** Since when this device knows that a proposal is signed. */
  readonly #seen = new Map<string, number>();
  /** When this device last sent it. */
  readonly #sent = new Map<string, number>();
  #tick: (() => void) | undefined;

  constructor(port: FollowingPort, followed: Followed<J>) {
    this.#port = port;
    this.#followed = followed;
    this.#life = new Lifetime(port.clock);
  }

  problem(proposal: string): Problem | undefined {
    return this.#problems.get(proposal);
  }

  hasProblem(proposal: string, problem: Problem | undefined): void {
    if (problem === undefined) this.#problems.delete(proposal);
    else this.#problems.set(proposal, problem);
  }

  /** Looks after every signed proposal. Call after each change. */
  consider(): void {
    if (this.#life.stopped) return;
    this.#tick?.();
    this.#tick = undefined;
    const now = this.#life.now();
    let active = false;
    for (const judged of this.#port.all().filter((one) => this.#followed.isOne(one))) {
      const { status, proposal } = judged;
      if (status !== 'signed' && status !== 'broadcast') {
        this.#problems.delete(proposal.id); // another device may have mended it
        continue;
      }
      if (!this.#followed.canAsk(judged)) continue;
      active = true;
      const since = this.#seen.get(proposal.id) ?? now;
      this.#seen.set(proposal.id, since);
      const stepIn = status === 'signed' ? this.#followed.stepIn(judged) : undefined;
      if (stepIn === undefined) void this.#followed.follow(judged);
      else if (now - since >= STEP_IN_AFTER_MS && !this.#problems.has(proposal.id)) void stepIn();
    }
    if (active) {
      this.#tick = this.#life.after(FOLLOW_EVERY_MS, () => {
        this.consider();
      });
    }
  }

  /** One at a time for each proposal: does nothing while there is one. */
  async alone(proposal: string, work: () => Promise<void>): Promise<void> {
    if (this.#busy.has(proposal)) return;
    this.#busy.add(proposal);
    try {
      await work();
    } finally {
      this.#busy.delete(proposal);
      this.#port.changed();
    }
  }

  /** This device sent it now. */
  noteSent(proposal: string): void {
    this.#sent.set(proposal, this.#life.now());
  }

  /** Whether it is time to send it again. */
  isDue(proposal: string): boolean {
    const last = this.#sent.get(proposal) ?? this.#seen.get(proposal) ?? 0;
    return this.#life.now() - last >= SEND_AGAIN_AFTER_MS;
  }

  stop(): void {
    this.#life.stop();
  }
}
