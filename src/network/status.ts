/** A link state that tells its listeners about changes, and only about changes. */
import type { LinkState } from './channel.ts';
import { Listeners } from './listeners.ts';

export class Status {
  readonly #listeners = new Listeners<undefined>();
  #state: LinkState;

  constructor(state: LinkState) {
    this.#state = state;
  }

  get state(): LinkState {
    return this.#state;
  }

  set(state: LinkState): void {
    if (sameState(this.#state, state)) return;
    this.#state = state;
    this.#listeners.emit(undefined);
  }

  onChange(listener: () => void): () => void {
    return this.#listeners.add(listener);
  }

  /** No callback comes after this. */
  silence(): void {
    this.#listeners.clear();
  }
}

const sameState = (a: LinkState, b: LinkState): boolean =>
  a.kind === b.kind && (a.kind !== 'down' || (b.kind === 'down' && a.reason === b.reason));

/** What every channel says once it was closed. */
export const CLOSED: LinkState = { kind: 'down', reason: 'this connection was closed' };
