/** Keeps the secrets of this device sealed until a person unlocks them. */
import { toHex } from '../codec.ts';
import { shareCounters } from './counter.ts';
import { encodeDeviceRecord, parseDeviceRecord, type DeviceRecord } from './device-record.ts';
import { AlreadySetUpError, DamagedKeystoreError, LockedError, NotSetUpError } from './errors.ts';
import { STANDARD_KDF_POLICY, type Kdf, type KdfPolicy } from './kdf.ts';
import {
  deviceKeys,
  generateKeyPairs,
  proveKeys,
  type DeviceKeys,
  type KeyPairStore,
} from './keys.ts';
import { parseUnlockRecord, unwrapMasterKey, wrapMasterKey } from './passphrase.ts';
import { sealBatch, sealedStorage } from './seal.ts';
import { Serial } from './serial.ts';
import type { Storage } from './storage.ts';

/** The bucket of this room, in the plain storage. Nobody else writes to it. */
const BUCKET = 'keystore';
const UNLOCK = 'unlock';
const DEVICE = 'device';

export type KeystoreState = 'empty' | 'locked' | 'unlocked';

/** What an unlocked device offers. All of it ends with `lock()`. */
export interface Unlocked {
  /** Every value sealed under the master key. Throws LockedError after `lock()`. */
  readonly storage: Storage;
  /** AES-256-GCM, not extractable; a worker can get it by structured clone, for `sealedStorage`. */
  readonly masterKey: CryptoKey;
  readonly keys: DeviceKeys;
  /** A copy of the 32-byte secret that hedges random draws; the caller wipes it. @throws LockedError */
  readonly deviceSecret: () => Promise<Uint8Array>;
}

interface Session extends Unlocked {
  readonly end: () => void;
}

export class Keystore {
  /** The storage as it is, for what must be read before unlocking. Nothing secret belongs there. */
  readonly plain: Storage;
  readonly #keyPairs: KeyPairStore;
  readonly #kdf: Kdf;
  readonly #policy: KdfPolicy;
  readonly #serial = new Serial();
  #isSetUp: boolean;
  #session: Session | undefined;
  /** Counts locks: what began before a lock must not unlock after it. */
  #locks = 0;

  private constructor(
    storage: Storage,
    keyPairs: KeyPairStore,
    kdf: Kdf,
    policy: KdfPolicy,
    isSetUp: boolean,
  ) {
    this.plain = storage;
    this.#keyPairs = keyPairs;
    this.#kdf = kdf;
    this.#policy = policy;
    this.#isSetUp = isSetUp;
  }

  /**
   * Looks whether this device is set up. One keystore at a time may be open on a storage: the caller holds
   * a lock across tabs.
   *
   * @param policy only tests pass one
   * @throws DamagedKeystoreError when what unlocks the device cannot be read
   */
  static async open(
    storage: Storage,
    keyPairs: KeyPairStore,
    kdf: Kdf,
    policy: KdfPolicy = STANDARD_KDF_POLICY,
  ): Promise<Keystore> {
    const record = await storage.get(BUCKET, UNLOCK);
    if (record !== undefined) await parseUnlockRecord(record, policy);
    return new Keystore(storage, keyPairs, kdf, policy, record !== undefined);
  }

  get state(): KeystoreState {
    if (!this.#isSetUp) return 'empty';
    return this.#session === undefined ? 'locked' : 'unlocked';
  }

  /**
   * Makes the master key, the key pairs and the secret of this device, and unlocks it. Interrupted before
   * its last write, the device is still empty.
   *
   * @throws AlreadySetUpError, PassphraseError, KdfError, LockedError (locked meanwhile), or an error of
   *   the storage
   */
  async setUp({ passphrase }: { readonly passphrase: string }): Promise<Unlocked> {
    return this.#exclusive(async (locks) => {
      if ((await this.#record()) !== undefined) throw new AlreadySetUpError();
      const masterKey = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, true, [
        'encrypt',
        'decrypt',
      ]);
      const unlock = await wrapMasterKey(masterKey, passphrase, this.#kdf, this.#policy);

      // A fresh id: a set-up that was interrupted or raced never takes away the keys of another.
      const keysId = crypto.getRandomValues(new Uint8Array(16));
      const pairs = await generateKeyPairs();
      await this.#keyPairs.put(toHex(keysId), pairs);
      const { identityPublic, sealingPublic } = await deviceKeys(pairs);
      const secret = crypto.getRandomValues(new Uint8Array(32));
      const device = encodeDeviceRecord({ keysId, identityPublic, sealingPublic, secret });
      const sealed = await sealBatch(masterKey, [
        { kind: 'put', bucket: BUCKET, key: DEVICE, value: device },
      ]);
      secret.fill(0);
      device.fill(0);
      await this.plain.write([
        ...sealed,
        { kind: 'put', bucket: BUCKET, key: UNLOCK, value: unlock },
      ]);
      // From the disk: the person notices now, not later, when it cannot be opened again.
      return this.#unlock(passphrase, locks);
    });
  }

  /**
   * Checks the passphrase and opens what it protects. Already unlocked, it only checks the passphrase.
   *
   * @throws NotSetUpError, PassphraseError, WrongPassphraseError, KdfError, LockedError (locked
   *   meanwhile), DamagedKeystoreError, SealedRecordError
   */
  async unlock(passphrase: string): Promise<Unlocked> {
    return this.#exclusive(async (locks) => this.#unlock(passphrase, locks));
  }

  /** Forgets the keys. Calls under way finish or fail; later ones throw LockedError. */
  lock(): void {
    this.#locks++;
    this.#session?.end();
    this.#session = undefined;
  }

  /**
   * Wraps the master key under another passphrase with a fresh salt and the current cost. Whoever has an
   * earlier copy of the disk still opens that copy, and with it the master key, by the former passphrase.
   *
   * @throws NotSetUpError, PassphraseError, WrongPassphraseError, KdfError, DamagedKeystoreError
   */
  async changePassphrase(current: string, next: string): Promise<void> {
    return this.#exclusive(async () => {
      const masterKey = await this.#masterKey(current, { extractable: true });
      const value = await wrapMasterKey(masterKey, next, this.#kdf, this.#policy);
      await this.plain.write([{ kind: 'put', bucket: BUCKET, key: UNLOCK, value }]);
    });
  }

  async #exclusive<T>(task: (locks: number) => Promise<T>): Promise<T> {
    const locks = this.#locks;
    return this.#serial.run(async () => task(locks));
  }

  /** The disk decides whether the device is set up: a write may have succeeded although it reported failure. */
  async #record(): Promise<Uint8Array | undefined> {
    const record = await this.plain.get(BUCKET, UNLOCK);
    this.#isSetUp = record !== undefined;
    return record;
  }

  async #masterKey(passphrase: string, how: { readonly extractable: boolean }): Promise<CryptoKey> {
    const record = await this.#record();
    if (record === undefined) throw new NotSetUpError();
    return unwrapMasterKey(record, passphrase, this.#kdf, this.#policy, how);
  }

  async #unlock(passphrase: string, locks: number): Promise<Unlocked> {
    const masterKey = await this.#masterKey(passphrase, { extractable: false });
    const sealed = sealedStorage(this.plain, masterKey);
    const record = await readDevice(sealed);
    record.secret.fill(0);
    const keys = await loadKeys(this.#keyPairs, record);
    if (locks !== this.#locks) throw new LockedError();
    this.#session ??= openSession(sealed, this.plain, masterKey, keys);
    return this.#session;
  }
}

const readDevice = async (sealed: Storage): Promise<DeviceRecord> =>
  parseDeviceRecord(await sealed.get(BUCKET, DEVICE));

async function loadKeys(keyPairs: KeyPairStore, record: DeviceRecord): Promise<DeviceKeys> {
  const pairs = await keyPairs.get(toHex(record.keysId));
  if (pairs === undefined) throw new DamagedKeystoreError('the keys of this device are missing');
  const keys = await deviceKeys(pairs);
  await proveKeys(keys, record);
  return keys;
}

function openSession(
  sealed: Storage,
  plain: Storage,
  masterKey: CryptoKey,
  keys: DeviceKeys,
): Session {
  let ended = false;
  const open = (): Storage => {
    if (ended) throw new LockedError();
    return sealed;
  };
  const storage: Storage = {
    get: async (bucket, key) => open().get(bucket, key),
    list: async (bucket) => open().list(bucket),
    write: async (batch) => open().write(batch),
  };
  // A call that began before a lock must not give out a value that one after it gives out again.
  shareCounters(storage, plain);
  return {
    storage,
    masterKey,
    keys,
    deviceSecret: async () => (await readDevice(open())).secret,
    end: () => {
      ended = true;
    },
  };
}
