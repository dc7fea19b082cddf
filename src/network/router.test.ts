import { describe, expect, it } from 'vitest';
import type { Channel, DeviceId } from './channel.ts';
import { MemoryHub, MemoryReplayStore } from './memory.ts';
import { MeshChannel } from './mesh.ts';
import { ReplayGuard } from './replay.ts';
import { RouterChannel } from './router.ts';
import { describeChannel } from './testing/channel-contract.ts';
import { testDevice, type TestDevice } from './testing/device.ts';
import { FakeRtc } from './testing/fake-rtc.ts';
import { Inbox, untilState } from './testing/inbox.ts';

class RouterWorld {
  readonly carried: { to: DeviceId | undefined; envelope: Uint8Array }[] = [];
  readonly hub = new MemoryHub({
    relay: (envelope, to) => {
      this.carried.push({ to, envelope });
      return [envelope];
    },
  });
  readonly rtc = new FakeRtc();
  readonly meshes = new Map<Channel, MeshChannel>();

  open({ keys }: TestDevice): RouterChannel {
    const guard = new ReplayGuard(new MemoryReplayStore());
    const mailbox = this.hub.connect(keys, guard);
    const mesh = new MeshChannel({ keys, guard }, { signals: mailbox, rtc: this.rtc.factory });
    const router = new RouterChannel(mesh, mailbox);
    this.meshes.set(router, mesh);
    return router;
  }

  /** Opens the direct way. */
  async join(a: RouterChannel, b: RouterChannel): Promise<void> {
    this.meshes.get(a)?.setWanted([b.self]);
    this.meshes.get(b)?.setWanted([a.self]);
    while (a.way(b.self) !== 'mesh' || b.way(a.self) !== 'mesh') {
      await new Promise<void>((resolve) => {
        const stops = [a, b].map((each) =>
          each.onState(() => {
            for (const stop of stops) stop();
            resolve();
          }),
        );
      });
    }
  }
}

describeChannel(
  'RouterChannel by way of the mailbox',
  async () => {
    const world = new RouterWorld();
    return {
      open: async (device) => world.open(device),
      connected: async (from, to) => untilState(from, 'up', to.self),
      inject: (_from, to, bytes) => {
        world.hub.inject(to.keys.inbox, bytes);
      },
      carried: (to) =>
        world.carried.filter((c) => c.to === to.peer.id).map(({ envelope }) => envelope),
      close: async () => world.hub.settle(),
    };
  },
  { strangers: true },
);

describeChannel(
  'RouterChannel on the direct way',
  async () => {
    const world = new RouterWorld();
    const routers = new Map<Channel, RouterChannel>();
    return {
      open: async (device) => {
        const router = world.open(device);
        routers.set(router, router);
        return router;
      },
      connected: async (from, to) => {
        const [a, b] = [routers.get(from), routers.get(to)];
        if (a !== undefined && b !== undefined) await world.join(a, b);
      },
      inject: (_from, _to, bytes) => {
        for (const { channel } of world.rtc.connections) {
          channel.deliver(Uint8Array.from(bytes).buffer);
        }
      },
      carried: () => world.rtc.connections.flatMap(({ channel }) => channel.received),
      close: async () => world.hub.settle(),
    };
  },
  { strangers: false },
);

describe('RouterChannel', () => {
  async function start() {
    const world = new RouterWorld();
    const [alice, bob] = await Promise.all([testDevice('alice'), testDevice('bob')]);
    const [a, b] = [world.open(alice), world.open(bob)];
    a.setPeers([bob.peer]);
    b.setPeers([alice.peer]);
    return { world, a, b, inbox: new Inbox(b), signals: signalsSeen(b) };
  }
  const signalsSeen = (channel: Channel): string[] => {
    const seen: string[] = [];
    channel.onMessage(({ stream }) => {
      if (stream === 'signal') seen.push(stream);
    });
    return seen;
  };

  it('takes the direct way while there is one, and the mailbox otherwise', async () => {
    const { world, a, b, inbox, signals } = await start();
    expect(a.way(b.self)).toBe('mailbox');
    await a.send(b.self, 'journal', new Uint8Array([1]));
    await inbox.first(1);
    await world.join(a, b);
    await a.send(b.self, 'journal', new Uint8Array([2]));
    await inbox.first(2);
    world.meshes.get(a)?.setWanted([]);
    await a.send(b.self, 'journal', new Uint8Array([3]));
    const messages = await inbox.first(3);
    expect(messages.map(({ carrier }) => carrier)).toEqual(['memory', 'mesh', 'memory']);
    expect(signals).toEqual([]);
    await Promise.all([a.close(), b.close()]);
  });

  it('sends by mailbox what the direct way broke under', async () => {
    const { world, a, b, inbox } = await start();
    await world.join(a, b);
    for (const { channel } of world.rtc.connections) {
      channel.send = () => {
        throw new Error('broken');
      };
    }
    await a.send(b.self, 'journal', new Uint8Array([1]));
    const [message] = await inbox.first(1);
    expect(message?.carrier).toBe('memory');
    await Promise.all([a.close(), b.close()]);
  });

  it('delivers once what comes both ways', async () => {
    const { world, a, b, inbox } = await start();
    await a.send(b.self, 'journal', new Uint8Array([1]));
    await inbox.first(1);
    const envelope = world.carried.find(({ to }) => to === b.self)?.envelope ?? new Uint8Array();
    await world.join(a, b);
    for (const { channel } of world.rtc.connections) {
      channel.deliver(Uint8Array.from(envelope).buffer);
    }
    await a.send(b.self, 'journal', new Uint8Array([2]));
    expect((await inbox.first(2)).map(({ body }) => body[0])).toEqual([1, 2]);
    await Promise.all([a.close(), b.close()]);
  });

  it('says down only when neither way is there', async () => {
    const { world, a, b } = await start();
    await world.join(a, b);
    world.hub.setOnline(a.self, false);
    expect(a.peerState(b.self).kind).toBe('up');
    expect(a.state().kind).toBe('down');
    world.meshes.get(a)?.setWanted([]);
    expect(a.peerState(b.self).kind).toBe('down');
    expect(a.way(b.self)).toBeUndefined();
    await Promise.all([a.close(), b.close()]);
  });
});
