import { utf8ToBytes } from '@noble/hashes/utils.js';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { nextCounter } from './counter.ts';
import { openDatabase } from './database.ts';
import {
  AlreadySetUpError,
  DamagedKeystoreError,
  LockedError,
  NotSetUpError,
  PassphraseError,
  SealedRecordError,
  WrongPassphraseError,
} from './errors.ts';
import { localKdf, type Kdf } from './kdf.ts';
import { Keystore } from './keystore.ts';
import { MemoryKeyPairStore, MemoryStorage } from './memory.ts';
import { sealedStorage } from './seal.ts';
import { CHEAP_KDF_POLICY } from './testing/cheap-kdf.ts';
import { freshName, rawRecords } from './testing/indexed-db.ts';

const PASSPHRASE = 'lantern oyster mitten gravel';
const VALUE = Uint8Array.of(1, 2, 3);
const put = (value: Uint8Array) => [{ kind: 'put', bucket: 'a', key: 'k', value } as const];

afterEach(() => {
  vi.restoreAllMocks();
});

function device(kdf: Kdf = localKdf) {
  const storage = new MemoryStorage();
  const keyPairs = new MemoryKeyPairStore();
  const open = async (policy = CHEAP_KDF_POLICY) => Keystore.open(storage, keyPairs, kdf, policy);
  return { storage, keyPairs, open };
}

async function setUpDevice(kdf?: Kdf) {
  const parts = device(kdf);
  const keystore = await parts.open();
  const unlocked = await keystore.setUp({ passphrase: PASSPHRASE });
  await unlocked.storage.write(put(VALUE));
  return { ...parts, keystore, unlocked };
}

describe('setting up', () => {
  it('leads from empty to unlocked, with keys and a secret', async () => {
    const { open } = device();
    const keystore = await open();
    expect(keystore.state).toBe('empty');
    const { keys, deviceSecret } = await keystore.setUp({ passphrase: PASSPHRASE });
    expect(keystore.state).toBe('unlocked');
    expect(keys.identityPublic).toHaveLength(32);
    expect(keys.sealingPublic).toHaveLength(32);
    expect(await deviceSecret()).toHaveLength(32);
    expect(await deviceSecret()).not.toEqual(new Uint8Array(32));
  });

  it('gives every device its own keys and secret', async () => {
    const [a, b] = [await setUpDevice(), await setUpDevice()];
    expect(a.unlocked.keys.identityPublic).not.toEqual(b.unlocked.keys.identityPublic);
    expect(a.unlocked.keys.sealingPublic).not.toEqual(b.unlocked.keys.sealingPublic);
    expect(await a.unlocked.deviceSecret()).not.toEqual(await b.unlocked.deviceSecret());
  });

  it('is refused on a device that is set up, also by another instance meanwhile', async () => {
    const { open } = device();
    const [first, second] = [await open(), await open()];
    await first.setUp({ passphrase: PASSPHRASE });
    await expect(first.setUp({ passphrase: 'other' })).rejects.toThrow(AlreadySetUpError);
    await expect(second.setUp({ passphrase: 'other' })).rejects.toThrow(AlreadySetUpError);
    expect(second.state).toBe('locked');
    await second.unlock(PASSPHRASE);
  });

  it('happens once when it is asked twice at a time', async () => {
    const keystore = await device().open();
    const results = await Promise.allSettled([
      keystore.setUp({ passphrase: 'one' }),
      keystore.setUp({ passphrase: 'two' }),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    await keystore.unlock('one');
  });

  it.each(['', 'x\uD800'])('is refused with the passphrase %j, and leaves nothing', async (bad) => {
    const { open, storage } = device();
    const keystore = await open();
    await expect(keystore.setUp({ passphrase: bad })).rejects.toThrow(PassphraseError);
    expect(storage.snapshot().size).toBe(0);
    expect(keystore.state).toBe('empty');
  });

  it('can be repeated after a crash before its last write', async () => {
    const { open, storage } = device();
    storage.failNext('before');
    await expect((await open()).setUp({ passphrase: 'first' })).rejects.toThrow('simulated crash');
    const again = await open();
    expect(again.state).toBe('empty');
    await again.setUp({ passphrase: PASSPHRASE });
    await expect(again.unlock('first')).rejects.toThrow(WrongPassphraseError);
  });

  it('can be repeated after a crash while the keys were stored', async () => {
    const { open, keyPairs } = device();
    vi.spyOn(keyPairs, 'put').mockRejectedValueOnce(new Error('simulated crash'));
    const keystore = await open();
    await expect(keystore.setUp({ passphrase: PASSPHRASE })).rejects.toThrow('simulated crash');
    expect((await open()).state).toBe('empty');
    await keystore.setUp({ passphrase: PASSPHRASE });
  });

  it('stands after a crash behind its last write', async () => {
    const { open, storage } = device();
    storage.failNext('after');
    const keystore = await open();
    await expect(keystore.setUp({ passphrase: PASSPHRASE })).rejects.toThrow('simulated crash');
    expect((await open()).state).toBe('locked');
    await keystore.unlock(PASSPHRASE);
    expect(keystore.state).toBe('unlocked');
  });
});

describe('unlocking', () => {
  it('is refused before set-up', async () => {
    const keystore = await device().open();
    await expect(keystore.unlock(PASSPHRASE)).rejects.toThrow(NotSetUpError);
    await expect(keystore.changePassphrase(PASSPHRASE, 'x')).rejects.toThrow(NotSetUpError);
  });

  it('gives back the same keys, secret and records', async () => {
    const { open, unlocked } = await setUpDevice();
    const again = await open();
    expect(again.state).toBe('locked');
    const opened = await again.unlock(PASSPHRASE);
    expect(opened.keys.identityPublic).toEqual(unlocked.keys.identityPublic);
    expect(opened.keys.sealingPublic).toEqual(unlocked.keys.sealingPublic);
    expect(await opened.deviceSecret()).toEqual(await unlocked.deviceSecret());
    expect(await opened.storage.get('a', 'k')).toEqual(VALUE);
  });

  it('accepts the passphrase in another Unicode form', async () => {
    const keystore = await device().open();
    await keystore.setUp({ passphrase: 'caf\u00E9' });
    keystore.lock();
    await keystore.unlock('cafe\u0301');
  });

  it('stays locked after a wrong passphrase, and the error does not repeat it', async () => {
    const { keystore } = await setUpDevice();
    keystore.lock();
    const error: unknown = await keystore.unlock('canary-wrong').catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(WrongPassphraseError);
    expect((error as Error).stack).not.toContain('canary-wrong');
    expect((error as Error).cause).toBeUndefined();
    expect(keystore.state).toBe('locked');
  });

  it('only checks the passphrase when it is unlocked already', async () => {
    const { keystore, unlocked } = await setUpDevice();
    expect(await keystore.unlock(PASSPHRASE)).toBe(unlocked);
    await expect(keystore.unlock('wrong')).rejects.toThrow(WrongPassphraseError);
    expect(keystore.state).toBe('unlocked');
    expect(await unlocked.storage.get('a', 'k')).toEqual(VALUE);
  });

  it('signs with the identity key', async () => {
    const { unlocked } = await setUpDevice();
    const signature = await unlocked.keys.sign(VALUE);
    const key = await crypto.subtle.importKey(
      'raw',
      Uint8Array.from(unlocked.keys.identityPublic),
      'Ed25519',
      false,
      ['verify'],
    );
    expect(await crypto.subtle.verify('Ed25519', key, Uint8Array.from(signature), VALUE)).toBe(
      true,
    );
  });

  it('gives a master key that cannot be read, and that a worker can use after a clone', async () => {
    const { storage, unlocked } = await setUpDevice();
    expect(unlocked.masterKey.extractable).toBe(false);
    const inWorker = sealedStorage(storage, structuredClone(unlocked.masterKey));
    expect(await inWorker.get('a', 'k')).toEqual(VALUE);
  });
});

describe('locking', () => {
  it('ends what was given out', async () => {
    const { keystore, unlocked } = await setUpDevice();
    keystore.lock();
    expect(keystore.state).toBe('locked');
    await expect(unlocked.storage.get('a', 'k')).rejects.toThrow(LockedError);
    await expect(unlocked.storage.list('a')).rejects.toThrow(LockedError);
    await expect(unlocked.storage.write(put(VALUE))).rejects.toThrow(LockedError);
    await expect(unlocked.deviceSecret()).rejects.toThrow(LockedError);
    await expect(nextCounter(unlocked.storage, 'c')).rejects.toThrow(LockedError);
  });

  it('stops an unlocking that is under way', async () => {
    const { keystore } = await setUpDevice();
    keystore.lock();
    const unlocking = keystore.unlock(PASSPHRASE);
    keystore.lock();
    await expect(unlocking).rejects.toThrow(LockedError);
    expect(keystore.state).toBe('locked');
  });

  it('keeps counters apart: no value twice across a lock', async () => {
    const { keystore, unlocked } = await setUpDevice();
    const before = Promise.allSettled([
      nextCounter(unlocked.storage, 'c'),
      nextCounter(unlocked.storage, 'c'),
    ]);
    keystore.lock();
    const { storage } = await keystore.unlock(PASSPHRASE);
    const after = await Promise.all([nextCounter(storage, 'c'), nextCounter(storage, 'c')]);
    const given = [...(await before), ...after.map((value) => ({ status: 'fulfilled', value }))]
      .filter(({ status }) => status === 'fulfilled')
      .map((outcome) => ('value' in outcome ? outcome.value : undefined));
    expect(new Set(given).size).toBe(given.length);
  });
});

describe('changing the passphrase', () => {
  it('keeps everything but the passphrase, under a fresh salt', async () => {
    const { keystore, storage, unlocked } = await setUpDevice();
    const before = await storage.get('keystore', 'unlock');
    await keystore.changePassphrase(PASSPHRASE, 'next');
    const after = await storage.get('keystore', 'unlock');
    expect(after?.slice(11, 27)).not.toEqual(before?.slice(11, 27));
    expect(await unlocked.storage.get('a', 'k')).toEqual(VALUE);
    keystore.lock();
    await expect(keystore.unlock(PASSPHRASE)).rejects.toThrow(WrongPassphraseError);
    expect(await (await keystore.unlock('next')).storage.get('a', 'k')).toEqual(VALUE);
  });

  it.each([
    ['a wrong passphrase', 'wrong', 'next', WrongPassphraseError],
    ['an empty new one', PASSPHRASE, '', PassphraseError],
  ])('changes nothing with %s', async (_, current, next, error) => {
    const { keystore, storage } = await setUpDevice();
    const before = storage.snapshot();
    await expect(keystore.changePassphrase(current, next)).rejects.toThrow(error);
    expect(storage.snapshot()).toEqual(before);
  });

  it('leaves exactly one of both in force after a crash', async () => {
    for (const [when, valid, invalid] of [
      ['before', PASSPHRASE, 'next'],
      ['after', 'next', PASSPHRASE],
    ] as const) {
      const { keystore, storage, open } = await setUpDevice();
      storage.failNext(when);
      await expect(keystore.changePassphrase(PASSPHRASE, 'next')).rejects.toThrow('crash');
      const again = await open();
      await expect(again.unlock(invalid)).rejects.toThrow(WrongPassphraseError);
      await again.unlock(valid);
    }
  });

  it('takes the cost of today', async () => {
    const { open, storage } = await setUpDevice();
    const dearer = await open({ ...CHEAP_KDF_POLICY, cost: { m: 64, t: 2, p: 2 } });
    await dearer.changePassphrase(PASSPHRASE, PASSPHRASE);
    const record = await storage.get('keystore', 'unlock');
    expect(record?.slice(2, 11)).toEqual(Uint8Array.of(0, 0, 0, 64, 0, 0, 0, 2, 2));
  });
});

describe('a device that was tampered with', () => {
  it('does not open its keystore with a damaged unlock record', async () => {
    const { open, storage } = await setUpDevice();
    const record = (await storage.get('keystore', 'unlock')) ?? new Uint8Array();
    record[50] = (record[50] ?? 0) ^ 1;
    await storage.write([{ kind: 'put', bucket: 'keystore', key: 'unlock', value: record }]);
    await expect(open()).rejects.toThrow(DamagedKeystoreError);
  });

  it('is refused under a policy that asks for more than its record', async () => {
    const { storage, keyPairs } = await setUpDevice();
    await expect(Keystore.open(storage, keyPairs, localKdf)).rejects.toThrow(DamagedKeystoreError);
  });

  it('does not unlock without its device record', async () => {
    const { open, storage } = await setUpDevice();
    await storage.write([{ kind: 'delete', bucket: 'keystore', key: 'device' }]);
    await expect((await open()).unlock(PASSPHRASE)).rejects.toThrow('record of this device');
  });

  it('does not unlock with the device record of another device', async () => {
    const [{ open, storage }, other] = [await setUpDevice(), await setUpDevice()];
    const value = (await other.storage.get('keystore', 'device')) ?? new Uint8Array();
    await storage.write([{ kind: 'put', bucket: 'keystore', key: 'device', value }]);
    await expect((await open()).unlock(PASSPHRASE)).rejects.toThrow(SealedRecordError);
  });

  it('does not unlock without its keys', async () => {
    const { storage } = await setUpDevice();
    const keystore = await Keystore.open(
      storage,
      new MemoryKeyPairStore(),
      localKdf,
      CHEAP_KDF_POLICY,
    );
    await expect(keystore.unlock(PASSPHRASE)).rejects.toThrow('keys of this device are missing');
  });
});

it('leaves no secret on the disk in the clear', async () => {
  const name = freshName();
  const { storage, keyPairs } = await openDatabase({ name });
  const derived: Uint8Array[] = [];
  const kdf: Kdf = async (passphrase, salt, cost) => {
    const key = await localKdf(passphrase, salt, cost);
    derived.push(key.slice());
    return key;
  };
  const wrapKey = vi.spyOn(crypto.subtle, 'wrapKey');
  const keystore = await Keystore.open(storage, keyPairs, kdf, CHEAP_KDF_POLICY);
  const canary = utf8ToBytes('canary: a key share');
  const unlocked = await keystore.setUp({ passphrase: PASSPHRASE });
  await unlocked.storage.write(put(canary));
  await keystore.changePassphrase(PASSPHRASE, 'canary: another passphrase');
  keystore.lock();
  const again = await keystore.unlock('canary: another passphrase');

  const masterKey = wrapKey.mock.calls[0]?.[1];
  if (masterKey === undefined) throw new Error('the master key was not seen');
  const secrets = [
    utf8ToBytes(PASSPHRASE),
    utf8ToBytes('canary'),
    canary,
    await again.deviceSecret(),
    new Uint8Array(await crypto.subtle.exportKey('raw', masterKey)),
    ...derived,
  ];
  const disk = (await rawRecords(name)).map(({ bucket, key, value }) => {
    if (!(value instanceof Uint8Array)) throw new Error('a record without bytes');
    return Buffer.concat([Buffer.from(`${bucket}/${key}`), Buffer.from(value.buffer)]);
  });
  expect(disk.map((record) => record.length > 40)).toEqual([true, true, true]);
  expect(derived.length).toBeGreaterThanOrEqual(5);
  for (const secret of secrets) {
    for (const record of disk) expect(record.includes(Buffer.from(secret))).toBe(false);
  }
  // The search finds what is there.
  await storage.write(put(canary));
  const found = (await rawRecords(name)).some(
    ({ value }) =>
      value instanceof Uint8Array && Buffer.from(value.buffer).includes(Buffer.from(canary)),
  );
  expect(found).toBe(true);
});
