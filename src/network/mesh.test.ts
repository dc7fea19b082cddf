import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Channel, Peer } from './channel.ts';
import { LinkDownError } from './errors.ts';
import { MemoryHub, MemoryReplayStore, type MemoryChannel } from './memory.ts';
import { MeshChannel } from './mesh.ts';
import { ReplayGuard } from './replay.ts';
import { encodeSignal } from './signal.ts';
import { describeChannel } from './testing/channel-contract.ts';
import { testDevice, type TestDevice } from './testing/device.ts';
import { FakeRtc } from './testing/fake-rtc.ts';
import { Inbox, untilState } from './testing/inbox.ts';
import { ManualTimers } from './testing/manual-timers.ts';
import type { Timers } from './timers.ts';

/** A network on which devices can signal and connect. */
class MeshWorld {
  readonly hub = new MemoryHub();
  readonly rtc: FakeRtc;
  readonly peers = new Map<string, Peer>();
  readonly #stores = new Map<string, MemoryReplayStore>();
  readonly signals: MemoryChannel[] = [];
  readonly meshes = new Map<Channel, MeshChannel>();
  readonly #timers: Timers | undefined;

  constructor(rtc = new FakeRtc(), timers?: Timers) {
    this.rtc = rtc;
    this.#timers = timers;
  }

  open({ keys, peer }: TestDevice): MeshChannel {
    const store = this.#stores.get(peer.id) ?? new MemoryReplayStore();
    this.#stores.set(peer.id, store);
    const guard = new ReplayGuard(store);
    const signals = this.hub.connect(keys, guard);
    const timers = this.#timers;
    const mesh = new MeshChannel(
      { keys, guard, ...(timers === undefined ? {} : { timers }) },
      { signals, rtc: this.rtc.factory, backoff: () => 1_000 },
    );
    this.peers.set(peer.id, peer);
    this.signals.push(signals);
    for (const each of this.signals) each.setPeers([...this.peers.values()]);
    this.meshes.set(mesh, mesh);
    return mesh;
  }

  async connect(a: Channel, b: Channel): Promise<void> {
    this.meshes.get(a)?.setWanted([b.self]);
    this.meshes.get(b)?.setWanted([a.self]);
    await Promise.all([untilState(a, 'up', b.self), untilState(b, 'up', a.self)]);
  }
}

describeChannel(
  'MeshChannel',
  async () => {
    const world = new MeshWorld();
    const ends = (): { received: Uint8Array[]; deliver: (data: ArrayBuffer) => void }[] =>
      world.rtc.connections.map(({ channel }) => ({
        received: channel.received,
        deliver: (data) => {
          channel.deliver(data);
        },
      }));
    return {
      open: async (device) => world.open(device),
      connected: async (from, to) => world.connect(from, to),
      // Envelopes for others are dropped as such, so it does not matter that every end gets it.
      inject: (_from, _to, bytes) => {
        for (const end of ends()) end.deliver(Uint8Array.from(bytes).buffer);
      },
      carried: () => ends().flatMap(({ received }) => received),
      close: async () => world.hub.settle(),
    };
  },
  { strangers: false },
);

describe('MeshChannel', () => {
  let small: TestDevice, large: TestDevice;

  beforeEach(async () => {
    const devices = await Promise.all([testDevice('alice'), testDevice('bob')]);
    devices.sort((a, b) => (a.peer.id < b.peer.id ? -1 : 1));
    [small, large] = devices;
  });

  function start(rtc = new FakeRtc()) {
    const timers = new ManualTimers();
    const world = new MeshWorld(rtc, timers);
    const [a, b] = [world.open(small), world.open(large)];
    a.setPeers([large.peer]);
    b.setPeers([small.peer]);
    opened.push(a, b);
    return { world, timers, a, b };
  }
  const opened: MeshChannel[] = [];
  afterEach(async () => {
    await Promise.all(opened.splice(0).map(async (mesh) => mesh.close()));
  });

  it('connects when only the one who offers wants to', async () => {
    const { a, b } = start();
    a.setWanted([b.self]);
    await Promise.all([untilState(a, 'up', b.self), untilState(b, 'up', a.self)]);
  });

  it('connects when only the one who answers wants to: it calls', async () => {
    const { a, b, timers } = start();
    b.setWanted([a.self]);
    expect(b.peerState(a.self)).toEqual({ kind: 'connecting' });
    timers.advance(1_000);
    await Promise.all([untilState(a, 'up', b.self), untilState(b, 'up', a.self)]);
  });

  it('does not send without a connection', async () => {
    const { a, b } = start();
    await expect(a.send(b.self, 'journal', new Uint8Array([1]))).rejects.toThrow(LinkDownError);
  });

  it('notices a silent death by the heartbeat, and connects again', async () => {
    const { world, timers, a, b } = start();
    await world.connect(a, b);
    world.rtc.kill();
    timers.advance(5_999);
    expect(a.peerState(b.self).kind).toBe('up');
    timers.advance(1);
    expect(a.peerState(b.self)).toMatchObject({ kind: 'down' });
    expect(b.peerState(a.self)).toMatchObject({ kind: 'down' });
    timers.advance(1_000);
    await Promise.all([untilState(a, 'up', b.self), untilState(b, 'up', a.self)]);
    const inbox = new Inbox(b);
    await a.send(b.self, 'journal', new Uint8Array([1]));
    await inbox.first(1);
  });

  it('stays connected as long as the heartbeats arrive', async () => {
    const { world, timers, a, b } = start();
    await world.connect(a, b);
    const beats = (): number =>
      world.rtc.connections.reduce((sum, { channel }) => sum + channel.received.length, 0);
    for (let i = 1; i <= 10; i++) {
      timers.advance(2_000);
      while (beats() < 2 * i) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(a.peerState(b.self).kind).toBe('up');
    expect(b.peerState(a.self).kind).toBe('up');
  });

  it('gives up an attempt that finds no way, and tries again', async () => {
    const { timers, world, a, b } = start(new FakeRtc({ gathersNothing: true }));
    a.setWanted([b.self]);
    while (world.rtc.connections.length < 2) await world.hub.settle();
    timers.advance(15_000);
    expect(a.peerState(b.self)).toMatchObject({ kind: 'down' });
    timers.advance(1_000);
    expect(a.peerState(b.self)).toEqual({ kind: 'connecting' });
  });

  it('tries again when the other side reloads', async () => {
    const { world, timers, a, b } = start();
    await world.connect(a, b);
    await b.close();
    await untilState(a, 'down', b.self);
    const b2 = world.open(large);
    b2.setPeers([small.peer]);
    opened.push(b2);
    timers.advance(1_000);
    await Promise.all([untilState(a, 'up', b2.self), untilState(b2, 'up', a.self)]);
  });

  it('answers a call although it believes to be connected', async () => {
    const { world, a, b } = start();
    await world.connect(a, b);
    const [, signals] = world.signals;
    await signals?.send(a.self, 'signal', encodeSignal({ kind: 'call' }));
    await untilState(a, 'connecting', b.self);
    await Promise.all([untilState(a, 'up', b.self), untilState(b, 'up', a.self)]);
  });

  it('drops signals of other attempts, of the wrong side, and garbage', async () => {
    const { world, a, b } = start();
    await world.connect(a, b);
    const [signalsOfA, signalsOfB] = world.signals;
    const attempt = new Uint8Array(16);
    const way = { candidate: 'way to nowhere', sdpMid: '0', sdpMLineIndex: 0 };
    for (const signal of [
      encodeSignal({ kind: 'answer', attempt, sdp: 'connection 0' }),
      encodeSignal({ kind: 'candidate', attempt, candidate: way }),
      encodeSignal({ kind: 'offer', attempt, sdp: 'connection 0' }), // the larger id never offers
      new Uint8Array([9]),
    ]) {
      await signalsOfB?.send(a.self, 'signal', signal);
    }
    await signalsOfA?.send(b.self, 'signal', encodeSignal({ kind: 'call' })); // the smaller never calls
    await world.hub.settle();
    expect(world.rtc.connections).toHaveLength(2);
    const inbox = new Inbox(b);
    await a.send(b.self, 'journal', new Uint8Array([1]));
    await inbox.first(1);
  });

  it('hangs up on who is not wanted any more', async () => {
    const { world, a, b } = start();
    await world.connect(a, b);
    b.setWanted([]);
    a.setWanted([]);
    expect(a.peerState(b.self)).toMatchObject({ kind: 'down' });
    await world.hub.settle();
    expect(b.peerState(a.self)).toMatchObject({ kind: 'down' });
  });

  it('fails an attempt when ICE fails', async () => {
    const { world, a, b } = start();
    await world.connect(a, b);
    world.rtc.connections[0]?.fail();
    expect(a.peerState(b.self)).toEqual({ kind: 'down', reason: 'no direct way was found' });
  });

  it('waits while the buffer of the connection is full', async () => {
    const { world, a, b } = start();
    await world.connect(a, b);
    const channel = world.rtc.connections[0]?.channel;
    let most = 0;
    const inbox = new Inbox(b);
    const stop = b.onMessage(() => {
      most = Math.max(most, channel?.bufferedAmount ?? 0);
    });
    const body = new Uint8Array(4_000_000);
    await Promise.all([a.send(b.self, 'journal', body), a.send(b.self, 'journal', body)]);
    await inbox.first(2);
    stop();
    expect(most).toBeLessThan(1024 * 1024 + 250_001);
  });
});
