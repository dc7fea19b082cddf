/** An existing single key, to be redistributed (specification section 11, "Import"). */
import { UsageError } from './abort.ts';
import { groupOf, type Suite } from './group.ts';
import { hash } from './hash.ts';
import { KeyShare, type KeyInfo } from './keys.ts';
import { TAGS } from './tags.ts';

/**
 * An existing single key as a key of one member, to be redistributed by its only dealer. The key was in
 * one place: the user interface says so.
 *
 * @param secret 32 bytes in the byte order of the group
 * @param chainCode 32 bytes
 * @throws UsageError or DecodeError for an impossible key
 */
export function importedKey<S extends Suite>(
  suite: S,
  secret: Uint8Array,
  chainCode: Uint8Array,
  identity: Uint8Array,
): KeyShare<S> {
  const group = groupOf(suite);
  const scalarValue = group.decodeScalar(secret);
  if (scalarValue === 0n) throw new UsageError('the imported key is zero');
  if (chainCode.length !== 32) throw new UsageError('a chain code has 32 bytes');
  const publicKey = group.base.multiply(scalarValue).toBytes();
  const info: KeyInfo<S> = {
    suite,
    kid: hash(TAGS.importKey, identity, publicKey, chainCode),
    epoch: 0,
    threshold: 1,
    members: [{ index: 1, identity }],
    commitment: [publicKey],
    chainCode,
  };
  return new KeyShare(info, 1, secret);
}
