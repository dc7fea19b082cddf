/** Asks one server of Bitcoin, again and again, about the accounts of its network. */
import { BitcoinAnswerError, MAX_MONEY } from '../../chains/index.ts';
import {
  CoreServer,
  EsploraServer,
  type AddressState,
  type BitcoinServer,
} from '../../network/index.ts';
import type { Clock } from '../platform.ts';
import { problemOf } from '../problems.ts';
import type { BitcoinServerSetting, NodeView, Problem } from '../state.ts';
import type { AccountWatch, DerivedAddress } from './account-watch.ts';
import { Look } from './look.ts';

/** Between two rounds of questions. */
const ASK_EVERY_MS = 30_000;

export interface ServerWatchPort {
  readonly clock: Clock;
  readonly fetch: typeof fetch;
  /** The accounts of the network that are watched. */
  accounts(): readonly AccountWatch[];
  /** Something else is known now. */
  changed(): void;
}

export class ServerWatch {
  readonly setting: BitcoinServerSetting;
  readonly server: BitcoinServer;
  readonly #port: ServerWatchPort;
  #view: NodeView = { state: 'asking' };
  #tip: number | undefined;
  #running: Promise<void> | undefined;
  #again = false;
  #cancel: (() => void) | undefined;
  #closed = false;

  constructor(setting: BitcoinServerSetting, port: ServerWatchPort) {
    this.setting = setting;
    this.server = serverOf(setting, port.fetch);
    this.#port = port;
  }

  get view(): NodeView {
    return this.#view;
  }

  /** Height of the last block that it told of. */
  get tip(): number | undefined {
    return this.#tip;
  }

  /** Asks now; when it is being asked already, once more afterwards. Failures show in the view. */
  async ask(): Promise<void> {
    if (this.#closed) return;
    this.#again = true;
    this.#running ??= this.#run();
    await this.#running;
  }

  close(): void {
    this.#closed = true;
    this.#stopWaiting();
  }

  async #run(): Promise<void> {
    this.#stopWaiting();
    try {
      while (this.#again && !this.#closed) {
        this.#again = false;
        await this.#askOnce();
      }
    } finally {
      this.#running = undefined;
    }
    if (this.#closed) return;
    this.#cancel = this.#port.clock.after(ASK_EVERY_MS, () => {
      void this.ask();
    });
  }

  #stopWaiting(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  async #askOnce(): Promise<void> {
    const accounts = this.#port.accounts();
    const before = textOf(this.#view);
    let isNews = false;
    try {
      const tip = await this.server.tip();
      const { looks, failed, problem } = await this.#lookAt(accounts);
      if (this.#closed) return;
      for (const { watch, seen } of looks) isNews = watch.learn(seen) || isNews;
      for (const watch of failed) isNews = watch.fail() || isNews;
      this.#tip = tip;
      this.#view =
        problem === undefined ? { state: 'up', block: BigInt(tip) } : { state: 'failing', problem };
    } catch (error) {
      if (this.#closed) return;
      for (const watch of accounts) isNews = watch.fail() || isNews;
      this.#view = { state: 'failing', problem: problemOf(error) };
    }
    if (isNews || textOf(this.#view) !== before) this.#port.changed();
  }

  /** All accounts in one go: some servers answer many addresses as fast as one. */
  async #lookAt(accounts: readonly AccountWatch[]): Promise<{
    readonly looks: readonly Look[];
    readonly failed: readonly AccountWatch[];
    readonly problem: Problem | undefined;
  }> {
    const looks = new Set(accounts.map((watch) => new Look(watch, this.server.lookAhead)));
    const failed: AccountWatch[] = [];
    let problem: Problem | undefined;
    for (;;) {
      const asked: (readonly [Look, DerivedAddress])[] = [];
      for (const look of looks) {
        try {
          const missing = await look.missing(this.#pause);
          asked.push(...missing.map((own) => [look, own] as const));
        } catch (error) {
          looks.delete(look);
          failed.push(look.watch);
          problem ??= problemOf(error);
        }
      }
      if (asked.length === 0 || this.#closed) break;
      const answers = await this.server.addresses(
        asked.map(([, { address, scriptHex }]) => ({ address, script: scriptHex })),
      );
      for (const [look, own] of asked) {
        const state = answers.get(own.address);
        if (state !== undefined) look.take(own, state);
      }
    }
    assertPlausible([...looks].flatMap(({ seen }) => seen.map(({ state }) => state)));
    return { looks: [...looks], failed, problem };
  }

  readonly #pause = async (): Promise<void> =>
    new Promise((resolve) => {
      this.#port.clock.after(0, resolve);
    });
}

const serverOf = (
  { network, kind, url, user, password }: BitcoinServerSetting,
  fetch: ServerWatchPort['fetch'],
): BitcoinServer =>
  kind === 'esplora'
    ? new EsploraServer({ network, url, fetch })
    : new CoreServer({ network, url, fetch, user, password });

/** Each answer may be well-formed, and all of them together impossible. @throws BitcoinAnswerError */
function assertPlausible(states: readonly AddressState[]): void {
  const coins = states.flatMap((state) => state.coins);
  if (new Set(coins.map(({ txid, vout }) => `${txid}:${String(vout)}`)).size < coins.length) {
    throw new BitcoinAnswerError(
      'bitcoin/answer-coin-twice',
      'The server lists the same coin on two addresses.',
    );
  }
  if (coins.reduce((sum, { amount }) => sum + amount, 0n) > MAX_MONEY) {
    throw new BitcoinAnswerError(
      'bitcoin/answer-too-much',
      'The server lists coins that are worth more than all bitcoin there can ever be.',
    );
  }
}

const textOf = (view: NodeView): string =>
  view.state === 'up'
    ? `up/${String(view.block)}`
    : view.state === 'failing'
      ? `failing/${view.problem.code}/${view.problem.title}`
      : view.state;
