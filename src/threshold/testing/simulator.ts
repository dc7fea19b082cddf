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
import { toHex } from '../../codec.ts';
import type { PartyIndex } from '../abort.ts';
import type { Certificate } from '../certificate.ts';
import type { KeyInfo, KeyShare, Member } from '../keys.ts';
import type { RandomSource } from '../random.ts';
import { platformIdentity } from './platform-identity.ts';
import { pick, requestId } from './seeded.ts';
import { Certificates } from './simulator-certificates.ts';
import { Invariant } from './simulator-invariant.ts';
import { Run, type Setting, type SimDevice } from './simulator-run.ts';
import { Schedule } from './simulator-schedule.ts';
import { Sessions } from './simulator-sessions.ts';

/** Devices, their disks, what is on its way, and what they are waiting for. */
export class World {
  readonly devices: readonly SimDevice[];
  readonly trace: readonly string[];
  readonly tally: Run['tally'];
  readonly random: RandomSource;
  readonly #run: Run;
  readonly #schedule: Schedule;
  readonly #sessions: Sessions;
  readonly #certificates: Certificates;
  readonly #invariant: Invariant;
  #rooms = 0;

  constructor(setting: Setting) {
    this.#run = new Run(setting);
    ({ trace: this.trace, tally: this.tally, random: this.random } = this.#run);
    this.#schedule = new Schedule(this.#run);
    this.#sessions = new Sessions(this.#run, this.#schedule, (device, certificate) => {
      this.#offer(device, certificate);
    });
    this.#certificates = new Certificates(setting.library);
    this.#invariant = new Invariant(this.#run, this.#certificates);
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

  /** Whether the network loses and delays, and devices crash where it hurts most. */
  set faulty(faulty: boolean) {
    this.#run.faulty = faulty;
  }

  /** Whether something can happen without a crash, a time-out or a person. */
  get busy(): boolean {
    return this.#schedule.busy;
  }

  /** Ceremonies that devices are in. */
  get sessions(): number {
    return this.#sessions.count;
  }

  /** Makes a device crash right before its event number `point`. */
  plan(device: SimDevice, point: number): void {
    this.#schedule.plan(device, point);
  }

  /** Planned crashes that have not happened. */
  get crashesAhead(): number {
    return this.#schedule.crashesAhead;
  }

  /** Puts a key that exists already onto the disks of its members. */
  install(
    info: KeyInfo,
    certificate: Certificate,
    secretOf: (index: PartyIndex) => Uint8Array,
  ): void {
    const { library } = this.#run.setting;
    for (const { index, identity } of info.members) {
      const device = this.#owner(identity);
      const share = new library.KeyShare(info, index, secretOf(index));
      const confirmed = library.confirmPending(device.disk, certificate, share);
      device.disk = library.acceptCertificate(confirmed, certificate).state;
      device.hoard.push(share);
    }
    this.#invariant.keyExists();
  }

  // --- ceremonies -------------------------------------------------------------------------------

  /** Everyone named starts a key generation. */
  generate(names: readonly string[], threshold: number): void {
    const { library, suite } = this.#run.setting;
    const room = this.#room();
    const members = names.map((name, i) => ({
      index: i + 1,
      identity: this.device(name).identity.publicKey,
    }));
    const context = { suite, requestId: requestId(room), threshold, members };
    this.#run.note(`${room}: key generation of ${names.join('')}, t=${String(threshold)}`);
    for (const { index, identity } of members) {
      const ceremony = library.keygenCeremony(context, index);
      this.#sessions.join({ room, device: this.#owner(identity), party: index, ceremony });
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
    const { library, suite } = this.#run.setting;
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
    this.#run.note(
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
      this.#sessions.join({ room, device, party, ceremony });
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
    const { library } = this.#run.setting;
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

  // --- certificates and confirmations (K5) ---------------------------------------------------------

  /** A device sends another all certificates it has, and its confirmations again: each a packet. */
  sync(from: SimDevice, to: SimDevice): void {
    const { library } = this.#run.setting;
    const bytes = from.disk.certificates.map((one) => library.encodeCertificate(one));
    const packets = [
      ...bytes.map((one) => () => {
        this.#offer(to, this.#certificates.read(one));
      }),
      ...this.#certificates.ownConfirms(from).map(({ sid, index, signature }) => () => {
        const known = to.heard.get(sid) ?? new Map<PartyIndex, Uint8Array>();
        to.heard.set(sid, known.set(index, signature));
        for (const certificate of this.#certificates.assembled(to, sid))
          this.#offer(to, certificate);
      }),
    ];
    for (const run of packets) {
      if (this.#run.faulty && this.#run.oneIn(3)) continue;
      this.#schedule.fly({ device: to, what: `again from ${from.name}`, run });
    }
  }

  /** A device got hold of a certificate: it checks it and writes what follows. */
  #offer(device: SimDevice, certificate: Certificate): void {
    const { library } = this.#run.setting;
    if (!this.#certificates.holds(device.disk, certificate)) {
      void this.#schedule.await(device, 'accept', () => {
        const accepted = this.#certificates.accept(device.disk, certificate);
        if (accepted === undefined) return;
        const { effect, state } = accepted;
        if (effect === 'activated') this.tally.activated += 1;
        if (effect === 'retired') this.tally.retired += 1;
        const { epoch, attempt } = this.#certificates.heightOf(certificate);
        this.#run.note(
          `${device.name}: certificate ${String(epoch)}/${String(attempt)} of ` +
            `${toHex(library.describeDraft(certificate).height.sid).slice(0, 4)}: ${effect}`,
        );
        this.#run.write(device, state);
      });
    }
  }

  // --- what can happen -----------------------------------------------------------------------------

  /** The power fails: memory and sessions are gone, what was written stays. */
  crash(device: SimDevice): void {
    this.#run.note(`${device.name} crashes`);
    this.tally.crashes += 1;
    device.up = false;
    device.heard = new Map();
    this.#schedule.forget(device);
    this.#sessions.drop(device);
  }

  restart(device: SimDevice): void {
    device.up = true;
  }

  /** A session that waits gives up. */
  expire(at: number): void {
    this.#sessions.expire(at);
  }

  /** The user of a retired device confirms that its share may go. */
  deleteRetired(device: SimDevice): void {
    if (!device.disk.retired || !device.up) return;
    void this.#schedule.await(device, 'delete', () => {
      this.#run.note(`${device.name} deletes what it had`);
      this.#run.write(device, this.#run.setting.library.deleteRetired(device.disk));
    });
  }

  /** A packet that was held back arrives after all. */
  release(): void {
    this.#schedule.release();
  }

  /** Loses, or repeats, one packet on its way. */
  disturb(how: 'lose' | 'repeat'): void {
    this.#schedule.disturb(how);
  }

  /** The next event, oldest first, or any. */
  async step(order: 'oldest' | 'any'): Promise<void> {
    this.#schedule.next(order, (device) => {
      this.crash(device);
    });
    await settled();
    this.#invariant.check(this.honest);
  }

  /** Runs until nothing is left to happen. Sessions that then still wait give up. */
  async finish(): Promise<void> {
    while (this.busy || this.sessions > 0) {
      if (!this.busy) this.expire(0);
      await this.step('oldest');
    }
  }

  /** Everything works again, and everyone exchanges certificates and confirmations. */
  async heal(): Promise<void> {
    this.#run.note('all is well again');
    this.#schedule.cancelCrashes();
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
}

/** Lets everything that follows from one event happen. */
const settled = async (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });
