/** The one hash of the journal and its domains. */
import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';

/** Every domain in use; no two kinds of document can have the same hash. */
export type Domain = 'countersign/founding/v1' | 'countersign/event/v1' | 'countersign/policy/v1';

/**
 * SHA-256(T || T || bytes) with T = SHA-256(domain), 32 bytes: the tagged hash of BIP-340. T fills one
 * block, so no input of another domain can begin with it.
 */
export function domainHash(domain: Domain, bytes: Uint8Array): Uint8Array {
  const tag = sha256(utf8ToBytes(domain));
  return sha256.create().update(tag).update(tag).update(bytes).digest();
}
