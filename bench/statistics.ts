/** The few statistics that the benchmark needs. */

/** The middle value; the mean of the two middle ones for an even number of values. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
}

/** A straight line through measured points. */
export interface Line {
  readonly slope: number;
  readonly intercept: number;
  /** Share of the variance that the line explains. */
  readonly r2: number;
  /** Largest |y - line| / y. */
  readonly worstDeviation: number;
}

/** The least-squares line through the points. */
export function fitLine(points: readonly (readonly [x: number, y: number])[]): Line {
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const meanX = mean(points.map(([x]) => x));
  const meanY = mean(points.map(([, y]) => y));
  const sumOf = (term: (x: number, y: number) => number): number =>
    points.reduce((sum, [x, y]) => sum + term(x, y), 0);
  const slope =
    sumOf((x, y) => (x - meanX) * (y - meanY)) / sumOf((x) => (x - meanX) * (x - meanX));
  const intercept = meanY - slope * meanX;
  const at = (x: number): number => intercept + slope * x;
  return {
    slope,
    intercept,
    r2: 1 - sumOf((x, y) => (y - at(x)) ** 2) / sumOf((_, y) => (y - meanY) ** 2),
    worstDeviation: Math.max(...points.map(([x, y]) => Math.abs(y - at(x)) / y)),
  };
}
