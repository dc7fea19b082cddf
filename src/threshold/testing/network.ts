/**
 * An in-memory carrier for whole ceremonies: real packets, real driver, no clock. A packet arrives only
 * when every party waits for one, so the seed alone decides the order; when all wait and nothing is on
 * its way, the carrier gives up, as a time-out would.
 */
import { concat, equalBytes, toHex } from '../../codec.ts';
import { ProtocolError, type PartyIndex } from '../abort.ts';
import { hash } from '../hash.ts';
import { SIGNATURE_BYTES, verifyIdentity } from '../identity.ts';
import { checkRandom } from '../random.ts';
import type { DurableRecord } from '../records.ts';
import { bytes, struct } from '../schema.ts';
import type { Ceremony, SecretSources } from '../session/ceremony.ts';
import { runCeremony, type Carrier, type Device } from '../session/driver.ts';
import { Handshake, NonceMemory, type HandshakeSpec } from '../session/handshake.ts';
import { ABORT_ROUND } from '../session/packet.ts';
import {
  awaitRound,
  of,
  PendingRound,
  requireEcho,
  type Outgoing,
  type Transition,
} from '../session/round.ts';
import type { Session } from '../session/session.ts';
import { TAGS } from '../tags.ts';
import type { Player } from './lockstep.ts';
import { pick, seeded, testIdentity, type TestIdentity } from './seeded.ts';

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
    return order === 'reversed' ? this.#flying.length - 1 : pick(this.#random, this.#flying.length);
  }
}

/** Something that a device did, in the order in which it happened. */
export type TraceEntry =
  | { readonly what: 'stage'; readonly party: PartyIndex; readonly stage: string }
  | { readonly what: 'store'; readonly party: PartyIndex; readonly record: DurableRecord }
  | { readonly what: 'send'; readonly party: PartyIndex; readonly packet: Uint8Array };

/** How a run is set up. */
export interface RunOptions extends NetworkOptions {
  /** Decides what the devices draw; the network's seed unless told. */
  readonly secrets?: string;
  /** Changes parts of a device. */
  readonly device?: (party: PartyIndex, device: Device) => Device;
}

/** How a run ended. */
export interface Run<Out> {
  readonly results: ReadonlyMap<PartyIndex, PromiseSettledResult<Out>>;
  readonly network: MemoryNetwork;
  readonly trace: readonly TraceEntry[];
}

const secretsOf = (seed: string, party: PartyIndex): SecretSources => ({
  random: seeded(`${seed}/${String(party)}`),
  deviceSecret: seeded(`${seed}/device/${String(party)}`)(32),
});

/** Runs the driver of every party over one network, until each has finished or failed. */
export async function runAll<Out>(
  players: ReadonlyMap<PartyIndex, Player<Out>>,
  options: RunOptions,
): Promise<Run<Out>> {
  const network = new MemoryNetwork(players.keys(), options);
  const trace: TraceEntry[] = [];
  const seed = options.secrets ?? options.seed;
  const running = [...players].map(async ([party, { ceremony, identity }]) => {
    const carrier = network.carrier(party);
    const device: Device = {
      identity,
      secrets: secretsOf(seed, party),
      nonces: new NonceMemory(),
      nextCounter: () => 1n,
      carrier: {
        send: async (packet, to) => {
          trace.push({ what: 'send', party, packet: packet.slice() });
          await carrier.send(packet, to);
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

/** The abort notices among the packets of a log. */
export const noticesIn = (log: readonly Transit[]): Transit[] =>
  log.filter(({ packet }) => headerOf(packet).round === ABORT_ROUND);

/** The largest round of which a party sent anything, abort notices aside. */
export const lastRoundOf = (log: readonly Transit[], party: PartyIndex): number =>
  log
    .filter(({ from }) => from === party)
    .map(({ packet }) => headerOf(packet).round)
    .filter((round) => round !== ABORT_ROUND)
    .reduce((largest, round) => Math.max(largest, round), 0);

/** What a toy ceremony is about. */
export interface ToyOptions {
  readonly self: PartyIndex;
  readonly identities: ReadonlyMap<PartyIndex, TestIdentity>;
  /** Says what is agreed on: parties with another topic have another context. */
  readonly topic?: string;
  readonly frame?: Pick<HandshakeSpec, 'suite' | 'protocol'>;
  /** Thrown by this party's step when it has the messages of the round. */
  readonly fails?: { readonly round: 1 | 2; readonly error: Error };
  /** Told what happens to the ceremony's state. */
  readonly onEvent?: (event: 'released' | 'wiped') => void;
}

/** What every party of a toy ceremony ends with. */
export interface ToyOutput {
  readonly sid: string;
  /** What everyone said, ascending: equal for all. */
  readonly said: readonly string[];
  /** What the others told this party. */
  readonly told: readonly string[];
}

const toyRounds = (parties: readonly PartyIndex[], self: PartyIndex) =>
  ({
    greet: {
      number: 1,
      stage: 'greet',
      broadcast: { from: parties, schema: struct({ word: bytes(8) }) },
      direct: {
        from: parties.filter((party) => party !== self),
        schema: struct({ secret: bytes(16) }),
      },
    },
    agree: {
      number: 2,
      stage: 'confirm',
      broadcast: {
        from: parties,
        schema: struct({ echo: bytes(32), signature: bytes(SIGNATURE_BYTES) }),
      },
    },
  }) as const;

/** A protocol with every kind of message and next to no computation: what is around it shows. */
export function toyCeremony(options: ToyOptions): Ceremony<ToyOutput> {
  const { self, identities, topic = 'toy', fails, onEvent } = options;
  const frame = options.frame ?? { suite: 'mpc-frost/v1/ed25519', protocol: 'dkg' };
  const context = Uint8Array.from(topic, (letter) => letter.charCodeAt(0));
  const parties = [...identities.keys()].sort((a, b) => a - b);
  const rounds = toyRounds(parties, self);
  const wipe = (): void => onEvent?.('wiped');
  const failIn = (round: 1 | 2): void => {
    if (fails?.round === round) throw fails.error;
  };
  return {
    handshake: {
      ...frame,
      context,
      self,
      roster: new Map([...identities].map(([party, { publicKey }]) => [party, publicKey])),
      extra: new Uint8Array(),
      complete: () => context,
    },
    begin(session, { random }) {
      const start = (): Transition<ToyOutput> => ({
        send: [
          { to: 'all', body: random(8) },
          ...session.peers.map((to) => ({ to, body: random(16) })),
        ],
        next: awaitRound(
          rounds.greet,
          ({ broadcasts, said, told }) => {
            failIn(1);
            return agree(session.echo(1, broadcasts), [...said.values()], [...told.values()]);
          },
          wipe,
        ),
      });
      const agree = (
        echo: Uint8Array,
        said: readonly { readonly word: Uint8Array }[],
        told: readonly { readonly secret: Uint8Array }[],
      ): Transition<ToyOutput> => ({
        persist: [{ kind: 'maybe-signed', kid: echo, sid: session.sid, items: [] }],
        send: [{ to: 'all', body: echo, attest: hash(TAGS.confirm, session.sid, echo) }],
        next: awaitRound(
          rounds.agree,
          ({ said: agreed }) => {
            failIn(2);
            for (const [party, message] of agreed) {
              requireEcho(equalBytes(message.echo, echo), 1);
              const digest = hash(TAGS.confirm, session.sid, message.echo);
              if (!verifyIdentity(session.identityOf(party), digest, message.signature)) {
                throw new ProtocolError("A'", 'signature fails', party);
              }
            }
            const output: ToyOutput = {
              sid: toHex(session.sid),
              said: said.map(({ word }) => toHex(word)),
              told: told.map(({ secret }) => toHex(secret)),
            };
            return { send: [], next: { output } };
          },
          wipe,
        ),
      });
      return { rounds: Object.values(rounds), start };
    },
    release: () => onEvent?.('released'),
  };
}

/**
 * A ceremony whose party says something else than the protocol wants: the messages are changed before they
 * are signed and sealed, so that they authenticate.
 */
export function deviating<Out>(
  ceremony: Ceremony<Out>,
  change: (message: Outgoing, round: number) => Outgoing,
): Ceremony<Out> {
  const changed = (transition: Transition<Out>): Transition<Out> => {
    const { next } = transition;
    if ('output' in next) return transition;
    const { number } = next.shape;
    return {
      ...transition,
      send: transition.send.map((message) => change(message, number)),
      next: new PendingRound(
        next.shape,
        (inbox) => changed(next.advance(inbox)),
        () => {
          next.abandon();
        },
      ),
    };
  };
  return {
    ...ceremony,
    begin(session, secrets) {
      const protocol = ceremony.begin(session, secrets);
      return { ...protocol, start: () => changed(protocol.start()) };
    },
  };
}

/** Identities of parties 1 to n. */
export const identitiesOf = (count: number, name = 'party'): Map<PartyIndex, TestIdentity> =>
  new Map(
    Array.from({ length: count }, (_, i) => [i + 1, testIdentity(`${name}-${String(i + 1)}`)]),
  );

/** A toy ceremony of all parties. */
export const toyPlayers = (
  identities: ReadonlyMap<PartyIndex, TestIdentity>,
  options: (party: PartyIndex) => Partial<ToyOptions> = () => ({}),
): Map<PartyIndex, Player<ToyOutput>> =>
  new Map(
    [...identities].map(([self, identity]) => [
      self,
      { ceremony: toyCeremony({ self, identities, ...options(self) }), identity },
    ]),
  );

/** A handshake of every party, with the draws that the driver makes for the same seed. */
export function handshakesOf(
  specs: ReadonlyMap<PartyIndex, HandshakeSpec>,
  seed: string,
): Map<PartyIndex, Handshake> {
  return new Map(
    [...specs].map(([party, spec]) => {
      const { random, deviceSecret } = secretsOf(seed, party);
      checkRandom(random);
      const hedge = { deviceSecret, counter: 1n };
      return [party, new Handshake(spec, random, new NonceMemory(), hedge)];
    }),
  );
}

/** The signed records that the handshakes send. */
export const recordsOf = (
  handshakes: ReadonlyMap<PartyIndex, Handshake>,
  identities: ReadonlyMap<PartyIndex, TestIdentity>,
): Map<PartyIndex, Uint8Array> =>
  new Map(
    [...handshakes].map(([party, { record, digest }]) => [
      party,
      concat(record, of(identities, party).sign(digest)),
    ]),
  );

/** The sessions that a toy ceremony with this seed has. */
export function toySessions(
  identities: ReadonlyMap<PartyIndex, TestIdentity>,
  seed: string,
  options: Partial<ToyOptions> = {},
): Map<PartyIndex, Session> {
  const specs = new Map(
    [...identities.keys()].map((self) => [
      self,
      toyCeremony({ self, identities, ...options }).handshake,
    ]),
  );
  const handshakes = handshakesOf(specs, seed);
  const records = recordsOf(handshakes, identities);
  return new Map([...handshakes].map(([party, handshake]) => [party, handshake.finish(records)]));
}
