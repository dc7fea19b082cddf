import { describe, expect, it } from 'vitest';
import { toHex } from '../codec.ts';
import { batchCount, batchId, batchOf } from './batches.ts';

describe('batches', () => {
  it.each([
    [1, 1],
    [16, 1],
    [17, 2],
    [100, 7],
    [128, 8],
  ])('%i digests take %i sessions', (digests, sessions) => {
    expect(batchCount(digests)).toBe(sessions);
  });

  it('together are all digests, each once and in order', () => {
    const all = Array.from({ length: 37 }, (_, i) => i);
    expect([0, 1, 2].flatMap((batch) => batchOf(all, batch))).toEqual(all);
    expect(batchOf(all, 3)).toEqual([]);
  });
});

describe('batchId', () => {
  const attempt = new Uint8Array(16).fill(7);

  it('is the attempt of the first session, and different for every other', () => {
    expect(batchId(attempt, 0)).toEqual(attempt);
    const ids = Array.from({ length: 8 }, (_, batch) => toHex(batchId(attempt, batch)));
    expect(new Set(ids).size).toBe(8);
    for (const id of ids) expect(id).toHaveLength(32);
  });

  it('follows from the attempt', () => {
    expect(batchId(attempt, 3)).toEqual(batchId(attempt.slice(), 3));
    expect(toHex(batchId(attempt, 3))).not.toBe(toHex(batchId(new Uint8Array(16).fill(8), 3)));
  });
});
