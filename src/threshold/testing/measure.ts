/**
 * Runs all parties of a ceremony on one thread and measures what each spends, from incoming bodies to
 * outgoing bodies, per round; and counts the bytes of the bodies it sends.
 */
import type { Ceremony, Protocol } from '../session/ceremony.ts';
import { concat } from '../../codec.ts';
import { Handshake, NonceMemory } from '../session/handshake.ts';
import { Mailbox } from '../session/mailbox.ts';
import type { PendingRound, Transition } from '../session/round.ts';
import type { TestIdentity } from './seeded.ts';

/** One party. */
export interface Player<Out> {
  readonly ceremony: Ceremony<Out>;
  readonly identity: TestIdentity;
}

/** What one run cost. */
export interface Run<Out> {
  /** Milliseconds of each party, rounds 1 to the end. */
  readonly ms: readonly number[];
  /** Milliseconds of each party for the handshake: records signed and verified, channel keys. */
  readonly handshakeMs: readonly number[];
  /** Per round: the milliseconds of each party's step. */
  readonly rounds: ReadonlyMap<string, readonly number[]>;
  /** Bytes of bodies each party sends, a broadcast counted once per receiver. */
  readonly bytes: readonly number[];
  readonly outputs: readonly Out[];
}

/** The platform's generator, in pieces it accepts. */
export function platformRandom(length: number): Uint8Array {
  const out = new Uint8Array(length);
  for (let at = 0; at < length; at += 65_536) {
    crypto.getRandomValues(out.subarray(at, Math.min(length, at + 65_536)));
  }
  return out;
}

interface Party<Out> {
  readonly number: number;
  readonly player: Player<Out>;
  readonly handshake: Handshake;
  mailbox?: Mailbox;
  pending: PendingRound<Out> | undefined;
  output?: Out;
  ms: number;
  handshakeMs: number;
  bytes: number;
}

/** Runs one ceremony to the end. @throws when a party aborts: a benchmark of failures measures nothing */
export function run<Out>(players: ReadonlyMap<number, Player<Out>>): Run<Out> {
  const rounds = new Map<string, number[]>();
  const secrets = { random: platformRandom, deviceSecret: platformRandom(32) };
  const parties = [...players].map(([number, player]): Party<Out> => {
    const started = performance.now();
    const hedge = { deviceSecret: secrets.deviceSecret, counter: 0n };
    const spec = player.ceremony.handshake;
    const handshake = new Handshake(spec, platformRandom, new NonceMemory(), hedge);
    const handshakeMs = performance.now() - started;
    return { number, player, handshake, pending: undefined, ms: 0, handshakeMs, bytes: 0 };
  });
  const bodies = new Map(
    parties.map((party) => {
      const started = performance.now();
      const signature = party.player.identity.sign(party.handshake.digest);
      party.handshakeMs += performance.now() - started;
      return [party.number, concat(party.handshake.record, signature)];
    }),
  );
  const protocols = new Map<Party<Out>, Protocol<Out>>();
  for (const party of parties) {
    const started = performance.now();
    const session = party.handshake.finish(bodies);
    party.handshakeMs += performance.now() - started;
    const begun = performance.now();
    const protocol = party.player.ceremony.begin(session, secrets);
    party.ms += performance.now() - begun;
    party.mailbox = new Mailbox(party.number, protocol.rounds);
    protocols.set(party, protocol);
  }
  const perform = (party: Party<Out>, stage: string, step: () => Transition<Out>): void => {
    const started = performance.now();
    const transition = step();
    const spent = performance.now() - started;
    party.ms += spent;
    rounds.set(stage, [...(rounds.get(stage) ?? []), spent]);
    party.pending = 'output' in transition.next ? undefined : transition.next;
    if ('output' in transition.next) party.output = transition.next.output;
    const round = party.pending?.shape.number ?? 0;
    for (const { to, body: content, attest } of transition.send) {
      const signature = attest === undefined ? [] : [party.player.identity.sign(attest)];
      const body = concat(content, ...signature);
      for (const other of parties) {
        if (to !== 'all' && other.number !== to) continue;
        other.mailbox?.put(round, to === 'all' ? 'broadcast' : 'direct', party.number, body);
        if (other !== party) party.bytes += body.length;
      }
    }
  };
  for (const [party, protocol] of protocols) perform(party, 'start', () => protocol.start());
  for (let active = true; active;) {
    active = false;
    for (const party of parties) {
      const { pending } = party;
      const inbox = pending && party.mailbox?.take(pending.shape.number);
      if (pending === undefined || inbox === undefined) continue;
      active = true;
      perform(party, pending.shape.stage, () => pending.advance(inbox));
    }
  }
  for (const { player } of parties) player.ceremony.release();
  return {
    ms: parties.map(({ ms }) => ms),
    handshakeMs: parties.map(({ handshakeMs }) => handshakeMs),
    rounds,
    bytes: parties.map(({ bytes }) => bytes),
    outputs: parties.map(({ output }) => {
      if (output === undefined) throw new Error('a party did not finish');
      return output;
    }),
  };
}

/** The middle value. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
}
