/**
 * The worker that holds the key shares. It opens the sealed storage by itself, with keys that cannot be
 * extracted, so no share ever passes through the page. The relay serves this script with a policy that
 * lets it connect nowhere.
 */
import * as v from 'valibot';
import { CeremonyHost, serve } from '../ceremonies/index.ts';
import { openDatabase, sealedStorage } from '../keystore/index.ts';

const isKey = (value: unknown): boolean => value instanceof CryptoKey && !value.extractable;
const cryptoKey = v.custom<CryptoKey>(isKey, 'not a key that stays in the browser');

const initSchema = v.strictObject({
  /** AES-256-GCM: unseals the records of this device. */
  masterKey: cryptoKey,
  /** Ed25519, private. */
  identityKey: cryptoKey,
  /** Ed25519 public key, 32 bytes. */
  identity: v.custom<Uint8Array<ArrayBuffer>>(
    (value) => value instanceof Uint8Array && value.length === 32,
    'not an identity key',
  ),
});

/** What the page sends first. */
export type CeremonyWorkerInit = v.InferOutput<typeof initSchema>;

serve(self, async (message) => {
  const { masterKey, identityKey, identity } = v.parse(initSchema, message);
  const { storage } = await openDatabase({});
  return CeremonyHost.open({
    records: sealedStorage(storage, masterKey),
    identity: {
      publicKey: identity,
      sign: async (bytes) =>
        new Uint8Array(await crypto.subtle.sign('Ed25519', identityKey, new Uint8Array(bytes))),
    },
    random: (length) => crypto.getRandomValues(new Uint8Array(length)),
  });
});
