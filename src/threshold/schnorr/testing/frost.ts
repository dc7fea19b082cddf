/** Keys, items and runs for the tests of this folder. Never part of the product. */
import { existsSync, readFileSync } from 'node:fs';
import type { PartyIndex } from '../../abort.ts';
import type { FrostSuite, KeyInfo, KeyShare } from '../../keys.ts';
import { dealtKey, type DealtKey } from '../../testing/dealt.ts';
import { lockstep, type Outcome, type Tamper } from '../../testing/lockstep.ts';
import { PeerStandings } from '../../standing.ts';
import { digestOf, requestId, seeded, type TestIdentity } from '../../testing/seeded.ts';
import type { EdwardsItem, FrostItem, FrostRequest, TaprootItem } from '../request.ts';
import type { EdwardsSuite, TaprootSuite } from '../scheme.ts';
import { frostSignCeremony } from '../sign.ts';
import type { SchnorrSignature } from '../signature.ts';

export const TAPROOT: TaprootSuite = 'mpc-frost/v1/secp256k1-bip340';
export const EDWARDS: EdwardsSuite = 'mpc-frost/v1/ed25519';

/** A key with everyone's share, from key generation or from a dealer. */
export interface Signers<S extends FrostSuite> {
  readonly info: KeyInfo<S>;
  share(party: PartyIndex): KeyShare<S>;
  identity(party: PartyIndex): TestIdentity;
}

/** Same shape, no key generation. */
export function dealt<S extends FrostSuite>(
  suite: S,
  t: number,
  n: number,
  seed: string,
): Signers<S> {
  const key: DealtKey<S> = dealtKey(suite, t, n, seeded(seed));
  return {
    info: key.info,
    share: (party) => present(key.shares.get(party)),
    identity: (party) => present(key.identities.get(party)),
  };
}

/** An input of a Taproot output without scripts. */
export const taprootItem = (name: string, change: Partial<TaprootItem> = {}): TaprootItem => ({
  purpose: 'bitcoin-input',
  path: [],
  root: 'empty',
  message: digestOf(name),
  sighashType: 0,
  inputIndex: 0,
  prevouts: digestOf(`prevouts of ${name}`),
  ...change,
});

/** A message for Ed25519. */
export const edwardsItem = (name: string, change: Partial<EdwardsItem> = {}): EdwardsItem => ({
  purpose: 'solana-transaction',
  message: seeded(name)(77),
  ...change,
});

/** An item of either suite. */
export const itemOf = <S extends FrostSuite>(suite: S, name: string): FrostItem<S> =>
  (suite === TAPROOT ? taprootItem(name) : edwardsItem(name)) as FrostItem<S>;

/** How a run is changed. */
export interface RunOptions {
  readonly seed?: string;
  readonly request?: string;
  readonly tamper?: Tamper;
  /** Parties whose user approved other items. */
  readonly itemsOf?: ReadonlyMap<PartyIndex, readonly FrostItem[]>;
}

/** Standings of a device that has recorded nothing. */
export const unblemished = ({ info, index }: KeyShare): PeerStandings =>
  new PeerStandings(info, index);

/** Runs a signing of all `signers`. */
export function runSigning<S extends FrostSuite>(
  keys: Signers<S>,
  signers: readonly PartyIndex[],
  items: readonly FrostItem<S>[],
  options: RunOptions = {},
): Map<PartyIndex, Outcome<readonly SchnorrSignature[]>> {
  const requestFor = (party: PartyIndex): FrostRequest<S> => ({
    requestId: requestId(options.request ?? 'frost'),
    signers,
    items: (options.itemsOf?.get(party) ?? items) as readonly FrostItem<S>[],
  });
  const players = new Map(
    signers.map((party) => [
      party,
      {
        ceremony: frostSignCeremony<S>(
          requestFor(party),
          keys.share(party),
          unblemished(keys.share(party)),
        ),
        identity: keys.identity(party),
      },
    ]),
  );
  return lockstep(players, options.seed ?? 'frost', options.tamper);
}

/** The signatures of a run in which everyone succeeds with the same ones. */
export function signaturesOf<S extends FrostSuite>(
  ...run: Parameters<typeof runSigning<S>>
): readonly SchnorrSignature[] {
  const outcomes = [...runSigning(...run).values()];
  const [first] = outcomes.map(({ output, error }) => {
    if (output === undefined) throw new Error('signing failed', { cause: error });
    return output;
  });
  if (outcomes.some(({ output }) => JSON.stringify(output) !== JSON.stringify(first))) {
    throw new Error('the signers have different signatures');
  }
  return present(first);
}

/** A body with other bytes at an offset. */
export function overwritten(body: Uint8Array, at: number, bytes: Uint8Array): Uint8Array {
  const out = body.slice();
  out.set(bytes, at);
  return out;
}

/** A body with one bit of one byte changed. */
export const flipped = (body: Uint8Array, at: number, bit = 1): Uint8Array =>
  overwritten(body, at, Uint8Array.of((body[at] ?? 0) ^ bit));

/** All subsets of at least `least` of 1..n, ascending. */
export function subsets(n: number, least: number): number[][] {
  const all = Array.from({ length: 2 ** n }, (_, mask) =>
    Array.from({ length: n }, (_, i) => i + 1).filter((i) => ((mask >> (i - 1)) & 1) === 1),
  );
  return all.filter((set) => set.length >= least);
}

/** A value that must be there. */
export function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('missing in the test');
  return value;
}

const shared = (path: string): URL =>
  new URL(`../../../../../shared/vectors/${path}`, import.meta.url);

/** Whether the folder of public vectors lies beside the repository. */
export const hasVectors = existsSync(shared('frost'));
/** Title of a suite of vectors. */
export const vectorTitle = (title: string): string =>
  hasVectors ? title : `${title}: skipped, no shared data`;
/** A file of public vectors. */
export const readVectors = (path: string): string => readFileSync(shared(path), 'utf8');
