/**
 * Messages by way of a relay that keeps them while their recipient is away. Each device listens on one
 * topic, `cs1/` and its inbox in base64url: to know it is to be able to send there, and nothing else.
 */
import { base64urlnopad } from '@scure/base';
import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { concat } from '../codec.ts';
import type {
  Channel,
  DeviceId,
  LinkState,
  Message,
  Peer,
  Stream,
  StrangerMessage,
} from './channel.ts';
import type { DeviceKeys } from './device.ts';
import { Endpoint, type DeviceLink, type DropReason } from './endpoint.ts';
import { LinkDownError } from './errors.ts';
import { MqttLink } from './mqtt-link.ts';
import type { Backoff } from './timers.ts';

export interface MailboxOptions {
  /** `ws:` or `wss:` address of an MQTT 3.1.1 broker. */
  readonly url: string;
  readonly backoff?: Backoff;
}

/** The topic of an inbox (32 bytes): 47 characters. */
export const mailboxTopic = (inbox: Uint8Array): string => `cs1/${base64urlnopad.encode(inbox)}`;

export class MailboxChannel implements Channel {
  readonly self: DeviceId;
  readonly #endpoint: Endpoint;
  readonly #link: MqttLink;

  /** @throws TypeError when the address is no `ws:` or `wss:` URL */
  constructor(device: DeviceLink, { url, backoff }: MailboxOptions) {
    this.#endpoint = new Endpoint(device, 'mailbox');
    this.self = this.#endpoint.self;
    this.#link = new MqttLink({
      url,
      backoff,
      timers: device.timers,
      clientId: sessionName(device.keys),
      topic: mailboxTopic(device.keys.inbox),
      persistent: true,
      take: async (envelope) => this.#endpoint.receive(envelope),
    });
  }

  /** How many envelopes were dropped, by reason. */
  get drops(): ReadonlyMap<DropReason, number> {
    return this.#endpoint.drops;
  }

  /** Waits for the relay's confirmation; what it refused or did not confirm rejects. */
  async send(to: DeviceId, stream: Stream, body: Uint8Array): Promise<void> {
    const topic = mailboxTopic(this.#endpoint.peer(to).inbox);
    const { state } = this.#link.status;
    if (state.kind === 'down') throw new LinkDownError(state.reason); // spends no counter
    const envelopes = await this.#endpoint.seal(to, stream, body);
    await Promise.all(envelopes.map(async (envelope) => this.#link.publish(topic, envelope)));
  }

  /** Connects at once instead of at the next attempt. */
  retryNow(): void {
    this.#link.retryNow();
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
    return this.#link.status.state;
  }

  peerState(_peer: DeviceId): LinkState {
    return this.#link.status.state;
  }

  onState(listener: () => void): () => void {
    return this.#link.status.onChange(listener);
  }

  async close(): Promise<void> {
    this.#link.close();
    await this.#endpoint.close();
  }
}

/**
 * The name of this device's session at the broker. Who knows it can take the session over, so it comes
 * from a secret that even the peers do not have: the X25519 of the device's own key pair.
 */
async function sessionName({ sealing }: DeviceKeys): Promise<string> {
  const algorithm = { name: 'X25519', public: sealing.publicKey };
  const secret = await crypto.subtle.deriveBits(algorithm, sealing.privateKey, 256);
  const domain = utf8ToBytes('countersign/mailbox-session/v1');
  return base64urlnopad.encode(sha256(concat(domain, new Uint8Array(secret))).slice(0, 16));
}
