/**
 * What all carriers share: sealing for peers, and the way of an envelope that arrived: open, check the
 * sender, check that it is new (durably), put fragments together, deliver.
 */
import { DecodeError } from '../codec.ts';
import type { DeviceId, Message, Peer, Stream, StrangerMessage } from './channel.ts';
import { deviceId, peersById, type DeviceKeys } from './device.ts';
import { openEnvelope, sealEnvelope, type Opened } from './envelope.ts';
import { EnvelopeError, UnknownPeerError, type EnvelopeFault } from './errors.ts';
import { fragments, Reassembler } from './fragment.ts';
import { Listeners } from './listeners.ts';
import type { ReplayGuard } from './replay.ts';
import { Serial } from './serial.ts';
import { systemTimers, type Timers } from './timers.ts';

/** Why an envelope was dropped. `overload`: too much waits to be opened. */
export type DropReason =
  EnvelopeFault | 'stranger' | 'wrong-link' | 'replayed' | 'fragment' | 'overload';

/** Bytes that may wait to be opened. A carrier that waits for `receive` never gets there. */
const MAX_WAITING_BYTES = 16 * 1024 * 1024;

/** What every carrier needs of its device. Carriers of one device share the guard. */
export interface DeviceLink {
  readonly keys: DeviceKeys;
  readonly guard: ReplayGuard;
  readonly timers?: Timers;
}

export class Endpoint {
  readonly self: DeviceId;
  readonly #keys: DeviceKeys;
  readonly #guard: ReplayGuard;
  readonly #carrier: Message['carrier'];
  readonly #reassembler: Reassembler;
  readonly #messages = new Listeners<Message>();
  readonly #strangers = new Listeners<StrangerMessage>();
  readonly #sending = new Serial();
  readonly #receiving = new Serial();
  readonly #drops = new Map<DropReason, number>();
  #peers: ReadonlyMap<DeviceId, Peer> = new Map();
  #waiting = 0;
  #closed = false;

  constructor(device: DeviceLink, carrier: Message['carrier']) {
    this.self = deviceId(device.keys.identity);
    this.#keys = device.keys;
    this.#guard = device.guard;
    this.#carrier = carrier;
    this.#reassembler = new Reassembler(device.timers ?? systemTimers);
  }

  /** How many envelopes were dropped, by reason. */
  get drops(): ReadonlyMap<DropReason, number> {
    return this.#drops;
  }

  onMessage(listener: (message: Message) => void): () => void {
    return this.#messages.add(listener);
  }

  onStranger(listener: (message: StrangerMessage) => void): () => void {
    return this.#strangers.add(listener);
  }

  /** @throws DecodeError when a peer is malformed or named twice */
  setPeers(peers: readonly Peer[]): void {
    this.#peers = peersById(peers);
    this.#reassembler.retain(this.#peers);
  }

  get peers(): ReadonlyMap<DeviceId, Peer> {
    return this.#peers;
  }

  /** @throws UnknownPeerError */
  peer(id: DeviceId): Peer {
    const peer = this.#peers.get(id);
    if (peer === undefined) throw new UnknownPeerError(id);
    return peer;
  }

  /**
   * The envelopes of one message, in order. Calls end in the order they were made.
   *
   * @throws UnknownPeerError, TooLargeError
   */
  async seal(to: DeviceId, stream: Stream, body: Uint8Array): Promise<Uint8Array[]> {
    const peer = this.peer(to);
    const bodies = fragments(body);
    return this.#sending.run(async () => {
      const first = await this.#guard.reserve(to, bodies.length);
      const sealed: Uint8Array[] = [];
      for (const [i, part] of bodies.entries()) {
        sealed.push(
          await sealEnvelope(this.#keys, peer, { stream, counter: first + i, body: part }),
        );
      }
      return sealed;
    });
  }

  /**
   * Takes in what arrived. Resolves when it was delivered or dropped: the carrier may acknowledge it then.
   * Rejects when it could not be recorded as taken; it is not delivered then and has to come again.
   *
   * @param from the device at the other end, where the carrier knows it
   */
  async receive(envelope: Uint8Array, from?: DeviceId): Promise<void> {
    if (this.#closed) return;
    if (this.#waiting + envelope.length > MAX_WAITING_BYTES) {
      this.#drop('overload');
      return;
    }
    this.#waiting += envelope.length;
    try {
      await this.#receiving.run(async () => this.#take(envelope, from));
    } finally {
      this.#waiting -= envelope.length;
    }
  }

  /** No callback comes after it resolved. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#messages.clear();
    this.#strangers.clear();
    await this.#receiving.idle();
  }

  async #take(envelope: Uint8Array, from: DeviceId | undefined): Promise<void> {
    const opened = await this.#open(envelope);
    if (opened === undefined || this.#closed) return;
    const sender = deviceId(opened.sender);
    if (from !== undefined && sender !== from) {
      this.#drop('wrong-link');
      return;
    }
    if (this.#peers.has(sender)) await this.#takeFromPeer(sender, opened);
    else await this.#takeFromStranger(sender, opened);
  }

  async #open(envelope: Uint8Array): Promise<Opened | undefined> {
    try {
      return await openEnvelope(this.#keys, envelope);
    } catch (error) {
      if (!(error instanceof EnvelopeError)) throw error;
      this.#drop(error.fault);
      return undefined;
    }
  }

  async #takeFromPeer(from: DeviceId, opened: Opened): Promise<void> {
    const { stream, counter } = opened;
    if (!(await this.#guard.accept(from, counter))) {
      this.#drop('replayed');
      return;
    }
    const body = this.#assemble(from, opened);
    // The peer may have been removed meanwhile.
    if (body === undefined || this.#closed || !this.#peers.has(from)) return;
    this.#messages.emit({ from, stream, body, carrier: this.#carrier });
  }

  async #takeFromStranger(sender: DeviceId, opened: Opened): Promise<void> {
    const heard = opened.stream === 'pairing' && this.#strangers.size > 0;
    if (!heard || sender === this.self) {
      this.#drop('stranger');
      return;
    }
    if (!(await this.#guard.acceptStranger(sender, opened.counter))) {
      this.#drop('replayed');
      return;
    }
    const body = this.#assemble(sender, opened);
    if (body === undefined)
      this.#reassembler.retain(this.#peers); // no memory for strangers
    else this.#strangers.emit({ identity: opened.sender, body });
  }

  #assemble(from: DeviceId, { stream, counter, body }: Opened): Uint8Array | undefined {
    try {
      return this.#reassembler.take(from, stream, counter, body);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      this.#drop('fragment');
      return undefined;
    }
  }

  #drop(reason: DropReason): void {
    this.#drops.set(reason, (this.#drops.get(reason) ?? 0) + 1);
  }
}
