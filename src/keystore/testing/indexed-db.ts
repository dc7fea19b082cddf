/** IndexedDB in Node: fresh databases, a way to break a transaction, and everything that is in one. */
import 'fake-indexeddb/auto';
import { vi } from 'vitest';
import { openDatabase, type Database, type DatabaseOptions } from '../database.ts';

type Put = (this: IDBObjectStore, value: unknown, key?: IDBValidKey) => IDBRequest<IDBValidKey>;

let count = 0;
export const freshName = (): string => `test-${String(count++)}`;

export const freshDatabase = async (options: DatabaseOptions = {}): Promise<Database> =>
  openDatabase({ name: freshName(), ...options });

/** The second `put` from now on aborts its transaction, as a full disk would with `QuotaExceededError`. */
export function breakSecondPut(name = 'UnknownError'): void {
  const put = Reflect.get(IDBObjectStore.prototype, 'put') as Put;
  let calls = 0;
  const spy = vi.spyOn(IDBObjectStore.prototype, 'put');
  spy.mockImplementation(function (this: IDBObjectStore, value: unknown, key?: IDBValidKey) {
    const request = put.call(this, value, key);
    if (++calls === 2) {
      spy.mockRestore();
      const error = new DOMException('broken by a test', name);
      Object.defineProperty(this.transaction, 'error', { get: () => error, set: () => undefined });
      this.transaction.abort();
    }
    return request;
  });
}

/** Opens a database without idb and without our code. */
export async function rawOpen(name: string, version?: number): Promise<IDBDatabase> {
  return settled(indexedDB.open(name, version));
}

/** All records as stored: bucket, key and raw value. */
export async function rawRecords(
  name: string,
): Promise<{ bucket: string; key: string; value: unknown }[]> {
  const database = await rawOpen(name);
  const store = database.transaction('records').objectStore('records');
  const records: unknown = await settled(store.getAll());
  database.close();
  return records as { bucket: string; key: string; value: unknown }[];
}

/** Replaces a raw record. */
export async function rawPut(
  name: string,
  record: { bucket: string; key: string; value: unknown },
): Promise<void> {
  const database = await rawOpen(name);
  await settled(database.transaction('records', 'readwrite').objectStore('records').put(record));
  database.close();
}

async function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => {
      resolve(request.result);
    };
    request.onerror = () => {
      reject(request.error ?? new Error('the request failed'));
    };
  });
}
