/**
 * P-01: a hashed point whose discrete logarithm is known. The chooser A of a base OT then has both pads:
 *
 *     m_{1-c} = r_{1-c} + h = (v + e) G,  so  k_{1-c} = H("bot/pad"; ..., (v + e) B_{1-c})
 *
 * With both pads of every OT she reads the other's choices out of an honest extension message,
 * x = u_i + t0_i + t1_i, and has b, which masks phi.
 */
import { describe, expect, it } from 'vitest';
import { equalBytes, u16, u8 } from '../../codec.ts';
import { hash, hashToScalar, toInteger } from '../hash.ts';
import * as multiply from '../multiply.ts';
import * as base from '../ot/base.ts';
import type { ReceiverPads } from '../ot/extension.ts';
import { expandEach } from '../hash-each.ts';
import { LAMBDA_C, ROW_BYTES } from '../parameters.ts';
import { decodePoint, encodePoint, h2cMessage } from '../points.ts';
import { ORDER } from '../scalars.ts';
import { bitOf } from '../secret-bits.ts';
import { TAGS } from '../tags.ts';
import { seeded } from '../testing/seeded.ts';
import { weakened } from '../testing/weakened.ts';

interface Build {
  readonly base: typeof base;
  readonly multiply: typeof multiply;
}

const real: Build = { base, multiply };
const knownLogarithms = async (): Promise<Build> =>
  weakened<Build>({ base: 'ot/base.ts', multiply: 'multiply.ts' }, [
    {
      file: 'ot/base.ts',
      find: 'import { hashToCurveEach, multiplyBase, multiplyEach }',
      replace: `import { ORDER } from '../scalars.ts';
        import { hashToScalar } from '../hash.ts';
        const hashToCurveEach = (messages) =>
          multiplyBase(messages.map((message) => hashToScalar(ORDER, TAGS.botPad, message)));
        import { multiplyBase, multiplyEach }`,
    },
  ]);

const random = seeded('p01');
const scalars = (count: number): bigint[] =>
  Array.from({ length: count }, () => (toInteger(random(48)) % (ORDER - 1n)) + 1n);
const ID = { otsid: random(32), sender: 1, receiver: 2 };
const LABEL = new Uint8Array(Buffer.from('botH', 'ascii'));

/** What A has after an honest run, and tries to make of it: both pads of every base OT. */
function bothPads(
  nabla: Uint8Array,
  v: readonly bigint[],
  chosen: Uint8Array,
  first: Uint8Array,
  answer: Uint8Array,
): ReceiverPads {
  const pads = { zeros: chosen.slice(), ones: chosen.slice() };
  const point = (message: Uint8Array, idx: number, slot: number): Uint8Array =>
    message.slice(33 * (2 * idx + slot), 33 * (2 * idx + slot + 1));
  for (let idx = 0; idx < LAMBDA_C; idx++) {
    const other = 1 - bitOf(nabla, idx);
    const r = [point(first, idx, 0), point(first, idx, 1)] as const;
    const chosenPoint = other === 0 ? r[1] : r[0];
    const place = [ID.otsid, u16(ID.sender), u16(ID.receiver), u16(idx), u8(other)] as const;
    const e = hashToScalar(ORDER, TAGS.botPad, h2cMessage(LABEL, ...place, chosenPoint));
    const sent = point(answer, idx, other);
    const shared = decodePoint(sent).multiplyUnsafe(((v[idx] ?? 0n) + e) % ORDER);
    const pad = hash(TAGS.botPad, ...place, ...r, sent, encodePoint(shared));
    (other === 0 ? pads.zeros : pads.ones).set(pad, 32 * idx);
  }
  return pads;
}

/** The attack: how many unknown pads A finds, and the b that she reads. */
function attack(build: Build) {
  const [nabla, t, v] = [random(LAMBDA_C / 8), scalars(LAMBDA_C), scalars(LAMBDA_C)];
  const chooser = build.base.chooseBaseOt(ID, nabla, t, v);
  const victim = build.base.answerBaseOt(ID, chooser.message, scalars(2 * LAMBDA_C));
  const { chosen } = build.base.finishBaseOt(ID, chooser, victim.message);
  const guessed = bothPads(nabla, v, chosen, chooser.message, victim.message);
  let found = 0;
  for (let i = 0; i < LAMBDA_C; i++) {
    const at = bitOf(nabla, i) === 1 ? 'zeros' : 'ones';
    const [guess, truth] = [guessed[at], victim.pads[at]].map((pads) =>
      pads.slice(32 * i, 32 * (i + 1)),
    );
    if (guess !== undefined && truth !== undefined && equalBytes(guess, truth)) found++;
  }
  // the victim multiplies: an honest extension message with secret choices
  const msid = random(32);
  const { message, state } = build.multiply.startReceiver(msid, victim.pads, random(ROW_BYTES));
  const rows = [guessed.zeros, guessed.ones].map((pads) =>
    expandEach(TAGS.otePrg, msid, pads, 32, LAMBDA_C, ROW_BYTES),
  );
  const x = message.u
    .slice(0, ROW_BYTES)
    .map((byte, i) => byte ^ (rows[0]?.[i] ?? 0) ^ (rows[1]?.[i] ?? 0));
  const b = build.multiply
    .gadget(msid)
    .reduce((sum, g, j) => (bitOf(x, j) === 1 ? sum + g : sum), 0n);
  return { found, readsInput: b % ORDER === state.b };
}

describe('P-01 hashed points with known logarithms', () => {
  it('P-01 the attack finds every pad and reads b in a weakened build', async () => {
    expect(attack(await knownLogarithms())).toEqual({ found: LAMBDA_C, readsInput: true });
  });

  it('P-01 the same attack finds nothing in the real one', () => {
    expect(attack(real)).toEqual({ found: 0, readsInput: false });
  });
});
