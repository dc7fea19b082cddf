/** Waits for what a channel delivers, without sleeping. */
import type { Channel, Message } from '../channel.ts';

/** Everything a channel delivered from the moment this was made. */
export class Inbox {
  readonly messages: Message[] = [];
  #arrived: () => void = () => undefined;

  constructor(channel: Channel) {
    channel.onMessage((message) => {
      this.messages.push(message);
      this.#arrived();
    });
  }

  /** The first `count` messages, as soon as there are so many. */
  async first(count: number): Promise<readonly Message[]> {
    while (this.messages.length < count) {
      await new Promise<void>((resolve) => {
        this.#arrived = resolve;
      });
    }
    return this.messages.slice(0, count);
  }
}

/** Resolves when a channel's state (or that of one peer) is `kind`. */
export async function untilState(
  channel: Channel,
  kind: 'up' | 'down' | 'connecting',
  peer?: Parameters<Channel['peerState']>[0],
): Promise<void> {
  const now = (): string => (peer === undefined ? channel.state() : channel.peerState(peer)).kind;
  while (now() !== kind) {
    await new Promise<void>((resolve) => {
      const stop = channel.onState(() => {
        stop();
        resolve();
      });
    });
  }
}
