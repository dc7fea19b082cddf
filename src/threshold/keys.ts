/** Keys as the protocols see them: the public state of one epoch, and one device's share of it. */
import { toHex } from '../codec.ts';
import { UsageError, type PartyIndex } from './abort.ts';
import { groupOf, type Element, type Suite } from './group.ts';
import { IDENTITY_BYTES } from './identity.ts';
import { MAX_PARTIES } from './parameters.ts';
import { evaluateCommitment } from './polynomial.ts';
import { Unclonable } from './unclonable.ts';

/** The suite of threshold ECDSA. */
export type EcdsaSuite = 'mpc-ecdsa/v1/secp256k1/L128';
/** The suites of FROST. */
export type FrostSuite = Exclude<Suite, EcdsaSuite>;

/** One member of a key: its number, which is its Shamir x-coordinate, and its device's identity key. */
export interface Member {
  readonly index: PartyIndex;
  /** Ed25519 public key, 32 bytes. */
  readonly identity: Uint8Array;
}

/** The public state of a key in one epoch. */
export interface KeyInfo<S extends Suite = Suite> {
  readonly suite: S;
  /** Key id of this epoch, 32 bytes. */
  readonly kid: Uint8Array;
  /** 0 after key generation, one more after every redistribution. */
  readonly epoch: number;
  /** Signers needed. */
  readonly threshold: number;
  /** Numbers 1..n, ascending. */
  readonly members: readonly Member[];
  /** F = (A_0, ..., A_{t-1}), encoded; A_0 is the public key. */
  readonly commitment: readonly Uint8Array[];
  /** BIP-32 chain code, 32 bytes. */
  readonly chainCode: Uint8Array;
}

/** The joint public key A_0, encoded. */
export function publicKeyOf(info: KeyInfo): Uint8Array {
  const [first] = info.commitment;
  if (first === undefined) throw new UsageError('a key has at least one coefficient');
  return first;
}

/** The decoded coefficients of F. */
export function commitmentOf(info: KeyInfo): Element[] {
  const group = groupOf(info.suite);
  return info.commitment.map((bytes) => group.decodePoint(bytes));
}

/** S_j = F(j): what member j's share must be the discrete logarithm of. */
export const verifyingShare = (info: KeyInfo, index: PartyIndex): Element =>
  evaluateCommitment(groupOf(info.suite), commitmentOf(info), index);

/**
 * Checks a member list and threshold: 2 <= t <= n <= 255, numbers 1..n ascending, distinct identities.
 *
 * @param least the smallest threshold, 1 only for an imported key
 * @throws UsageError otherwise
 */
export function checkMembers(members: readonly Member[], threshold: number, least = 2): void {
  const n = members.length;
  if (n > MAX_PARTIES || !Number.isInteger(threshold) || threshold < least || threshold > n) {
    throw new UsageError(
      `a threshold of ${String(least)} to ${String(n)} with at most ${String(MAX_PARTIES)} members is needed`,
    );
  }
  for (const [at, { index, identity }] of members.entries()) {
    if (index !== at + 1) throw new UsageError('members are numbered 1 to n, in order');
    if (identity.length !== IDENTITY_BYTES) throw new UsageError('an identity key has 32 bytes');
  }
  if (new Set(members.map(({ identity }) => toHex(identity))).size !== n) {
    throw new UsageError('an identity key appears twice');
  }
}

/** The identity keys by number. */
export const rosterOf = (members: readonly Member[]): Map<PartyIndex, Uint8Array> =>
  new Map(members.map(({ index, identity }) => [index, identity]));

/**
 * One device's share of a key in one epoch. The scalar leaves this object only through `withSecret`
 * (for the protocols and the keystore); it cannot be cloned or printed.
 */
export class KeyShare<S extends Suite = Suite> extends Unclonable {
  readonly info: KeyInfo<S>;
  readonly index: PartyIndex;
  readonly #secret: Uint8Array;
  #wiped = false;

  /**
   * @param secret s_i, 32 bytes in the byte order of the group; copied
   * @throws UsageError unless s_i G = F(i) for this index
   */
  constructor(info: KeyInfo<S>, index: PartyIndex, secret: Uint8Array) {
    super();
    const group = groupOf(info.suite);
    const scalar = group.decodeScalar(secret);
    if (!info.members.some((member) => member.index === index)) {
      throw new UsageError('the share belongs to no member');
    }
    if (scalar === 0n || !group.base.multiply(scalar).equals(verifyingShare(info, index))) {
      throw new UsageError('the share does not belong to this key');
    }
    this.info = info;
    this.index = index;
    this.#secret = secret.slice();
  }

  /** Lends the scalar s_i and its bytes; the bytes are overwritten afterwards. */
  withSecret<T>(use: (scalar: bigint, bytes: Uint8Array) => T): T {
    if (this.#wiped) throw new UsageError('this key share was wiped');
    const copy = this.#secret.slice();
    try {
      return use(groupOf(this.info.suite).decodeScalar(copy), copy);
    } finally {
      copy.fill(0);
    }
  }

  /** Overwrites the share in memory. */
  wipe(): void {
    this.#wiped = true;
    this.#secret.fill(0);
  }
}
