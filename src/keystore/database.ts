/** The database of this device: IndexedDB, with strict durability. */
import {
  openDB,
  type DBSchema,
  type IDBPDatabase,
  type IDBPTransaction,
  type StoreNames,
} from 'idb';
import { copyBatch, isKept, lastWrites } from './batch.ts';
import { asStorageError, isNamed } from './browser-errors.ts';
import {
  DamagedRecordError,
  DatabaseBlockedError,
  DatabaseTooNewError,
  ReadBackError,
  StorageUnavailableError,
} from './errors.ts';
import type { KeyPairs, KeyPairStore } from './keys.ts';
import { assertNames } from './names.ts';
import { Serial } from './serial.ts';
import type { Storage, Write } from './storage.ts';

interface StoredRecord {
  readonly bucket: string;
  readonly key: string;
  readonly value: unknown;
}

interface Schema extends DBSchema {
  records: { key: [string, string]; value: StoredRecord };
  keys: { key: string; value: KeyPairs };
}

type Connection = IDBPDatabase<Schema>;
type Migration = (
  connection: Connection,
  transaction: IDBPTransaction<Schema, StoreNames<Schema>[], 'versionchange'>,
) => void;

/** The step at index i leads from version i to version i + 1. */
const MIGRATIONS: readonly Migration[] = [
  (connection) => {
    connection.createObjectStore('records', { keyPath: ['bucket', 'key'] });
    connection.createObjectStore('keys');
  },
];

export interface Database {
  readonly storage: Storage;
  readonly keyPairs: KeyPairStore;
  /** Ends the connection; whatever is used afterwards throws DatabaseClosedError. */
  readonly close: () => void;
}

export interface DatabaseOptions {
  readonly name?: string;
  /**
   * The connection ended on its own: a tab with a newer version asked for it, or the browser dropped it
   * (for example when the person deletes the site's data). The page has to be loaded again.
   */
  readonly onClosed?: (reason: 'upgrade' | 'terminated') => void;
  /** For tests of upgrades. */
  readonly migrations?: readonly Migration[];
}

/**
 * Opens the database, creating or upgrading it.
 *
 * One context at a time may write a given record (the wallet holds a Web Lock): a second one would make
 * the read-back of the first fail.
 *
 * @throws DatabaseTooNewError, DatabaseBlockedError or StorageUnavailableError
 */
export async function openDatabase(options: DatabaseOptions = {}): Promise<Database> {
  const connection = await connect(options);
  return {
    storage: new DatabaseStorage(connection),
    keyPairs: new DatabaseKeyPairs(connection),
    close: () => {
      connection.close();
    },
  };
}

async function connect({
  name = 'countersign',
  migrations = MIGRATIONS,
  onClosed = () => undefined,
}: DatabaseOptions): Promise<Connection> {
  let connection: Connection | undefined;
  return new Promise((resolve, reject) => {
    let blocked = false;
    const open = async (): Promise<Connection> =>
      openDB<Schema>(name, migrations.length, {
        upgrade(database, from, _to, transaction) {
          for (const migrate of migrations.slice(from)) migrate(database, transaction);
        },
        blocked() {
          blocked = true;
          reject(new DatabaseBlockedError());
        },
        blocking() {
          connection?.close();
          onClosed('upgrade');
        },
        terminated() {
          onClosed('terminated');
        },
      });
    open().then(
      (opened) => {
        // Nobody waits for it any more: an open connection would block the others in turn.
        if (blocked) opened.close();
        connection = opened;
        resolve(opened);
      },
      (cause: unknown) => {
        reject(
          isNamed(cause, 'VersionError')
            ? new DatabaseTooNewError({ cause })
            : new StorageUnavailableError({ cause }),
        );
      },
    );
  });
}

class DatabaseStorage implements Storage {
  readonly #connection: Connection;
  readonly #writes = new Serial();

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async get(bucket: string, key: string): Promise<Uint8Array | undefined> {
    assertNames(bucket, key);
    const record = await attempt(async () => this.#connection.get('records', [bucket, key]));
    return record && asBytes(record);
  }

  async list(bucket: string) {
    assertNames(bucket);
    // In a composite key an array sorts after every string.
    const range = IDBKeyRange.bound([bucket], [bucket, []]);
    const records = await attempt(async () => this.#connection.getAll('records', range));
    return records.map((record) => ({ key: record.key, value: asBytes(record) }));
  }

  async write(batch: readonly Write[]): Promise<void> {
    const writes = copyBatch(batch);
    return this.#writes.run(async () => {
      await attempt(async () => commit(this.#connection, writes));
      for (const write of lastWrites(writes)) {
        const found = await this.get(write.bucket, write.key);
        if (!isKept(write, found)) throw new ReadBackError(write.bucket, write.key);
      }
    });
  }
}

/** No await between opening and the last request: a transaction commits as soon as it has nothing to do. */
async function commit(connection: Connection, writes: readonly Write[]): Promise<void> {
  const transaction = connection.transaction('records', 'readwrite', { durability: 'strict' });
  const requests: Promise<unknown>[] = writes.map(async (write) =>
    write.kind === 'put'
      ? transaction.store.put({ bucket: write.bucket, key: write.key, value: write.value })
      : transaction.store.delete([write.bucket, write.key]),
  );
  await completion([transaction.done, ...requests]);
}

/** Waits for a transaction and its requests. Which of them names the cause depends on when it failed. */
async function completion(parts: readonly Promise<unknown>[]): Promise<void> {
  const outcomes = await Promise.allSettled(parts);
  const reasons = outcomes
    .filter((outcome) => outcome.status === 'rejected')
    .map((outcome): unknown => outcome.reason);
  if (reasons.length === 0) return;
  throw asStorageError(reasons.find((reason) => !isNamed(reason, 'AbortError')) ?? reasons[0]);
}

class DatabaseKeyPairs implements KeyPairStore {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async get(id: string): Promise<KeyPairs | undefined> {
    return attempt(async () => this.#connection.get('keys', id));
  }

  async put(id: string, pairs: KeyPairs): Promise<void> {
    await attempt(async () => {
      const transaction = this.#connection.transaction('keys', 'readwrite', {
        durability: 'strict',
      });
      await completion([transaction.done, transaction.store.add(pairs, id)]);
    });
  }
}

async function attempt<T>(task: () => Promise<T>): Promise<T> {
  try {
    return await task();
  } catch (cause) {
    throw asStorageError(cause);
  }
}

function asBytes({ bucket, key, value }: StoredRecord): Uint8Array {
  if (!(value instanceof Uint8Array))
    throw new DamagedRecordError(bucket, key, 'it holds no bytes');
  return value;
}
