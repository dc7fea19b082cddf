/**
 * Activation under crashes (pitfalls P-25, P-26, P-39; addendum C1): devices that run the real ceremonies
 * through the real driver, each with a durable store that survives its crashes, over a network that
 * loses, repeats, delays and reorders, in the company of Byzantine members.
 *
 * Nothing happens by itself. Whatever a device awaits (a counter, a signature, a write, a send) and every
 * packet on its way is an event; the scheduler picks the next one and lets all that follows from it
 * settle. A crash can therefore hit between any two of them. After every change of a durable state the
 * invariant of C1 is checked on copies.
 */
import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { sha256 } from '@noble/hashes/sha2.js';
import { hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import { concat, toHex } from '../../codec.ts';
import type { PartyIndex } from '../abort.ts';
import type { Certificate, CertificateDraft, Height } from '../certificate.ts';
import type { EpochState, Held } from '../epochs.ts';
import { baseTimes, groupOf, type Suite } from '../group.ts';
import type * as Threshold from '../index.ts';
import type { KeyInfo, KeyShare, Member } from '../keys.ts';
import { lagrange } from '../polynomial.ts';
import type { RandomSource } from '../random.ts';
import type { DurableRecord } from '../records.ts';
import type { Ceremony } from '../session/ceremony.ts';
import type { Device } from '../session/driver.ts';
import { broadcastDigest, sealBroadcast } from '../session/packet.ts';
import { PendingRound, type RawInbox, type Transition } from '../session/round.ts';
import type { Session } from '../session/session.ts';
import { headerOf } from './network.ts';
import { pick, requestId, seeded, testIdentity, type TestIdentity } from './seeded.ts';

/** What is under test: the room itself, or a weakened build of it. */
export type Library = typeof Threshold;

type State = EpochState<KeyShare>;

/** Key generation and redistribution both end with the confirmations of round 5. */
const LAST_ROUND = 5;

/** The invariant does not hold any more: the key is lost, or may be. */
export class KeyLost extends Error {
  constructor(what: string, trace: readonly string[]) {
    super(`${what}\n  ${trace.join('\n  ')}`);
    this.name = 'KeyLost';
  }
}

/** A device of the simulation. `disk` survives a crash, nothing else does. */
export interface SimDevice {
  readonly name: string;
  readonly identity: TestIdentity;
  readonly byzantine: boolean;
  disk: State;
  up: boolean;
  /** Increments with every session; durable. */
  counter: number;
  /** Confirmations that others sent, by session and number. Memory: lost in a crash. */
  heard: Map<string, Map<PartyIndex, Uint8Array>>;
  /** Every share it ever had. Only Byzantine devices keep any. */
  readonly hoard: KeyShare[];
  /** Events of this device so far: where a planned crash may hit. */
  points: number;
}

interface SimEvent {
  readonly device: SimDevice;
  readonly what: string;
  readonly run: () => void;
}

/** One device's part in one ceremony. */
interface Live {
  readonly room: string;
  readonly device: SimDevice;
  readonly party: PartyIndex;
  readonly inbox: Uint8Array[];
  waiter:
    | { readonly resolve: (packet: Uint8Array) => void; readonly reject: (error: Error) => void }
    | undefined;
  /** What it stored as pending in this ceremony. */
  draft: CertificateDraft | undefined;
}

/** One party's part, and what it does to its device when the ceremony fails. */
interface Joining {
  readonly room: string;
  readonly device: SimDevice;
  readonly party: PartyIndex;
  readonly ceremony: Ceremony<{ readonly certificate: Certificate }>;
}

/** How a device treats what it stored when the session fails afterwards. */
export type OnFailure = 'keep' | 'forget';

/** What a simulation consists of. */
export interface Setting {
  readonly library: Library;
  readonly suite: Suite;
  /** Decides everything. */
  readonly seed: string;
  /** All devices there are, members or not. */
  readonly names: readonly string[];
  readonly byzantine?: readonly string[];
  /** `forget` is the mistake of P-26: a message of a failed session deletes a confirmed share. */
  readonly onFailure?: OnFailure;
}

/** Devices, their disks, what is on its way, and what they are waiting for. */
export class World {
  readonly devices: readonly SimDevice[];
  readonly trace: string[] = [];
  /** What happened, to see that a run did not check nothing. */
  readonly tally = { attempts: 0, activated: 0, aborted: 0, crashes: 0, retired: 0, checks: 0 };
  /** Whether the network loses and delays, and devices crash where it hurts most. */
  faulty = false;
  readonly random: RandomSource;
  readonly #setting: Setting;
  #events: SimEvent[] = [];
  #flying: SimEvent[] = [];
  #withheld: SimEvent[] = [];
  #live: Live[] = [];
  #rooms = 0;
  #everActive = false;
  #changed = false;
  #planned: { readonly device: SimDevice; readonly point: number }[] = [];
  readonly #heights = new WeakMap<CertificateDraft, Height>();
  readonly #interpolated = new Set<string>();
  readonly #confirms = new WeakMap<CertificateDraft, Map<string, Uint8Array>>();
  readonly #decoded = new Map<string, Certificate>();

  constructor(setting: Setting) {
    this.#setting = setting;
    this.random = seeded(`sim/${setting.seed}`);
    this.devices = setting.names.map((name) => {
      const identity = platformIdentity(name);
      return {
        name,
        identity,
        byzantine: setting.byzantine?.includes(name) === true,
        disk: setting.library.emptyEpochs(identity.publicKey),
        up: true,
        counter: 0,
        heard: new Map(),
        hoard: [],
        points: 0,
      };
    });
  }

  /** The device of a name. */
  device(name: string): SimDevice {
    const found = this.devices.find((device) => device.name === name);
    if (found === undefined) throw new Error(`no device ${name}`);
    return found;
  }

  get honest(): readonly SimDevice[] {
    return this.devices.filter(({ byzantine }) => !byzantine);
  }

  /** Whether something can happen without a crash, a time-out or a person. */
  get busy(): boolean {
    return this.#events.length + this.#flying.length > 0;
  }

  /** Ceremonies that devices are in. */
  get sessions(): number {
    return this.#live.length;
  }

  /** Makes a device crash right before its event number `point`. */
  plan(device: SimDevice, point: number): void {
    this.#planned.push({ device, point });
  }

  /** Planned crashes that have not happened. */
  get crashesAhead(): number {
    return this.#planned.length;
  }

  /** Puts a key that exists already onto the disks of its members. */
  install(
    info: KeyInfo,
    certificate: Certificate,
    secretOf: (index: PartyIndex) => Uint8Array,
  ): void {
    const { library } = this.#setting;
    for (const { index, identity } of info.members) {
      const device = this.#owner(identity);
      const share = new library.KeyShare(info, index, secretOf(index));
      const confirmed = library.confirmPending(device.disk, certificate, share);
      device.disk = library.acceptCertificate(confirmed, certificate).state;
      device.hoard.push(share);
    }
    this.#everActive = true;
  }

  // --- ceremonies -------------------------------------------------------------------------------

  /** Everyone named starts a key generation. */
  generate(names: readonly string[], threshold: number): void {
    const { library, suite } = this.#setting;
    const room = this.#room();
    const members = names.map((name, i) => ({
      index: i + 1,
      identity: this.device(name).identity.publicKey,
    }));
    const context = { suite, requestId: requestId(room), threshold, members };
    this.#note(`${room}: key generation of ${names.join('')}, t=${String(threshold)}`);
    for (const { index, identity } of members) {
      const ceremony = library.keygenCeremony(context, index);
      this.#join({ room, device: this.#owner(identity), party: index, ceremony });
    }
  }

  /**
   * The dealers and recipients of a redistribution start it, each by what it itself knows.
   *
   * @returns false when one of them refuses to take part
   */
  redistribute(
    old: KeyInfo,
    dealers: readonly PartyIndex[],
    names: readonly string[],
    threshold: number,
  ): boolean {
    const { library, suite } = this.#setting;
    const members: Member[] = names.map((name, i) => ({
      index: i + 1,
      identity: this.device(name).identity.publicKey,
    }));
    const room = this.#room();
    const context = { suite, requestId: requestId(room), old, dealers, threshold, members };
    const parties = library.reshareParties(context);
    if (!parties.every(({ identity }) => this.#mayJoin(this.#owner(identity), old))) return false;
    this.tally.attempts += 1;
    const dealing = dealers.map((dealer) => this.#nameOf(old, dealer)).join('');
    this.#note(
      `${room}: ${dealing} redistribute epoch ${String(old.epoch)} to ${names.join('')}, t=${String(threshold)}`,
    );
    for (const { identity, party, dealer } of parties) {
      const device = this.#owner(identity);
      const share = dealer === undefined ? undefined : this.shareOf(device, old);
      const largest = library.largestAttempt(device.disk, old.epoch + 1);
      // A Byzantine device may report more than it knows.
      const lie = device.byzantine ? pick(this.random, 3) : 0;
      const inputs = {
        identity: device.identity.publicKey,
        share,
        largestAttempt: largest + lie,
      };
      const ceremony = library.reshareCeremony(context, inputs);
      this.#join({ room, device, party, ceremony });
    }
    return true;
  }

  /** The share of a key that a device would deal from. */
  shareOf(device: SimDevice, info: KeyInfo): KeyShare | undefined {
    const kid = toHex(info.kid);
    if (device.byzantine) return device.hoard.find((share) => toHex(share.info.kid) === kid);
    const { active, retired } = device.disk;
    return !retired && active !== undefined && toHex(active.info.kid) === kid
      ? active.material
      : undefined;
  }

  #mayJoin(device: SimDevice, old: KeyInfo): boolean {
    const { library } = this.#setting;
    if (!device.up) return false;
    if (device.byzantine) return true;
    const { active, certificates } = device.disk;
    // A device that joins is told the old key by its dealers, and its user compares the address.
    if (active === undefined && certificates.length === 0) {
      device.disk = library.trusting(device.disk, old);
    }
    try {
      library.mayJoin(device.disk, old);
      return true;
    } catch {
      return false;
    }
  }

  #join({ room, device, party, ceremony }: Joining): void {
    const { library, seed } = this.#setting;
    const { identity } = device;
    const live: Live = { room, device, party, inbox: [], waiter: undefined, draft: undefined };
    this.#live.push(live);
    device.counter += 1;
    const source = `sim/${seed}/${device.name}/${String(device.counter)}`;
    const faces =
      device.byzantine && pick(this.random, 6) === 0
        ? twoFaced(ceremony, identity, seeded(`${source}/other`))
        : undefined;
    const io: Device = {
      identity: {
        publicKey: identity.publicKey,
        sign: async (digest) => this.#await(device, 'sign', () => identity.sign(digest)),
      },
      secrets: { random: seeded(source), deviceSecret: seeded(`sim/${device.name}/device`)(32) },
      nonces: new library.NonceMemory(),
      nextCounter: async () => this.#await(device, 'count', () => BigInt(device.counter)),
      carrier: {
        send: async (packet, to) =>
          this.#await(device, 'send', () => {
            this.#send(live, packet, to, faces);
          }),
        receive: async () =>
          new Promise((resolve, reject) => {
            const waiting = live.inbox.shift();
            if (waiting === undefined) live.waiter = { resolve, reject };
            else resolve(waiting);
          }),
      },
      store: async (record) =>
        this.#await(device, 'write', () => {
          this.#store(live, record);
        }),
    };
    library.runCeremony(faces?.ceremony ?? ceremony, io).then(
      ({ certificate }) => {
        this.#leave(live);
        this.#offer(device, certificate);
      },
      (error: unknown) => {
        this.#leave(live);
        this.#fail(live, error);
      },
    );
  }

  #store(live: Live, record: DurableRecord): void {
    if (record.kind !== 'pending-key') return;
    const { device } = live;
    const { draft, share } = record.pending;
    if (device.byzantine) device.hoard.push(share);
    try {
      this.#write(device, this.#setting.library.confirmPending(device.disk, draft, share));
      live.draft = draft;
    } catch (error) {
      if (!device.byzantine) throw error; // the confirmation is not sent
    }
  }

  #fail(live: Live, error: unknown): void {
    const { device, draft } = live;
    if (device.byzantine) return;
    this.tally.aborted += 1;
    const reason = error instanceof Error ? error.message : 'no reason';
    this.#note(`${device.name} leaves ${live.room}: ${reason}`);
    if (this.#setting.onFailure !== 'forget' || draft === undefined) return;
    const { sid } = this.#heightOf(draft);
    const pending = device.disk.pending.filter(({ height }) => toHex(height.sid) !== toHex(sid));
    this.#write(device, { ...device.disk, pending });
  }

  #leave(live: Live): void {
    this.#live = this.#live.filter((other) => other !== live);
  }

  // --- certificates and confirmations (K5) ---------------------------------------------------------

  /** A device sends another all certificates it has, and its confirmations again: each a packet. */
  sync(from: SimDevice, to: SimDevice): void {
    const { library } = this.#setting;
    const bytes = from.disk.certificates.map((one) => library.encodeCertificate(one));
    const packets = [
      ...bytes.map((one) => () => {
        this.#offer(to, this.#read(one));
      }),
      ...this.#ownConfirms(from).map(({ sid, index, signature }) => () => {
        const known = to.heard.get(sid) ?? new Map<PartyIndex, Uint8Array>();
        to.heard.set(sid, known.set(index, signature));
        for (const certificate of this.#assembled(to, sid)) this.#offer(to, certificate);
      }),
    ];
    for (const run of packets) {
      if (this.faulty && this.#oneIn(3)) continue;
      this.#fly({ device: to, what: `again from ${from.name}`, run });
    }
  }

  #ownConfirms(
    device: SimDevice,
  ): { readonly sid: string; readonly index: PartyIndex; readonly signature: Uint8Array }[] {
    const { active, pending } = device.disk;
    return [...pending, ...(active === undefined ? [] : [active])].map((held) => ({
      sid: toHex(held.height.sid),
      index: held.index,
      signature: this.#confirmOf(device, held),
    }));
  }

  /** Signed once: the signature is the same every time. */
  #confirmOf(device: SimDevice, held: Held<KeyShare>): Uint8Array {
    const known = this.#confirms.get(held.draft) ?? new Map<string, Uint8Array>();
    this.#confirms.set(held.draft, known);
    const signature =
      known.get(device.name) ?? device.identity.sign(this.#setting.library.ownConfirm(held));
    known.set(device.name, signature);
    return signature;
  }

  /** Read once: two devices that read the same bytes have equal certificates. */
  #read(bytes: Uint8Array): Certificate {
    const key = toHex(bytes);
    const certificate = this.#decoded.get(key) ?? this.#setting.library.decodeCertificate(bytes);
    this.#decoded.set(key, certificate);
    return certificate;
  }

  /** The certificate of a session that a device can put together from what it holds and heard. */
  #assembled(device: SimDevice, sid: string): Certificate[] {
    const held = device.disk.pending.find(({ height }) => toHex(height.sid) === sid);
    if (held === undefined) return [];
    const confirms = new Map(device.heard.get(sid));
    confirms.set(held.index, this.#confirmOf(device, held));
    const complete = this.#setting.library.assembleCertificate(held.draft, confirms);
    return complete === undefined ? [] : [complete];
  }

  /** A device got hold of a certificate: it checks it and writes what follows. */
  #offer(device: SimDevice, certificate: Certificate): void {
    const { library } = this.#setting;
    if (!this.#holds(device.disk, certificate)) {
      void this.#await(device, 'accept', () => {
        const accepted = this.#accept(device.disk, certificate);
        if (accepted === undefined) return;
        const { effect, state } = accepted;
        if (effect === 'activated') this.tally.activated += 1;
        if (effect === 'retired') this.tally.retired += 1;
        const { epoch, attempt } = this.#heightOf(certificate);
        this.#note(
          `${device.name}: certificate ${String(epoch)}/${String(attempt)} of ` +
            `${toHex(library.describeDraft(certificate).height.sid).slice(0, 4)}: ${effect}`,
        );
        this.#write(device, state);
      });
    }
  }

  #accept(state: State, certificate: Certificate) {
    try {
      return this.#setting.library.acceptCertificate(state, certificate);
    } catch {
      return undefined; // not for this device, or not yet
    }
  }

  #holds(state: State, certificate: Certificate): boolean {
    const { compareHeights } = this.#setting.library;
    const height = this.#heightOf(certificate);
    return state.certificates.some((one) => compareHeights(this.#heightOf(one), height) === 0);
  }

  #heightOf(draft: CertificateDraft): Height {
    const known = this.#heights.get(draft) ?? this.#setting.library.describeDraft(draft).height;
    this.#heights.set(draft, known);
    return known;
  }

  // --- what can happen -----------------------------------------------------------------------------

  /** The power fails: memory and sessions are gone, what was written stays. */
  crash(device: SimDevice): void {
    this.#note(`${device.name} crashes`);
    this.tally.crashes += 1;
    device.up = false;
    device.heard = new Map();
    this.#events = this.#events.filter((event) => event.device !== device);
    this.#live = this.#live.filter((live) => live.device !== device);
  }

  restart(device: SimDevice): void {
    device.up = true;
  }

  /** A session that waits gives up. */
  expire(at: number): void {
    const waiting = this.#live.filter(({ waiter }) => waiter !== undefined);
    const live = waiting[at % Math.max(1, waiting.length)];
    live?.waiter?.reject(new Error('time-out'));
    if (live !== undefined) live.waiter = undefined;
  }

  /** The user of a retired device confirms that its share may go. */
  deleteRetired(device: SimDevice): void {
    if (!device.disk.retired || !device.up) return;
    void this.#await(device, 'delete', () => {
      this.#note(`${device.name} deletes what it had`);
      this.#write(device, this.#setting.library.deleteRetired(device.disk));
    });
  }

  /** A packet that was held back arrives after all. */
  release(): void {
    const [packet] = this.#withheld.splice(
      pick(this.random, Math.max(1, this.#withheld.length)),
      1,
    );
    if (packet !== undefined) this.#fly(packet);
  }

  /** Loses, or repeats, one packet on its way. */
  disturb(how: 'lose' | 'repeat'): void {
    const at = pick(this.random, Math.max(1, this.#flying.length));
    const packet = this.#flying[at];
    if (packet === undefined) return;
    if (how === 'lose') this.#flying.splice(at, 1);
    else this.#flying.push(packet);
  }

  /** The next event, oldest first, or any. */
  async step(order: 'oldest' | 'any'): Promise<void> {
    const queue =
      this.#events.length > 0 && (order === 'oldest' || pick(this.random, 2) === 0)
        ? this.#events
        : this.#flying;
    const source = queue.length > 0 ? queue : this.#events;
    const at = order === 'oldest' ? 0 : pick(this.random, Math.max(1, source.length));
    const [event] = source.splice(at, 1);
    if (event !== undefined) this.#run(event);
    await settled();
    this.check();
  }

  #run(event: SimEvent): void {
    const { device } = event;
    if (!device.up) return;
    const planned = this.#planned.find((one) => one.device === device);
    if (planned?.point === device.points) {
      this.#planned = this.#planned.filter((one) => one !== planned);
      this.#note(`before: ${event.what}`);
      this.crash(device);
      return;
    }
    if (this.faulty && /^(?:write|accept|delete)/.test(event.what) && this.#oneIn(12)) {
      this.crash(device);
      return;
    }
    device.points += 1;
    event.run();
  }

  #oneIn(n: number): boolean {
    return pick(this.random, n) === 0;
  }

  /** Runs until nothing is left to happen. Sessions that then still wait give up. */
  async finish(): Promise<void> {
    while (this.busy || this.#live.length > 0) {
      if (!this.busy) this.expire(0);
      await this.step('oldest');
    }
  }

  /** Everything works again, and everyone exchanges certificates and confirmations. */
  async heal(): Promise<void> {
    this.#note('all is well again');
    this.#planned = [];
    this.faulty = false;
    for (const device of this.devices) this.restart(device);
    await this.finish();
    for (let round = 0; round < 3; round++) {
      for (const from of this.honest) {
        for (const to of this.honest) if (from !== to) this.sync(from, to);
      }
      await this.finish();
    }
  }

  #send(live: Live, packet: Uint8Array, to: PartyIndex | 'all', faces: Faces | undefined): void {
    const { device, room } = live;
    for (const other of this.#live) {
      if (other.room !== room || other === live) continue;
      if (to !== 'all' && other.party !== to) continue;
      const arriving = (
        device.byzantine ? this.#twist(packet, other.party, faces) : packet
      ).slice();
      const event: SimEvent = {
        device: other.device,
        what: `${room}/${String(headerOf(packet).round)} from ${device.name}`,
        run: () => {
          if (!this.#live.includes(other)) return;
          const { waiter } = other;
          other.waiter = undefined;
          if (waiter === undefined) other.inbox.push(arriving);
          else waiter.resolve(arriving);
        },
      };
      const last = headerOf(packet).round === LAST_ROUND;
      const holdsBack = device.byzantine && this.#oneIn(last ? 2 : 12);
      if (holdsBack || (this.faulty && last && this.#oneIn(5))) this.#withheld.push(event);
      else if (!this.faulty || !this.#oneIn(last ? 6 : 1000)) this.#fly(event);
    }
  }

  /** A two-faced device shows its other face to receivers with an even number. */
  #twist(packet: Uint8Array, to: PartyIndex, faces: Faces | undefined): Uint8Array {
    const { round, to: addressee } = headerOf(packet);
    const session = faces?.session();
    const body = to % 2 === 0 && addressee === 0 ? faces?.said(round, 'all') : undefined;
    if (session === undefined || body === undefined || faces === undefined) return packet;
    const slot = { round, from: session.self, to: 0 };
    const signature = faces.identity.sign(broadcastDigest(session, slot, body));
    return sealBroadcast(session, slot, body, signature);
  }

  #fly(event: SimEvent): void {
    this.#flying.push(event);
  }

  /**
   * What a device awaits: one event for its effect and, where the effect outlives the device's memory, one
   * for the device to notice it, so that a crash can come between.
   */
  async #await<T>(
    device: SimDevice,
    what: 'count' | 'sign' | 'write' | 'send' | 'accept' | 'delete',
    effect: () => T,
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      const done = (run: () => void): void => {
        if (what === 'count' || what === 'sign') run();
        else this.#events.push({ device, what: `${what}, done`, run });
      };
      const run = (): void => {
        try {
          const value = effect();
          done(() => {
            resolve(value);
          });
        } catch (error) {
          done(() => {
            reject(error instanceof Error ? error : new Error('failed'));
          });
        }
      };
      this.#events.push({ device, what, run });
    });
  }

  #write(device: SimDevice, state: State): void {
    device.disk = state;
    this.#changed = true;
  }

  // --- the invariant -------------------------------------------------------------------------------

  /**
   * At all times some set of honest parties can sign in a common epoch after exchanging certificates.
   *
   * @throws KeyLost when not
   */
  check(): void {
    if (!this.#changed) return;
    this.#changed = false;
    this.tally.checks += 1;
    const states = this.#exchanged();
    const groups = new Map<string, State['active'][]>();
    for (const { active, retired } of states) {
      if (active === undefined) continue;
      this.#everActive = true;
      if (retired) continue;
      const kid = toHex(active.info.kid);
      groups.set(kid, [...(groups.get(kid) ?? []), active]);
    }
    const usable = [...groups.values()].some((group) => this.#signs(group));
    if (usable || !this.#everActive) return;
    const held = [...groups.values()].map(
      (group) =>
        `${String(group.length)} of ${String(group[0]?.info.threshold)} needed at ` +
        `${String(group[0]?.height.epoch)}/${String(group[0]?.height.attempt)}`,
    );
    throw new KeyLost(`nobody can sign any more: ${held.join(', ')}`, this.trace);
  }

  /** What the honest devices would hold once everyone had everything that any of them has. */
  #exchanged(): readonly State[] {
    const { library } = this.#setting;
    const honest = this.honest;
    const confirms = new Map<string, Map<PartyIndex, Uint8Array>>();
    const drafts = new Map<string, CertificateDraft>();
    for (const device of honest) {
      for (const { sid, index, signature } of this.#ownConfirms(device)) {
        confirms.set(sid, new Map(confirms.get(sid)).set(index, signature));
      }
      for (const { draft, height } of device.disk.pending) drafts.set(toHex(height.sid), draft);
    }
    const certificates = honest.flatMap(({ disk }) => disk.certificates);
    for (const [sid, draft] of drafts) {
      const complete = library.assembleCertificate(draft, confirms.get(sid) ?? new Map());
      if (complete !== undefined) certificates.push(complete);
    }
    const ordered = certificates.sort((a, b) =>
      library.compareHeights(this.#heightOf(a), this.#heightOf(b)),
    );
    return honest.map(({ disk }) => {
      let state = disk;
      for (const certificate of ordered) {
        if (this.#holds(state, certificate)) continue;
        state = this.#accept(state, certificate)?.state ?? state;
      }
      return state;
    });
  }

  /** Whether these holders of one key have its secret between them. */
  #signs(group: readonly State['active'][]): boolean {
    const holders = group.filter((active) => active !== undefined);
    const info = holders[0]?.info;
    if (info === undefined || holders.length < info.threshold) return false;
    const set = holders.map(({ index }) => index).sort((a, b) => a - b);
    const name = `${toHex(info.kid)}/${set.join()}`;
    if (this.#interpolated.has(name)) return true;
    const used = set.slice(0, info.threshold);
    const shares = new Map(holders.map(({ index, material }) => [index, material]));
    if (!interpolates(info, used, shares)) return false;
    this.#interpolated.add(name);
    return true;
  }

  // --- small things --------------------------------------------------------------------------------

  #room(): string {
    this.#rooms += 1;
    return `room ${String(this.#rooms)}`;
  }

  #owner(identity: Uint8Array): SimDevice {
    const hex = toHex(identity);
    const found = this.devices.find((device) => toHex(device.identity.publicKey) === hex);
    if (found === undefined) throw new Error('an identity of nobody');
    return found;
  }

  #nameOf(info: KeyInfo, index: PartyIndex): string {
    const identity = info.members.find((member) => member.index === index)?.identity;
    return identity === undefined ? '?' : this.#owner(identity).name;
  }

  #note(what: string): void {
    this.trace.push(what);
  }
}

/** Lets everything that follows from one event happen. */
const settled = async (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });

/** Whether the shares of `set` interpolate to the public key. */
export function interpolates(
  info: KeyInfo,
  set: readonly PartyIndex[],
  shares: ReadonlyMap<PartyIndex, KeyShare>,
): boolean {
  const group = groupOf(info.suite);
  let secret = 0n;
  for (const index of set) {
    const share = shares.get(index);
    if (share === undefined) return false;
    const s = share.withSecret((scalar) => scalar);
    secret = (secret + lagrange(group, set, index) * s) % group.order;
  }
  return (
    toHex(baseTimes(group, secret).toBytes()) === toHex(info.commitment[0] ?? new Uint8Array())
  );
}

// --- identities --------------------------------------------------------------------------------------

/** Headers of an Ed25519 key in PKCS #8 and in SubjectPublicKeyInfo (RFC 8410). */
const [PKCS8, SPKI] = ['302e020100300506032b657004220420', '302a300506032b6570032100'].map(
  hexToBytes,
) as [Uint8Array, Uint8Array];

/** The same keys and signatures as `testIdentity`, by the platform: most of the time goes into them. */
function platformIdentity(name: string): TestIdentity {
  const secret = sha256(utf8ToBytes(`identity/${name}`));
  const key = createPrivateKey({
    key: Buffer.from(concat(PKCS8, secret)),
    format: 'der',
    type: 'pkcs8',
  });
  return {
    publicKey: testIdentity(name).publicKey,
    sign: (digest) => new Uint8Array(sign(null, digest, key)),
  };
}

const verdicts = new Map<string, boolean>();

/**
 * Whether an Ed25519 signature holds, by the platform, and only once for each signature: to be mocked into
 * `identity.ts`, where most of the time would go.
 */
export function platformVerify(
  publicKey: Uint8Array,
  digest: Uint8Array,
  signature: Uint8Array,
): boolean {
  const name = Buffer.from(concat(publicKey, digest, signature)).toString('latin1');
  const known = verdicts.get(name);
  if (known !== undefined) return known;
  const key = createPublicKey({
    key: Buffer.from(concat(SPKI, publicKey)),
    format: 'der',
    type: 'spki',
  });
  const verdict = verify(null, digest, key, signature);
  verdicts.set(name, verdict);
  return verdict;
}

// --- chance -----------------------------------------------------------------------------------------

const pickFrom = <T>(random: RandomSource, list: readonly T[]): T | undefined =>
  list[pick(random, Math.max(1, list.length))];

const shuffled = <T>(random: RandomSource, list: readonly T[]): T[] =>
  list
    .map((value) => ({ value, at: pick(random, 2 ** 31) }))
    .sort((a, b) => a.at - b.at)
    .map(({ value }) => value);

/** Someone who is active begins a redistribution, from the key that he knows to whomever is up. */
function beginSomewhere(world: World): boolean {
  const { random } = world;
  const leader = pickFrom(
    random,
    world.honest.filter(({ up, disk }) => up && disk.active !== undefined && !disk.retired),
  );
  const old = leader?.disk.active?.info;
  if (old === undefined) return false;
  const dealing = shuffled(random, old.members)
    .filter(({ identity }) => {
      const device = world.devices.find(({ disk }) => toHex(disk.identity) === toHex(identity));
      return device?.up === true && world.shareOf(device, old) !== undefined;
    })
    .map(({ index }) => index);
  const dealers = dealing
    .slice(0, old.threshold + pick(random, Math.max(1, dealing.length - old.threshold + 1)))
    .sort((a, b) => a - b);
  if (dealers.length < old.threshold) return false;
  const up = shuffled(
    random,
    world.devices.filter((device) => device.up),
  );
  const members = up.slice(0, 2 + pick(random, Math.max(1, up.length - 1)));
  const honest = members.filter(({ byzantine }) => !byzantine).length;
  const threshold = 2 + pick(random, Math.max(1, members.length - 1));
  // Nothing saves a key whose honest members are too few (the proviso of C1).
  const bad = members.length - honest;
  if (members.length < 2 || threshold > honest || bad >= threshold) return false;
  return world.redistribute(
    old,
    dealers,
    members.map(({ name }) => name),
    threshold,
  );
}

/** Everything that can go wrong, until `attempts` redistributions were begun and have ended. */
export async function chaos(world: World, attempts: number): Promise<void> {
  const { random } = world;
  const oneIn = (n: number): boolean => pick(random, n) === 0;
  world.faulty = true;
  for (let left = attempts, steps = 0; steps < 20_000; steps++) {
    if (left === 0 && !world.busy && world.sessions === 0) break;
    const someone = pickFrom(random, world.devices);
    const other = pickFrom(random, world.devices);
    if (someone === undefined || other === undefined) break;
    if (oneIn(1500) && someone.up) world.crash(someone);
    if (oneIn(30)) world.restart(someone);
    if (oneIn(25) && someone !== other) world.sync(someone, other);
    if (oneIn(100)) world.disturb(oneIn(4) ? 'lose' : 'repeat');
    if (oneIn(60)) world.release();
    if (oneIn(80) && !someone.byzantine) world.deleteRetired(someone);
    if (oneIn(world.busy ? 1500 : 20)) world.expire(pick(random, 8));
    if (left > 0 && oneIn(world.sessions === 0 ? 4 : 150) && beginSomewhere(world)) left -= 1;
    await world.step('any');
  }
}

const compareNumbers = (a: Height, b: Height): number =>
  a.epoch === b.epoch ? a.attempt - b.attempt : a.epoch - b.epoch;

/** Everything works, so those who can sign redistribute the key among themselves, and succeed. */
export async function renew(world: World): Promise<void> {
  const holders = world.honest.filter(({ disk }) => disk.active !== undefined && !disk.retired);
  const newest = holders
    .map(({ disk }) => disk.active)
    .filter((active) => active !== undefined)
    .sort((a, b) => compareNumbers(b.height, a.height))
    .find(({ info }) => {
      const kid = toHex(info.kid);
      const count = holders.filter(
        ({ disk }) => toHex(disk.active?.info.kid ?? info.chainCode) === kid,
      ).length;
      return count >= info.threshold;
    });
  if (newest === undefined) throw new Error('no quorum is at one height');
  const { info } = newest;
  const kid = toHex(info.kid);
  const quorum = holders.filter(
    ({ disk }) => toHex(disk.active?.info.kid ?? info.chainCode) === kid,
  );
  const dealers = quorum.map(({ disk }) => disk.active?.index ?? 0).sort((a, b) => a - b);
  const began = world.redistribute(
    info,
    dealers,
    quorum.map(({ name }) => name),
    2,
  );
  if (!began) throw new Error('a member of the quorum does not take part');
  await world.finish();
  for (const { name, disk } of quorum) {
    if (disk.active?.info.epoch !== info.epoch + 1) throw new Error(`${name} did not follow`);
  }
}

// --- two faces --------------------------------------------------------------------------------------

/** A party that runs its part twice in one session, and what the second run says. */
export interface Faces {
  readonly identity: TestIdentity;
  /** The session, once it is established. */
  session(): Session | undefined;
  /** The body that the second run sends, with its signature; valid in itself. */
  said(round: number, to: PartyIndex | 'all'): Uint8Array | undefined;
}

/**
 * An equivocator (pitfall P-25): one session, two complete runs of the protocol that draw different
 * secrets. The ceremony that comes back behaves like the first; each message of the second is just as
 * valid and can be shown to some receivers in its place.
 */
export function twoFaced<Out>(
  ceremony: Ceremony<Out>,
  identity: TestIdentity,
  random: RandomSource,
): Faces & { readonly ceremony: Ceremony<Out> } {
  const bodies = new Map<string, Uint8Array>();
  const slot = (round: number, to: PartyIndex | 'all'): string => `${String(round)}/${String(to)}`;
  let established: Session | undefined;

  const record = ({ send, next }: Transition<Out>): void => {
    const round = 'output' in next ? 0 : next.shape.number;
    for (const { to, body, attest } of send) {
      const signature = attest === undefined ? [] : [identity.sign(attest)];
      bodies.set(slot(round, to), concat(body, ...signature));
    }
  };
  const mirrored = (inbox: RawInbox, round: number): RawInbox => {
    const own = bodies.get(slot(round, 'all'));
    const self = established?.self;
    if (own === undefined || self === undefined || !inbox.broadcasts.has(self)) return inbox;
    return { ...inbox, broadcasts: new Map(inbox.broadcasts).set(self, own) };
  };
  const both = (first: Transition<Out>, second: Transition<Out> | undefined): Transition<Out> => {
    if (second !== undefined) record(second);
    const { next } = first;
    if ('output' in next) return first;
    const other = second === undefined || 'output' in second.next ? undefined : second.next;
    const round = next.shape.number;
    const joint = new PendingRound<Out>(
      next.shape,
      (inbox) => {
        const advanced = attempt(() => other?.advance(mirrored(inbox, round)));
        return both(next.advance(inbox), advanced);
      },
      () => {
        next.abandon();
        other?.abandon();
      },
    );
    return { ...first, next: joint };
  };

  return {
    identity,
    session: () => established,
    said: (round, to) => bodies.get(slot(round, to)),
    ceremony: {
      ...ceremony,
      begin(session, secrets) {
        established = session;
        const first = ceremony.begin(session, secrets);
        const second = ceremony.begin(session, { ...secrets, random });
        return { rounds: first.rounds, start: () => both(first.start(), second.start()) };
      },
    },
  };
}

/** The second face may be found out: then it falls silent. */
function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}
