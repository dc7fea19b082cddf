/**
 * Records that only the master key opens and that cannot be changed or moved: AES-256-GCM (NIST SP
 * 800-38D), bound to bucket and key. A record can still be put back as a whole to an older state of
 * itself; what must never go back needs its own defence.
 */
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { concat, u16 } from '../codec.ts';
import { copyBatch, isKept, lastWrites } from './batch.ts';
import { ReadBackError, SealedRecordError } from './errors.ts';
import { assertNames } from './names.ts';
import { Serial } from './serial.ts';
import type { Storage, Write } from './storage.ts';

const DOMAIN = utf8ToBytes('countersign/keystore/sealed-record');
const VERSION = 1;
/** 96 random bits: 2^32 writes under one key stay within SP 800-38D section 8.3. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEADER_BYTES = 1 + NONCE_BYTES;

/**
 * The same buckets and keys, with every value sealed: version byte, nonce (12), ciphertext, tag (16).
 * `write` resolves after each record was read back and opened.
 *
 * @param masterKey AES-256-GCM, usages encrypt and decrypt
 * @throws SealedRecordError from `get`, `list` and `write` for a record that does not open
 */
export function sealedStorage(storage: Storage, masterKey: CryptoKey): Storage {
  const writes = new Serial();
  return {
    async get(bucket, key) {
      const sealed = await storage.get(bucket, key);
      return sealed === undefined ? undefined : openSealed(masterKey, bucket, key, sealed);
    },
    async list(bucket) {
      const entries = await storage.list(bucket);
      return Promise.all(
        entries.map(async ({ key, value }) => ({
          key,
          value: await openSealed(masterKey, bucket, key, value),
        })),
      );
    },
    async write(batch) {
      // The caller may reuse its buffers as soon as this returns its promise.
      const plain = copyBatch(batch);
      return writes.run(async () => {
        await storage.write(await sealBatch(masterKey, plain));
        await readBack(storage, masterKey, plain);
        for (const write of plain) if (write.kind === 'put') write.value.fill(0);
      });
    },
  };
}

/** The batch with every value sealed, for a batch that also holds records that are not. */
export const sealBatch = async (masterKey: CryptoKey, batch: readonly Write[]): Promise<Write[]> =>
  Promise.all(
    batch.map(async (write) =>
      write.kind === 'delete'
        ? write
        : { ...write, value: await seal(masterKey, write.bucket, write.key, write.value) },
    ),
  );

async function seal(
  masterKey: CryptoKey,
  bucket: string,
  key: string,
  value: Uint8Array,
): Promise<Uint8Array> {
  const iv = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  const parameters = { name: 'AES-GCM', iv, additionalData: additionalData(bucket, key) };
  const sealed = await crypto.subtle.encrypt(parameters, masterKey, Uint8Array.from(value));
  return concat(Uint8Array.of(VERSION), iv, new Uint8Array(sealed));
}

async function openSealed(
  masterKey: CryptoKey,
  bucket: string,
  key: string,
  sealed: Uint8Array,
): Promise<Uint8Array> {
  if (sealed[0] !== VERSION) throw new SealedRecordError(bucket, key, 'its version is unknown');
  if (sealed.length < HEADER_BYTES + TAG_BYTES) {
    throw new SealedRecordError(bucket, key, 'it is too short');
  }
  const iv = sealed.slice(1, HEADER_BYTES);
  const parameters = { name: 'AES-GCM', iv, additionalData: additionalData(bucket, key) };
  try {
    const value = await crypto.subtle.decrypt(parameters, masterKey, sealed.slice(HEADER_BYTES));
    return new Uint8Array(value);
  } catch (cause) {
    throw new SealedRecordError(bucket, key, 'it does not open', { cause });
  }
}

function additionalData(bucket: string, key: string): Uint8Array<ArrayBuffer> {
  assertNames(bucket, key);
  const [bucketBytes, keyBytes] = [utf8ToBytes(bucket), utf8ToBytes(key)];
  return Uint8Array.from(
    concat(
      DOMAIN,
      Uint8Array.of(VERSION),
      u16(bucketBytes.length),
      bucketBytes,
      u16(keyBytes.length),
      keyBytes,
    ),
  );
}

async function readBack(
  storage: Storage,
  masterKey: CryptoKey,
  plain: readonly Write[],
): Promise<void> {
  for (const write of lastWrites(plain)) {
    const sealed = await storage.get(write.bucket, write.key);
    const value = sealed && (await openSealed(masterKey, write.bucket, write.key, sealed));
    if (!isKept(write, value)) throw new ReadBackError(write.bucket, write.key);
  }
}
