/** Everything that runs while this device is unlocked. */
import { equalBytes, toHex } from '../codec.ts';
import { parsePaymentLink } from '../chains/index.ts';
import { parseFounding, vaultId } from '../journal/index.ts';
import type { Storage, Unlocked } from '../keystore/index.ts';
import type { Peer } from '../network/index.ts';
import type { Checked, PaymentLink } from './api.ts';
import { Watcher } from './bitcoin/watcher.ts';
import { DescriptorStore } from './descriptors/store.ts';
import { readDevice, writeDevice, type DeviceRecord } from './device.ts';
import { fromHex } from './ids.ts';
import { News } from './news.ts';
import { Nodes } from './nodes.ts';
import { CurrentPairing } from './pairing/current.ts';
import { peerOf } from './peers.ts';
import type { Ceremonies } from '../ceremonies/index.ts';
import type { Connection, Platform } from './platform.ts';
import { Post } from './post.ts';
import { noProposal, noVault } from './problems.ts';
import type { InvitationPreview, OpenState, Settings, TokenSetting } from './state.ts';
import type { SessionPort } from './vault/port.ts';
import { Vault } from './vault/vault.ts';
import { encodeWire } from './wire.ts';

const VAULTS = 'vaults';
/** A message that got lost is noticed then at the latest. */
const COMPARE_EVERY_MS = 60_000;

export interface SessionOptions {
  readonly platform: Platform;
  readonly unlocked: Unlocked;
  readonly plain: Storage;
  readonly name: string;
  /** The view has to be made anew. */
  readonly changed: () => void;
  /** Whether the browser lets this page connect to an origin. */
  readonly mayConnect: (origin: string) => boolean;
}

export class Session {
  readonly device: DeviceRecord;
  readonly #options: SessionOptions;
  readonly #connection: Connection;
  readonly #ceremonies: Ceremonies;
  readonly #post: Post;
  readonly #nodes: Nodes;
  readonly #coins: Watcher;
  #descriptors: DescriptorStore | undefined;
  readonly #vaults = new Map<string, Vault>();
  readonly #news: News;
  readonly #pairing: CurrentPairing;
  readonly #stops: (() => void)[] = [];
  #settings: Settings;
  #invitation: string | undefined;
  #persisted = false;
  #pending = false;
  #closed = false;

  private constructor(options: SessionOptions, device: DeviceRecord, ceremonies: Ceremonies) {
    const { platform, unlocked } = options;
    this.#options = options;
    this.device = device;
    this.#settings = device.settings;
    this.#invitation = platform.invitation;
    this.#ceremonies = ceremonies;
    const { storage } = unlocked;
    this.#connection = platform.connect({
      keys: this.#networkKeys(),
      replay: {
        load: async (peer) => storage.get('replay', peer),
        save: async (peer, value) =>
          storage.write([{ kind: 'put', bucket: 'replay', key: peer, value }]),
      },
      relay: this.#relay(),
      iceServers: device.settings.iceServers,
    });
    this.#news = new News(
      (length) => platform.random(length),
      () => {
        this.#changed();
      },
    );
    this.#post = new Post(this.#postPort());
    this.#pairing = new CurrentPairing(this.#pairingPort());
    const asks = {
      clock: platform.clock,
      fetch: platform.fetch,
      changed: () => {
        this.#reconsider();
      },
    };
    this.#nodes = new Nodes(asks);
    this.#coins = new Watcher(asks);
  }

  static async open(options: SessionOptions): Promise<Session> {
    const { platform, unlocked, name } = options;
    const device = await readDevice(unlocked.storage, name, (length) => platform.random(length));
    const ceremonies = await platform.openCeremonies(unlocked);
    const session = new Session(options, device, ceremonies);
    try {
      await session.#start();
    } catch (error) {
      await session.close();
      throw error;
    }
    return session;
  }

  get descriptors(): DescriptorStore {
    if (this.#descriptors === undefined) throw new Error('the session has not started');
    return this.#descriptors;
  }

  get settings(): Settings {
    return this.#settings;
  }

  /** A ceremony is under way: not the time to lock. */
  get isBusy(): boolean {
    return [...this.#vaults.values()].some(({ isBusy }) => isBusy);
  }

  vault(id: string): Vault {
    const vault = this.#vaults.get(id);
    if (vault === undefined) throw noVault();
    return vault;
  }

  vaultOf(proposal: string): Vault {
    const vault = [...this.#vaults.values()].find((one) => one.has(proposal));
    if (vault === undefined) throw noProposal();
    return vault;
  }

  view(): OpenState {
    return {
      phase: 'open',
      device: {
        id: toHex(this.#options.unlocked.keys.identityPublic),
        name: this.device.name,
        persisted: this.#persisted,
      },
      connection: this.#post.view(() => this.#options.platform.isOffline()),
      vaults: [...this.#vaults.values()].map((vault) => vault.view()),
      pairing: this.#pairing.view(),
      invitation: this.#invitation,
      settings: this.#settings,
      descriptors: this.descriptors.view(),
      pairSetups: [...this.#vaults.values()].flatMap(({ pairSetups }) => pairSetups.views()),
      problems: this.#news.all(),
    };
  }

  async createVault(input: Parameters<CurrentPairing['createVault']>[0]): Promise<void> {
    await this.#pairing.createVault(input);
  }

  async readInvitation(text: string): Promise<InvitationPreview> {
    return this.#pairing.readInvitation(text);
  }

  async join(text: string): Promise<void> {
    await this.#pairing.join(text, () => {
      this.#invitation = undefined;
    });
  }

  dismissInvitation(): void {
    this.#invitation = undefined;
    this.#changed();
  }

  async confirmWords(same: boolean): Promise<void> {
    await this.#pairing.confirm(same);
  }

  /** Ends a pairing that is under way, or closes the view of one that is over. */
  async endPairing(): Promise<void> {
    await this.#pairing.end();
  }

  async lookUpToken(chainId: bigint, address: string): Promise<TokenSetting> {
    return this.#nodes.lookUp(chainId, address);
  }

  readPaymentLink(text: string): Checked<PaymentLink> {
    return parsePaymentLink(text);
  }

  async saveSettings(settings: Settings): Promise<void> {
    const { plain, unlocked } = this.#options;
    await writeDevice(plain, unlocked.storage, this.device.name, settings);
    this.#settings = settings;
    this.#setNetworks();
    this.#reconsider();
  }

  dismissProblem(id: string): void {
    this.#news.dismiss(id);
  }

  /** Ends everything; nothing calls back afterwards. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#descriptors?.close();
    this.#post.stop();
    for (const stop of this.#stops) stop();
    for (const vault of this.#vaults.values()) vault.stop();
    this.#pairing.stop();
    this.#post.routes.close();
    this.#nodes.close();
    this.#coins.close();
    try {
      await this.#connection.close();
    } finally {
      await this.#ceremonies.close();
    }
  }

  async #start(): Promise<void> {
    const { platform, unlocked } = this.#options;
    // Before any vault is opened: nothing is described without what is on this device.
    const descriptors = await DescriptorStore.open({
      storage: unlocked.storage,
      registry: platform.registry,
      changed: () => {
        this.#reconsider();
      },
      report: (problem) => {
        this.#news.report(problem);
      },
    });
    this.#descriptors = descriptors;
    this.#post.listen();
    this.#stops.push(
      platform.onOfflineChange(() => {
        this.#changed();
      }),
    );
    for (const { value } of await unlocked.storage.list(VAULTS)) await this.#openVault(value);
    this.#post.setPeers();
    await this.#pairing.resume();
    this.#post.setPeers();
    this.#setNetworks();
    this.#compareNotes();
    this.#post.linkChanged();
    void descriptors.update();
    // Without an answer the storage may go when the disk is full; the settings screen says so.
    void platform.persist().then((persisted) => {
      this.#persisted = persisted;
      this.#changed();
    });
  }

  /** A node that the browser does not let this page reach yet is left alone until the page loads again. */
  #setNetworks(): void {
    const { mayConnect } = this.#options;
    this.#nodes.setNetworks(
      this.#settings.networks.map((network) =>
        network.rpcUrl === undefined || mayConnect(new URL(network.rpcUrl).origin)
          ? network
          : { ...network, rpcUrl: undefined },
      ),
    );
    this.#coins.setServers(
      this.#settings.bitcoin.filter(({ url }) => mayConnect(new URL(url).origin)),
    );
  }

  #compareNotes(): void {
    const cancel = this.#options.platform.clock.after(COMPARE_EVERY_MS, () => {
      this.#stops.splice(this.#stops.indexOf(cancel), 1);
      for (const vault of this.#vaults.values()) vault.compareNotes();
      this.#compareNotes();
    });
    this.#stops.push(cancel);
  }

  async #openVault(founding: Uint8Array): Promise<Vault> {
    const id = vaultId(founding);
    const known = this.#vaults.get(toHex(id));
    if (known !== undefined) return known;
    const vault = await Vault.open(this.#vaultPort(), parseFounding(founding), id);
    this.#vaults.set(vault.id, vault);
    this.#watchAddresses();
    return vault;
  }

  #postPort(): ConstructorParameters<typeof Post>[0] {
    const { platform } = this.#options;
    const all = (): Iterable<Vault> => this.#vaults.values();
    return {
      clock: platform.clock,
      connection: this.#connection,
      news: this.#news,
      random: (length) => platform.random(length),
      peers: () => this.#peers(),
      pairing: async (identity, body) => this.#pairing.receive(identity, body),
      journal: async (from, vault, body) => this.#vaults.get(vault)?.receiveJournal(from, body),
      ceremony: async (from, message) =>
        this.#vaults.get(toHex(message.vault))?.receiveCeremony(from, message),
      up: async () => this.#pairing.remind(),
      arrived: (device) => [
        ...[...all()].map(async (vault) => vault.meet(device)),
        this.#pairing.remind(fromHex(device)),
      ],
      changed: () => {
        for (const vault of all()) vault.consider();
        this.#changed();
      },
    };
  }

  #pairingPort(): ConstructorParameters<typeof CurrentPairing>[0] {
    const { platform, unlocked } = this.#options;
    const { identityPublic, sealingPublic } = unlocked.keys;
    const { inbox, name } = this.device;
    return {
      clock: platform.clock,
      storage: unlocked.storage,
      connection: this.#connection,
      origin: platform.origin,
      self: { identity: identityPublic, sealing: sealingPublic, inbox, name },
      ownRelay: platform.ownRelay,
      random: (length) => platform.random(length),
      relay: () => this.#settings.relay,
      peers: () => this.#peers(),
      setPeers: (more) => {
        this.#post.setPeers(more);
      },
      send: async (to, body) => this.#post.sendPairing(to, body),
      found: async (founding, taproot) => this.#found(founding, taproot),
      vault: (id) => this.#vaults.get(toHex(id)),
      changed: () => {
        this.#changed();
      },
    };
  }

  /** Keeps a vault that everybody confirmed, and opens it. */
  async #found(founding: Uint8Array, taproot: boolean): Promise<void> {
    const key = toHex(vaultId(founding));
    await this.#options.unlocked.storage.write([
      { kind: 'put', bucket: VAULTS, key, value: founding },
    ]);
    const opened = await this.#openVault(founding);
    if (taproot) await opened.names.beginWithTaproot();
    this.#post.setPeers();
    for (const peer of this.#peers()) {
      if (this.#post.presence.isOnline(peer.id)) await opened.meet(peer.id);
    }
    this.#changed();
  }

  #vaultPort(): SessionPort {
    const { platform, unlocked } = this.#options;
    return {
      clock: platform.clock,
      storage: unlocked.storage,
      ceremonies: this.#ceremonies,
      routes: this.#post.routes,
      nodes: this.#nodes,
      coins: this.#coins,
      descriptors: this.descriptors,
      identity: unlocked.keys.identityPublic,
      self: this.#connection.channel.self,
      sign: async (digest) => unlocked.keys.sign(digest),
      random: (length) => platform.random(length),
      settings: () => this.#settings,
      isOnline: (device) => this.#post.presence.isOnline(device),
      isDirect: (device) => this.#connection.isDirect(device),
      lastSeen: (device) => this.#post.presence.lastSeen(device),
      tell: (to, message) => {
        this.#post.send(to, 'ceremony', encodeWire(message));
      },
      sendJournal: (to, body) => {
        this.#post.send(to, 'journal', body);
      },
      changed: () => {
        this.#watchAddresses();
        this.#changed();
      },
      report: (problem) => {
        this.#news.report(problem);
      },
    };
  }

  #peers(): Peer[] {
    const self = this.#options.unlocked.keys.identityPublic;
    const members = [...this.#vaults.values()].flatMap(({ founding }) => founding.members);
    const peers = [...members.map(peerOf), ...this.#pairing.peers()].filter(
      ({ identity }) => !equalBytes(identity, self),
    );
    return [...new Map(peers.map((peer) => [peer.id, peer])).values()];
  }

  #watchAddresses(): void {
    const vaults = [...this.#vaults.values()];
    this.#nodes.watch(vaults.flatMap(({ addresses }) => addresses));
    this.#coins.watch(vaults.flatMap(({ bitcoinAccounts }) => bitcoinAccounts));
  }

  #networkKeys() {
    const { keys } = this.#options.unlocked;
    return {
      identity: keys.identityPublic,
      sign: async (message: Uint8Array) => keys.sign(message),
      sealing: keys.sealing,
      inbox: this.device.inbox,
    };
  }

  #relay(): string {
    return this.#settings.relay ?? this.#options.platform.ownRelay;
  }

  /** Something that reviews depend on is not what it was. */
  #reconsider(): void {
    for (const vault of this.#vaults.values()) vault.consider();
    this.#changed();
  }

  /** Many changes at once make one view. */
  #changed(): void {
    if (this.#pending || this.#closed) return;
    this.#pending = true;
    queueMicrotask(() => {
      this.#pending = false;
      if (!this.#closed) this.#options.changed();
    });
  }
}
