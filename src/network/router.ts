/**
 * The channel that the wallet uses: directly where there is a direct connection, by way of the mailbox
 * otherwise. Both share one replay guard, so nothing is delivered twice. The order of one peer's messages
 * holds as long as their way does.
 */
import type {
  Channel,
  DeviceId,
  LinkState,
  Message,
  Peer,
  Stream,
  StrangerMessage,
} from './channel.ts';
import { LinkDownError } from './errors.ts';

export class RouterChannel implements Channel {
  readonly self: DeviceId;
  readonly #mesh: Channel;
  readonly #mailbox: Channel;

  /** Closes both when it is closed. */
  constructor(mesh: Channel, mailbox: Channel) {
    this.self = mailbox.self;
    this.#mesh = mesh;
    this.#mailbox = mailbox;
  }

  /** Which way a message to that peer goes now; `undefined`: none. */
  way(peer: DeviceId): 'mesh' | 'mailbox' | undefined {
    if (this.#mesh.peerState(peer).kind === 'up') return 'mesh';
    return this.#mailbox.peerState(peer).kind === 'up' ? 'mailbox' : undefined;
  }

  async send(to: DeviceId, stream: Stream, body: Uint8Array): Promise<void> {
    if (this.#mesh.peerState(to).kind === 'up') {
      try {
        await this.#mesh.send(to, stream, body);
        return;
      } catch (error) {
        if (!(error instanceof LinkDownError)) throw error;
        // It broke on the way; the mailbox takes the message under another counter.
      }
    }
    await this.#mailbox.send(to, stream, body);
  }

  /** Signals are the mesh's own and are not passed on. */
  onMessage(listener: (message: Message) => void): () => void {
    const stops = [
      this.#mesh.onMessage(listener),
      this.#mailbox.onMessage((message) => {
        if (message.stream !== 'signal') listener(message);
      }),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }

  onStranger(listener: (message: StrangerMessage) => void): () => void {
    return this.#mailbox.onStranger(listener);
  }

  setPeers(peers: readonly Peer[]): void {
    this.#mailbox.setPeers(peers);
    this.#mesh.setPeers(peers);
  }

  /** The mailbox's: without it, no further device can be reached. */
  state(): LinkState {
    return this.#mailbox.state();
  }

  peerState(peer: DeviceId): LinkState {
    const direct = this.#mesh.peerState(peer);
    return direct.kind === 'up' ? direct : this.#mailbox.peerState(peer);
  }

  onState(listener: () => void): () => void {
    const stops = [this.#mesh.onState(listener), this.#mailbox.onState(listener)];
    return () => {
      for (const stop of stops) stop();
    };
  }

  async close(): Promise<void> {
    await this.#mesh.close();
    await this.#mailbox.close();
  }
}
