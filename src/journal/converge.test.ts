/**
 * Convergence: random histories with forks and rollbacks, carried by a channel that loses, repeats and
 * reorders, end in the same trail and the same state on every device once they can talk. RUNS sets the number
 * of runs; fast-check prints the seed on failure.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Content } from './content.ts';
import type { EventId } from './event.ts';
import { fold } from './fold.ts';
import type { Log } from './log.ts';
import { trail } from './order.ts';
import { makeSyncMessage, type PeerTips } from './sync.ts';
import {
  accountNamed,
  approved,
  bytesFor,
  devicesOf,
  exchange,
  expired,
  EXPIRES,
  NOW,
  proposed,
  rejected,
  syncAll,
  testFounding,
  type TestDevice,
  withdrawn,
} from './testing/vault.ts';

const RUNS = Number(process.env['RUNS'] ?? 20);
const founding = testFounding(4, 2);

interface Wire {
  readonly to: number;
  readonly from: number;
  readonly bytes: Uint8Array;
}

interface World {
  readonly devices: readonly TestDevice[];
  readonly proposals: EventId[];
  /** Logs that a dishonest or rolled back device may write on. */
  readonly old: { device: number; log: Log }[];
  readonly wires: Wire[];
  readonly peers: Map<string, PeerTips>;
}

/** Numbers that the steps interpret: whatever they are, they mean something. */
type Step = readonly [kind: number, a: number, b: number];

function contentFor({ proposals }: World, a: number, b: number): Content {
  const id = proposals[b % proposals.length];
  const attempt = bytesFor(`attempt ${String(b % 2)}`).slice(0, 16);
  const proposal = Buffer.from(id ?? '', 'hex');
  const signers =
    [
      [1, 2],
      [2, 3],
    ][b % 2] ?? [];
  if (id === undefined || a % 9 === 0) return proposed({ note: String(b) });
  const contents: readonly Content[] = [
    approved(id),
    rejected(id),
    withdrawn(id),
    expired(id),
    accountNamed(`name ${String(b)}`),
    {
      type: 'contact-named',
      data: { address: '0xabc', name: b % 3 === 0 ? '' : `name ${String(b)}` },
    },
    { type: 'signing-started', data: { proposal: Uint8Array.from(proposal), attempt, signers } },
    { type: 'signing-committed', data: { proposal: Uint8Array.from(proposal), attempt } },
  ];
  return contents[(a % 9) - 1] ?? approved(id);
}

async function step(world: World, [kind, a, b]: Step): Promise<void> {
  const { devices, wires, old, peers } = world;
  const at = a % devices.length;
  const to = (at + 1 + (b % (devices.length - 1))) % devices.length;
  const device = devices[at];
  if (device === undefined) return;
  if (kind < 4) {
    if (b % 5 === 0) device.now += 1 + (b % 3) * 60_000;
    if (b % 11 === 0) for (const each of devices) each.now = Math.max(each.now, EXPIRES + 1);
    old.push({ device: at, log: device.log });
    const { id, event } = await device.say(contentFor(world, Math.floor(a / 4), b));
    if (event.type === 'proposed') world.proposals.push(id);
  } else if (kind === 4) {
    // Two stories: the same author on an earlier log, merged into its own later one.
    const earlier = old[b % Math.max(1, old.length)];
    const forker = devices[earlier?.device ?? 0];
    if (earlier === undefined || forker === undefined || earlier.device > 1) return;
    const now = forker.log;
    forker.log = earlier.log;
    const { bytes } = await forker.say(contentFor(world, a, b + 1));
    if (b % 2 === 0) {
      forker.log = now;
      forker.admit(bytes);
    }
  } else if (kind === 5) {
    wires.push({
      from: at,
      to,
      bytes: makeSyncMessage(device.log, peers.get(`${String(at)}/${String(to)}`)),
    });
  } else {
    // Any message on its way, in any order; some twice, some never.
    const [wire] = wires.splice(b % Math.max(1, wires.length), 1);
    if (wire === undefined || a % 7 === 0) return;
    if (a % 7 === 1) wires.push(wire);
    const { reply, peer } = devices[wire.to]?.take(wire.bytes) ?? {};
    if (peer !== undefined) peers.set(`${String(wire.to)}/${String(wire.from)}`, peer);
    if (reply !== undefined) wires.push({ from: wire.to, to: wire.from, bytes: reply });
  }
}

it('every device ends with the same trail and the same state', async () => {
  const steps = fc.array(fc.tuple(fc.nat(8), fc.nat(500), fc.nat(500)), {
    minLength: 5,
    maxLength: 45,
  });
  let forks = 0;
  await fc.assert(
    fc.asyncProperty(steps, async (history) => {
      const world: World = {
        devices: devicesOf(founding),
        proposals: [],
        old: [],
        wires: [],
        peers: new Map(),
      };
      for (const each of history) await step(world, each);
      for (const device of world.devices) device.now = EXPIRES + NOW;
      const [first, second, ...rest] = world.devices;
      if (first === undefined || second === undefined) return;
      exchange(first, second);
      expect(second.log.entries.size).toBe(first.log.entries.size); // one exchange is enough for two
      syncAll(world.devices);
      const others = [second, ...rest];
      const state = fold(first.log);
      forks += state.equivocations.length;
      for (const device of others) {
        expect(device.log.waiting.size).toBe(0);
        expect(trail(device.log).map(({ id }) => id)).toEqual(trail(first.log).map(({ id }) => id));
        expect(fold(device.log)).toEqual(state);
        expect(exchange(device, first)).toBe(1);
      }
    }),
    { numRuns: RUNS },
  );
  expect(forks).toBeGreaterThan(0); // the histories are not all tame
});

it('the trail is causal', async () => {
  const devices = devicesOf(founding);
  for (let round = 0; round < 3; round++) {
    for (const device of devices) await device.say(accountNamed(`${device.name} ${String(round)}`));
    syncAll(devices);
  }
  const position = new Map(trail(devices[0]?.log ?? ({} as Log)).map(({ id }, i) => [id, i]));
  for (const { id, before } of devices[1]?.log.entries.values() ?? []) {
    for (const earlier of before) {
      expect(position.get(earlier)).toBeLessThan(position.get(id) ?? -1);
    }
  }
});
