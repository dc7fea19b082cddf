/** What is particular to one run, on a protocol that computes next to nothing. */
import { expect, it } from 'vitest';
import { NonceMemory } from '../threshold/index.ts';
import { headerOf, toyCeremony } from '../threshold/testing/network.ts';
import { requestId, seeded, testIdentity } from '../threshold/testing/seeded.ts';
import type { PacketLink } from './api.ts';
import { runOverLink } from './run.ts';
import { HostState } from './state.ts';
import { failureOf, Hub, together } from './testing/hub.ts';
import { MemoryRecords } from './testing/records.ts';

const identities = new Map([1, 2].map((party) => [party, testIdentity(`toy-${String(party)}`)]));

async function runToy(
  self: number,
  link: PacketLink,
  records: MemoryRecords,
  signal?: AbortSignal,
): Promise<unknown> {
  const identity = identities.get(self) ?? expect.unreachable();
  const random = seeded(`toy/${String(self)}`);
  return runOverLink({
    ceremony: toyCeremony({ self, identities }),
    requestId: requestId('toy'),
    link,
    hooks: { signal },
    port: { identity, random },
    state: await HostState.open(records, identity.publicKey, random),
    nonces: new NonceMemory(),
  });
}

it('does not commit when it was cancelled while the last step was computed', async () => {
  const records = new MemoryRecords();
  // Says that it is aborted, without an event: as between the last packet and the write.
  let aborted = false;
  const signal = Object.defineProperty(new AbortController().signal, 'aborted', {
    get: () => aborted,
  });
  const hub = new Hub('toy', [1, 2]);
  const settled = await together(
    hub,
    new Map([
      [
        1,
        async (link) => {
          let ofRound1 = 0;
          const watching: PacketLink = {
            send: async (packet, to) => link.send(packet, to),
            receive: async () => {
              const packet = await link.receive();
              if (headerOf(packet).round === 1) ofRound1 += 1;
              aborted = ofRound1 === 2;
              return packet;
            },
          };
          return runToy(1, watching, records, signal);
        },
      ],
      [2, async (link) => runToy(2, link, new MemoryRecords())],
    ]),
  );
  expect(failureOf(settled, 1)).toMatchObject({
    code: 'ceremonies/cancelled',
    failure: { remains: 'nothing' },
  });
  expect(await records.list('ceremony-maybe-signed')).toEqual([]);
});

it('counts sessions on the disk, however many start at once', async () => {
  const records = new MemoryRecords();
  const { publicKey } = testIdentity('toy-1');
  const state = await HostState.open(records, publicKey, seeded('counter'));
  const counters = await Promise.all([state.nextCounter(), state.nextCounter()]);
  expect(counters).toEqual([1n, 2n]);
  records.fail = () => new Error('disk full');
  await expect(state.nextCounter()).rejects.toThrow('disk full');
  records.fail = () => undefined;
  expect(await state.nextCounter()).toBe(4n);
  const again = await HostState.open(records, publicKey, seeded('counter'));
  expect(await again.nextCounter()).toBe(5n);
});

it('opens nothing that was not written by it', async () => {
  const { publicKey } = testIdentity('toy-1');
  for (const [bucket, key, value] of [
    ['ceremony-device', 'secret', new Uint8Array(33)],
    ['ceremony-device', 'secret', Uint8Array.of(1, 2)],
    ['ceremony-device', 'counter', Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0, 0, 0)],
    ['ceremony-keys', '00'.repeat(32), new Uint8Array(8)],
    ['ceremony-pairs', `${'00'.repeat(32)}/2`, new Uint8Array(8)],
    ['ceremony-pairs', 'somewhere/2', Uint8Array.of(1, ...new Uint8Array(12))],
  ] as const) {
    const records = new MemoryRecords();
    await records.write([{ kind: 'put', bucket, key, value }]);
    await expect(HostState.open(records, publicKey, seeded('open'))).rejects.toMatchObject({
      code: 'ceremonies/damaged',
    });
  }
});
