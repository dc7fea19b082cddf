/**
 * Packets: what a carrier moves. Every byte of header and body is covered by the sender's identity
 * signature (broadcast) or by the AEAD of the pair (direct). Whatever does not authenticate, or names
 * another session, is dropped without a word: nobody else can end a session (pitfall P-37).
 *
 *     header  u8 version || u8 suite || u8 protocol || u8 round || u16 from || u16 to || sid 32 || u32 length
 *     broadcast packet   header || body || Ed25519 signature of H("packet"; header, body)
 *     round-0 packet     header || record || signature of H("round0"; enc(ctx), record)
 *     direct packet      header || ChaCha20-Poly1305(k_{from->to}, nonce = round, header) of body
 */
import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import { concat, equalBytes, Reader, u16, u32, u8 } from '../../codec.ts';
import type { PartyIndex } from '../abort.ts';
import type { Suite } from '../group.ts';
import { hash } from '../hash.ts';
import { SIGNATURE_BYTES, verifyIdentity } from '../identity.ts';
import { TAGS } from '../tags.ts';
import type { ProtocolName, Session } from './session.ts';

const VERSION = 1;
const HEADER_BYTES = 44;
/** Where the length of the body stands: the last field of the header. */
const LENGTH_OFFSET = 40;
const TAG_BYTES = 16;

/** The round number of a message that ends the session for everyone. Its body is empty. */
export const ABORT_ROUND = 255;

const SUITE_CODES: Readonly<Record<Suite, number>> = {
  'mpc-ecdsa/v1/secp256k1/L128': 1,
  'mpc-frost/v1/secp256k1-bip340': 2,
  'mpc-frost/v1/ed25519': 3,
};
const PROTOCOL_CODES: Readonly<Record<ProtocolName, number>> = {
  dkg: 1,
  sign: 2,
  reshare: 3,
  'pair-setup': 4,
};

/** What a header says besides the session. */
export interface PacketSlot {
  readonly round: number;
  readonly from: PartyIndex;
  /** 0 for a broadcast. */
  readonly to: PartyIndex;
}

/** The fixed part of the headers of one session: version, suite, protocol, session field. */
export interface PacketFrame {
  readonly suite: Suite;
  readonly protocol: ProtocolName;
  /** The session id, or the handshake id in round 0. */
  readonly sid: Uint8Array;
}

function header(frame: PacketFrame, slot: PacketSlot, length: number): Uint8Array {
  return concat(
    u8(VERSION),
    u8(SUITE_CODES[frame.suite]),
    u8(PROTOCOL_CODES[frame.protocol]),
    u8(slot.round),
    u16(slot.from),
    u16(slot.to),
    frame.sid,
    u32(length),
  );
}

/** The digest that the identity signature of a broadcast packet covers. */
export function broadcastDigest(
  frame: PacketFrame,
  slot: PacketSlot,
  body: Uint8Array,
): Uint8Array {
  return hash(TAGS.packet, header(frame, slot, body.length), body);
}

/** A broadcast packet. @param signature 64 bytes over `broadcastDigest`, or over the record in round 0 */
export function sealBroadcast(
  frame: PacketFrame,
  slot: PacketSlot,
  body: Uint8Array,
  signature: Uint8Array,
): Uint8Array {
  return concat(header(frame, slot, body.length), body, signature);
}

/** One nonce per direction and round: there is exactly one direct message in each. */
const nonceOf = (round: number): Uint8Array => concat(new Uint8Array(8), u32(round));

/** A direct packet to `slot.to`. */
export function sealDirect(session: Session, slot: PacketSlot, body: Uint8Array): Uint8Array {
  const head = header(session, slot, body.length);
  const key = session.keysWith(slot.to).send;
  return concat(head, chacha20poly1305(key, nonceOf(slot.round), head).encrypt(body));
}

/** A packet that authenticated. */
export interface OpenPacket extends PacketSlot {
  readonly body: Uint8Array;
}

/** Reads the slot and the body field of a packet of this frame, or gives `undefined` for anything else. */
function readPacket(
  frame: PacketFrame,
  packet: Uint8Array,
): { slot: PacketSlot; head: Uint8Array; length: number; rest: Uint8Array } | undefined {
  if (packet.length < HEADER_BYTES) return undefined;
  const reader = new Reader(packet, 'packet');
  const [version, suite, protocol, round] = [reader.u8(), reader.u8(), reader.u8(), reader.u8()];
  const slot: PacketSlot = { round, from: reader.u16(), to: reader.u16() };
  if (version !== VERSION || suite !== SUITE_CODES[frame.suite]) return undefined;
  if (protocol !== PROTOCOL_CODES[frame.protocol]) return undefined;
  if (!equalBytes(reader.bytes(32), frame.sid)) return undefined;
  const length = reader.u32();
  return { slot, head: packet.slice(0, HEADER_BYTES), length, rest: packet.slice(HEADER_BYTES) };
}

/**
 * The slot of a packet that could be one of a session that this party is about to establish, or
 * `undefined`: the header fits, the session id is not known yet. Says nothing about who sent it.
 */
export function slotIfEarly(
  frame: Pick<PacketFrame, 'suite' | 'protocol'>,
  roster: ReadonlyMap<PartyIndex, Uint8Array>,
  self: PartyIndex,
  packet: Uint8Array,
): PacketSlot | undefined {
  const read = readPacket({ ...frame, sid: packet.slice(8, LENGTH_OFFSET) }, packet);
  if (read === undefined || read.slot.round === 0) return undefined;
  const { from, to } = read.slot;
  const fits = from !== self && roster.has(from) && (to === 0 || to === self);
  return fits ? read.slot : undefined;
}

/** A broadcast packet with its header taken at its word. */
export interface BroadcastPacket {
  readonly frame: PacketFrame;
  readonly slot: PacketSlot;
  /** Everything of the header but the length: equal exactly for packets of one slot of one session. */
  readonly slotBytes: Uint8Array;
  readonly body: Uint8Array;
  /** What `signature` should be over. */
  readonly digest: Uint8Array;
  readonly signature: Uint8Array;
}

/** Takes a broadcast packet of any session apart, or gives `undefined`. Verifies no signature. */
export function readBroadcast(packet: Uint8Array): BroadcastPacket | undefined {
  const suite = nameOf(SUITE_CODES, packet[1]);
  const protocol = nameOf(PROTOCOL_CODES, packet[2]);
  if (suite === undefined || protocol === undefined) return undefined;
  const frame: PacketFrame = { suite, protocol, sid: packet.slice(8, LENGTH_OFFSET) };
  const read = readPacket(frame, packet);
  if (read?.slot.to !== 0 || read.rest.length !== read.length + SIGNATURE_BYTES) return undefined;
  const { slot, length, rest } = read;
  const body = rest.slice(0, length);
  return {
    frame,
    slot,
    slotBytes: packet.slice(0, LENGTH_OFFSET),
    body,
    digest: broadcastDigest(frame, slot, body),
    signature: rest.slice(length),
  };
}

/** The name that has a code. */
const nameOf = <N extends string>(
  codes: Readonly<Record<N, number>>,
  code: number | undefined,
): N | undefined => (Object.keys(codes) as N[]).find((name) => codes[name] === code);

/** Opens a round-0 packet: only its shape is checked here, the record's signature by the handshake. */
export function openHandshakePacket(
  frame: PacketFrame,
  packet: Uint8Array,
): OpenPacket | undefined {
  const read = readPacket(frame, packet);
  if (read?.slot.round !== 0 || read.slot.to !== 0) return undefined;
  if (read.rest.length !== read.length + SIGNATURE_BYTES) return undefined;
  return { ...read.slot, body: read.rest };
}

/** Opens a packet of an established session, or gives `undefined`: the packet is to be dropped. */
export function openPacket(session: Session, packet: Uint8Array): OpenPacket | undefined {
  const read = readPacket(session, packet);
  if (read === undefined) return undefined;
  const { slot, head, length, rest } = read;
  if (slot.round === 0 || slot.from === session.self || !session.roster.has(slot.from)) {
    return undefined;
  }
  if (slot.to === 0) {
    if (rest.length !== length + SIGNATURE_BYTES) return undefined;
    const body = rest.slice(0, length);
    const digest = broadcastDigest(session, slot, body);
    const valid = verifyIdentity(session.identityOf(slot.from), digest, rest.slice(length));
    return valid ? { ...slot, body } : undefined;
  }
  if (slot.to !== session.self || rest.length !== length + TAG_BYTES) return undefined;
  const key = session.keysWith(slot.from).receive;
  try {
    return { ...slot, body: chacha20poly1305(key, nonceOf(slot.round), head).decrypt(rest) };
  } catch {
    return undefined; // not from this peer, or altered on the way
  }
}
