/** The adversary matrix of FROST signing: three signers, the second lies. */
import { concat } from '../codec.ts';
import { groupOf } from './group.ts';
import type { FrostSuite } from './keys.ts';
import type { FrostItem, FrostRequest } from './schnorr/request.ts';
import { frostRounds } from './schnorr/rounds.ts';
import { frostSignCeremony } from './schnorr/sign.ts';
import type { SchnorrSignature } from './schnorr/signature.ts';
import { frostKeys } from './testing/keys.ts';
import {
  BROKEN,
  describeMatrix,
  FOREIGN,
  messageRules,
  VALUE,
  type Rule,
  type Scenario,
} from './testing/matrix.ts';
import { digestOf, requestId } from './testing/seeded.ts';
import { unblemished } from './schnorr/testing/frost.ts';

type Signatures = readonly SchnorrSignature[];
const liar = 2;

function scenario<S extends FrostSuite>(
  name: string,
  suite: S,
  items: readonly FrostItem<S>[],
): Scenario<Signatures> {
  const keys = frostKeys(suite, 2, 3);
  const group = groupOf(suite);
  const request: FrostRequest<S> = { requestId: requestId('frost'), signers: [1, 2, 3], items };
  return {
    name,
    group,
    liar,
    players: () =>
      new Map(
        keys.parties.map((party) => [
          party,
          {
            ceremony: frostSignCeremony(request, keys.share(party), unblemished(keys.share(party))),
            identity: keys.device(party).identity,
          },
        ]),
      ),
    rounds: () => Object.values(frostRounds(group, [1, 2, 3], items.length)),
    alternative: ({ round }) =>
      round === 1
        ? concat(
            ...items.flatMap((_, k) =>
              [2n, 3n].map((factor) => group.base.multiply(factor + 7n * BigInt(k)).toBytes()),
            ),
          )
        : undefined,
  };
}

const blamedIn = (round: number) => ({ aborts: "A'", blames: true, in: round }) as const;
const unequal = (round: number) => ({ aborts: 'A', blames: false, in: round }) as const;

const rules: readonly Rule<Signatures>[] = [
  {
    round: 1,
    kind: 'broadcast',
    field: /^commitments\[\d\]\.(hiding|binding)$/,
    alterations: BROKEN,
    then: blamedIn(1),
    why: 'no point, the identity or not in the prime-order subgroup: no answer leaves (P-53)',
  },
  {
    round: 1,
    kind: 'broadcast',
    field: /^(commitments\[\d\]\.(hiding|binding))?$/,
    alterations: VALUE,
    then: blamedIn(2),
    why: 'its share is verified against the list that all saw, and fails (13)',
  },
  {
    round: 1,
    kind: 'broadcast',
    field: /^$/,
    alterations: ['equivocate'],
    then: unequal(2),
    why: 'E1 differs between honest signers, and is compared before any share is looked at (P-25)',
  },
  ...messageRules<Signatures>(1, 'broadcast'),
  {
    round: 2,
    kind: 'broadcast',
    field: /^echo1$/,
    alterations: ['flip', 'other session'],
    then: unequal(2),
    why: 'a differing echo names nobody (3.3)',
  },
  {
    round: 2,
    kind: 'broadcast',
    field: /^echo1$/,
    alterations: ['other party'],
    then: 'finishes',
    why: 'nothing is altered: everyone echoes the same',
  },
  {
    round: 2,
    kind: 'broadcast',
    field: /^(responses\[\d\])?$/,
    alterations: [...VALUE, ...BROKEN],
    then: blamedIn(2),
    why: 'every z_i is verified, so the culprit has a name; not below the order: malformed (P-49)',
  },
  ...messageRules<Signatures>(2, 'broadcast'),
];

const taproot = (name: string): FrostItem<'mpc-frost/v1/secp256k1-bip340'> => ({
  purpose: 'bitcoin-input',
  path: [0, 1],
  root: 'empty',
  message: digestOf(name),
  sighashType: 0,
  inputIndex: 0,
  prevouts: digestOf('prevouts'),
});
describeMatrix(
  scenario('FROST, Taproot', 'mpc-frost/v1/secp256k1-bip340', [taproot('one')]),
  rules,
);
describeMatrix(
  {
    ...scenario('FROST, two inputs', 'mpc-frost/v1/secp256k1-bip340', ['one', 'two'].map(taproot)),
    only: ({ field, alteration }) => alteration === 'flip' && field?.path.includes('[1]') === true,
  },
  rules,
  'part',
);
describeMatrix(
  {
    ...scenario('FROST, Ed25519', 'mpc-frost/v1/ed25519', [
      { purpose: 'solana-message', message: digestOf('message') },
    ]),
    only: ({ field, alteration }) =>
      field !== undefined ? !FOREIGN.includes(alteration) : alteration === 'equivocate',
  },
  rules,
  'part',
);
