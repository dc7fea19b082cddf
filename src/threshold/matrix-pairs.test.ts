/** The adversary matrix of what makes OT state: pairwise set-up, and key generation of the ECDSA suite. */
import { describe, expect, it } from 'vitest';
import { equalBytes } from '../codec.ts';
import { PairBook } from './ecdsa/pairs.ts';
import { pairSetupCeremony, pairSetupRounds } from './ecdsa/pair-setup.ts';
import { signCeremony } from './ecdsa/sign.ts';
import { SECP256K1 } from './group.ts';
import { keygenCeremony, keygenRounds, type NewKey } from './keygen.ts';
import type { PairGeneration } from './ot/pair.ts';
import { reshareCeremony } from './reshare.ts';
import type { FieldLayout } from './schema.ts';
import { of } from './session/round.ts';
import { dealtKeys, testItem } from './testing/keys.ts';
import { lockstep, type Player } from './testing/lockstep.ts';
import {
  BROKEN,
  checkVerdict,
  describeMatrix,
  FOREIGN,
  messageRules,
  samplePieces,
  VALUE,
  type Cell,
  type Rule,
  type Scenario,
  type Verdict,
} from './testing/matrix.ts';
import { flip } from './testing/network.ts';
import { devices, digestOf, membersOf, requestId } from './testing/seeded.ts';

const liar = 2;
/** Base-OT messages are points: the first, the middle and the last. */
const points = (field: FieldLayout): FieldLayout[] | undefined =>
  ['opening', 'answer'].includes(field.path) ? samplePieces(field, 33, 'point') : undefined;
const blamedIn = (round: number): Verdict => ({ aborts: "A'", blames: true, in: round });

const keys = dealtKeys(2, 2);
const setUp: Scenario<PairGeneration> = {
  name: 'pairwise set-up',
  group: SECP256K1,
  liar,
  players: () =>
    new Map(
      keys.parties.map((party) => {
        const request = {
          requestId: requestId('pair'),
          peer: 3 - party,
          reason: 'restored' as const,
          certificateDigest: digestOf('certificate'),
        };
        const ceremony = pairSetupCeremony(request, keys.share(party), keys.book(party));
        return [party, { ceremony, identity: keys.device(party).identity }];
      }),
    ),
  rounds: (self) => Object.values(pairSetupRounds(3 - self)),
  pieces: points,
};

const setUpRules: readonly Rule<PairGeneration>[] = [
  {
    round: 1,
    kind: 'direct',
    field: /^proof(Point|Scalar)$/,
    alterations: [...VALUE, ...BROKEN],
    then: blamedIn(1),
    why: 'no proof of the share in this session: no base OT is answered (A2)',
  },
  {
    round: 1,
    kind: 'direct',
    field: /^opening\[\d+\]$/,
    alterations: ['invalid'],
    then: blamedIn(1),
    why: 'every point is decoded before any is used (P-04)',
  },
  {
    round: 1,
    kind: 'direct',
    field: /^opening\[\d+\]$/,
    alterations: VALUE,
    then: blamedIn(3),
    why: 'any point is a valid one: the transcripts differ, so the confirmation is of another pid',
  },
  {
    round: 1,
    kind: 'direct',
    field: /^$/,
    alterations: FOREIGN,
    then: blamedIn(1),
    why: "another session's proof, or the own one reflected (P-24)",
  },
  ...messageRules<PairGeneration>(1, 'direct'),
  {
    round: 2,
    kind: 'direct',
    field: /^answer\[\d+\]$/,
    alterations: ['invalid'],
    then: blamedIn(2),
    why: 'both slots of every index are decoded, whatever Nabla says (P-05)',
  },
  {
    round: 2,
    kind: 'direct',
    field: /^(answer\[\d+\])?$/,
    alterations: VALUE,
    then: blamedIn(3),
    why: 'any point is a valid one: the transcripts differ, so the confirmation is of another pid',
  },
  ...messageRules<PairGeneration>(2, 'direct'),
  {
    round: 3,
    kind: 'direct',
    field: /^(signature)?$/,
    alterations: VALUE,
    then: blamedIn(3),
    why: 'no confirmation of this pid by the other device',
  },
  ...messageRules<PairGeneration>(3, 'direct'),
];

// Every run costs four base OTs, so each kind of field is altered once and decoded at both ends.
const selected = ({ field, alteration, round }: Cell): boolean => {
  if (field === undefined) {
    return (
      alteration === 'omit' ||
      alteration === 'second version' ||
      (round === 2 && FOREIGN.includes(alteration))
    );
  }
  if (field.path.endsWith('[128]')) return false;
  return field.path.endsWith('[255]') ? alteration === 'invalid' : !FOREIGN.includes(alteration);
};
describeMatrix({ ...setUp, only: selected }, setUpRules, 'part');

describe('key generation of the ECDSA suite', () => {
  const list = devices(2, 'matrix');
  const context = {
    suite: 'mpc-ecdsa/v1/secp256k1/L128',
    requestId: requestId('m'),
    threshold: 2,
    members: membersOf(list),
  } as const;
  const players = (): Map<number, Player<NewKey<'mpc-ecdsa/v1/secp256k1/L128'>>> =>
    new Map(
      list.map(({ identity }, i) => [
        i + 1,
        { ceremony: keygenCeremony(context, i + 1), identity },
      ]),
    );
  const { share, prove } = keygenRounds(context, 1);
  const [, , opening] = share.direct.schema.layout('', 0);
  const [answer] = prove.direct.schema.layout('', 0);
  const cells = [opening, answer].flatMap((field, i) =>
    samplePieces(field ?? { path: '', kind: 'bytes', offset: 0, length: 0 }, 33)
      .slice(1)
      .map((piece) => [i + 3, piece.path, piece.offset] as const),
  );

  it.each(cells)(
    'round %i %s: a point that is none is blamed, in both slots (P-04, P-05)',
    (round, _, offset) => {
      const outcomes = lockstep(players(), 'matrix', (delivery) => {
        const { body } = delivery;
        const meant =
          delivery.from === liar && delivery.round === round && delivery.kind === 'direct';
        return [meant ? flip(body, offset, 7) : body];
      });
      checkVerdict(blamedIn(round), of(outcomes, 1), liar, 1);
    },
  );

  it.each([
    ['opening', 3, cells[0]?.[2]],
    ['answer', 4, cells[2]?.[2]],
  ] as const)(
    'another point in the %s is harmless by design: the next signing asks for a pair set-up, class A',
    (_, round, offset = 0) => {
      const outcomes = lockstep(players(), 'matrix', (delivery) => {
        const { body } = delivery;
        const meant =
          delivery.from === liar && delivery.round === round && delivery.kind === 'direct';
        return [meant ? flip(body, offset) : body];
      });
      const held = [...outcomes].map(([party, { output }]) => {
        if (output === undefined) throw new Error('no key');
        const book = new PairBook(output.share.info, party);
        for (const [peer, generation] of output.pairs) book.add(peer, generation);
        return { party, book, share: output.share, pid: of(output.pairs, 3 - party).pid };
      });
      expect(equalBytes(...(held.map(({ pid }) => pid) as [Uint8Array, Uint8Array]))).toBe(false);
      const request = { requestId: requestId('s'), signers: [1, 2], items: [testItem('x')] };
      const signing = lockstep(
        new Map(
          held.map(({ party, book, share: own }) => [
            party,
            {
              ceremony: signCeremony(request, own, book),
              identity: of(players(), party).identity,
            },
          ]),
        ),
        'afterwards',
      );
      for (const { party, book } of held) {
        const { error, sent, persisted } = of(signing, party);
        expect(error).toEqual(
          expect.objectContaining({
            abortClass: 'A',
            culprit: undefined,
            consequence: 'may-retry',
          }),
        );
        expect(String(error)).toContain('pair set-up');
        expect(sent.every((delivery) => delivery.round === 0)).toBe(true);
        expect(persisted).toEqual([]);
        expect(book.report(3 - party)).toMatchObject({ floor: 0, held: [{ gen: 1 }] });
      }
    },
  );
});

describe('redistribution of the ECDSA suite', () => {
  const context = {
    suite: 'mpc-ecdsa/v1/secp256k1/L128',
    requestId: requestId('m'),
    old: keys.info,
    dealers: [1, 2],
    threshold: 2,
    members: keys.info.members,
  } as const;
  const players = () =>
    new Map(
      keys.parties.map((party) => {
        const { identity } = keys.device(party);
        const inputs = {
          identity: identity.publicKey,
          share: keys.share(party),
          largestAttempt: 0,
        };
        return [party, { ceremony: reshareCeremony(context, inputs), identity }];
      }),
    );

  it.each([
    [3, 'opening', 32],
    [4, 'answer', 0],
  ] as const)(
    'round %i %s: a point that is none is blamed, and no key is confirmed',
    (round, _, offset) => {
      const outcomes = lockstep(players(), 'matrix', (delivery) => {
        const { body } = delivery;
        const meant =
          delivery.from === liar && delivery.round === round && delivery.kind === 'direct';
        return [meant ? flip(body, offset + 33, 7) : body];
      });
      checkVerdict(blamedIn(round), of(outcomes, 1), liar, 1);
      expect(of(outcomes, 1).persisted).toEqual([]);
    },
  );
});
