/**
 * Activation under crashes (P-25, P-26, P-39, C1): seeded runs of the real ceremonies, the real driver and
 * the real activation rules; see `testing/simulator.ts`. `SIM_RUNS=2000` runs that many seeds. A seed
 * that fails is printed, and `SIM_SEED=...` replays it alone.
 */
import { describe, expect, it, vi } from 'vitest';
import * as library from './index.ts';
import { frostKeys } from './testing/keys.ts';
import { platformVerify } from './testing/platform-identity.ts';
import { pick, seeded } from './testing/seeded.ts';
import { chaos, renew } from './testing/simulator-chaos.ts';
import type { Setting } from './testing/simulator-run.ts';
import { World } from './testing/simulator.ts';

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
async function redistribute(seed: string): Promise<World> {
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

/** A key generation under the same conditions: it comes to its end for everyone, or for nobody. */
async function generate(seed: string): Promise<World> {
  const { setting, shape } = settingOf(seed);
  const world = new World(setting);
  world.generate(setting.names.slice(0, shape.n), shape.t);
  await chaos(world, 0);
  const certified = world.honest.some(({ disk }) => disk.active !== undefined);
  await world.heal();
  const members = world.honest.filter(({ name }) => name !== 'spare');
  const active = members.filter(({ disk }) => disk.active !== undefined);
  // H4: one certificate is enough for all to follow, since all of them stored their share before.
  if (certified) expect(active).toHaveLength(members.length);
  expect([0, members.length]).toContain(active.length);
  if (active.length > 0) await renew(world);
  return world;
}

const { SIM_RUNS, SIM_SEED } = process.env;
const seedsFor = (runs: number): string[] =>
  SIM_SEED === undefined ? Array.from({ length: runs }, (_, i) => String(i)) : [SIM_SEED];

type Tally = World['tally'];

/** Runs every seed; the one that fails is named. */
async function all(
  seeds: readonly string[],
  one: (seed: string) => Promise<World>,
): Promise<Tally> {
  const total: Tally = { attempts: 0, activated: 0, aborted: 0, crashes: 0, retired: 0, checks: 0 };
  for (const seed of seeds) {
    try {
      const { tally } = await one(seed);
      for (const key of Object.keys(total) as (keyof Tally)[]) total[key] += tally[key];
    } catch (error) {
      console.error(`SIM_SEED=${seed}`);
      throw error;
    }
  }
  return total;
}

const HOUR = 3_600_000;

describe('P-26 activation under crashes', () => {
  const seeds = seedsFor(Number(SIM_RUNS ?? 36));
  it(`P-26 the key survives ${String(seeds.length)} runs`, { timeout: 24 * HOUR }, async () => {
    const tally = await all(seeds, redistribute);
    // Runs in which nothing happens would prove nothing.
    expect(tally.checks).toBeGreaterThan(8 * seeds.length);
    if (seeds.length < 20) return;
    expect(tally.activated).toBeGreaterThan(3 * seeds.length);
    expect(tally.aborted).toBeGreaterThan(3 * seeds.length);
    expect(tally.crashes).toBeGreaterThan(seeds.length);
    expect(tally.retired).toBeGreaterThan(seeds.length / 2);
  });

  const keygens = seedsFor(Math.ceil(Number(SIM_RUNS ?? 36) / 2));
  it(
    `P-33 H4 ${String(keygens.length)} key generations end for all or for none`,
    { timeout: 24 * HOUR },
    async () => {
      const tally = await all(keygens, generate);
      if (keygens.length < 15) return;
      expect(tally.activated).toBeGreaterThan(keygens.length);
      expect(tally.aborted).toBeGreaterThan(keygens.length);
      expect(tally.crashes).toBeGreaterThan(3);
    },
  );
});
