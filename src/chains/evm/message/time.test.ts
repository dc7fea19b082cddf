import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatTime, LAST_TIME, parseDateTime } from './time.ts';

it('writes times as the language does', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: LAST_TIME }), (seconds) => {
      const iso = new Date(Number(seconds) * 1000).toISOString();
      expect(formatTime(seconds)).toBe(`${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`);
      expect(parseDateTime(iso)).toBe(seconds);
    }),
    { numRuns: 2000, examples: [[0n], [LAST_TIME], [951_782_400n], [1_709_164_800n]] },
  );
  expect(formatTime(LAST_TIME + 1n)).toMatch(/never/);
});

describe('parseDateTime', () => {
  it.each([
    ['1970-01-01T00:00:00Z', 0n],
    ['1970-01-01t00:00:00.999z', 0n],
    ['1970-01-01T01:00:00+01:00', 0n],
    ['1969-12-31T23:30:00-00:30', 0n],
    ['2000-02-29T00:00:00Z', 951_782_400n],
    ['1990-12-31T23:59:60Z', 662_688_000n],
    ['1900-02-29T00:00:00Z', undefined],
    ['2023-02-29T00:00:00Z', undefined],
    ['2024-00-01T00:00:00Z', undefined],
    ['2024-13-01T00:00:00Z', undefined],
    ['2024-01-00T00:00:00Z', undefined],
    ['2024-04-31T00:00:00Z', undefined],
    ['2024-01-01T24:00:00Z', undefined],
    ['2024-01-01T00:60:00Z', undefined],
    ['2024-01-01T00:00:61Z', undefined],
    ['2024-01-01T00:00:00+24:00', undefined],
    ['2024-01-01T00:00:00+00:60', undefined],
    ['2024-01-01T00:00:00', undefined],
    ['2024-01-01 00:00:00Z', undefined],
    ['2024-01-01T00:00:00.Z', undefined],
    ['0000-01-01T00:00:00Z', undefined],
    ['x2024-01-01T00:00:00Z', undefined],
  ])('%s is %s', (text, seconds) => {
    expect(parseDateTime(text)).toBe(seconds);
  });
});
