import { describe, expect, it } from 'vitest';
import { PreviousTransactions } from './previous.ts';

describe('previous transactions', () => {
  it('that were not used for the longest time go first', async () => {
    const kept = new PreviousTransactions(10);
    const got: string[] = [];
    const get = async (name: string, length: number): Promise<void> => {
      await kept.get(name, async () => {
        got.push(name);
        return Promise.resolve(new Uint8Array(length));
      });
    };
    await get('a', 4);
    await get('b', 4);
    await get('a', 4);
    await get('c', 4); // b goes
    await get('a', 4);
    await get('c', 4);
    expect(got).toEqual(['a', 'b', 'c']);
    await get('b', 4);
    expect(got).toEqual(['a', 'b', 'c', 'b']);
    await get('large', 11); // more than there is room for: all go
    await get('large', 11);
    await get('b', 4);
    expect(got.slice(4)).toEqual(['large', 'large', 'b']);
  });

  it('that could not be got are asked for again', async () => {
    const kept = new PreviousTransactions();
    const failing = kept.get('a', async () => Promise.reject(new Error('down')));
    await expect(failing).rejects.toThrow('down');
    const raw = Uint8Array.of(1);
    expect(await kept.get('a', async () => Promise.resolve(raw))).toBe(raw);
  });
});
