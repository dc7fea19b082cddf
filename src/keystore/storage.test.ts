import { openDatabase } from './database.ts';
import { MemoryStorage } from './memory.ts';
import { sealedStorage } from './seal.ts';
import type { Storage } from './storage.ts';
import { breakSecondPut, freshName } from './testing/indexed-db.ts';
import { storageContract, type Harness } from './testing/storage-contract.ts';

const inMemory = async (): Promise<Harness> => {
  const storage = new MemoryStorage();
  return {
    storage,
    reopen: async () => {
      const again = new MemoryStorage();
      again.restore(storage.snapshot());
      return again;
    },
    breakNext: () => {
      storage.failNext('before');
    },
  };
};

const inDatabase = async (): Promise<Harness> => {
  const name = freshName();
  const { storage, close } = await openDatabase({ name });
  return {
    storage,
    reopen: async () => {
      close();
      return (await openDatabase({ name })).storage;
    },
    breakNext: breakSecondPut,
  };
};

const sealed = (start: () => Promise<Harness>) => async (): Promise<Harness> => {
  const masterKey = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, [
    'encrypt',
    'decrypt',
  ]);
  const seal = (storage: Storage) => sealedStorage(storage, masterKey);
  const { storage, reopen, breakNext } = await start();
  return { storage: seal(storage), reopen: async () => seal(await reopen()), breakNext };
};

storageContract('memory', inMemory);
storageContract('IndexedDB', inDatabase);
storageContract('sealed memory', sealed(inMemory));
storageContract('sealed IndexedDB', sealed(inDatabase));
