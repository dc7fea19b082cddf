/**
 * Messages of a pairing: canonical CBOR on the `pairing` stream. Their senders are authenticated by the
 * envelope; what they claim is proven by the words that people compare.
 */
import * as v from 'valibot';
import { decodeCbor, encodeCbor } from '../../cbor.ts';
import { DecodeError } from '../../codec.ts';
import { bytesOf, bytesUpTo, deviceName } from './fields.ts';

const pairing = bytesOf(16);
const schema = v.variant('t', [
  /** Joiner to creator: who I am, and the commitment to my nonce. */
  v.strictObject({
    t: v.literal('join'),
    pairing,
    name: deviceName,
    identity: bytesOf(32),
    sealing: bytesOf(32),
    inbox: bytesOf(32),
    commit: bytesOf(32),
  }),
  /** Creator to those who joined: who is there so far. */
  v.strictObject({
    t: v.literal('progress'),
    pairing,
    names: v.pipe(v.array(deviceName), v.maxLength(20)),
  }),
  /** Creator to all: the founding document, and every member's commitment in its order. */
  v.strictObject({
    t: v.literal('roster'),
    pairing,
    founding: bytesUpTo(10_000),
    commits: v.pipe(v.array(bytesOf(32)), v.minLength(2), v.maxLength(20)),
  }),
  /** Everyone to everyone, once the roster stands: what the commitment hid. */
  v.strictObject({ t: v.literal('reveal'), pairing, roster: bytesOf(32), nonce: bytesOf(32) }),
  /** Everyone to everyone: a person compared the words. `transcript` is what the words are made of. */
  v.strictObject({
    t: v.literal('confirm'),
    pairing,
    transcript: bytesOf(32),
    same: v.boolean(),
  }),
  /** Anyone to everyone: it is over before a key exists. */
  v.strictObject({
    t: v.literal('end'),
    pairing,
    reason: v.picklist(['cancelled', 'full', 'expired']),
  }),
]);

export type PairingMessage = v.InferOutput<typeof schema>;

export const encodePairingMessage = (message: PairingMessage): Uint8Array => encodeCbor(message);

/** @throws DecodeError for anything but a canonical message */
export function decodePairingMessage(bytes: Uint8Array): PairingMessage {
  const result = v.safeParse(schema, decodeCbor(bytes, 'pairing message'));
  if (!result.success) {
    const [issue] = result.issues;
    throw new DecodeError(`pairing message: ${v.getDotPath(issue) ?? ''} ${issue.message}`);
  }
  return result.output;
}
