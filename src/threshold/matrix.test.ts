/** The adversary matrix of key generation in the suites without OT: three devices, the second lies. */
import { expect, it } from 'vitest';
import { concat } from '../codec.ts';
import { confirmDigest } from './certificate.ts';
import { groupOf } from './group.ts';
import { keygenCeremony, keygenRounds, type NewKey } from './keygen.ts';
import { verifyingShare, type FrostSuite } from './keys.ts';
import { prove } from './proofs.ts';
import { of } from './session/round.ts';
import { lockstep } from './testing/lockstep.ts';
import {
  BROKEN,
  checkVerdict,
  describeMatrix,
  FOREIGN,
  messageRules,
  otherCommitment,
  otherSignature,
  outputIn,
  recordRun,
  sidOf,
  VALUE,
  type Rule,
  type Scenario,
} from './testing/matrix.ts';
import { flip } from './testing/network.ts';
import { devices, membersOf, requestId } from './testing/seeded.ts';

const list = devices(3, 'matrix');
const liar = 2;

function scenario(suite: FrostSuite): Scenario<NewKey> {
  const context = { suite, requestId: requestId('m'), threshold: 2, members: membersOf(list) };
  const group = groupOf(suite);
  return {
    name: `key generation, ${suite}`,
    group,
    liar,
    players: () =>
      new Map(
        list.map(({ identity }, i) => [
          i + 1,
          { ceremony: keygenCeremony(context, i + 1), identity },
        ]),
      ),
    rounds: (self) => Object.values(keygenRounds(context, self)),
    alternative(delivery, honest) {
      const { share, certificate } = outputIn(honest, liar);
      const { kid } = share.info;
      const sid = sidOf(honest);
      switch (delivery.round) {
        case 1:
          return otherCommitment(delivery);
        case 2: // nothing but the echo can differ in a valid opening
          return flip(delivery.body, 0);
        case 4: {
          const { echo2, commitment, chainCode } = certificate;
          const bound = {
            label: 'share' as const,
            sid,
            prover: liar,
            context: concat(echo2, ...commitment.slice(0, 1), chainCode),
          };
          const statement = verifyingShare(share.info, liar);
          const proof = share.withSecret((s) => prove(group, bound, s, statement, 4711n));
          return concat(
            statement.toBytes(),
            proof.commitment.toBytes(),
            group.encodeScalar(proof.response),
          );
        }
        case 5:
          return otherSignature('matrix-2', confirmDigest(certificate, sid, kid, 0, liar, kid));
        default:
          return undefined;
      }
    },
  };
}

const blamedIn = (round: number) => ({ aborts: "A'", blames: true, in: round }) as const;
const unequal = (round: number) => ({ aborts: 'A', blames: false, in: round }) as const;

const rules: readonly Rule<NewKey>[] = [
  {
    round: 1,
    kind: 'broadcast',
    field: /^commitment$/,
    alterations: VALUE,
    then: blamedIn(2),
    why: 'the commitment does not open (check 2); copied from another party: it binds the index (P-23)',
  },
  {
    round: 1,
    kind: 'broadcast',
    field: /^$/,
    alterations: FOREIGN,
    then: blamedIn(2),
    why: 'the same: the message is the commitment',
  },
  {
    round: 1,
    kind: 'broadcast',
    field: /^$/,
    alterations: ['equivocate'],
    then: unequal(2),
    why: 'E1 differs between honest devices: agreement fails without blame (3.3, P-25)',
  },
  ...messageRules<NewKey>(1, 'broadcast'),

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
    field: /^(coefficients\[\d\]|chainCode|proofPoint|proofScalar|salt)$/,
    alterations: [...VALUE, ...BROKEN],
    then: blamedIn(2),
    why: 'not what round 1 committed to, or no encoding of a point or scalar (P-49, P-53)',
  },
  {
    round: 2,
    kind: 'broadcast',
    field: /^$/,
    alterations: FOREIGN,
    then: blamedIn(2),
    why: "another session's or party's opening opens nothing here (P-23, P-35)",
  },
  {
    round: 2,
    kind: 'broadcast',
    field: /^$/,
    alterations: ['equivocate'],
    then: unequal(2),
    others: { waits: 3 },
    why: 'the only other opening has another echo; who got the honest one waits for who did not',
  },
  ...messageRules<NewKey>(2, 'broadcast'),

  {
    round: 3,
    kind: 'direct',
    field: /^echo2$/,
    alterations: ['flip', 'other session'],
    then: unequal(3),
    others: { waits: 4 },
    why: 'a differing echo names nobody (3.3)',
  },
  {
    round: 3,
    kind: 'direct',
    field: /^echo2$/,
    alterations: ['other party'],
    then: 'finishes',
    why: 'nothing is altered: everyone echoes the same',
  },
  {
    round: 3,
    kind: 'direct',
    field: /^share$/,
    alterations: [...VALUE, ...BROKEN],
    then: blamedIn(3),
    others: { waits: 4 },
    why: 'f_j(i) G is not on the committed polynomial, or not below the order (P-49)',
  },
  {
    round: 3,
    kind: 'direct',
    field: /^$/,
    alterations: FOREIGN,
    then: blamedIn(3),
    others: { waits: 4 },
    why: "another session's share, or another dealer's, fits no commitment",
  },
  ...messageRules<NewKey>(3, 'direct', { omitted: { waits: 4 }, refused: { waits: 4 } }),

  {
    round: 4,
    kind: 'broadcast',
    field: /^(publicShare|proofPoint|proofScalar)$/,
    alterations: [...VALUE, ...BROKEN],
    then: blamedIn(4),
    why: 'S_j is recomputed, and the proof is bound to prover and session (P-24)',
  },
  {
    round: 4,
    kind: 'broadcast',
    field: /^$/,
    alterations: FOREIGN,
    then: blamedIn(4),
    why: "a valid proof of another session or party proves nothing under this one's number (P-24)",
  },
  {
    round: 4,
    kind: 'broadcast',
    field: /^$/,
    alterations: ['equivocate'],
    then: 'finishes',
    why: 'harmless by design: two valid proofs of the same S_j; the key id covers S_j, not the proof',
  },
  ...messageRules<NewKey>(4, 'broadcast'),

  {
    round: 5,
    kind: 'broadcast',
    field: /^signature$/,
    alterations: VALUE,
    then: blamedIn(5),
    why: 'no confirmation of this key by this member: no certificate, the key stays pending (H4)',
  },
  {
    round: 5,
    kind: 'broadcast',
    field: /^$/,
    alterations: FOREIGN,
    then: blamedIn(5),
    why: 'the same: the message is the signature',
  },
  {
    round: 5,
    kind: 'broadcast',
    field: /^$/,
    alterations: ['equivocate'],
    then: 'finishes',
    why: 'harmless by design: both signatures confirm the same key, so both certificates are complete',
  },
  ...messageRules<NewKey>(5, 'broadcast'),
];

const frost = scenario('mpc-frost/v1/secp256k1-bip340');
describeMatrix(frost, rules);
describeMatrix(
  {
    ...scenario('mpc-frost/v1/ed25519'),
    // what the group decides: bytes are handled alike
    only: ({ field }) => field !== undefined && field.kind !== 'bytes',
  },
  rules,
  'part',
);

it('a member who proves another share than its own is blamed: S_j is recomputed, not trusted', () => {
  const honest = recordRun(frost, 'other share');
  const { share, certificate } = outputIn(honest, liar);
  const { echo2, commitment, chainCode } = certificate;
  const bound = {
    label: 'share' as const,
    sid: sidOf(honest),
    prover: liar,
    context: concat(echo2, ...commitment.slice(0, 1), chainCode),
  };
  const other = share.withSecret((s) => s + 1n);
  const statement = frost.group.base.multiply(other);
  const proof = prove(frost.group, bound, other, statement, 4711n);
  const body = concat(
    statement.toBytes(),
    proof.commitment.toBytes(),
    frost.group.encodeScalar(proof.response),
  );
  const outcomes = lockstep(frost.players(), 'other share', (delivery) => [
    delivery.from === liar && delivery.round === 4 ? body : delivery.body,
  ]);
  for (const party of [1, 3]) {
    checkVerdict(blamedIn(4), of(outcomes, party), liar, party);
    expect(String(of(outcomes, party).error)).toContain('not on the polynomial');
  }
});
