/** The adversary matrix of redistribution: a lying dealer who stays, one who leaves, and a lying newcomer. */
import { describe, expect, it } from 'vitest';
import { concat, u16 } from '../codec.ts';
import type { PartyIndex } from './abort.ts';
import {
  confirmDigest,
  reshareAuthDigest,
  reshareParties,
  verifyReshareCertificate,
} from './certificate.ts';
import { groupOf } from './group.ts';
import { hash } from './hash.ts';
import { verifyingShare, type FrostSuite, type Member } from './keys.ts';
import { commit, lagrange } from './polynomial.ts';
import { prove } from './proofs.ts';
import { reshareRounds } from './reshare-rounds.ts';
import { reshareCeremony } from './reshare.ts';
import type { Redistributed } from './reshare-protocol.ts';
import type { ReshareContext } from './session/context.ts';
import { of } from './session/round.ts';
import { TAGS } from './tags.ts';
import { frostKeys } from './testing/keys.ts';
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
  type Cell,
  type Rule,
  type Scenario,
} from './testing/matrix.ts';
import { flip } from './testing/network.ts';
import { devices, requestId, type TestDevice } from './testing/seeded.ts';

const suite = 'mpc-frost/v1/secp256k1-bip340';
const group = groupOf(suite);
const keys = frostKeys(suite, 2, 3);
const [first, second, third, newcomer] = [...keys.devices, ...devices(1, 'newcomer')] as [
  TestDevice,
  TestDevice,
  TestDevice,
  TestDevice,
];
const numbered = (list: readonly TestDevice[]): Member[] =>
  list.map(({ identity }, i) => ({ index: i + 1, identity: identity.publicKey }));

type Out = Redistributed<FrostSuite>;
interface Resharing extends Scenario<Out> {
  readonly context: ReshareContext<FrostSuite>;
}

/** @param liar its number in the session */
function scenario(name: string, to: readonly TestDevice[], liar: PartyIndex): Resharing {
  const context: ReshareContext<FrostSuite> = {
    suite,
    requestId: requestId('reshare'),
    old: keys.info,
    dealers: [1, 2],
    threshold: 2,
    members: numbered(to),
  };
  const parties = reshareParties(context);
  const everyone = [first, second, third, newcomer];
  const deviceOf = (party: PartyIndex): TestDevice => {
    const identity = parties.find((one) => one.party === party)?.identity;
    const found = everyone.find((device) => device.identity.publicKey.join() === identity?.join());
    if (found === undefined) throw new Error('no such device');
    return found;
  };
  return {
    name: `redistribution, ${name}`,
    context,
    group,
    liar,
    players: () =>
      new Map(
        parties.map(({ party, identity, dealer }) => [
          party,
          {
            ceremony: reshareCeremony(context, {
              identity,
              share: dealer === undefined ? undefined : keys.share(dealer),
              largestAttempt: 0,
            }),
            identity: deviceOf(party).identity,
          },
        ]),
      ),
    rounds: (self) => Object.values(reshareRounds(context, self)),
    alternative(delivery, honest) {
      const { key, certificate } = outputIn(honest, liar);
      const sid = sidOf(honest);
      const { info } = verifyReshareCertificate(certificate, keys.info);
      const { name: device } = deviceOf(liar);
      switch (delivery.round) {
        case 1:
          return otherCommitment(delivery);
        case 2: // nothing but the echo can differ in a valid opening
          return flip(delivery.body, 0);
        case 3: {
          const digest = reshareAuthDigest(sid, context, certificate.attempt, info.kid);
          return concat(certificate.echo1, certificate.echo2, otherSignature(device, digest));
        }
        case 4: {
          if (key === undefined) return undefined;
          const { echo2, commitment, chainCode } = certificate;
          const bound = {
            label: 'share' as const,
            sid,
            prover: liar,
            context: concat(echo2, ...commitment.slice(0, 1), chainCode),
          };
          const statement = verifyingShare(info, liar);
          const proof = key.share.withSecret((s) => prove(group, bound, s, statement, 4711n));
          return concat(
            statement.toBytes(),
            proof.commitment.toBytes(),
            group.encodeScalar(proof.response),
          );
        }
        default: {
          const { kid, epoch } = info;
          const digest = confirmDigest(certificate, sid, keys.info.kid, epoch, liar, kid);
          return otherSignature(device, digest);
        }
      }
    },
  };
}

const blamedIn = (round: number) => ({ aborts: "A'", blames: true, in: round }) as const;
const unequal = (round: number) => ({ aborts: 'A', blames: false, in: round }) as const;

const rules: readonly Rule<Out>[] = [
  {
    round: 1,
    kind: 'broadcast',
    field: /^(commitment)?$/,
    alterations: VALUE,
    then: blamedIn(2),
    why: 'the commitment does not open; copied from another dealer: it binds the index (P-23)',
  },
  {
    round: 1,
    kind: 'broadcast',
    field: /^$/,
    alterations: ['equivocate'],
    then: unequal(2),
    others: { waits: 3 },
    why: 'E1 differs from what the dealers echo; the dealers wait for who gave up (P-25)',
  },
  ...messageRules<Out>(1, 'broadcast'),

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
    field: /^coefficients\[0\]$/,
    alterations: ['other session'],
    then: 'finishes',
    why: 'nothing is altered: lambda_i F_old(i) is public and the same in every session',
  },
  {
    round: 2,
    kind: 'broadcast',
    field: /^coefficients\[0\]$/,
    alterations: ['flip', 'other party', ...BROKEN],
    then: blamedIn(2),
    why: 'not what round 1 committed to, or no encoding (P-49)',
  },
  {
    round: 2,
    kind: 'broadcast',
    field: /^(coefficients\[1\]|proofPoint|proofScalar|salt)$/,
    alterations: [...VALUE, ...BROKEN],
    then: blamedIn(2),
    why: 'not what round 1 committed to, or no encoding (P-49)',
  },
  {
    round: 2,
    kind: 'broadcast',
    field: /^$/,
    alterations: FOREIGN,
    then: blamedIn(2),
    why: "another session's or dealer's opening opens nothing here (P-23, P-35)",
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
  ...messageRules<Out>(2, 'broadcast'),

  {
    round: 3,
    kind: 'broadcast',
    field: /^echo[12]$/,
    alterations: ['flip', 'other session'],
    then: unequal(3),
    why: 'a differing echo names nobody (3.3)',
  },
  {
    round: 3,
    kind: 'broadcast',
    field: /^echo[12]$/,
    alterations: ['other party'],
    then: 'finishes',
    why: 'nothing is altered: everyone echoes the same',
  },
  {
    round: 3,
    kind: 'broadcast',
    field: /^(signature)?$/,
    alterations: VALUE,
    then: blamedIn(3),
    why: 'no signature of this party under this new set (C2)',
  },
  {
    round: 3,
    kind: 'broadcast',
    field: /^$/,
    alterations: ['equivocate'],
    then: 'finishes',
    why: 'harmless by design: both signatures approve the same new set',
  },
  ...messageRules<Out>(3, 'broadcast'),
  {
    round: 3,
    kind: 'direct',
    field: /^share$/,
    alterations: [...VALUE, ...BROKEN],
    then: blamedIn(3),
    others: { waits: 4 },
    why: "f_i(j) G is not on the dealer's polynomial, or not below the order (P-49)",
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
  ...messageRules<Out>(3, 'direct', { omitted: { waits: 4 }, refused: { waits: 4 } }),

  {
    round: 4,
    kind: 'broadcast',
    field: /^(publicShare|proofPoint|proofScalar)?$/,
    alterations: [...VALUE, ...BROKEN],
    then: blamedIn(4),
    why: "S'_j is recomputed, and the proof is bound to prover and session (P-24)",
  },
  {
    round: 4,
    kind: 'broadcast',
    field: /^$/,
    alterations: ['equivocate'],
    then: 'finishes',
    why: "harmless by design: two valid proofs of the same S'_j",
  },
  ...messageRules<Out>(4, 'broadcast'),

  {
    round: 5,
    kind: 'broadcast',
    field: /^(signature)?$/,
    alterations: VALUE,
    then: blamedIn(5),
    why: 'no confirmation of this key by this member: no certificate, so nothing is activated (C1)',
  },
  {
    round: 5,
    kind: 'broadcast',
    field: /^$/,
    alterations: ['equivocate'],
    then: 'finishes',
    why: 'harmless by design: both signatures confirm the same key, so both certificates are complete',
  },
  ...messageRules<Out>(5, 'broadcast'),
];

const replacing = scenario('a dealer who stays lies', [first, second, newcomer], 2);
describeMatrix(replacing, rules);

// The other roles: once each.
const briefly = ({ alteration }: Cell): boolean =>
  ['flip', 'invalid', 'omit', 'too long', 'equivocate'].includes(alteration);

// A dealer who is no recipient: rounds 1 to 3.
const leaving = scenario('a dealer who leaves lies', [first, newcomer], 3);
describeMatrix(
  {
    ...leaving,
    only: briefly,
  },
  rules,
  'part',
);

// A recipient who does not deal; one of the honest parties only deals. Rounds 3 to 5.
const joining = scenario('a newcomer lies', [first, newcomer], 2);
describeMatrix(
  {
    ...joining,
    only: briefly,
  },
  rules,
  'part',
);

describe('P-28 a dealer who deals something else, consistently', () => {
  const { context, liar } = replacing;
  const honest = recordRun(replacing, 'P-28');
  const sid = sidOf(honest);
  const part = keys.share(2).withSecret((s) => (lagrange(group, [1, 2], 2) * s) % group.order);

  it.each([
    ['its share plus one', part + 1n],
    ['its share minus one', part - 1n],
    [
      'the part of another quorum',
      keys.share(2).withSecret((s) => (lagrange(group, [2, 3], 2) * s) % group.order),
    ],
    ['its share itself', keys.share(2).withSecret((s) => s)],
  ])('%s is caught before any share is sent, and it is blamed', (_, constant) => {
    const coefficients = commit(group, [constant, 99n]);
    const [statement = group.zero, ...rest] = coefficients;
    const bound = {
      label: 'reshare' as const,
      sid,
      prover: liar,
      context: concat(...rest.map((a) => a.toBytes())),
    };
    const proof = prove(group, bound, constant, statement, 4711n);
    const { schema } = reshareRounds(context, 1).open.broadcast;
    const blank = new Uint8Array(32);
    const opened = {
      echo1: blank,
      coefficients,
      proofPoint: proof.commitment,
      proofScalar: proof.response,
      salt: blank,
    };
    const commitment = hash(TAGS.reshareCommit, sid, u16(liar), schema.encode(opened), blank);
    let echo1 = blank;
    const outcomes = lockstep(replacing.players(), 'P-28', ({ from, round, kind, to, body }) => {
      if (from !== liar && round === 2) echo1 = body.slice(0, 32);
      if (from !== liar) return [to === liar ? (honest.sent(round, kind, from, to) ?? body) : body];
      if (round === 1) return [commitment];
      return round === 2 ? [schema.encode({ ...opened, echo1 })] : [body];
    });
    for (const party of [1, 3]) {
      checkVerdict(blamedIn(2), of(outcomes, party), liar, party);
      expect(String(of(outcomes, party).error)).toContain('did not share its part');
    }
  });
});

it('a recipient who proves another share than its own is blamed', () => {
  const { liar } = replacing;
  const honest = recordRun(replacing, 'other share');
  const { key, certificate } = outputIn(honest, liar);
  const { echo2, commitment, chainCode } = certificate;
  const bound = {
    label: 'share' as const,
    sid: sidOf(honest),
    prover: liar,
    context: concat(echo2, ...commitment.slice(0, 1), chainCode),
  };
  const other = key?.share.withSecret((s) => s + 1n) ?? 1n;
  const statement = group.base.multiply(other);
  const proof = prove(group, bound, other, statement, 4711n);
  const response = group.encodeScalar(proof.response);
  const body = concat(statement.toBytes(), proof.commitment.toBytes(), response);
  const outcomes = lockstep(replacing.players(), 'other share', (delivery) => [
    delivery.from === liar && delivery.round === 4 ? body : delivery.body,
  ]);
  for (const party of [1, 3]) {
    checkVerdict(blamedIn(4), of(outcomes, party), liar, party);
    expect(String(of(outcomes, party).error)).toContain('not on the polynomial');
  }
});
