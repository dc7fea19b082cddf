/** A member that keeps to no rule: it has the keys of a device, and says to each other member what it likes. */
import { concat, toHex } from '../../codec.ts';
import {
  createEvent,
  makeSyncMessage,
  parseFounding,
  restoreLog,
  takeSyncMessage,
  type Content,
  type Entry,
  type Log,
} from '../../journal/index.ts';
import { Keystore, localKdf, type Unlocked } from '../../keystore/index.ts';
import { CHEAP_KDF_POLICY } from '../../keystore/testing/cheap-kdf.ts';
import {
  MemoryReplayStore,
  ReplayGuard,
  type DeviceId,
  type MemoryChannel,
} from '../../network/index.ts';
import { deviceIdOf, peerOf } from '../peers.ts';
import {
  decodeCeremony,
  decodePresence,
  encodeWire,
  type CeremonyMessage,
  type PresenceMessage,
} from '../wire.ts';
import { PASSPHRASE, type TestDevice } from './world.ts';

export class Traitor {
  log: Log;
  /** What it was told about ceremonies. */
  readonly heard: CeremonyMessage[] = [];
  readonly #keys: Unlocked['keys'];
  readonly #channel: MemoryChannel;
  readonly #device: TestDevice;

  private constructor(
    device: TestDevice,
    keys: Unlocked['keys'],
    inbox: Uint8Array,
    replay: MemoryReplayStore,
    log: Log,
  ) {
    this.#device = device;
    this.#keys = keys;
    this.log = log;
    this.#channel = device.world.hub.connect(
      {
        identity: keys.identityPublic,
        sign: async (message) => keys.sign(message),
        sealing: keys.sealing,
        inbox,
      },
      new ReplayGuard(replay),
    );
    const others = log.founding.members
      .map(peerOf)
      .filter(({ id }) => id !== deviceIdOf(keys.identityPublic));
    this.#channel.setPeers(others);
    this.#channel.onMessage(({ from, stream, body }) => {
      if (stream === 'presence') this.#present(from, decodePresence(body));
      if (stream === 'ceremony') this.heard.push(decodeCeremony(body));
      if (stream === 'journal') this.#sync(from, body.slice(32));
    });
    for (const { id } of others) this.#greet(id);
  }

  /** Takes over what a device stored. Its page has to be closed. */
  static async of(device: TestDevice): Promise<Traitor> {
    const { storage, keyPairs } = device;
    const keystore = await Keystore.open(storage, keyPairs, localKdf, CHEAP_KDF_POLICY);
    const { keys, storage: sealed } = await keystore.unlock(PASSPHRASE);
    const [vault] = await sealed.list('vaults');
    const inbox = await sealed.get('device', 'inbox');
    if (vault === undefined || inbox === undefined) throw new Error('no vault on this device');
    const replay = new MemoryReplayStore();
    for (const { key, value } of await sealed.list('replay')) {
      await replay.save(key as DeviceId, value);
    }
    const events = await sealed.list(`journal/${vault.key}`);
    const log = restoreLog(
      parseFounding(vault.value),
      events.map(({ value }) => value),
    );
    return new Traitor(device, keys, inbox, replay, log);
  }

  /** Makes an event after a log; tells nobody. */
  async make(content: Content, after = this.log): Promise<{ log: Log; entry: Entry }> {
    const { identityPublic: author } = this.#keys;
    const now = this.#device.world.clock.now();
    return createEvent(after, { author, now, content }, async (digest) => this.#keys.sign(digest));
  }

  /** Says something to everyone. */
  async say(content: Content): Promise<void> {
    const before = this.log;
    const { log } = await this.make(content);
    this.log = log;
    for (const device of this.#others()) await this.tell(device, log, before);
  }

  /** Sends what one log has and another has not. */
  async tell(to: DeviceId, log: Log, before: Log, change = (bytes: Uint8Array) => bytes) {
    const { peer } = takeSyncMessage(before, makeSyncMessage(before), 0);
    await this.send(to, 'journal', concat(log.vault, change(makeSyncMessage(log, peer))));
  }

  async send(to: DeviceId, stream: 'journal' | 'ceremony', body: Uint8Array): Promise<void> {
    await this.#channel.send(to, stream, body);
  }

  async close(): Promise<void> {
    await this.#channel.close();
  }

  #others(): DeviceId[] {
    const self = toHex(this.#keys.identityPublic);
    return [...this.log.members.keys()].filter((id) => id !== self) as DeviceId[];
  }

  #greet(to: DeviceId): void {
    const nonce = crypto.getRandomValues(new Uint8Array(16));
    const hello = encodeWire({ t: 'hello', nonce, fresh: true });
    this.#channel.send(to, 'presence', hello).catch(() => undefined);
  }

  #present(from: DeviceId, message: PresenceMessage): void {
    if (message.t !== 'hello') return;
    const here = encodeWire({ t: 'here', nonce: message.nonce });
    this.#channel.send(from, 'presence', here).catch(() => undefined);
  }

  #sync(from: DeviceId, bytes: Uint8Array): void {
    const { log, reply } = takeSyncMessage(this.log, bytes, this.#device.world.clock.now());
    this.log = log;
    if (reply === undefined) return;
    this.send(from, 'journal', concat(log.vault, reply)).catch(() => undefined); // the test is over
  }
}
