/** What every Storage must do. Run over memory, IndexedDB, and sealed storage over both. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Storage, Write } from '../storage.ts';

export interface Harness {
  readonly storage: Storage;
  /** The same content through a fresh instance, as after a restart. */
  readonly reopen: () => Promise<Storage>;
  /** The next write of a batch of two breaks off in the middle. */
  readonly breakNext: () => void;
}

const put = (bucket: string, key: string, value: Uint8Array): Write => ({
  kind: 'put',
  bucket,
  key,
  value,
});
const del = (bucket: string, key: string): Write => ({ kind: 'delete', bucket, key });
const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const keysOf = async (storage: Storage, bucket: string): Promise<string[]> =>
  (await storage.list(bucket)).map(({ key }) => key);

export function storageContract(name: string, start: () => Promise<Harness>): void {
  describe(`storage contract: ${name}`, () => {
    it('knows nothing at first', async () => {
      const { storage } = await start();
      expect(await storage.get('a', 'k')).toBeUndefined();
      expect(await storage.list('a')).toEqual([]);
    });

    it('gives back what was put, the empty value included', async () => {
      const { storage } = await start();
      await storage.write([put('a', 'k', bytes(1, 2)), put('a', 'empty', bytes())]);
      expect(await storage.get('a', 'k')).toEqual(bytes(1, 2));
      expect(await storage.get('a', 'empty')).toEqual(bytes());
    });

    it('replaces and deletes', async () => {
      const { storage } = await start();
      await storage.write([put('a', 'k', bytes(1))]);
      await storage.write([put('a', 'k', bytes(2))]);
      expect(await storage.get('a', 'k')).toEqual(bytes(2));
      await storage.write([del('a', 'k')]);
      expect(await storage.get('a', 'k')).toBeUndefined();
      await storage.write([del('a', 'k')]);
    });

    it('takes a batch in order: the last write of a key decides', async () => {
      const { storage } = await start();
      await storage.write([
        put('a', 'gone', bytes(1)),
        del('a', 'gone'),
        del('a', 'kept'),
        put('a', 'kept', bytes(2)),
        put('a', 'kept', bytes(3)),
      ]);
      expect(await storage.list('a')).toEqual([{ key: 'kept', value: bytes(3) }]);
    });

    it('accepts an empty batch', async () => {
      const { storage } = await start();
      await storage.write([]);
    });

    it('keeps its own copy of what is written', async () => {
      const { storage } = await start();
      const value = bytes(1, 2, 3);
      const writing = storage.write([put('a', 'k', value)]);
      value.fill(9);
      await writing;
      expect(await storage.get('a', 'k')).toEqual(bytes(1, 2, 3));
      expect(value).toEqual(bytes(9, 9, 9));
    });

    it('gives out copies', async () => {
      const { storage } = await start();
      await storage.write([put('a', 'k', bytes(1))]);
      (await storage.get('a', 'k'))?.fill(9);
      (await storage.list('a'))[0]?.value.fill(9);
      expect(await storage.get('a', 'k')).toEqual(bytes(1));
      expect(await storage.list('a')).toEqual([{ key: 'k', value: bytes(1) }]);
    });

    it('stores a view without what surrounds it', async () => {
      const { storage } = await start();
      await storage.write([put('a', 'k', bytes(1, 2, 3, 4).subarray(1, 3))]);
      const found = await storage.get('a', 'k');
      expect(found).toEqual(bytes(2, 3));
      expect(found?.buffer.byteLength).toBe(2);
    });

    it('keeps buckets apart, also where one name begins another', async () => {
      const { storage } = await start();
      await storage.write([
        put('a', 'bc', bytes(1)),
        put('ab', 'c', bytes(2)),
        put('a/b', 'c', bytes(3)),
        put('a', 'b/c', bytes(4)),
      ]);
      expect(await keysOf(storage, 'a')).toEqual(['b/c', 'bc']);
      expect(await storage.get('ab', 'c')).toEqual(bytes(2));
      expect(await storage.get('a/b', 'c')).toEqual(bytes(3));
    });

    it('lists by UTF-16 code units, not by code points, locale or number', async () => {
      const { storage } = await start();
      const sorted = ['10', '9', 'Z', 'a', 'ä', '\u{1F600}', '\uFFFD'];
      await storage.write([...sorted].reverse().map((key) => put('a', key, bytes(1))));
      expect(await keysOf(storage, 'a')).toEqual(sorted);
    });

    it('survives a restart', async () => {
      const { storage, reopen } = await start();
      await storage.write([put('a', 'k', bytes(1)), put('b', 'k', bytes(2))]);
      const again = await reopen();
      expect(await again.get('a', 'k')).toEqual(bytes(1));
      expect(await again.get('b', 'k')).toEqual(bytes(2));
    });

    it('writes all of a batch or nothing', async () => {
      const { storage, reopen, breakNext } = await start();
      await storage.write([put('a', 'old', bytes(1))]);
      breakNext();
      await expect(
        storage.write([put('a', 'old', bytes(2)), put('a', 'new', bytes(3))]),
      ).rejects.toThrow();
      const again = await reopen();
      expect(await again.list('a')).toEqual([{ key: 'old', value: bytes(1) }]);
    });

    it('goes on after a write that failed', async () => {
      const { storage, breakNext } = await start();
      breakNext();
      const failed = storage.write([put('a', 'k', bytes(1)), put('a', 'l', bytes(1))]);
      const next = storage.write([put('a', 'k', bytes(2))]);
      await expect(failed).rejects.toThrow();
      await next;
      expect(await storage.list('a')).toEqual([{ key: 'k', value: bytes(2) }]);
    });

    it('takes overlapping writes one after the other', async () => {
      const { storage } = await start();
      const values = Array.from({ length: 20 }, (_, i) => bytes(i));
      await Promise.all(values.map(async (value) => storage.write([put('a', 'k', value)])));
      expect(await storage.get('a', 'k')).toEqual(bytes(19));
    });

    it.each([
      ['a lone surrogate', 'x\uD800'],
      ['nothing', ''],
    ])('refuses %s as a name', async (_, bad) => {
      const { storage } = await start();
      await expect(storage.get(bad, 'k')).rejects.toThrow(RangeError);
      await expect(storage.get('a', bad)).rejects.toThrow(RangeError);
      await expect(storage.list(bad)).rejects.toThrow(RangeError);
      await expect(
        storage.write([put('a', 'k', bytes(1)), put('a', bad, bytes(1))]),
      ).rejects.toThrow(RangeError);
      await expect(
        storage.write([put('a', 'k', bytes(1)), put(bad, 'k', bytes(1))]),
      ).rejects.toThrow(RangeError);
      expect(await storage.list('a')).toEqual([]);
    });

    it('behaves like a map of maps under any sequence of batches', async () => {
      const name = fc.constantFrom('a', 'b', 'ab', '', 'ä', '\u{1F600}').map((s) => `n${s}`);
      const write = fc.oneof(
        fc.record({
          kind: fc.constant('put' as const),
          bucket: name,
          key: name,
          value: fc.uint8Array({ maxLength: 8 }),
        }),
        fc.record({ kind: fc.constant('delete' as const), bucket: name, key: name }),
      );
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.array(write, { maxLength: 6 }), { maxLength: 6 }),
          async (batches) => {
            const { storage, reopen } = await start();
            const model = new Map<string, Map<string, Uint8Array>>();
            for (const batch of batches) {
              await storage.write(batch);
              for (const one of batch) {
                const entries = model.get(one.bucket) ?? new Map<string, Uint8Array>();
                model.set(one.bucket, entries);
                if (one.kind === 'put') entries.set(one.key, one.value);
                else entries.delete(one.key);
              }
            }
            const again = await reopen();
            for (const [bucket, entries] of model) {
              const sorted = [...entries].sort(([a], [b]) => (a < b ? -1 : 1));
              const expected = sorted.map(([key, value]) => ({
                key,
                value: Uint8Array.from(value),
              }));
              expect(await again.list(bucket)).toEqual(expected);
            }
          },
        ),
        { numRuns: 25 },
      );
    });
  });
}
