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
  type DeviceId,
  type MemoryHubOptions,
} from '../../network/index.ts';
import type { Wallet } from '../api.ts';
import type { Connection, ConnectionOptions, Platform } from '../platform.ts';
import type { OpenState, PairingView, ProposalView, VaultView } from '../state.ts';
import { createWallet } from '../wallet.ts';
import { FakeChain } from './chain.ts';
import { ManualClock } from './clock.ts';

export const PASSPHRASE = 'correct horse battery staple';
const START = Date.UTC(2026, 10, 24, 12);
/** How far the clock goes while the devices take one turn. */
const TURN_MS = 50;

export interface WorldOptions extends MemoryHubOptions {
  readonly names?: readonly string[];
}

/** One browser profile: what it stored, and the wallet that runs in it now. */
export class TestDevice {
  readonly name: string;
  readonly storage = new MemoryStorage();
  readonly keyPairs = new MemoryKeyPairStore();
  readonly world: World;
  #wallet: Wallet | undefined;
  #id: DeviceId | undefined;
  invitation: string | undefined;

  constructor(world: World, name: string) {
    this.world = world;
    this.name = name;
  }

  get wallet(): Wallet {
    if (this.#wallet === undefined) throw new Error(`${this.name} is not open`);
    return this.#wallet;
  }

  /** Loads the page. */
  start(): Wallet {
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

  /** Pulls the network, or plugs it in again. */
  setOnline(online: boolean): void {
    if (this.#id !== undefined) this.world.hub.setOnline(this.#id, online);
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

  #platform(): Platform {
    const { world } = this;
    return {
      clock: world.clock,
      origin: 'https://wallet.example',
      ownRelay: 'wss://wallet.example/mqtt',
      invitation: this.invitation,
      tab: {
        claim: async () => true,
        takeOver: async () => undefined,
        onAsked: () => undefined,
        release: () => undefined,
      },
      fetch: async (input, init) => world.chain.fetch(input, init),
      random: (length) => crypto.getRandomValues(new Uint8Array(length)),
      unsupported: () => undefined,
      openKeystore: async () => ({
        keystore: await Keystore.open(this.storage, this.keyPairs, localKdf, CHEAP_KDF_POLICY),
        plain: this.storage,
      }),
      strength: async () => ({ score: 4, holds: 'centuries', advice: undefined }),
      connect: (options) => this.#connect(options),
      openCeremonies: async ({ storage, keys }) =>
        CeremonyHost.open({
          records: storage,
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
    const channel = this.world.hub.connect(keys, new ReplayGuard(replay));
    this.#id = channel.self;
    const { codes } = this.world;
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
  readonly clock = new ManualClock(START);
  readonly chain = new FakeChain(31_337n);
  readonly codes = new Map<string, Uint8Array>();
  readonly hub: MemoryHub;
  readonly devices: readonly TestDevice[];

  constructor({ names = ['Ada', 'Ben', 'Cleo'], ...hub }: WorldOptions = {}) {
    this.hub = new MemoryHub(hub);
    this.devices = names.map((name) => new TestDevice(this, name));
  }

  device(index: number): TestDevice {
    const device = this.devices[index];
    if (device === undefined) throw new RangeError(`no device ${String(index)}`);
    return device;
  }

  /** Lets the devices work, and time pass, until something is so. */
  async until(isSo: () => boolean, minutes = 30): Promise<void> {
    const last = this.clock.now() + minutes * 60_000;
    while (!isSo()) {
      if (this.clock.now() > last) throw new Error(`did not happen in ${String(minutes)} minutes`);
      await turn();
      this.clock.advance(TURN_MS);
    }
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

  /** Gives every device a node of the chain, and loads the pages anew, as the browser demands. */
  async setNodes(): Promise<void> {
    for (const device of this.devices) {
      await device.wallet.saveSettings({
        ...device.state.settings,
        networks: [
          {
            chainId: this.chain.chainId,
            name: 'Testnet',
            nativeSymbol: 'ETH',
            rpcUrl: 'https://node.example/',
            tokens: [],
          },
        ],
      });
      await device.close();
      await device.open();
    }
  }

  /** What every device stored, to begin other tests from. */
  snapshot(): readonly MemorySnapshot[] {
    return this.devices.map(({ storage }) => storage.snapshot());
  }
}

const turn = async (): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, 1);
  });
