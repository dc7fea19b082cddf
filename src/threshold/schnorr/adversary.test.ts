/**
 * Party 3 of 1, 2, 3 misbehaves. In every case: which class, who is blamed, whether an answer z left an
 * honest party, and that nobody gets a signature unless it verifies.
 */
import { ED25519_TORSION_SUBGROUP, ed25519 } from '@noble/curves/ed25519.js';
import { hexToBytes } from '@noble/hashes/utils.js';
import { describe, expect, it } from 'vitest';
import { ProtocolError, type AbortClass } from '../abort.ts';
import { groupOf } from '../group.ts';
import type { FrostSuite } from '../keys.ts';
import { EquivocationError } from '../session/equivocation.ts';
import type { Delivery, Outcome, Tamper } from '../testing/lockstep.ts';
import { schemeOf } from './scheme.ts';
import { IncompleteSignatures, type SchnorrSignature } from './signature.ts';
import {
  dealt,
  EDWARDS,
  flipped,
  itemOf,
  overwritten,
  present,
  runSigning,
  TAPROOT,
} from './testing/frost.ts';

const CHEAT = 3;
const HONEST = [1, 2];
const ECHO = 32;

type Outcomes = ReadonlyMap<number, Outcome<readonly SchnorrSignature[]>>;

/** What is to be seen at every honest party. */
interface Expected {
  readonly abortClass: AbortClass;
  readonly blamed: boolean;
  /** Whether the honest parties had sent their answers. */
  readonly answered: boolean;
}

function expectAborts(outcomes: Outcomes, expected: Expected, parties = HONEST): void {
  for (const party of parties) {
    const { error, output, sent, persisted } = present(outcomes.get(party));
    expect(output, `party ${String(party)}`).toBeUndefined();
    expect(error).toBeInstanceOf(ProtocolError);
    const { abortClass, culprit, consequence } = error as ProtocolError;
    expect([abortClass, culprit]).toEqual([
      expected.abortClass,
      expected.blamed ? CHEAT : undefined,
    ]);
    expect(consequence).toBe(abortClass === 'A' ? 'may-retry' : 'discard-session');
    expect(sent.some(({ round }) => round === 2)).toBe(expected.answered);
    expect(persisted.some(({ kind }) => kind === 'maybe-signed')).toBe(expected.answered);
  }
}

/** Changes the cheat's message of a round, to everyone or to one party. */
const cheating =
  (round: number, change: (body: Uint8Array) => readonly Uint8Array[], to?: number): Tamper =>
  (delivery) =>
    delivery.from === CHEAT && delivery.round === round && (to ?? delivery.to) === delivery.to
      ? change(delivery.body)
      : [delivery.body];

/**
 * A cheat that is consistent: it sends another round 1 to all, and in round 2 the echo of what it sent,
 * which it takes from an honest party's answer.
 */
function consistently(change: (body: Uint8Array) => Uint8Array): Tamper {
  let echo: Uint8Array | undefined;
  return ({ from, round, body }) => {
    if (round === 2 && from !== CHEAT) echo = body.slice(0, ECHO);
    if (from !== CHEAT) return [body];
    if (round === 1) return [change(body)];
    return [round === 2 ? overwritten(body, 0, present(echo)) : body];
  };
}

describe.each([TAPROOT, EDWARDS])('a cheat among the signers: %s', (suite) => {
  const group = groupOf(suite);
  const size = group.pointBytes;
  const keys = dealt(suite, 2, 3, 'adversary');
  const names = ['a', ...inOneSuite(suite, ['b'])];
  const run = (tamper?: Tamper, seed = 'adversary', items = names) =>
    runSigning(
      keys,
      [1, 2, 3],
      items.map((name) => itemOf(suite, name)),
      tamper === undefined ? { seed } : { seed, tamper },
    );
  /** What was sent in a run without a cheat, and in another one of the same items. */
  const [plain, other] = [run(), run(undefined, 'another session')];
  const bodyOf = (outcomes: Outcomes, party: number, round: number): Uint8Array =>
    present(outcomes.get(party)?.sent.find((delivery: Delivery) => delivery.round === round)).body;
  const verifies = ({ signature, message, publicKey }: SchnorrSignature): boolean =>
    schemeOf(suite).verify(signature, message, publicKey);

  it('nobody cheats: all have the same signatures', () => {
    const signatures = present(plain.get(1)?.output);
    expect(signatures.every(verifies)).toBe(true);
    expect([...plain.values()].map(({ output }) => output)).toEqual(Array(3).fill(signatures));
  });

  describe('round 1', () => {
    it.each([
      ['the identity', new Uint8Array(size)],
      ['a point off the curve', offCurve(suite)],
      ['an unknown prefix or a coordinate above the field', new Uint8Array(size).fill(0xff)],
    ])("P-53 %s in any place: class A', named, no answer leaves", (_, bytes) => {
      for (let at = 0; at < bodyOf(plain, CHEAT, 1).length; at += size) {
        const outcomes = run(cheating(1, (body) => [overwritten(body, at, bytes)]));
        expectAborts(outcomes, { abortClass: "A'", blamed: true, answered: false });
      }
    });

    it("too long, too short, empty: class A', named, no answer leaves", () => {
      const { length: right } = bodyOf(plain, CHEAT, 1);
      for (const length of [0, right - 1, right + 1]) {
        const outcomes = run(cheating(1, () => [new Uint8Array(length)]));
        expectAborts(outcomes, { abortClass: "A'", blamed: true, answered: false });
      }
    });

    it('omitted: the others wait, and send no answer', () => {
      const outcomes = run(cheating(1, () => []));
      for (const party of HONEST) {
        const { waitingIn, sent, persisted } = present(outcomes.get(party));
        expect(waitingIn).toBe(1);
        expect(sent.some(({ round }) => round === 2)).toBe(false);
        expect(persisted).toEqual([]);
      }
    });

    it('omitted towards one party: that one waits, the other is left without its answer', () => {
      const outcomes = run(cheating(1, () => [], 1));
      expect(outcomes.get(1)?.waitingIn).toBe(1);
      expect(outcomes.get(1)?.sent.some(({ round }) => round === 2)).toBe(false);
      expect(outcomes.get(2)?.waitingIn).toBe(2);
    });

    it('P-25 another valid one to one party: class A, nobody is named', () => {
      const changed = bodyOf(other, CHEAT, 1);
      const outcomes = run(cheating(1, () => [changed], 1));
      expectAborts(outcomes, { abortClass: 'A', blamed: false, answered: true });
    });

    it("P-38 two for one slot: class A', and no answer leaves", () => {
      const outcomes = run(cheating(1, (body) => [body, bodyOf(other, CHEAT, 1)]));
      expectAborts(outcomes, { abortClass: "A'", blamed: true, answered: false });
      const { error } = present(outcomes.get(1));
      expect(error).toBeInstanceOf(EquivocationError);
      expect((error as EquivocationError).evidence).toMatchObject({ from: CHEAT, round: 1 });
      const repeated = run(cheating(1, (body) => [body, body]));
      expect(repeated.get(1)?.output).toEqual(plain.get(1)?.output);
    });

    it.each<[string, (body: Uint8Array) => Uint8Array]>([
      ['P-35 replayed from another session', () => bodyOf(other, CHEAT, 1)],
      ...inOneSuite<[string, (body: Uint8Array) => Uint8Array]>(suite, [
        ["copied from another party's", () => bodyOf(plain, 1, 1)],
        ['hiding and binding swapped', (body) => swapped(body, 0, size, size)],
        ['two items swapped', (body) => swapped(body, 0, 2 * size, 2 * size)],
        [
          'item 1 sent again as item 2',
          (body) => overwritten(body, 2 * size, body.slice(0, 2 * size)),
        ],
      ]),
    ])("%s: class A while its echo tells, class A' when it lies consistently", (_, change) => {
      const honestEcho = run(cheating(1, (body) => [change(body)]));
      expectAborts(honestEcho, { abortClass: 'A', blamed: false, answered: true });
      const lying = run(consistently(change));
      expectAborts(lying, { abortClass: "A'", blamed: true, answered: true });
    });
  });

  describe('round 2', () => {
    const high = new Uint8Array(32).fill(0xff);
    const first = (body: Uint8Array): Uint8Array => body.slice(ECHO, ECHO + 32);
    const answers = (outcomes: Outcomes, party: number): Uint8Array =>
      bodyOf(outcomes, party, 2).slice(ECHO);

    it.each(names.map((name, k) => [name, k] as const))(
      "a wrong z for item %s: class A', named, the other signature is kept",
      (_, k) => {
        const outcomes = run(
          cheating(2, (body) => {
            const at = ECHO + 32 * k;
            const z = group.decodeScalar(body.slice(at, at + 32));
            return [overwritten(body, at, group.encodeScalar((z + 1n) % group.order))];
          }),
        );
        expectAborts(outcomes, { abortClass: "A'", blamed: true, answered: true });
        for (const party of HONEST) {
          const error = present(outcomes.get(party)).error as IncompleteSignatures;
          expect(error).toBeInstanceOf(IncompleteSignatures);
          expect(error.persist).toEqual([]);
          expect(error.signatures[k]).toBeUndefined();
          expect(error.signatures[1 - k]).toEqual(plain.get(1)?.output?.[1 - k]);
        }
        // The cheat itself has both, and hands them on if its owner is honest.
        expect(outcomes.get(CHEAT)?.output).toEqual(plain.get(1)?.output);
      },
    );

    it.each<[string, (body: Uint8Array) => Uint8Array]>([
      ['P-49 not below the order', (body) => overwritten(body, ECHO, high)],
      ['one bit of z flipped', (body) => flipped(body, ECHO + 16)],
      ...inOneSuite<[string, (body: Uint8Array) => Uint8Array]>(suite, [
        ["another party's z", (body) => overwritten(body, ECHO, answers(plain, 1))],
        ['P-35 z of another session', (body) => overwritten(body, ECHO, answers(other, CHEAT))],
        ['z of two items swapped', (body) => swapped(body, ECHO, 32, 32)],
        ['z of item 1 again for item 2', (body) => overwritten(body, ECHO + 32, first(body))],
        ['zero', (body) => overwritten(body, ECHO, new Uint8Array(64))],
        ['too short', (body) => body.slice(1)],
      ]),
    ])("%s: class A', named", (_, change) => {
      const outcomes = run(cheating(2, (body) => [change(body)]));
      expectAborts(outcomes, { abortClass: "A'", blamed: true, answered: true });
    });

    it.each<[string, (body: Uint8Array) => Uint8Array]>([
      ['one bit of the echo flipped', (body) => flipped(body, 7)],
      ['P-35 the whole message of another session', () => bodyOf(other, CHEAT, 2)],
    ])('%s: class A, nobody is named, and no z is looked at', (_, change) => {
      const outcomes = run(cheating(2, (body) => [change(body)]));
      expectAborts(outcomes, { abortClass: 'A', blamed: false, answered: true });
    });

    it('a differing echo is found before a wrong z: an honest party is never blamed for it', () => {
      // 3 shows party 1 another list: party 2's answer is for a list that 1 did not see.
      const outcomes = run(cheating(1, () => [bodyOf(other, CHEAT, 1)], 1));
      expect((outcomes.get(1)?.error as ProtocolError).culprit).toBeUndefined();
    });

    it('omitted: the others wait, their record says that a signature may exist', () => {
      const outcomes = run(cheating(2, () => []));
      for (const party of HONEST) {
        const { waitingIn, persisted, output } = present(outcomes.get(party));
        expect(waitingIn).toBe(2);
        expect(output).toBeUndefined();
        expect(persisted).toEqual([expect.objectContaining({ kind: 'maybe-signed' })]);
      }
      expect(outcomes.get(CHEAT)?.output?.every(verifies)).toBe(true);
    });

    it('a right one to party 2, a wrong one to party 1: one has the signature, one names the cheat', () => {
      const outcomes = run(cheating(2, (body) => [flipped(body, ECHO + 16)], 1));
      expectAborts(outcomes, { abortClass: "A'", blamed: true, answered: true }, [1]);
      expect(outcomes.get(2)?.output).toEqual(plain.get(2)?.output);
    });

    it("two for one slot: class A', named", () => {
      const outcomes = run(cheating(2, (body) => [flipped(body, ECHO + 16), body]));
      // The first one alone may already have ended the session: both ways, the cheat is named.
      expectAborts(outcomes, { abortClass: "A'", blamed: true, answered: true });
    });
  });

  it('P-19 other items or another order at one device: nothing is sent after round 0', () => {
    const request = (items: readonly string[]) => items.map((name) => itemOf(suite, name));
    for (const different of [['b', 'a'], ['b'], ['a', 'c'], ['a', 'b', 'c']]) {
      const outcomes = runSigning(keys, [1, 2, 3], request(names), {
        itemsOf: new Map([[CHEAT, request(different)]]),
      });
      for (const party of HONEST) {
        const { sent, output } = present(outcomes.get(party));
        expect(output).toBeUndefined();
        expect(sent.every(({ round }) => round === 0)).toBe(true);
      }
    }
  });
});

describe('P-53 small-order components in round 1', () => {
  const keys = dealt(EDWARDS, 2, 3, 'torsion');
  const valid = ed25519.Point.BASE.multiply(5n);
  const torsion = ED25519_TORSION_SUBGROUP.map((hex) => hexToBytes(hex));
  const mixed = torsion
    .map((bytes) => valid.add(ed25519.Point.fromBytes(bytes)))
    .filter((point) => !point.isTorsionFree())
    .map((point) => point.toBytes());

  it('P-53 every small-order and mixed-order point is refused in either place', () => {
    expect(torsion).toHaveLength(8);
    expect(mixed).toHaveLength(7);
    for (const bytes of [...torsion, ...mixed]) {
      for (const at of [0, 32]) {
        const outcomes = runSigning(keys, [1, CHEAT], [itemOf(EDWARDS, 'a')], {
          tamper: cheating(1, (body) => [overwritten(body, at, bytes)]),
        });
        expectAborts(outcomes, { abortClass: "A'", blamed: true, answered: false }, [1]);
      }
    }
  });

  it('P-53 P-49 an encoding of y + p is refused', () => {
    // y = 1 is the identity; p + 3 .. p + 18 are the y below 19 once more
    const p = 2n ** 255n - 19n;
    for (const y of [3n, 4n, 9n, 14n, 15n, 16n, 18n]) {
      const bytes = Uint8Array.from({ length: 32 }, (_, i) =>
        Number(((p + y) >> BigInt(8 * i)) & 0xffn),
      );
      const outcomes = runSigning(keys, [1, CHEAT], [itemOf(EDWARDS, 'a')], {
        tamper: cheating(1, (body) => [overwritten(body, 0, bytes)]),
      });
      expectAborts(outcomes, { abortClass: "A'", blamed: true, answered: false }, [1]);
    }
  });
});

/** Cases that have nothing to do with the group: they run in the faster suite alone. */
const inOneSuite = <T>(suite: FrostSuite, cases: readonly T[]): readonly T[] =>
  suite === TAPROOT ? cases : [];

/** Two neighbouring pieces of a body in the other order. */
function swapped(body: Uint8Array, at: number, first: number, second: number): Uint8Array {
  const [a, b] = [body.slice(at, at + first), body.slice(at + first, at + first + second)];
  return overwritten(overwritten(body, at, b), at + second, a);
}

/** An encoding of the right form that belongs to no point. */
function offCurve(suite: FrostSuite): Uint8Array {
  const group = groupOf(suite);
  const bytes = group.base.toBytes().slice();
  const last = suite === TAPROOT ? bytes.length - 1 : 0;
  for (let i = 0; i < 256; i++) {
    bytes[last] = i;
    try {
      group.decodePoint(bytes);
    } catch {
      return bytes;
    }
  }
  throw new Error('every coordinate is on the curve');
}
