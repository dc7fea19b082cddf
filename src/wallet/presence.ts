/**
 * Who is there. A device greets its peers when it comes up and answers greetings; an answer, or an open
 * direct connection, is what counts as being online. Greetings to devices that are away wait in their
 * mailbox, so only those who answered are asked again.
 */
import { toHex } from '../codec.ts';
import type { DeviceId } from '../network/index.ts';
import type { PresenceMessage } from './wire.ts';

/** Between two questions to a device that is online through the relay only. */
const ASK_EVERY_MS = 20_000;
/** Without an answer for so long, a device counts as offline. */
const FORGET_AFTER_MS = 50_000;
/** An answer to an older question proves nothing. */
const ANSWER_WITHIN_MS = 30_000;
/** Two devices that greet each other do not ask each other on and on. */
const ASK_AGAIN_MS = 5_000;

export interface PresencePort {
  now(): number;
  after(ms: number, callback: () => void): () => void;
  random(length: number): Uint8Array;
  /** Best effort. */
  send(to: DeviceId, message: PresenceMessage): void;
  /** Whether a direct connection is open. */
  isDirect(peer: DeviceId): boolean;
  /** Somebody came, went, or was heard. */
  changed(): void;
  /** A device came online: the time to tell it what it missed. */
  arrived(peer: DeviceId): void;
}

interface Contact {
  /** Open questions: when each was asked, by nonce. */
  readonly asked: Map<string, number>;
  /** When it last answered or sent anything. */
  heard: number | undefined;
  online: boolean;
  /** It said that it came anew: it has to be told what it missed, though it never counted as offline. */
  renewed: boolean;
}

export class Presence {
  readonly #port: PresencePort;
  #contacts = new Map<DeviceId, Contact>();
  #cancel: (() => void) | undefined;

  constructor(port: PresencePort) {
    this.#port = port;
  }

  /** Replaces the set of peers; new ones are greeted. */
  setPeers(peers: readonly DeviceId[]): void {
    const before = this.#contacts;
    this.#contacts = new Map(
      peers.map((peer) => [
        peer,
        before.get(peer) ?? { asked: new Map(), heard: undefined, online: false, renewed: false },
      ]),
    );
    for (const peer of peers) if (!before.has(peer)) this.#ask(peer);
  }

  /** Greets everyone, as after a reload or when the relay is back. */
  greet(): void {
    for (const peer of this.#contacts.keys()) this.#ask(peer, true);
    this.#schedule();
  }

  /** Says good-bye and asks nobody any more. */
  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    for (const [peer, { online }] of this.#contacts) {
      if (online) this.#port.send(peer, { t: 'bye' });
    }
  }

  receive(from: DeviceId, message: PresenceMessage): void {
    const contact = this.#contacts.get(from);
    if (contact === undefined) return;
    switch (message.t) {
      case 'hello':
        this.#port.send(from, { t: 'here', nonce: message.nonce });
        // The greeting itself may be old: whether that device is there now, its answer will tell.
        if (message.fresh) contact.renewed = true;
        if ((!contact.online || contact.renewed) && !this.#askedLately(contact)) this.#ask(from);
        return;
      case 'here':
        if (this.#answers(contact, toHex(message.nonce))) this.#heard(from, contact);
        return;
      case 'bye':
        contact.online = false;
        this.#port.changed();
        return;
    }
  }

  /** A direct connection opened or closed. */
  connectionChanged(): void {
    for (const [peer, contact] of this.#contacts) {
      if (this.#port.isDirect(peer)) this.#heard(peer, contact);
    }
    this.#port.changed();
  }

  isOnline(peer: DeviceId): boolean {
    return this.#port.isDirect(peer) || this.#contacts.get(peer)?.online === true;
  }

  /** Milliseconds since 1970, or `undefined`. */
  lastSeen(peer: DeviceId): number | undefined {
    return this.#port.isDirect(peer) ? this.#port.now() : this.#contacts.get(peer)?.heard;
  }

  #heard(peer: DeviceId, contact: Contact): void {
    const comes = !contact.online || contact.renewed;
    contact.heard = this.#port.now();
    contact.online = true;
    contact.renewed = false;
    if (comes) this.#port.arrived(peer);
    this.#port.changed();
  }

  #ask(peer: DeviceId, fresh = false): void {
    const contact = this.#contacts.get(peer);
    if (contact === undefined) return;
    const nonce = this.#port.random(16);
    const now = this.#port.now();
    for (const [old, at] of contact.asked) {
      if (now - at > ANSWER_WITHIN_MS) contact.asked.delete(old);
    }
    contact.asked.set(toHex(nonce), now);
    this.#port.send(peer, { t: 'hello', nonce, fresh });
  }

  #askedLately({ asked }: Contact): boolean {
    return [...asked.values()].some((at) => this.#port.now() - at < ASK_AGAIN_MS);
  }

  /** Whether a nonce is that of an open question; it then counts as answered. */
  #answers({ asked }: Contact, nonce: string): boolean {
    const at = asked.get(nonce);
    asked.delete(nonce);
    return at !== undefined && this.#port.now() - at <= ANSWER_WITHIN_MS;
  }

  #schedule(): void {
    this.#cancel?.();
    this.#cancel = this.#port.after(ASK_EVERY_MS, () => {
      for (const [peer, contact] of this.#contacts) this.#round(peer, contact);
      this.#schedule();
    });
  }

  #round(peer: DeviceId, contact: Contact): void {
    if (this.#port.isDirect(peer)) {
      this.#heard(peer, contact);
      return;
    }
    if (!contact.online) return;
    if (this.#port.now() - (contact.heard ?? 0) > FORGET_AFTER_MS) {
      contact.online = false;
      this.#port.changed();
    }
    // Asked once more even then: after a sleep, both would wait for the other's greeting for ever.
    this.#ask(peer);
  }
}
