/**
 * OT extension: SoftSpokenOT with k = 1 and its consistency check (specification section 5).
 *
 * The receiver B of the multiplication holds both pads of every base OT, the sender A one of each,
 * chosen by her secret Nabla. One message from B turns them into xi correlated OTs:
 * column q_j = t_j XOR beta_j Nabla.
 */
import { concat, u16 } from '../../codec.ts';
import { columns, fromWords, toWords } from '../bits.ts';
import { fold, GF_WORDS, shiftTable, type ShiftTable } from '../gf128.ts';
import { expandEach } from '../hash-each.ts';
import { expand, hash } from '../hash.ts';
import { CHECK_BLOCKS, LAMBDA_C, ROW_BYTES, WIDTH, XI } from '../parameters.ts';
import { bitOf, maskOf } from '../secret-bits.ts';
import { TAGS } from '../tags.ts';

/** What the base OTs leave with the multiplication's receiver: both pads, 128 × 32 bytes each. */
export interface ReceiverPads {
  readonly zeros: Uint8Array;
  readonly ones: Uint8Array;
}

/** What the base OTs leave with the multiplication's sender. */
export interface SenderPads {
  /** The choice bits, 16 bytes. */
  readonly nabla: Uint8Array;
  /** k_{i, Nabla_i}, 128 × 32 bytes. */
  readonly chosen: Uint8Array;
}

/** The receiver's message. */
export interface ExtensionMessage {
  /** 128 rows of 80 bytes. */
  readonly u: Uint8Array;
  /** fold(x), 16 bytes. */
  readonly foldX: Uint8Array;
  /** fold(t0_i), 128 × 16 bytes. */
  readonly foldT: Uint8Array;
}

/** Bytes of one expanded column: three scalars of 48 bytes before reduction. */
export const COLUMN_EXPANSION = 48 * WIDTH;

const ROW_WORDS = ROW_BYTES / 4;
const U_BYTES = LAMBDA_C * ROW_BYTES;

/** The rows Exp(H("ote/prg"; msid, i, pad_i), 80) as words. */
function prgRows(msid: Uint8Array, pads: Uint8Array): Uint32Array {
  return new Uint32Array(expandEach(TAGS.otePrg, msid, pads, 32, LAMBDA_C, ROW_BYTES).buffer);
}

/** The challenges chi_0..chi_{M-1}, which depend on all of u. */
function challenges(msid: Uint8Array, u: Uint8Array): ShiftTable[] {
  const rows: Uint8Array[] = [];
  for (let i = 0; i < LAMBDA_C; i++) rows.push(u.subarray(i * ROW_BYTES, (i + 1) * ROW_BYTES));
  const digest = hash(TAGS.oteDigest, msid, ...rows);
  const chi = toWords(expand(hash(TAGS.oteChi, msid, digest), 16 * CHECK_BLOCKS));
  const tables: ShiftTable[] = [];
  for (let m = 0; m < CHECK_BLOCKS; m++) {
    tables.push(shiftTable(chi.subarray(m * GF_WORDS, (m + 1) * GF_WORDS)));
  }
  return tables;
}

/** ColScalars before reduction: Exp(H("ote/col"; msid, j, v_j), 144) for every column. */
function expandColumns(msid: Uint8Array, cols: Uint8Array): Uint8Array {
  return expandEach(TAGS.oteColumn, msid, cols, LAMBDA_C / 8, XI, COLUMN_EXPANSION);
}

/**
 * B's side.
 *
 * @param msid the multiplication id, 32 bytes, never used before
 * @param x beta || pad, 80 fresh secret bytes; beta is the first 64
 * @returns the message, and gamma: xi × 144 bytes, three scalars each before reduction
 */
export function extendAsReceiver(
  msid: Uint8Array,
  pads: ReceiverPads,
  x: Uint8Array,
): { message: ExtensionMessage; gamma: Uint8Array } {
  if (x.length !== ROW_BYTES) throw new RangeError('extendAsReceiver: x has 80 bytes');
  const xWords = toWords(x);
  const t0 = prgRows(msid, pads.zeros);
  const u = prgRows(msid, pads.ones);
  for (let i = 0; i < LAMBDA_C; i++) {
    for (let w = 0; w < ROW_WORDS; w++) {
      const at = i * ROW_WORDS + w;
      u[at] = (u[at] ?? 0) ^ (t0[at] ?? 0) ^ (xWords[w] ?? 0);
    }
  }
  const uBytes = fromWords(u);
  const tables = challenges(msid, uBytes);
  const foldX = new Uint32Array(GF_WORDS);
  fold(tables, xWords, 0, foldX, 0);
  const foldT = new Uint32Array(LAMBDA_C * GF_WORDS);
  for (let i = 0; i < LAMBDA_C; i++) fold(tables, t0, i * ROW_WORDS, foldT, i * GF_WORDS);
  const cols = columns(t0);
  const gamma = expandColumns(msid, cols);
  cols.fill(0);
  t0.fill(0);
  xWords.fill(0);
  return { message: { u: uBytes, foldX: fromWords(foldX), foldT: fromWords(foldT) }, gamma };
}

/** A's side after the message. */
export interface SenderExtension {
  /**
   * Whether the consistency check of every row held. False means that the peer cheated, and that it now
   * may know bits of Nabla: the caller destroys the pair's state before it reports anything (class B).
   */
  readonly consistent: boolean;
  /** Columns for choice 0, xi × 144 bytes before reduction. */
  readonly alpha0: Uint8Array;
  /** Columns for choice 1, xi × 144 bytes before reduction. */
  readonly alpha1: Uint8Array;
}

/**
 * A's side: the check fold(q_i) = t~_i XOR Nabla_i x~ over all rows, gathered without early exit, and
 * the columns. The columns of an inconsistent message MUST NOT be used.
 *
 * @throws RangeError when a part of the message has another length
 */
export function extendAsSender(
  msid: Uint8Array,
  pads: SenderPads,
  message: ExtensionMessage,
): SenderExtension {
  const { u, foldX, foldT } = message;
  if (u.length !== U_BYTES || foldX.length !== 16 || foldT.length !== LAMBDA_C * 16) {
    throw new RangeError('extendAsSender: wrong length');
  }
  const q = prgRows(msid, pads.chosen);
  const uWords = toWords(u);
  const tables = challenges(msid, u);
  const xWords = toWords(foldX);
  const tWords = toWords(foldT);
  const folded = new Uint32Array(GF_WORDS);
  let difference = 0;
  for (let i = 0; i < LAMBDA_C; i++) {
    const mask = maskOf(bitOf(pads.nabla, i));
    for (let w = 0; w < ROW_WORDS; w++) {
      const at = i * ROW_WORDS + w;
      q[at] = (q[at] ?? 0) ^ ((uWords[at] ?? 0) & mask);
    }
    fold(tables, q, i * ROW_WORDS, folded, 0);
    for (let w = 0; w < GF_WORDS; w++) {
      const expected = (tWords[i * GF_WORDS + w] ?? 0) ^ ((xWords[w] ?? 0) & mask);
      difference |= (folded[w] ?? 0) ^ expected;
    }
  }
  const cols = columns(q);
  const alpha0 = expandColumns(msid, cols);
  for (let at = 0; at < cols.length; at++) {
    cols[at] = (cols[at] ?? 0) ^ (pads.nabla[at % pads.nabla.length] ?? 0);
  }
  const alpha1 = expandColumns(msid, cols);
  cols.fill(0);
  q.fill(0);
  return { consistent: difference === 0, alpha0, alpha1 };
}

/** The message as one byte string: u, x~, t~. */
export const encodeExtension = (m: ExtensionMessage): Uint8Array => concat(m.u, m.foldX, m.foldT);

/** Bytes of an encoded message: 12,304. */
export const EXTENSION_BYTES = U_BYTES + 16 + LAMBDA_C * 16;

/** Splits an encoded message. @throws RangeError for any other length than 12,304 bytes */
export function decodeExtension(bytes: Uint8Array): ExtensionMessage {
  if (bytes.length !== EXTENSION_BYTES) throw new RangeError('decodeExtension: wrong length');
  return {
    u: bytes.slice(0, U_BYTES),
    foldX: bytes.slice(U_BYTES, U_BYTES + 16),
    foldT: bytes.slice(U_BYTES + 16),
  };
}

/** The multiplication id H("mul"; sid, sender, receiver, pid), fresh for every session and item. */
export const multiplicationId = (
  isid: Uint8Array,
  sender: number,
  receiver: number,
  pid: Uint8Array,
): Uint8Array => hash(TAGS.mul, isid, u16(sender), u16(receiver), pid);
