/** Rounds: used once, wiped when given up, and no way around their order. */
import { describe, expect, expectTypeOf, it, vi } from 'vitest';
import { ProtocolError, UsageError } from '../abort.ts';
import * as face from '../index.ts';
import type { EcdsaSuite, FrostSuite, KeyShare } from '../keys.ts';
import type { PairBook } from '../ecdsa/pairs.ts';
import { SECP256K1 } from '../group.ts';
import { dealtKeys } from '../testing/keys.ts';
import { bytes, nonZeroScalar, point, scalar, struct } from '../schema.ts';
import {
  awaitRound,
  of,
  requireEcho,
  type Inbox,
  type RawInbox,
  type Transition,
} from './round.ts';

const group = SECP256K1;
const shape = {
  number: 3,
  stage: 'test',
  broadcast: { from: [1, 2], schema: struct({ word: bytes(2), at: point(group) }) },
  direct: { from: [2], schema: struct({ any: scalar(group), some: nonZeroScalar(group) }) },
} as const;

const G = group.base.toBytes();
const word = Uint8Array.of(1, 2);
const said = Uint8Array.of(...word, ...G);
const one = group.encodeScalar(1n);
const told = Uint8Array.of(...group.encodeScalar(0n), ...one);
const inbox = (b = said, d = told): RawInbox => ({
  broadcasts: new Map([
    [1, said],
    [2, b],
  ]),
  direct: new Map([[2, d]]),
});

const done: Transition<string> = { send: [], next: { output: 'done' } };
const pendingWith = (step: () => Transition<string> = () => done) => {
  const wipe = vi.fn();
  return { wipe, pending: awaitRound(shape, step, wipe) };
};

describe('a round', () => {
  it('gives its step the decoded messages of every sender', () => {
    let seen: Inbox<unknown, unknown> | undefined;
    const pending = awaitRound<unknown, unknown, string>(
      shape,
      (messages) => {
        seen = messages;
        return done;
      },
      () => undefined,
    );
    expect(pending.advance(inbox())).toBe(done);
    expect(seen?.said.get(2)).toEqual({ word, at: group.base });
    expect(seen?.told.get(2)).toEqual({ any: 0n, some: 1n });
    expect(seen?.broadcasts.get(1)).toEqual(said);
  });

  it.each([
    ['a broadcast is missing', { ...inbox(), broadcasts: new Map([[1, said]]) }],
    ['a direct message is missing', { ...inbox(), direct: new Map() }],
    ['a stranger is in place of a sender', { ...inbox(), direct: new Map([[3, told]]) }],
    [
      'there is one too many',
      {
        ...inbox(),
        direct: new Map([
          [2, told],
          [3, told],
        ]),
      },
    ],
  ])('refuses to start when %s', (_, raw) => {
    const { pending, wipe } = pendingWith();
    expect(() => pending.advance(raw)).toThrow(UsageError);
    expect(wipe).toHaveBeenCalledTimes(1);
  });

  it('may have messages of one kind only', () => {
    const { number, stage, broadcast, direct } = shape;
    const none = new Map<number, Uint8Array>();
    for (const [part, raw] of [
      [
        { number, stage, broadcast },
        { ...inbox(), direct: none },
      ],
      [
        { number, stage, direct },
        { ...inbox(), broadcasts: none },
      ],
    ] as const) {
      const pending = awaitRound(
        part,
        () => done,
        () => undefined,
      );
      expect(pending.advance(raw)).toBe(done);
    }
  });

  const q = group.order;
  const raw = (value: bigint): Uint8Array => {
    const low = group.encodeScalar(value % (1n << 128n));
    low.set(group.encodeScalar(value >> 128n).slice(16), 0);
    return low;
  };
  it.each([
    ['a byte too many', Uint8Array.of(...said, 0), told],
    ['a byte too few', said.slice(1), told],
    ['no bytes', new Uint8Array(), told],
    ['an uncompressed point', Uint8Array.of(...word, 4, ...G.slice(1)), told],
    ['a point off the curve', Uint8Array.of(...word, 2, ...new Uint8Array(31), 5), told],
    ['x of a point at p', Uint8Array.of(...word, 2, ...new Uint8Array(32).fill(255)), told],
    ['the scalar q', said, Uint8Array.of(...raw(q), ...one)],
    ['the scalar q + 1', said, Uint8Array.of(...raw(q + 1n), ...one)],
    ['the scalar 2^256 - 1', said, Uint8Array.of(...new Uint8Array(32).fill(255), ...one)],
    ['zero where it may not be', said, Uint8Array.of(...one, ...new Uint8Array(32))],
    ['q where zero may not be', said, Uint8Array.of(...one, ...raw(q))],
  ])('P-49 blames the sender of a message with %s', (_, b, d) => {
    const step = vi.fn(() => done);
    const { pending, wipe } = pendingWith(step);
    let error: unknown;
    try {
      pending.advance(inbox(b, d));
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(ProtocolError);
    expect(error).toEqual(expect.objectContaining({ abortClass: "A'", culprit: 2 }));
    expect(step).not.toHaveBeenCalled();
    expect(wipe).toHaveBeenCalledTimes(1);
  });

  it('P-49 takes the largest scalar and the largest non-zero one', () => {
    const top = group.encodeScalar(q - 1n);
    const { pending } = pendingWith();
    expect(pending.advance(inbox(said, Uint8Array.of(...top, ...top)))).toBe(done);
  });

  it('differing echoes are nobody’s fault', () => {
    requireEcho(true, 1);
    expect(() => {
      requireEcho(false, 1);
    }).toThrow(
      expect.objectContaining({
        abortClass: 'A',
        culprit: undefined,
        consequence: 'may-retry',
      }) as Error,
    );
  });

  it('asks for nothing that is not there', () => {
    expect(of(new Map([[1, 'x']]), 1)).toBe('x');
    expect(() => of(new Map([[1, 'x']]), 2)).toThrow(UsageError);
  });
});

describe('P-16 a round that waits', () => {
  it('is used once: a second use throws and does nothing', () => {
    const step = vi.fn(() => done);
    const { pending } = pendingWith(step);
    pending.advance(inbox());
    expect(() => pending.advance(inbox())).toThrow(UsageError);
    expect(step).toHaveBeenCalledTimes(1);
  });

  it('is spent before its step runs: not even the step can use it again', () => {
    let second: unknown;
    const pending = awaitRound<unknown, unknown, string>(
      shape,
      () => {
        try {
          pending.advance(inbox());
        } catch (error) {
          second = error;
        }
        return done;
      },
      () => undefined,
    );
    pending.advance(inbox());
    expect(second).toBeInstanceOf(UsageError);
  });

  it('is spent by a failed step, and wiped', () => {
    const { pending, wipe } = pendingWith(() => {
      throw new ProtocolError('A', 'no');
    });
    expect(() => pending.advance(inbox())).toThrow(ProtocolError);
    expect(wipe).toHaveBeenCalledTimes(1);
    expect(() => pending.advance(inbox())).toThrow(UsageError);
  });

  it('is spent and wiped when it is given up', () => {
    const step = vi.fn(() => done);
    const { pending, wipe } = pendingWith(step);
    pending.abandon();
    expect(wipe).toHaveBeenCalledTimes(1);
    expect(() => pending.advance(inbox())).toThrow(UsageError);
    expect(step).not.toHaveBeenCalled();
  });

  it('cannot be cloned or serialised', () => {
    const { pending } = pendingWith();
    expect(() => structuredClone(pending)).toThrow();
    expect(() => structuredClone({ nested: pending })).toThrow();
    expect(() => JSON.stringify(pending)).toThrow(UsageError);
    expect(() => JSON.stringify([pending])).toThrow(UsageError);
  });
});

describe('P-16 what a device holds between sessions', () => {
  const keys = dealtKeys(2, 2);

  it.each([
    ['pair book', keys.book(1)],
    ['key share', keys.share(1)],
  ])('a %s cannot be cloned or serialised', (_, state) => {
    expect(() => structuredClone(state)).toThrow();
    expect(() => structuredClone(new Map([['nested', state]]))).toThrow();
    expect(() => JSON.stringify(state)).toThrow(UsageError);
  });
});

describe('P-17 the public API', () => {
  it('has no way to a later round but the ceremony: no session, handshake, round or multiplication', () => {
    const inner = ['Session', 'Handshake', 'PendingRound', 'awaitRound', 'signRounds', 'Mailbox'];
    expect(Object.keys(face).filter((name) => inner.includes(name))).toEqual([]);
    expect(Object.keys(face)).toContain('signCeremony');
    // @ts-expect-error a session cannot be made from a session id
    expectTypeOf<typeof face.Session>();
    // @ts-expect-error nor can a handshake, with which one would be made
    expectTypeOf<typeof face.Handshake>();
    // @ts-expect-error nor a round
    expectTypeOf<typeof face.PendingRound>();
  });

  it('signs nothing without a digest, a path and a purpose', () => {
    type Item = face.SignItem;
    const digest = new Uint8Array(32);
    const complete: Item = { purpose: 'evm-transaction', path: [0], digest };
    // @ts-expect-error no digest
    const noDigest: Item = { purpose: 'evm-transaction', path: [0] };
    // @ts-expect-error no path
    const noPath: Item = { purpose: 'evm-transaction', digest };
    // @ts-expect-error no purpose
    const noPurpose: Item = { path: [0], digest };
    // @ts-expect-error a purpose that does not exist
    const wrongPurpose: Item = { purpose: 'anything', path: [0], digest };
    // @ts-expect-error a digest that may come later
    const later: Item = { purpose: 'evm-transaction', path: [0], digest: undefined };
    const items = [complete, noDigest, noPath, noPurpose, wrongPurpose, later];
    expect(new Set(items).size).toBe(6);
    type Request = Parameters<typeof face.signCeremony>[0];
    expectTypeOf<Request['items']>().toEqualTypeOf<readonly Item[]>();
    // @ts-expect-error a request without items
    const empty: Request = { requestId: new Uint8Array(16), signers: [1, 2] };
    expect(empty.items).toBeUndefined();
  });

  it('gives a ceremony no output before its last round, and no place to put a session id in', () => {
    type Ceremony = ReturnType<typeof face.signCeremony>;
    type Handshake = Ceremony['handshake'];
    expectTypeOf<Handshake>().not.toHaveProperty('sid');
    expectTypeOf<Handshake>().not.toHaveProperty('nonce');
    expectTypeOf<Ceremony>().not.toHaveProperty('output');
    expectTypeOf<typeof face.runCeremony>().parameter(1).not.toHaveProperty('sid');
  });

  it('P-54 keeps keys of different schemes apart', () => {
    type SignsWith = Parameters<typeof face.signCeremony>[1];
    expectTypeOf<KeyShare<EcdsaSuite>>().toExtend<SignsWith>();
    expectTypeOf<KeyShare<FrostSuite>>().not.toExtend<SignsWith>();
    expectTypeOf<PairBook>().toExtend<Parameters<typeof face.signCeremony>[2]>();
  });
});
