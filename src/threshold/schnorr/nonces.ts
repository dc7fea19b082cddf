/** Nonces and the list of their commitments (specification section 13; pitfalls P-16, P-18, P-50). */
import { equalBytes } from '../../codec.ts';
import { ProtocolError, UsageError, type PartyIndex } from '../abort.ts';
import type { HedgedRandom } from '../random.ts';
import { of } from '../session/round.ts';
import { Unclonable } from '../unclonable.ts';
import type { SecretPackage } from './effective.ts';
import type { CommitMessage } from './rounds.ts';
import type { Frost } from './scheme.ts';

/** One entry (id_j, D_j, E_j) of the list B, as the library takes it. */
export type Commitment = Parameters<Frost['signShare']>[3][number];
/** d_i and e_i, as the library takes them. */
type NonceBytes = Parameters<Frost['signShare']>[2];

/**
 * The nonces (d_i, e_i) of one item of one session, in memory only. They are lent once, and are spent
 * before anything is computed from them; whatever happens then, they are overwritten. Out of reach are the
 * library's own integers and, for an odd R or Q, its negated copies of nonces and share.
 */
export class NoncePair extends Unclonable {
  /** (id_i, D_i, E_i). */
  readonly commitment: Commitment;
  readonly #nonces: NonceBytes;
  #spent = false;

  private constructor(commitment: Commitment, nonces: NonceBytes) {
    super();
    this.commitment = commitment;
    this.#nonces = nonces;
  }

  /** d = H3(32 fresh bytes || share_i), e likewise; the fresh bytes are hedged and then overwritten. */
  static draw(frost: Frost, secret: SecretPackage, random: HedgedRandom, label: string): NoncePair {
    const hedged = random.hook(label);
    const drawn: Uint8Array[] = [];
    const fresh = (length?: number) => {
      const bytes = hedged(length);
      const copy = bytes.slice();
      drawn.push(bytes, copy);
      return copy;
    };
    try {
      const { commitments, nonces } = frost.commit(secret, fresh);
      return new NoncePair(commitments, nonces);
    } finally {
      for (const bytes of drawn) bytes.fill(0);
    }
  }

  /** Lends the nonces. @throws UsageError on a second use */
  spend<T>(use: (nonces: NonceBytes) => T): T {
    if (this.#spent) throw new UsageError('these nonces were already used');
    this.#spent = true;
    try {
      return use(this.#nonces);
    } finally {
      this.wipe();
    }
  }

  /** Overwrites the nonces: they can never be used again. */
  wipe(): void {
    this.#spent = true;
    this.#nonces.hiding.fill(0);
    this.#nonces.binding.fill(0);
  }
}

/** The commitments must differ in every item: equal ones are equal nonces, which give the share away. */
export function requireDistinct(nonces: readonly NoncePair[]): void {
  const points = nonces.flatMap(({ commitment: { hiding, binding } }) => [hiding, binding]);
  if (new Set(points.map(String)).size !== points.length) {
    throw new UsageError('nonces repeat: the random generator is broken');
  }
}

/** The list B_k of item k: one entry per signer, ascending. */
export function commitmentList(
  frost: Frost,
  signers: readonly PartyIndex[],
  said: ReadonlyMap<PartyIndex, CommitMessage>,
  k: number,
): Commitment[] {
  return signers.map((signer) => {
    const sent = of(said, signer).commitments[k];
    if (sent === undefined) throw new UsageError('item missing');
    return {
      identifier: frost.Identifier.fromNumber(signer),
      hiding: sent.hiding.toBytes(),
      binding: sent.binding.toBytes(),
    };
  });
}

/**
 * What must hold before a share of the signature is computed, because the library does not check who is
 * a member: exactly the signers, each once, in order, and the own entry as it was sent.
 *
 * @throws UsageError when the ids are not exactly those of S
 * @throws ProtocolError class A when the own entry is another one
 */
export function requireList(
  frost: Frost,
  signers: readonly PartyIndex[],
  list: readonly Commitment[],
  own: Commitment,
): void {
  const expected = signers.map((signer) => frost.Identifier.fromNumber(signer));
  const exact =
    list.length === expected.length && list.every((entry, i) => entry.identifier === expected[i]);
  if (!exact) throw new UsageError('the commitments are not exactly those of the signers');
  const mine = list.find(({ identifier }) => identifier === own.identifier);
  if (
    mine === undefined ||
    !equalBytes(mine.hiding, own.hiding) ||
    !equalBytes(mine.binding, own.binding)
  ) {
    throw new ProtocolError('A', 'the own nonce commitment was replaced');
  }
}
