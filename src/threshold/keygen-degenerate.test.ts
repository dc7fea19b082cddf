/**
 * Key generations that a dealer steers where no honest run ever gets, because it knows the polynomial of the
 * other one beforehand: a key that is the identity, a share that is zero. Found by mutation testing; see
 * docs/mutation.md.
 */
import { describe, expect, it } from 'vitest';
import { concat, u16 } from '../codec.ts';
import { ProtocolError } from './abort.ts';
import { baseTimes, groupOf } from './group.ts';
import { hash } from './hash.ts';
import { keygenCeremony, keygenRounds, type NewKey } from './keygen.ts';
import { commit, evaluate } from './polynomial.ts';
import { prove } from './proofs.ts';
import { HedgedRandom } from './random.ts';
import type { Ceremony, Protocol } from './session/ceremony.ts';
import { awaitRound, type Transition } from './session/round.ts';
import type { Session } from './session/session.ts';
import { TAGS } from './tags.ts';
import { lockstep, type Outcome } from './testing/lockstep.ts';
import { devices, membersOf, requestId, seeded } from './testing/seeded.ts';

const suite = 'mpc-frost/v1/secp256k1-bip340';
const list = devices(2);
const context = {
  suite,
  requestId: requestId('degenerate'),
  threshold: 2,
  members: membersOf(list),
} as const;
const group = groupOf(suite);
const { order } = group;
const SEED = 'degenerate';
const [VICTIM, EVIL] = [1, 2];

type Key = NewKey<typeof suite>;
type Polynomial = readonly [bigint, bigint];
const mod = (value: bigint): bigint => ((value % order) + order) % order;

/** What the victim draws first: all its randomness comes from the seed of the run. */
function victimsPolynomial({ sid }: Session): Polynomial {
  const random = seeded(`${SEED}/rounds/${String(VICTIM)}`);
  const deviceSecret = seeded(`${SEED}/rounds/device/${String(VICTIM)}`)(32);
  const drawn = new HedgedRandom(random, deviceSecret, sid).scalars('polynomial', order, 2);
  return [drawn[0] ?? 0n, drawn[1] ?? 0n];
}

/** A dealer that follows the protocol with the polynomial it chose, as far as its shares. */
function dealing(session: Session, polynomial: Polynomial): Protocol<Key> {
  const rounds = keygenRounds(context, EVIL);
  const coefficients = commit(group, polynomial);
  const [chainCode, salt, blank] = [seeded('cc')(32), seeded('salt')(32), new Uint8Array(32)];
  const bound = {
    label: 'dkg',
    sid: session.sid,
    prover: EVIL,
    context: concat(...coefficients.slice(1).map((a) => a.toBytes()), chainCode),
  } as const;
  const statement = coefficients[0] ?? group.zero;
  const proof = prove(group, bound, polynomial[0], statement, 77n);
  const encode = (echo1: Uint8Array, ending: Uint8Array): Uint8Array =>
    rounds.reveal.broadcast.schema.encode({
      echo1,
      coefficients,
      chainCode,
      proofPoint: proof.commitment,
      proofScalar: proof.response,
      salt: ending,
    });
  const nothing = (): void => undefined;
  const share = (echo2: Uint8Array): Transition<Key> => ({
    send: [
      {
        to: VICTIM,
        body: rounds.share.direct.schema.encode({
          echo2,
          share: evaluate(group, polynomial, VICTIM),
          opening: new Uint8Array(),
        }),
      },
    ],
    next: awaitRound<unknown, unknown, Key>(rounds.share, () => expect.unreachable(), nothing),
  });
  const start = (): Transition<Key> => ({
    send: [
      {
        to: 'all',
        body: hash(TAGS.dkgCommit, session.sid, u16(EVIL), encode(blank, blank), salt),
      },
    ],
    next: awaitRound(
      rounds.commit,
      ({ broadcasts }) => ({
        send: [{ to: 'all', body: encode(session.echo(1, broadcasts), salt) }],
        next: awaitRound(
          rounds.reveal,
          ({ broadcasts: opened }) => share(session.echo(2, opened)),
          nothing,
        ),
      }),
      nothing,
    ),
  });
  return { rounds: Object.values(rounds), start };
}

/** How it ends for the victim when the dealer chooses with knowledge of its polynomial. */
function victimOf(choose: (victims: Polynomial) => Polynomial): Outcome<Key> {
  const honest = keygenCeremony(context, VICTIM);
  const evil: Ceremony<Key> = {
    ...keygenCeremony(context, EVIL),
    begin: (session) => dealing(session, choose(victimsPolynomial(session))),
  };
  const players = new Map(
    list.map(({ identity }, i) => [i + 1, { identity, ceremony: i === 0 ? honest : evil }]),
  );
  return lockstep(players, SEED).get(VICTIM) ?? expect.unreachable();
}

/** Nobody is to blame, nothing is stored, and nothing left after `round`. */
const expectEnd = (end: Outcome<Key>, round: number, reason: RegExp): void => {
  const { error, output, sent, persisted } = end;
  expect(error).toMatchObject({ abortClass: 'A', culprit: undefined });
  expect(error instanceof ProtocolError && error.message).toMatch(reason);
  expect(output).toBeUndefined();
  expect(persisted).toEqual([]);
  expect(Math.max(...sent.map((delivery) => delivery.round))).toBe(round);
};

describe('a dealer that knows the polynomial of the other', () => {
  it('the harness is sound: with any other polynomial the victim goes on to prove its share', () => {
    let secret = 0n;
    const { error, sent, waitingIn } = victimOf((victims) => {
      [secret] = victims;
      return [5n, 6n];
    });
    expect(error).toBeUndefined();
    expect(waitingIn).toBe(4);
    const opened = sent.find(({ round }) => round === 2) ?? expect.unreachable();
    expect(opened.body.slice(32, 65)).toEqual(baseTimes(group, secret).toBytes());
  });

  it('cannot make the identity the key', () => {
    const end = victimOf(([secret]) => [mod(-secret), 6n]);
    expectEnd(end, 2, /joint polynomial is degenerate/);
  });

  it('cannot make a share zero', () => {
    const end = victimOf(([secret, slope]) => [5n, mod(-secret - slope - 5n)]);
    expectEnd(end, 3, /own share is degenerate/);
  });
});
