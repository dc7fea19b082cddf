/**
 * Fuzzing of the round handlers (P-14): a party whose messages are altered at random, field by field, makes
 * the others abort with a ProtocolError or wait; nothing else is ever thrown, and no check lets an
 * altered secret-dependent message pass into a different result.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { equalBytes } from '../codec.ts';
import { ProtocolError } from './abort.ts';
import { groupOf } from './group.ts';
import { signRounds } from './ecdsa/rounds.ts';
import { keygenCeremony, keygenRounds } from './keygen.ts';
import { reshareRounds } from './reshare-rounds.ts';
import { reshareCeremony } from './reshare.ts';
import { frostRounds } from './schnorr/rounds.ts';
import { frostSignCeremony } from './schnorr/sign.ts';
import type { FieldLayout } from './schema.ts';
import { of, schemaFor, type AnyRoundShape } from './session/round.ts';
import { dealtKeys, frostKeys, signPlayers, testItem } from './testing/keys.ts';
import { lockstep, type Delivery, type Player } from './testing/lockstep.ts';
import { flip, overwrite } from './testing/network.ts';
import { devices, digestOf, membersOf, requestId } from './testing/seeded.ts';
import { unblemished } from './schnorr/testing/frost.ts';

const runs = Number(process.env['FUZZ_RUNS'] ?? 200);
const seed = Number(process.env['FUZZ_SEED'] ?? 20_240_229);
const liar = 2;

interface Target<Out> {
  readonly name: string;
  readonly players: () => Map<number, Player<Out>>;
  readonly rounds: readonly AnyRoundShape[];
  readonly group: ReturnType<typeof groupOf>;
  /** Runs, in proportion to what one costs. */
  readonly share: number;
}

const suites = ['mpc-frost/v1/secp256k1-bip340', 'mpc-frost/v1/ed25519'] as const;
const list = devices(2, 'fuzz');
const keygen = suites.map((suite): Target<unknown> => {
  const context = { suite, requestId: requestId('f'), threshold: 2, members: membersOf(list) };
  return {
    name: `key generation, ${suite}`,
    players: () =>
      new Map(
        list.map(({ identity }, i) => [
          i + 1,
          { ceremony: keygenCeremony(context, i + 1), identity },
        ]),
      ),
    rounds: Object.values(keygenRounds(context, 1)),
    group: groupOf(suite),
    share: 5,
  };
});

const keys = frostKeys(suites[0], 2, 2, 'fuzz');
const reshare = {
  suite: suites[0],
  requestId: requestId('f'),
  old: keys.info,
  dealers: [1, 2],
  threshold: 2,
  members: keys.info.members,
};
const resharing: Target<unknown> = {
  name: 'redistribution',
  players: () =>
    new Map(
      keys.parties.map((party) => {
        const { identity } = keys.device(party);
        const inputs = {
          identity: identity.publicKey,
          share: keys.share(party),
          largestAttempt: 0,
        };
        return [party, { ceremony: reshareCeremony(reshare, inputs), identity }];
      }),
    ),
  rounds: Object.values(reshareRounds(reshare, 1)),
  group: groupOf(suites[0]),
  share: 5,
};

const dealt = dealtKeys(2, 2);
const signing: Target<unknown> = {
  name: 'signing',
  players: () => signPlayers(dealt, [1, 2], [testItem('fuzz')]),
  rounds: Object.values(signRounds([1, 2], 1, 1)),
  group: groupOf(suites[0]),
  share: 4,
};

const taproot = {
  requestId: requestId('f'),
  signers: [1, 2],
  items: [
    {
      purpose: 'bitcoin-input',
      path: [0],
      root: 'empty',
      message: digestOf('message'),
      sighashType: 0,
      inputIndex: 0,
      prevouts: digestOf('prevouts'),
    },
  ],
} as const;
const frost: Target<unknown> = {
  name: 'FROST',
  players: () =>
    new Map(
      keys.parties.map((party) => [
        party,
        {
          ceremony: frostSignCeremony(taproot, keys.share(party), unblemished(keys.share(party))),
          identity: keys.device(party).identity,
        },
      ]),
    ),
  rounds: Object.values(frostRounds(groupOf(suites[0]), [1, 2], 1)),
  group: groupOf(suites[0]),
  share: 5,
};

type Edit = (body: Uint8Array) => Uint8Array;

/** Alterations of a field that keep the length of the message. */
function editOf(
  group: Target<unknown>['group'],
  { kind, offset, length }: FieldLayout,
): fc.Arbitrary<Edit> {
  const anything = fc.tuple(fc.nat({ max: length - 1 }), fc.integer({ min: 1, max: 255 })).map(
    ([at, mask]): Edit =>
      (body) =>
        flip(body, offset + at, mask),
  );
  const put =
    (value: Uint8Array): Edit =>
    (body) =>
      overwrite(body, offset, value);
  if (kind === 'point') {
    const multiples = fc.bigInt({ min: 1n, max: group.order - 1n });
    return fc.oneof(
      anything,
      multiples.map((k) => put(group.base.multiply(k).toBytes())),
    );
  }
  if (kind === 'scalar') {
    const special = fc.constantFrom(0n, 1n, 2n, group.order - 1n, group.order - 2n);
    return fc.oneof(
      anything,
      special.map((k) => put(group.encodeScalar(k))),
    );
  }
  const fill = fc.constantFrom(0, 1, 255).map((value) => put(new Uint8Array(length).fill(value)));
  return fc.oneof(anything, fill);
}

interface Attack {
  readonly round: number;
  readonly kind: Delivery['kind'];
  readonly edits: readonly Edit[];
}

function attacksOn({ rounds, group }: Target<unknown>): fc.Arbitrary<Attack> {
  const slots = rounds.flatMap((shape) =>
    (['broadcast', 'direct'] as const).flatMap((kind) => {
      const channel = shape[kind];
      if (channel?.from.includes(liar) !== true) return [];
      const fields = schemaFor(channel as never, liar)
        .layout('', 0)
        .filter(({ length }) => length > 0);
      return fields.length === 0 ? [] : [{ round: shape.number, kind, fields }];
    }),
  );
  return fc.constantFrom(...slots).chain(({ round, kind, fields }) =>
    fc
      .array(
        fc.constantFrom(...fields).chain((field) => editOf(group, field)),
        { minLength: 1, maxLength: 3 },
      )
      .map((edits) => ({ round, kind, edits })),
  );
}

describe.each(
  [...keygen, resharing, signing, frost].map((target) => [target.name, target] as const),
)('P-14 %s with altered messages', (_, target) => {
  it('ends with a ProtocolError or waits, and only an unaltered message gives a result', () => {
    const reasons = new Set<string>();
    fc.assert(
      fc.property(attacksOn(target), ({ round, kind, edits }) => {
        const altered: boolean[] = [];
        const outcomes = lockstep(target.players(), 'fuzz', (delivery) => {
          const { body } = delivery;
          const meant =
            delivery.from === liar && delivery.round === round && delivery.kind === kind;
          if (!meant) return [body];
          const changed = edits.reduce((bytes, edit) => edit(bytes), body);
          altered.push(!equalBytes(changed, body));
          return [changed];
        });
        const honest = of(outcomes, 1);
        if (honest.error === undefined) {
          expect(altered.includes(true) && honest.output !== undefined).toBe(false);
          return;
        }
        if (!(honest.error instanceof ProtocolError)) {
          throw new Error('not a ProtocolError', { cause: honest.error });
        }
        expect(honest.output).toBeUndefined();
        reasons.add(honest.error.message);
      }),
      { numRuns: Math.max(5, Math.floor(runs / target.share)), seed },
    );
    expect(reasons.size).toBeGreaterThan(2);
  });
});
