/**
 * One attempt to connect directly to one peer (WebRTC data channel), and the connection that comes of it.
 * It ends once, and is not used again: whoever wants another one makes another attempt.
 */
import { LinkDownError } from './errors.ts';
import { Serial } from './serial.ts';
import type { Signal } from './signal.ts';
import type { Timers } from './timers.ts';

/** Makes a connection that is not connected yet: `(config) => new RTCPeerConnection(config)`. */
export type RtcFactory = (config: RTCConfiguration) => RTCPeerConnection;

/** From the first signal to an open channel. Gathering candidates may never end by itself. */
const CONNECT_MS = 15_000;
const PING_MS = 2_000;
/** Without any message for so long the peer is gone; ICE may take a minute to notice. */
const DEAD_MS = 6_000;
/** No envelope is so short. */
const PING = new Uint8Array([0]);
/** Bytes in the channel's buffer above which senders wait, and below which they go on. */
const HIGH_WATER = 1024 * 1024;
const LOW_WATER = 256 * 1024;

export interface MeshLinkOptions {
  readonly rtc: RtcFactory;
  readonly iceServers: readonly RTCIceServer[];
  readonly timers: Timers;
  /** Random, 16 bytes. */
  readonly attempt: Uint8Array;
  /** Sends to the peer, not over this link. */
  readonly signal: (signal: Signal) => Promise<void>;
  readonly onOpen: () => void;
  readonly onEnvelope: (envelope: Uint8Array) => void;
  /** Called once, unless `end` was called. */
  readonly onEnd: (reason: string) => void;
}

export class MeshLink {
  readonly attempt: Uint8Array;
  readonly #options: MeshLinkOptions;
  readonly #timers: Timers;
  readonly #connection: RTCPeerConnection;
  readonly #channel: RTCDataChannel;
  readonly #signalling = new Serial();
  readonly #sending = new Serial();
  #state: 'connecting' | 'open' | 'ended' = 'connecting';
  #heardAt = 0;
  #stopTimer: () => void;
  #drained: () => void = () => undefined;

  constructor(options: MeshLinkOptions) {
    const { rtc, iceServers, timers, attempt } = options;
    this.attempt = attempt;
    this.#options = options;
    this.#timers = timers;
    this.#connection = rtc({ iceServers: [...iceServers] });
    this.#stopTimer = timers.after(CONNECT_MS, () => {
      this.#fail('no direct way was found in time');
    });
    this.#connection.onicecandidate = ({ candidate }) => {
      if (candidate !== null) this.#sendCandidate(candidate);
    };
    this.#connection.onconnectionstatechange = () => {
      if (this.#connection.connectionState === 'failed') this.#fail('no direct way was found');
    };
    // Both sides know the channel from the start: nothing to negotiate, no event to miss.
    this.#channel = this.#connection.createDataChannel('cs1', { negotiated: true, id: 0 });
    this.#channel.binaryType = 'arraybuffer';
    this.#channel.bufferedAmountLowThreshold = LOW_WATER;
    this.#channel.onopen = () => {
      this.#open();
    };
    this.#channel.onmessage = ({ data }: MessageEvent<unknown>) => {
      this.#take(data);
    };
    this.#channel.onclose = () => {
      this.#fail('the other device ended the direct connection');
    };
    this.#channel.onbufferedamountlow = () => {
      this.#drained();
    };
  }

  get isOpen(): boolean {
    return this.#state === 'open';
  }

  /** Begins as the one who makes the offer. */
  offer(): void {
    this.#step(async () => {
      const { sdp = '' } = await this.#connection.createOffer();
      await this.#connection.setLocalDescription({ type: 'offer', sdp });
      await this.#options.signal({ kind: 'offer', attempt: this.attempt, sdp });
    });
  }

  /** Begins as the one who answers. */
  answer(offer: string): void {
    this.#step(async () => {
      await this.#connection.setRemoteDescription({ type: 'offer', sdp: offer });
      const { sdp = '' } = await this.#connection.createAnswer();
      await this.#connection.setLocalDescription({ type: 'answer', sdp });
      await this.#options.signal({ kind: 'answer', attempt: this.attempt, sdp });
    });
  }

  /** A signal of this attempt. */
  take(signal: Exclude<Signal, { kind: 'call' | 'offer' }>): void {
    this.#step(async () => {
      if (signal.kind === 'candidate') await this.#connection.addIceCandidate(signal.candidate);
      else await this.#connection.setRemoteDescription({ type: 'answer', sdp: signal.sdp });
    });
  }

  /**
   * Resolves when the envelope is in the buffer of the open channel.
   *
   * @throws LinkDownError
   */
  async send(envelope: Uint8Array): Promise<void> {
    await this.#sending.run(async () => {
      while (this.isOpen && this.#channel.bufferedAmount > HIGH_WATER) {
        await new Promise<void>((resolve) => {
          this.#drained = resolve;
        });
      }
      if (!this.isOpen) throw new LinkDownError('the direct connection ended');
      try {
        this.#channel.send(Uint8Array.from(envelope));
      } catch (cause) {
        this.#fail('the direct connection broke');
        throw new LinkDownError('the direct connection broke', { cause });
      }
    });
  }

  /** Idempotent. */
  end(): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    this.#stopTimer();
    this.#drained();
    this.#connection.onicecandidate = null;
    this.#connection.onconnectionstatechange = null;
    this.#channel.onopen = null;
    this.#channel.onmessage = null;
    this.#channel.onclose = null;
    this.#channel.onbufferedamountlow = null;
    this.#connection.close();
  }

  #fail(reason: string): void {
    if (this.#state === 'ended') return;
    this.end();
    this.#options.onEnd(reason);
  }

  /** Steps of signalling happen one after the other; the first that fails ends the attempt. */
  #step(step: () => Promise<void>): void {
    this.#signalling
      .run(async () => {
        if (this.#state !== 'ended') await step();
      })
      .catch(() => {
        this.#fail('the two devices could not agree on a direct way');
      });
  }

  #sendCandidate({ candidate, sdpMid, sdpMLineIndex }: RTCIceCandidate): void {
    const sent = { candidate, sdpMid: sdpMid ?? '', sdpMLineIndex: sdpMLineIndex ?? 0 };
    // Not a step: `signal` keeps the order, and the offer must not wait for candidates.
    this.#options
      .signal({ kind: 'candidate', attempt: this.attempt, candidate: sent })
      .catch(() => {
        this.#fail('the two devices could not agree on a direct way');
      });
  }

  #open(): void {
    if (this.#state !== 'connecting') return;
    this.#state = 'open';
    this.#stopTimer();
    this.#heardAt = this.#timers.now();
    this.#beat();
    this.#options.onOpen();
  }

  #beat(): void {
    this.#stopTimer = this.#timers.after(PING_MS, () => {
      if (this.#timers.now() - this.#heardAt >= DEAD_MS) {
        this.#fail('the other device does not answer any more');
        return;
      }
      this.send(PING).catch(() => undefined); // it ended: there is nothing left to keep alive
      if (this.isOpen) this.#beat();
    });
  }

  #take(data: unknown): void {
    this.#heardAt = this.#timers.now();
    if (!(data instanceof ArrayBuffer)) return;
    if (data.byteLength > PING.length) this.#options.onEnvelope(new Uint8Array(data));
  }
}
