/**
 * C1: two certificates at one epoch. The old members are a, b, c, m, three of them sign. In attempt 1 the
 * confirmation of m is late; the users give up and make attempt 2 without m, which all confirm. a and b hear of
 * attempt 2 first, c of attempt 1. Where an epoch is activated once, or where activating deletes what is
 * pending above, a and b hold shares of one key, c of another, and nobody has three.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import * as library from '../index.ts';
import type { Library } from '../testing/simulator-run.ts';
import {
  explore,
  generatedKey,
  redistributedKey,
  stateWith,
  type ModelAttempt,
} from '../testing/simulator-model.ts';
import { weakened, type Patch } from '../testing/weakened.ts';

const honest = ['a', 'b', 'c'];

/** An epoch is activated once: a later attempt at the same epoch is taken for known. */
const ONCE: Patch = {
  file: 'epochs.ts',
  find: 'compareHeights(height, state.active.height) <= 0)',
  replace: 'height.epoch <= state.active.height.epoch)',
};
/** Activating an attempt deletes every other one. */
const ABOVE: Patch = {
  file: 'epochs.ts',
  find: '(pending) => compareHeights(pending.height, height) > 0)',
  replace: '() => false)',
};

let key: ModelAttempt;
let first: ModelAttempt;
let second: ModelAttempt;
beforeAll(() => {
  key = generatedKey(['a', 'b', 'c', 'm'], 3);
  const everyone = { dealers: ['a', 'b', 'c', 'm'], members: ['a', 'b', 'c', 'm'], threshold: 3 };
  first = redistributedKey(key, { name: 'attempt 1', ...everyone });
  second = redistributedKey(key, {
    name: 'attempt 2',
    dealers: honest,
    members: honest,
    threshold: 3,
    largest: 1,
  });
});

/** Runs the scenario as it is written. How many shares of each key are left, once all heard of all. */
function scenario(build: Library): Map<string, number> {
  const heard = new Map([
    ['a', [second, first]],
    ['b', [second, first]],
    ['c', [first, second]],
  ]);
  const left = new Map<string, number>();
  for (const [device, order] of heard) {
    let state = stateWith(build, key, device);
    for (const attempt of [first, second]) {
      const share = attempt.shares.get(device) ?? expect.unreachable();
      state = build.confirmPending(state, attempt.certificate, share);
    }
    for (const { certificate } of order) {
      state = build.acceptCertificate(state, certificate).state;
    }
    const name = state.active === undefined ? 'none' : String(state.active.height.attempt);
    left.set(name, (left.get(name) ?? 0) + 1);
  }
  return left;
}

/** Every order in which everything can happen. */
function search(build: Library): readonly string[] | undefined {
  const states = new Map(honest.map((device) => [device, stateWith(build, key, device)]));
  return explore({ library: build, honest: states, attempts: [first, second] }).broken;
}

describe('C1 two attempts at one epoch', () => {
  it.each([
    ['an epoch is activated once', ONCE],
    ['what is pending above is deleted', ABOVE],
  ])('weakened (%s): the scenario ends with two shares and one, of three', async (_, patch) => {
    const build = await weakened<{ library: Library }>({ library: 'index.ts' }, [patch]);
    expect(scenario(build.library)).toEqual(
      new Map([
        ['2', 2],
        ['1', 1],
      ]),
    );
    expect(search(build.library)?.at(-1)).toMatch(/gets attempt/);
  });

  it('real: all three end in attempt 2, and no order of events is worse', () => {
    expect(scenario(library)).toEqual(new Map([['2', 3]]));
    expect(search(library)).toBeUndefined();
  });
});
