/** The log of one vault on this device: stored before anything is said or shown, synced with its members. */
import { concat, toHex } from '../../codec.ts';
import {
  createEvent,
  makeSyncMessage,
  restoreLog,
  takeSyncMessage,
  type Content,
  type Entry,
  type Founding,
  type Log,
  type PeerTips,
  type Refusal,
} from '../../journal/index.ts';
import type { Storage } from '../../keystore/index.ts';
import type { DeviceId } from '../../network/index.ts';

export interface JournalPort {
  readonly storage: Storage;
  /** This device's identity key, 32 bytes. */
  readonly identity: Uint8Array;
  sign(digest: Uint8Array): Promise<Uint8Array>;
  now(): number;
  /** The other members. */
  readonly others: readonly DeviceId[];
  /** Best effort: what does not arrive now is asked for at the next meeting. */
  send(to: DeviceId, body: Uint8Array): void;
  /** The log has new entries. */
  changed(): void;
  /** A member sent events that were not let in. */
  refused(from: DeviceId, refusals: readonly Refusal[]): void;
}

export class VaultJournal {
  readonly #port: JournalPort;
  readonly #bucket: string;
  readonly #peers = new Map<DeviceId, PeerTips>();
  #log: Log;
  #work: Promise<unknown> = Promise.resolve();

  private constructor(port: JournalPort, log: Log) {
    this.#port = port;
    this.#log = log;
    this.#bucket = bucketOf(log.vault);
  }

  /** @throws CountersignError `journal/damaged` when the stored events do not fit together */
  static async open(
    port: JournalPort,
    founding: Founding,
    vaultId: Uint8Array,
  ): Promise<VaultJournal> {
    const stored = await port.storage.list(bucketOf(vaultId));
    return new VaultJournal(
      port,
      restoreLog(
        founding,
        stored.map(({ value }) => value),
      ),
    );
  }

  get log(): Log {
    return this.#log;
  }

  /** Signs and stores an event of this device, then tells the others. Gives its entry. */
  async append(content: Content): Promise<Entry> {
    return this.#alone(async () => {
      const { identity: author } = this.#port;
      const now = this.#port.now();
      const { log, entry } = await createEvent(
        this.#log,
        { author, now, content },
        async (digest) => this.#port.sign(digest),
      );
      try {
        await this.#store([entry]);
      } catch (error) {
        // It may have reached the disk all the same, and its number must not be used twice.
        await this.#reload();
        throw error;
      }
      this.#log = log;
      this.#port.changed();
      this.announce();
      return entry;
    });
  }

  /** Takes in a sync message. @throws MalformedError, UnsupportedError */
  async receive(from: DeviceId, bytes: Uint8Array): Promise<void> {
    return this.#alone(async () => {
      const result = takeSyncMessage(this.#log, bytes, this.#port.now());
      await this.#store(result.added);
      this.#log = result.log;
      this.#peers.set(from, result.peer);
      if (result.reply !== undefined) this.#port.send(from, this.#framed(result.reply));
      if (result.refused.length > 0) this.#port.refused(from, result.refused);
      if (result.added.length > 0) this.#port.changed();
    });
  }

  /** Opens an exchange with one member, or with all. */
  announce(to: readonly DeviceId[] = this.#port.others): void {
    for (const device of to) {
      const message = makeSyncMessage(this.#log, this.#peers.get(device));
      this.#port.send(device, this.#framed(message));
    }
  }

  /** Every signed event, for verification and export. */
  events(): Uint8Array[] {
    return [...this.#log.entries.values()].map(({ bytes }) => bytes);
  }

  async #reload(): Promise<void> {
    const stored = await this.#port.storage.list(this.#bucket);
    this.#log = restoreLog(
      this.#log.founding,
      stored.map(({ value }) => value),
    );
    this.#port.changed();
  }

  #framed(message: Uint8Array): Uint8Array {
    return concat(this.#log.vault, message);
  }

  async #store(entries: readonly Entry[]): Promise<void> {
    if (entries.length === 0) return;
    await this.#port.storage.write(
      entries.map(({ id, bytes }) => ({
        kind: 'put' as const,
        bucket: this.#bucket,
        key: id,
        value: bytes,
      })),
    );
  }

  async #alone<T>(task: () => Promise<T>): Promise<T> {
    const done = this.#work.then(task);
    this.#work = done.catch(() => undefined); // the caller gets the error; the queue goes on
    return done;
  }
}

const bucketOf = (vaultId: Uint8Array): string => `journal/${toHex(vaultId)}`;
