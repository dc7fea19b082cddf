/**
 * The broker's memory of persistent sessions: who subscribed to what, and what waits for them. The
 * in-memory store that comes with the broker keeps everything for ever; this one is bounded in sessions,
 * messages, bytes and time, and knows only what the relay allows: exact topics, QoS 1, no retained
 * messages and no wills.
 */
import { Readable } from 'node:stream';

export interface MailboxLimits {
  /** Sessions remembered at the same time. */
  readonly sessions: number;
  /** Messages waiting for one session. */
  readonly messages: number;
  /** Payload bytes waiting for one session. */
  readonly bytes: number;
  /** Payload bytes waiting for all sessions together. */
  readonly totalBytes: number;
  /** Milliseconds after which a session that is not connected is forgotten. */
  readonly idle: number;
}

/** The fields of the broker's packets that count here. */
export interface QueuedPacket {
  readonly brokerId?: string;
  readonly brokerCounter?: number;
  messageId?: number | undefined;
  readonly payload: string | Buffer;
}

interface Subscription {
  readonly topic: string;
  readonly qos: number;
}

interface Named {
  readonly id: string;
}

/** The broker numbers each publication once, whoever it goes to. */
const isSame = (a: Partial<QueuedPacket>, b: Partial<QueuedPacket>): boolean =>
  a.brokerId === b.brokerId && a.brokerCounter === b.brokerCounter;

interface Session {
  readonly subscriptions: Map<string, number>;
  queue: QueuedPacket[];
  bytes: number;
  online: boolean;
  lastSeen: number;
}

export class Mailboxes {
  readonly #sessions = new Map<string, Session>();
  readonly #subscribers = new Map<string, Set<string>>();
  readonly #limits: MailboxLimits;
  readonly #allowed: (topic: string) => boolean;
  readonly #now: () => number;
  #totalBytes = 0;

  /**
   * @param allowed which topics may be stored; the broker stores every topic of a SUBSCRIBE packet once
   *   one of them was authorised
   * @param now milliseconds
   */
  constructor(limits: MailboxLimits, allowed: (topic: string) => boolean, now: () => number) {
    this.#limits = limits;
    this.#allowed = allowed;
    this.#now = now;
  }

  /** How much is held now. */
  get usage(): { readonly sessions: number; readonly bytes: number } {
    return { sessions: this.#sessions.size, bytes: this.#totalBytes };
  }

  /** A connection of this session began or ended. */
  setOnline(id: string, online: boolean): void {
    const session = this.#sessions.get(id);
    if (session === undefined) return;
    session.online = online;
    session.lastSeen = this.#now();
  }

  /** Forgets sessions that have been away for too long. */
  expire(): void {
    const oldest = this.#now() - this.#limits.idle;
    for (const [id, { online, lastSeen }] of this.#sessions) {
      if (!online && lastSeen < oldest) this.#forget(id);
    }
  }

  // What follows is the broker's persistence interface.

  async setup(): Promise<void> {
    // Nothing to open: all is in memory.
  }

  async addSubscriptions({ id }: Named, subscriptions: readonly Subscription[]): Promise<void> {
    if (!subscriptions.every(({ topic, qos }) => this.#allowed(topic) && qos <= 1)) {
      throw new Error('subscription not allowed');
    }
    const session = this.#sessions.get(id) ?? this.#open(id);
    for (const { topic, qos } of subscriptions) {
      session.subscriptions.set(topic, qos);
      const subscribers = this.#subscribers.get(topic) ?? new Set();
      this.#subscribers.set(topic, subscribers.add(id));
    }
  }

  async removeSubscriptions({ id }: Named, topics: readonly string[]): Promise<void> {
    const session = this.#sessions.get(id);
    for (const topic of topics) {
      session?.subscriptions.delete(topic);
      this.#unsubscribe(id, topic);
    }
  }

  async cleanSubscriptions({ id }: Named): Promise<void> {
    this.#forget(id);
  }

  async subscriptionsByClient({ id }: Named): Promise<Subscription[]> {
    const stored = this.#sessions.get(id)?.subscriptions ?? [];
    return [...stored].map(([topic, qos]) => ({ topic, qos }));
  }

  async subscriptionsByTopic(
    topic: string,
  ): Promise<{ clientId: string; topic: string; qos: number }[]> {
    return [...(this.#subscribers.get(topic) ?? [])].flatMap((clientId) => {
      const qos = this.#sessions.get(clientId)?.subscriptions.get(topic) ?? 0;
      return qos > 0 ? [{ clientId, topic, qos }] : [];
    });
  }

  async outgoingEnqueue({ clientId }: { clientId: string }, packet: QueuedPacket): Promise<void> {
    const session = this.#sessions.get(clientId);
    const size = packet.payload.length;
    if (session === undefined || this.#totalBytes + size > this.#limits.totalBytes) return;
    // The newest matter most: who comes back asks its peers for what it misses.
    while (
      session.queue.length > 0 &&
      (session.queue.length >= this.#limits.messages || session.bytes + size > this.#limits.bytes)
    ) {
      this.#take(session, 0);
    }
    // A copy: the payload may be a view of the whole chunk that it arrived in.
    session.queue.push({ ...packet, payload: Buffer.from(packet.payload), messageId: undefined });
    session.bytes += size;
    this.#totalBytes += size;
  }

  async outgoingEnqueueCombi(
    subscribers: readonly { clientId: string }[],
    packet: QueuedPacket,
  ): Promise<void> {
    for (const each of subscribers) await this.outgoingEnqueue(each, packet);
  }

  /** Notes under which message id a waiting packet is being delivered. */
  async outgoingUpdate({ id }: Named, packet: QueuedPacket): Promise<void> {
    const waiting = this.#sessions.get(id)?.queue.find((each) => isSame(each, packet));
    // It may have been pushed out since; then it is delivered without being remembered.
    if (waiting !== undefined) waiting.messageId = packet.messageId;
  }

  /** Removes what a PUBACK names, or a packet that must not be delivered and has no message id yet. */
  async outgoingClearMessageId(
    { id }: Named,
    packet: Partial<QueuedPacket>,
  ): Promise<QueuedPacket | undefined> {
    const session = this.#sessions.get(id);
    if (session === undefined) return undefined;
    const at = session.queue.findIndex((each) =>
      packet.messageId === undefined ? isSame(each, packet) : each.messageId === packet.messageId,
    );
    return at < 0 ? undefined : this.#take(session, at);
  }

  outgoingStream({ id }: Named): Readable {
    return Readable.from([...(this.#sessions.get(id)?.queue ?? [])]);
  }

  createRetainedStreamCombi(): Readable {
    return Readable.from([]);
  }

  async storeRetained(): Promise<void> {
    throw new Error('retained messages are not allowed');
  }

  async putWill(): Promise<void> {
    throw new Error('wills are not allowed');
  }

  async delWill(): Promise<undefined> {
    return undefined;
  }

  streamWill(): Readable {
    return Readable.from([]);
  }

  async incomingGetPacket(): Promise<never> {
    throw new Error('QoS 2 is not allowed');
  }

  async incomingStorePacket(): Promise<never> {
    throw new Error('QoS 2 is not allowed');
  }

  async incomingDelPacket(): Promise<never> {
    throw new Error('QoS 2 is not allowed');
  }

  #open(id: string): Session {
    if (this.#sessions.size >= this.#limits.sessions) this.#forgetLongestAway();
    const session: Session = {
      subscriptions: new Map(),
      queue: [],
      bytes: 0,
      online: true,
      lastSeen: this.#now(),
    };
    this.#sessions.set(id, session);
    return session;
  }

  #forgetLongestAway(): void {
    const away = [...this.#sessions].filter(([, { online }]) => !online);
    const [longest] = away.sort(([, a], [, b]) => a.lastSeen - b.lastSeen);
    if (longest === undefined) throw new Error('too many sessions');
    this.#forget(longest[0]);
  }

  #forget(id: string): void {
    const session = this.#sessions.get(id);
    if (session === undefined) return;
    for (const topic of session.subscriptions.keys()) this.#unsubscribe(id, topic);
    this.#totalBytes -= session.bytes;
    this.#sessions.delete(id);
  }

  #unsubscribe(id: string, topic: string): void {
    const subscribers = this.#subscribers.get(topic);
    subscribers?.delete(id);
    if (subscribers?.size === 0) this.#subscribers.delete(topic);
  }

  #take(session: Session, at: number): QueuedPacket | undefined {
    const [packet] = session.queue.splice(at, 1);
    const size = packet?.payload.length ?? 0;
    session.bytes -= size;
    this.#totalBytes -= size;
    return packet;
  }
}
