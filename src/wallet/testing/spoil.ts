/** Damages what a device shares with the other members for signing, so that its next message fails a check. */
import { Keystore, localKdf } from '../../keystore/index.ts';
import { CHEAP_KDF_POLICY } from '../../keystore/testing/cheap-kdf.ts';
import { PASSPHRASE, type TestDevice } from './world.ts';

/** The last part of a pair record: as many keys of base OTs, of as many bytes. */
const [KEYS, KEY_BYTES] = [128, 32];

/** Its page has to be closed. */
export async function spoilPairs({ storage, keyPairs }: TestDevice): Promise<void> {
  const keystore = await Keystore.open(storage, keyPairs, localKdf, CHEAP_KDF_POLICY);
  const { storage: sealed } = await keystore.unlock(PASSPHRASE);
  const bucket = 'ceremony-pairs';
  for (const { key, value } of await sealed.list(bucket)) {
    for (let at = value.length - KEYS * KEY_BYTES; at < value.length; at += KEY_BYTES) {
      value[at] = (value[at] ?? 0) ^ 1;
    }
    await sealed.write([{ kind: 'put', bucket, key, value }]);
  }
}
