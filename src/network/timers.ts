/** Time as this room uses it: injected, so that tests turn the clock by hand. */
export interface Timers {
  /** Milliseconds. Only differences matter. */
  now(): number;
  /** Calls back once after `ms` milliseconds; returns the way to cancel. */
  after(ms: number, callback: () => void): () => void;
}

/** The platform's clock and timers. */
export const systemTimers: Timers = {
  now: () => performance.now(),
  after: (ms, callback) => {
    const id = setTimeout(callback, ms);
    return () => {
      clearTimeout(id);
    };
  },
};

/** How long to wait before attempt number `attempt` (0, 1, 2, …), in milliseconds. */
export type Backoff = (attempt: number) => number;

/**
 * Doubles from `first` to at most `most`, each time between half and all of it, so that devices that
 * lost the same relay do not all come back at the same moment.
 *
 * @param random a number in [0, 1); not a secret
 */
export const jitteredBackoff =
  (first: number, most: number, random: () => number = Math.random): Backoff =>
  (attempt) => {
    const full = Math.min(most, first * 2 ** Math.min(attempt, 30));
    return Math.round(full * (0.5 + random() / 2));
  };
