/**
 * Proof of knowledge of a discrete logarithm: Schnorr with Fiat–Shamir (specification 2.3).
 *
 *     Prove: K = k G,  e = HS("pok"; label, sid, u16 i, ctx, A, K),  z = k + e a
 *     Verify: A, K not O, z < q, z G = K + e A
 *
 * The challenge binds prover, session, label, statement and the whole object the proof belongs to.
 */
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { u16 } from '../codec.ts';
import type { PartyIndex } from './abort.ts';
import { baseTimes, groupHashToScalar, type Element, type Group } from './group.ts';
import { TAGS } from './tags.ts';

/** (K, z). */
export interface Proof {
  readonly commitment: Element;
  readonly response: bigint;
}

/** What a proof is bound to besides its statement. */
export interface ProofBinding {
  readonly label: 'dkg' | 'share' | 'reshare' | 'pair';
  readonly sid: Uint8Array;
  readonly prover: PartyIndex;
  /** The object that the proof is attached to, canonically encoded. */
  readonly context: Uint8Array;
}

const challenge = (group: Group, bound: ProofBinding, statement: Element, k: Element): bigint =>
  groupHashToScalar(
    group,
    TAGS.pok,
    utf8ToBytes(bound.label),
    bound.sid,
    u16(bound.prover),
    bound.context,
    statement.toBytes(),
    k.toBytes(),
  );

/**
 * @param secret a in [1, q)
 * @param statement A = a G
 * @param nonce k, fresh and secret, in [1, q)
 */
export function prove(
  group: Group,
  bound: ProofBinding,
  secret: bigint,
  statement: Element,
  nonce: bigint,
): Proof {
  const commitment = baseTimes(group, nonce);
  const e = challenge(group, bound, statement, commitment);
  return { commitment, response: (nonce + e * secret) % group.order };
}

/** Whether the proof holds. Statement, proof and binding are public. */
export function verifyProof(
  group: Group,
  bound: ProofBinding,
  statement: Element,
  proof: Proof,
): boolean {
  const { commitment, response } = proof;
  if (statement.is0() || commitment.is0()) return false;
  if (response < 0n || response >= group.order) return false;
  const e = challenge(group, bound, statement, commitment);
  const left = group.base.multiplyUnsafe(response);
  return left.equals(commitment.add(statement.multiplyUnsafe(e)));
}
