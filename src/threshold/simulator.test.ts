/**
 * Activation under crashes (P-25, P-26, P-39, C1): seeded runs of the real ceremonies, the real driver and
 * the real activation rules; see `testing/simulator.ts`. `SIM_RUNS=2000` runs that many seeds. A seed
 * that fails is printed, and `SIM_SEED=...` replays it alone.
 */
import { describe, expect, it, vi } from 'vitest';
import * as library from './index.ts';
import { frostKeys } from './testing/keys.ts';
import { pick, seeded } from './testing/seeded.ts';
import { chaos, KeyLost, platformVerify, renew, World, type Setting } from './testing/simulator.ts';

// Ed25519 by the platform: most of the time would go into verifying signatures.
vi.mock(import('./identity.ts'), async (original) => ({
  ...(await original()),
  verifyIdentity: (...args) => platformVerify(...args),
}));

const suite = 'mpc-frost/v1/secp256k1-bip340';

/** Number of members, threshold, and how many members may be Byzantine: t - 1, and t are honest. */
const shapes = [
  { n: 3, t: 2, bad: 1 },
  { n: 4, t: 2, bad: 1 },
  { n: 4, t: 3, bad: 1 },
  { n: 3, t: 2, bad: 0 },
  { n: 4, t: 3, bad: 0 },
] as const;

/** Everything about a run follows from its seed. */
function settingOf(seed: string): { setting: Setting; shape: (typeof shapes)[number] } {
  const random = seeded(`setting/${seed}`);
  const shape = shapes[pick(random, shapes.length)] ?? shapes[0];
  const members = Array.from({ length: shape.n }, (_, i) => `device-${String(i + 1)}`);
  const byzantine = members
    .slice(0, shape.bad)
    .map(() => `device-${String(1 + pick(random, shape.n))}`);
  return { setting: { library, suite, seed, names: [...members, 'spare'], byzantine }, shape };
}

/** One run: a key, redistributions that go wrong in every way, and then one that must work. */
async function run(seed: string): Promise<World> {
  const { setting, shape } = settingOf(seed);
  const world = new World(setting);
  const keys = frostKeys(suite, shape.t, shape.n, 'device');
  world.install(keys.info, keys.output(1).certificate, (index) =>
    keys.share(index).withSecret((_, bytes) => bytes.slice()),
  );
  await chaos(world, 4);
  await world.heal();
  await renew(world);
  return world;
}

/** One run of key generation, under the same conditions, until it comes to its end or not. */
async function generate(seed: string): Promise<World> {
  const { setting, shape } = settingOf(seed);
  const world = new World(setting);
  world.faulty = true;
  world.generate(setting.names.slice(0, shape.n), shape.t);
  await chaos(world, 0);
  await world.heal();
  return world;
}

const { SIM_RUNS, SIM_SEED } = process.env;
const seeds =
  SIM_SEED === undefined
    ? Array.from({ length: Number(SIM_RUNS ?? 60) }, (_, i) => String(i))
    : [SIM_SEED];

async function replayable<T>(seed: string, action: (seed: string) => Promise<T>): Promise<T> {
  try {
    return await action(seed);
  } catch (error) {
    console.error(`SIM_SEED=${seed}`);
    throw error;
  }
}

describe('P-26 activation under crashes', () => {
  it(`P-26 the key survives ${String(seeds.length)} runs`, { timeout: 60_000_000 }, async () => {
    const total = { attempts: 0, activated: 0, aborted: 0, crashes: 0, retired: 0, checks: 0 };
    for (const seed of seeds) {
      const { tally } = await replayable(seed, run);
      for (const key of Object.keys(total) as (keyof typeof total)[]) total[key] += tally[key];
    }
    console.log(JSON.stringify(total));
    expect(KeyLost).toBeDefined();
    expect(generate).toBeDefined();
  });
});
