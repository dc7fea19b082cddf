/**
 * One sealed message between two devices. Whoever carries it sees the recipient (by the address it is
 * sent to), a size class and the time; neither the sender nor the kind of message.
 *
 *     envelope  = u8 version (1) || enc (32) || ciphertext
 *     plaintext = sender identity (32) || signature (64) || u8 stream || u64 counter
 *                 || u32 length || body (length) || zeros up to the size class
 *
 * The ciphertext is HPKE base mode to the recipient's X25519 key, with
 * info = "countersign/envelope/v1" || recipient identity. The Ed25519 signature covers the domain and
 * version, both identities, `enc` (so that nobody can seal the signed content to a third device), the
 * stream, the counter and the body.
 */
import { ed25519 } from '@noble/curves/ed25519.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { concat, Reader, u32, u8 } from '../codec.ts';
import type { Peer, Stream } from './channel.ts';
import { encodeCounter, readCounter } from './counter.ts';
import type { DeviceKeys } from './device.ts';
import { EnvelopeError, TooLargeError } from './errors.ts';
import { ENC_BYTES, hpke, TAG_BYTES } from './hpke.ts';

const VERSION = 1;
const DOMAIN = utf8ToBytes('countersign/envelope/v1');
const SIGNATURE_DOMAIN = utf8ToBytes('countersign/envelope/v1/signature');
const STREAMS: readonly Stream[] = ['pairing', 'presence', 'journal', 'ceremony', 'signal'];

/** Largest envelope in bytes. A WebRTC message has at most 262,144. */
export const MAX_ENVELOPE_BYTES = 250_000;
const HEADER_BYTES = 32 + 64 + 1 + 8 + 4;
const MAX_PLAINTEXT_BYTES = MAX_ENVELOPE_BYTES - 1 - ENC_BYTES - TAG_BYTES;
/** Largest body in bytes that fits one envelope. */
export const MAX_BODY_BYTES = MAX_PLAINTEXT_BYTES - HEADER_BYTES;

/**
 * Sizes a plaintext is padded to: powers of two up to 64 KiB, then steps of 64 KiB, then the largest.
 * Coarse on purpose: a ceremony's rounds, an approval and a heartbeat of the wallet must not be told
 * apart by their length. It costs at most a factor of two.
 */
const SIZE_CLASSES = [
  512,
  1_024,
  2_048,
  4_096,
  8_192,
  16_384,
  32_768,
  65_536,
  131_072,
  196_608,
  MAX_PLAINTEXT_BYTES,
];

/** What is sealed. `counter` is the sender's for this recipient, 1 to 2^53 - 1, never used twice. */
export interface Sealable {
  readonly stream: Stream;
  readonly counter: number;
  readonly body: Uint8Array;
}

/** An opened envelope. Its signature holds; whether it was seen before is the replay window's question. */
export interface Opened extends Sealable {
  /** Ed25519 public key, 32 bytes. */
  readonly sender: Uint8Array;
}

/**
 * Seals a message to one device.
 *
 * @throws TooLargeError when the body has more than MAX_BODY_BYTES
 */
export async function sealEnvelope(
  keys: DeviceKeys,
  recipient: Pick<Peer, 'identity' | 'sealing'>,
  message: Sealable,
): Promise<Uint8Array> {
  const { body } = message;
  if (body.length > MAX_BODY_BYTES) throw new TooLargeError(body.length, MAX_BODY_BYTES);
  const publicKey = await hpke.DeserializePublicKey(recipient.sealing);
  const info = concat(DOMAIN, recipient.identity);
  const { encapsulatedSecret: enc, ctx } = await hpke.SetupSender(publicKey, { info });
  const content = concat(
    u8(STREAMS.indexOf(message.stream) + 1),
    encodeCounter(message.counter),
    u32(body.length),
    body,
  );
  const signature = await keys.sign(signedBytes(keys.identity, recipient.identity, enc, content));
  if (signature.length !== 64) throw new RangeError('envelope: a signature has 64 bytes');
  const plaintext = new Uint8Array(sizeClass(32 + 64 + content.length));
  plaintext.set(concat(keys.identity, signature, content));
  return concat(u8(VERSION), enc, await ctx.Seal(plaintext));
}

/**
 * Opens what was sealed to this device and checks its sender's signature.
 *
 * @throws EnvelopeError for everything else
 */
export async function openEnvelope(keys: DeviceKeys, envelope: Uint8Array): Promise<Opened> {
  if (envelope.length > MAX_ENVELOPE_BYTES || envelope[0] !== VERSION) {
    throw new EnvelopeError('malformed');
  }
  const enc = envelope.slice(1, 1 + ENC_BYTES);
  const ciphertext = envelope.slice(1 + ENC_BYTES);
  if (!SIZE_CLASSES.includes(ciphertext.length - TAG_BYTES)) throw new EnvelopeError('malformed');
  const plaintext = await unseal(keys, enc, ciphertext);
  const { sender, signature, content, message } = parse(plaintext);
  if (!verify(sender, signature, signedBytes(sender, keys.identity, enc, content))) {
    throw new EnvelopeError('forged');
  }
  return { sender, ...message };
}

async function unseal(
  keys: DeviceKeys,
  enc: Uint8Array,
  ciphertext: Uint8Array,
): Promise<Uint8Array> {
  try {
    const info = concat(DOMAIN, keys.identity);
    return await hpke.Open(keys.sealing, enc, ciphertext, { info });
  } catch (cause) {
    throw new EnvelopeError('unopened', { cause });
  }
}

const signedBytes = (
  sender: Uint8Array,
  recipient: Uint8Array,
  enc: Uint8Array,
  content: Uint8Array,
): Uint8Array => concat(SIGNATURE_DOMAIN, u8(VERSION), sender, recipient, enc, content);

/** Strict RFC 8032, as everywhere in this project: all devices agree on what is valid. */
function verify(identity: Uint8Array, signature: Uint8Array, message: Uint8Array): boolean {
  try {
    return ed25519.verify(signature, message, identity, { zip215: false });
  } catch {
    return false; // a malformed key or signature is as good as a wrong one
  }
}

const sizeClass = (length: number): number =>
  SIZE_CLASSES.find((size) => size >= length) ?? MAX_PLAINTEXT_BYTES;

interface Parts {
  readonly sender: Uint8Array;
  readonly signature: Uint8Array;
  /** What the signature covers of the plaintext. */
  readonly content: Uint8Array;
  readonly message: Sealable;
}

function parse(plaintext: Uint8Array): Parts {
  try {
    const reader = new Reader(plaintext, 'envelope');
    const sender = reader.bytes(32);
    const signature = reader.bytes(64);
    const stream = STREAMS[reader.u8() - 1];
    const counter = readCounter(reader);
    const body = reader.bytes(reader.u32());
    const end = HEADER_BYTES + body.length;
    if (stream === undefined) throw reader.malformed('unknown stream');
    if (counter < 1) throw reader.malformed('a counter begins at 1');
    if (sizeClass(end) !== plaintext.length) throw reader.malformed('not the size class');
    if (plaintext.subarray(end).some((byte) => byte !== 0)) throw reader.malformed('padding');
    const content = plaintext.slice(32 + 64, end);
    return { sender, signature, content, message: { stream, counter, body } };
  } catch (cause) {
    throw new EnvelopeError('malformed', { cause });
  }
}
