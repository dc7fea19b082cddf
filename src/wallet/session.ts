/** Everything that runs while this device is unlocked. */
import { DecodeError, equalBytes, toHex } from '../codec.ts';
import { CountersignError } from '../errors.ts';
import { visible } from '../text.ts';
import { parsePaymentLink } from '../chains/index.ts';
import { parseFounding, safeText, vaultId } from '../journal/index.ts';
import type { Storage, Unlocked } from '../keystore/index.ts';
import {
  LinkDownError,
  newRendezvousCode,
  UnknownPeerError,
  type DeviceId,
  type Message,
  type Peer,
  type Stream,
} from '../network/index.ts';
import type { Checked, PaymentLink } from './api.ts';
import { readDevice, writeDevice, type DeviceRecord } from './device.ts';
import { fromHex } from './ids.ts';
import { Nodes } from './nodes.ts';
import { invitationIn, decodeInvitation, type Invitation } from './pairing/invitation.ts';
import { begin, foundedVaultId, pairingPeers, type Outgoing } from './pairing/machine.ts';
import { decodePairingMessage } from './pairing/messages.ts';
import { expiredInvitation, PairingRun, type PairingPort } from './pairing/run.ts';
import { peerOf } from './peers.ts';
import type { Ceremonies } from '../ceremonies/index.ts';
import type { Connection, Platform } from './platform.ts';
import { Presence } from './presence.ts';
import { problemOf, WalletError } from './problems.ts';
import { CeremonyRoutes } from './routes.ts';
import type {
  ConnectionView,
  InvitationPreview,
  OpenState,
  PairingView,
  Problem,
  Settings,
  TokenSetting,
} from './state.ts';
import type { SessionPort } from './vault/port.ts';
import { Vault } from './vault/vault.ts';
import { decodeCeremony, decodePresence, encodeWire } from './wire.ts';

const VAULTS = 'vaults';
const INVITATION_MS = 24 * 3_600_000;
const MAX_PROBLEMS = 20;
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
  readonly #routes: CeremonyRoutes;
  readonly #presence: Presence;
  readonly #nodes: Nodes;
  readonly #vaults = new Map<string, Vault>();
  readonly #problems: (Problem & { readonly id: string })[] = [];
  readonly #stops: (() => void)[] = [];
  #settings: Settings;
  #pairing: PairingRun | undefined;
  #invitation: string | undefined;
  #persisted = false;
  #wasUp = false;
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
    this.#routes = new CeremonyRoutes({
      setTimer: (ms, callback) => platform.clock.after(ms, callback),
      send: async (to, message) =>
        this.#connection.channel.send(to, 'ceremony', encodeWire(message)),
    });
    this.#presence = new Presence({
      now: () => platform.clock.now(),
      after: (ms, callback) => platform.clock.after(ms, callback),
      random: (length) => platform.random(length),
      send: (to, message) => {
        this.#send(to, 'presence', encodeWire(message));
      },
      isDirect: (peer) => this.#connection.isDirect(peer),
      changed: () => {
        this.#presenceChanged();
      },
      arrived: (peer) => {
        this.#arrived(peer);
      },
    });
    this.#nodes = new Nodes({
      clock: platform.clock,
      fetch: platform.fetch,
      changed: () => {
        for (const vault of this.#vaults.values()) vault.consider();
        this.#changed();
      },
    });
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

  get settings(): Settings {
    return this.#settings;
  }

  /** A ceremony is under way: not the time to lock. */
  get isBusy(): boolean {
    return [...this.#vaults.values()].some(({ isBusy }) => isBusy);
  }

  vault(id: string): Vault {
    const vault = this.#vaults.get(id);
    if (vault !== undefined) return vault;
    throw new WalletError({
      code: 'wallet/no-vault',
      title: 'This device has no such vault',
      meaning: 'Nothing was changed.',
      next: 'Go back to the list of vaults.',
    });
  }

  vaultOf(proposal: string): Vault {
    const vault = [...this.#vaults.values()].find((one) => one.has(proposal));
    if (vault !== undefined) return vault;
    throw new WalletError({
      code: 'wallet/no-proposal',
      title: 'This proposal is not there',
      meaning: 'Nothing was changed.',
      next: 'Wait until this device has caught up with the others.',
    });
  }

  view(): OpenState {
    return {
      phase: 'open',
      device: {
        id: toHex(this.#options.unlocked.keys.identityPublic),
        name: this.device.name,
        persisted: this.#persisted,
      },
      connection: this.#connectionView(),
      vaults: [...this.#vaults.values()].map((vault) => vault.view()),
      pairing: this.#pairingView(),
      invitation: this.#invitation,
      settings: this.#settings,
      problems: [...this.#problems],
    };
  }

  async createVault(input: {
    readonly name: string;
    readonly threshold: number;
    readonly size: number;
  }): Promise<void> {
    this.#requireNoPairing();
    const { threshold, size } = input;
    const possible =
      Number.isInteger(threshold) && Number.isInteger(size) && threshold >= 2 && threshold <= size;
    if (!possible || size > 20) throw impossibleQuorum();
    const { platform, unlocked } = this.#options;
    const { keys } = unlocked;
    const invitation: Invitation = {
      pairing: platform.random(16),
      vaultName: safeText(input.name, 'The name of the vault', 40),
      creatorName: this.device.name,
      threshold,
      size,
      identity: keys.identityPublic,
      sealing: keys.sealingPublic,
      inbox: this.device.inbox,
      relay: this.#settings.relay ?? null,
      expiresAt: platform.clock.now() + INVITATION_MS,
    };
    const step = begin('creator', invitation, this.#introduction(), platform.random(32));
    const code = newRendezvousCode((length) => platform.random(length));
    this.#pairing = await PairingRun.start(this.#pairingPort(), step, code);
    this.#changed();
  }

  async readInvitation(text: string): Promise<InvitationPreview> {
    const { vaultName, creatorName, threshold, size, expiresAt } = await this.#invitationOf(text);
    return { vaultName, creatorName, threshold, size, expiresAt };
  }

  async join(text: string): Promise<void> {
    this.#requireNoPairing();
    const invitation = await this.#invitationOf(text);
    const { platform } = this.#options;
    const step = begin('joiner', invitation, this.#introduction(), platform.random(32));
    this.#invitation = undefined;
    // The creator has to be a peer before anything is sent to it.
    this.#setPeers(pairingPeers(step.state));
    this.#pairing = await PairingRun.start(this.#pairingPort(), step, undefined);
    this.#changed();
  }

  dismissInvitation(): void {
    this.#invitation = undefined;
    this.#changed();
  }

  async confirmWords(same: boolean): Promise<void> {
    await this.#pairing?.confirm(same);
  }

  /** Ends a pairing that is under way, or closes the view of one that is over. */
  async endPairing(): Promise<void> {
    const run = this.#pairing;
    if (run === undefined) return;
    const { step } = this.#pairingView() ?? { step: 'done' };
    if (step === 'generating') {
      const vault = this.#pairedVault(run);
      vault?.cancelKeygen();
    } else if (step !== 'done') {
      await run.end();
    }
    await run.forget();
    this.#pairing = undefined;
    this.#setPeers();
    this.#changed();
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
    for (const vault of this.#vaults.values()) vault.consider();
    this.#changed();
  }

  dismissProblem(id: string): void {
    const at = this.#problems.findIndex((problem) => problem.id === id);
    if (at >= 0) this.#problems.splice(at, 1);
    this.#changed();
  }

  /** Ends everything; nothing calls back afterwards. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#presence.stop();
    for (const stop of this.#stops) stop();
    for (const vault of this.#vaults.values()) vault.stop();
    this.#pairing?.stop();
    this.#routes.close();
    this.#nodes.close();
    try {
      await this.#connection.close();
    } finally {
      await this.#ceremonies.close();
    }
  }

  async #start(): Promise<void> {
    const { platform, unlocked } = this.#options;
    const { channel } = this.#connection;
    this.#stops.push(
      channel.onMessage((message) => {
        void this.#receive(message).catch((error: unknown) => {
          this.#malformed(message.from, error);
        });
      }),
      channel.onStranger(({ identity, body }) => {
        void this.#receivePairing(identity, body).catch((error: unknown) => {
          // Anybody can send rubbish here: shown, it would crowd out real problems.
          if (!(error instanceof DecodeError)) this.#malformed(toHex(identity), error);
        });
      }),
      channel.onState(() => {
        this.#linkChanged();
      }),
      platform.onOfflineChange(() => {
        this.#changed();
      }),
    );
    for (const { value } of await unlocked.storage.list(VAULTS)) await this.#openVault(value);
    this.#setPeers();
    this.#pairing = await PairingRun.resume(this.#pairingPort());
    this.#setPeers();
    this.#setNetworks();
    this.#compareNotes();
    this.#linkChanged();
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

  async #receive({ from, stream, body }: Message): Promise<void> {
    if (this.#closed) return;
    switch (stream) {
      case 'pairing':
        await this.#receivePairing(fromHex(from), body);
        return;
      case 'presence':
        this.#presence.receive(from, decodePresence(body));
        return;
      case 'journal':
        await this.#vaults.get(toHex(body.slice(0, 32)))?.receiveJournal(from, body.slice(32));
        return;
      case 'ceremony': {
        const message = decodeCeremony(body);
        if (message.t === 'packet') this.#routes.receive(from, message.request, message.packet);
        else await this.#vaults.get(toHex(message.vault))?.receiveCeremony(from, message);
        return;
      }
      case 'signal':
        return; // the mesh's own
    }
  }

  async #receivePairing(identity: Uint8Array, body: Uint8Array): Promise<void> {
    const message = decodePairingMessage(body);
    await this.#pairing?.receive(identity, message);
  }

  #linkChanged(): void {
    const up = this.#connection.channel.state().kind === 'up';
    if (up && !this.#wasUp) {
      this.#presence.greet();
      if (this.#pairing !== undefined) this.#quietly(this.#pairing.remind());
    }
    this.#wasUp = up;
    this.#presence.connectionChanged();
  }

  #presenceChanged(): void {
    const wanted = this.#peers().filter(({ id }) => this.#presence.isOnline(id));
    this.#connection.setWanted(wanted);
    for (const vault of this.#vaults.values()) vault.consider();
    this.#changed();
  }

  #arrived(device: DeviceId): void {
    for (const vault of this.#vaults.values()) this.#quietly(vault.meet(device));
    const run = this.#pairing;
    if (run !== undefined) this.#quietly(run.remind(fromHex(device)));
  }

  #pairingPort(): PairingPort {
    const { platform, unlocked } = this.#options;
    return {
      clock: platform.clock,
      storage: unlocked.storage,
      connection: this.#connection,
      origin: platform.origin,
      changed: () => {
        this.#setPeers();
        this.#changed();
      },
      send: async (out, body) => this.#sendPairing(out, body),
      complete: async (founding) => {
        const vault = vaultId(founding);
        await unlocked.storage.write([
          { kind: 'put', bucket: VAULTS, key: toHex(vault), value: founding },
        ]);
        const opened = await this.#openVault(founding);
        this.#setPeers();
        for (const peer of this.#peers()) {
          if (this.#presence.isOnline(peer.id)) await opened.meet(peer.id);
        }
        this.#changed();
      },
    };
  }

  async #sendPairing({ to, peer }: Outgoing, body: Uint8Array): Promise<void> {
    const device = toHex(to) as DeviceId;
    const peers = this.#peers();
    const extra = peer !== undefined && !peers.some(({ id }) => id === device) ? [peer] : [];
    if (extra.length > 0) this.#connection.channel.setPeers([...peers, ...extra]);
    try {
      await this.#connection.channel.send(device, 'pairing', body);
    } catch (error) {
      if (!isDown(error)) throw error; // said again when the relay is back
    } finally {
      if (extra.length > 0) this.#setPeers();
    }
  }

  #vaultPort(): SessionPort {
    const { platform, unlocked } = this.#options;
    return {
      clock: platform.clock,
      storage: unlocked.storage,
      ceremonies: this.#ceremonies,
      routes: this.#routes,
      nodes: this.#nodes,
      identity: unlocked.keys.identityPublic,
      self: this.#connection.channel.self,
      sign: async (digest) => unlocked.keys.sign(digest),
      random: (length) => platform.random(length),
      settings: () => this.#settings,
      isOnline: (device) => this.#presence.isOnline(device),
      isDirect: (device) => this.#connection.isDirect(device),
      lastSeen: (device) => this.#presence.lastSeen(device),
      tell: (to, message) => {
        this.#send(to, 'ceremony', encodeWire(message));
      },
      sendJournal: (to, body) => {
        this.#send(to, 'journal', body);
      },
      changed: () => {
        this.#watchAddresses();
        this.#changed();
      },
      report: (problem) => {
        this.#report(problem);
      },
    };
  }

  /** Sends without waiting; what the relay cannot take now is made good when the devices meet again. */
  #send(to: DeviceId, stream: Stream, body: Uint8Array): void {
    this.#quietly(this.#connection.channel.send(to, stream, body));
  }

  #quietly(work: Promise<unknown>): void {
    work.catch((error: unknown) => {
      if (!this.#closed && !isDown(error)) this.#report(problemOf(error));
    });
  }

  #malformed(from: string, error: unknown): void {
    if (this.#closed) return;
    const { code, title } = problemOf(error);
    this.#report({
      code: `${code}/${from.slice(0, 8)}`,
      title: `A device sent something that cannot be used: ${title}`,
      meaning: 'The message was dropped; nothing was changed by it.',
      next: 'If it comes again, check that all devices run the same version of this app.',
    });
  }

  #report(problem: Problem): void {
    if (this.#problems.some(({ code }) => code === problem.code)) return;
    const id = toHex(this.#options.platform.random(8));
    this.#problems.unshift({ ...problem, id });
    this.#problems.splice(MAX_PROBLEMS);
    this.#changed();
  }

  #peers(): Peer[] {
    const self = this.#options.unlocked.keys.identityPublic;
    const members = [...this.#vaults.values()].flatMap(({ founding }) => founding.members);
    const peers = [
      ...members.map(peerOf),
      ...(this.#pairing === undefined ? [] : pairingPeers(this.#pairing.state)),
    ].filter(({ identity }) => !equalBytes(identity, self));
    return [...new Map(peers.map((peer) => [peer.id, peer])).values()];
  }

  #setPeers(more: readonly Peer[] = []): void {
    const peers = [...new Map([...this.#peers(), ...more].map((peer) => [peer.id, peer])).values()];
    this.#connection.channel.setPeers(peers);
    this.#presence.setPeers(peers.map(({ id }) => id));
  }

  #watchAddresses(): void {
    this.#nodes.watch([...this.#vaults.values()].flatMap(({ addresses }) => addresses));
  }

  #pairedVault(run: PairingRun): Vault | undefined {
    const id = foundedVaultId(run.state);
    return id === undefined ? undefined : this.#vaults.get(toHex(id));
  }

  #pairingView(): PairingView | undefined {
    const run = this.#pairing;
    if (run === undefined) return undefined;
    const view = run.view();
    const vault = view.step === 'generating' ? this.#pairedVault(run) : undefined;
    if (vault === undefined) return view;
    const address = vault.mainAddress;
    if (vault.isActive && address !== undefined) {
      const result = { vaultId: vault.id, address, fingerprint: vault.fingerprint };
      return { ...view, step: 'done', vaultId: vault.id, result };
    }
    return { ...view, ...vault.keygen, vaultId: vault.id };
  }

  #connectionView(): ConnectionView {
    const state = this.#connection.channel.state();
    return {
      relay: state.kind,
      reason: state.kind === 'down' ? state.reason : undefined,
      // A browser may call a machine offline whose relay is on that machine.
      offline: state.kind !== 'up' && this.#options.platform.isOffline(),
    };
  }

  async #invitationOf(text: string): Promise<Invitation> {
    const invitation =
      invitationIn(text) ?? decodeInvitation(await this.#connection.lookUp(text.trim()));
    if (equalBytes(invitation.identity, this.#options.unlocked.keys.identityPublic)) {
      throw ownInvitation();
    }
    if (this.#options.platform.clock.now() > invitation.expiresAt) throw expiredInvitation();
    const theirs = invitation.relay ?? this.#options.platform.ownRelay;
    if (theirs !== this.#relay()) throw otherRelay(theirs);
    return invitation;
  }

  #requireNoPairing(): void {
    if (this.#pairing === undefined) return;
    throw new WalletError({
      code: 'pairing/busy',
      title: 'Another vault is being set up on this device',
      meaning: 'Nothing was changed.',
      next: 'Finish or end it first.',
    });
  }

  #introduction() {
    const { identityPublic, sealingPublic } = this.#options.unlocked.keys;
    return {
      identity: identityPublic,
      sealing: sealingPublic,
      inbox: this.device.inbox,
      name: this.device.name,
    };
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

const isDown = (error: unknown): boolean =>
  error instanceof LinkDownError ||
  error instanceof UnknownPeerError ||
  (error instanceof CountersignError && error.code === 'network/closed');

const impossibleQuorum = (): WalletError =>
  new WalletError({
    code: 'pairing/quorum',
    title: 'This number of approvals does not work',
    meaning: 'Nothing was set up.',
    next: 'Choose 2 to 20 devices, and at least 2 and at most all of them to approve.',
  });

const ownInvitation = (): WalletError =>
  new WalletError({
    code: 'pairing/own-invitation',
    title: 'This invitation was made on this device',
    meaning: 'Nothing was changed.',
    next: 'Open it on another device, or in another browser profile.',
  });

const otherRelay = (relay: string): WalletError =>
  new WalletError({
    code: 'pairing/other-relay',
    title: 'This invitation uses another relay than this device',
    meaning: 'The two devices would not hear each other. Nothing was changed.',
    next: `Enter ${visible(relay, 120)} under Settings, Relay, or open the invitation's link.`,
  });
