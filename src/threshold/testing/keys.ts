/**
 * Keys for tests. Every key is made once per test file and kept; what a ceremony may destroy or count
 * (the pair books) is handed out as a fresh copy each time.
 */
import type { PartyIndex } from '../abort.ts';
import { decodeGeneration, encodeGeneration, PairBook } from '../ecdsa/pairs.ts';
import type { EcdsaSignature } from '../ecdsa/signature.ts';
import type { SignItem } from '../ecdsa/request.ts';
import { signCeremony } from '../ecdsa/sign.ts';
import type { Suite } from '../group.ts';
import { keygenCeremony, type NewKey } from '../keygen.ts';
import {
  publicKeyOf,
  type EcdsaSuite,
  type FrostSuite,
  type KeyInfo,
  type KeyShare,
} from '../keys.ts';
import type { PairGeneration } from '../ot/pair.ts';
import { dealtEcdsaKeys } from './dealt.ts';
import { lockstep, type Player } from './lockstep.ts';
import { devices, digestOf, membersOf, requestId, seeded, type TestDevice } from './seeded.ts';

/** One key, with everything every one of its devices holds. */
export interface TestKeys<S extends Suite> {
  readonly info: KeyInfo<S>;
  /** 33 or 32 bytes. */
  readonly publicKey: Uint8Array;
  readonly devices: readonly TestDevice[];
  /** 1..n. */
  readonly parties: readonly PartyIndex[];
  share(party: PartyIndex): KeyShare<S>;
  device(party: PartyIndex): TestDevice;
}

/** A key that came out of a real key generation. */
export interface GeneratedKeys<S extends Suite> extends TestKeys<S> {
  /** What the ceremony gave each party. Copy the pads before a book gets them: bans wipe in place. */
  output(party: PartyIndex): NewKey<S>;
}

/** OT state too. */
export interface WithPairs {
  /** A fresh book: all pairs usable, no bans, no failures, pads copied. */
  book(party: PartyIndex): PairBook;
  /** A copy of one generation of pads. */
  generation(party: PartyIndex, peer: PartyIndex): PairGeneration;
}

export type EcdsaKeys = TestKeys<EcdsaSuite> & WithPairs;

const memory = new Map<string, unknown>();

function once<T>(key: string, make: () => T): T {
  if (!memory.has(key)) memory.set(key, make());
  return memory.get(key) as T;
}

function at<T>(map: ReadonlyMap<PartyIndex, T>, party: PartyIndex): T {
  const value = map.get(party);
  if (value === undefined) throw new Error(`test keys: no party ${String(party)}`);
  return value;
}

function describe<S extends Suite>(
  list: readonly TestDevice[],
  shares: ReadonlyMap<PartyIndex, KeyShare<S>>,
): TestKeys<S> {
  const { info } = at(shares, 1);
  const byParty = new Map(list.map((device, i) => [i + 1, device]));
  return {
    info,
    publicKey: publicKeyOf(info),
    devices: list,
    parties: [...byParty.keys()],
    share: (party) => at(shares, party),
    device: (party) => at(byParty, party),
  };
}

function generate<S extends Suite>(
  suite: S,
  threshold: number,
  n: number,
  seed: string,
): GeneratedKeys<S> {
  const list = devices(n, seed);
  const context = {
    suite,
    requestId: requestId(seed),
    threshold,
    members: membersOf(list),
  };
  const players = new Map(
    list.map(({ identity }, i): [PartyIndex, Player<NewKey<S>>] => [
      i + 1,
      { ceremony: keygenCeremony(context, i + 1), identity },
    ]),
  );
  const outputs = new Map<PartyIndex, NewKey<S>>();
  for (const [party, { output, error }] of lockstep(players, `${seed}/keygen`)) {
    if (output === undefined) throw new Error('test key generation failed', { cause: error });
    outputs.set(party, output);
  }
  const shares = new Map([...outputs].map(([party, { share }]) => [party, share]));
  return { ...describe(list, shares), output: (party) => at(outputs, party) };
}

const copy = (generation: PairGeneration): PairGeneration =>
  decodeGeneration(encodeGeneration(generation));

type Pads = ReadonlyMap<PartyIndex, ReadonlyMap<PartyIndex, PairGeneration>>;

const withPairs = (info: KeyInfo<EcdsaSuite>, pads: Pads): WithPairs => ({
  book(party) {
    const book = new PairBook(info, party);
    for (const [peer, generation] of at(pads, party)) book.add(peer, copy(generation));
    return book;
  },
  generation: (party, peer) => copy(at(at(pads, party), peer)),
});

/** An ECDSA key by a real key generation of `n` parties: about 1 s per pair of devices. */
export const ecdsaKeys = (
  threshold: number,
  n: number,
  seed = 'keys',
): GeneratedKeys<EcdsaSuite> & WithPairs =>
  once(`ecdsa/${String(threshold)}/${String(n)}/${seed}`, () => {
    const keys = generate('mpc-ecdsa/v1/secp256k1/L128', threshold, n, seed);
    const pads = new Map(keys.parties.map((party) => [party, keys.output(party).pairs]));
    return { ...keys, ...withPairs(keys.info, pads) };
  });

/** A FROST key by a real key generation. */
export const frostKeys = <S extends FrostSuite>(
  suite: S,
  threshold: number,
  n: number,
  seed = 'keys',
): GeneratedKeys<S> =>
  once(`${suite}/${String(threshold)}/${String(n)}/${seed}`, () =>
    generate(suite, threshold, n, seed),
  );

/**
 * An ECDSA key from a trusted dealer: no key generation, no base OTs, a few milliseconds. For tests of
 * what comes after.
 */
export const dealtKeys = (threshold: number, n: number, seed = 'dealt'): EcdsaKeys =>
  once(`dealt/${String(threshold)}/${String(n)}/${seed}`, () => {
    const { shares, books } = dealtEcdsaKeys(threshold, n, seeded(seed));
    const keys = describe(devices(n), shares);
    const pads = new Map(
      [...books].map(([party, book]) => {
        const others = keys.parties.filter((peer) => peer !== party);
        return [party, new Map(others.map((peer) => [peer, held(book, peer, at(books, peer))]))];
      }),
    );
    return { ...keys, ...withPairs(keys.info, pads) };
  });

/** The generation that two books have in common. */
function held(book: PairBook, peer: PartyIndex, theirs: PairBook): PairGeneration {
  const generation = book.common(peer, theirs.report(book.self));
  if (generation === undefined) throw new Error('test keys: the books do not fit');
  return generation;
}

/** One item to sign, different for every name. */
export const testItem = (name: string, path: readonly number[] = [44, 60, 0, 0, 0]): SignItem => ({
  purpose: 'evm-transaction',
  path,
  digest: digestOf(name),
});

/** The players of a signing session, each with a fresh pair book unless one is given. */
export function signPlayers(
  keys: EcdsaKeys,
  signers: readonly PartyIndex[],
  items: readonly SignItem[],
  books: ReadonlyMap<PartyIndex, PairBook> = new Map<PartyIndex, PairBook>(),
): Map<PartyIndex, Player<readonly EcdsaSignature[]>> {
  const request = { requestId: requestId('sign'), signers, items };
  return new Map(
    signers.map((party) => [
      party,
      {
        ceremony: signCeremony(request, keys.share(party), books.get(party) ?? keys.book(party)),
        identity: keys.device(party).identity,
      },
    ]),
  );
}
