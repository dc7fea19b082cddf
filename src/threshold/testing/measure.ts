/**
 * Runs all parties of a ceremony on one thread, with the packets that the driver would send, and measures
 * what each party spends: per round from the bodies that came in to the bodies that go out, and apart from
 * it for the handshake and for the packets.
 */
import { concat } from '../../codec.ts';
import { UsageError, type PartyIndex } from '../abort.ts';
import type { Ceremony } from '../session/ceremony.ts';
import { Handshake, handshakeId, NonceMemory } from '../session/handshake.ts';
import { Mailbox } from '../session/mailbox.ts';
import {
  broadcastDigest,
  openHandshakePacket,
  openPacket,
  sealBroadcast,
  sealDirect,
} from '../session/packet.ts';
import type { Outgoing, PendingRound, Transition } from '../session/round.ts';
import type { Session } from '../session/session.ts';
import type { TestIdentity } from './seeded.ts';

/** One party. */
export interface Player<Out> {
  /** Builds the ceremony; counted as part of its first round. */
  readonly ceremony: () => Ceremony<Out>;
  readonly identity: TestIdentity;
}

/** What was sent. */
export interface Bytes {
  /** A broadcast counted once per receiver. */
  readonly copies: number;
  /** A broadcast counted once, as a party sends it to a relay that hands it on. */
  readonly relayed: number;
}

/** What one run cost one party. */
export interface Cost {
  /** Milliseconds of every step: the one that makes the messages of round 1, ..., the one with the result. */
  readonly stepMs: readonly number[];
  /** Milliseconds of the handshake: records signed and verified, channel keys. */
  readonly handshakeMs: number;
  /** Milliseconds spent on sealing and opening the packets of the rounds. */
  readonly packetMs: number;
  /** The messages of the rounds alone. */
  readonly bodies: Bytes;
  /** All packets: handshake, headers, signatures and authentication tags too. */
  readonly packets: Bytes;
}

/** One run. */
export interface Run<Out> {
  readonly costs: ReadonlyMap<PartyIndex, Cost>;
  readonly outputs: ReadonlyMap<PartyIndex, Out>;
}

/** The platform's generator, in pieces it accepts. */
export function platformRandom(length: number): Uint8Array {
  const out = new Uint8Array(length);
  for (let at = 0; at < length; at += 65_536) {
    crypto.getRandomValues(out.subarray(at, Math.min(length, at + 65_536)));
  }
  return out;
}

/**
 * Runs one ceremony to the end.
 *
 * @throws what a party throws: a benchmark of failures measures nothing
 */
export function measure<Out>(players: ReadonlyMap<PartyIndex, Player<Out>>): Run<Out> {
  const parties = [...players].map(([number, player]) => new Party(number, player));
  const post = (letters: readonly Letter[]): void => {
    for (const letter of letters) {
      for (const party of parties) party.deliver(letter, parties.length - 1);
    }
  };
  post(parties.map((party) => party.greet()));
  for (const party of parties) party.shakeHands();
  const waiting = new Map(parties.map((party) => [party, party.start()]));
  for (const letters of waiting.values()) post(letters);
  while (parties.some(({ output }) => output === undefined)) {
    // Everyone takes one step before any packet of it arrives.
    const letters = parties.map((party) => party.advance());
    if (letters.every((sent) => sent === undefined)) throw new UsageError('all parties wait');
    for (const sent of letters) post(sent ?? []);
  }
  for (const party of parties) party.release();
  return {
    costs: new Map(parties.map((party) => [party.number, party.cost])),
    outputs: new Map(
      parties.flatMap(({ number, output }) => (output === undefined ? [] : [[number, output]])),
    ),
  };
}

/** A packet with the body inside it, for counting. */
interface Letter {
  readonly from: PartyIndex;
  readonly to: PartyIndex | 'all';
  readonly packet: Uint8Array;
  /** 0 in the handshake. */
  readonly bodyLength: number;
}

type Clock = 'handshake' | 'packet' | 'step';

class Party<Out> {
  readonly number: PartyIndex;
  readonly #player: Player<Out>;
  readonly #secrets = { random: platformRandom, deviceSecret: platformRandom(32) };
  readonly #ceremony: Ceremony<Out>;
  readonly #records = new Map<PartyIndex, Uint8Array>();
  readonly #arrived: Uint8Array[] = [];
  readonly #spent: Record<Clock, number> = { handshake: 0, packet: 0, step: 0 };
  readonly #stepMs: number[] = [];
  readonly #bodies = { copies: 0, relayed: 0 };
  readonly #packets = { copies: 0, relayed: 0 };
  #handshake: Handshake | undefined;
  #session: Session | undefined;
  #mailbox: Mailbox | undefined;
  #pending: PendingRound<Out> | undefined;
  output: Out | undefined;

  constructor(number: PartyIndex, player: Player<Out>) {
    this.number = number;
    this.#player = player;
    this.#ceremony = this.#timed('step', player.ceremony);
  }

  get cost(): Cost {
    const { handshake, packet } = this.#spent;
    return {
      stepMs: this.#stepMs,
      handshakeMs: handshake,
      packetMs: packet,
      bodies: this.#bodies,
      packets: this.#packets,
    };
  }

  /** Round 0: the own signed record. */
  greet(): Letter {
    return this.#timed('handshake', () => {
      const { handshake: spec } = this.#ceremony;
      const hedge = { deviceSecret: this.#secrets.deviceSecret, counter: 0n };
      const handshake = new Handshake(spec, this.#secrets.random, new NonceMemory(), hedge);
      const signature = this.#player.identity.sign(handshake.digest);
      const slot = { round: 0, from: this.number, to: 0 };
      this.#handshake = handshake;
      this.#records.set(this.number, concat(handshake.record, signature));
      const packet = sealBroadcast(this.#frame, slot, handshake.record, signature);
      return { from: this.number, to: 'all', packet, bodyLength: 0 };
    });
  }

  /** Takes everyone's record; each is verified twice, as in the driver. */
  shakeHands(): void {
    this.#timed('handshake', () => {
      const handshake = known(this.#handshake);
      for (const arrived of this.#arrived.splice(0)) {
        const packet = openHandshakePacket(this.#frame, arrived);
        if (packet === undefined || !handshake.admits(packet.from, packet.body)) {
          throw new UsageError('a session record was refused');
        }
        this.#records.set(packet.from, packet.body);
      }
      this.#session = handshake.finish(this.#records);
    });
  }

  start(): readonly Letter[] {
    return this.#step(() => {
      const protocol = this.#ceremony.begin(known(this.#session), this.#secrets);
      this.#mailbox = new Mailbox(this.number, protocol.rounds);
      return protocol.start();
    });
  }

  /** The next step, if all its messages are there. */
  advance(): readonly Letter[] | undefined {
    const pending = this.#pending;
    if (pending === undefined) return undefined;
    const mailbox = known(this.#mailbox);
    this.#timed('packet', () => {
      for (const arrived of this.#arrived.splice(0)) {
        const packet = openPacket(known(this.#session), arrived);
        if (packet === undefined) throw new UsageError('a packet was refused');
        const kind = packet.to === 0 ? 'broadcast' : 'direct';
        mailbox.put(packet.round, kind, packet.from, packet.body);
      }
    });
    const inbox = mailbox.take(pending.shape.number);
    return inbox && this.#step(() => pending.advance(inbox));
  }

  /** Counts what this party sends and files what is meant for it. */
  deliver(letter: Letter, peers: number): void {
    const { from, to, packet, bodyLength } = letter;
    if (from === this.number) {
      const copies = to === 'all' ? peers : 1;
      this.#bodies.copies += bodyLength * copies;
      this.#bodies.relayed += bodyLength;
      this.#packets.copies += packet.length * copies;
      this.#packets.relayed += packet.length;
    } else if (to === 'all' || to === this.number) {
      this.#arrived.push(packet);
    }
  }

  release(): void {
    this.#ceremony.release();
    this.#session?.wipe();
  }

  get #frame() {
    const { suite, protocol, context } = this.#ceremony.handshake;
    return { suite, protocol, sid: handshakeId(context) };
  }

  /** A step with the signatures that are part of its messages; then, apart, its packets. */
  #step(action: () => Transition<Out>): readonly Letter[] {
    const { next, bodies } = this.#timed('step', () => {
      const transition = action();
      return { next: transition.next, bodies: transition.send.map((one) => this.#bodyOf(one)) };
    });
    this.#stepMs.push(this.#spent.step);
    this.#spent.step = 0;
    if ('output' in next) {
      this.output = next.output;
      this.#pending = undefined;
      return [];
    }
    this.#pending = next;
    const { number: round } = next.shape;
    return this.#timed('packet', () => bodies.map(({ to, body }) => this.#seal(round, to, body)));
  }

  #bodyOf({ to, body, attest }: Outgoing) {
    const signed = attest === undefined ? [] : [this.#player.identity.sign(attest)];
    return { to, body: concat(body, ...signed) };
  }

  #seal(round: number, to: PartyIndex | 'all', body: Uint8Array): Letter {
    const session = known(this.#session);
    const letter = { from: this.number, to, bodyLength: body.length };
    if (to !== 'all') {
      return { ...letter, packet: sealDirect(session, { round, from: this.number, to }, body) };
    }
    const slot = { round, from: this.number, to: 0 };
    const signature = this.#player.identity.sign(broadcastDigest(session, slot, body));
    known(this.#mailbox).put(round, 'broadcast', this.number, body);
    return { ...letter, packet: sealBroadcast(session, slot, body, signature) };
  }

  #timed<T>(clock: Clock, action: () => T): T {
    const started = performance.now();
    const result = action();
    this.#spent[clock] += performance.now() - started;
    return result;
  }
}

function known<T>(value: T | undefined): T {
  if (value === undefined) throw new UsageError('a party was used out of order');
  return value;
}
