/** Whose key it is: of which vault, and which of its keys. */
import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { ECDSA, type KeySuite } from '../../ceremonies/index.ts';
import { concat, equalBytes } from '../../codec.ts';
import type { Founding } from '../../journal/index.ts';
import type { KeyInfo } from '../../threshold/index.ts';

/**
 * The first 12 bytes of the request id of every generation of a key: of SHA-256(vault id) for the ECDSA
 * key, of SHA-256(vault id || suite) for others.
 */
export const requestPrefix = ({
  vaultId,
  suite,
}: {
  readonly vaultId: Uint8Array;
  readonly suite: KeySuite;
}): Uint8Array =>
  sha256(suite === ECDSA ? vaultId : concat(vaultId, utf8ToBytes(suite))).slice(0, 12);

/** Whether a key has exactly the members and the threshold of a vault. */
export const isOfMembers = (
  { threshold, members }: Pick<KeyInfo, 'threshold' | 'members'>,
  founding: Founding,
): boolean =>
  threshold === founding.threshold &&
  members.length === founding.members.length &&
  members.every(({ index, identity }) => {
    const member = founding.members[index - 1];
    return member !== undefined && equalBytes(member.identity, identity);
  });
