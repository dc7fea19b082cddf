import { describe, expect, it } from 'vitest';
import { forEachOf, Slots } from './slots.ts';

describe('slots', () => {
  it('let so many run at once, in the order in which they came', async () => {
    const slots = new Slots(2);
    const ends: (() => void)[] = [];
    const started: number[] = [];
    const all = Promise.all(
      [0, 1, 2, 3].map(async (i) =>
        slots.run(async () => {
          started.push(i);
          await new Promise<void>((resolve) => ends.push(resolve));
          return i;
        }),
      ),
    );
    expect(started).toEqual([0, 1]);
    ends[1]?.();
    await expect.poll(() => started).toEqual([0, 1, 2]);
    ends[0]?.();
    await expect.poll(() => started).toEqual([0, 1, 2, 3]);
    ends[2]?.();
    ends[3]?.();
    expect(await all).toEqual([0, 1, 2, 3]);
  });

  it('are free again after a failure', async () => {
    const slots = new Slots(1);
    await expect(slots.run(async () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await slots.run(async () => Promise.resolve(5))).toBe(5);
  });
});

describe('for each of many', () => {
  it('does all', async () => {
    const done: number[] = [];
    await forEachOf([1, 2, 3, 4, 5], 2, async (i) => {
      done.push(i);
    });
    expect(done).toEqual([1, 2, 3, 4, 5]);
  });

  it('begins with none after a failure', async () => {
    const begun: number[] = [];
    const asking = forEachOf([1, 2, 3, 4, 5, 6], 2, async (i) => {
      begun.push(i);
      await Promise.resolve();
      if (i === 3) throw new Error('no');
    });
    await expect(asking).rejects.toThrow('no');
    expect(begun).not.toContain(6);
  });
});
