/**
 * P-26 forget-and-forgive: builds that delete a share too early, under the simulator of
 * `simulator*.test.ts`. Each of them loses the key; the real one, in the same runs, does not.
 */
import { describe, expect, it } from 'vitest';
import * as library from '../index.ts';
import { frostKeys } from '../testing/keys.ts';
import { chaos } from '../testing/simulator-chaos.ts';
import { KeyLost } from '../testing/simulator-invariant.ts';
import type { Library, OnFailure } from '../testing/simulator-run.ts';
import { World } from '../testing/simulator.ts';
import { weakened, type Patch } from '../testing/weakened.ts';

const suite = 'mpc-frost/v1/secp256k1-bip340';
const names = ['device-1', 'device-2', 'device-3'];

interface Weakness {
  readonly patches: readonly Patch[];
  readonly onFailure: OnFailure;
}

const weaknesses: readonly (readonly [string, Weakness])[] = [
  [
    'the old share is deleted on confirming',
    {
      patches: [
        {
          file: 'epochs.ts',
          find: '    ...noteAttempt(state, height),\n    pending: [...state.pending,',
          replace:
            '    ...noteAttempt(state, height),\n    active: undefined,\n    pending: [...state.pending,',
        },
      ],
      onFailure: 'keep',
    },
  ],
  [
    'the first certificate deletes everything else',
    {
      patches: [
        {
          file: 'epochs.ts',
          find: '(pending) => compareHeights(pending.height, height) > 0)',
          replace: '() => false)',
        },
      ],
      onFailure: 'keep',
    },
  ],
];

/** Runs one seed. What was lost, if the key was. */
async function lost(
  build: Library,
  seed: string,
  onFailure: OnFailure,
): Promise<string | undefined> {
  const keys = frostKeys(suite, 2, 3, 'device');
  const byzantine = Number(seed) % 2 === 0 ? ['device-2'] : [];
  const world = new World({ library: build, suite, seed, names, byzantine, onFailure });
  world.install(keys.info, keys.output(1).certificate, (index) =>
    keys.share(index).withSecret((_, bytes) => bytes.slice()),
  );
  try {
    await chaos(world, 4);
    await world.heal();
    return undefined;
  } catch (error) {
    if (error instanceof KeyLost) return error.message;
    throw error;
  }
}

/** The first seed in which the build loses the key. */
async function firstLoss(build: Library, onFailure: OnFailure): Promise<number | undefined> {
  for (let seed = 0; seed < 60; seed++) {
    if ((await lost(build, String(seed), onFailure)) !== undefined) return seed;
  }
  return undefined;
}

describe('P-26 shares that are deleted too early', () => {
  it.each(weaknesses)('P-26 weakened (%s): the key is lost', async (_, { patches, onFailure }) => {
    const build = await weakened<{ library: Library }>({ library: 'index.ts' }, patches);
    const seed = await firstLoss(build.library, onFailure);
    console.log(_, seed);
    expect(seed).toBeDefined();
    expect(await lost(library, String(seed), 'keep')).toBeUndefined();
  });

  it('P-26 a device that takes the end of a session for a reason to delete: the key is lost', async () => {
    const seed = await firstLoss(library, 'forget');
    console.log('forget', seed);
    expect(seed).toBeDefined();
    expect(await lost(library, String(seed), 'keep')).toBeUndefined();
  });
});
