/** Everything the wallet needs of the machine it runs on. A browser gives it; in tests, memory does. */
import type { Ceremonies } from '../ceremonies/index.ts';
import type { Keystore, Storage, Unlocked } from '../keystore/index.ts';
import type { Channel, DeviceKeys, Peer, ReplayStore } from '../network/index.ts';
import type { PassphraseStrength } from './api.ts';
import type { IceServer, Problem } from './state.ts';

export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls back once; returns the way to stop it. */
  after(ms: number, callback: () => void): () => void;
}

/** One claim on this device: two tabs would be two copies of one party. */
export interface TabClaim {
  /** Whether this tab holds the device now. Does not wait. */
  claim(): Promise<boolean>;
  /** Asks the other tab to let go and waits until it has. */
  takeOver(): Promise<void>;
  /** Another tab asks: let go when everything is put away. */
  onAsked(listener: () => Promise<void>): void;
  release(): void;
}

/** The way to other devices. */
export interface Connection {
  /** Prefers direct connections, falls back to the mailbox. */
  readonly channel: Channel;
  /** Devices to keep a direct connection to, while they are there. */
  setWanted(peers: readonly Peer[]): void;
  isDirect(peer: Peer['id']): boolean;
  /** Offers an invitation under a short code until the returned function is called. */
  offer(code: string, invitation: Uint8Array): Promise<() => void>;
  /** Fetches the invitation behind a short code. */
  lookUp(code: string): Promise<Uint8Array>;
  close(): Promise<void>;
}

export interface ConnectionOptions {
  readonly keys: DeviceKeys;
  readonly replay: ReplayStore;
  /** WebSocket address of the broker. */
  readonly relay: string;
  readonly iceServers: readonly IceServer[];
}

/** The registry of descriptors that the app may come with, and copies of it on this device. */
export interface RegistryFiles {
  /**
   * A file from the page's own origin, `undefined` when there is none of that name.
   *
   * @throws when the origin cannot be asked
   */
  fetch(name: string): Promise<Uint8Array | undefined>;
  /** Digests of registries of which some files are kept. */
  copies(): Promise<readonly string[]>;
  read(digest: string, name: string): Promise<Uint8Array | undefined>;
  write(digest: string, name: string, bytes: Uint8Array): Promise<void>;
  /** All files of a copy. */
  remove(digest: string): Promise<void>;
}

export interface Platform {
  readonly clock: Clock;
  /** Of the page, for links. */
  readonly origin: string;
  /** The broker that comes with the page. */
  readonly ownRelay: string;
  /** The invitation in the address the page was opened with. The address is cleaned of it. */
  readonly invitation: string | undefined;
  readonly tab: TabClaim;
  readonly fetch: typeof fetch;
  readonly registry: RegistryFiles;
  random(length: number): Uint8Array;
  /** Why the wallet cannot run here, or `undefined`. */
  unsupported(): Problem | undefined;
  openKeystore(): Promise<{ readonly keystore: Keystore; readonly plain: Storage }>;
  strength(passphrase: string): Promise<PassphraseStrength>;
  connect(options: ConnectionOptions): Connection;
  openCeremonies(unlocked: Unlocked): Promise<Ceremonies>;
  /** Tells the browser to connect nowhere else. Once; later calls can only narrow it further. */
  restrictConnections(origins: readonly string[]): void;
  /** Asks the browser to keep the storage for good; tells whether it promised. */
  persist(): Promise<boolean>;
  isOffline(): boolean;
  onOfflineChange(listener: () => void): () => void;
}
