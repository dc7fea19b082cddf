/**
 * Random vector OLE between an ordered pair (specification section 6).
 *
 * The sender A has inputs a_0, a_1; the receiver B gets a random b. They end with additive shares of
 * the products: c_i + d_i = a_i b mod q. The check (eta, mu) makes A use the same a in every row.
 */
import { equalBytes } from '../codec.ts';
import { expandEach } from './hash-each.ts';
import { hash, hashToScalar } from './hash.ts';
import {
  COLUMN_EXPANSION,
  extendAsReceiver,
  type ExtensionMessage,
  type ReceiverPads,
  type SenderExtension,
} from './ot/extension.ts';
import { L, ROW_BYTES, WIDTH, XI } from './parameters.ts';
import { ORDER, readScalar, readWide, reduce, viewOf, writeScalar } from './scalars.ts';
import { bigMaskOf, bitOf } from './secret-bits.ts';
import { TAGS } from './tags.ts';

/** A pair of scalars: for the nonce share and for the key share. */
export type Pair = readonly [bigint, bigint];

/** The sender's message. */
export interface MultiplyMessage {
  /** a~: xi rows of 3 scalars, 49,152 bytes. */
  readonly matrix: Uint8Array;
  /** eta, one scalar. */
  readonly eta: bigint;
  /** mu, 32 bytes. */
  readonly mu: Uint8Array;
}

/** Bytes of a~. */
export const MATRIX_BYTES = XI * WIDTH * 32;

/** The random gadget g_0..g_{xi-1}, before reduction (384 bits). Public, fresh per multiplication id. */
export function gadget(msid: Uint8Array): bigint[] {
  const bytes = expandEach(TAGS.rvoleG, hash(TAGS.rvoleGadget, msid), new Uint8Array(0), 0, XI, 48);
  const view = viewOf(bytes);
  const g: bigint[] = [];
  for (let j = 0; j < XI; j++) g.push(readWide(view, j * 48) % ORDER);
  return g;
}

/** theta_0 and theta_1, derived from all of A's own matrix. */
function thetas(msid: Uint8Array, matrix: Uint8Array): Pair {
  const digest = hash(TAGS.rvoleTheta, msid, matrix);
  return [
    hashToScalar(ORDER, TAGS.rvoleThetaIk, digest, Uint8Array.of(0, 0)),
    hashToScalar(ORDER, TAGS.rvoleThetaIk, digest, Uint8Array.of(1, 0)),
  ];
}

/** B between his two steps. Single use; holds the secrets beta and gamma. */
export interface MultiplyReceiver {
  /** The random input b, below q. */
  readonly b: bigint;
  readonly msid: Uint8Array;
  readonly x: Uint8Array;
  readonly gamma: Uint8Array;
  readonly g: readonly bigint[];
}

/**
 * B, step 1: the extension message and b = sum_j beta_j g_j.
 *
 * @param x 80 fresh secret bytes, independent for every peer, session and item
 */
export function startReceiver(
  msid: Uint8Array,
  pads: ReceiverPads,
  x: Uint8Array,
): { message: ExtensionMessage; state: MultiplyReceiver } {
  const { message, gamma } = extendAsReceiver(msid, pads, x);
  const g = gadget(msid);
  let b = 0n;
  for (const [j, gj] of g.entries()) b += gj & bigMaskOf(bitOf(x, j));
  return { message, state: { b: b % ORDER, msid, x: x.slice(0, ROW_BYTES), gamma, g } };
}

/**
 * A, step 2: only after the check of the extension held.
 *
 * @param a the inputs (a_0, a_1), below q
 * @param aHat a fresh secret scalar below q
 * @returns the message and A's shares (c_0, c_1)
 */
export function multiplyAsSender(
  msid: Uint8Array,
  extension: SenderExtension,
  a: Pair,
  aHat: bigint,
): { message: MultiplyMessage; shares: Pair } {
  const view0 = viewOf(extension.alpha0);
  const view1 = viewOf(extension.alpha1);
  const inputs = [a[0], a[1], aHat] as const;
  const matrix = new Uint8Array(MATRIX_BYTES);
  const matrixView = viewOf(matrix);
  const alpha0: bigint[] = [];
  // a~_{j,i} = alpha0_{j,i} - alpha1_{j,i} + a_i; alphas have 384 bits, the shift keeps it positive
  for (let j = 0; j < XI; j++) {
    for (const [i, input] of inputs.entries()) {
      const at = j * COLUMN_EXPANSION + i * 48;
      const zero = readWide(view0, at) % ORDER;
      const value = (zero + WIDE_MULTIPLE - readWide(view1, at) + input) % ORDER;
      alpha0.push(zero);
      writeScalar(matrixView, (j * WIDTH + i) * 32, value);
    }
  }
  const [theta0, theta1] = thetas(msid, matrix);
  const eta = (aHat + theta0 * a[0] + theta1 * a[1]) % ORDER;
  const g = gadget(msid);
  const checks = new Uint8Array(XI * 32);
  const checksView = viewOf(checks);
  let c0 = 0n;
  let c1 = 0n;
  for (const [j, gj] of g.entries()) {
    const x0 = alpha0[j * WIDTH] ?? 0n;
    const x1 = alpha0[j * WIDTH + 1] ?? 0n;
    const x2 = alpha0[j * WIDTH + L] ?? 0n;
    writeScalar(checksView, j * 32, (x2 + theta0 * x0 + theta1 * x1) % ORDER);
    c0 += gj * x0;
    c1 += gj * x1;
  }
  const mu = hash(TAGS.rvoleMu, msid, checks);
  checks.fill(0);
  return { message: { matrix, eta, mu }, shares: [reduce(-c0), reduce(-c1)] };
}

/** A multiple of q just above 2^384. */
const WIDE_MULTIPLE = ((1n << 384n) / ORDER + 1n) * ORDER;

/**
 * B, step 3: the check and B's shares (d_0, d_1).
 *
 * @returns 'not-canonical' when an entry of a~ is not below q, 'inconsistent' when the check mu fails (class C)
 */
export function finishReceiver(
  state: MultiplyReceiver,
  message: MultiplyMessage,
): Pair | 'not-canonical' | 'inconsistent' {
  const { msid, x, gamma, g } = state;
  const matrixView = viewOf(message.matrix);
  const gammaView = viewOf(gamma);
  const [theta0, theta1] = thetas(msid, message.matrix);
  const minusEta = ORDER - message.eta;
  const checks = new Uint8Array(XI * 32);
  const checksView = viewOf(checks);
  let d0 = 0n;
  let d1 = 0n;
  let canonical = true;
  for (const [j, gj] of g.entries()) {
    const beta = bigMaskOf(bitOf(x, j));
    const row: [bigint, bigint, bigint] = [0n, 0n, 0n];
    for (const i of COLUMNS) {
      const entry = readScalar(matrixView, (j * WIDTH + i) * 32);
      canonical &&= entry < ORDER;
      row[i] = (readWide(gammaView, j * COLUMN_EXPANSION + i * 48) + (entry & beta)) % ORDER;
    }
    const value = (row[2] + theta0 * row[0] + theta1 * row[1] + (minusEta & beta)) % ORDER;
    writeScalar(checksView, j * 32, value);
    d0 += gj * row[0];
    d1 += gj * row[1];
  }
  if (!canonical) return 'not-canonical';
  if (!equalBytes(hash(TAGS.rvoleMu, msid, checks), message.mu)) return 'inconsistent';
  return [d0 % ORDER, d1 % ORDER];
}

const COLUMNS = [0, 1, 2] as const;
