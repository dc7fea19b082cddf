/**
 * The key that actually signs (specification addendum A3): for BIP-340 the stored key, derived by BIP-32
 * and tweaked by BIP-341; for Ed25519 the stored key itself.
 *
 *     1  P' = P + tau G                      BIP-32, on points with their real parity
 *     2  g  = 1 if y(P') is even, else -1    after all of BIP-32, never in between
 *     3  t  = H_TapTweak(x(P') || root), or 0 without a root
 *     4  Q  = g P' + t G,  k = g tau + t
 *     5  share_i = g s_i + k,  VS_j = g F(j) + k G,  commitments = (Q, g A_1, ..., g A_{t-1})
 *
 * sum lambda_i share_i = g (s + tau) + t = log Q, because sum lambda_i = 1. Q may have odd y: the library
 * negates by itself, and negating here too would break the signature. Nothing of this is ever stored.
 */
import { schnorr } from '@noble/curves/secp256k1.js';
import { UsageError, type PartyIndex } from '../abort.ts';
import { derive, type DerivationPath } from '../derive.ts';
import { ED25519, groupOf, type Element } from '../group.ts';
import { toInteger } from '../hash.ts';
import {
  commitmentOf,
  publicKeyOf,
  type FrostSuite,
  type KeyInfo,
  type KeyShare,
} from '../keys.ts';
import { Point, type Point as PointType } from '../points.ts';
import { evaluateCommitment } from '../polynomial.ts';
import { ORDER, reduce } from '../scalars.ts';
import { schemeOf, type EdwardsSuite, type Frost, type TaprootSuite } from './scheme.ts';

/**
 * What the Taproot output commits to besides its internal key: `none` signs with g P' itself, as a key
 * inside a script leaf; `empty` is an output without scripts (BIP-86); 32 bytes are a Merkle root.
 */
export type TaprootRoot = 'none' | 'empty' | Uint8Array;

/** The key of a session: the image of the stored key under s -> g s + k. All of it is public. */
export interface EffectiveKey {
  readonly g: 1 | -1;
  /** In 0..order-1. */
  readonly k: bigint;
  /** Q, or A_0 of an Ed25519 key. */
  readonly point: Element;
  /** 32 bytes: what a signature verifies under. x(Q), or the Ed25519 public key. */
  readonly publicKey: Uint8Array;
}

/** An effective key with what addresses and control blocks need. */
export interface TaprootKey extends EffectiveKey {
  /** serP(P'): 33 bytes with the real parity. */
  readonly child: Uint8Array;
  /** x(P'): 32 bytes, the internal key. */
  readonly internalKey: Uint8Array;
  /** serP(Q): 33 bytes. */
  readonly output: Uint8Array;
  /** y(Q) mod 2: the parity bit of a control block. */
  readonly parity: 0 | 1;
}

/** The library's public package. Verifying shares of the signers alone: nobody else has a part. */
export type PublicPackage = Parameters<Frost['validateSecret']>[1];
/** The library's secret package: identifier and share_i. */
export type SecretPackage = Parameters<Frost['validateSecret']>[0];

type TaggedHash = (tag: string, ...messages: Uint8Array[]) => Uint8Array;

/** Steps 2 and 4, for P = P' - tau G. @throws UsageError when Q is the identity */
export function tweaked(
  child: PointType,
  tau: bigint,
  t: bigint,
): Pick<EffectiveKey, 'g' | 'k'> & { readonly point: PointType } {
  const even = (child.toAffine().y & 1n) === 0n;
  const base = even ? child : child.negate();
  const point = base.add(Point.BASE.multiplyUnsafe(t));
  if (point.is0()) throw new UsageError('the tweak leads to no key (BIP-341)');
  return { g: even ? 1 : -1, k: reduce(even ? tau + t : t - tau), point };
}

/** Step 3. @throws UsageError when t >= q, or for a root of another length */
function tapTweak(internalKey: Uint8Array, root: TaprootRoot, tagged: TaggedHash): bigint {
  if (root === 'none') return 0n;
  const bytes = root === 'empty' ? new Uint8Array() : root;
  if (root !== 'empty' && bytes.length !== 32) throw new UsageError('a Merkle root has 32 bytes');
  const t = toInteger(tagged('TapTweak', internalKey, bytes));
  if (t >= ORDER) throw new UsageError('the tweak leads to no key (BIP-341)');
  return t;
}

/**
 * The Taproot key of a path: output key and parity for addresses and control blocks (BIP-341, BIP-86).
 * The parent is (P with its real parity, chain code) at depth 0; the descriptor is tr(xpub/<0;1>/*).
 *
 * @param path non-hardened child indices, each below 2^31
 * @param tagged BIP-340's tagged hash; another one only in tests
 * @throws UsageError for hardened or impossible indices, a root of another length, or a key that does not
 *   exist (probability 2^-127)
 */
export function taprootKey(
  info: KeyInfo<TaprootSuite>,
  path: DerivationPath,
  root: TaprootRoot,
  tagged: TaggedHash = schnorr.utils.taggedHash,
): TaprootKey {
  const {
    tweak: tau,
    point: childPoint,
    publicKey: child,
  } = derive(publicKeyOf(info), info.chainCode, path);
  const internalKey = child.slice(1);
  const { g, k, point } = tweaked(childPoint, tau, tapTweak(internalKey, root, tagged));
  const output = point.toBytes();
  const parity = output[0] === 3 ? 1 : 0;
  return { g, k, point, child, internalKey, output, publicKey: output.slice(1), parity };
}

/** The key of the Ed25519 suite: no derivation and no tweak (RFC 8032 has neither). */
export function edwardsKey(info: KeyInfo<EdwardsSuite>): EffectiveKey {
  const publicKey = publicKeyOf(info).slice();
  return { g: 1, k: 0n, point: ED25519.decodePoint(publicKey), publicKey };
}

/** Step 5, public part. @param signers the set S, ascending */
export function publicPackage(
  info: KeyInfo<FrostSuite>,
  key: EffectiveKey,
  signers: readonly PartyIndex[],
): PublicPackage {
  const { frost } = schemeOf(info.suite);
  const group = groupOf(info.suite);
  const commitment = commitmentOf(info);
  const shift = group.base.multiplyUnsafe(key.k);
  const turned = (element: Element): Element => (key.g === 1 ? element : element.negate());
  return {
    signers: { min: info.threshold, max: info.members.length },
    commitments: [key.point, ...commitment.slice(1).map(turned)].map((a) => a.toBytes()),
    verifyingShares: Object.fromEntries(
      signers.map((party) => {
        const share = turned(evaluateCommitment(group, commitment, party)).add(shift);
        if (share.is0()) throw new UsageError('a verifying share is the identity');
        return [frost.Identifier.fromNumber(party), share.toBytes()];
      }),
    ),
  };
}

/**
 * Step 5, secret part: lends share_i, checked against the public package, and overwrites it afterwards.
 *
 * @throws UsageError when the share was wiped or is degenerate
 * @throws Error of the library when the share does not fit the public package
 */
export function withSecretPackage<T>(
  share: KeyShare<FrostSuite>,
  key: EffectiveKey,
  publicPart: PublicPackage,
  use: (secret: SecretPackage) => T,
): T {
  const { frost } = schemeOf(share.info.suite);
  const group = groupOf(share.info.suite);
  return share.withSecret((scalar) => {
    const effective = ((key.g === 1 ? scalar : group.order - scalar) + key.k) % group.order;
    if (effective === 0n) throw new UsageError('the effective share is degenerate');
    const signingShare = group.encodeScalar(effective).slice();
    try {
      const secret = { identifier: frost.Identifier.fromNumber(share.index), signingShare };
      frost.validateSecret(secret, publicPart);
      return use(secret);
    } finally {
      signingShare.fill(0);
    }
  });
}
