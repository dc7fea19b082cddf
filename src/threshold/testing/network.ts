/**
 * An in-memory carrier for whole ceremonies: real packets, real driver, no clock. A packet arrives only
 * when every party waits for one, so the seed alone decides the order; when all wait and nothing is on
 * its way, the carrier gives up, as a time-out would.
 */
import { concat } from '../../codec.ts';
import type { PartyIndex } from '../abort.ts';
import type { DurableRecord } from '../records.ts';
import { runCeremony, type Carrier, type Device } from '../session/driver.ts';
import { NonceMemory } from '../session/handshake.ts';
import type { Player } from './lockstep.ts';
import { pick, seeded } from './seeded.ts';

/** A packet on its way to one receiver. */
export interface Transit {
  readonly from: PartyIndex;
  readonly to: PartyIndex;
  readonly packet: Uint8Array;
}

/** What the relay hands on in place of a packet: nothing, one packet, or several. */
export type Relay = (transit: Transit) => readonly Uint8Array[];

/** How packets travel. */
export interface NetworkOptions {
  /** Decides every choice of the scheduler. */
  readonly seed: string;
  /** Which of the packets on their way to waiting parties arrives next; `random` unless told. */
  readonly order?: 'sent' | 'reversed' | 'random';
  readonly relay?: Relay;
  /** Whether the carrier refuses to send this packet. */
  readonly refuses?: (transit: Transit) => boolean;
}

/** Why `receive` rejected. */
export class CarrierClosed extends Error {
  constructor() {
    super('the carrier gave up');
    this.name = 'CarrierClosed';
  }
}

interface Waiter {
  readonly resolve: (packet: Uint8Array) => void;
  readonly reject: (error: Error) => void;
}

/** Carriers for the parties of one session. */
export class MemoryNetwork {
  /** Every packet that a party handed to its carrier, one entry per receiver, before the relay saw it. */
  readonly log: Transit[] = [];
  readonly #options: NetworkOptions;
  readonly #random: (length: number) => Uint8Array;
  readonly #active: Set<PartyIndex>;
  readonly #waiting = new Map<PartyIndex, Waiter>();
  #flying: { readonly to: PartyIndex; readonly packet: Uint8Array }[] = [];
  #scheduled = false;

  constructor(parties: Iterable<PartyIndex>, options: NetworkOptions) {
    this.#options = options;
    this.#random = seeded(`${options.seed}/network`);
    this.#active = new Set(parties);
  }

  /** The carrier of one party. */
  carrier(self: PartyIndex): Carrier {
    return {
      send: (packet, to) => {
        const receivers = to === 'all' ? [...this.#active] : [to];
        for (const receiver of receivers.filter((party) => party !== self)) {
          const transit: Transit = { from: self, to: receiver, packet: packet.slice() };
          if (this.#options.refuses?.(transit) === true) throw new CarrierClosed();
          this.log.push(transit);
          for (const arriving of this.#options.relay?.(transit) ?? [packet]) {
            this.inject(receiver, arriving);
          }
        }
      },
      receive: async () =>
        new Promise((resolve, reject) => {
          if (!this.#active.has(self)) {
            reject(new CarrierClosed());
            return;
          }
          this.#waiting.set(self, { resolve, reject });
          this.#schedule();
        }),
    };
  }

  /** Puts a packet on its way to a party, whoever made it. */
  inject(to: PartyIndex, packet: Uint8Array): void {
    if (this.#active.has(to)) this.#flying.push({ to, packet: packet.slice() });
  }

  /** Ends the carrier of one party: `receive` rejects, now and later. */
  close(party: PartyIndex): void {
    this.#active.delete(party);
    this.#flying = this.#flying.filter(({ to }) => to !== party);
    this.#waiting.get(party)?.reject(new CarrierClosed());
    this.#waiting.delete(party);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      if (this.#waiting.size === this.#active.size) this.#deliver();
    });
  }

  /** Everyone waits: one packet arrives, or nothing ever will. */
  #deliver(): void {
    const next = this.#choose();
    const [arriving] = next === undefined ? [] : this.#flying.splice(next, 1);
    if (arriving === undefined) {
      for (const party of [...this.#active]) this.close(party);
      return;
    }
    const waiter = this.#waiting.get(arriving.to);
    this.#waiting.delete(arriving.to);
    waiter?.resolve(arriving.packet);
  }

  #choose(): number | undefined {
    if (this.#flying.length === 0) return undefined;
    const { order = 'random' } = this.#options;
    if (order === 'sent') return 0;
    return order === 'reversed'
      ? this.#flying.length - 1
      : pick(this.#random, this.#flying.length);
  }
}

/** Something that a device did, in the order in which it happened. */
export type TraceEntry =
  | { readonly what: 'stage'; readonly party: PartyIndex; readonly stage: string }
  | { readonly what: 'store'; readonly party: PartyIndex; readonly record: DurableRecord }
  | { readonly what: 'send'; readonly party: PartyIndex; readonly packet: Uint8Array };

/** How a run is set up. */
export interface RunOptions extends NetworkOptions {
  /** Changes parts of a device. */
  readonly device?: (party: PartyIndex, device: Device) => Device;
}

/** How a run ended. */
export interface Run<Out> {
  readonly results: ReadonlyMap<PartyIndex, PromiseSettledResult<Out>>;
  readonly network: MemoryNetwork;
  readonly trace: readonly TraceEntry[];
}

/** Runs the driver of every party over one network, until each has finished or failed. */
export async function runAll<Out>(
  players: ReadonlyMap<PartyIndex, Player<Out>>,
  options: RunOptions,
): Promise<Run<Out>> {
  const network = new MemoryNetwork(players.keys(), options);
  const trace: TraceEntry[] = [];
  const running = [...players].map(async ([party, { ceremony, identity }]) => {
    const carrier = network.carrier(party);
    const device: Device = {
      identity,
      secrets: {
        random: seeded(`${options.seed}/${String(party)}`),
        deviceSecret: seeded(`${options.seed}/device/${String(party)}`)(32),
      },
      nonces: new NonceMemory(),
      nextCounter: () => 1n,
      carrier: {
        send: (packet, to) => {
          trace.push({ what: 'send', party, packet: packet.slice() });
          return carrier.send(packet, to);
        },
        receive: async () => carrier.receive(),
      },
      store: (record) => {
        trace.push({ what: 'store', party, record });
      },
      onStage: (stage) => {
        trace.push({ what: 'stage', party, stage });
      },
    };
    try {
      return await runCeremony(ceremony, options.device?.(party, device) ?? device);
    } finally {
      network.close(party);
    }
  });
  const settled = await Promise.allSettled(running);
  const results = new Map(
    [...players.keys()].flatMap((party, i) => {
      const result = settled[i];
      return result === undefined ? [] : [[party, result] as const];
    }),
  );
  return { results, network, trace };
}

/** The results, when every party has one. @throws what the first party threw that has none */
export function outputsOf<Out>(run: Run<Out>): Map<PartyIndex, Out> {
  return new Map(
    [...run.results].map(([party, result]) => {
      if (result.status === 'rejected') throw result.reason;
      return [party, result.value];
    }),
  );
}

/** Why a party has no result; `undefined` when it has one. */
export function errorOf(run: Run<unknown>, party: PartyIndex): unknown {
  const result = run.results.get(party);
  return result?.status === 'rejected' ? (result.reason as unknown) : undefined;
}

/** The fields of a packet's header, read without any check. */
export interface Header {
  readonly round: number;
  readonly from: number;
  readonly to: number;
  readonly session: Uint8Array;
  readonly body: Uint8Array;
}

/** Where each field of the header lies. */
export const HEADER_FIELDS = {
  version: { offset: 0, length: 1 },
  suite: { offset: 1, length: 1 },
  protocol: { offset: 2, length: 1 },
  round: { offset: 3, length: 1 },
  from: { offset: 4, length: 2 },
  to: { offset: 6, length: 2 },
  session: { offset: 8, length: 32 },
  length: { offset: 40, length: 4 },
} as const;

/** Reads a packet's header; `body` is all that follows it. */
export function headerOf(packet: Uint8Array): Header {
  const view = new DataView(packet.buffer, packet.byteOffset, packet.byteLength);
  return {
    round: view.getUint8(3),
    from: view.getUint16(4),
    to: view.getUint16(6),
    session: packet.slice(8, 40),
    body: packet.slice(44),
  };
}

/** A copy with some bytes replaced. */
export function overwrite(bytes: Uint8Array, offset: number, replacement: Uint8Array): Uint8Array {
  const end = offset + replacement.length;
  return concat(bytes.slice(0, offset), replacement, bytes.slice(end));
}

/** A copy with the bits of `mask` flipped in one byte. */
export function flip(bytes: Uint8Array, offset: number, mask = 1): Uint8Array {
  const copy = bytes.slice();
  copy[offset] = (copy[offset] ?? 0) ^ mask;
  return copy;
}
