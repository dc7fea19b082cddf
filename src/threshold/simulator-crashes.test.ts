/**
 * A crash at every point (P-26, P-33, P-39, H4): for each device, each thing it awaits and each packet it
 * gets, a run in which it loses power right before that. What is on its disk decides how it goes on.
 */
import { describe, expect, it, vi } from 'vitest';
import { toHex } from '../codec.ts';
import * as library from './index.ts';
import { frostKeys } from './testing/keys.ts';
import { platformVerify } from './testing/platform-identity.ts';
import { pick, seeded } from './testing/seeded.ts';
import { renew } from './testing/simulator-chaos.ts';
import type { SimDevice } from './testing/simulator-run.ts';
import { World } from './testing/simulator.ts';

// Ed25519 by the platform: most of the time would go into verifying signatures.
vi.mock(import('./identity.ts'), async (original) => ({
  ...(await original()),
  verifyIdentity: (...args) => platformVerify(...args),
}));

const suite = 'mpc-frost/v1/secp256k1-bip340';
const names = (n: number): string[] =>
  Array.from({ length: n }, (_, i) => `device-${String(i + 1)}`);

type Start = (world: World) => void;

const generation =
  (t: number, n: number): Start =>
  (world) => {
    world.generate(names(n), t);
  };

/** The last t devices deal to these. */
const redistribution =
  (t: number, n: number, members: readonly string[]): Start =>
  (world) => {
    const keys = frostKeys(suite, t, n, 'device');
    world.install(keys.info, keys.output(1).certificate, (index) =>
      keys.share(index).withSecret((_, bytes) => bytes.slice()),
    );
    const dealers = Array.from({ length: t }, (_, i) => n - t + i + 1);
    expect(world.redistribute(keys.info, dealers, members, t)).toBe(true);
  };

interface Crash {
  readonly device: string;
  readonly point: number;
}

/** Runs it with crashes, and lets everyone recover. */
async function run(start: Start, n: number, crashes: readonly Crash[]): Promise<World> {
  const world = new World({ library, suite, seed: 'crashes', names: [...names(n), 'spare'] });
  start(world);
  for (const { device, point } of crashes) world.plan(world.device(device), point);
  await world.finish();
  expect(world.crashesAhead).toBe(0); // they came where they were planned
  expect(world.tally.crashes).toBe(crashes.length);
  await world.heal();
  return world;
}

const kidOf = ({ disk }: SimDevice): string =>
  disk.active === undefined ? 'none' : toHex(disk.active.info.kid);

/** How many points a device has at which it could crash. */
async function pointsOf(start: Start, n: number, device: string): Promise<number> {
  const world = new World({ library, suite, seed: 'crashes', names: [...names(n), 'spare'] });
  start(world);
  await world.finish();
  return world.device(device).points;
}
describe('one crash, at every point of every party', () => {
  it.each(names(3))('P-26 H4 P-33 key generation, %s crashes', async (device) => {
    const start = generation(2, 3);
    const points = await pointsOf(start, 3, device);
    expect(points).toBeGreaterThan(30);
    const ends = { everyone: 0, nobody: 0 };
    for (let point = 0; point < points; point++) {
      const world = await run(start, 3, [{ device, point }]);
      const members = world.devices.slice(0, 3);
      const active = members.filter(({ disk }) => disk.active !== undefined);
      // All stored and confirmed, so the certificate is put together; or nobody ever shows an address.
      const confirmed = members.every(({ disk }) => disk.confirmed.size === 1);
      expect(active).toHaveLength(confirmed ? 3 : 0);
      expect(new Set(members.map(kidOf)).size).toBe(1);
      ends[confirmed ? 'everyone' : 'nobody'] += 1;
    }
    expect(ends.everyone).toBeGreaterThan(2);
    expect(ends.nobody).toBeGreaterThan(20);
  });

  it.each(names(3))('P-26 P-39 redistribution, %s crashes', async (device) => {
    const start = redistribution(2, 3, names(3));
    const points = await pointsOf(start, 3, device);
    expect(points).toBeGreaterThan(30);
    const epochs = new Map<number, number>();
    for (let point = 0; point < points; point++) {
      const world = await run(start, 3, [{ device, point }]);
      const members = world.devices.slice(0, 3);
      expect(new Set(members.map(kidOf)).size).toBe(1);
      const epoch = world.device(device).disk.active?.info.epoch ?? -1;
      epochs.set(epoch, (epochs.get(epoch) ?? 0) + 1);
      await renew(world); // K6: whatever is left of the attempt, the next one works
      expect(new Set(members.map(kidOf)).size).toBe(1);
    }
    // Before the share was written the old key goes on, after it the new one.
    expect([...epochs.keys()].sort()).toEqual([0, 1]);
  });
});

describe('two crashes, anywhere', () => {
  const random = seeded('two crashes');
  const cases = Array.from({ length: 16 }, (_, i) => {
    const first = pick(random, 4);
    const crashes = [first, (first + 1 + pick(random, 3)) % 4].map((at, second) => ({
      device: names(4)[at] ?? '',
      // The first to go leaves the others waiting: the second goes before.
      point: second === 1 ? pick(random, 15) : 15 + pick(random, 20),
    }));
    return { t: 2 + (i % 2), crashes, seed: i };
  });

  it.each(cases)('P-26 redistribution among 4, case $seed', async ({ t, crashes }) => {
    const start = redistribution(t, 4, [...names(4).slice(0, -1), 'spare']);
    const world = new World({ library, suite, seed: 'crashes', names: [...names(4), 'spare'] });
    start(world);
    for (const { device, point } of crashes) world.plan(world.device(device), point);
    await world.finish();
    expect(world.tally.crashes).toBeGreaterThan(0);
    await world.heal();
    await renew(world);
  });
});
