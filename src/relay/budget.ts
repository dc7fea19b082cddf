/**
 * A token bucket: holds `burst` units, refills by `perSecond`. Spending more than it holds is allowed and
 * leaves a debt, which the spender waits for.
 */
export class Budget {
  readonly #burst: number;
  readonly #perSecond: number;
  readonly #now: () => number;
  #held: number;
  #at: number;

  /** @param now a clock in milliseconds that never runs backwards */
  constructor(burst: number, perSecond: number, now: () => number) {
    this.#burst = burst;
    this.#perSecond = perSecond;
    this.#now = now;
    this.#held = burst;
    this.#at = now();
  }

  /** Spends `units`; gives the milliseconds to wait before the next spending. */
  spend(units: number): number {
    const now = this.#now();
    const refilled = this.#held + ((now - this.#at) / 1000) * this.#perSecond;
    this.#held = Math.min(this.#burst, refilled) - units;
    this.#at = now;
    return this.#held >= 0 ? 0 : Math.ceil((-this.#held / this.#perSecond) * 1000);
  }
}
