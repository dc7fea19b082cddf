/**
 * A smoke test for timing in the manner of dudect (Reparaz, Balasch, Verbauwhede): Welch's t between the
 * times of a fixed and of random secrets. It finds a branch or an early exit, not a cache line.
 */

/** How much is measured. */
export interface TimingOptions {
  /** Measurements, half of each class. */
  readonly samples: number;
  /** Runs inside one measurement. */
  readonly repeat: number;
}

/**
 * What |t| stays below without a branch. One on each bit of a secret gives about 2,000; a busy machine and
 * where the inputs happen to lie in memory give up to some tens.
 */
export const NO_BRANCH = 100;

/**
 * |t| between both classes. Measurements of the classes alternate and the slowest tenth is cropped, so
 * that the machine's noise meets both alike; a machine can still be unlucky, so the best of five counts, each
 * with inputs made anew.
 *
 * @param fixed makes inputs with the fixed secret, each an object of its own: both classes touch as much memory
 * @param varied makes as many inputs with random secrets
 */
export function slowestT<T>(
  fixed: () => readonly T[],
  varied: () => readonly T[],
  run: (input: T) => void,
  options: TimingOptions,
): number {
  measure(fixed(), varied(), run, options); // warm up
  let least = Infinity;
  for (let attempt = 0; attempt < 5 && !(least < NO_BRANCH); attempt++) {
    least = Math.min(least, measure(fixed(), varied(), run, options));
  }
  return least;
}

function measure<T>(
  fixed: readonly T[],
  varied: readonly T[],
  run: (input: T) => void,
  { samples, repeat }: TimingOptions,
): number {
  const classes = [fixed, varied] as const;
  const times: [number[], number[]] = [[], []];
  let state = 1;
  for (let i = 0; i < samples; i++) {
    // Pairs in random order: neither class is always the first after a pause.
    if (i % 2 === 0) state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    const which = ((state >>> 16) & 1) === i % 2 ? 0 : 1;
    const inputs = classes[which];
    const started = performance.now();
    for (let k = 0; k < repeat; k++) {
      const input = inputs[(i + k) % inputs.length];
      if (input !== undefined) run(input);
    }
    times[which].push(performance.now() - started);
  }
  return Math.abs(welch(crop(times[0]), crop(times[1])));
}

/** Without the slowest tenth: interrupts, collections, the other core's work. */
const crop = (times: readonly number[]): number[] =>
  [...times].sort((a, b) => a - b).slice(0, Math.floor(times.length * 0.9));

function welch(a: readonly number[], b: readonly number[]): number {
  const [one, two] = [moments(a), moments(b)];
  return (one.mean - two.mean) / Math.sqrt(one.variance / a.length + two.variance / b.length);
}

function moments(values: readonly number[]): { mean: number; variance: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance =
    values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  return { mean, variance };
}
