/**
 * One MQTT 3.1.1 connection over WebSocket that listens on one topic and comes back by itself. It moves
 * bytes and knows nothing of what is in them.
 *
 * Every attempt is a client of its own: what was not acknowledged when a connection ended is reported to
 * its sender, who sends it again, instead of lying in a queue that nobody sees. What others sent stays in
 * the broker's session.
 */
import type { IPublishPacket, MqttClient } from 'mqtt';
import type { LinkState } from './channel.ts';
import { LinkDownError } from './errors.ts';
import { CLOSED, Status } from './status.ts';
import { jitteredBackoff, systemTimers, type Backoff, type Timers } from './timers.ts';

/** How long a publication waits for a connection that is being made. */
const PATIENCE_MS = 3_000;
/** How long the broker may take to acknowledge; the relay slows senders down rather than refusing them. */
const ACKNOWLEDGE_MS = 30_000;
const CONNECT_MS = 10_000;
const KEEPALIVE_S = 30;

export interface MqttOptions {
  /** `ws:` or `wss:` address of the broker. */
  readonly url: string;
  readonly clientId: Promise<string>;
  /** The topic to listen on. */
  readonly topic: string;
  /** Whether the broker keeps what arrives on the topic while this client is away. */
  readonly persistent: boolean;
  /** Takes what arrived. Resolved: acknowledged. Rejected: the broker has to deliver it again. */
  readonly take: (payload: Uint8Array) => Promise<void>;
  readonly timers?: Timers | undefined;
  readonly backoff?: Backoff | undefined;
}

/** One attempt to be connected, and the connection that came of it. */
interface Attempt {
  readonly client: MqttClient;
  /** Called with a reason for each publication that was not acknowledged in time. */
  readonly unacknowledged: Set<(reason: string) => void>;
}

export class MqttLink {
  readonly status = new Status({ kind: 'connecting' });
  readonly #options: MqttOptions;
  readonly #timers: Timers;
  readonly #backoff: Backoff;
  #attempt: Attempt | undefined;
  #failures = 0;
  #stopWaiting: (() => void) | undefined;
  #closed = false;

  /** @throws TypeError when the address is no `ws:` or `wss:` URL */
  constructor(options: MqttOptions) {
    const { protocol, searchParams } = new URL(options.url);
    if (protocol !== 'ws:' && protocol !== 'wss:') {
      throw new TypeError('The address of a relay begins with ws:// or wss://');
    }
    // The client would take its id, and with it its session, from there.
    if (searchParams.has('clientId')) throw new TypeError('The address must not name a client id');
    this.#options = options;
    this.#timers = options.timers ?? systemTimers;
    this.#backoff = options.backoff ?? jitteredBackoff(500, 30_000);
    void this.#connect();
  }

  /**
   * Resolves when the broker acknowledged it.
   *
   * @throws LinkDownError when there is no connection, or it ended before. The broker may have taken it
   *   then; sending it again is up to the caller.
   */
  async publish(topic: string, payload: Uint8Array): Promise<void> {
    const { client, unacknowledged } = await this.#connection();
    await new Promise<void>((resolve, reject) => {
      const settle = (outcome: () => void): void => {
        stop();
        unacknowledged.delete(fail);
        outcome();
      };
      const fail = (reason: string): void => {
        settle(() => {
          reject(new LinkDownError(reason));
        });
      };
      const stop = this.#timers.after(ACKNOWLEDGE_MS, () => {
        fail('the relay did not confirm the message in time');
      });
      unacknowledged.add(fail);
      const body = payload as Parameters<MqttClient['publish']>[1];
      client.publish(topic, body, { qos: 1 }, (error) => {
        if (error) fail('the connection to the relay was lost');
        else settle(resolve);
      });
    });
  }

  /** Tries at once instead of waiting for the next attempt, for example when the network came back. */
  retryNow(): void {
    if (this.#stopWaiting === undefined) return;
    this.#stopWaiting();
    this.#failures = 0;
    void this.#connect();
  }

  /** Ends the connection; the broker keeps a persistent session. Idempotent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#stopWaiting?.();
    this.status.silence();
    if (this.#attempt !== undefined) this.#end(this.#attempt, reasonOf(CLOSED));
    this.status.set(CLOSED);
  }

  async #connect(): Promise<void> {
    this.#stopWaiting = undefined;
    this.status.set({ kind: 'connecting' });
    try {
      const [{ default: mqtt }, clientId] = await Promise.all([
        import('mqtt'), // a large package, loaded after the first paint
        this.#options.clientId,
      ]);
      if (this.#closed) return;
      const client = mqtt.connect(this.#options.url, {
        protocolVersion: 4,
        clientId,
        clean: !this.#options.persistent,
        keepalive: KEEPALIVE_S,
        connectTimeout: CONNECT_MS,
        reconnectPeriod: 0,
        resubscribe: false,
        timerVariant: 'native', // the other variant needs a worker from a blob: address, which the CSP forbids
      });
      this.#run({ client, unacknowledged: new Set() });
    } catch {
      this.#wait('the part of the app that talks to the relay could not be loaded');
    }
  }

  #run(attempt: Attempt): void {
    const { client } = attempt;
    const { topic, take } = this.#options;
    this.#attempt = attempt;
    let reason = 'the relay cannot be reached';
    // Called for each message before it is acknowledged, even before the subscription is confirmed: a
    // session that goes on delivers at once.
    client.handleMessage = (packet, done): void => {
      if (packet.topic !== topic) {
        done();
        return;
      }
      take(payloadOf(packet)).then(
        () => {
          done();
        },
        () => {
          this.#lost(attempt, 'a message could not be stored on this device');
        },
      );
    };
    client.on('connect', () => {
      reason = 'the connection to the relay was lost';
      client.subscribe(topic, { qos: 1 }, (error, granted) => {
        if (error !== null || granted?.[0]?.qos !== 1) {
          this.#lost(attempt, 'the relay does not let this device receive messages');
        } else if (this.#attempt === attempt) {
          this.#failures = 0;
          this.status.set({ kind: 'up' });
        }
      });
    });
    client.on('error', (error) => {
      if ('code' in error && typeof error.code === 'number')
        reason = 'the relay refused this device';
      this.#lost(attempt, reason);
    });
    client.on('close', () => {
      this.#lost(attempt, reason);
    });
  }

  /** An attempt ended: by itself, or because it is of no use. */
  #lost(attempt: Attempt, reason: string): void {
    if (this.#attempt !== attempt || this.#closed) return;
    this.#end(attempt, reason);
    this.#wait(reason);
  }

  #end(attempt: Attempt, reason: string): void {
    this.#attempt = undefined;
    attempt.client.end(true);
    for (const fail of [...attempt.unacknowledged]) fail(reason);
  }

  #wait(reason: string): void {
    if (this.#closed) return;
    this.#stopWaiting = this.#timers.after(this.#backoff(this.#failures++), () => {
      void this.#connect();
    });
    this.status.set({ kind: 'down', reason });
  }

  /** The connection that is up, or will be shortly. */
  async #connection(): Promise<Attempt> {
    await this.#settled();
    if (this.status.state.kind === 'up' && this.#attempt !== undefined) return this.#attempt;
    throw new LinkDownError(reasonOf(this.status.state));
  }

  /** Resolves when no attempt is under way any more, or after PATIENCE_MS. */
  async #settled(): Promise<void> {
    if (this.status.state.kind !== 'connecting') return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        stopTimer();
        stopListening();
        resolve();
      };
      const stopTimer = this.#timers.after(PATIENCE_MS, done);
      const stopListening = this.status.onChange(done);
    });
  }
}

const payloadOf = ({ payload }: IPublishPacket): Uint8Array =>
  // A copy: the client's buffer is a view of a larger chunk.
  typeof payload === 'string' ? new Uint8Array() : Uint8Array.from(payload);

const reasonOf = (state: LinkState): string =>
  state.kind === 'down' ? state.reason : 'the relay has not answered yet';
