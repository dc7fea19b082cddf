/** Proofs of knowledge are bound to everything around them (P-24). */
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { describe, expect, it } from 'vitest';
import { u16 } from '../codec.ts';
import { ED25519, groupHashToScalar, SECP256K1 } from './group.ts';
import { toInteger } from './hash.ts';
import { invert } from './polynomial.ts';
import { prove, verifyProof, type Proof, type ProofBinding } from './proofs.ts';
import { TAGS } from './tags.ts';
import { seeded } from './testing/seeded.ts';

const random = seeded('proofs');

describe.each([
  ['secp256k1', SECP256K1],
  ['Ed25519', ED25519],
])('over %s', (_, group) => {
  const scalar = (): bigint => (toInteger(random(48)) % (group.order - 1n)) + 1n;
  const bound: ProofBinding = {
    label: 'dkg',
    sid: random(32),
    prover: 2,
    context: random(65),
  };
  const secret = scalar();
  const statement = group.base.multiply(secret);
  const proof = prove(group, bound, secret, statement, scalar());

  it('hold', () => {
    expect(verifyProof(group, bound, statement, proof)).toBe(true);
    for (let i = 0; i < 10; i++) {
      const other = scalar();
      const point = group.base.multiply(other);
      const shown = prove(group, bound, other, point, scalar());
      expect(shown.response).toBeLessThan(group.order);
      expect(verifyProof(group, bound, point, shown)).toBe(true);
    }
  });

  it.each<[string, Partial<ProofBinding>]>([
    ['another prover', { prover: 1 }],
    ['another session', { sid: random(32) }],
    ['a label of another round', { label: 'share' }],
    ['a label of another protocol', { label: 'reshare' }],
    ['another context', { context: random(65) }],
    ['a shorter context', { context: bound.context.slice(0, 64) }],
    ['no context', { context: new Uint8Array() }],
  ])('P-24 do not hold for %s', (_case, change) => {
    expect(verifyProof(group, { ...bound, ...change }, statement, proof)).toBe(false);
  });

  it('P-24 do not hold for another statement, not even one derived from it', () => {
    for (const other of [
      group.base.multiply(scalar()),
      statement.negate(),
      statement.add(group.base),
      statement.add(proof.commitment),
      proof.commitment,
    ]) {
      expect(verifyProof(group, bound, other, proof)).toBe(false);
    }
  });

  it('P-24 are not malleable: K, z and shifted pairs of them', () => {
    const { commitment, response } = proof;
    const forged: Proof[] = [
      { commitment: commitment.negate(), response },
      { commitment: commitment.add(group.base), response: (response + 1n) % group.order },
      { commitment, response: (response + 1n) % group.order },
      { commitment, response: group.order - response },
      { commitment, response: 0n },
      { commitment: statement, response },
    ];
    for (const one of forged) expect(verifyProof(group, bound, statement, one)).toBe(false);
  });

  it('P-24 the challenge covers statement and commitment: neither can be chosen after it', () => {
    const { label, sid, prover, context } = bound;
    const parts = [utf8ToBytes(label), sid, u16(prover), context];
    const z = scalar();
    const left = group.base.multiply(z);
    // a challenge without A: take A = (z G - K) / e
    const k = group.base.multiply(scalar());
    const withoutStatement = groupHashToScalar(group, TAGS.pok, ...parts, k.toBytes());
    const a = left.add(k.negate()).multiply(invert(withoutStatement, group.order));
    expect(left.equals(k.add(a.multiply(withoutStatement)))).toBe(true);
    expect(verifyProof(group, bound, a, { commitment: k, response: z })).toBe(false);
    // a challenge without K: take K = z G - e A, for a statement whose secret nobody has
    const unknown = group.base.multiply(scalar());
    const withoutCommitment = groupHashToScalar(group, TAGS.pok, ...parts, unknown.toBytes());
    const late = left.add(unknown.multiply(withoutCommitment).negate());
    expect(verifyProof(group, bound, unknown, { commitment: late, response: z })).toBe(false);
  });

  it('P-24 refuse A = O', () => {
    // z G = K + e O holds for every e when z = k: only the check of A stops it
    const k = scalar();
    const forged = { commitment: group.base.multiply(k), response: k };
    expect(verifyProof(group, bound, group.zero, forged)).toBe(false);
  });

  it('P-24 refuse K = O, even of a prover who knows the secret', () => {
    // On secp256k1 the identity cannot even be hashed, so no such proof can be made.
    const forged: Proof =
      group === ED25519
        ? prove(group, bound, secret, statement, 0n)
        : { commitment: group.zero, response: secret };
    expect(forged.commitment.is0()).toBe(true);
    expect(verifyProof(group, bound, statement, forged)).toBe(false);
  });

  it.each([
    ['z + q', (z: bigint) => z + group.order],
    ['z - q', (z: bigint) => z - group.order],
    ['2^256 - 1', () => 2n ** 256n - 1n],
    ['-1', () => -1n],
    ['q', () => group.order],
  ])('P-24 P-49 refuse z = %s', (_case, change) => {
    const forged = { ...proof, response: change(proof.response) };
    expect(verifyProof(group, bound, statement, forged)).toBe(false);
  });
});
