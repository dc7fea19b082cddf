/**
 * Whole wallets in one process: real rooms, real cryptography, a relay in memory, one clock turned by hand.
 * A device can be closed at any moment and opened again from what it had stored.
 */
import { CeremonyHost } from '../../ceremonies/index.ts';
import {
  Keystore,
  localKdf,
  MemoryKeyPairStore,
  MemoryStorage,
  type MemorySnapshot,
} from '../../keystore/index.ts';
import { CHEAP_KDF_POLICY } from '../../keystore/testing/cheap-kdf.ts';
import {
  MemoryHub,
  ReplayGuard,
  type Channel,
  type DeviceId,
  type MemoryChannel,
  type MemoryHubOptions,
  type Stream,
} from '../../network/index.ts';
import { FakeEsplora } from '../../network/testing/esplora.ts';
import type { BitcoinPaymentForm, PaymentForm, Wallet } from '../api.ts';
import type { Connection, ConnectionOptions, Platform } from '../platform.ts';
import type { OpenState, PairingView, ProposalView, VaultView } from '../state.ts';
import { createWallet } from '../wallet.ts';
import { FakeChain } from './chain.ts';
import { ManualClock } from './clock.ts';
import { Life, type Crash } from './life.ts';
import { MemoryRegistry } from './registry.ts';

export const PASSPHRASE = 'correct horse battery staple';
const ESPLORA = 'https://esplora.example';
const START = Date.UTC(2026, 10, 24, 12);
/** How far the clock goes while the devices take one turn. */
const TURN_MS = 50;

export interface WorldOptions extends MemoryHubOptions {
  readonly names?: readonly string[];
  /** Milliseconds since 1970 at the beginning. */
  readonly now?: number;
}

/** Devices as they were put away once: every test can begin from there. */
export interface Template {
  readonly now: number;
  readonly devices: readonly {
    readonly name: string;
    readonly storage: MemorySnapshot;
    readonly keyPairs: MemoryKeyPairStore;
  }[];
}

/** Sees what a device sends. What it gives is sent instead; `undefined`: nothing is. */
export type SendHook = (to: DeviceId, stream: Stream, body: Uint8Array) => Uint8Array | undefined;

/** One browser profile: what it stored, and the wallet that runs in it now. */
export class TestDevice {
  readonly name: string;
  readonly storage = new MemoryStorage();
  readonly keyPairs: MemoryKeyPairStore;
  readonly registry = new MemoryRegistry();
  readonly world: World;
  #wallet: Wallet | undefined;
  #life = new Life();
  #channel: MemoryChannel | undefined;
  invitation: string | undefined;
  /** How many times its page was loaded. */
  loads = 0;
  onSend: SendHook | undefined;
  /** Takes the place of the chain's node for this device. */
  fetch: typeof fetch | undefined;

  constructor(world: World, name: string, keyPairs = new MemoryKeyPairStore()) {
    this.world = world;
    this.name = name;
    this.keyPairs = keyPairs;
  }

  get id(): DeviceId {
    return this.channel.self;
  }

  /** The carrier itself, for messages that no honest wallet sends. */
  get channel(): MemoryChannel {
    if (this.#channel === undefined) throw new Error(`${this.name} never connected`);
    return this.#channel;
  }

  get wallet(): Wallet {
    if (this.#wallet === undefined) throw new Error(`${this.name} is not open`);
    return this.#wallet;
  }

  /** Loads the page. */
  start(): Wallet {
    this.#life = new Life();
    this.loads += 1;
    this.#wallet = createWallet(this.#platform());
    return this.#wallet;
  }

  /** Loads the page and unlocks it; sets it up at the first time. */
  async open(): Promise<Wallet> {
    const wallet = this.start();
    await this.world.until(() => wallet.getState().phase !== 'starting');
    if (wallet.getState().phase === 'new') {
      await wallet.setUp({ name: this.name, passphrase: PASSPHRASE });
    } else {
      await wallet.unlock(PASSPHRASE);
    }
    return wallet;
  }

  /** Closes the tab in an orderly way. */
  async close(): Promise<void> {
    await this.#wallet?.close();
    this.#wallet = undefined;
  }

  /** The page is gone without notice: what it had not stored or sent by now is lost. */
  crash(): void {
    this.#life.end();
    this.#channel?.setOnline(false);
    this.#wallet = undefined;
  }

  /** The page will be gone at its `nth` write from now, before or after the write is kept. */
  crashAtWrite(nth: number, when: Crash): void {
    this.#life.endAtWrite(nth, when, () => {
      this.crash();
    });
  }

  /** How many times this page wrote to its storage. */
  get writes(): number {
    return this.#life.writes;
  }

  get isOpen(): boolean {
    return this.#wallet?.getState().phase === 'open';
  }

  /** Whether a page is loaded. */
  get isRunning(): boolean {
    return this.#wallet !== undefined;
  }

  /** Pulls the network, or plugs it in again. */
  setOnline(online: boolean): void {
    this.world.hub.setOnline(this.id, online);
  }

  get state(): OpenState {
    const state = this.wallet.getState();
    if (state.phase !== 'open') throw new Error(`${this.name} is ${state.phase}`);
    return state;
  }

  get pairing(): PairingView | undefined {
    return this.state.pairing;
  }

  get vault(): VaultView {
    const [vault] = this.state.vaults;
    if (vault === undefined) throw new Error(`${this.name} has no vault`);
    return vault;
  }

  proposal(id: string): ProposalView | undefined {
    return this.vault.proposals.find((proposal) => proposal.id === id);
  }

  /** The proposal, which has to be there. */
  shown(id: string): ProposalView {
    const proposal = this.proposal(id);
    if (proposal === undefined) throw new Error(`${this.name} does not know the proposal`);
    return proposal;
  }

  /** Proposes a payment, approved by this device. Gives the proposal's id. */
  async pay(change: Partial<PaymentForm> = {}): Promise<string> {
    const draft = await this.wallet.draftPayment(this.vault.id, paymentForm(change));
    if (!draft.ok) throw new Error(JSON.stringify(draft.errors));
    return this.wallet.propose(draft.value);
  }

  /** The same from a Bitcoin account. */
  async payCoins(change: Partial<BitcoinPaymentForm> = {}): Promise<string> {
    const draft = await this.wallet.draftBitcoinPayment(this.vault.id, coinForm(change));
    if (!draft.ok) throw new Error(JSON.stringify(draft.errors));
    return this.wallet.propose(draft.value);
  }

  #platform(): Platform {
    const { world } = this;
    const life = this.#life;
    const storage = life.storage(this.storage);
    return {
      clock: life.clock(world.clock),
      origin: 'https://wallet.example',
      ownRelay: 'wss://wallet.example/mqtt',
      invitation: this.invitation,
      tab: {
        claim: async () => true,
        takeOver: async () => undefined,
        onAsked: () => undefined,
        release: () => undefined,
      },
      fetch: async (input, init) => {
        const answer = await (this.fetch ?? world.fetch)(input, init);
        return life.isOver ? new Promise(() => undefined) : answer;
      },
      registry: this.registry,
      random: (length) => crypto.getRandomValues(new Uint8Array(length)),
      unsupported: () => undefined,
      openKeystore: async () => ({
        keystore: await Keystore.open(storage, this.keyPairs, localKdf, CHEAP_KDF_POLICY),
        plain: storage,
      }),
      strength: async () => ({ score: 4, holds: 'centuries', advice: undefined }),
      connect: (options) => this.#connect(options),
      openCeremonies: async ({ storage: records, keys }) =>
        CeremonyHost.open({
          records,
          identity: { publicKey: keys.identityPublic, sign: async (bytes) => keys.sign(bytes) },
          random: (length) => crypto.getRandomValues(new Uint8Array(length)),
        }),
      restrictConnections: () => undefined,
      persist: async () => true,
      isOffline: () => false,
      onOfflineChange: () => () => undefined,
    };
  }

  #connect({ keys, replay }: ConnectionOptions): Connection {
    const life = this.#life;
    const guard = new ReplayGuard({
      load: async (peer) => life.orGone(replay.load(peer)),
      save: async (peer, record) => life.orGone(replay.save(peer, record)),
    });
    const inner = this.world.hub.connect(keys, guard);
    this.#channel = inner;
    const { codes } = this.world;
    const channel: Channel = {
      self: inner.self,
      send: async (to, stream, body) => {
        const out = this.onSend === undefined ? body : this.onSend(to, stream, body);
        if (out !== undefined) await inner.send(to, stream, out);
      },
      onMessage: (listener) => inner.onMessage(listener),
      onStranger: (listener) => inner.onStranger(listener),
      setPeers: (peers) => {
        inner.setPeers(peers);
      },
      state: () => inner.state(),
      peerState: (peer) => inner.peerState(peer),
      onState: (listener) => inner.onState(listener),
      close: async () => inner.close(),
    };
    return {
      channel,
      setWanted: () => undefined,
      isDirect: () => false,
      offer: async (code, invitation) => {
        codes.set(code, invitation);
        return () => codes.delete(code);
      },
      lookUp: async (code) => codes.get(code) ?? Promise.reject(new Error(`no code ${code}`)),
      close: async () => channel.close(),
    };
  }
}

export class World {
  readonly clock: ManualClock;
  readonly chain = new FakeChain(31_337n);
  readonly coins = new FakeEsplora('regtest');
  readonly codes = new Map<string, Uint8Array>();
  readonly hub: MemoryHub;
  readonly devices: readonly TestDevice[];
  readonly #watchers: (() => void)[] = [];

  constructor(
    { names = ['Ada', 'Ben', 'Cleo'], now = START, ...hub }: WorldOptions = {},
    template?: Template,
  ) {
    this.clock = new ManualClock(template?.now ?? now);
    this.hub = new MemoryHub(hub);
    this.devices =
      template === undefined
        ? names.map((name) => new TestDevice(this, name))
        : template.devices.map(({ name, storage, keyPairs }) => {
            const device = new TestDevice(this, name, keyPairs);
            device.storage.restore(storage);
            return device;
          });
  }

  /** The devices of a template, opened, with money in their first account. */
  static async from(template: Template, hub: MemoryHubOptions = {}): Promise<World> {
    const world = new World(hub, template);
    for (const device of world.devices) await device.open();
    const [account] = world.device(0).state.vaults[0]?.accounts ?? [];
    if (account !== undefined) world.chain.fund(account.address, 10n ** 18n);
    return world;
  }

  /** The chain's node, or the server of Bitcoin. */
  readonly fetch: typeof fetch = async (input, init) =>
    new URL(input instanceof Request ? input.url : input).origin === ESPLORA
      ? this.coins.fetch(input, init)
      : this.chain.fetch(input, init);

  device(index: number): TestDevice {
    const device = this.devices[index];
    if (device === undefined) throw new RangeError(`no device ${String(index)}`);
    return device;
  }

  /** Lets the devices work, and time pass, until something is so. */
  async until(isSo: () => boolean, minutes = 10): Promise<void> {
    const last = this.clock.now() + minutes * 60_000;
    for (;;) {
      for (const look of this.#watchers) look();
      if (isSo()) return;
      if (this.clock.now() > last) throw new Error(`did not happen in ${String(minutes)} minutes`);
      await turn();
      this.clock.advance(TURN_MS);
    }
  }

  /** Looks at an open device at every turn. */
  watch(device: TestDevice, look: () => void): void {
    this.#watchers.push(() => {
      if (device.isOpen) look();
    });
  }

  /** Lets the devices work for a while. */
  async pass(ms: number): Promise<void> {
    const until = this.clock.now() + ms;
    await this.until(() => this.clock.now() >= until, ms / 60_000 + 1);
  }

  async close(): Promise<void> {
    for (const device of this.devices) await device.close();
  }

  /** Sets up all devices and pairs them into one vault, up to the words. */
  async pairUp(threshold = 2): Promise<void> {
    for (const device of this.devices) await device.open();
    const [creator, ...joiners] = this.devices;
    if (creator === undefined) throw new RangeError('no devices');
    await creator.wallet.createVault({
      name: 'Treasury',
      threshold,
      size: this.devices.length,
    });
    await this.until(() => creator.pairing?.invitation !== undefined);
    for (const joiner of joiners) {
      await joiner.wallet.join(creator.pairing?.invitation?.link ?? '');
    }
    await this.until(() => this.devices.every(({ pairing }) => pairing?.step === 'compare'));
  }

  /** A vault with its key, on all devices. */
  async makeVault(threshold = 2): Promise<void> {
    await this.pairUp(threshold);
    for (const { wallet } of this.devices) await wallet.confirmWords(true);
    await this.until(() => this.devices.every(({ pairing }) => pairing?.step === 'done'));
    for (const { wallet } of this.devices) await wallet.endPairing();
  }

  /** Gives every device a node and two hours, and loads the pages anew, as the browser demands. */
  async setNodes(): Promise<void> {
    for (const device of this.devices) {
      await device.wallet.saveSettings({
        ...device.state.settings,
        autoLockMinutes: 120,
        networks: [
          {
            chainId: this.chain.chainId,
            name: 'Testnet',
            nativeSymbol: 'ETH',
            rpcUrl: 'https://node.example/',
            tokens: [],
          },
        ],
        bitcoin: [{ network: 'regtest', kind: 'esplora', url: `${ESPLORA}/api` }],
      });
      await device.close();
      await device.open();
    }
  }

  /** Puts the devices away, to begin other tests from. */
  async template(): Promise<Template> {
    await this.close();
    return {
      now: this.clock.now(),
      devices: this.devices.map(({ name, storage, keyPairs }) => ({
        name,
        storage: storage.snapshot(),
        keyPairs,
      })),
    };
  }
}

/** A vault with its key, on all devices, with nodes. Takes seconds: once for each file of tests. */
export async function vaultTemplate(threshold = 2, options: WorldOptions = {}): Promise<Template> {
  const world = new World(options);
  await world.makeVault(threshold);
  await world.setNodes();
  return world.template();
}

export const PAYEE = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8';

/** Half an ether, everything else by the node. */
export const paymentForm = (change: Partial<PaymentForm> = {}): PaymentForm => ({
  account: 0,
  chainId: 31_337n,
  to: PAYEE,
  amount: '0.5',
  asset: 'native',
  maxFee: '',
  priorityFee: '',
  gasLimit: '',
  nonce: '',
  note: 'rent',
  expiresInHours: 24,
  ...change,
});

const turn = async (): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, 1);
  });

export const SAVINGS = { network: 'regtest', kind: 'p2wpkh', index: 0 } as const;
/** Of nobody here. */
export const COIN_PAYEE = 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080';

/** A millicoin, the fee by the server. */
export const coinForm = (change: Partial<BitcoinPaymentForm> = {}): BitcoinPaymentForm => ({
  account: SAVINGS,
  to: COIN_PAYEE,
  amount: '0.001',
  all: false,
  feeRate: '',
  note: 'rent',
  expiresInHours: 24,
  ...change,
});
