import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextCounter } from './counter.ts';
import { DamagedRecordError } from './errors.ts';
import { MemoryStorage } from './memory.ts';
import { freshDatabase } from './testing/indexed-db.ts';

const stored = async (storage: MemoryStorage, ...value: number[]) =>
  storage.write([{ kind: 'put', bucket: 'counters', key: 'c', value: Uint8Array.from(value) }]);

describe('nextCounter', () => {
  it('starts at 1 and counts each name by itself', async () => {
    const storage = new MemoryStorage();
    expect(await nextCounter(storage, 'a')).toBe(1n);
    expect(await nextCounter(storage, 'a')).toBe(2n);
    expect(await nextCounter(storage, 'b')).toBe(1n);
  });

  it('is on the disk before it is given out: 8 bytes, big endian', async () => {
    const storage = new MemoryStorage();
    await stored(storage, 0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff);
    expect(await nextCounter(storage, 'c')).toBe(0x2_0000_0000n);
    expect(await storage.get('counters', 'c')).toEqual(Uint8Array.of(0, 0, 0, 2, 0, 0, 0, 0));
  });

  it('never gives one value to two overlapping calls', async () => {
    const { storage } = await freshDatabase();
    const values = await Promise.all(
      Array.from({ length: 50 }, async () => nextCounter(storage, 'a')),
    );
    expect(new Set(values).size).toBe(50);
    expect(values.at(-1)).toBe(50n);
  });

  it('gives nothing out when the write fails, and never repeats a value after a crash', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('fine', 'before', 'after', 'restart'), { maxLength: 30 }),
        async (steps) => {
          let storage = new MemoryStorage();
          let last = 0n;
          for (const step of steps) {
            if (step === 'restart') {
              const image = storage.snapshot();
              storage = new MemoryStorage();
              storage.restore(image);
            } else if (step === 'fine') {
              const value = await nextCounter(storage, 'a');
              expect(value).toBeGreaterThan(last);
              last = value;
            } else {
              storage.failNext(step);
              await expect(nextCounter(storage, 'a')).rejects.toThrow('simulated crash');
            }
          }
        },
      ),
    );
  });

  it.each([7, 9, 0])('refuses a stored value of %i bytes', async (length) => {
    const storage = new MemoryStorage();
    await stored(storage, ...new Uint8Array(length));
    await expect(nextCounter(storage, 'c')).rejects.toThrow(DamagedRecordError);
  });

  it('ends at 2^64 - 1', async () => {
    const storage = new MemoryStorage();
    await stored(storage, 255, 255, 255, 255, 255, 255, 255, 254);
    expect(await nextCounter(storage, 'c')).toBe(2n ** 64n - 1n);
    await expect(nextCounter(storage, 'c')).rejects.toThrow(RangeError);
  });

  it.each(['', 'x\uDC00'])('refuses the name %j', async (name) => {
    await expect(nextCounter(new MemoryStorage(), name)).rejects.toThrow(RangeError);
  });
});
