/**
 * Direct connections between devices that are there at the same time. Signals travel sealed over another
 * channel, so the DTLS fingerprints in them are as good as the devices' identities; what is sent over the
 * connection is sealed and signed as well.
 *
 * In each pair only the device with the smaller id makes offers: two that offer at once can hang.
 */
import { equalBytes } from '../codec.ts';
import type {
  Channel,
  DeviceId,
  LinkState,
  Message,
  Peer,
  Stream,
  StrangerMessage,
} from './channel.ts';
import { samePeer } from './device.ts';
import { Endpoint, type DeviceLink, type DropReason } from './endpoint.ts';
import { LinkDownError } from './errors.ts';
import { Listeners } from './listeners.ts';
import { MeshLink, type RtcFactory } from './mesh-link.ts';
import { ATTEMPT_BYTES, decodeSignal, encodeSignal, type Signal } from './signal.ts';
import { CLOSED } from './status.ts';
import { jitteredBackoff, systemTimers, type Backoff, type Timers } from './timers.ts';

export interface MeshOptions {
  /** Carries the signals. The mesh sets no peers on it and does not close it. */
  readonly signals: Channel;
  readonly rtc: RtcFactory;
  /** STUN and TURN servers; none by default: then only devices in one network find each other. */
  readonly iceServers?: readonly RTCIceServer[];
  readonly backoff?: Backoff;
}

/** How long the one who answers waits for an offer before it asks for one. */
const CALL_AFTER_MS = 1_000;

/** What is under way with one peer. */
interface Line {
  link: MeshLink | undefined;
  state: LinkState;
  failures: number;
  stopWaiting: () => void;
}

const nothing = (): void => undefined;

export class MeshChannel implements Channel {
  readonly self: DeviceId;
  readonly #endpoint: Endpoint;
  readonly #options: MeshOptions;
  readonly #timers: Timers;
  readonly #backoff: Backoff;
  readonly #lines = new Map<DeviceId, Line>();
  readonly #changes = new Listeners<undefined>();
  readonly #stopSignals: () => void;
  #wanted: ReadonlySet<DeviceId> = new Set();
  #closed = false;

  constructor(device: DeviceLink, options: MeshOptions) {
    this.#endpoint = new Endpoint(device, 'mesh');
    this.self = this.#endpoint.self;
    this.#options = options;
    this.#timers = device.timers ?? systemTimers;
    this.#backoff = options.backoff ?? jitteredBackoff(1_000, 60_000);
    this.#stopSignals = options.signals.onMessage(({ from, stream, body }) => {
      if (stream === 'signal') this.#takeSignal(from, body);
    });
  }

  /** How many envelopes were dropped, by reason. */
  get drops(): ReadonlyMap<DropReason, number> {
    return this.#endpoint.drops;
  }

  /**
   * Which peers to be connected to, because they seem to be there. Replaces the former set: the others
   * are hung up on. A peer that connects by itself is answered, wanted or not.
   */
  setWanted(devices: Iterable<DeviceId>): void {
    this.#wanted = new Set(devices);
    for (const device of this.#lines.keys()) {
      if (!this.#wanted.has(device)) this.#hangUp(device);
    }
    for (const device of this.#wanted) this.#ensure(device);
  }

  async send(to: DeviceId, stream: Stream, body: Uint8Array): Promise<void> {
    this.#endpoint.peer(to);
    this.#openLink(to);
    const envelopes = await this.#endpoint.seal(to, stream, body);
    const link = this.#openLink(to);
    await Promise.all(envelopes.map(async (envelope) => link.send(envelope)));
  }

  onMessage(listener: (message: Message) => void): () => void {
    return this.#endpoint.onMessage(listener);
  }

  /** Never calls back: strangers cannot connect. */
  onStranger(listener: (message: StrangerMessage) => void): () => void {
    return this.#endpoint.onStranger(listener);
  }

  setPeers(peers: readonly Peer[]): void {
    const before = this.#endpoint.peers;
    this.#endpoint.setPeers(peers);
    for (const device of this.#lines.keys()) {
      const [was, is] = [before.get(device), this.#endpoint.peers.get(device)];
      if (was === undefined || is === undefined || !samePeer(was, is)) this.#hangUp(device);
    }
    for (const device of this.#wanted) this.#ensure(device);
  }

  /** Up: at least one peer is connected. */
  state(): LinkState {
    if (this.#closed) return CLOSED;
    const states = [...this.#lines.values()].map(({ state }) => state);
    return (
      states.find(({ kind }) => kind === 'up') ??
      states.find(({ kind }) => kind === 'connecting') ??
      states[0] ?? { kind: 'down', reason: 'no device is connected directly' }
    );
  }

  peerState(peer: DeviceId): LinkState {
    if (this.#closed) return CLOSED;
    return this.#lines.get(peer)?.state ?? { kind: 'down', reason: 'it is not connected directly' };
  }

  onState(listener: () => void): () => void {
    return this.#changes.add(listener);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#stopSignals();
    this.#changes.clear();
    for (const device of this.#lines.keys()) this.#hangUp(device);
    await this.#endpoint.close();
  }

  #openLink(to: DeviceId): MeshLink {
    const link = this.#lines.get(to)?.link;
    if (link?.isOpen !== true) throw new LinkDownError('there is no direct connection');
    return link;
  }

  #makesOffers(to: DeviceId): boolean {
    return this.self < to;
  }

  /** Begins with a wanted peer unless something is under way. */
  #ensure(device: DeviceId): void {
    if (this.#closed || this.#lines.has(device) || !this.#endpoint.peers.has(device)) return;
    if (device === this.self) return;
    if (this.#makesOffers(device)) this.#offer(device);
    else this.#callLater(device, CALL_AFTER_MS, { kind: 'connecting' });
  }

  #line(device: DeviceId): Line {
    const known = this.#lines.get(device);
    if (known !== undefined) return known;
    const line: Line = {
      link: undefined,
      state: { kind: 'connecting' },
      failures: 0,
      stopWaiting: nothing,
    };
    this.#lines.set(device, line);
    return line;
  }

  #offer(device: DeviceId): void {
    this.#begin(device, crypto.getRandomValues(new Uint8Array(ATTEMPT_BYTES))).offer();
  }

  /** Asks for an offer after a while, and again and again until one came. */
  #callLater(device: DeviceId, ms: number, state: LinkState): void {
    const line = this.#line(device);
    line.state = state;
    line.stopWaiting();
    line.stopWaiting = this.#timers.after(ms, () => {
      this.#callLater(device, this.#backoff(line.failures++), state);
      this.#signal(device, { kind: 'call' }).catch(nothing); // asked again anyway
    });
    this.#changes.emit(undefined);
  }

  /** A new attempt in place of whatever was under way. */
  #begin(device: DeviceId, attempt: Uint8Array): MeshLink {
    const line = this.#line(device);
    line.stopWaiting();
    line.stopWaiting = nothing;
    line.link?.end();
    const link = new MeshLink({
      rtc: this.#options.rtc,
      iceServers: this.#options.iceServers ?? [],
      timers: this.#timers,
      attempt,
      signal: async (signal) => this.#signal(device, signal),
      onOpen: () => {
        line.failures = 0;
        line.state = { kind: 'up' };
        this.#changes.emit(undefined);
      },
      onEnvelope: (envelope) => {
        // Not recorded as taken, so not delivered: its sender's protocol asks again.
        this.#endpoint.receive(envelope, device).catch(nothing);
      },
      onEnd: (reason) => {
        this.#ended(device, line, reason);
      },
    });
    line.link = link;
    line.state = { kind: 'connecting' };
    this.#changes.emit(undefined);
    return link;
  }

  #ended(device: DeviceId, line: Line, reason: string): void {
    line.link = undefined;
    const state: LinkState = { kind: 'down', reason };
    if (!this.#wanted.has(device)) {
      this.#hangUp(device);
    } else if (this.#makesOffers(device)) {
      line.state = state;
      line.stopWaiting = this.#timers.after(this.#backoff(line.failures++), () => {
        this.#offer(device);
      });
      this.#changes.emit(undefined);
    } else {
      this.#callLater(device, this.#backoff(line.failures++), state);
    }
  }

  #hangUp(device: DeviceId): void {
    const line = this.#lines.get(device);
    this.#lines.delete(device);
    line?.stopWaiting();
    line?.link?.end();
    this.#changes.emit(undefined);
  }

  async #signal(device: DeviceId, signal: Signal): Promise<void> {
    await this.#options.signals.send(device, 'signal', encodeSignal(signal));
  }

  #takeSignal(from: DeviceId, body: Uint8Array): void {
    if (this.#closed || !this.#endpoint.peers.has(from)) return;
    const signal = parseSignal(body);
    if (signal === undefined) return;
    const link = this.#lines.get(from)?.link;
    switch (signal.kind) {
      case 'call':
        // Whoever calls has no connection, whatever this side believes of an open one.
        if (this.#makesOffers(from) && (link === undefined || link.isOpen)) this.#offer(from);
        return;
      case 'offer':
        if (!this.#makesOffers(from)) this.#begin(from, signal.attempt).answer(signal.sdp);
        return;
      case 'answer':
        if (!this.#makesOffers(from)) return;
        if (link !== undefined && equalBytes(link.attempt, signal.attempt)) link.take(signal);
        return;
      case 'candidate':
        if (link !== undefined && equalBytes(link.attempt, signal.attempt)) link.take(signal);
    }
  }
}

/** `undefined`: a peer sent something else; nothing follows from it. */
function parseSignal(body: Uint8Array): Signal | undefined {
  try {
    return decodeSignal(body);
  } catch {
    return undefined;
  }
}
