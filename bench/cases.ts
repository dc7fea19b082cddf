/** What is measured: every protocol, with thresholds and members up to 20. */
import {
  frostSignCeremony,
  keygenCeremony,
  pairSetupCeremony,
  PeerStandings,
  reshareCeremony,
  signCeremony,
  type FrostItem,
  type FrostSuite,
  type PartyIndex,
  type SignRequest,
  type Suite,
} from '../src/threshold/index.ts';
import { dealtEcdsaKeys, dealtKey } from '../src/threshold/testing/dealt.ts';
import { platformRandom, type Player } from '../src/threshold/testing/measure.ts';
import { devices, membersOf } from '../src/threshold/testing/seeded.ts';

type Players = ReadonlyMap<PartyIndex, Player<unknown>>;

/** One thing to measure. */
export interface Case {
  readonly id: string;
  readonly protocol: string;
  readonly t: number;
  readonly n: number;
  /** Runs after the first, cold one. */
  readonly runs: number;
  /** Prepares what all runs share; the result makes the players of one run. */
  readonly prepare: () => () => Players;
}

const ECDSA = 'mpc-ecdsa/v1/secp256k1/L128';
const BIP340 = 'mpc-frost/v1/secp256k1-bip340';
const ED25519 = 'mpc-frost/v1/ed25519';

const NAMES: Readonly<Record<Suite, readonly [id: string, name: string]>> = {
  [ECDSA]: ['ecdsa', 'ECDSA'],
  [BIP340]: ['bip340', 'FROST BIP-340'],
  [ED25519]: ['ed25519', 'FROST Ed25519'],
};

const freshId = (): Uint8Array => platformRandom(16);
const firstMembers = (count: number): PartyIndex[] =>
  Array.from({ length: count }, (_, i) => i + 1);

/** The value of a party that is known to be present. */
function of<T>(map: ReadonlyMap<PartyIndex, T>, party: PartyIndex): T {
  const value = map.get(party);
  if (value === undefined) throw new Error(`nothing of party ${String(party)}`);
  return value;
}

function keygen(suite: Suite, t: number, n: number, runs: number): Case {
  const [id, name] = NAMES[suite];
  return {
    id: `${id}-keygen-${String(t)}-${String(n)}`,
    protocol: `${name} key generation`,
    t,
    n,
    runs,
    prepare: () => () => {
      const list = devices(n);
      const context = { suite, requestId: freshId(), threshold: t, members: membersOf(list) };
      return new Map(
        list.map(({ identity }, i) => [
          i + 1,
          { ceremony: () => keygenCeremony(context, i + 1), identity },
        ]),
      );
    },
  };
}

/** All t members of the smallest quorum sign. */
function ecdsaSign(t: number, n: number, runs: number, items = 1): Case {
  return {
    id: `ecdsa-sign-${String(t)}-${String(n)}${items > 1 ? `-batch-${String(items)}` : ''}`,
    protocol: items > 1 ? `ECDSA signing, ${String(items)} digests` : 'ECDSA signing',
    t,
    n,
    runs,
    prepare: () => {
      const key = dealtEcdsaKeys(t, n, platformRandom);
      const signers = firstMembers(t);
      return () => {
        const request: SignRequest = {
          requestId: freshId(),
          signers,
          items: Array.from({ length: items }, () => ({
            purpose: 'evm-transaction',
            path: [],
            digest: platformRandom(32),
          })),
        };
        return new Map(
          signers.map((signer) => {
            const [share, book] = [of(key.shares, signer), of(key.books, signer)];
            const identity = of(key.identities, signer);
            return [signer, { ceremony: () => signCeremony(request, share, book), identity }];
          }),
        );
      };
    },
  };
}

/** All t members of the smallest quorum sign as many messages as told, in one ceremony. */
function frostSign<S extends FrostSuite>(
  suite: S,
  t: number,
  n: number,
  runs: number,
  item: (index: number) => FrostItem<S>,
  items = 1,
): Case {
  const [id, name] = NAMES[suite];
  return {
    id: `${id}-sign-${String(t)}-${String(n)}${items > 1 ? `-batch-${String(items)}` : ''}`,
    protocol: items > 1 ? `${name} signing, ${String(items)} messages` : `${name} signing`,
    t,
    n,
    runs,
    prepare: () => {
      const { shares, identities } = dealtKey(suite, t, n, platformRandom);
      const signers = firstMembers(t);
      return () => {
        const request = {
          requestId: freshId(),
          signers,
          items: Array.from({ length: items }, (_, i) => item(i)),
        };
        return new Map(
          signers.map((signer) => {
            const [share, identity] = [of(shares, signer), of(identities, signer)];
            return [
              signer,
              {
                ceremony: () =>
                  frostSignCeremony(request, share, new PeerStandings(share.info, signer)),
                identity,
              },
            ];
          }),
        );
      };
    },
  };
}

/** One message is one input of a Bitcoin transaction. */
function bip340Sign(t: number, n: number, runs: number, inputs = 1): Case {
  const prevouts = platformRandom(32);
  const item = (inputIndex: number): FrostItem<typeof BIP340> => ({
    purpose: 'bitcoin-input',
    path: [],
    root: 'empty',
    message: platformRandom(32),
    sighashType: 0,
    inputIndex,
    prevouts,
  });
  return frostSign(BIP340, t, n, runs, item, inputs);
}

const ed25519Sign = (t: number, n: number, runs: number): Case =>
  frostSign(ED25519, t, n, runs, () => ({
    purpose: 'solana-transaction',
    message: platformRandom(200),
  }));

/** The same members get new shares. */
function refresh(suite: Suite, t: number, n: number, runs: number): Case {
  const [id, name] = NAMES[suite];
  return {
    id: `${id}-refresh-${String(t)}-${String(n)}`,
    protocol: `${name} redistribution`,
    t,
    n,
    runs,
    prepare: () => {
      const { info, shares, identities } = dealtKey(suite, t, n, platformRandom);
      const dealers = firstMembers(t);
      return () => {
        const { members, threshold } = info;
        const context = { suite, requestId: freshId(), old: info, dealers, threshold, members };
        return new Map(
          members.map(({ index, identity: publicKey }) => {
            const share = dealers.includes(index) ? of(shares, index) : undefined;
            const inputs = { identity: publicKey, share, largestAttempt: 0 };
            const identity = of(identities, index);
            return [index, { ceremony: () => reshareCeremony(context, inputs), identity }];
          }),
        );
      };
    },
  };
}

function pairSetup(runs: number): Case {
  return {
    id: 'ecdsa-pair-setup',
    protocol: 'ECDSA pair set-up',
    t: 2,
    n: 2,
    runs,
    prepare: () => {
      const key = dealtEcdsaKeys(2, 2, platformRandom);
      const certificateDigest = platformRandom(32);
      return () => {
        const requestId = freshId();
        const pair = [
          [1, 2],
          [2, 1],
        ] as const;
        return new Map(
          pair.map(([self, peer]) => {
            const request = { requestId, peer, reason: 'restored', certificateDigest } as const;
            const [share, book] = [of(key.shares, self), of(key.books, self)];
            const identity = of(key.identities, self);
            return [self, { ceremony: () => pairSetupCeremony(request, share, book), identity }];
          }),
        );
      };
    },
  };
}

/** In the order of the report. */
export const CASES: readonly Case[] = [
  keygen(ECDSA, 2, 2, 7),
  keygen(ECDSA, 2, 3, 7),
  keygen(ECDSA, 3, 5, 3),
  keygen(ECDSA, 2, 10, 1),
  keygen(ECDSA, 5, 10, 1),
  keygen(ECDSA, 10, 20, 0),
  ecdsaSign(2, 2, 25),
  ecdsaSign(2, 3, 25),
  ecdsaSign(2, 20, 25),
  ecdsaSign(3, 3, 21),
  ecdsaSign(4, 4, 15),
  ecdsaSign(5, 5, 15),
  ecdsaSign(7, 7, 11),
  ecdsaSign(10, 10, 7),
  ecdsaSign(15, 15, 5),
  ecdsaSign(20, 20, 3),
  ecdsaSign(2, 2, 7, 4),
  ecdsaSign(2, 2, 7, 16),
  refresh(ECDSA, 2, 3, 5),
  pairSetup(7),
  keygen(BIP340, 2, 3, 15),
  keygen(BIP340, 2, 20, 2),
  keygen(BIP340, 10, 20, 2),
  refresh(BIP340, 2, 3, 15),
  bip340Sign(2, 2, 25),
  bip340Sign(2, 3, 25),
  bip340Sign(3, 3, 21),
  bip340Sign(10, 10, 7),
  bip340Sign(20, 20, 3),
  bip340Sign(2, 2, 7, 4),
  bip340Sign(2, 2, 7, 16),
  keygen(ED25519, 2, 3, 15),
  keygen(ED25519, 10, 20, 2),
  ed25519Sign(2, 2, 25),
  ed25519Sign(2, 3, 25),
  ed25519Sign(3, 3, 21),
  ed25519Sign(10, 10, 7),
  ed25519Sign(20, 20, 3),
];

/** Small enough for `--quick`. */
export const isSmall = ({ n, t }: Pick<Case, 'n' | 't'>): boolean => n <= 3 || t * n <= 40;
