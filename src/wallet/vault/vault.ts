/** One vault on this device: its parts, and what a person can do with it. */
import { sha256 } from '@noble/hashes/sha2.js';
import { chainIdOf, parseAddress, tokensIn, type Hex, type Review } from '../../chains/index.ts';
import { equalBytes, toHex } from '../../codec.ts';
import {
  exportJournal,
  encodeFounding,
  fold,
  nextAccountIndex,
  safeText,
  verifyJournal,
  type Founding,
  type VaultState,
} from '../../journal/index.ts';
import { defaultPolicy, policyHash } from '../../policy/index.ts';
import type { DeviceId } from '../../network/index.ts';
import { toWords } from '../../words.ts';
import type { Draft, TrailReport } from '../api.ts';
import { fromHex } from '../ids.ts';
import { deviceIdOf } from '../peers.ts';
import { noProposal, problemOf, WalletError } from '../problems.ts';
import type { CeremonyView, Problem, VaultView } from '../state.ts';
import type { CeremonyMessage } from '../wire.ts';
import { Accounts } from './accounts.ts';
import { Differences } from './differences.ts';
import { Drafts } from './drafts.ts';
import { VaultJournal } from './journal.ts';
import { isTransaction, Judge, type Judged, type Judgement } from './judge.ts';
import { VaultKey } from './key.ts';
import { Outcome } from './outcome.ts';
import { PairSetups } from './pair-setups.ts';
import { Lifetime, type SessionPort } from './port.ts';
import { Signing } from './signing.ts';
import { vaultView } from './view.ts';

const HOUR_MS = 3_600_000;
const NOTHING: Judgement = { judged: [], unreadable: [], past: [], committed: [] };

export class Vault {
  readonly id: string;
  readonly founding: Founding;
  readonly drafts: Drafts;
  readonly pairSetups: PairSetups;
  readonly #port: SessionPort;
  readonly #life: Lifetime;
  readonly #judge: Judge;
  readonly #alarms = new Map<string, Problem>();
  readonly #journal: VaultJournal;
  readonly #key: VaultKey;
  readonly #accounts: Accounts;
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
    this.#life = new Lifetime(port.clock);
    this.#journal = journal;
    this.#state = fold(journal.log);
    this.#accounts = new Accounts(async (path) => {
      const kid = this.#key.active?.kid;
      if (kid === undefined) throw unfinished();
      return port.ceremonies.childKey(kid, path);
    });
    this.#key = new VaultKey({
      ...port,
      vaultId: id,
      founding,
      certified: async (suite, certificate) => this.#certified(suite, certificate),
      active: () => void this.#keyActive(),
    });
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
      kid: () => this.#key.active?.kid,
      judged: (proposal) => {
        this.#judgement = this.#judgeNow();
        return this.#find(proposal);
      },
      signed: (proposal, initiator) => {
        const signed = this.#find(proposal);
        if (!initiator || signed === undefined || !isTransaction(signed)) return;
        // Kept as the proposal's problem, with its own next step.
        void this.#outcome.broadcast(proposal).catch(() => undefined);
      },
      isUnpaired: (member) => this.pairSetups.isUnpaired(member),
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
    this.drafts = new Drafts({
      nodes: port.nodes,
      descriptors: port.descriptors,
      random: (length) => port.random(length),
      vaultId: () => this.id,
      account: (index) => this.#accounts.get(index),
      notes: () => ({
        state: this.#state,
        accounts: this.#accounts,
        nodes: port.nodes,
        now: this.#life.now(),
        past: this.#judgement.past,
        committed: this.#judgement.committed,
      }),
      judged: () => this.#judgement.judged,
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
    await vault.pairSetups.load();
    await vault.#republish();
    vault.update();
    return vault;
  }

  get isBusy(): boolean {
    return this.#key.isRunning || this.#signing.isRunning || this.pairSetups.isRunning;
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

  has(proposal: string): boolean {
    return this.#state.proposals.has(proposal);
  }

  view(): VaultView {
    return vaultView({
      id: this.id,
      founding: this.founding,
      active: this.isActive,
      keygen: this.keygen,
      fingerprint: this.fingerprint,
      log: this.#journal.log,
      state: this.#state,
      accounts: this.#accounts,
      judgement: this.#judgement,
      signing: this.#signing,
      outcome: this.#outcome,
      differences: this.#differences,
      alarms: [...this.#alarms.values()],
      port: this.#port,
    });
  }

  /** A member came online. */
  async meet(device: DeviceId): Promise<void> {
    if (!this.#isMember(device)) return;
    this.#journal.announce([device]);
    await this.#key.meet(device);
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
    this.#key.consider();
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
        await this.#key.receive(from, message);
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
        await this.#key.receive(from, message);
        return;
    }
  }

  async addAccount(name: string): Promise<void> {
    const index = nextAccountIndex(this.#state);
    await this.#journal.append({
      type: 'account-added',
      data: { index, name: safeText(name, 'The name', 40) },
    });
  }

  async nameAccount(index: number, name: string): Promise<void> {
    await this.#journal.append({
      type: 'account-named',
      data: { index, name: safeText(name, 'The name', 40) },
    });
  }

  async nameContact(address: string, name: string): Promise<void> {
    await this.#journal.append({
      type: 'contact-named',
      data: {
        address: parseAddress(address).address,
        name: name.trim() === '' ? '' : safeText(name, 'The name', 40),
      },
    });
  }

  async refreshBalances(): Promise<void> {
    await this.#port.nodes.refresh();
  }

  /** Proposes what was reviewed, and approves it in the same step. */
  async propose(draft: Draft): Promise<string> {
    const { request, account, revision } = this.drafts.take(draft);
    if (revision !== this.#port.descriptors.revision) throw redescribed();
    if (draft.review.refusal !== undefined) throw refused(draft.review.refusal);
    const entry = await this.#journal.append({
      type: 'proposed',
      data: {
        chain: request.kind,
        request: request.bytes,
        account: account.index,
        note: draft.note,
        expires: this.#life.now() + draft.expiresInHours * HOUR_MS,
        policy: policyHash(defaultPolicy(this.founding)),
      },
    });
    await this.#approve(entry.id, draft.review);
    return entry.id;
  }

  /** Approves what this device shows now. @throws WalletError when that cannot be approved */
  async approve(id: string): Promise<void> {
    await this.#approve(id, this.#find(id)?.review);
  }

  /** @param seen what the person saw: other descriptors may make another review of the same bytes at any time */
  async #approve(id: string, seen: Review | undefined): Promise<void> {
    const { verdict, review, proposal } = await this.#judged(id);
    if (seen !== undefined && !equalBytes(seen.shownDigest, review.shownDigest))
      throw redescribed();
    if (review.refusal !== undefined) throw refused(review.refusal);
    if (proposal.decisions.has(this.#port.self)) throw decided();
    if (verdict.kind === 'denied') throw refused(verdict.reasons.map(({ text }) => text).join(' '));
    await this.#journal.append({
      type: 'approved',
      data: { proposal: fromHex(id), shown: review.shownDigest },
    });
  }

  async reject(id: string, reason: string): Promise<void> {
    await this.#judged(id);
    await this.#journal.append({
      type: 'rejected',
      data: { proposal: fromHex(id), reason: reason.trim() },
    });
    this.#signing.cancel(id);
  }

  async withdraw(id: string): Promise<void> {
    const { proposal } = await this.#judged(id);
    if (proposal.proposer !== this.#port.self) throw notYours();
    await this.#journal.append({ type: 'withdrawn', data: { proposal: fromHex(id) } });
    this.#signing.cancel(id);
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
    await this.#outcome.broadcast(id);
  }

  /** A person asks for another attempt at the key. */
  retryKeygen(): void {
    this.#key.retry();
  }

  cancelKeygen(): void {
    this.#key.cancel();
  }

  async verifyTrail(): Promise<TrailReport> {
    const report = verifyJournal(
      encodeFounding(this.founding),
      this.#journal.events(),
      this.#life.now(),
    );
    const nameOf = (author: string | undefined): string => {
      const member = author === undefined ? undefined : this.#state.members.get(author);
      return member === undefined ? '' : ` (${member.name})`;
    };
    return {
      events: report.events,
      authors: report.authors,
      problems: report.faults.map(({ reason, author }) => `${reason}${nameOf(author)}`),
    };
  }

  async exportTrail(): Promise<Uint8Array> {
    const text = JSON.stringify(exportJournal(this.#journal.log), undefined, 2);
    return new TextEncoder().encode(`${text}\n`);
  }

  stop(): void {
    this.#life.stop();
    this.#stopExpiry?.();
    this.#key.stop();
    this.#signing.stop();
    this.pairSetups.stop();
    this.#outcome.stop();
  }

  /** The log changed: everything that follows from it is made anew. */
  update(): void {
    this.#state = fold(this.#journal.log);
    for (const { author, seq } of this.#state.equivocations) this.#equivocated(author, seq);
    void this.#key.judge(this.#state.certificates);
    void this.#loadAccounts();
    this.consider();
    this.#port.changed();
  }

  alarm(
    from: DeviceId,
    refusals: readonly { readonly reason: string; readonly code: string }[],
  ): void {
    const name = this.#nameOf(from);
    for (const { code, reason } of refusals) {
      this.#alarms.set(`${from}/${code}`, {
        code: `journal/${code}`,
        title: `${name} passed on an entry that does not hold`,
        meaning: `${reason} It was left out, so it counts for nothing.`,
        next: 'If it happens again, ask the owner of that device, and export the trail.',
      });
    }
    this.#port.changed();
  }

  #equivocated(author: string, seq: number): void {
    this.#alarms.set(`${author}/equivocation`, {
      code: 'journal/equivocation',
      title: `${this.#nameOf(author)} told two different stories`,
      meaning: `Its entry number ${String(seq)} exists twice. Its approvals do not count any more; its rejections do.`,
      next: 'That device may be copied or taken over. Replace it.',
    });
  }

  async #certified(suite: string, certificate: Uint8Array): Promise<void> {
    if (this.#state.certificates.length > 0) return;
    await this.#journal.append({ type: 'key-certified', data: { suite, certificate } });
  }

  /** A device that crashed between having its key and telling about it tells now. */
  async #republish(): Promise<void> {
    const { active } = this.#key;
    const certificate = await this.#key.certificate();
    if (active !== undefined && certificate !== undefined) {
      await this.#certified(active.suite, certificate);
    }
  }

  async #keyActive(): Promise<void> {
    await this.#loadAccounts();
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
    const judgement = this.#judge.judge(this.#state, this.#accounts, this.#port.nodes, now);
    this.#watchExpiry(judgement.judged, now);
    for (const { proposal } of judgement.unreadable) {
      const name = this.#nameOf(proposal.proposer);
      this.#alarms.set(`${proposal.id}/unreadable`, {
        code: 'wallet/unreadable-proposal',
        title: `${name} proposed something that this wallet cannot read`,
        meaning: 'It is not shown and will not be signed by this device.',
        next: 'Look at the audit trail, and ask the owner of that device.',
      });
    }
    return judgement;
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

  #nameOf(author: string): string {
    return this.#state.members.get(author)?.name ?? 'A device';
  }
}

const refused = (why: string): WalletError =>
  new WalletError({
    code: 'wallet/refused',
    title: why.replace(/\.$/, ''),
    meaning: 'This device did not approve it.',
    next: 'Propose it anew in a way that the vault allows.',
  });

const redescribed = (): WalletError =>
  new WalletError({
    code: 'wallet/shown-anew',
    title: 'It is shown in another way now',
    meaning:
      'The descriptions of contracts on this device changed. This device did not approve it.',
    next: 'Look at it again and decide anew.',
  });

const decided = (): WalletError =>
  new WalletError({
    code: 'wallet/decided',
    title: 'This device has decided already',
    meaning: 'Its first decision stays.',
    next: 'Look at the proposal: it shows who decided what.',
  });

const notYours = (): WalletError =>
  new WalletError({
    code: 'wallet/not-yours',
    title: 'Only the device that proposed it can withdraw it',
    meaning: 'Nothing was changed.',
    next: 'Reject it instead.',
  });

const unfinished = (): WalletError =>
  new WalletError({
    code: 'wallet/unfinished',
    title: 'The key of this vault is not complete yet',
    meaning: 'No address exists yet, so no money is at risk.',
    next: 'Keep the app open on all devices until key generation is over.',
  });
