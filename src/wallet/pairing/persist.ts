/** A pairing as sealed bytes, so that a reload in the middle loses nothing. */
import * as v from 'valibot';
import { decodeCbor, encodeCbor } from '../../cbor.ts';
import { DecodeError } from '../../codec.ts';
import { bytesOf, bytesUpTo, deviceName } from './fields.ts';
import { decodeInvitation, encodeInvitation } from './invitation.ts';
import { decodePairingMessage, encodePairingMessage } from './messages.ts';
import type { PairingState } from './state.ts';

const anyBytes = bytesUpTo(20_000);
const introduction = {
  identity: bytesOf(32),
  sealing: bytesOf(32),
  inbox: bytesOf(32),
  name: deviceName,
};
const identityHex = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));

const schema = v.strictObject({
  v: v.literal(1),
  role: v.picklist(['creator', 'joiner']),
  code: v.nullable(v.string()),
  invitation: anyBytes,
  self: v.strictObject(introduction),
  nonce: bytesOf(32),
  joined: v.array(v.strictObject({ ...introduction, commit: bytesOf(32) })),
  names: v.array(deviceName),
  founding: v.nullable(anyBytes),
  commits: v.array(bytesOf(32)),
  nonces: v.array(v.strictTuple([identityHex, bytesOf(32)])),
  confirmed: v.array(identityHex),
  early: v.array(v.strictObject({ from: bytesOf(32), message: anyBytes })),
  failure: v.nullable(v.picklist(['words-differ', 'roster', 'cancelled', 'full', 'expired'])),
  /** Absent: no. */
  taproot: v.optional(v.literal(true)),
});

/** What only its creator knows of a pairing. */
export interface CreatorPart {
  /** The short code that is offered. */
  readonly code: string | undefined;
  /** Whether the vault begins with an account for Bitcoin Taproot. */
  readonly taproot: boolean;
}

export interface StoredPairing extends CreatorPart {
  readonly state: PairingState;
}

export function encodePairing({ state, code, taproot }: StoredPairing): Uint8Array {
  return encodeCbor({
    v: 1,
    role: state.role,
    code: code ?? null,
    invitation: encodeInvitation(state.invitation),
    self: { ...state.self },
    nonce: state.nonce,
    joined: state.joined.map((joined) => ({ ...joined })),
    names: [...state.names],
    founding: state.founding ?? null,
    commits: [...state.commits],
    nonces: [...state.nonces].map(([identity, nonce]) => [identity, nonce]),
    confirmed: [...state.confirmed],
    early: state.early.map(({ from, message }) => ({
      from,
      message: encodePairingMessage(message),
    })),
    failure: state.failure ?? null,
    ...(taproot && { taproot }),
  });
}

/** @throws DecodeError or WalletError for anything `encodePairing` does not write */
export function decodePairing(bytes: Uint8Array): StoredPairing {
  const result = v.safeParse(schema, decodeCbor(bytes, 'pairing'));
  if (!result.success) {
    const [issue] = result.issues;
    throw new DecodeError(`pairing: ${v.getDotPath(issue) ?? ''} ${issue.message}`);
  }
  const stored = result.output;
  return {
    code: stored.code ?? undefined,
    taproot: stored.taproot ?? false,
    state: {
      role: stored.role,
      invitation: decodeInvitation(stored.invitation),
      self: stored.self,
      nonce: stored.nonce,
      joined: stored.joined,
      names: stored.names,
      founding: stored.founding ?? undefined,
      commits: stored.commits,
      nonces: new Map(stored.nonces),
      confirmed: new Set(stored.confirmed),
      early: stored.early.map(({ from, message }) => ({
        from,
        message: decodePairingMessage(message),
      })),
      failure: stored.failure ?? undefined,
    },
  };
}
