/**
 * Invitations: what a QR code, a link or a short code hands to a joining device. An invitation is a
 * pointer, not a secret: whoever reads it can ask to join, and the words that people compare decide who
 * gets in.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { createBase58check } from '@scure/base';
import * as v from 'valibot';
import { decodeCbor, encodeCbor } from '../../cbor.ts';
import { WalletError } from '../problems.ts';
import { bytesOf, deviceName, time, vaultName } from './fields.ts';

/** Everything a joining device must know before it asks. */
export interface Invitation {
  /** 16 random bytes that name this pairing. */
  readonly pairing: Uint8Array;
  readonly vaultName: string;
  readonly creatorName: string;
  readonly threshold: number;
  readonly size: number;
  /** Of the creator: Ed25519 identity, X25519 sealing key, inbox; 32 bytes each. */
  readonly identity: Uint8Array;
  readonly sealing: Uint8Array;
  readonly inbox: Uint8Array;
  /** WebSocket address of the broker, or null: the one that serves the page. */
  readonly relay: string | null;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

const schema = v.pipe(
  v.strictObject({
    v: v.literal(1),
    pairing: bytesOf(16),
    vaultName,
    creatorName: deviceName,
    threshold: v.pipe(v.number(), v.integer(), v.minValue(2), v.maxValue(20)),
    size: v.pipe(v.number(), v.integer(), v.minValue(2), v.maxValue(20)),
    identity: bytesOf(32),
    sealing: bytesOf(32),
    inbox: bytesOf(32),
    relay: v.nullable(v.pipe(v.string(), v.maxLength(300), v.regex(/^wss?:\/\//))),
    expiresAt: time,
  }),
  v.check(({ threshold, size }) => threshold <= size, 'threshold above size'),
);

const MAX_BYTES = 1_000;
const PATH = '#/join/';

export const encodeInvitation = (invitation: Invitation): Uint8Array =>
  encodeCbor({ v: 1, ...invitation });

/** @throws WalletError `pairing/invitation` for anything but the canonical encoding of an invitation */
export function decodeInvitation(bytes: Uint8Array): Invitation {
  if (bytes.length > MAX_BYTES) throw unreadable('it is too long');
  let value: unknown;
  try {
    value = decodeCbor(bytes, 'invitation');
  } catch (cause) {
    throw unreadable('it was cut short or altered', cause);
  }
  const result = v.safeParse(schema, value);
  if (!result.success) {
    const [issue] = result.issues;
    throw unreadable(`its part "${v.getDotPath(issue) ?? 'version'}" is not as expected`, issue);
  }
  const { v: _, ...invitation } = result.output;
  return invitation;
}

/** Base58Check, as Bitcoin's addresses have it: one wrong letter is noticed at once. */
const linkCode = createBase58check(sha256);

/** The link of an invitation. It stands behind the `#`, so no server ever sees it. */
export const invitationLink = (origin: string, invitation: Invitation): string =>
  `${origin}/${PATH}${linkCode.encode(encodeInvitation(invitation))}`;

/** The invitation in a link, a QR code's text or the bare code of a link; `undefined` when there is none. */
export function invitationIn(text: string): Invitation | undefined {
  const trimmed = text.trim();
  const at = trimmed.indexOf(PATH);
  const encoded = at < 0 ? trimmed : trimmed.slice(at + PATH.length);
  if (at < 0 && (encoded.length < 100 || !/^[A-Za-z0-9]+$/.test(encoded))) return undefined;
  let bytes: Uint8Array;
  try {
    bytes = linkCode.decode(encoded);
  } catch (cause) {
    throw unreadable('it was cut short or altered', cause);
  }
  return decodeInvitation(bytes);
}

function unreadable(why: string, cause?: unknown): WalletError {
  return new WalletError(
    {
      code: 'pairing/invitation',
      title: `This invitation cannot be read: ${why}`,
      meaning: 'This device joined nothing.',
      next: 'Ask for the invitation again and copy the whole link, or scan the QR code.',
    },
    { cause },
  );
}
