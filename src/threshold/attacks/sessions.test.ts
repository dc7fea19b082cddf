/**
 * Attacks over several signing sessions: P-02 (a multiplication id that repeats), P-03 (a failed check that
 * may be tried again) and P-06 (checks in parallel). Party 2 attacks party 1, through whole ceremonies.
 */
import { describe, expect, it } from 'vitest';
import { equalBytes, u16 } from '../../codec.ts';
import type { PartyIndex, ProtocolError } from '../abort.ts';
import { derive } from '../derive.ts';
import type { PairBook } from '../ecdsa/pairs.ts';
import { signRounds } from '../ecdsa/rounds.ts';
import * as signing from '../ecdsa/sign.ts';
import type { EcdsaSignature } from '../ecdsa/signature.ts';
import type { Element } from '../group.ts';
import { expandEach } from '../hash-each.ts';
import { hash } from '../hash.ts';
import * as extension from '../ot/extension.ts';
import { LAMBDA_C, ROW_BYTES, WIDTH, XI } from '../parameters.ts';
import { Point } from '../points.ts';
import { invert } from '../polynomial.ts';
import { decodeBody } from '../schema.ts';
import { ORDER, readScalar, reduce, viewOf } from '../scalars.ts';
import { bitOf } from '../secret-bits.ts';
import { TAGS } from '../tags.ts';
import { dealtKeys, testItem } from '../testing/keys.ts';
import { lockstep, type Outcome, type Player } from '../testing/lockstep.ts';
import { requestId } from '../testing/seeded.ts';
import { weakened, type Patch } from '../testing/weakened.ts';

interface Build {
  readonly signing: typeof signing;
  readonly extension: typeof extension;
}

const MODULES = { signing: 'ecdsa/sign.ts', extension: 'ot/extension.ts' };
const real: Build = { signing, extension };
const build = async (...patches: Patch[]): Promise<Build> => weakened<Build>(MODULES, patches);

const keys = dealtKeys(2, 2, 'attacks/sessions');
type Outcomes = ReadonlyMap<PartyIndex, Outcome<readonly EcdsaSignature[]>>;

/** One session of both, each with its own build and book. */
function session(name: string, parties: readonly (readonly [Build, PairBook])[]): Outcomes {
  const request = { requestId: requestId(name), signers: [1, 2], items: [testItem(name)] };
  const players = parties.map(([on, book], i): [PartyIndex, Player<readonly EcdsaSignature[]>] => [
    i + 1,
    {
      ceremony: on.signing.signCeremony(request, keys.share(i + 1), book),
      identity: keys.device(i + 1).identity,
    },
  ]);
  return lockstep(new Map(players), name);
}

const of = (outcomes: Outcomes, party: PartyIndex) =>
  outcomes.get(party) ?? expect.unreachable('no such party');
const bodyOf = (outcomes: Outcomes, from: PartyIndex, round: number): Uint8Array =>
  of(outcomes, from).sent.find((sent) => sent.round === round && sent.kind === 'direct')?.body ??
  expect.unreachable('nothing sent');

describe('P-02 a multiplication id that repeats', () => {
  const withoutSession: Patch = {
    file: 'ot/extension.ts',
    find: 'hash(TAGS.mul, isid, u16(sender)',
    replace: 'hash(TAGS.mul, u16(sender)',
  };

  /** What party 2 knows of one session: its own choices, and the victim's matrix. */
  function view(on: Build, name: string) {
    const outcomes = session(name, [
      [on, keys.book(1)],
      [on, keys.book(2)],
    ]);
    expect(of(outcomes, 1).output).toHaveLength(1);
    const { path, digest } = testItem(name);
    const { publicKey } = derive(keys.publicKey, keys.info.chainCode, path);
    const sid = Uint8Array.from(Buffer.from(of(outcomes, 2).sid ?? '', 'hex'));
    const isid = hash(TAGS.signItem, sid, u16(1), u16(0), publicKey, digest);
    const { pid, receive } = keys.generation(2, 1);
    const msid = on.extension.multiplicationId(isid, 1, 2, pid);
    const rounds = signRounds([1, 2], 1, 1);
    const sent = decodeBody(rounds.extend.direct.schema, bodyOf(outcomes, 2, 1), 'own');
    const [encoded = new Uint8Array()] = sent.extensions;
    const { u } = on.extension.decodeExtension(encoded);
    const [t0, t1] = [receive.zeros, receive.ones].map((pads) =>
      expandEach(TAGS.otePrg, msid, pads, 32, LAMBDA_C, ROW_BYTES),
    );
    const x = u.slice(0, ROW_BYTES).map((byte, i) => byte ^ (t0?.[i] ?? 0) ^ (t1?.[i] ?? 0));
    const told = decodeBody(rounds.multiply.direct.schema, bodyOf(outcomes, 1, 2), 'victim');
    const [item] = told.items;
    return { x, u, msid, item: item ?? expect.unreachable() };
  }

  /**
   * In rows where both choices differ, alpha_0 and alpha_1 have changed places: a~ + a~' = a + a'. Where
   * they are equal, a~ - a~' = a - a'.
   */
  function attack(on: Build, first: string, second: string) {
    const [one, two] = [view(on, first), view(on, second)];
    const [rows, others] = [viewOf(one.item.matrix), viewOf(two.item.matrix)];
    const inputs = [0, 1].map((column) => {
      const sums = new Set<bigint>();
      const differences = new Set<bigint>();
      for (let j = 0; j < XI; j++) {
        const at = 32 * (j * WIDTH + column);
        const [a, b] = [readScalar(rows, at), readScalar(others, at)];
        if (bitOf(one.x, j) === bitOf(two.x, j)) differences.add(reduce(a - b));
        else sums.add(reduce(a + b));
      }
      const [sum = 0n] = sums;
      const [difference = 0n] = differences;
      const half = invert(2n, ORDER);
      return {
        guesses: [reduce((sum + difference) * half), reduce((sum - difference) * half)],
        agreeing: sums.size === 1 && differences.size === 1,
      };
    });
    const truths: (readonly [Element, Element])[] = [
      [one.item.nonce, two.item.nonce],
      [one.item.key, two.item.key],
    ];
    const found = inputs.map(({ guesses }, column) =>
      guesses.every((guess, i) => {
        const truth = truths[column]?.[i];
        return guess !== 0n && truth?.equals(Point.BASE.multiplyUnsafe(guess)) === true;
      }),
    );
    return {
      agreeing: inputs.map(({ agreeing }) => agreeing),
      found,
      sameId: equalBytes(one.msid, two.msid),
    };
  }

  it('P-02 two sessions of a weakened build give both nonce shares and both key shares', async () => {
    expect(attack(await build(withoutSession), 'p02/a', 'p02/b')).toEqual({
      agreeing: [true, true],
      found: [true, true],
      sameId: true,
    });
  });

  it('P-02 the same attack finds nothing in the real one', () => {
    expect(attack(real, 'p02/a', 'p02/b')).toEqual({
      agreeing: [false, false],
      found: [false, false],
      sameId: false,
    });
  });
});

describe('P-03 a failed extension check that may be tried again', () => {
  interface EvilBuild extends Build {
    /** `row` says in which row of u the attacker lies. */
    readonly extension: Omit<typeof extension, 'extendAsReceiver'> & {
      readonly extendAsReceiver: typeof extension.extendAsReceiver & { row?: number };
    };
  }
  const lyingInOneRow: Patch = {
    file: 'ot/extension.ts',
    find: 'const uBytes = fromWords(u);',
    replace: 'u[extendAsReceiver.row * ROW_WORDS] ^= 1; const uBytes = fromWords(u);',
  };
  const withoutBan: Patch = {
    file: 'ecdsa/checks.ts',
    find: '[...cheats].map((peer) => book.ban(peer))',
    replace: '[]',
  };
  const ROWS = 10;
  const { nabla } = keys.generation(1, 2).send;
  const truth = Array.from({ length: ROWS }, (_, i): number => bitOf(nabla, i));

  /**
   * One session per bit of Nabla: the lie in row i is noticed exactly when bit i is 1.
   *
   * @returns the bits found, and every outcome of the victim
   */
  async function attack(victim: Build, book: PairBook) {
    const evil = await weakened<EvilBuild>(MODULES, [lyingInOneRow]);
    const bits: number[] = [];
    const outcomes: Outcome<readonly EcdsaSignature[]>[] = [];
    const ownBook = keys.book(2);
    for (let row = 0; row < ROWS; row++) {
      evil.extension.extendAsReceiver.row = row;
      const name = `p03/${String(row)}`;
      const outcome = of(
        session(name, [
          [victim, book],
          [evil, ownBook],
        ]),
        1,
      );
      outcomes.push(outcome);
      const passed = outcome.sent.some(({ round }) => round === 2);
      // by its class, not its type: a weakened build has error types of its own
      const failed = (outcome.error as Partial<ProtocolError> | undefined)?.abortClass === 'B';
      if (passed || failed) bits.push(passed ? 0 : 1);
    }
    return { bits, outcomes };
  }

  it('P-03 a weakened build without bans gives Nabla away bit by bit', async () => {
    expect(new Set(truth)).toEqual(new Set([0, 1])); // or the test proves nothing
    const { bits } = await attack(await build(withoutBan), keys.book(1));
    expect(bits).toEqual(truth);
  });

  it('P-03 the real one answers until the first failure, and never again', async () => {
    const book = keys.book(1);
    const generation = book.common(2, keys.book(2).report(1));
    const { bits, outcomes } = await attack(real, book);
    const known = truth.indexOf(1) + 1;
    expect(bits).toEqual(truth.slice(0, known));
    const failure = outcomes[known - 1];
    expect(failure?.error).toMatchObject({ abortClass: 'B', culprit: 2, consequence: 'ban-pair' });
    expect(failure?.sent.filter(({ round }) => round > 1)).toEqual([]);
    expect(failure?.persisted).toEqual([
      expect.objectContaining({ kind: 'pair-banned', self: 1, peer: 2, floor: 1 }),
    ]);
    // every later session ends in round 0, before anything that depends on a secret
    expect(outcomes.slice(known)).toHaveLength(ROWS - known);
    for (const later of outcomes.slice(known)) {
      expect(later.error).toMatchObject({ abortClass: 'A', culprit: undefined });
      expect(String(later.error)).toContain('pair set-up');
      expect(later.sent.filter(({ round }) => round > 0)).toEqual([]);
    }
    // the state is gone, in both directions
    expect(book.report(2)).toEqual({ floor: 1, held: [] });
    expect(book.common(2, keys.book(2).report(1))).toBeUndefined();
    for (const secret of [
      generation?.send.nabla,
      generation?.send.chosen,
      generation?.receive.zeros,
      generation?.receive.ones,
    ]) {
      expect(secret?.length).toBeGreaterThan(0);
      expect(secret?.every((byte) => byte === 0)).toBe(true);
    }
    // and the old generation does not come back
    expect(() => {
      book.add(2, keys.generation(1, 2));
    }).toThrow();
  });

  it('P-06 of 20 sessions begun at once one runs, and 19 are refused before round 0', () => {
    const book = keys.book(1);
    const request = { requestId: requestId('p06'), signers: [1, 2], items: [testItem('p06')] };
    const begun = Array.from({ length: 20 }, () => {
      try {
        return signing.signCeremony(request, keys.share(1), book);
      } catch (error) {
        return error;
      }
    });
    const [running, ...refused] = begun;
    expect(running).not.toBeInstanceOf(Error);
    expect(refused).toHaveLength(19);
    for (const error of refused) {
      expect(error).toMatchObject({ abortClass: 'A', culprit: undefined });
      expect(String(error)).toContain('busy');
    }
    (running as ReturnType<typeof signing.signCeremony>).release();
    expect(() => signing.signCeremony(request, keys.share(1), book)).not.toThrow();
  });

  it('P-06 a session that is under way when its pair is banned sends nothing more', () => {
    const book = keys.book(1);
    const request = { requestId: requestId('p06'), signers: [1, 2], items: [testItem('p06')] };
    const ceremony = signing.signCeremony(request, keys.share(1), book);
    const players = new Map([
      [1, { ceremony, identity: keys.device(1).identity }],
      [
        2,
        {
          ceremony: signing.signCeremony(request, keys.share(2), keys.book(2)),
          identity: keys.device(2).identity,
        },
      ],
    ]);
    const outcomes = lockstep(players, 'p06/ban', ({ from, round, body }) => {
      if (from === 2 && round === 1) book.ban(2);
      return [body];
    });
    const honest = of(outcomes, 1);
    expect(honest.error).toMatchObject({ abortClass: 'A' });
    expect(String(honest.error)).toContain('banned');
    expect(honest.sent.filter(({ round }) => round > 1)).toEqual([]);
  });
});
