import { describe, expect, it } from 'vitest';
import type { DeviceId } from './channel.ts';
import { LinkDownError } from './errors.ts';
import { MemoryHub, MemoryReplayStore } from './memory.ts';
import { ReplayGuard } from './replay.ts';
import { describeChannel } from './testing/channel-contract.ts';
import { testDevice } from './testing/device.ts';
import { Inbox } from './testing/inbox.ts';

describeChannel(
  'MemoryChannel',
  async () => {
    const carried: { to: DeviceId | undefined; envelope: Uint8Array }[] = [];
    const hub = new MemoryHub({
      relay: (envelope, to) => {
        carried.push({ to, envelope });
        return [envelope];
      },
    });
    return {
      open: async ({ keys }) => hub.connect(keys),
      connected: async () => undefined,
      inject: (_from, to, bytes) => {
        hub.inject(to.keys.inbox, bytes);
      },
      carried: (to) => carried.filter((c) => c.to === to.peer.id).map((c) => c.envelope),
      close: async () => hub.settle(),
    };
  },
  { strangers: true },
);

async function pair(hub: MemoryHub) {
  const [alice, bob] = await Promise.all([testDevice('alice'), testDevice('bob')]);
  const [a, b] = [hub.connect(alice.keys), hub.connect(bob.keys)];
  a.setPeers([bob.peer]);
  b.setPeers([alice.peer]);
  return { alice, bob, a, b, inbox: new Inbox(b) };
}

describe('MemoryHub', () => {
  const run = async (seed: number): Promise<number[]> => {
    const hub = new MemoryHub({ seed, loss: 0.2, duplication: 0.2, maxDelay: 100, manual: true });
    const { a, bob, inbox } = await pair(hub);
    for (let i = 0; i < 30; i++) await a.send(bob.peer.id, 'journal', new Uint8Array([i]));
    await hub.settle();
    return inbox.messages.map(({ body }) => body[0] ?? -1);
  };

  it('loses, repeats and reorders by its seed, and delivers nothing twice', async () => {
    const [first, same, other] = [await run(7), await run(7), await run(8)];
    expect(same).toEqual(first);
    expect(other).not.toEqual(first);
    expect(new Set(first).size).toBe(first.length);
    expect(first.length).toBeLessThan(30);
    expect(first).not.toEqual(first.toSorted((x, y) => x - y));
  });

  it('delivers on its own clock', async () => {
    const hub = new MemoryHub({ maxDelay: 1000, manual: true, seed: 3 });
    const { a, bob, inbox } = await pair(hub);
    await a.send(bob.peer.id, 'journal', new Uint8Array([1]));
    await hub.advance(0);
    expect(inbox.messages).toHaveLength(0);
    await hub.advance(1000);
    expect(inbox.messages).toHaveLength(1);
  });

  it('keeps messages for a device that is away and lets nobody send from one', async () => {
    const hub = new MemoryHub();
    const { a, b, alice, bob, inbox } = await pair(hub);
    hub.setOnline(bob.peer.id, false);
    expect(b.state().kind).toBe('down');
    await expect(b.send(alice.peer.id, 'journal', new Uint8Array())).rejects.toThrow(LinkDownError);
    await a.send(bob.peer.id, 'journal', new Uint8Array([1]));
    await hub.settle();
    expect(inbox.messages).toHaveLength(0);
    hub.setOnline(bob.peer.id, true);
    expect(await inbox.first(1)).toHaveLength(1);
  });

  it('gives a reloaded device what waited, and nothing that it had before', async () => {
    const hub = new MemoryHub();
    const { a, b, alice, bob, inbox } = await pair(hub);
    const store = new MemoryReplayStore();
    await b.close();
    const b2 = hub.connect(bob.keys, new ReplayGuard(store));
    b2.setPeers([alice.peer]);
    const before = new Inbox(b2);
    await a.send(bob.peer.id, 'journal', new Uint8Array([1]));
    await before.first(1);
    await b2.close();
    await a.send(bob.peer.id, 'journal', new Uint8Array([2]));
    const b3 = hub.connect(bob.keys, new ReplayGuard(store));
    b3.setPeers([alice.peer]);
    const after = new Inbox(b3);
    await after.first(1);
    expect(after.messages.map(({ body }) => body[0])).toEqual([2]);
    expect(inbox.messages).toHaveLength(0);
  });

  it('delivers again what could not be recorded', async () => {
    const hub = new MemoryHub({ manual: true });
    const { a, alice, bob } = await pair(hub);
    let full = true;
    const store = new MemoryReplayStore();
    const failing = {
      load: async (peer: DeviceId) => store.load(peer),
      save: async (peer: DeviceId, record: Uint8Array) => {
        if (full) throw new Error('the disk is full');
        await store.save(peer, record);
      },
    };
    const b = hub.connect(bob.keys, new ReplayGuard(failing));
    b.setPeers([alice.peer]);
    const inbox = new Inbox(b);
    await a.send(bob.peer.id, 'journal', new Uint8Array([1]));
    await hub.settle();
    expect(inbox.messages).toHaveLength(0);
    full = false;
    hub.setOnline(bob.peer.id, true);
    await hub.settle();
    expect(inbox.messages).toHaveLength(1);
  });
});
