/** What the parts of a vault need of the session they live in. */
import type { Storage } from '../../keystore/index.ts';
import type { DeviceId } from '../../network/index.ts';
import type { BitcoinWatch } from '../bitcoin/watch.ts';
import type { Describer } from '../descriptors/store.ts';
import type { Nodes } from '../nodes.ts';
import type { Ceremonies } from '../../ceremonies/index.ts';
import type { Clock } from '../platform.ts';
import type { CeremonyRoutes } from '../routes.ts';
import type { Problem, Settings } from '../state.ts';
import type { CeremonyMessage } from '../wire.ts';

export interface SessionPort {
  readonly clock: Clock;
  readonly storage: Storage;
  readonly ceremonies: Ceremonies;
  readonly routes: CeremonyRoutes;
  readonly nodes: Nodes;
  readonly coins: BitcoinWatch;
  readonly descriptors: Describer;
  /** This device's identity key, 32 bytes. */
  readonly identity: Uint8Array;
  readonly self: DeviceId;
  sign(digest: Uint8Array): Promise<Uint8Array>;
  random(length: number): Uint8Array;
  settings(): Settings;
  isOnline(device: DeviceId): boolean;
  isDirect(device: DeviceId): boolean;
  lastSeen(device: DeviceId): number | undefined;
  /** Best effort. */
  tell(to: DeviceId, message: CeremonyMessage): void;
  sendJournal(to: DeviceId, body: Uint8Array): void;
  /** Views have to be made anew. */
  changed(): void;
  report(problem: Problem): void;
}

/** The clock and the lifetime of one vault: timers stop and late results are dropped after `stop`. */
export class Lifetime {
  readonly #clock: Clock;
  readonly #timers = new Set<() => void>();
  #stopped = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  now(): number {
    return this.#clock.now();
  }

  /** Calls back once unless the lifetime ends before; returns the way to stop it. */
  after(ms: number, callback: () => void): () => void {
    if (this.#stopped) return () => undefined;
    const cancel = this.#clock.after(ms, () => {
      this.#timers.delete(cancel);
      callback();
    });
    this.#timers.add(cancel);
    return () => {
      this.#timers.delete(cancel);
      cancel();
    };
  }

  stop(): void {
    this.#stopped = true;
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
  }
}
