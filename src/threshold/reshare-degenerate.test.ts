/**
 * Redistributions at their edges: a dealer that knows the polynomial of the other one beforehand, or leaves; a device
 * that has a share of the old key and does not deal. Found by mutation testing; see docs/mutation.md.
 */
import { describe, expect, it } from 'vitest';
import { ProtocolError, UsageError } from './abort.ts';
import { reshareParties } from './certificate.ts';
import { groupOf } from './group.ts';
import { commit, lagrange } from './polynomial.ts';
import { prove } from './proofs.ts';
import { HedgedRandom } from './random.ts';
import { boundTo, commitmentTo, type ReshareView } from './reshare-checks.ts';
import type { Redistributed } from './reshare-protocol.ts';
import { reshareRounds, type Opened } from './reshare-rounds.ts';
import { reshareCeremony } from './reshare.ts';
import type { Ceremony, Protocol } from './session/ceremony.ts';
import type { ReshareContext } from './session/context.ts';
import { awaitRound } from './session/round.ts';
import type { Session } from './session/session.ts';
import { dealtKeys, frostKeys } from './testing/keys.ts';
import { lockstep, type Outcome } from './testing/lockstep.ts';
import { outputsOf, runAll } from './testing/network.ts';
import { membersOf, requestId, seeded, testIdentity } from './testing/seeded.ts';

const suite = 'mpc-frost/v1/secp256k1-bip340';
const group = groupOf(suite);
const { order } = group;
const mod = (value: bigint): bigint => ((value % order) + order) % order;
const SEED = 'degenerate';

describe('a dealer that knows the polynomial of the other', () => {
  const keys = frostKeys(suite, 2, 2);
  const [VICTIM, EVIL] = [1, 2];
  const context = {
    suite,
    requestId: requestId('degenerate'),
    old: keys.info,
    dealers: [VICTIM, EVIL],
    threshold: 2,
    members: membersOf(keys.devices),
  } as const;
  type Key = Redistributed<typeof suite>;

  /** lambda_i s_i: what every dealer has to deal. */
  const constantOf = (party: number): bigint =>
    keys.share(party).withSecret((s) => (lagrange(group, context.dealers, party) * s) % order);

  /** What the victim draws first: its share, the session and the seed of the run decide it. */
  const victimsSlope = ({ sid }: Session): bigint =>
    keys.share(VICTIM).withSecret((_, secret) => {
      const random = seeded(`${SEED}/rounds/${String(VICTIM)}`);
      return new HedgedRandom(random, secret, sid).scalar('polynomial', order);
    });

  /** A dealer that follows the protocol with the slope it chose, until everything is opened. */
  function dealing(session: Session, slope: bigint): Protocol<Key> {
    const rounds = reshareRounds(context, EVIL);
    const parties = new Map(reshareParties(context).map((party) => [party.party, party]));
    const view: ReshareView = { context, session, rounds, parties };
    const constant = constantOf(EVIL);
    const coefficients = commit(group, [constant, slope]);
    const statement = coefficients[0] ?? group.zero;
    const proof = prove(group, boundTo(view, EVIL, coefficients), constant, statement, 77n);
    const opened: Opened = {
      echo1: new Uint8Array(32),
      coefficients,
      proofPoint: proof.commitment,
      proofScalar: proof.response,
      salt: seeded('salt')(32),
    };
    const nothing = (): void => undefined;
    return {
      rounds: Object.values(rounds),
      start: () => ({
        send: [{ to: 'all', body: commitmentTo(view, EVIL, opened) }],
        next: awaitRound(
          rounds.commit,
          ({ broadcasts }) => ({
            send: [
              {
                to: 'all',
                body: rounds.open.broadcast.schema.encode({
                  ...opened,
                  echo1: session.echo(1, broadcasts),
                }),
              },
            ],
            next: awaitRound<unknown, unknown, Key>(
              rounds.open,
              () => {
                throw new Error('it has done what it wanted');
              },
              nothing,
            ),
          }),
          nothing,
        ),
      }),
    };
  }

  function victimOf(choose: (victimsSlope: bigint) => bigint): Outcome<Key> {
    const ceremonyOf = (party: number): Ceremony<Key> =>
      reshareCeremony(context, {
        identity: keys.device(party).identity.publicKey,
        share: keys.share(party),
        largestAttempt: 0,
      });
    const evil: Ceremony<Key> = {
      ...ceremonyOf(EVIL),
      begin: (session) => dealing(session, mod(choose(victimsSlope(session)))),
    };
    const players = new Map(
      [ceremonyOf(VICTIM), evil].map((ceremony, i) => [
        i + 1,
        { ceremony, identity: keys.device(i + 1).identity },
      ]),
    );
    return lockstep(players, SEED).get(VICTIM) ?? expect.unreachable();
  }

  it('the harness is sound: with any other slope the victim goes on to deal', () => {
    const { error, waitingIn } = victimOf(() => 6n);
    expect(error).toBeUndefined();
    expect(waitingIn).toBe(3);
  });

  it.each<[string, (slope: bigint) => bigint, RegExp]>([
    ['lower the degree of the polynomial', (slope) => -slope, /new polynomial is degenerate/],
    [
      'make a share zero',
      (slope) => -constantOf(VICTIM) - slope - constantOf(EVIL),
      /verifying share is the identity/,
    ],
  ])('cannot %s', (_, choose, reason) => {
    const { error, output, sent, persisted } = victimOf(choose);
    expect(error).toMatchObject({ abortClass: 'A', culprit: undefined });
    expect(error instanceof ProtocolError && error.message).toMatch(reason);
    expect(output).toBeUndefined();
    expect(persisted).toEqual([]);
    expect(Math.max(...sent.map(({ round }) => round))).toBe(2);
  });
});

it('a device that still has its old share, and does not deal, receives a new one', async () => {
  const keys = frostKeys(suite, 2, 3);
  const context = {
    suite,
    requestId: requestId('idle'),
    old: keys.info,
    dealers: [1, 2],
    threshold: 2,
    members: membersOf(keys.devices),
  } as const;
  const players = new Map(
    keys.parties.map((party) => {
      const { identity } = keys.device(party);
      const inputs = {
        identity: identity.publicKey,
        share: keys.share(party),
        largestAttempt: 0,
      };
      return [party, { identity, ceremony: reshareCeremony(context, inputs) }] as const;
    }),
  );
  const outputs = outputsOf(await runAll(players, { seed: 'idle' }));
  for (const party of keys.parties) expect(outputs.get(party)?.key?.share.info.epoch).toBe(1);
});

it('a dealer whose share is of another epoch is refused, though the key id is the same', () => {
  const keys = frostKeys(suite, 2, 3);
  const contextAt = (epoch: number): ReshareContext<typeof suite> => ({
    suite,
    requestId: requestId('epoch'),
    old: { ...keys.info, epoch },
    dealers: [1, 2],
    threshold: 2,
    members: membersOf(keys.devices),
  });
  const identity = keys.device(1).identity.publicKey;
  const inputs = { identity, share: keys.share(1), largestAttempt: 0 };
  expect(() => reshareCeremony(contextAt(keys.info.epoch), inputs)).not.toThrow();
  expect(() => reshareCeremony(contextAt(keys.info.epoch + 1), inputs)).toThrow(UsageError);
});

it('P-27 a dealer of an ECDSA key that leaves deals its part, and has no pads with anyone', () => {
  const keys = dealtKeys(2, 2);
  const stayer = keys.device(1).identity;
  const leaver = keys.device(2).identity;
  const newcomer = testIdentity('newcomer');
  const context = {
    suite: keys.info.suite,
    requestId: requestId('leaver'),
    old: keys.info,
    dealers: [1, 2],
    threshold: 2,
    members: [stayer, newcomer].map(({ publicKey }, i) => ({ index: i + 1, identity: publicKey })),
  };
  const players = new Map(
    [stayer, newcomer, leaver].map((identity, i) => {
      const share = [keys.share(1), undefined, keys.share(2)][i];
      const inputs = { identity: identity.publicKey, share, largestAttempt: 0 };
      return [i + 1, { identity, ceremony: reshareCeremony(context, inputs) }] as const;
    }),
  );
  const run = lockstep(players, 'leaver');
  const [one, two, gone] = [1, 2, 3].map((party) => run.get(party) ?? expect.unreachable());
  expect(run.get(3)?.error).toBeUndefined();
  expect(one?.output?.key?.pairs.get(2)?.pid).toEqual(two?.output?.key?.pairs.get(1)?.pid);
  expect([...(one?.output?.key?.pairs.keys() ?? [])]).toEqual([2]);
  expect([...(two?.output?.key?.pairs.keys() ?? [])]).toEqual([1]);
  expect(gone?.output?.certificate).toEqual(one?.output?.certificate);
  expect(gone?.output?.key).toBeUndefined();
  const dealt = gone?.sent.filter(({ kind }) => kind === 'direct').map(({ body }) => body.length);
  expect(dealt).toEqual([32, 32]);
});
