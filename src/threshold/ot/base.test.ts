/** Base OT: correctness, hostile points (P-04), uniform errors (P-05), binding of pads (P-09). */
import { describe, expect, it } from 'vitest';
import { concat, DecodeError, equalBytes, toHex, u16, u8 } from '../../codec.ts';
import { ProtocolError, UsageError } from '../abort.ts';
import { toInteger, hash, hashToScalar } from '../hash.ts';
import { LAMBDA_C } from '../parameters.ts';
import { decodePoint, encodePoint, h2cMessage, hashToCurve, Point } from '../points.ts';
import { HedgedRandom } from '../random.ts';
import { ORDER } from '../scalars.ts';
import { bitOf } from '../secret-bits.ts';
import { TAGS } from '../tags.ts';
import { ecdsaKeys } from '../testing/keys.ts';
import { malformedPoints33 } from '../testing/malformed.ts';
import { seeded } from '../testing/seeded.ts';
import { answerBaseOt, BASE_OT_BYTES, chooseBaseOt, finishBaseOt, type BaseOtId } from './base.ts';
import { PairSetup } from './pair.ts';

const random = seeded('base-ot');
const scalar = (): bigint => (toInteger(random(48)) % (ORDER - 1n)) + 1n;
const scalars = (count: number): bigint[] => Array.from({ length: count }, scalar);
const id: BaseOtId = { otsid: random(32), sender: 1, receiver: 2 };
const nabla = random(LAMBDA_C / 8);
const [t, v, b] = [scalars(LAMBDA_C), scalars(LAMBDA_C), scalars(2 * LAMBDA_C)];
const chooser = chooseBaseOt(id, nabla, t, v);
const answer = answerBaseOt(id, chooser.message, b);

const ascii = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'ascii'));
const slotAt = (idx: number, slot: number): number => (2 * idx + slot) * 33;
const slotOf = (message: Uint8Array, idx: number, slot: number): Uint8Array =>
  message.slice(slotAt(idx, slot), slotAt(idx, slot) + 33);
const padOf = (pads: Uint8Array, idx: number): Uint8Array => pads.slice(32 * idx, 32 * (idx + 1));

function withSlot(message: Uint8Array, idx: number, slot: number, bytes: Uint8Array): Uint8Array {
  const copy = message.slice();
  copy.set(bytes, slotAt(idx, slot));
  return copy;
}

/** The first index with this choice bit, from `start` on. */
const indexWith = (bit: number, start = 0): number => {
  for (let i = start; i < LAMBDA_C; i++) if (bitOf(nabla, i) === bit) return i;
  throw new Error('no such bit');
};

/** Whether pads of both sides fit, index by index. */
const fitting = (chosen: Uint8Array, pads: { zeros: Uint8Array; ones: Uint8Array }): boolean[] =>
  Array.from({ length: LAMBDA_C }, (_, i) =>
    equalBytes(padOf(chosen, i), padOf(bitOf(nabla, i) === 1 ? pads.ones : pads.zeros, i)),
  );

describe('a run', () => {
  it('gives the receiver the pad of each choice and no other', () => {
    const { chosen } = finishBaseOt(id, chooser, answer.message);
    expect(fitting(chosen, answer.pads)).not.toContain(false);
    const { zeros, ones } = answer.pads;
    expect(fitting(chosen, { zeros: ones, ones: zeros })).not.toContain(true);
  });

  it('gives pads that all differ', () => {
    const { zeros, ones } = answer.pads;
    const all = Array.from({ length: LAMBDA_C }, (_, i) => [
      padOf(zeros, i),
      padOf(ones, i),
    ]).flat();
    expect(new Set(all.map(toHex)).size).toBe(2 * LAMBDA_C);
  });

  it('does not change what it was given', () => {
    const [ownNabla, message] = [nabla.slice(), chooser.message.slice()];
    finishBaseOt(id, chooser, answer.message.slice());
    expect([nabla, chooser.message]).toEqual([ownNabla, message]);
  });
});

describe('P-04 malformed points', () => {
  const places = [
    [0, 0],
    [77, 1],
    [127, 1],
  ] as const;

  it.each(malformedPoints33)('P-04 refused in both messages: %s', (_, bad) => {
    for (const [idx, slot] of places) {
      const first = withSlot(chooser.message, idx, slot, bad);
      expect(() => answerBaseOt(id, first, b)).toThrow(DecodeError);
      const second = withSlot(answer.message, idx, slot, bad);
      expect(() => finishBaseOt(id, chooser, second)).toThrow(DecodeError);
    }
  });

  it.each([0, 33, BASE_OT_BYTES - 33, BASE_OT_BYTES - 1, BASE_OT_BYTES + 1, BASE_OT_BYTES + 33])(
    'P-04 P-49 messages of %i bytes are refused',
    (length) => {
      const resized = (message: Uint8Array): Uint8Array =>
        concat(message, message).slice(0, length);
      expect(() => answerBaseOt(id, resized(chooser.message), b)).toThrow(DecodeError);
      expect(() => finishBaseOt(id, chooser, resized(answer.message))).toThrow(DecodeError);
    },
  );

  it('P-04 65-byte points are refused, even where the length of the message fits', () => {
    // 128 * 2 * 33 = 8448 = 129 * 65 + 63: uncompressed points and filling
    const long = Point.BASE.multiply(3n).toBytes(false);
    const message = concat(...Array.from({ length: 130 }, () => long)).slice(0, BASE_OT_BYTES);
    expect(() => answerBaseOt(id, message, b)).toThrow(DecodeError);
    expect(() => finishBaseOt(id, chooser, message)).toThrow(DecodeError);
  });

  it.each([
    [0, 0],
    [0, 1],
    [127, 0],
    [64, 1],
  ])('P-04 a masked point that is the identity is refused: index %i, slot %i', (idx, slot) => {
    // m_j = r_j + h_j(r_{1-j}) = O for r_j = -h_j(r_{1-j})
    const other = encodePoint(Point.BASE.multiply(scalar()));
    const parts = [ascii('botH'), id.otsid, u16(1), u16(2), u16(idx), u8(slot), other];
    const negated = encodePoint(hashToCurve(...parts).negate());
    const first = withSlot(withSlot(chooser.message, idx, 1 - slot, other), idx, slot, negated);
    expect(() => answerBaseOt(id, first, b)).toThrow(DecodeError);
    // the same points in the other slots are harmless
    const swapped = withSlot(withSlot(chooser.message, idx, slot, other), idx, 1 - slot, negated);
    expect(() => answerBaseOt(id, swapped, b)).not.toThrow();
  });

  it('P-04 pads depend on the secret of their sender', () => {
    const again = answerBaseOt(id, chooser.message, scalars(2 * LAMBDA_C));
    for (let i = 0; i < LAMBDA_C; i++) {
      expect(equalBytes(padOf(again.pads.zeros, i), padOf(answer.pads.zeros, i))).toBe(false);
      expect(equalBytes(padOf(again.pads.ones, i), padOf(answer.pads.ones, i))).toBe(false);
    }
  });

  it('P-04 the slots look alike, whatever the choice (chi-square over all bits)', () => {
    // ones[c][slot][bit]: how often a bit of the encoding is set
    const ones = [0, 1].map(() => [0, 1].map(() => new Float64Array(257)));
    const counts = [0, 0];
    for (let run = 0; run < 5; run++) {
      const bits = random(LAMBDA_C / 8);
      const { message } = chooseBaseOt(
        { ...id, otsid: random(32) },
        bits,
        scalars(LAMBDA_C),
        scalars(LAMBDA_C),
      );
      for (let idx = 0; idx < LAMBDA_C; idx++) {
        const c: number = bitOf(bits, idx);
        counts[c] = (counts[c] ?? 0) + 1;
        for (const slot of [0, 1]) {
          const encoded = slotOf(message, idx, slot);
          decodePoint(encoded);
          const tally = ones[c]?.[slot] ?? new Float64Array();
          for (let bit = 0; bit < 257; bit++) tally[bit] = (tally[bit] ?? 0) + bitOf(encoded, bit);
        }
      }
    }
    // bits 0 (parity, lowest of the prefix) and 8..263 vary; 1 is constant
    const varying = Array.from({ length: 257 }, (_, bit) => bit).filter(
      (bit) => bit === 0 || bit > 7,
    );
    const [n0 = 0, n1 = 0] = counts;
    for (const slot of [0, 1]) {
      let chiSquare = 0;
      for (const bit of varying) {
        const [p0, p1] = [(ones[0]?.[slot]?.[bit] ?? 0) / n0, (ones[1]?.[slot]?.[bit] ?? 0) / n1];
        const p = (p0 * n0 + p1 * n1) / (n0 + n1);
        chiSquare += (p0 - p1) ** 2 / (p * (1 - p) * (1 / n0 + 1 / n1));
      }
      // mean 250, standard deviation 22
      expect(chiSquare).toBeGreaterThan(100);
      expect(chiSquare).toBeLessThan(400);
    }
  });
});

describe('P-05 uniform errors', () => {
  const [[, offCurve] = ['', new Uint8Array()]] = malformedPoints33;

  it('P-05 a bad point in either slot fails alike for either choice', () => {
    const errors: unknown[] = [];
    for (const c of [0, 1]) {
      for (const slot of [0, 1]) {
        const bad = withSlot(answer.message, indexWith(c), slot, offCurve);
        try {
          errors.push(finishBaseOt(id, chooser, bad));
        } catch (error) {
          errors.push(error);
        }
      }
    }
    expect(errors).toHaveLength(4);
    for (const error of errors) {
      expect(error).toBeInstanceOf(DecodeError);
      expect(error).toMatchObject({ message: (errors[0] as Error).message });
    }
  });

  it("P-05 the set-up of a pair aborts with class A' and the culprit in all four cases", () => {
    const make = (self: number, peer: number): PairSetup => {
      const source = seeded(`p05/${String(self)}`);
      return new PairSetup(
        id.otsid,
        id.otsid,
        self,
        peer,
        new HedgedRandom(source, nabla, id.otsid),
      );
    };
    const two = make(2, 1);
    const started = (): PairSetup => {
      const one = make(1, 2);
      one.answer(two.opening);
      return one;
    };
    const first = started();
    const honest = two.answer(first.opening);
    const chosen = first.finish(honest).send.nabla; // the same in every run
    const messages = new Set<string>();
    for (const c of [0, 1]) {
      const idx = Array.from({ length: LAMBDA_C }, (_, i) => i).find((i) => bitOf(chosen, i) === c);
      for (const slot of [0, 1]) {
        const one = started();
        const failure = catching(() => one.finish(withSlot(honest, idx ?? 0, slot, offCurve)));
        expect(failure).toMatchObject({ abortClass: "A'", culprit: 2 });
        messages.add((failure as Error).message);
        expect(() => one.finish(honest)).toThrow(UsageError); // single use: nothing to try again
      }
    }
    expect(messages.size).toBe(1);
  });
});

function catching(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return error;
  }
}

describe('P-09 pads are bound to everything', () => {
  it.each<[string, BaseOtId]>([
    ['another set-up', { ...id, otsid: random(32) }],
    ['another sender', { ...id, sender: 3 }],
    ['another receiver', { ...id, receiver: 3 }],
    ['the other direction', { ...id, sender: 2, receiver: 1 }],
  ])('P-09 %s at one side: no pad fits', (_, other) => {
    const { chosen } = finishBaseOt(other, chooser, answer.message);
    expect(fitting(chosen, answer.pads)).not.toContain(true);
  });

  it('P-09 the same scalars in another set-up give other pads, every one', () => {
    const other = { ...id, otsid: random(32) };
    const moved = answerBaseOt(other, chooseBaseOt(other, nabla, t, v).message, b);
    for (const which of ['zeros', 'ones'] as const) {
      for (let i = 0; i < LAMBDA_C; i++) {
        const [mine, theirs] = [padOf(answer.pads[which], i), padOf(moved.pads[which], i)];
        expect(equalBytes(mine, theirs)).toBe(false);
      }
    }
  });

  it.each<[string, (message: Uint8Array) => Uint8Array, (i: number) => boolean]>([
    [
      'indices 3 and 90 swapped',
      (message) => {
        const [low, high] = [3, 90].map((idx) => message.slice(66 * idx, 66 * (idx + 1)));
        const copy = message.slice();
        copy.set(high ?? [], 66 * 3);
        copy.set(low ?? [], 66 * 90);
        return copy;
      },
      (i) => i === 3 || i === 90,
    ],
    [
      'all indices shifted by one',
      (message) => concat(message.slice(66), message.slice(0, 66)),
      () => true,
    ],
    [
      'both slots of every index swapped',
      (message) =>
        concat(
          ...Array.from({ length: LAMBDA_C }, (_, i) => [
            slotOf(message, i, 1),
            slotOf(message, i, 0),
          ]).flat(),
        ),
      () => true,
    ],
  ])('P-09 %s on the wire: those pads are unequal', (_, change, changed) => {
    const first = answerBaseOt(id, change(chooser.message), b);
    const afterFirst = fitting(finishBaseOt(id, chooser, first.message).chosen, first.pads);
    expect(afterFirst).toEqual(afterFirst.map((_fits, i) => !changed(i)));
    const afterSecond = fitting(
      finishBaseOt(id, chooser, change(answer.message)).chosen,
      answer.pads,
    );
    expect(afterSecond).toEqual(afterSecond.map((_fits, i) => !changed(i)));
  });

  it.each([0, 1])('P-09 a pad changes with each of r_0, r_1 (slot %i) and B_j', (slot) => {
    const idx = 9;
    const first = withSlot(chooser.message, idx, slot, encodePoint(Point.BASE));
    const { pads } = answerBaseOt(id, first, b);
    for (const which of ['zeros', 'ones'] as const) {
      expect(equalBytes(padOf(pads[which], idx), padOf(answer.pads[which], idx))).toBe(false);
      expect(equalBytes(padOf(pads[which], idx + 1), padOf(answer.pads[which], idx + 1))).toBe(
        true,
      );
    }
    const second = withSlot(answer.message, idx, slot, encodePoint(Point.BASE));
    const fits = fitting(finishBaseOt(id, chooser, second).chosen, answer.pads);
    expect(fits[idx]).toBe(slot !== bitOf(nabla, idx));
    expect(fits.filter((one) => !one).length).toBeLessThan(2);
  });

  it('P-09 is exactly H("bot/pad"; otsid, A, B, idx, slot, r_0, r_1, B_slot, shared)', () => {
    const idx = 100;
    const c = bitOf(nabla, idx);
    const sent = slotOf(answer.message, idx, c);
    const parts = [
      id.otsid,
      u16(1),
      u16(2),
      u16(idx),
      u8(c),
      slotOf(chooser.message, idx, 0),
      slotOf(chooser.message, idx, 1),
      sent,
      encodePoint(decodePoint(sent).multiply(t[idx] ?? 0n)),
    ];
    const expected = padOf(finishBaseOt(id, chooser, answer.message).chosen, idx);
    expect(hash(TAGS.botPad, ...parts)).toEqual(expected);
  });
});

describe('P-01 the unchosen pad', () => {
  it('P-01 is no small combination of what its receiver knows and public hashes', () => {
    for (const idx of [indexWith(0), indexWith(1), 127]) {
      const other = 1 - bitOf(nabla, idx);
      const r = [slotOf(chooser.message, idx, 0), slotOf(chooser.message, idx, 1)] as const;
      const sent = slotOf(answer.message, idx, other);
      const target = padOf(other === 1 ? answer.pads.ones : answer.pads.zeros, idx);
      const message = h2cMessage(
        ascii('botH'),
        id.otsid,
        u16(1),
        u16(2),
        u16(idx),
        u8(other),
        r[1 - other] ?? new Uint8Array(),
      );
      const hashed = hashToScalar(ORDER, TAGS.botPad, message);
      const shared = decodePoint(sent);
      const steps = [-1n, 0n, 1n];
      for (const [i, j, k] of steps.flatMap((i) =>
        steps.flatMap((j) => steps.map((k) => [i, j, k] as const)),
      )) {
        const log = i * (t[idx] ?? 0n) + j * (v[idx] ?? 0n) + k * hashed;
        const reduced = ((log % ORDER) + ORDER) % ORDER;
        if (reduced === 0n) continue;
        const guess = encodePoint(shared.multiplyUnsafe(reduced));
        const pad = hash(
          TAGS.botPad,
          id.otsid,
          u16(1),
          u16(2),
          u16(idx),
          u8(other),
          ...r,
          sent,
          guess,
        );
        expect(equalBytes(pad, target)).toBe(false);
      }
    }
  });
});

describe('P-08 choice bits', () => {
  it('P-08 differ between peers and directions', () => {
    const keys = ecdsaKeys(2, 3, 'p08');
    const all = keys.parties.flatMap((party) =>
      keys.parties
        .filter((peer) => peer !== party)
        .map((peer) => keys.generation(party, peer).send.nabla),
    );
    expect(all).toHaveLength(6);
    expect(new Set(all.map(toHex)).size).toBe(6);
    // not related either: about half of the bits differ between any two
    for (const [i, a] of all.entries()) {
      for (const c of all.slice(i + 1)) {
        const distance = Array.from({ length: LAMBDA_C }, (_, k) => bitOf(a, k) ^ bitOf(c, k));
        const ones = distance.filter((bit) => bit === 1).length;
        expect(ones).toBeGreaterThan(32);
        expect(ones).toBeLessThan(96);
      }
    }
  });
});

describe('PairSetup', () => {
  const make = (self: number, peer: number, psid = id.otsid): PairSetup =>
    new PairSetup(
      psid,
      id.otsid,
      self,
      peer,
      new HedgedRandom(seeded(`setup/${String(self)}`), new Uint8Array(), psid),
    );

  it('gives both sides fitting pads and one transcript', () => {
    const [one, two] = [make(1, 2), make(2, 1)];
    const [answerOfOne, answerOfTwo] = [one.answer(two.opening), two.answer(one.opening)];
    const [atOne, atTwo] = [one.finish(answerOfTwo), two.finish(answerOfOne)];
    expect(atOne.transcript).toEqual(atTwo.transcript);
    for (const [send, receive] of [
      [atOne.send, atTwo.receive],
      [atTwo.send, atOne.receive],
    ] as const) {
      for (let i = 0; i < LAMBDA_C; i++) {
        const source = bitOf(send.nabla, i) === 1 ? receive.ones : receive.zeros;
        expect(equalBytes(padOf(send.chosen, i), padOf(source, i))).toBe(true);
      }
    }
    expect(atOne.send.nabla).not.toEqual(atTwo.send.nabla);
  });

  it('P-09 the transcript is exactly H("pair/transcript"; psid, each message hashed, 1 -> 2 first)', () => {
    const psid = seeded('psid')(32);
    const [one, two] = [make(1, 2, psid), make(2, 1, psid)];
    const [answerOfOne, answerOfTwo] = [one.answer(two.opening), two.answer(one.opening)];
    const messages = [one.opening, two.opening, answerOfTwo, answerOfOne];
    const expected = hash(
      TAGS.pairTranscript,
      psid,
      ...messages.map((message) => hash(TAGS.pairMessage, message)),
    );
    expect(one.finish(answerOfTwo).transcript).toEqual(expected);
    expect(two.finish(answerOfOne).transcript).toEqual(expected);
  });

  it('a message changed on the way gives different transcripts', () => {
    const [one, two] = [make(1, 2), make(2, 1)];
    const changed = withSlot(one.opening, 5, 0, encodePoint(Point.BASE));
    const [answerOfOne, answerOfTwo] = [one.answer(two.opening), two.answer(changed)];
    expect(one.finish(answerOfTwo).transcript).not.toEqual(two.finish(answerOfOne).transcript);
  });

  it('P-16 steps are used once and in order, and the set-up cannot be copied', () => {
    const [one, two] = [make(1, 2), make(2, 1)];
    expect(() => one.finish(answer.message)).toThrow(UsageError);
    const honest = two.answer(one.opening);
    one.answer(two.opening);
    expect(() => one.answer(two.opening)).toThrow(UsageError);
    expect(() => structuredClone(one)).toThrow();
    expect(() => JSON.stringify(one)).toThrow(UsageError);
    one.finish(honest);
    expect(() => one.finish(honest)).toThrow(UsageError);
  });

  it('P-04 blames the peer for a malformed opening', () => {
    for (const [, bad] of malformedPoints33.slice(0, 4)) {
      const failure = catching(() => make(1, 2).answer(withSlot(chooser.message, 0, 1, bad)));
      expect(failure).toBeInstanceOf(ProtocolError);
      expect(failure).toMatchObject({ abortClass: "A'", culprit: 2 });
    }
  });

  it('wipes what it drew', () => {
    const [one, two] = [make(1, 2), make(2, 1)];
    const honest = two.answer(one.opening);
    one.answer(two.opening);
    one.wipe();
    expect(() => one.finish(honest)).toThrow(UsageError);
  });
});
