/**
 * What the configured nodes say: balances, nonces, token names. Everything here is a note, never a fact;
 * it is asked for in the background and kept until asked again.
 */
import {
  balanceOfCall,
  decimalsCall,
  readBalance,
  readDecimals,
  readSymbol,
  symbolCall,
  toChecksum,
  type Hex,
} from '../chains/index.ts';
import { EvmNode } from '../network/index.ts';
import { visible } from '../text.ts';
import type { Clock } from './platform.ts';
import { problemOf, WalletError } from './problems.ts';
import { Simulations } from './simulations.ts';
import type { BalanceView, NetworkSetting, NodeView, TokenSetting } from './state.ts';

/** Between two rounds of questions. */
const ASK_EVERY_MS = 12_000;
/** A person who has filled in a form does not wait longer for names of tokens. */
const PATIENCE_MS = 3_000;
const NATIVE_DECIMALS = 18;

/** Of one address on one chain. */
export interface AccountState {
  /** Wei. */
  readonly balance: bigint;
  /** The next nonce after what is in blocks. */
  readonly nextNonce: bigint;
  /** Smallest units by token (EIP-55). */
  readonly tokens: ReadonlyMap<string, bigint>;
}

interface Cached {
  readonly value: AccountState | undefined;
  readonly state: BalanceView['state'];
}

interface Chain {
  readonly setting: NetworkSetting;
  readonly node: EvmNode | undefined;
  view: NodeView;
  readonly accounts: Map<string, Cached>;
  readonly tokens: Map<string, TokenSetting>;
  /** Tokens that the node was asked about, whatever came of it. */
  readonly asked: Set<string>;
}

export interface NodesPort {
  readonly clock: Clock;
  readonly fetch: typeof fetch;
  changed(): void;
}

export class Nodes {
  readonly #port: NodesPort;
  #chains = new Map<bigint, Chain>();
  #watched: readonly Hex[] = [];
  #cancel: (() => void) | undefined;
  #closed = false;
  readonly simulations: Simulations;

  constructor(port: NodesPort) {
    this.#port = port;
    this.simulations = new Simulations({
      clock: port.clock,
      node: (chainId) => this.node(chainId),
      block: (chainId) => this.block(chainId),
      changed: () => {
        if (!this.#closed) port.changed();
      },
    });
  }

  /** Takes over the settings; what is known of a chain whose node stays the same is kept. */
  setNetworks(networks: readonly NetworkSetting[]): void {
    this.#chains = new Map(
      networks.map((setting) => {
        const { chainId, rpcUrl } = setting;
        const known = this.#chains.get(chainId);
        if (known?.setting.rpcUrl === rpcUrl && known !== undefined) {
          return [chainId, { ...known, setting }];
        }
        const node =
          rpcUrl === undefined
            ? undefined
            : new EvmNode({ url: rpcUrl, chainId, fetch: this.#port.fetch });
        const view: NodeView = node === undefined ? { state: 'unset' } : { state: 'asking' };
        return [
          chainId,
          { setting, node, view, accounts: new Map(), tokens: new Map(), asked: new Set() },
        ];
      }),
    );
    void this.refresh();
  }

  /** Addresses whose balances are kept up to date. */
  watch(addresses: readonly Hex[]): void {
    const fresh = addresses.some((address) => !this.#watched.includes(address));
    this.#watched = addresses;
    if (fresh) void this.refresh();
  }

  close(): void {
    this.#closed = true;
    this.#stopAsking();
  }

  views(): ReadonlyMap<bigint, NodeView> {
    return new Map([...this.#chains].map(([chainId, { view }]) => [chainId, view]));
  }

  setting(chainId: bigint): NetworkSetting | undefined {
    return this.#chains.get(chainId)?.setting;
  }

  /** The node of a chain, if one is set. */
  node(chainId: bigint): EvmNode | undefined {
    return this.#chains.get(chainId)?.node;
  }

  /** The last block that the chain's node told of. */
  block(chainId: bigint): bigint | undefined {
    const view = this.#chains.get(chainId)?.view;
    return view?.state === 'up' ? view.block : undefined;
  }

  accountState(chainId: bigint, address: string): AccountState | undefined {
    return this.#chains.get(chainId)?.accounts.get(address)?.value;
  }

  /** Units of the tokens that this device knows on a chain: set by a person, or told by the node. */
  units(chainId: bigint): (TokenSetting & { readonly source: 'settings' | 'node' })[] {
    const chain = this.#chains.get(chainId);
    if (chain === undefined) return [];
    const set = chain.setting.tokens.map((token) => ({ ...token, source: 'settings' as const }));
    const told = [...chain.tokens.values()]
      .filter(({ address }) => !set.some((token) => token.address === address))
      .map((token) => ({ ...token, source: 'node' as const }));
    return [...set, ...told];
  }

  /** Asks the node once for a token's unit, in the background. */
  learn(chainId: bigint, token: string): void {
    void this.#learn(chainId, token);
  }

  /** The same for several, after giving the node some time; tells whether any is new. */
  async learnSoon(chainId: bigint, tokens: readonly string[]): Promise<boolean> {
    const asking = Promise.all(tokens.map(async (token) => this.#learn(chainId, token)));
    const patience = new Promise<boolean[]>((resolve) => {
      const cancel = this.#port.clock.after(PATIENCE_MS, () => {
        resolve([true]); // whatever came in meanwhile
      });
      void asking.finally(cancel);
    });
    return (await Promise.race([asking, patience])).includes(true);
  }

  /** Whether it was told. */
  async #learn(chainId: bigint, token: string): Promise<boolean> {
    const chain = this.#chains.get(chainId);
    if (chain?.node === undefined || chain.asked.has(token)) return false;
    chain.asked.add(token);
    try {
      const unit = await this.lookUp(chainId, token);
      chain.tokens.set(unit.address, unit);
      this.#port.changed();
      return true;
    } catch {
      return false; // the screen says that the unit is not known
    }
  }

  /** Symbol and decimals of a token. @throws WalletError without a node, or the node's own errors */
  async lookUp(chainId: bigint, token: string): Promise<TokenSetting> {
    const node = this.#need(chainId);
    const address = toChecksum(token);
    const [symbol, decimals] = await Promise.all([
      node.call({ to: address, data: symbolCall() }),
      node.call({ to: address, data: decimalsCall() }),
    ]);
    return {
      address,
      symbol: visible(readSymbol(symbol), 32),
      decimals: readDecimals(decimals),
    };
  }

  /** Balances of one address as rows, one an asset. */
  balances(address: string): BalanceView[] {
    return [...this.#chains.values()].flatMap(({ setting, node, accounts }) => {
      const cached = accounts.get(address);
      const state = node === undefined ? 'failing' : (cached?.state ?? 'asking');
      const common = { chainId: setting.chainId, networkName: setting.name, state };
      const native: BalanceView = {
        ...common,
        asset: 'native',
        symbol: setting.nativeSymbol,
        decimals: NATIVE_DECIMALS,
        value: cached?.value?.balance,
      };
      const tokens = setting.tokens.map((token): BalanceView => ({
        ...common,
        asset: { token: token.address },
        symbol: token.symbol,
        decimals: token.decimals,
        value: cached?.value?.tokens.get(token.address),
      }));
      return [native, ...tokens];
    });
  }

  /** Asks every node now. Failures show in the views. */
  async refresh(): Promise<void> {
    this.#stopAsking();
    await Promise.all([...this.#chains.values()].map(async (chain) => this.#ask(chain)));
    if (this.#closed) return;
    this.#stopAsking(); // another round may have ended meanwhile
    if (![...this.#chains.values()].some(({ node }) => node !== undefined)) return;
    this.#cancel = this.#port.clock.after(ASK_EVERY_MS, () => {
      this.#cancel = undefined;
      void this.refresh();
    });
  }

  #stopAsking(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  async #ask(chain: Chain): Promise<void> {
    const { node, accounts, setting } = chain;
    if (node === undefined) return;
    try {
      const block = await node.blockNumber();
      chain.view = { state: 'up', block };
      for (const address of this.#watched) {
        const [balance, nextNonce, ...tokens] = await Promise.all([
          node.balance(address),
          node.transactionCount(address, 'latest'),
          ...setting.tokens.map(async (token) => {
            const answer = await node.call({
              to: toChecksum(token.address),
              data: balanceOfCall(address),
            });
            return [token.address, readBalance(answer)] as const;
          }),
        ]);
        accounts.set(address, {
          value: { balance, nextNonce, tokens: new Map(tokens) },
          state: 'known',
        });
      }
    } catch (error) {
      chain.view = { state: 'failing', problem: problemOf(error) };
      for (const [address, { value }] of accounts) {
        accounts.set(address, { value, state: value === undefined ? 'failing' : 'stale' });
      }
      for (const address of this.#watched) {
        if (!accounts.has(address)) accounts.set(address, { value: undefined, state: 'failing' });
      }
    }
    if (!this.#closed) this.#port.changed();
  }

  #need(chainId: bigint): EvmNode {
    const node = this.node(chainId);
    if (node !== undefined) return node;
    throw new WalletError({
      code: 'wallet/no-node',
      title: `This device has no node for chain ${String(chainId)}`,
      meaning: 'Nothing was signed and no money moved.',
      next: 'Enter a node for it under Settings, Networks.',
    });
  }
}
