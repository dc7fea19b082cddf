/** The wallet from the first start to the lock: which phase it is in, and what a person can do then. */
import { parseBitcoinLink } from '../chains/index.ts';
import type { Keystore, Storage, Unlocked } from '../keystore/index.ts';
import { countCodePoints, isPlain } from '../text.ts';
import type { BitcoinLink, Checked, Wallet } from './api.ts';
import { checkContact } from './contacts.ts';
import { readBoot, writeDevice } from './device.ts';
import type { Platform } from './platform.ts';
import { problemOf, WalletError } from './problems.ts';
import { Session } from './session.ts';
import {
  checkBitcoinServer,
  checkIceServer,
  checkNetwork,
  checkRelay,
  DEFAULT_SETTINGS,
  originsOf,
  type BootRecord,
} from './settings.ts';
import type { BitcoinNetwork, LockReason, WalletState } from './state.ts';
import { Store } from './store.ts';

const MINUTE_MS = 60_000;

/** What a BIP-21 link fills in. */
function readBitcoinLink(network: BitcoinNetwork, text: string): Checked<BitcoinLink> {
  const read = parseBitcoinLink(text, network);
  if (!read.ok) return read;
  const { address, ...rest } = read.value;
  return { ok: true, value: { to: address, ...rest } };
}

/** Starts at once; the state says how far it is. */
export function createWallet(platform: Platform): Wallet {
  const main = new Main(platform);
  void main.start();
  const session = (): Session => main.session();
  return {
    getState: main.state.get,
    subscribe: main.state.subscribe,
    close: async () => main.close(),

    strength: async (passphrase) => platform.strength(passphrase),
    setUp: async (input) => main.setUp(input),
    unlock: async (passphrase) => main.unlock(passphrase),
    lock: () => {
      main.lock('asked');
    },
    touch: () => {
      main.touch();
    },
    takeOver: async () => main.takeOver(),

    createVault: async (input) => session().createVault(input),
    readInvitation: async (text) => session().readInvitation(text),
    join: async (text) => session().join(text),
    dismissInvitation: () => {
      session().dismissInvitation();
    },
    confirmWords: async (same) => session().confirmWords(same),
    endPairing: async () => session().endPairing(),
    retryKeygen: async (vaultId) => {
      session().vault(vaultId).retryKeygen();
    },

    addAccount: async (vaultId, name) => session().vault(vaultId).names.addAccount(name),
    nameAccount: async (vaultId, index, name) =>
      session().vault(vaultId).names.nameAccount(index, name),
    addBitcoinAccount: async (vaultId, account) =>
      session().vault(vaultId).names.addBitcoinAccount(account),
    nameBitcoinAccount: async (vaultId, account, name) =>
      session().vault(vaultId).names.nameBitcoinAccount(account, name),
    checkContact,
    nameContact: async (vaultId, address, name) =>
      session().vault(vaultId).names.nameContact(address, name),
    refreshBalances: async (vaultId) => session().vault(vaultId).refreshBalances(),
    lookUpToken: async (chainId, address) => session().lookUpToken(chainId, address),
    checkNetwork,
    checkBitcoinServer,
    checkRelay,
    checkIceServer,
    saveSettings: async (settings) => {
      const { device } = session();
      await session().saveSettings(settings);
      main.boot = {
        deviceName: device.name,
        theme: settings.theme,
        origins: originsOf(settings),
      };
      main.touch();
      return { reloadNeeded: !main.mayConnect(originsOf(settings)) };
    },

    addDescriptorSnapshot: async (bytes) => session().descriptors.add(bytes),
    removeDescriptorSnapshot: async (digest) => session().descriptors.remove(digest),

    readPaymentLink: (text) => session().readPaymentLink(text),
    suggestFees: async (vaultId, form) => session().vault(vaultId).drafts.suggestFees(form),
    draftPayment: async (vaultId, form) => session().vault(vaultId).drafts.payment(form),
    draftPaste: async (vaultId, form) => session().vault(vaultId).drafts.paste(form),
    draftMessage: async (vaultId, form) => session().vault(vaultId).drafts.message(form),
    readBitcoinLink,
    suggestBitcoinFees: async (vaultId, account) =>
      session().vault(vaultId).coinDrafts.suggestFees(account),
    draftBitcoinPayment: async (vaultId, form) => session().vault(vaultId).coinDrafts.payment(form),
    draftPsbt: async (vaultId, form) => session().vault(vaultId).coinDrafts.psbt(form),
    joinPsbt: async (id, others) => session().vaultOf(id).joinPsbt(id, others),
    sendJoined: async (id, raw) => session().vaultOf(id).sendJoined(id, raw),
    propose: async (draft) => session().vault(draft.vaultId).decisions.propose(draft),
    approve: async (id) => session().vaultOf(id).decisions.approve(id),
    reject: async (id, reason) => session().vaultOf(id).decisions.reject(id, reason),
    withdraw: async (id) => session().vaultOf(id).decisions.withdraw(id),
    cancelSigning: async (id) => session().vaultOf(id).cancelSigning(id),
    retrySigning: async (id) => session().vaultOf(id).retrySigning(id),
    broadcast: async (id) => session().vaultOf(id).broadcast(id),

    agreePairSetup: async (vaultId, memberId) =>
      session().vault(vaultId).pairSetups.agree(memberId),
    endPairSetup: async (vaultId, memberId) => session().vault(vaultId).pairSetups.end(memberId),

    verifyTrail: async (vaultId) => session().vault(vaultId).verifyTrail(),
    exportTrail: async (vaultId) => session().vault(vaultId).exportTrail(),
    dismissProblem: (id) => {
      session().dismissProblem(id);
    },
  };
}

class Main {
  readonly state = new Store<WalletState>({ phase: 'starting' });
  readonly #platform: Platform;
  #keystore: Keystore | undefined;
  #plain: Storage | undefined;
  #session: Session | undefined;
  #stopTimer: (() => void) | undefined;
  /** What was unlocked before is put away before anything is unlocked again. */
  #ending: Promise<void> = Promise.resolve();
  /** One session at a time is opened: two would be two copies of this device. Never rejects. */
  #entering: Promise<void> = Promise.resolve();
  /** Counts ends: what was being opened before one must not be open after it. */
  #ends = 0;
  #origins: ReadonlySet<string> = new Set();
  boot: BootRecord | undefined;

  constructor(platform: Platform) {
    this.#platform = platform;
    platform.tab.onAsked(async () => {
      await this.#end();
      this.state.set({ phase: 'second-tab' });
    });
  }

  async start(): Promise<void> {
    try {
      const problem = this.#platform.unsupported();
      if (problem !== undefined) this.state.set({ phase: 'unsupported', problem });
      else if (await this.#platform.tab.claim()) await this.#open();
      else this.state.set({ phase: 'second-tab' });
    } catch (error) {
      this.state.set({ phase: 'unsupported', problem: problemOf(error) });
    }
  }

  async takeOver(): Promise<void> {
    await this.#platform.tab.takeOver();
    this.state.set({ phase: 'starting' });
    try {
      await this.#open();
    } catch (error) {
      this.state.set({ phase: 'unsupported', problem: problemOf(error) });
    }
  }

  /** @throws WalletError while the device is not unlocked */
  session(): Session {
    if (this.#session === undefined) {
      throw new WalletError({
        code: 'wallet/locked',
        title: 'This device is locked',
        meaning: 'Nothing was changed.',
        next: 'Unlock it and try again.',
      });
    }
    return this.#session;
  }

  async setUp(input: { readonly name: string; readonly passphrase: string }): Promise<void> {
    const name = input.name.trim();
    if (name === '' || countCodePoints(name) > 40 || !isPlain(name)) {
      throw new WalletError({
        code: 'wallet/device-name',
        title: 'This name cannot be used',
        meaning: 'Nothing was set up.',
        next: 'Enter 1 to 40 visible characters.',
      });
    }
    const { keystore, plain } = this.#opened();
    const unlocked = await keystore.setUp({ passphrase: input.passphrase });
    await writeDevice(plain, unlocked.storage, name, DEFAULT_SETTINGS);
    this.boot = { deviceName: name, theme: DEFAULT_SETTINGS.theme, origins: [] };
    await this.#enter(unlocked, plain);
  }

  async unlock(passphrase: string): Promise<void> {
    const { keystore, plain } = this.#opened();
    await this.#ending;
    await this.#enter(await keystore.unlock(passphrase), plain);
  }

  lock(reason: LockReason): void {
    if (this.#session === undefined) return;
    void this.#end();
    this.#showLocked(reason);
  }

  /** Puts the automatic lock off; a ceremony under way holds it off, too. */
  touch(): void {
    this.#stopTimer?.();
    this.#stopTimer = undefined;
    const session = this.#session;
    if (session === undefined) return;
    const wait = session.settings.autoLockMinutes * MINUTE_MS;
    this.#stopTimer = this.#platform.clock.after(wait, () => {
      if (session.isBusy) this.touch();
      else this.lock('idle');
    });
  }

  /** Whether the browser lets this page connect to all of these. */
  mayConnect(origins: readonly string[]): boolean {
    return origins.every((origin) => this.#origins.has(origin));
  }

  async close(): Promise<void> {
    await this.#end();
    this.#platform.tab.release();
  }

  async #open(): Promise<void> {
    const { keystore, plain } = await this.#platform.openKeystore();
    this.#keystore = keystore;
    this.#plain = plain;
    this.boot = await readBoot(plain);
    if (this.#origins.size === 0) {
      const own = new URL(this.#platform.ownRelay).origin;
      this.#origins = new Set([this.#platform.origin, own, ...(this.boot?.origins ?? [])]);
      this.#platform.restrictConnections([...this.#origins]);
    }
    if (keystore.state === 'empty') {
      this.state.set({ phase: 'new', invitation: this.#platform.invitation });
    } else {
      this.#showLocked('start');
    }
  }

  #opened(): { readonly keystore: Keystore; readonly plain: Storage } {
    if (this.#keystore === undefined || this.#plain === undefined) {
      throw new WalletError({
        code: 'wallet/not-started',
        title: 'The storage of this device is not open yet',
        meaning: 'Nothing was changed.',
        next: 'Wait a moment and try again.',
      });
    }
    return { keystore: this.#keystore, plain: this.#plain };
  }

  async #enter(unlocked: Unlocked, plain: Storage): Promise<void> {
    const ends = this.#ends;
    const entered = this.#entering.then(async () => this.#openSession(unlocked, plain, ends));
    this.#entering = entered.catch(() => undefined); // the caller gets the error
    return entered;
  }

  async #openSession(unlocked: Unlocked, plain: Storage, ends: number): Promise<void> {
    if (this.#session !== undefined) return;
    const session = await Session.open({
      platform: this.#platform,
      unlocked,
      plain,
      name: this.boot?.deviceName ?? 'This device',
      changed: () => {
        if (this.#session !== undefined) this.state.set(this.#session.view());
      },
      mayConnect: (origin) => this.#origins.has(origin),
    });
    if (ends !== this.#ends) {
      await session.close();
      throw lockedMeanwhile();
    }
    this.#session = session;
    this.state.set(session.view());
    this.touch();
  }

  #showLocked(reason: LockReason): void {
    this.state.set({
      phase: 'locked',
      deviceName: this.boot?.deviceName ?? 'This device',
      reason,
      theme: this.boot?.theme ?? DEFAULT_SETTINGS.theme,
    });
  }

  /** Ends everything that an unlocked device runs. */
  async #end(): Promise<void> {
    this.#stopTimer?.();
    this.#ends += 1;
    const session = this.#session;
    this.#session = undefined;
    if (session === undefined) this.#keystore?.lock(); // what is being opened fails at once
    this.#ending = this.#ending
      .then(async () => session?.close())
      // What does not close in order is gone all the same, and must not keep the keys unlocked.
      .catch(() => undefined)
      .then(async () => {
        this.#keystore?.lock();
        await this.#entering;
      });
    await this.#ending;
  }
}

const lockedMeanwhile = (): WalletError =>
  new WalletError({
    code: 'wallet/locked',
    title: 'This device was locked meanwhile',
    meaning: 'Nothing was changed.',
    next: 'Unlock it again.',
  });
