/** One vault on this device: its parts, and what a person can do with it. */
import { sha256 } from '@noble/hashes/sha2.js';
import {
  chainIdOf,
  tokensIn,
  type BitcoinAccount,
  type BitcoinAccountKind,
  type ChainRequest,
  type Hex,
} from '../../chains/index.ts';
import { ECDSA, TAPROOT } from '../../ceremonies/index.ts';
import { toHex } from '../../codec.ts';
import {
  fold,
  type Content,
  type Entry,
  type Founding,
  type VaultState,
} from '../../journal/index.ts';
import type { DeviceId } from '../../network/index.ts';
import { toWords } from '../../words.ts';
import type { TrailReport } from '../api.ts';
import { fromHex } from '../ids.ts';
import { deviceIdOf } from '../peers.ts';
import { noProposal, problemOf, WalletError } from '../problems.ts';
import type { CeremonyView, Problem, VaultView } from '../state.ts';
import type { CeremonyMessage } from '../wire.ts';
import { Accounts } from './accounts.ts';
import { isCertified } from './claims.ts';
import { CoinAccounts } from './coin-accounts.ts';
import { CoinDrafts } from './coin-drafts.ts';
import { Alarms } from './alarms.ts';
import { Decisions } from './decisions.ts';
import { Differences } from './differences.ts';
import { Drafts } from './drafts.ts';
import { VaultJournal } from './journal.ts';
import {
  isCoins,
  isTransaction,
  Judge,
  type Judged,
  type JudgeInputs,
  type Judgement,
} from './judge.ts';
import { VaultKey } from './key.ts';
import { Names } from './names.ts';
import { Outcome } from './outcome.ts';
import { PairSetups } from './pair-setups.ts';
import { Lifetime, type SessionPort } from './port.ts';
import { Reviewed } from './reviewed.ts';
import { Signing } from './signing.ts';
import { trailFile, trailReport } from './trail.ts';
import { vaultView } from './view.ts';

const HOUR_MS = 3_600_000;
const NOTHING: Judgement = { judged: [], unreadable: [], past: [], committed: [], pastCoins: [] };

export class Vault {
  readonly id: string;
  readonly founding: Founding;
  readonly drafts: Drafts;
  readonly coinDrafts: CoinDrafts;
  readonly decisions: Decisions;
  readonly names: Names;
  readonly pairSetups: PairSetups;
  readonly #port: SessionPort;
  readonly #life: Lifetime;
  readonly #judge: Judge;
  readonly #alarms: Alarms;
  readonly #journal: VaultJournal;
  readonly #key: VaultKey;
  /** Of FROST, for Bitcoin Taproot. */
  readonly #taproot: VaultKey;
  readonly #accounts: Accounts;
  readonly #coinAccounts: CoinAccounts;
  readonly #reviewed: Reviewed;
  readonly #signing: Signing;
  readonly #outcome: Outcome;
  readonly #differences: Differences;
  #state: VaultState;
  #judgement: Judgement = NOTHING;
  #stopExpiry: (() => void) | undefined;

  private constructor(
    port: SessionPort,
    founding: Founding,
    id: Uint8Array,
    journal: VaultJournal,
  ) {
    this.#port = port;
    this.id = toHex(id);
    this.#judge = new Judge(port.self, port.descriptors, () => {
      if (this.#life.stopped) return;
      this.consider();
      port.changed();
    });
    this.founding = founding;
    this.#alarms = new Alarms((author) => this.#state.members.get(author)?.name ?? 'A device');
    this.#life = new Lifetime(port.clock);
    this.#journal = journal;
    this.#state = fold(journal.log);
    this.#accounts = new Accounts(async (path) => {
      const kid = this.#key.active?.kid;
      if (kid === undefined) throw unfinished();
      return port.ceremonies.childKey(kid, path);
    });
    this.#coinAccounts = new CoinAccounts((kind) => this.#keyFor(kind).active);
    const key = {
      ...port,
      vaultId: id,
      founding,
      certified: async (suite: string, certificate: Uint8Array) =>
        this.#certified(suite, certificate),
      active: () => void this.#keyActive(),
    };
    this.#key = new VaultKey({ ...key, suite: ECDSA, wanted: () => true });
    this.#taproot = new VaultKey({ ...key, suite: TAPROOT, wanted: () => this.#wantsTaproot });
    const parts = {
      ...port,
      judged: (proposal: string) => this.#find(proposal),
      all: () => this.#judgement.judged,
      append: async (content: Parameters<VaultJournal['append']>[0]) =>
        this.#journal.append(content),
    };
    this.#outcome = new Outcome(parts);
    this.#differences = new Differences({ ...parts, vaultId: id, founding });
    this.#signing = new Signing({
      ...parts,
      vaultId: id,
      founding,
      kid: (request) => this.#keyFor(kindOf(request)).active?.kid,
      judged: (proposal) => {
        this.#judgement = this.#judgeNow();
        return this.#find(proposal);
      },
      signed: (proposal, initiator) => {
        const signed = this.#find(proposal);
        if (!initiator || signed === undefined) return;
        if (!isTransaction(signed) && !isWhole(signed)) return;
        // Kept as the proposal's problem, with its own next step.
        void this.#outcome.broadcast(signed).catch(() => undefined);
      },
      isUnpaired: (member, request) =>
        kindOf(request) !== 'p2tr' && this.pairSetups.isUnpaired(member),
      isPairing: () => this.pairSetups.isRunning,
      lookAtPairs: async () => this.pairSetups.look(),
      idle: () => {
        this.pairSetups.consider();
      },
    });
    this.pairSetups = new PairSetups({
      ...port,
      vaultId: id,
      founding,
      kid: () => this.#key.active?.kid,
      isSigning: () => this.#signing.isRunning,
      mended: () => {
        this.#signing.mended();
      },
      idle: () => {
        this.#signing.consider();
      },
    });
    const judged = (): readonly Judged[] => this.#judgement.judged;
    this.#reviewed = new Reviewed({
      nodes: port.nodes,
      descriptors: port.descriptors,
      random: (length) => port.random(length),
      vaultId: () => this.id,
      notes: () => ({ ...this.#judgeInputs(), ...this.#judgement }),
    });
    const append = async (content: Content): Promise<Entry> => this.#journal.append(content);
    this.names = new Names({ state: () => this.#state, append });
    this.decisions = new Decisions({
      self: port.self,
      founding,
      descriptors: port.descriptors,
      reviewed: this.#reviewed,
      now: () => this.#life.now(),
      append,
      shown: (proposal) => this.#find(proposal),
      judged: async (proposal) => this.#judged(proposal),
      cancelSigning: (proposal) => {
        this.#signing.cancel(proposal);
      },
    });
    this.drafts = new Drafts({
      nodes: port.nodes,
      reviewed: this.#reviewed,
      account: (index) => this.#accounts.get(index),
      judged,
    });
    this.coinDrafts = new CoinDrafts({
      watch: port.coins,
      coinAccounts: this.#coinAccounts,
      reviewed: this.#reviewed,
      judged,
    });
  }

  static async open(port: SessionPort, founding: Founding, id: Uint8Array): Promise<Vault> {
    const others = founding.members
      .map(({ identity }) => deviceIdOf(identity))
      .filter((device) => device !== port.self);
    const opened: { vault?: Vault } = {};
    const journal = await VaultJournal.open(
      {
        storage: port.storage,
        identity: port.identity,
        sign: async (digest) => port.sign(digest),
        now: () => port.clock.now(),
        others,
        send: (to, body) => {
          port.sendJournal(to, body);
        },
        changed: () => {
          opened.vault?.update();
        },
        refused: (from, refusals) => {
          opened.vault?.alarm(from, refusals);
        },
      },
      founding,
      id,
    );
    const vault = new Vault(port, founding, id, journal);
    opened.vault = vault;
    await vault.#key.load();
    await vault.#taproot.load();
    await vault.pairSetups.load();
    await vault.#republish();
    vault.update();
    return vault;
  }

  get isBusy(): boolean {
    return (
      this.#keys.some(({ isRunning }) => isRunning) ||
      this.#signing.isRunning ||
      this.pairSetups.isRunning
    );
  }

  get isActive(): boolean {
    return this.#key.active !== undefined;
  }

  /** Key generation on the screen. */
  get keygen(): {
    readonly ceremony: CeremonyView | undefined;
    readonly problem: Problem | undefined;
  } {
    return { ceremony: this.#key.ceremony, problem: this.#key.problem };
  }

  /** Four words of the key: the same on every device of the vault. */
  get fingerprint(): readonly string[] {
    const { active } = this.#key;
    return active === undefined ? [] : toWords(sha256(fromHex(active.kid)), 4);
  }

  get mainAddress(): string | undefined {
    return this.#accounts.get(0)?.address;
  }

  get addresses(): Hex[] {
    return this.#state.accounts.flatMap(({ index }) => {
      const account = this.#accounts.get(index);
      return account === undefined ? [] : [account.address];
    });
  }

  /** Bitcoin accounts whose keys are there. */
  get bitcoinAccounts(): BitcoinAccount[] {
    return this.#state.bitcoinAccounts.flatMap((ref) => this.#coinAccounts.get(ref) ?? []);
  }

  has(proposal: string): boolean {
    return this.#state.proposals.has(proposal);
  }

  view(): VaultView {
    return vaultView({
      id: this.id,
      founding: this.founding,
      active: this.isActive,
      keygen: this.keygen,
      taproot: {
        state: this.#taproot.active ? 'active' : this.#wantsTaproot ? 'unfinished' : 'none',
        ceremony: this.#taproot.ceremony,
        problem: this.#taproot.problem,
      },
      fingerprint: this.fingerprint,
      log: this.#journal.log,
      state: this.#state,
      accounts: this.#accounts,
      coinAccounts: this.#coinAccounts,
      judgement: this.#judgement,
      signing: this.#signing,
      outcome: this.#outcome,
      differences: this.#differences,
      alarms: this.#alarms.all(),
      port: this.#port,
    });
  }

  /** A member came online. */
  async meet(device: DeviceId): Promise<void> {
    if (!this.#isMember(device)) return;
    this.#journal.announce([device]);
    for (const key of this.#keys) await key.meet(device);
    this.pairSetups.meet(device);
    this.#signing.consider();
  }

  /** Makes good what got lost on the way, with the members that are there. */
  compareNotes(): void {
    const others = this.founding.members
      .map(({ identity }) => deviceIdOf(identity))
      .filter((device) => device !== this.#port.self && this.#port.isOnline(device));
    if (others.length > 0) this.#journal.announce(others);
  }

  /** Who is there changed, or a node said something new. */
  consider(): void {
    this.#judgement = this.#judgeNow();
    for (const key of this.#keys) key.consider();
    this.pairSetups.consider();
    this.#signing.consider();
    this.#outcome.consider();
    this.#differences.consider();
    this.#learnTokens();
  }

  async receiveJournal(from: DeviceId, bytes: Uint8Array): Promise<void> {
    if (this.#isMember(from)) await this.#journal.receive(from, bytes);
  }

  async receiveCeremony(
    from: DeviceId,
    message: Exclude<CeremonyMessage, { t: 'packet' }>,
  ): Promise<void> {
    if (!this.#isMember(from)) return;
    switch (message.t) {
      case 'sign':
        this.#signing.receive(from, message);
        return;
      case 'busy':
        this.#signing.receive(from, message);
        for (const key of this.#keys) await key.receive(from, message);
        await this.pairSetups.receive(from, message);
        return;
      case 'show':
      case 'shown':
        this.#differences.receive(from, message);
        return;
      case 'pair':
      case 'pair-setup':
        await this.pairSetups.receive(from, message);
        return;
      case 'keygen':
      case 'keygen-ask':
      case 'confirms':
        for (const key of this.#keys) await key.receive(from, message);
        return;
    }
  }

  async refreshBalances(): Promise<void> {
    await Promise.all([this.#port.nodes.refresh(), this.#port.coins.refresh()]);
  }

  async cancelSigning(id: string): Promise<void> {
    await this.#judged(id);
    this.#signing.cancel(id);
  }

  async retrySigning(id: string): Promise<void> {
    await this.#judged(id);
    await this.#signing.retry(id);
  }

  async broadcast(id: string): Promise<void> {
    await this.#outcome.broadcast(this.#find(id));
  }

  /** @see Outcome.join */
  joinPsbt(id: string, others: readonly (Uint8Array | string)[]): ReturnType<Outcome['join']> {
    return this.#outcome.join(this.#find(id), others);
  }

  /** @see Outcome.sendJoined */
  async sendJoined(id: string, raw: string): Promise<void> {
    await this.#outcome.sendJoined(this.#find(id), raw);
  }

  /** A person asks for another attempt at the key. */
  retryKeygen(): void {
    for (const key of this.#keys) key.retry();
  }

  cancelKeygen(): void {
    this.#key.cancel();
  }

  async verifyTrail(): Promise<TrailReport> {
    return trailReport(this.#state, this.#journal.events(), this.#life.now());
  }

  async exportTrail(): Promise<Uint8Array> {
    return trailFile(this.#journal.log);
  }

  stop(): void {
    this.#life.stop();
    this.#stopExpiry?.();
    for (const key of this.#keys) key.stop();
    this.#signing.stop();
    this.pairSetups.stop();
    this.#outcome.stop();
  }

  /** The log changed: everything that follows from it is made anew. */
  update(): void {
    this.#state = fold(this.#journal.log);
    for (const { author, seq } of this.#state.equivocations) this.#alarms.equivocated(author, seq);
    for (const key of this.#keys) void key.judge(this.#state.certificates);
    void this.#loadAccounts();
    this.consider();
    this.#port.changed();
  }

  alarm(from: DeviceId, refusals: Parameters<Alarms['refused']>[1]): void {
    this.#alarms.refused(from, refusals);
    this.#port.changed();
  }

  async #certified(suite: string, certificate: Uint8Array): Promise<void> {
    if (isCertified(this.#state.certificates, suite, certificate)) return;
    await this.#journal.append({ type: 'key-certified', data: { suite, certificate } });
  }

  /** A device that crashed between having its key and telling about it tells now. */
  async #republish(): Promise<void> {
    for (const key of this.#keys) {
      const certificate = await key.certificate();
      if (key.active === undefined || certificate === undefined) continue;
      await this.#certified(key.active.suite, certificate);
    }
  }

  async #keyActive(): Promise<void> {
    await this.#loadAccounts();
    if (this.#life.stopped) return;
    this.consider();
    this.#port.changed();
  }

  async #loadAccounts(): Promise<void> {
    if (!this.isActive) return;
    try {
      const fresh = await this.#accounts.load(this.#state.accounts.map(({ index }) => index));
      if (fresh && !this.#life.stopped) {
        this.consider();
        this.#port.changed();
      }
    } catch (error) {
      if (!this.#life.stopped) this.#port.report(problemOf(error));
    }
  }

  #judgeNow(): Judgement {
    const now = this.#life.now();
    const judgement = this.#judge.judge(this.#judgeInputs());
    this.#watchExpiry(judgement.judged, now);
    for (const { proposal } of judgement.unreadable) this.#alarms.unreadable(proposal);
    return judgement;
  }

  #judgeInputs(): JudgeInputs {
    return {
      state: this.#state,
      accounts: this.#accounts,
      coinAccounts: this.#coinAccounts,
      nodes: this.#port.nodes,
      watch: this.#port.coins,
      now: this.#life.now(),
    };
  }

  /** The key of a kind of account: Taproot has its own, everything else the first. */
  #keyFor(kind: BitcoinAccountKind | undefined): VaultKey {
    return kind === 'p2tr' ? this.#taproot : this.#key;
  }

  get #keys(): readonly VaultKey[] {
    return [this.#key, this.#taproot];
  }

  get #wantsTaproot(): boolean {
    return this.isActive && this.#state.bitcoinAccounts.some(({ kind }) => kind === 'p2tr');
  }

  /** Time alone makes a proposal expire: judged anew at that moment. */
  #watchExpiry(judged: readonly Judged[], now: number): void {
    this.#stopExpiry?.();
    const next = judged
      .filter(({ status }) => ['open', 'approved', 'signing'].includes(status))
      .map(({ proposal }) => proposal.expiresAt - now + 1)
      .filter((wait) => wait > 0);
    // Browsers count at most 2^31 - 1 ms.
    const wait = Math.min(...next, 12 * HOUR_MS);
    if (next.length === 0) return;
    this.#stopExpiry = this.#life.after(wait, () => {
      this.consider();
      this.#port.changed();
    });
  }

  #learnTokens(): void {
    for (const { request, review } of this.#judgement.judged) {
      const chainId = chainIdOf(request);
      if (chainId === undefined) continue;
      for (const token of tokensIn(review)) this.#port.nodes.learn(chainId, token);
    }
  }

  #find(id: string): Judged | undefined {
    return this.#judgement.judged.find(({ proposal }) => proposal.id === id);
  }

  async #judged(id: string): Promise<Judged> {
    this.#judgement = this.#judgeNow();
    await this.#judge.settled();
    this.#judgement = this.#judgeNow();
    const judged = this.#find(id);
    if (judged === undefined) throw noProposal();
    return judged;
  }

  #isMember(device: DeviceId): boolean {
    return this.founding.members.some(({ identity }) => deviceIdOf(identity) === device);
  }
}

/** The kind of account that a request is of, where that decides which key signs. */
const kindOf = (request: ChainRequest): BitcoinAccountKind | undefined =>
  request.kind === 'bitcoin' ? request.key.kind : undefined;

/** Whether nobody else has to sign. */
const isWhole = (judged: Judged): boolean =>
  isCoins(judged) && judged.signed?.psbt?.complete === true;

const unfinished = (): WalletError =>
  new WalletError({
    code: 'wallet/unfinished',
    title: 'The key of this vault is not complete yet',
    meaning: 'No address exists yet, so no money is at risk.',
    next: 'Keep the app open on all devices until key generation is over.',
  });
