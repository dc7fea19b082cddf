/** Messages between the wallets of one vault, apart from pairing and journal: canonical CBOR, strict. */
import * as v from 'valibot';
import { decodeCbor, encodeCbor } from '../cbor.ts';
import { DecodeError } from '../codec.ts';
import { bytesOf, bytesUpTo } from './pairing/fields.ts';

const index = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(255));
const requestId = bytesOf(16);
const hash = bytesOf(32);

const presence = v.variant('t', [
  /** Are you there? A reply repeats the nonce, so that an old message proves nothing. */
  v.strictObject({
    t: v.literal('hello'),
    nonce: requestId,
    /** The sender was loaded or connected anew and may have missed what was said to it. */
    fresh: v.boolean(),
  }),
  v.strictObject({ t: v.literal('here'), nonce: requestId }),
  v.strictObject({ t: v.literal('bye') }),
]);

const ceremony = v.variant('t', [
  /** A packet of the session that a request names. */
  v.strictObject({
    t: v.literal('packet'),
    request: requestId,
    packet: bytesUpTo(2_000_000),
  }),
  /** The first member starts key generation. */
  v.strictObject({ t: v.literal('keygen'), vault: hash, request: requestId }),
  /** Are you still in that key generation? Whoever is not, any more or at all, says that it is busy. */
  v.strictObject({ t: v.literal('keygen-ask'), vault: hash, request: requestId }),
  /** One of the signers starts signing an approved proposal. */
  v.strictObject({
    t: v.literal('sign'),
    vault: hash,
    proposal: hash,
    request: requestId,
    signers: v.pipe(v.array(index), v.minLength(2), v.maxLength(20)),
  }),
  /** That request cannot be joined now. */
  v.strictObject({ t: v.literal('busy'), vault: hash, request: requestId }),
  /** Keys of a vault that this device confirmed, while none is certified. */
  v.strictObject({
    t: v.literal('confirms'),
    vault: hash,
    suite: v.picklist(['mpc-ecdsa/v1/secp256k1/L128', 'mpc-frost/v1/secp256k1-bip340']),
    held: v.pipe(
      v.array(v.strictObject({ kid: hash, index, signature: bytesOf(64) })),
      v.maxLength(16),
    ),
  }),
  /** How the sender stands to setting up again what it shares with the recipient for signing. */
  v.strictObject({
    t: v.literal('pair'),
    vault: hash,
    stands: v.picklist(['settled', 'needed', 'agreed', 'declined']),
    /** The request of the last set-up of the two that the sender completed. */
    last: v.nullable(requestId),
    /** Whether the sender wants to know how the recipient stands. An answer asks nothing. */
    ask: v.boolean(),
  }),
  /** What did you show for a proposal, when you approved it? */
  v.strictObject({ t: v.literal('show'), vault: hash, proposal: hash, shown: hash }),
  /** The lines with that digest. */
  v.strictObject({
    t: v.literal('shown'),
    vault: hash,
    proposal: hash,
    lines: v.pipe(
      v.array(
        v.strictObject({
          depth: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(64)),
          label: v.pipe(v.string(), v.maxLength(1_000)),
          value: v.pipe(v.string(), v.maxLength(400_000)),
        }),
      ),
      v.maxLength(5_000),
    ),
  }),
  /** The smaller number of the two begins the set-up that both agreed to. */
  v.strictObject({ t: v.literal('pair-setup'), vault: hash, request: requestId }),
]);

export type PresenceMessage = v.InferOutput<typeof presence>;
export type CeremonyMessage = v.InferOutput<typeof ceremony>;

export const encodeWire = (message: PresenceMessage | CeremonyMessage): Uint8Array =>
  encodeCbor(message);

function parse<T>(schema: v.GenericSchema<unknown, T>, bytes: Uint8Array, what: string): T {
  const result = v.safeParse(schema, decodeCbor(bytes, what));
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw new DecodeError(`${what}: ${v.getDotPath(issue) ?? ''} ${issue.message}`);
}

/** @throws DecodeError */
export const decodePresence = (bytes: Uint8Array): PresenceMessage =>
  parse(presence, bytes, 'presence message');

/** @throws DecodeError */
export const decodeCeremony = (bytes: Uint8Array): CeremonyMessage =>
  parse(ceremony, bytes, 'ceremony message');
