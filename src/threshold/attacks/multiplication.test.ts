/** Attacks on the multiplication: P-07 (challenge without the message) and P-11 (gadget and slack). */
import { describe, expect, it } from 'vitest';
import { hash, hashToScalar, toInteger } from '../hash.ts';
import * as multiply from '../multiply.ts';
import * as extension from '../ot/extension.ts';
import { ROW_BYTES, WIDTH, XI } from '../parameters.ts';
import { ORDER, readScalar, viewOf, writeScalar } from '../scalars.ts';
import { bitOf } from '../secret-bits.ts';
import { TAGS } from '../tags.ts';
import { dealtKeys } from '../testing/keys.ts';
import { seeded } from '../testing/seeded.ts';
import { weakened, type Patch } from '../testing/weakened.ts';

interface Build {
  readonly multiply: typeof multiply;
  readonly extension: typeof extension;
}

const real: Build = { multiply, extension };
const build = async (...patches: Patch[]): Promise<Build> =>
  weakened<Build>({ multiply: 'multiply.ts', extension: 'ot/extension.ts' }, patches);

const random = seeded('attacks/multiplication');
const scalar = (): bigint => toInteger(random(48)) % ORDER;
const keys = dealtKeys(2, 2, 'attacks');
const { send } = keys.generation(1, 2);
const { receive } = keys.generation(2, 1);

/** Both sides up to the sender's message. */
function start(on: Build, a: multiply.Pair, x = random(ROW_BYTES)) {
  const msid = random(32);
  const receiver = on.multiply.startReceiver(msid, receive, x);
  const sender = on.extension.extendAsSender(msid, send, receiver.message);
  const { message, shares } = on.multiply.multiplyAsSender(msid, sender, a, scalar());
  return { msid, state: receiver.state, x, message, shares };
}

describe('P-07 a challenge that does not cover the message', () => {
  const withoutMatrix: Patch = {
    file: 'multiply.ts',
    find: 'hash(TAGS.rvoleTheta, msid, matrix)',
    replace: 'hash(TAGS.rvoleTheta, msid)',
  };

  /**
   * The sender knows theta before it sends: with another input in some rows, delta more, it takes
   * theta_0 delta off the check column of those rows, and eta is right for every row.
   */
  function attack(on: Build): { accepted: boolean; product: boolean } {
    const a: multiply.Pair = [scalar(), scalar()];
    const { msid, state, message, shares } = start(on, a);
    const digest = hash(TAGS.rvoleTheta, msid);
    const theta = hashToScalar(ORDER, TAGS.rvoleThetaIk, digest, Uint8Array.of(0, 0));
    const matrix = message.matrix.slice();
    const view = viewOf(matrix);
    const add = (at: number, value: bigint): void => {
      writeScalar(view, at, (readScalar(view, at) + value) % ORDER);
    };
    for (let j = 0; j < 40; j++) {
      const delta = scalar();
      add(32 * (j * WIDTH), delta);
      add(32 * (j * WIDTH + 2), ORDER - ((theta * delta) % ORDER));
    }
    const shared = on.multiply.finishReceiver(state, { ...message, matrix });
    if (typeof shared === 'string') return { accepted: false, product: false };
    const product = (shares[0] + shared[0]) % ORDER === (a[0] * state.b) % ORDER;
    return { accepted: true, product };
  }

  it('P-07 rows with different inputs pass the check of a weakened build', async () => {
    const weak = await build(withoutMatrix);
    for (let i = 0; i < 3; i++) expect(attack(weak)).toEqual({ accepted: true, product: false });
  });

  it('P-07 the same rows are rejected by the real one', () => {
    for (let i = 0; i < 3; i++) expect(attack(real)).toEqual({ accepted: false, product: false });
  });
});

describe('P-11 what a sender learns about b by guessing its bits', () => {
  const FORCED = 30;

  /** Other inputs in some rows: accepted exactly when the receiver does not use those rows. */
  const INCONSISTENT: Patch = {
    file: 'multiply.ts',
    find: 'const [theta0, theta1] = thetas(msid, matrix);',
    replace: `for (let j = 0; j < ${String(FORCED)}; j++) {
        const at = j * WIDTH * 32;
        writeScalar(matrixView, at, (readScalar(matrixView, at) + 1n) % ORDER);
      }
      const [theta0, theta1] = thetas(msid, matrix);`,
  };
  const POWERS: Patch = {
    file: 'multiply.ts',
    find: 'g.push(readWide(view, j * 48) % ORDER)',
    replace: 'g.push(j < 256 ? (1n << BigInt(j)) % ORDER : 0n)',
  };
  /** Random, but no longer than the bits that are guessed and a few more. */
  const SHORT: Patch = {
    file: 'multiply.ts',
    find: 'g.push(readWide(view, j * 48) % ORDER)',
    replace: `g.push(j < ${String(FORCED + 6)} ? readWide(view, j * 48) % ORDER : 0n)`,
  };

  /** Choices whose first bits are as the sender guessed: 0. */
  function forced(): Uint8Array {
    const x = random(ROW_BYTES);
    x.fill(0, 0, FORCED >> 3);
    x[FORCED >> 3] = (x[FORCED >> 3] ?? 0) & (0xff << (FORCED & 7));
    return x;
  }

  it('P-11 a right guess of 30 bits is accepted, a wrong one is not: that much leaks anyway', async () => {
    const evil = await build(INCONSISTENT);
    const run = (x: Uint8Array) => {
      const { state, message } = start(evil, [3n, 4n], x);
      return multiply.finishReceiver(state, message);
    };
    expect(run(forced())).toBeInstanceOf(Array);
    for (const bit of [0, 7, FORCED - 1]) {
      const x = forced();
      x[bit >> 3] = (x[bit >> 3] ?? 0) | (1 << (bit & 7));
      expect(run(x)).toBe('inconsistent');
    }
    // the bit after the last guessed one plays no part
    const x = forced();
    x[FORCED >> 3] = (x[FORCED >> 3] ?? 0) ^ (1 << (FORCED & 7));
    expect(run(x)).toBeInstanceOf(Array);
  });

  /**
   * The adversary's posterior on b, given those 30 bits: chi-square of b modulo small numbers against
   * uniform, in standard deviations; and the number of different b in 10^4 draws.
   */
  function posterior(on: Build) {
    const g = on.multiply.gadget(random(32));
    const moduli = [2, 3, 5, 7, 11, 13, 64, 251, 256];
    const tallies = moduli.map((m) => new Float64Array(m));
    const seen = new Set<bigint>();
    const draws = 10_000;
    for (let i = 0; i < draws; i++) {
      const x = forced();
      let b = 0n;
      for (let j = FORCED; j < XI; j++) if (bitOf(x, j) === 1) b += g[j] ?? 0n;
      b %= ORDER;
      seen.add(b);
      for (const tally of tallies) {
        const residue = Number(b % BigInt(tally.length));
        tally[residue] = (tally[residue] ?? 0) + 1;
      }
    }
    const deviations = tallies.map((tally) => {
      const expected = draws / tally.length;
      const chiSquare = tally.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
      const freedom = tally.length - 1;
      return (chiSquare - freedom) / Math.sqrt(2 * freedom);
    });
    return { worst: Math.max(...deviations), distinct: seen.size, draws };
  }

  it('P-11 a gadget of powers of two gives the low bits of b away', async () => {
    const { worst } = posterior(await build(POWERS));
    expect(worst).toBeGreaterThan(100);
  });

  it('P-11 a random gadget without slack leaves only a few values of b', async () => {
    const { distinct } = posterior(await build(SHORT));
    expect(distinct).toBeLessThanOrEqual(64);
  });

  it('P-11 with the real gadget b stays uniform modulo small numbers, and never repeats', () => {
    const { worst, distinct, draws } = posterior(real);
    expect(worst).toBeLessThan(6);
    expect(distinct).toBe(draws);
  });
});
