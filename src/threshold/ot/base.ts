/**
 * Base OT: Masny–Rindal endemic OT over secp256k1 (specification section 4), 128 instances at once.
 *
 * For the ordered pair (A -> B): A will be the multiplication's sender and is the base-OT *receiver*
 * with the choice bits Nabla; B will be its receiver and is the base-OT *sender* with both pads.
 *
 *     A: r_{1-c} = v G,  r_c = t G - h_c(r_{1-c})                      sends r_0, r_1
 *     B: m_j = r_j + h_j(r_{1-j}),  B_j = b_j G                        sends B_0, B_1
 *        k_j = H("bot/pad"; otsid, A, B, idx, j, r_0, r_1, B_j, b_j m_j)
 *     A: k_c = H("bot/pad"; otsid, A, B, idx, c, r_0, r_1, B_c, t B_c)  because m_c = t G
 *
 * The other m_{1-c} = r_{1-c} + h_{1-c}(r_c) is a point whose discrete logarithm A cannot know: fixing
 * either of r_0, r_1 first randomises the other.
 */
import { normalizeZ } from '@noble/curves/abstract/curve.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { concat, DecodeError, u16, u8 } from '../../codec.ts';
import { hashToCurveEach, multiplyBase, multiplyEach } from '../curve/lanes.ts';
import { hash } from '../hash.ts';
import { LAMBDA_C } from '../parameters.ts';
import { decodePoint, encodePoint, H2C_DST, h2cMessage, Point, POINT_BYTES } from '../points.ts';
import { bitOf, choose, swapIf, type SecretBit } from '../secret-bits.ts';
import { TAGS } from '../tags.ts';
import type { ReceiverPads, SenderPads } from './extension.ts';

/** Which base OTs: hashed into every point and pad. */
export interface BaseOtId {
  /** H("ot-setup"; ...), 32 bytes. */
  readonly otsid: Uint8Array;
  /** A: sender of the multiplication, receiver of the base OT. */
  readonly sender: number;
  /** B: receiver of the multiplication, sender of the base OT. */
  readonly receiver: number;
}

/** Bytes of each of the two messages: 128 × 2 points. */
export const BASE_OT_BYTES = LAMBDA_C * 2 * POINT_BYTES;

/** A between her message and B's. Secret; single use. */
export interface BaseOtChooser {
  readonly nabla: Uint8Array;
  readonly t: readonly bigint[];
  readonly message: Uint8Array;
}

const LABEL = utf8ToBytes('botH');
const SLOTS = [0, 1] as const;

/** h_j(P) = H2C("botH", otsid, A, B, idx, j, P). `slot` may be secret: it is hashed, never branched on. */
const slotMessage = (id: BaseOtId, idx: number, slot: Uint8Array, other: Uint8Array): Uint8Array =>
  h2cMessage(LABEL, id.otsid, u16(id.sender), u16(id.receiver), u16(idx), slot, other);

/** The two encoded points of index `idx` in a message. */
function slots(message: Uint8Array, idx: number): [Uint8Array, Uint8Array] {
  const at = idx * 2 * POINT_BYTES;
  return [
    message.subarray(at, at + POINT_BYTES),
    message.subarray(at + POINT_BYTES, at + 2 * POINT_BYTES),
  ];
}

/** Decodes both points of every index before any is used (pitfall P-05). @throws DecodeError */
function decodeAll(message: Uint8Array): [Point, Point][] {
  if (message.length !== BASE_OT_BYTES) throw new DecodeError('base OT: wrong length');
  return Array.from({ length: LAMBDA_C }, (_, idx): [Point, Point] => {
    const [zero, one] = slots(message, idx);
    return [decodePoint(zero), decodePoint(one)];
  });
}

function pad(
  id: BaseOtId,
  idx: number,
  slot: Uint8Array,
  r: readonly [Uint8Array, Uint8Array],
  sent: Uint8Array,
  shared: Uint8Array,
): Uint8Array {
  const { otsid, sender, receiver } = id;
  return hash(
    TAGS.botPad,
    otsid,
    u16(sender),
    u16(receiver),
    u16(idx),
    slot,
    r[0],
    r[1],
    sent,
    shared,
  );
}

/**
 * A, message 1.
 *
 * @param nabla 16 fresh secret bytes, never shared with another pair (pitfall P-08)
 * @param t 128 fresh secret scalars in [1, q)
 * @param v 128 fresh secret scalars in [1, q)
 * @returns the message r_0, r_1 per index (8,448 bytes, inside the state)
 */
export function chooseBaseOt(
  id: BaseOtId,
  nabla: Uint8Array,
  t: readonly bigint[],
  v: readonly bigint[],
): BaseOtChooser {
  const unknown = multiplyBase(v).map(encodePoint);
  const known = multiplyBase(t);
  const hashed = hashToCurveEach(
    unknown.map((point, idx) => slotMessage(id, idx, u8(bitOf(nabla, idx)), point)),
    H2C_DST,
  );
  const masked = normalizeZ(
    Point,
    known.map((point, idx) => point.subtract(at(hashed, idx))),
  );
  const message = new Uint8Array(BASE_OT_BYTES);
  for (let idx = 0; idx < LAMBDA_C; idx++) {
    // c = 0: r_0 = t G - h_0(r_1), r_1 = v G; c = 1: the other way round
    const zero = encodePoint(at(masked, idx));
    const one = at(unknown, idx).slice();
    swapIf(bitOf(nabla, idx), zero, one);
    message.set(concat(zero, one), idx * 2 * POINT_BYTES);
  }
  return { nabla, t, message };
}

/**
 * B, message 2: answers A's message.
 *
 * @param b 256 fresh secret scalars in [1, q): b_0, b_1 per index
 * @returns B's message (8,448 bytes) and both pads
 * @throws DecodeError when a point of the message is malformed or a masked point is the identity (class A')
 */
export function answerBaseOt(
  id: BaseOtId,
  first: Uint8Array,
  b: readonly bigint[],
): { message: Uint8Array; pads: ReceiverPads } {
  const r = decodeAll(first);
  const hashed = hashToCurveEach(
    r.flatMap((_, idx) => {
      const [zero, one] = slots(first, idx);
      return [slotMessage(id, idx, u8(0), one), slotMessage(id, idx, u8(1), zero)];
    }),
    H2C_DST,
  );
  const masked = r.flat().map((point, lane) => point.add(at(hashed, lane)));
  if (masked.some((point) => point.is0())) throw new DecodeError('base OT: masked point is O');
  const sent = multiplyBase(b).map(encodePoint);
  const shared = multiplyEach(normalizeZ(Point, masked), b).map(encodePoint);
  const pads = [new Uint8Array(LAMBDA_C * 32), new Uint8Array(LAMBDA_C * 32)] as const;
  for (let idx = 0; idx < LAMBDA_C; idx++) {
    for (const j of SLOTS) {
      const lane = 2 * idx + j;
      const k = pad(id, idx, u8(j), slots(first, idx), at(sent, lane), at(shared, lane));
      pads[j].set(k, idx * 32);
    }
  }
  return { message: concat(...sent), pads: { zeros: pads[0], ones: pads[1] } };
}

/**
 * A, finish. Decodes both slots of every index first, so that an error tells nothing about Nabla.
 *
 * @throws DecodeError when any point of the answer is malformed (class A')
 */
export function finishBaseOt(id: BaseOtId, state: BaseOtChooser, answer: Uint8Array): SenderPads {
  const points = decodeAll(answer);
  const { nabla, t, message } = state;
  const chosenPoints = points.map((pair, idx) => select(bitOf(nabla, idx), ...pair));
  const shared = multiplyEach(chosenPoints, t).map(encodePoint);
  const chosen = new Uint8Array(LAMBDA_C * 32);
  for (let idx = 0; idx < LAMBDA_C; idx++) {
    const c = bitOf(nabla, idx);
    const [sent, other] = slots(answer.slice(), idx);
    swapIf(c, sent, other);
    chosen.set(pad(id, idx, u8(c), slots(message, idx), sent, at(shared, idx)), idx * 32);
  }
  return { nabla, chosen };
}

/** One of two points by a secret bit, without a branch. */
function select(bit: SecretBit, zero: Point, one: Point): Point {
  return Point.fromAffine({ x: choose(bit, zero.x, one.x), y: choose(bit, zero.y, one.y) });
}

/** The element at an index known to exist. */
function at<T>(list: readonly T[], index: number): T {
  const value = list[index];
  if (value === undefined) throw new RangeError('base OT: lane out of range');
  return value;
}
