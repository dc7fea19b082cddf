/**
 * The link of one session, over whatever moves messages between members. It never sends anything twice:
 * a carrier may lose packets when a page reloads, and then the session ends by its time-out and starts
 * anew with fresh nonces. Asking for packets again would need state that outlives the tab, and a session
 * that is resumed from storage is how nonces get used twice.
 */
import type { PartyIndex } from '../threshold/index.ts';
import type { PacketLink } from './api.ts';
import { asCeremonyError, benign, type CeremonyError } from './errors.ts';

/** Packets of one member that wait at most; a session has two a round and at most six rounds. */
const QUEUED_PACKETS = 32;
/** Bytes of one member that wait at most: a batch of 16 digests sends about 1 MB to each member. */
const QUEUED_BYTES = 4 * 2 ** 20;

/** Calls back once after a time; returns the way to stop it. */
export type SetTimer = (milliseconds: number, callback: () => void) => () => void;

export interface LinkOptions {
  /** The other members of the session. */
  readonly peers: readonly PartyIndex[];
  /** Hands a packet to one member. May reject: then the session ends. */
  readonly sendTo: (peer: PartyIndex, packet: Uint8Array) => void | Promise<void>;
  /**
   * Milliseconds without any packet, while one is awaited, after which the session ends. The slowest
   * member's longest step has to fit: 30 s for signing, 120 s for key generation on phones.
   */
  readonly idleTimeout: number;
  readonly setTimer: SetTimer;
}

/** A link with the ends that the wallet holds. */
export interface Link extends PacketLink {
  /** Files a packet that the channel says came from `from`. Unknown senders and surplus are dropped. */
  deliver(from: PartyIndex, packet: Uint8Array): void;
  /** Ends the link: `receive` rejects with the reason, now and later. The first reason stays. */
  close(reason: CeremonyError): void;
}

interface Waiter {
  readonly resolve: (packet: Uint8Array) => void;
  readonly reject: (error: CeremonyError) => void;
  readonly stopTimer: () => void;
}

interface Inbox {
  /** Packets ever delivered: members send equally many in every round. */
  delivered: number;
  queued: number;
  bytes: number;
}

/**
 * Opens a link. One session each: open it as soon as the session is announced, because packets that come
 * before it is there are lost; close it when the session is over.
 */
export function createLink(options: LinkOptions): Link {
  const { peers, sendTo, idleTimeout, setTimer } = options;
  const inboxes = new Map<PartyIndex, Inbox>(
    peers.map((peer) => [peer, { delivered: 0, queued: 0, bytes: 0 }]),
  );
  const queue: { readonly inbox: Inbox; readonly packet: Uint8Array }[] = [];
  let closed: CeremonyError | undefined;
  let waiter: Waiter | undefined;

  const settle = (): Waiter | undefined => {
    const waiting = waiter;
    waiter = undefined;
    waiting?.stopTimer();
    return waiting;
  };
  const close = (reason: CeremonyError): void => {
    closed ??= reason;
    queue.length = 0;
    settle()?.reject(closed);
  };
  /** Those behind the others; all of them when nobody is ahead. */
  const missing = (): PartyIndex[] => {
    const least = Math.min(...[...inboxes.values()].map(({ delivered }) => delivered));
    return [...inboxes].filter(([, { delivered }]) => delivered === least).map(([peer]) => peer);
  };

  return {
    // Works after the end too: what is sent then is the notice that this member ended the session.
    async send(packet, to) {
      try {
        await Promise.all(
          (to === 'all' ? peers : [to]).map(async (peer) => sendTo(peer, packet.slice())),
        );
      } catch (error) {
        const { message } = asCeremonyError(error);
        throw benign('ceremonies/not-sent', `A message could not be sent. ${message}`);
      }
    },
    async receive() {
      if (closed !== undefined) throw closed;
      if (waiter !== undefined) throw new TypeError('one receive at a time');
      const next = queue.shift();
      if (next !== undefined) {
        next.inbox.queued -= 1;
        next.inbox.bytes -= next.packet.length;
        return next.packet;
      }
      return new Promise((resolve, reject) => {
        const stopTimer = setTimer(idleTimeout, () => {
          const silent = missing();
          close(
            benign(
              'ceremonies/silent',
              `Nothing came from ${silent.length === 1 ? 'member' : 'members'} ` +
                `${silent.join(', ')} for ${String(Math.round(idleTimeout / 1000))} seconds.`,
              silent,
            ),
          );
        });
        waiter = { resolve, reject, stopTimer };
      });
    },
    deliver(from, packet) {
      const inbox = inboxes.get(from);
      if (inbox === undefined || closed !== undefined) return;
      inbox.delivered += 1;
      const waiting = settle();
      if (waiting !== undefined) {
        waiting.resolve(packet.slice());
        return;
      }
      const full = inbox.queued >= QUEUED_PACKETS || inbox.bytes + packet.length > QUEUED_BYTES;
      if (full) return;
      inbox.queued += 1;
      inbox.bytes += packet.length;
      queue.push({ inbox, packet: packet.slice() });
    },
    close,
  };
}
