/**
 * Keys from a trusted dealer, who knows all of each: for tests and benchmarks of what comes after key
 * generation, which would need a set-up of base OTs for every pair. Never part of the product.
 */
import type { PartyIndex } from '../abort.ts';
import { PairBook } from '../ecdsa/pairs.ts';
import { groupOf, type Suite } from '../group.ts';
import { toInteger } from '../hash.ts';
import { KeyShare, type EcdsaSuite, type KeyInfo } from '../keys.ts';
import type { PairGeneration } from '../ot/pair.ts';
import { LAMBDA_C } from '../parameters.ts';
import { commit, evaluate } from '../polynomial.ts';
import type { RandomSource } from '../random.ts';
import { bitOf, maskOf } from '../secret-bits.ts';
import { membersOf, devices, type TestIdentity } from './seeded.ts';

/** A key with everyone's part of it. */
export interface DealtKey<S extends Suite> {
  readonly info: KeyInfo<S>;
  readonly identities: ReadonlyMap<PartyIndex, TestIdentity>;
  readonly shares: ReadonlyMap<PartyIndex, KeyShare<S>>;
}

/** An ECDSA key with everyone's pairs: one generation each, as after key generation. */
export interface DealtEcdsaKey extends DealtKey<EcdsaSuite> {
  readonly books: ReadonlyMap<PartyIndex, PairBook>;
}

/** A t-of-n key. */
export function dealtKey<S extends Suite>(
  suite: S,
  t: number,
  n: number,
  random: RandomSource,
): DealtKey<S> {
  const group = groupOf(suite);
  const list = devices(n);
  const members = membersOf(list);
  const polynomial = Array.from(
    { length: t },
    () => (toInteger(random(48)) % (group.order - 1n)) + 1n,
  );
  const info: KeyInfo<S> = {
    suite,
    kid: random(32),
    epoch: 0,
    threshold: t,
    members,
    commitment: commit(group, polynomial).map((point) => point.toBytes()),
    chainCode: random(32),
  };
  const shareOf = (index: PartyIndex): KeyShare<S> =>
    new KeyShare(info, index, group.encodeScalar(evaluate(group, polynomial, index)));
  return {
    info,
    identities: new Map(list.map(({ identity }, i) => [i + 1, identity])),
    shares: new Map(members.map(({ index }) => [index, shareOf(index)])),
  };
}

/** A t-of-n key for signing with ECDSA. */
export function dealtEcdsaKeys(t: number, n: number, random: RandomSource): DealtEcdsaKey {
  const key = dealtKey('mpc-ecdsa/v1/secp256k1/L128', t, n, random);
  const books = new Map(
    [...key.shares.keys()].map((index) => [index, new PairBook(key.info, index)]),
  );
  for (const [lo, book] of books) {
    for (const [hi, other] of books) {
      if (lo >= hi) continue;
      const [ofLo, ofHi] = dealtPair(random);
      book.add(hi, ofLo);
      other.add(lo, ofHi);
    }
  }
  return { ...key, books };
}

/** Both sides of one pair, as if their base OTs had run. */
function dealtPair(random: RandomSource): readonly [PairGeneration, PairGeneration] {
  const pid = random(32);
  const there = dealtPads(random);
  const back = dealtPads(random);
  return [
    { gen: 1, pid, send: there.send, receive: back.receive },
    { gen: 1, pid: pid.slice(), send: back.send, receive: there.receive },
  ];
}

/** One direction: both pads of every OT for the one, Nabla and the pads that it chooses for the other. */
function dealtPads(random: RandomSource): Pick<PairGeneration, 'send' | 'receive'> {
  const padBytes = 32;
  const nabla = random(LAMBDA_C / 8);
  const zeros = random(LAMBDA_C * padBytes);
  const ones = random(LAMBDA_C * padBytes);
  const chosen = zeros.map((zero, at) => {
    const mask = maskOf(bitOf(nabla, Math.floor(at / padBytes)));
    return zero ^ ((zero ^ (ones[at] ?? 0)) & mask);
  });
  return { send: { nabla, chosen }, receive: { zeros, ones } };
}
