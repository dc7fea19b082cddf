/** The ceremonies of a simulation: who is in which, what they send each other and what they store. */
import { toHex } from '../../codec.ts';
import type { PartyIndex } from '../abort.ts';
import type { Certificate, CertificateDraft } from '../certificate.ts';
import type { DurableRecord } from '../records.ts';
import type { Ceremony } from '../session/ceremony.ts';
import type { Device } from '../session/driver.ts';
import { broadcastDigest, sealBroadcast } from '../session/packet.ts';
import { headerOf } from './network.ts';
import { pick, seeded } from './seeded.ts';
import type { Run, SimDevice } from './simulator-run.ts';
import type { Schedule, SimEvent } from './simulator-schedule.ts';
import { twoFaced, type Faces } from './two-faced.ts';

/** Key generation and redistribution both end with the confirmations of round 5. */
const LAST_ROUND = 5;

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

export class Sessions {
  readonly #run: Run;
  readonly #schedule: Schedule;
  readonly #offer: (device: SimDevice, certificate: Certificate) => void;
  #live: Live[] = [];

  /** @param offer what becomes of the certificate at the end of a ceremony */
  constructor(
    run: Run,
    schedule: Schedule,
    offer: (device: SimDevice, certificate: Certificate) => void,
  ) {
    this.#run = run;
    this.#schedule = schedule;
    this.#offer = offer;
  }

  /** Ceremonies that devices are in. */
  get count(): number {
    return this.#live.length;
  }

  join({ room, device, party, ceremony }: Joining): void {
    const { random } = this.#run;
    const { library, seed } = this.#run.setting;
    const { identity } = device;
    const live: Live = { room, device, party, inbox: [], waiter: undefined, draft: undefined };
    this.#live.push(live);
    device.counter += 1;
    const source = `sim/${seed}/${device.name}/${String(device.counter)}`;
    const faces =
      device.byzantine && pick(random, 6) === 0
        ? twoFaced(ceremony, identity, seeded(`${source}/other`))
        : undefined;
    const schedule = this.#schedule;
    const io: Device = {
      identity: {
        publicKey: identity.publicKey,
        sign: async (digest) => schedule.await(device, 'sign', () => identity.sign(digest)),
      },
      secrets: { random: seeded(source), deviceSecret: seeded(`sim/${device.name}/device`)(32) },
      nonces: new library.NonceMemory(),
      nextCounter: async () => schedule.await(device, 'count', () => BigInt(device.counter)),
      carrier: {
        send: async (packet, to) =>
          schedule.await(device, 'send', () => {
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
        schedule.await(device, 'write', () => {
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

  /** A device crashes: its sessions are gone. */
  drop(device: SimDevice): void {
    this.#live = this.#live.filter((live) => live.device !== device);
  }

  /** A session that waits gives up. */
  expire(at: number): void {
    const waiting = this.#live.filter(({ waiter }) => waiter !== undefined);
    const live = waiting[at % Math.max(1, waiting.length)];
    live?.waiter?.reject(new Error('time-out'));
    if (live !== undefined) live.waiter = undefined;
  }

  #store(live: Live, record: DurableRecord): void {
    if (record.kind !== 'pending-key') return;
    const { device } = live;
    const { draft, share } = record.pending;
    if (device.byzantine) device.hoard.push(share);
    try {
      const { library } = this.#run.setting;
      this.#run.write(device, library.confirmPending(device.disk, draft, share));
      live.draft = draft;
    } catch (error) {
      if (!device.byzantine) throw error; // the confirmation is not sent
    }
  }

  #fail(live: Live, error: unknown): void {
    const { device, draft } = live;
    if (device.byzantine) return;
    this.#run.tally.aborted += 1;
    const reason = error instanceof Error ? error.message : 'no reason';
    this.#run.note(`${device.name} leaves ${live.room}: ${reason}`);
    const { library, onFailure } = this.#run.setting;
    if (onFailure !== 'forget' || draft === undefined) return;
    const { sid } = library.describeDraft(draft).height;
    const pending = device.disk.pending.filter(({ height }) => toHex(height.sid) !== toHex(sid));
    this.#run.write(device, { ...device.disk, pending });
  }

  #leave(live: Live): void {
    this.#live = this.#live.filter((other) => other !== live);
  }

  #send(live: Live, packet: Uint8Array, to: PartyIndex | 'all', faces: Faces | undefined): void {
    const { device, room } = live;
    for (const other of this.#live) {
      if (other.room !== room || other === live) continue;
      if (to !== 'all' && other.party !== to) continue;
      const arriving = (device.byzantine ? twist(packet, other.party, faces) : packet).slice();
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
      const { faulty } = this.#run;
      const holdsBack = device.byzantine && this.#run.oneIn(last ? 2 : 12);
      if (holdsBack || (faulty && last && this.#run.oneIn(5))) this.#schedule.withhold(event);
      else if (!faulty || !this.#run.oneIn(last ? 6 : 1000)) this.#schedule.fly(event);
    }
  }
}

/** A two-faced device shows its other face to receivers with an even number. */
function twist(packet: Uint8Array, to: PartyIndex, faces: Faces | undefined): Uint8Array {
  const { round, to: addressee } = headerOf(packet);
  const session = faces?.session();
  const body = to % 2 === 0 && addressee === 0 ? faces?.said(round, 'all') : undefined;
  if (session === undefined || body === undefined || faces === undefined) return packet;
  const slot = { round, from: session.self, to: 0 };
  const signature = faces.identity.sign(broadcastDigest(session, slot, body));
  return sealBroadcast(session, slot, body, signature);
}
