/**
 * P-18: why every signer has two nonces. The attack of Drijvers et al. in its polynomial form (Benhamouda
 * et al., ePrint 2020/945) against the library's code with all binding factors set to 1, where it forges,
 * and against the library as it is, where it does not.
 */
import { createFROST } from '@noble/curves/abstract/frost.js';
import { ed25519, ed25519_FROST } from '@noble/curves/ed25519.js';
import { sha512 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { describe, expect, it } from 'vitest';
import { concat, equalBytes, u32 } from '../../codec.ts';
import { ED25519, type Element } from '../group.ts';
import { toInteger } from '../hash.ts';
import { verifyingShare } from '../keys.ts';
import { invert, lagrange } from '../polynomial.ts';
import { seeded } from '../testing/seeded.ts';
import { edwardsKey, publicPackage, withSecretPackage, type SecretPackage } from './effective.ts';
import type { Commitment } from './nonces.ts';
import { schemeOf, type Frost } from './scheme.ts';
import { dealt, EDWARDS, present } from './testing/frost.ts';
import { bindingFactors, CIPHERSUITES } from './testing/rfc9591.ts';

const { order } = ED25519;
const mod = (value: bigint): bigint => ((value % order) + order) % order;

/** ed25519_FROST, but rho_i = 1: as if every signer had the single nonce d + e. */
const singleNonce: Frost = createFROST({
  name: 'FROST-ED25519-SHA512-v1',
  Point: ed25519.Point,
  hash: sha512,
  H2: '',
  hashToScalar(message, options) {
    const dst = options?.DST ?? new Uint8Array();
    const prefix = typeof dst === 'string' ? utf8ToBytes(dst) : dst;
    if (equalBytes(prefix.slice(-3), utf8ToBytes('rho'))) return 1n;
    return mod(toInteger(sha512(concat(prefix, message)).reverse()));
  },
});

const keys = dealt(EDWARDS, 2, 2, 'drijvers');
const key = edwardsKey(keys.info);
const publicPart = publicPackage(keys.info, key, [1, 2]);
/** Lent once and copied: the attack asks the honest signer hundreds of times. */
const secretOf = (party: number): SecretPackage => present(secrets[party - 1]);
const secrets = [1, 2].map((party) =>
  withSecretPackage(keys.share(party), key, publicPart, (secret) => ({
    identifier: secret.identifier,
    signingShare: secret.signingShare.slice(),
  })),
);
const [lambda1, lambda2] = [lagrange(ED25519, [1, 2], 1), lagrange(ED25519, [1, 2], 2)];
const challenge = (r: Element, message: Uint8Array): bigint =>
  CIPHERSUITES.ed25519.challenge(r, key.point, message);

/** rho_1 and rho_2. */
type Binding = (list: readonly Commitment[], message: Uint8Array) => readonly [bigint, bigint];

const binding: Binding = (list, message) => {
  const entries = list.map(({ hiding, binding: e }, i) => ({ party: i + 1, hiding, binding: e }));
  const factors = bindingFactors(CIPHERSUITES.ed25519, key.point, entries, message);
  return [present(factors.get(1)), present(factors.get(2))];
};

/** One build of the library with the binding factors that it computes. */
interface Build {
  readonly name: string;
  readonly weak: boolean;
  readonly frost: Frost;
  readonly factors: Binding;
}
const WEAK: Build = {
  name: 'with rho = 1',
  weak: true,
  frost: singleNonce,
  factors: () => [1n, 1n],
};
const WIRED: Build = {
  name: 'as wired',
  weak: false,
  frost: schemeOf(EDWARDS).frost,
  factors: binding,
};

it('P-18 is about the suite that is wired', () => {
  expect(WIRED.frost).toBe(ed25519_FROST);
});

describe.each([WEAK, WIRED])('P-18 the library $name', (build) => {
  const { weak, name, frost, factors } = build;
  const random = seeded(name);
  const commit = (party: number) =>
    frost.commit(secretOf(party), (length) => random(length ?? 32).slice());

  it(`${weak ? 'does not bind' : 'binds'} the own nonces to the commitments of the others`, () => {
    const message = utf8ToBytes('message');
    const own = commit(1);
    // z_1 = d + rho e + c lambda s: what remains without the last term
    const nonceParts = [commit(2), commit(2)].map(({ commitments }) => {
      const list = [own.commitments, commitments];
      const nonces = { hiding: own.nonces.hiding.slice(), binding: own.nonces.binding.slice() };
      const z = frost.signShare(secretOf(1), publicPart, nonces, list, message);
      const rho = factors(list, message);
      const r = list.reduce<Element>((sum, { hiding, binding: e }, i) => {
        const bound = ED25519.decodePoint(e).multiplyUnsafe(rho[i] ?? 0n);
        return sum.add(ED25519.decodePoint(hiding)).add(bound);
      }, ED25519.zero);
      const c = challenge(r, message);
      return keys.share(1).withSecret((s) => mod(ED25519.decodeScalar(z) - c * lambda1 * s));
    });
    const d = ED25519.decodeScalar(own.nonces.hiding);
    const e = ED25519.decodeScalar(own.nonces.binding);
    expect(nonceParts[0] === nonceParts[1]).toBe(weak);
    expect(nonceParts[0] === mod(d + e)).toBe(weak);
  });

  it(`${weak ? 'lets' : 'does not let'} 253 open sessions forge a signature`, () => {
    const target = utf8ToBytes('never shown to the honest signer');
    const forged = attack(build, commit, target);
    expect(ed25519.verify(forged, target, key.publicKey, { zip215: false })).toBe(weak);
  });
});

/**
 * Party 2 opens 253 sessions with the honest party 1 and sees all its commitments before it sends its own.
 *
 *     A_i            the honest nonce point of session i, for the first of two own commitments
 *     c_i^0, c_i^1   the challenges for both of them
 *     w_i = 2^i / (c_i^1 - c_i^0),  const = -sum w_i c_i^0
 *     R* = sum w_i A_i - const lambda_1 S_1,  c* = H(R*, PK, m*)
 *     commitment number b_i = bit i of c* is the one sent:  sum w_i c_i + const = c*
 *     z* = sum w_i z_i + c* lambda_2 s_2
 */
function attack(
  { frost, factors }: Build,
  commit: (party: number) => ReturnType<Frost['commit']>,
  target: Uint8Array,
): Uint8Array {
  let own = 1n; // any nonces will do
  const sessions = Array.from({ length: 253 }, (_, i) => {
    const message = concat(utf8ToBytes('harmless '), u32(i));
    const honest = commit(1);
    const hiding: Element = ed25519.Point.fromBytes(honest.commitments.hiding);
    const bound: Element = ed25519.Point.fromBytes(honest.commitments.binding);
    const choose = () => {
      const [d, e] = [own++, own++];
      const commitments: Commitment = {
        identifier: frost.Identifier.fromNumber(2),
        hiding: ED25519.base.multiply(d).toBytes().slice(),
        binding: ED25519.base.multiply(e).toBytes().slice(),
      };
      const list = [honest.commitments, commitments];
      const [rho1, rho2] = factors(list, message);
      const nonce = hiding.add(bound.multiplyUnsafe(rho1));
      const r = nonce.add(ED25519.base.multiply(mod(d + rho2 * e)));
      return { list, nonce, c: challenge(r, message) };
    };
    const [zero, one] = [choose(), choose()];
    const w = mod((1n << BigInt(i)) * invert(mod(one.c - zero.c), order));
    return { message, honest, zero, one, w };
  });
  const constant = mod(-sessions.reduce((sum, { w, zero }) => sum + w * zero.c, 0n));
  const r = sessions.reduce<Element>(
    (sum, { w, zero }) => sum.add(zero.nonce.multiplyUnsafe(w)),
    verifyingShare(keys.info, 1).multiplyUnsafe(mod(-constant * lambda1)),
  );
  const c = challenge(r, target);
  let z = keys.share(2).withSecret((s) => mod(c * lambda2 * s));
  for (const [i, { message, honest, zero, one, w }] of sessions.entries()) {
    const { list } = ((c >> BigInt(i)) & 1n) === 1n ? one : zero;
    const share = frost.signShare(secretOf(1), publicPart, honest.nonces, list, message);
    z = mod(z + w * ED25519.decodeScalar(share));
  }
  return concat(r.toBytes(), ED25519.encodeScalar(z));
}
