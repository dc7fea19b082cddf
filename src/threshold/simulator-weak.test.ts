import { it } from 'vitest';
import type * as index from './index.ts';
import { weakened } from './testing/weakened.ts';
import { frostKeys } from './testing/keys.ts';
import { chaos, World, KeyLost } from './testing/simulator.ts';
const suite = 'mpc-frost/v1/secp256k1-bip340';
const weak: [string, any[], 'keep' | 'forget'][] = [
  [
    'forget',
    [
      {
        file: 'epochs.ts',
        find: 'pending: [...state.pending, { height, draft, index, material }],',
        replace: 'pending: [...state.pending, { height, draft, index, material } ],',
      },
    ],
    'forget',
  ],
  [
    'delete on confirm',
    [
      {
        file: 'epochs.ts',
        find: '    ...noteAttempt(state, height),\n    pending: [...state',
        replace: '    ...noteAttempt(state, height), active: undefined,\n    pending: [...state',
      },
    ],
    'keep',
  ],
  [
    'no heights',
    [
      {
        file: 'epochs.ts',
        find: 'state.active !== undefined && compareHeights(height, state.active.height) <= 0',
        replace: 'state.active !== undefined && height.epoch <= state.active.height.epoch',
      },
      { file: 'epochs.ts', find: 'overtaken ||', replace: '' },
      {
        file: 'epochs.ts',
        find: 'pending: state.pending.filter((pending) => compareHeights(pending.height, height) > 0),',
        replace: 'pending: [],',
      },
    ],
    'keep',
  ],
  [
    'pendings above deleted',
    [
      {
        file: 'epochs.ts',
        find: 'pending: state.pending.filter((pending) => compareHeights(pending.height, height) > 0),',
        replace: 'pending: [],',
      },
    ],
    'keep',
  ],
];
for (const [name, patches, onFailure] of weak)
  it(
    name,
    async () => {
      const { lib } = await weakened<{ lib: typeof index }>({ lib: 'index.ts' }, patches);
      const t0 = performance.now();
      let lost = 0;
      for (let i = 0; i < 24; i++) {
        const n = i % 4 < 2 ? 3 : 4,
          t = i % 4 < 2 ? 2 : 3;
        const keys = frostKeys(suite, t, n, 'device');
        const names = ['device-1', 'device-2', 'device-3', 'device-4']
          .slice(0, n)
          .concat('extra-1');
        const world = new World({
          library: lib,
          suite,
          seed: String(i),
          names,
          byzantine: i % 2 ? ['device-3'] : [],
          onFailure,
        });
        world.install(keys.info, keys.output(1).certificate, (index) =>
          keys.share(index).withSecret((_, b) => b.slice()),
        );
        const t1 = performance.now();
        try {
          await chaos(world, 4);
          await world.heal();
        } catch (e) {
          if (!(e instanceof KeyLost)) throw e;
          lost++;
          if (lost < 2) console.log(name, i, e.message);
        }
        console.log(name, i, n, Math.round(performance.now() - t1), JSON.stringify(world.tally));
      }
      console.log(name, 'lost', lost, performance.now() - t0);
    },
    200000,
  );
