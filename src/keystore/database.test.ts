import { forceCloseDatabase } from 'fake-indexeddb';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { openDatabase } from './database.ts';
import {
  DamagedRecordError,
  DatabaseBlockedError,
  DatabaseClosedError,
  DatabaseTooNewError,
  ReadBackError,
  StorageFailedError,
  StorageFullError,
  StorageUnavailableError,
} from './errors.ts';
import { generateKeyPairs } from './keys.ts';
import {
  breakSecondPut,
  freshDatabase,
  freshName,
  rawOpen,
  rawPut,
  rawRecords,
} from './testing/indexed-db.ts';

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

const two = [
  { kind: 'put', bucket: 'a', key: 'k', value: Uint8Array.of(1) },
  { kind: 'put', bucket: 'a', key: 'l', value: Uint8Array.of(2) },
] as const;

describe('opening', () => {
  it('refuses a database of a newer version', async () => {
    const name = freshName();
    (await rawOpen(name, 2)).close();
    await expect(openDatabase({ name })).rejects.toThrow(DatabaseTooNewError);
  });

  it('upgrades step by step and keeps the records', async () => {
    const name = freshName();
    const first = await openDatabase({ name });
    await first.storage.write(two);
    first.close();
    const steps: number[] = [];
    const migrations = [
      () => {
        throw new Error('this step was done long ago');
      },
      () => steps.push(2),
      () => steps.push(3),
    ];
    const later = await openDatabase({ name, migrations });
    expect(steps).toEqual([2, 3]);
    expect(await later.storage.get('a', 'k')).toEqual(Uint8Array.of(1));
    later.close();
    await expect(openDatabase({ name })).rejects.toThrow(DatabaseTooNewError);
  });

  it('says so when another tab blocks the upgrade, and lets go of it later', async () => {
    const name = freshName();
    (await openDatabase({ name })).close();
    const otherTab = await rawOpen(name);
    const nothing = () => undefined;
    await expect(openDatabase({ name, migrations: [nothing, nothing] })).rejects.toThrow(
      DatabaseBlockedError,
    );
    otherTab.close();
    // Opens only if the connection that came too late was closed again.
    const third = await openDatabase({ name, migrations: [nothing, nothing, nothing] });
    third.close();
  });

  it('gives way to a newer version in another tab, and says so', async () => {
    const name = freshName();
    const onClosed = vi.fn();
    const { storage } = await openDatabase({ name, onClosed });
    (await rawOpen(name, 2)).close();
    expect(onClosed.mock.calls).toEqual([['upgrade']]);
    await expect(storage.get('a', 'k')).rejects.toThrow(DatabaseClosedError);
    await expect(storage.write(two)).rejects.toThrow(DatabaseClosedError);
  });

  it('says so when the browser drops the connection', async () => {
    const opened = vi.spyOn(indexedDB, 'open');
    const onClosed = vi.fn();
    await freshDatabase({ onClosed });
    const request: unknown = opened.mock.results[0]?.value;
    const { result } = request as { result: Parameters<typeof forceCloseDatabase>[0] };
    forceCloseDatabase(result);
    await vi.waitFor(() => {
      expect(onClosed).toHaveBeenCalled();
    });
    expect(onClosed.mock.calls).toEqual([['terminated']]);
  });

  it('says so when the browser has no database for this page', async () => {
    vi.spyOn(indexedDB, 'open').mockImplementation(() => {
      throw new DOMException('private browsing', 'SecurityError');
    });
    await expect(openDatabase()).rejects.toThrow(StorageUnavailableError);
  });

  it('says so when there is no IndexedDB at all', async () => {
    vi.stubGlobal('indexedDB', undefined);
    await expect(openDatabase()).rejects.toThrow(StorageUnavailableError);
  });
});

describe('records', () => {
  it('are written with strict durability, a batch in one transaction', async () => {
    const { storage } = await freshDatabase();
    const transaction = vi.spyOn(IDBDatabase.prototype, 'transaction');
    await storage.write(two);
    const writing = transaction.mock.calls.filter(([, mode]) => mode === 'readwrite');
    expect(writing).toEqual([['records', 'readwrite', { durability: 'strict' }]]);
  });

  it('resolve only after the transaction is complete', async () => {
    const { storage } = await freshDatabase();
    let completed = false;
    const original = Reflect.get(IDBDatabase.prototype, 'transaction') as (
      this: IDBDatabase,
      ...args: unknown[]
    ) => IDBTransaction;
    vi.spyOn(IDBDatabase.prototype, 'transaction').mockImplementation(function (
      this: IDBDatabase,
      ...args
    ) {
      const transaction = original.call(this, ...args);
      if (args[1] === 'readwrite') {
        transaction.addEventListener('complete', () => {
          completed = true;
        });
      } else {
        // The read-back, which must come afterwards.
        expect(completed).toBe(true);
      }
      return transaction;
    });
    await storage.write(two);
    expect(completed).toBe(true);
  });

  it('leave nothing of the buffer around a view on the disk', async () => {
    const name = freshName();
    const { storage } = await openDatabase({ name });
    const value = Uint8Array.of(7, 1, 7).subarray(1, 2);
    await storage.write([{ kind: 'put', bucket: 'a', key: 'k', value }]);
    const [record] = await rawRecords(name);
    expect(new Uint8Array((record?.value as Uint8Array).buffer)).toEqual(Uint8Array.of(1));
  });

  it('are refused when they hold no bytes', async () => {
    const name = freshName();
    const { storage } = await openDatabase({ name });
    await rawPut(name, { bucket: 'a', key: 'k', value: 'text' });
    await expect(storage.get('a', 'k')).rejects.toThrow(DamagedRecordError);
    await expect(storage.list('a')).rejects.toThrow(DamagedRecordError);
  });

  it('are compared after a write that the browser called complete', async () => {
    const { storage } = await freshDatabase();
    const get = Reflect.get(IDBObjectStore.prototype, 'get') as (
      this: IDBObjectStore,
      key: IDBValidKey,
    ) => IDBRequest<unknown>;
    // The second record reads as the first.
    vi.spyOn(IDBObjectStore.prototype, 'get').mockImplementation(function (this: IDBObjectStore) {
      return get.call(this, ['a', 'k']);
    });
    const error: unknown = await storage.write(two).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ReadBackError);
    expect(String(error)).toContain('a/l');
  });

  it('say that the disk is full, and change nothing', async () => {
    const { storage } = await freshDatabase();
    breakSecondPut('QuotaExceededError');
    await expect(storage.write(two)).rejects.toThrow(StorageFullError);
    expect(await storage.list('a')).toEqual([]);
  });

  it('say that the disk is full when the request says it', async () => {
    const { storage } = await freshDatabase();
    vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (this: IDBObjectStore) {
      // A request that fails by itself: its transaction only tells that it was aborted.
      const request = this.add({ bucket: 'a', key: 'm', value: 1 });
      Object.defineProperty(request, 'error', {
        get: () => new DOMException('full', 'QuotaExceededError'),
        set: () => undefined,
      });
      request.transaction?.abort();
      return request;
    });
    await expect(storage.write(two)).rejects.toThrow(StorageFullError);
    vi.restoreAllMocks();
    expect(await storage.list('a')).toEqual([]);
  });

  it('say that the browser failed for any other reason', async () => {
    const { storage } = await freshDatabase();
    breakSecondPut('UnknownError');
    await expect(storage.write(two)).rejects.toThrow(StorageFailedError);
  });

  it('are out of reach after close', async () => {
    const { storage, keyPairs, close } = await freshDatabase();
    close();
    await expect(storage.get('a', 'k')).rejects.toThrow(DatabaseClosedError);
    await expect(storage.list('a')).rejects.toThrow(DatabaseClosedError);
    await expect(storage.write(two)).rejects.toThrow(DatabaseClosedError);
    await expect(keyPairs.get('x')).rejects.toThrow(DatabaseClosedError);
  });
});

describe('key pairs', () => {
  it('survive a restart, and stay out of reach of scripts', async () => {
    const name = freshName();
    const first = await openDatabase({ name });
    const transaction = vi.spyOn(IDBDatabase.prototype, 'transaction');
    await first.keyPairs.put('x', await generateKeyPairs());
    expect(transaction.mock.calls).toEqual([['keys', 'readwrite', { durability: 'strict' }]]);
    first.close();
    const pairs = await (await openDatabase({ name })).keyPairs.get('x');
    expect(pairs?.identity.privateKey.extractable).toBe(false);
    expect(pairs?.sealing.privateKey.extractable).toBe(false);
  });

  it('are unknown under another id and never replaced', async () => {
    const { keyPairs } = await freshDatabase();
    await keyPairs.put('x', await generateKeyPairs());
    expect(await keyPairs.get('y')).toBeUndefined();
    await expect(keyPairs.put('x', await generateKeyPairs())).rejects.toThrow(StorageFailedError);
  });
});
