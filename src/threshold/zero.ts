/**
 * Pairwise zero sharing (specification section 7, addendum H2): shares that add up to zero over the
 * signer set, from seeds to which both members of each pair contributed in this session.
 */
import { u16 } from '../codec.ts';
import type { PartyIndex } from './abort.ts';
import { hash, hashToScalar } from './hash.ts';
import { ORDER, reduce } from './scalars.ts';
import { TAGS } from './tags.ts';

/** seed_ij = H("zero/seed"; sid, u16 lo, u16 hi, half_lo, half_hi), equal on both sides. */
export function zeroSeed(
  sid: Uint8Array,
  self: PartyIndex,
  peer: PartyIndex,
  ownHalf: Uint8Array,
  peerHalf: Uint8Array,
): Uint8Array {
  const [lo, hi] = self < peer ? [self, peer] : [peer, self];
  const halves = self < peer ? [ownHalf, peerHalf] : [peerHalf, ownHalf];
  return hash(TAGS.zeroSeed, sid, u16(lo), u16(hi), ...halves);
}

/**
 * zeta_i = sum_{j > i} HS("zero"; seed_ij, isid, E1) - sum_{j < i} HS("zero"; seed_ij, isid, E1).
 *
 * @param seeds by peer
 */
export function zeroShare(
  self: PartyIndex,
  seeds: ReadonlyMap<PartyIndex, Uint8Array>,
  isid: Uint8Array,
  echo1: Uint8Array,
): bigint {
  let zeta = 0n;
  for (const [peer, seed] of seeds) {
    const value = hashToScalar(ORDER, TAGS.zero, seed, isid, echo1);
    zeta += peer > self ? value : -value;
  }
  return reduce(zeta);
}
