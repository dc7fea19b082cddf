/** Calls to sign that came before the approvals that they rest on: the last one of each member. */
import type { DeviceId } from '../../network/index.ts';
import type { CeremonyMessage } from '../wire.ts';

/** How long a call waits. */
const EARLY_MS = 20_000;

export type SignCall = Extract<CeremonyMessage, { t: 'sign' }>;

export class EarlyCalls {
  readonly #calls = new Map<DeviceId, { readonly call: SignCall; readonly until: number }>();

  keep(from: DeviceId, call: SignCall, now: number): void {
    this.#calls.set(from, { call, until: now + EARLY_MS });
  }

  /** Tries each once more; what is done or too old is forgotten. */
  take(now: number, isDone: (from: DeviceId, call: SignCall) => boolean): void {
    for (const [from, { call, until }] of this.#calls) {
      if (now > until || isDone(from, call)) this.#calls.delete(from);
    }
  }
}
