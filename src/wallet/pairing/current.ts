/** The pairing of this device: begun or joined, one at a time, until its vault has a key. */
import { equalBytes, toHex } from '../../codec.ts';
import { safeText } from '../../journal/index.ts';
import type { Storage } from '../../keystore/index.ts';
import { newRendezvousCode, type DeviceId, type Peer } from '../../network/index.ts';
import type { Clock, Connection } from '../platform.ts';
import type { InvitationPreview, PairingView } from '../state.ts';
import type { Vault } from '../vault/vault.ts';
import { decodeInvitation, invitationIn, type Invitation } from './invitation.ts';
import { begin } from './machine.ts';
import { decodePairingMessage } from './messages.ts';
import { impossibleQuorum, otherRelay, ownInvitation, pairingUnderWay } from './refusals.ts';
import { expiredInvitation, PairingRun, type PairingPort } from './run.ts';
import { foundedVaultId, pairingPeers, type Introduction, type Outgoing } from './state.ts';

const INVITATION_MS = 24 * 3_600_000;

export interface CurrentPairingPort {
  readonly clock: Clock;
  readonly storage: Storage;
  readonly connection: Connection;
  readonly origin: string;
  readonly self: Introduction;
  /** Of the page. */
  readonly ownRelay: string;
  random(length: number): Uint8Array;
  /** As set; `undefined`: the page's own. */
  relay(): string | undefined;
  /** Whom the channel knows now, those of the pairing included. */
  peers(): readonly Peer[];
  /** The peers changed, by these for as long as nothing else is said. */
  setPeers(more?: readonly Peer[]): void;
  /** Sends; what the relay cannot take now is said again later. */
  send(to: DeviceId, body: Uint8Array): Promise<void>;
  /**
   * All confirmed: keeps the vault and opens it.
   *
   * @param taproot it begins with an account for Bitcoin Taproot
   */
  found(founding: Uint8Array, taproot: boolean): Promise<void>;
  vault(id: Uint8Array): Vault | undefined;
  changed(): void;
}

export class CurrentPairing {
  readonly #port: CurrentPairingPort;
  #run: PairingRun | undefined;

  constructor(port: CurrentPairingPort) {
    this.#port = port;
  }

  /** Goes on after a reload. */
  async resume(): Promise<void> {
    this.#run = await PairingRun.resume(this.#runPort());
  }

  async createVault(input: {
    readonly name: string;
    readonly threshold: number;
    readonly size: number;
    readonly taproot?: boolean;
  }): Promise<void> {
    this.#requireNone();
    const { threshold, size, taproot = false } = input;
    const possible =
      Number.isInteger(threshold) && Number.isInteger(size) && threshold >= 2 && threshold <= size;
    if (!possible || size > 20) throw impossibleQuorum();
    const { clock, self } = this.#port;
    const { identity, sealing, inbox } = self;
    const invitation: Invitation = {
      pairing: this.#port.random(16),
      vaultName: safeText(input.name, 'The name of the vault', 40),
      creatorName: self.name,
      threshold,
      size,
      identity,
      sealing,
      inbox,
      relay: this.#port.relay() ?? null,
      expiresAt: clock.now() + INVITATION_MS,
    };
    const step = begin('creator', invitation, self, this.#port.random(32));
    const code = newRendezvousCode((length) => this.#port.random(length));
    this.#run = await PairingRun.start(this.#runPort(), step, { code, taproot });
    this.#port.changed();
  }

  async readInvitation(text: string): Promise<InvitationPreview> {
    const { vaultName, creatorName, threshold, size, expiresAt } = await this.#invitationOf(text);
    return { vaultName, creatorName, threshold, size, expiresAt };
  }

  /** @param taken the invitation is good: it need not be shown any more */
  async join(text: string, taken: () => void): Promise<void> {
    this.#requireNone();
    const invitation = await this.#invitationOf(text);
    const step = begin('joiner', invitation, this.#port.self, this.#port.random(32));
    taken();
    // The creator has to be a peer before anything is sent to it.
    this.#port.setPeers(pairingPeers(step.state));
    this.#run = await PairingRun.start(this.#runPort(), step, {
      code: undefined,
      taproot: false,
    });
    this.#port.changed();
  }

  async confirm(same: boolean): Promise<void> {
    await this.#run?.confirm(same);
  }

  /** Ends a pairing that is under way, or closes the view of one that is over. */
  async end(): Promise<void> {
    const run = this.#run;
    if (run === undefined) return;
    const { step } = this.view() ?? { step: 'done' };
    if (step === 'generating') this.#vaultOf(run)?.cancelKeygen();
    else if (step !== 'done') await run.end();
    await run.forget();
    this.#run = undefined;
    this.#port.setPeers();
    this.#port.changed();
  }

  async receive(identity: Uint8Array, body: Uint8Array): Promise<void> {
    const message = decodePairingMessage(body);
    await this.#run?.receive(identity, message);
  }

  /** Says again what a device, or everybody, may have missed. */
  async remind(device?: Uint8Array): Promise<void> {
    await this.#run?.remind(device);
  }

  /** Whom the channel must know for it. */
  peers(): Peer[] {
    return this.#run === undefined ? [] : pairingPeers(this.#run.state);
  }

  view(): PairingView | undefined {
    const run = this.#run;
    if (run === undefined) return undefined;
    const view = run.view();
    const vault = view.step === 'generating' ? this.#vaultOf(run) : undefined;
    if (vault === undefined) return view;
    const address = vault.mainAddress;
    if (vault.isActive && address !== undefined) {
      const result = { vaultId: vault.id, address, fingerprint: vault.fingerprint };
      return { ...view, step: 'done', vaultId: vault.id, result };
    }
    return { ...view, ...vault.keygen, vaultId: vault.id };
  }

  stop(): void {
    this.#run?.stop();
  }

  #runPort(): PairingPort {
    const { clock, storage, connection, origin } = this.#port;
    return {
      clock,
      storage,
      connection,
      origin,
      changed: () => {
        this.#port.setPeers();
        this.#port.changed();
      },
      send: async (out, body) => this.#send(out, body),
      complete: async (founding, taproot) => this.#port.found(founding, taproot),
    };
  }

  async #send({ to, peer }: Outgoing, body: Uint8Array): Promise<void> {
    const device = toHex(to) as DeviceId;
    const peers = this.#port.peers();
    const extra = peer !== undefined && !peers.some(({ id }) => id === device) ? [peer] : [];
    const { channel } = this.#port.connection;
    if (extra.length > 0) channel.setPeers([...peers, ...extra]);
    try {
      await this.#port.send(device, body);
    } finally {
      if (extra.length > 0) this.#port.setPeers();
    }
  }

  #vaultOf(run: PairingRun): Vault | undefined {
    const id = foundedVaultId(run.state);
    return id === undefined ? undefined : this.#port.vault(id);
  }

  async #invitationOf(text: string): Promise<Invitation> {
    const { clock, connection, ownRelay, self } = this.#port;
    const invitation = invitationIn(text) ?? decodeInvitation(await connection.lookUp(text.trim()));
    if (equalBytes(invitation.identity, self.identity)) throw ownInvitation();
    if (clock.now() > invitation.expiresAt) throw expiredInvitation();
    const theirs = invitation.relay ?? ownRelay;
    if (theirs !== (this.#port.relay() ?? ownRelay)) throw otherRelay(theirs);
    return invitation;
  }

  #requireNone(): void {
    if (this.#run !== undefined) throw pairingUnderWay();
  }
}
