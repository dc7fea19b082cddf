/**
 * Peer connections inside one process: descriptions and candidates have to make their way between the two
 * as with real ones, messages travel in order and later, and a connection can die without a word.
 */
import { setImmediate } from 'node:timers';
import type { RtcFactory } from '../mesh-link.ts';

const MAX_MESSAGE_BYTES = 262_144;

export interface FakeRtcOptions {
  /** Gathers no candidates, as on a machine without a network: connecting never ends. */
  readonly gathersNothing?: boolean;
}

/** All connections of one test. */
export class FakeRtc {
  readonly connections: FakeConnection[] = [];
  readonly #options: FakeRtcOptions;

  constructor(options: FakeRtcOptions = {}) {
    this.#options = options;
  }

  readonly factory: RtcFactory = () => {
    const connection = new FakeConnection(this, this.#options);
    this.connections.push(connection);
    return connection as unknown as RTCPeerConnection;
  };

  find(name: string): FakeConnection | undefined {
    return this.connections.find((connection) => connection.name === name);
  }

  /** Every connection dies silently: nothing arrives any more, and nobody is told. */
  kill(): void {
    for (const connection of this.connections) connection.dead = true;
  }
}

export class FakeConnection {
  readonly name: string;
  readonly channel = new FakeChannel();
  dead = false;
  closed = false;
  connectionState: RTCPeerConnectionState = 'new';
  onicecandidate: ((event: { candidate: unknown }) => void) | null = null;
  onconnectionstatechange: (() => void) | null = null;
  readonly #network: FakeRtc;
  readonly #options: FakeRtcOptions;
  #remote: FakeConnection | undefined;
  #reachable = false;

  constructor(network: FakeRtc, options: FakeRtcOptions) {
    this.#network = network;
    this.#options = options;
    this.name = `connection ${String(network.connections.length)}`;
  }

  createDataChannel(): FakeChannel {
    return this.channel;
  }

  async createOffer(): Promise<{ sdp: string }> {
    return { sdp: this.name };
  }

  async createAnswer(): Promise<{ sdp: string }> {
    if (this.#remote === undefined) throw new Error('there is no offer to answer');
    return { sdp: this.name };
  }

  async setLocalDescription(_description: { type: string }): Promise<void> {
    if (this.#options.gathersNothing === true) return;
    setImmediate(() => {
      this.onicecandidate?.({
        candidate: { candidate: `way to ${this.name}`, sdpMid: '0', sdpMLineIndex: 0 },
      });
      this.onicecandidate?.({ candidate: null });
    });
  }

  async setRemoteDescription({ sdp }: { sdp: string }): Promise<void> {
    this.#remote = this.#network.find(sdp);
    if (this.#remote === undefined) throw new Error(`not a description: ${sdp}`);
    this.#tryToOpen();
  }

  async addIceCandidate({ candidate }: { candidate: string }): Promise<void> {
    if (this.#remote === undefined) throw new Error('a candidate before the description');
    if (candidate !== `way to ${this.#remote.name}`) throw new Error('not a candidate');
    this.#reachable = true;
    this.#tryToOpen();
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    const remote = this.#remote;
    setImmediate(() => {
      if (!this.dead && remote !== undefined && !remote.closed) remote.channel.lose();
    });
  }

  fail(): void {
    this.connectionState = 'failed';
    this.onconnectionstatechange?.();
  }

  #tryToOpen(): void {
    const remote = this.#remote;
    if (remote === undefined || remote.#remote !== this) return;
    if (!this.#reachable || !remote.#reachable) return;
    setImmediate(() => {
      if (this.closed || remote.closed) return;
      this.channel.join(() => (this.dead || remote.closed ? undefined : remote.channel));
      remote.channel.join(() => (remote.dead || this.closed ? undefined : this.channel));
    });
  }
}

export class FakeChannel {
  readyState: RTCDataChannelState = 'connecting';
  bufferedAmount = 0;
  bufferedAmountLowThreshold = 0;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: (() => void) | null = null;
  onbufferedamountlow: (() => void) | null = null;
  /** What arrived, in order. */
  readonly received: Uint8Array[] = [];
  #peer: () => FakeChannel | undefined = () => undefined;

  join(peer: () => FakeChannel | undefined): void {
    if (this.readyState !== 'connecting') return;
    this.#peer = peer;
    this.readyState = 'open';
    this.onopen?.();
  }

  send(data: Uint8Array): void {
    if (this.readyState !== 'open') throw new Error('the channel is not open');
    if (data.length > MAX_MESSAGE_BYTES) throw new TypeError('the message is too large');
    const copy = Uint8Array.from(data);
    this.bufferedAmount += copy.length;
    setImmediate(() => {
      const before = this.bufferedAmount;
      this.bufferedAmount -= copy.length;
      this.#peer()?.deliver(copy.buffer);
      const low = this.bufferedAmountLowThreshold;
      if (before > low && this.bufferedAmount <= low) this.onbufferedamountlow?.();
    });
  }

  deliver(data: unknown): void {
    if (data instanceof ArrayBuffer) this.received.push(new Uint8Array(data));
    this.onmessage?.({ data });
  }

  lose(): void {
    if (this.readyState === 'closed') return;
    this.readyState = 'closed';
    this.onclose?.();
  }
}
