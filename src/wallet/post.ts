/** Messages in and out: which devices there are, which of them are there, and what each stream is for. */
import { DecodeError, toHex } from '../codec.ts';
import { CountersignError } from '../errors.ts';
import {
  LinkDownError,
  UnknownPeerError,
  type DeviceId,
  type Message,
  type Peer,
  type Stream,
} from '../network/index.ts';
import { fromHex } from './ids.ts';
import type { News } from './news.ts';
import type { Clock, Connection } from './platform.ts';
import { Presence } from './presence.ts';
import { problemOf } from './problems.ts';
import { CeremonyRoutes } from './routes.ts';
import type { ConnectionView } from './state.ts';
import { decodeCeremony, decodePresence, encodeWire, type CeremonyMessage } from './wire.ts';

export interface PostPort {
  readonly clock: Clock;
  readonly connection: Connection;
  readonly news: News;
  random(length: number): Uint8Array;
  /** Whom the channel must know. */
  peers(): readonly Peer[];
  /** Of a peer or of a stranger. */
  pairing(identity: Uint8Array, body: Uint8Array): Promise<void>;
  /** @param vault its id, hexadecimal */
  journal(from: DeviceId, vault: string, body: Uint8Array): Promise<void>;
  ceremony(from: DeviceId, message: Exclude<CeremonyMessage, { t: 'packet' }>): Promise<void>;
  /** The relay can be reached, or can be reached again. */
  up(): Promise<void>;
  /** A device came online. */
  arrived(device: DeviceId): readonly Promise<void>[];
  /** Who is there changed, or how the relay can be reached. */
  changed(): void;
}

export class Post {
  readonly routes: CeremonyRoutes;
  readonly presence: Presence;
  readonly #port: PostPort;
  readonly #stops: (() => void)[] = [];
  #wasUp = false;
  #closed = false;

  constructor(port: PostPort) {
    this.#port = port;
    const { clock, connection } = port;
    this.routes = new CeremonyRoutes({
      setTimer: (ms, callback) => clock.after(ms, callback),
      send: async (to, message) => connection.channel.send(to, 'ceremony', encodeWire(message)),
    });
    this.presence = new Presence({
      now: () => clock.now(),
      after: (ms, callback) => clock.after(ms, callback),
      random: (length) => port.random(length),
      send: (to, message) => {
        this.send(to, 'presence', encodeWire(message));
      },
      isDirect: (peer) => connection.isDirect(peer),
      changed: () => {
        connection.setWanted(port.peers().filter(({ id }) => this.presence.isOnline(id)));
        port.changed();
      },
      arrived: (peer) => {
        for (const work of port.arrived(peer)) this.#quietly(work);
      },
    });
  }

  /** Takes messages in from now on. */
  listen(): void {
    const { channel } = this.#port.connection;
    this.#stops.push(
      channel.onMessage((message) => {
        void this.#receive(message).catch((error: unknown) => {
          this.#malformed(message.from, error);
        });
      }),
      channel.onStranger(({ identity, body }) => {
        void this.#port.pairing(identity, body).catch((error: unknown) => {
          // Anybody can send rubbish here: shown, it would crowd out real problems.
          if (!(error instanceof DecodeError)) this.#malformed(toHex(identity), error);
        });
      }),
      channel.onState(() => {
        this.linkChanged();
      }),
    );
  }

  /** Looks whether the relay can be reached. */
  linkChanged(): void {
    const up = this.#port.connection.channel.state().kind === 'up';
    if (up && !this.#wasUp) {
      this.presence.greet();
      this.#quietly(this.#port.up());
    }
    this.#wasUp = up;
    this.presence.connectionChanged();
  }

  /** @param more devices that are to be known for now, too */
  setPeers(more: readonly Peer[] = []): void {
    const all = [...this.#port.peers(), ...more];
    const peers = [...new Map(all.map((peer) => [peer.id, peer])).values()];
    this.#port.connection.channel.setPeers(peers);
    this.presence.setPeers(peers.map(({ id }) => id));
  }

  /** Sends without waiting; what the relay cannot take now is made good when the devices meet again. */
  send(to: DeviceId, stream: Stream, body: Uint8Array): void {
    this.#quietly(this.#port.connection.channel.send(to, stream, body));
  }

  /** What it cannot take now is said again when the relay is back. */
  async sendPairing(to: DeviceId, body: Uint8Array): Promise<void> {
    try {
      await this.#port.connection.channel.send(to, 'pairing', body);
    } catch (error) {
      if (!isDown(error)) throw error;
    }
  }

  /** @param isOffline what the browser says */
  view(isOffline: () => boolean): ConnectionView {
    const state = this.#port.connection.channel.state();
    return {
      relay: state.kind,
      reason: state.kind === 'down' ? state.reason : undefined,
      // A browser may call a machine offline whose relay is on that machine.
      offline: state.kind !== 'up' && isOffline(),
    };
  }

  /** Says good-bye, and takes nothing in any more. */
  stop(): void {
    this.#closed = true;
    this.presence.stop();
    for (const stop of this.#stops) stop();
  }

  async #receive({ from, stream, body }: Message): Promise<void> {
    if (this.#closed) return;
    switch (stream) {
      case 'pairing':
        await this.#port.pairing(fromHex(from), body);
        return;
      case 'presence':
        this.presence.receive(from, decodePresence(body));
        return;
      case 'journal':
        await this.#port.journal(from, toHex(body.slice(0, 32)), body.slice(32));
        return;
      case 'ceremony': {
        const message = decodeCeremony(body);
        if (message.t === 'packet') this.routes.receive(from, message.request, message.packet);
        else await this.#port.ceremony(from, message);
        return;
      }
      case 'signal':
        return; // the mesh's own
    }
  }

  #quietly(work: Promise<unknown>): void {
    work.catch((error: unknown) => {
      if (!this.#closed && !isDown(error)) this.#port.news.report(problemOf(error));
    });
  }

  #malformed(from: string, error: unknown): void {
    if (!this.#closed) this.#port.news.malformed(from, error);
  }
}

const isDown = (error: unknown): boolean =>
  error instanceof LinkDownError ||
  error instanceof UnknownPeerError ||
  (error instanceof CountersignError && error.code === 'network/closed');
