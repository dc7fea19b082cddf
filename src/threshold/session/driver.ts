/**
 * Runs any ceremony over any carrier: handshake, then rounds. The only asynchronous part of this room,
 * and it holds no cryptography of its own.
 */
import { concat } from '../../codec.ts';
import { ProtocolError, UsageError, type PartyIndex } from '../abort.ts';
import { SIGNATURE_BYTES, type Identity } from '../identity.ts';
import { checkRandom } from '../random.ts';
import { RecordedAbort, type DurableRecord } from '../records.ts';
import type { Ceremony, SecretSources } from './ceremony.ts';
import { EarlyPackets } from './early.ts';
import { Handshake, handshakeId, type NonceHedge, type NonceMemory } from './handshake.ts';
import { Mailbox } from './mailbox.ts';
import {
  ABORT_ROUND,
  broadcastDigest,
  openHandshakePacket,
  openPacket,
  sealBroadcast,
  sealDirect,
  type PacketFrame,
} from './packet.ts';
import type { PendingRound, Transition } from './round.ts';
import type { Session } from './session.ts';

/** Moves packets between the devices of one session. May lose, repeat, delay and reorder them. */
export interface Carrier {
  /** Sends a packet to one party or to all others. */
  send(packet: Uint8Array, to: PartyIndex | 'all'): void | Promise<void>;
  /** The next packet. Rejects when the session is cancelled or the carrier gives up. */
  receive(): Promise<Uint8Array>;
}

/** What a ceremony needs from its device. */
export interface Device {
  readonly identity: Identity;
  readonly secrets: SecretSources;
  readonly nonces: NonceMemory;
  /** Read and durably incremented for every session. */
  readonly nextCounter: () => bigint | Promise<bigint>;
  readonly carrier: Carrier;
  /** Resolves only when the record was written and read back. */
  readonly store: (record: DurableRecord) => void | Promise<void>;
  /** Named stages, as they begin: for progress displays and traces. */
  readonly onStage?: (stage: string) => void;
}

/**
 * Runs one party's part to its result.
 *
 * @throws ProtocolError with class, blame and consequence; whatever had to be written before the report
 *   is written, and the other parties are told "aborted", nothing more
 */
export async function runCeremony<Out>(ceremony: Ceremony<Out>, device: Device): Promise<Out> {
  let session: Session | undefined;
  try {
    checkRandom(device.secrets.random);
    device.onStage?.('agree');
    const early = new EarlyPackets(ceremony.handshake);
    session = await shakeHands(ceremony, device, early);
    return await runRounds(ceremony, session, device, early);
  } catch (error) {
    if (error instanceof RecordedAbort) {
      for (const record of error.persist) await device.store(record);
    }
    if (session !== undefined && !(error instanceof PeerAborted)) {
      // A courtesy: without it the others end by their own time-out, and the reason to report is this one.
      await sayAborted(session, device).catch(() => undefined);
    }
    throw error;
  } finally {
    ceremony.release();
    session?.wipe();
  }
}

/** Another party ended the session; its reason stays with it. */
export class PeerAborted extends ProtocolError {
  constructor(party: PartyIndex) {
    super('A', `party ${String(party)} ended the session`);
  }
}

/** @param early takes packets of later rounds that arrive before the session is established */
async function shakeHands<Out>(
  ceremony: Ceremony<Out>,
  device: Device,
  early: EarlyPackets,
): Promise<Session> {
  const { handshake: spec } = ceremony;
  const counter = await device.nextCounter();
  const hedge: NonceHedge = { deviceSecret: device.secrets.deviceSecret, counter };
  const handshake = new Handshake(spec, device.secrets.random, device.nonces, hedge);
  try {
    const { suite, protocol, self } = spec;
    const frame: PacketFrame = { suite, protocol, sid: handshakeId(spec.context) };
    const signature = await sign(device, handshake.digest);
    const slot = { round: 0, from: self, to: 0 };
    await device.carrier.send(sealBroadcast(frame, slot, handshake.record, signature), 'all');
    const bodies = new Map([[self, concat(handshake.record, signature)]]);
    while (bodies.size < spec.roster.size) {
      const received = await device.carrier.receive();
      const packet = openHandshakePacket(frame, received);
      if (packet === undefined) {
        early.keep(received);
        continue;
      }
      if (bodies.has(packet.from)) continue;
      // A record that is not its sender's is refused here, so that nobody can take another's place.
      if (!handshake.admits(packet.from, packet.body)) continue;
      bodies.set(packet.from, packet.body);
    }
    return handshake.finish(bodies);
  } catch (error) {
    handshake.abandon();
    throw error;
  }
}

async function runRounds<Out>(
  ceremony: Ceremony<Out>,
  session: Session,
  device: Device,
  early: EarlyPackets,
): Promise<Out> {
  const protocol = ceremony.begin(session, device.secrets);
  const mailbox = new Mailbox(session.self, protocol.rounds);
  let transition = protocol.start();
  for (;;) {
    const { next } = transition;
    try {
      await perform(transition, session, device, mailbox);
    } catch (error) {
      if (!('output' in next)) next.abandon();
      throw error;
    }
    if ('output' in next) return next.output;
    device.onStage?.(next.shape.stage);
    transition = await collect(next, session, device, mailbox, early);
  }
}

/** Stores, signs and sends what a step asked for, in that order. */
async function perform<Out>(
  transition: Transition<Out>,
  session: Session,
  device: Device,
  mailbox: Mailbox,
): Promise<void> {
  for (const record of transition.persist ?? []) await device.store(record);
  const round = 'output' in transition.next ? 0 : transition.next.shape.number;
  for (const message of transition.send) {
    const attested = message.attest === undefined ? [] : [await sign(device, message.attest)];
    const body = concat(message.body, ...attested);
    if (message.to === 'all') {
      const slot = { round, from: session.self, to: 0 };
      const signature = await sign(device, broadcastDigest(session, slot, body));
      mailbox.put(round, 'broadcast', session.self, body);
      await device.carrier.send(sealBroadcast(session, slot, body, signature), 'all');
    } else {
      const slot = { round, from: session.self, to: message.to };
      await device.carrier.send(sealDirect(session, slot, body), message.to);
    }
  }
}

/** Waits until every message of the round is there, then takes its step. */
async function collect<Out>(
  pending: PendingRound<Out>,
  session: Session,
  device: Device,
  mailbox: Mailbox,
  early: EarlyPackets,
): Promise<Transition<Out>> {
  try {
    for (;;) {
      const inbox = mailbox.take(pending.shape.number);
      if (inbox !== undefined) return pending.advance(inbox);
      const received = early.next() ?? (await device.carrier.receive());
      const packet = openPacket(session, received);
      if (packet === undefined) continue;
      if (packet.round === ABORT_ROUND && packet.to === 0) {
        if (packet.body.length > 0) continue; // no notice that any device of ours sends
        throw new PeerAborted(packet.from);
      }
      const kind = packet.to === 0 ? 'broadcast' : 'direct';
      mailbox.put(packet.round, kind, packet.from, packet.body, received);
    }
  } catch (error) {
    pending.abandon();
    throw error;
  }
}

async function sign(device: Device, digest: Uint8Array): Promise<Uint8Array> {
  const signature = await device.identity.sign(digest);
  if (signature.length !== SIGNATURE_BYTES) throw new UsageError('a signature has 64 bytes');
  return signature;
}

/** The same empty message for every reason, so that it tells nothing (specification 14.4). */
async function sayAborted(session: Session, device: Device): Promise<void> {
  const slot = { round: ABORT_ROUND, from: session.self, to: 0 };
  const body = new Uint8Array();
  const signature = await sign(device, broadcastDigest(session, slot, body));
  await device.carrier.send(sealBroadcast(session, slot, body, signature), 'all');
}
