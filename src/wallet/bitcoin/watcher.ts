/**
 * What servers say of the Bitcoin accounts of all vaults: asked for in the background, kept until asked again, and
 * always a note, never a fact.
 */
import { BITCOIN_NETWORKS, fingerprintOf, type BitcoinAccount } from '../../chains/index.ts';
import type { BitcoinServer } from '../../network/index.ts';
import type { Clock } from '../platform.ts';
import { WalletError } from '../problems.ts';
import type { BitcoinNetwork, BitcoinServerSetting, NodeView } from '../state.ts';
import { AccountWatch } from './account-watch.ts';
import { PreviousTransactions } from './previous.ts';
import { ServerWatch } from './server-watch.ts';
import type { AccountFunds, BitcoinWatch } from './watch.ts';

export interface WatcherPort {
  readonly clock: Clock;
  readonly fetch: typeof fetch;
  changed(): void;
}

export class Watcher implements BitcoinWatch {
  readonly #port: WatcherPort;
  #servers: ReadonlyMap<BitcoinNetwork, ServerWatch> = new Map();
  /** By what tells accounts apart. */
  readonly #accounts = new Map<string, AccountWatch>();
  readonly #ids = new WeakMap<BitcoinAccount, string>();
  #watched: ReadonlySet<AccountWatch> = new Set();
  readonly #previous = new PreviousTransactions();
  #revision = 0;
  #closed = false;

  constructor(port: WatcherPort) {
    this.#port = port;
  }

  /** Takes over the settings; what is known is kept where the server stays the same. */
  setServers(settings: readonly BitcoinServerSetting[]): void {
    const before = this.#servers;
    this.#servers = new Map(
      settings.map((setting) => {
        const known = before.get(setting.network);
        const isSame = known !== undefined && textOf(known.setting) === textOf(setting);
        return [setting.network, isSame ? known : this.#serve(setting)];
      }),
    );
    const isOther = (network: BitcoinNetwork): boolean =>
      before.get(network) !== this.#servers.get(network);
    for (const watch of this.#accounts.values()) {
      const { network } = watch.account;
      if (isOther(network)) watch.forget(this.#servers.has(network) ? 'asking' : 'unset');
    }
    for (const [network, server] of before) if (isOther(network)) server.close();
    for (const [network, server] of this.#servers) if (isOther(network)) void server.ask();
    this.#revision += 1;
  }

  watch(accounts: readonly BitcoinAccount[]): void {
    const before = this.#watched;
    this.#watched = new Set(accounts.map((account) => this.#account(account)));
    const fresh = new Set(
      [...this.#watched]
        .filter((watch) => !before.has(watch))
        .map((watch) => watch.account.network),
    );
    for (const network of fresh) void this.#servers.get(network)?.ask();
  }

  close(): void {
    this.#closed = true;
    for (const server of this.#servers.values()) server.close();
  }

  funds(account: BitcoinAccount): AccountFunds {
    return this.#account(account).funds;
  }

  get revision(): string {
    return String(this.#revision);
  }

  server(network: BitcoinNetwork): BitcoinServer | undefined {
    return this.#servers.get(network)?.server;
  }

  views(): ReadonlyMap<BitcoinNetwork, NodeView> {
    const networks = Object.keys(BITCOIN_NETWORKS) as BitcoinNetwork[];
    return new Map(
      networks.map((network) => [network, this.#servers.get(network)?.view ?? { state: 'unset' }]),
    );
  }

  tip(network: BitcoinNetwork): number | undefined {
    return this.#servers.get(network)?.tip;
  }

  async previousOf(
    network: BitcoinNetwork,
    txid: string,
    height: number | undefined,
  ): Promise<Uint8Array> {
    return this.#previous.get(txid, async () => {
      const server = this.server(network);
      if (server === undefined) throw noServer();
      return server.transaction(txid, height);
    });
  }

  async refresh(): Promise<void> {
    await Promise.all([...this.#servers.values()].map(async (server) => server.ask()));
  }

  #serve(setting: BitcoinServerSetting): ServerWatch {
    const { network } = setting;
    return new ServerWatch(setting, {
      clock: this.#port.clock,
      fetch: this.#port.fetch,
      accounts: () => [...this.#watched].filter(({ account }) => account.network === network),
      changed: () => {
        this.#revision += 1;
        if (!this.#closed) this.#port.changed();
      },
    });
  }

  #account(account: BitcoinAccount): AccountWatch {
    const id = this.#idOf(account);
    const known = this.#accounts.get(id);
    if (known !== undefined) return known;
    const state = this.#servers.has(account.network) ? 'asking' : 'unset';
    const watch = new AccountWatch(account, state);
    this.#accounts.set(id, watch);
    return watch;
  }

  #idOf(account: BitcoinAccount): string {
    const known = this.#ids.get(account);
    if (known !== undefined) return known;
    const { network, kind, index, derive } = account;
    const fingerprint = fingerprintOf(derive([]).publicKey);
    const id = [network, kind, index, fingerprint].join('/');
    this.#ids.set(account, id);
    return id;
  }
}

const textOf = ({ network, kind, url, user, password }: BitcoinServerSetting): string =>
  JSON.stringify([network, kind, url, user, password]);

const noServer = (): WalletError =>
  new WalletError({
    code: 'wallet/no-bitcoin-server',
    title: 'This device has no server for this network of Bitcoin',
    meaning: 'Nothing was signed and no money moved.',
    next: 'Enter one under Settings, Networks.',
  });
