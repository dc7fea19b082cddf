/**
 * A mailbox inside one process, for tests of everything above this room: real envelopes, a seeded order
 * of delivery, loss, duplication, delay on a clock of its own, and store-and-forward for devices that are
 * away.
 */
import { toHex } from '../codec.ts';
import type {
  Channel,
  DeviceId,
  LinkState,
  Message,
  Peer,
  Stream,
  StrangerMessage,
} from './channel.ts';
import { deviceId, type DeviceKeys } from './device.ts';
import { Endpoint, type DropReason } from './endpoint.ts';
import { LinkDownError } from './errors.ts';
import { ReplayGuard, type ReplayStore } from './replay.ts';
import { Serial } from './serial.ts';
import { CLOSED, Status } from './status.ts';
import { systemTimers } from './timers.ts';

/** A replay store that lasts as long as the object. */
export class MemoryReplayStore implements ReplayStore {
  readonly #records = new Map<DeviceId, Uint8Array>();

  async load(peer: DeviceId): Promise<Uint8Array | undefined> {
    return this.#records.get(peer)?.slice();
  }

  async save(peer: DeviceId, record: Uint8Array): Promise<void> {
    this.#records.set(peer, record.slice());
  }
}

export interface MemoryHubOptions {
  /** The same seed and the same calls give the same deliveries. Default 1. */
  readonly seed?: number;
  /** Probability that a packet is lost, 0 to 1. Default 0. */
  readonly loss?: number;
  /** Probability that a packet is delivered twice, 0 to 1. Default 0. */
  readonly duplication?: number;
  /** Longest delay in milliseconds of the hub's clock; packets overtake each other. Default 0. */
  readonly maxDelay?: number;
  /** Deliver only in `advance` and `settle`. By default the hub delivers by itself, without waiting. */
  readonly manual?: boolean;
  /** What the hub makes of a packet: a relay that reads, alters, withholds or adds. */
  readonly relay?: (envelope: Uint8Array, to: DeviceId | undefined) => readonly Uint8Array[];
}

interface Packet {
  readonly at: number;
  readonly order: number;
  readonly inbox: string;
  readonly envelope: Uint8Array;
}

export class MemoryHub {
  readonly #options: MemoryHubOptions;
  readonly #random: () => number;
  readonly #channels = new Map<string, MemoryChannel>();
  readonly #delivering = new Serial();
  #packets: Packet[] = [];
  /** Taken by nobody because its device could not record it; comes again when the device comes back. */
  readonly #refused = new Set<Packet>();
  #now = 0;
  #order = 0;
  #sending = 0;

  constructor(options: MemoryHubOptions = {}) {
    this.#options = options;
    this.#random = seeded(options.seed ?? 1);
  }

  /** Connects a device; one with the same inbox that was connected before is cut off. */
  connect(
    keys: DeviceKeys,
    guard: ReplayGuard = new ReplayGuard(new MemoryReplayStore()),
  ): MemoryChannel {
    const inbox = toHex(keys.inbox);
    this.#channels.get(inbox)?.setOnline(false);
    const channel = new MemoryChannel(this, keys, guard);
    this.#channels.set(inbox, channel);
    this.wake();
    return channel;
  }

  /** Takes a device off the network or brings it back. What is sent to it meanwhile waits. */
  setOnline(device: DeviceId, online: boolean): void {
    for (const channel of this.#channels.values()) {
      if (channel.self === device) channel.setOnline(online);
    }
    this.wake();
  }

  /** Moves the clock and delivers what is due, in order. */
  async advance(ms: number): Promise<void> {
    const until = this.#now + ms;
    await this.#deliver(until);
    this.#now = Math.max(this.#now, until);
  }

  /** Delivers until nothing is under way any more, however long its delay, except to devices away. */
  async settle(): Promise<void> {
    await this.#deliver(Infinity);
  }

  /** Puts raw bytes into an inbox, as whoever runs the network could. */
  inject(inbox: Uint8Array, envelope: Uint8Array): void {
    this.#enqueue(toHex(inbox), envelope, 0);
    this.wake();
  }

  /** Called by channels. Seals in the background of `settle`, which waits for it. */
  async post(channel: MemoryChannel, to: Peer, sealing: Promise<Uint8Array[]>): Promise<void> {
    this.#sending += 1;
    try {
      for (const envelope of await sealing) {
        if (!channel.online) throw new LinkDownError('this device is offline');
        this.#route(toHex(to.inbox), to.id, envelope);
      }
    } finally {
      this.#sending -= 1;
    }
    this.wake();
  }

  /** Delivers without being asked, unless the hub is manual. */
  wake(): void {
    this.#refused.clear();
    if (this.#options.manual !== true) {
      systemTimers.after(0, () => void this.settle());
    }
  }

  #route(inbox: string, to: DeviceId, envelope: Uint8Array): void {
    const { loss = 0, duplication = 0, maxDelay = 0, relay } = this.#options;
    for (const out of relay?.(envelope, to) ?? [envelope]) {
      const copies = this.#random() < loss ? 0 : this.#random() < duplication ? 2 : 1;
      for (let i = 0; i < copies; i++) {
        this.#enqueue(inbox, out, Math.floor(this.#random() * (maxDelay + 1)));
      }
    }
  }

  #enqueue(inbox: string, envelope: Uint8Array, delay: number): void {
    const packet = { at: this.#now + delay, order: this.#order++, inbox, envelope };
    this.#packets.push(packet);
  }

  async #deliver(until: number): Promise<void> {
    await this.#delivering.run(async () => {
      for (;;) {
        const packet = this.#next(until);
        if (packet !== undefined) await this.#handOver(packet);
        else if (this.#sending > 0) await nextTurn();
        else return;
      }
    });
  }

  /** The earliest packet that is due and whose device is there. */
  #next(until: number): Packet | undefined {
    return this.#packets
      .filter(
        (packet) =>
          packet.at <= until &&
          !this.#refused.has(packet) &&
          this.#channels.get(packet.inbox)?.online === true,
      )
      .sort((a, b) => (a.at === b.at ? a.order - b.order : a.at - b.at))[0];
  }

  async #handOver(packet: Packet): Promise<void> {
    this.#now = Math.max(this.#now, packet.at);
    try {
      await this.#channels.get(packet.inbox)?.take(packet.envelope);
      this.#packets = this.#packets.filter((other) => other !== packet);
    } catch {
      this.#refused.add(packet); // not acknowledged, so it is kept
    }
  }
}

/** A device's connection to a MemoryHub. */
export class MemoryChannel implements Channel {
  readonly self: DeviceId;
  readonly #hub: MemoryHub;
  readonly #endpoint: Endpoint;
  readonly #status = new Status({ kind: 'up' });
  #closed = false;

  constructor(hub: MemoryHub, keys: DeviceKeys, guard: ReplayGuard) {
    this.self = deviceId(keys.identity);
    this.#hub = hub;
    this.#endpoint = new Endpoint({ keys, guard }, 'memory');
  }

  get online(): boolean {
    return this.#status.state.kind === 'up';
  }

  /** How many packets were dropped, by reason. */
  get drops(): ReadonlyMap<DropReason, number> {
    return this.#endpoint.drops;
  }

  setOnline(online: boolean): void {
    if (this.#closed) return;
    this.#status.set(online ? { kind: 'up' } : { kind: 'down', reason: 'this device is offline' });
  }

  async take(envelope: Uint8Array): Promise<void> {
    await this.#endpoint.receive(envelope);
  }

  async send(to: DeviceId, stream: Stream, body: Uint8Array): Promise<void> {
    const peer = this.#endpoint.peer(to);
    if (!this.online) throw new LinkDownError('this device is offline');
    await this.#hub.post(this, peer, this.#endpoint.seal(to, stream, body));
  }

  onMessage(listener: (message: Message) => void): () => void {
    return this.#endpoint.onMessage(listener);
  }

  onStranger(listener: (message: StrangerMessage) => void): () => void {
    return this.#endpoint.onStranger(listener);
  }

  setPeers(peers: readonly Peer[]): void {
    this.#endpoint.setPeers(peers);
  }

  state(): LinkState {
    return this.#status.state;
  }

  peerState(_peer: DeviceId): LinkState {
    return this.#status.state;
  }

  onState(listener: () => void): () => void {
    return this.#status.onChange(listener);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#status.silence();
    this.#status.set(CLOSED);
    await this.#endpoint.close();
  }
}

/** Numbers in [0, 1) from a seed (mulberry32). For the order of deliveries, nothing else. */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const nextTurn = async (): Promise<void> =>
  new Promise((resolve) => {
    systemTimers.after(0, resolve);
  });
