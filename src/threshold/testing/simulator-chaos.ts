/** What happens in a simulation: everything that can go wrong, and then a redistribution that must not. */
import { toHex } from '../../codec.ts';
import type { Height } from '../certificate.ts';
import type { RandomSource } from '../random.ts';
import { pick } from './seeded.ts';
import type { World } from './simulator.ts';

const pickFrom = <T>(random: RandomSource, list: readonly T[]): T | undefined =>
  list[pick(random, Math.max(1, list.length))];

const shuffled = <T>(random: RandomSource, list: readonly T[]): T[] =>
  list
    .map((value) => ({ value, at: pick(random, 2 ** 31) }))
    .sort((a, b) => a.at - b.at)
    .map(({ value }) => value);

/** Someone who is active begins a redistribution, from the key that he knows to whomever is up. */
function beginSomewhere(world: World): boolean {
  const { random } = world;
  const leader = pickFrom(
    random,
    world.honest.filter(({ up, disk }) => up && disk.active !== undefined && !disk.retired),
  );
  const old = leader?.disk.active?.info;
  if (old === undefined) return false;
  const dealing = shuffled(random, old.members)
    .filter(({ identity }) => {
      const device = world.devices.find(({ disk }) => toHex(disk.identity) === toHex(identity));
      return device?.up === true && world.shareOf(device, old) !== undefined;
    })
    .map(({ index }) => index);
  const dealers = dealing
    .slice(0, old.threshold + pick(random, Math.max(1, dealing.length - old.threshold + 1)))
    .sort((a, b) => a - b);
  if (dealers.length < old.threshold) return false;
  const up = shuffled(
    random,
    world.devices.filter((device) => device.up),
  );
  const members = up.slice(0, 2 + pick(random, Math.max(1, up.length - 1)));
  const honest = members.filter(({ byzantine }) => !byzantine).length;
  const threshold = 2 + pick(random, Math.max(1, members.length - 1));
  // Nothing saves a key whose honest members are too few (the proviso of C1).
  const bad = members.length - honest;
  if (members.length < 2 || threshold > honest || bad >= threshold) return false;
  return world.redistribute(
    old,
    dealers,
    members.map(({ name }) => name),
    threshold,
  );
}

/** Everything that can go wrong, until `attempts` redistributions were begun and have ended. */
export async function chaos(world: World, attempts: number): Promise<void> {
  const { random } = world;
  const oneIn = (n: number): boolean => pick(random, n) === 0;
  world.faulty = true;
  for (let left = attempts, steps = 0; steps < 20_000; steps++) {
    if (left === 0 && !world.busy && world.sessions === 0) break;
    const someone = pickFrom(random, world.devices);
    const other = pickFrom(random, world.devices);
    if (someone === undefined || other === undefined) break;
    if (oneIn(1500) && someone.up) world.crash(someone);
    if (oneIn(30)) world.restart(someone);
    if (oneIn(25) && someone !== other) world.sync(someone, other);
    if (oneIn(100)) world.disturb(oneIn(4) ? 'lose' : 'repeat');
    if (oneIn(60)) world.release();
    if (oneIn(80) && !someone.byzantine) world.deleteRetired(someone);
    if (oneIn(world.busy ? 1500 : 20)) world.expire(pick(random, 8));
    if (left > 0 && oneIn(world.sessions === 0 ? 4 : 150) && beginSomewhere(world)) left -= 1;
    await world.step('any');
  }
}

const compareNumbers = (a: Height, b: Height): number =>
  a.epoch === b.epoch ? a.attempt - b.attempt : a.epoch - b.epoch;

/** Everything works, so those who can sign redistribute the key among themselves, and succeed. */
export async function renew(world: World): Promise<void> {
  const holders = world.honest.filter(({ disk }) => disk.active !== undefined && !disk.retired);
  const newest = holders
    .map(({ disk }) => disk.active)
    .filter((active) => active !== undefined)
    .sort((a, b) => compareNumbers(b.height, a.height))
    .find(({ info }) => {
      const kid = toHex(info.kid);
      const count = holders.filter(
        ({ disk }) => toHex(disk.active?.info.kid ?? info.chainCode) === kid,
      ).length;
      return count >= info.threshold;
    });
  if (newest === undefined) throw new Error('no quorum is at one height');
  const { info } = newest;
  const kid = toHex(info.kid);
  const quorum = holders.filter(
    ({ disk }) => toHex(disk.active?.info.kid ?? info.chainCode) === kid,
  );
  const dealers = quorum.map(({ disk }) => disk.active?.index ?? 0).sort((a, b) => a - b);
  const began = world.redistribute(
    info,
    dealers,
    quorum.map(({ name }) => name),
    2,
  );
  if (!began) throw new Error('a member of the quorum does not take part');
  await world.finish();
  for (const { name, disk } of quorum) {
    if (disk.active?.info.epoch !== info.epoch + 1) throw new Error(`${name} did not follow`);
  }
}
