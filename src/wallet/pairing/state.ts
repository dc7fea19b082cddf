/** Where a pairing stands, and what follows from it alone. */
import { sha256 } from '@noble/hashes/sha2.js';
import { encodeCbor, type CborValue } from '../../cbor.ts';
import { equalBytes, toHex } from '../../codec.ts';
import { parseFounding, vaultId, type Founding } from '../../journal/index.ts';
import type { Peer } from '../../network/index.ts';
import { toWords } from '../../words.ts';
import { peerOf } from '../peers.ts';
import type { Invitation } from './invitation.ts';
import type { PairingMessage } from './messages.ts';

/** How a device introduces itself. */
export interface Introduction {
  readonly identity: Uint8Array;
  readonly sealing: Uint8Array;
  readonly inbox: Uint8Array;
  readonly name: string;
}

export interface Joined extends Introduction {
  readonly commit: Uint8Array;
}

export type PairingFailure = 'words-differ' | 'roster' | 'cancelled' | 'full' | 'expired';

export interface PairingState {
  readonly role: 'creator' | 'joiner';
  readonly invitation: Invitation;
  readonly self: Introduction;
  /** 32 bytes, hidden until the roster stands. */
  readonly nonce: Uint8Array;
  /** Of the creator: who joined, in that order. */
  readonly joined: readonly Joined[];
  /** Of a joiner: names the creator told of. */
  readonly names: readonly string[];
  readonly founding: Uint8Array | undefined;
  /** Every member's commitment, in the order of the founding document. */
  readonly commits: readonly Uint8Array[];
  /** By identity, hexadecimal. */
  readonly nonces: ReadonlyMap<string, Uint8Array>;
  readonly confirmed: ReadonlySet<string>;
  /** Reveals and confirmations that came before they could be judged. */
  readonly early: readonly Received[];
  readonly failure: PairingFailure | undefined;
}

/** A message with its authenticated sender. */
export interface Received {
  readonly from: Uint8Array;
  readonly message: PairingMessage;
}

/** A message to send. `peer`: how to reach a device that is not among the peers. */
export interface Outgoing {
  readonly to: Uint8Array;
  readonly message: PairingMessage;
  readonly peer?: Peer;
}

export interface Step {
  readonly state: PairingState;
  readonly send: readonly Outgoing[];
}

const hash = (domain: string, ...parts: readonly CborValue[]): Uint8Array =>
  sha256(encodeCbor([`countersign/pairing/v1/${domain}`, ...parts]));

export const commitment = (
  pairing: Uint8Array,
  identity: Uint8Array,
  nonce: Uint8Array,
): Uint8Array => hash('commit', pairing, identity, nonce);

export const rosterDigest = (state: PairingState): Uint8Array =>
  hash('roster', state.founding ?? null, state.commits);

/** Whom the channel must know for this pairing. */
export function pairingPeers(state: PairingState): Peer[] {
  const { invitation, self } = state;
  const members: readonly Omit<Introduction, 'name'>[] = [
    ...(state.role === 'joiner' ? [invitation] : []),
    ...state.joined,
    ...(founded(state)?.members ?? []),
  ];
  const others = members.filter(({ identity }) => !equalBytes(identity, self.identity));
  return [...new Map(others.map((member) => [toHex(member.identity), peerOf(member)])).values()];
}

/** Parsed once: the check of every member's key takes a while. */
const parsed = new WeakMap<Uint8Array, Founding>();

/** The founding document, once it stands. */
export function founded({ founding }: PairingState): Founding | undefined {
  if (founding === undefined) return undefined;
  const known = parsed.get(founding) ?? parseFounding(founding);
  parsed.set(founding, known);
  return known;
}

/** What the words are made of: 32 bytes, once every nonce is there. */
export function transcript(state: PairingState): Uint8Array | undefined {
  const founding = founded(state);
  if (founding === undefined || state.founding === undefined) return undefined;
  const nonces = founding.members.map(({ identity }) => state.nonces.get(toHex(identity)));
  if (nonces.some((nonce) => nonce === undefined)) return undefined;
  return hash(
    'words',
    state.founding,
    state.commits,
    nonces.map((nonce) => nonce ?? null),
  );
}

/** The four words to compare. */
export function wordsOf(state: PairingState): string[] | undefined {
  const digest = transcript(state);
  return digest === undefined ? undefined : toWords(digest, 4);
}

/** Whether a person at every device said that the words are the same. */
export function isComplete(state: PairingState): boolean {
  const members = founded(state)?.members;
  return (
    state.failure === undefined &&
    transcript(state) !== undefined &&
    members?.every(({ identity }) => state.confirmed.has(toHex(identity))) === true
  );
}

export const withConfirmed = (state: PairingState, identity: Uint8Array): PairingState => ({
  ...state,
  confirmed: new Set(state.confirmed).add(toHex(identity)),
});

export const isCreator = (state: PairingState, identity: Uint8Array): boolean =>
  equalBytes(identity, state.invitation.identity);

export const isMember = (state: PairingState, identity: Uint8Array): boolean =>
  founded(state)?.members.some((member) => equalBytes(member.identity, identity)) === true ||
  state.joined.some((member) => equalBytes(member.identity, identity));

/** The id of the vault that this pairing founds. */
export const foundedVaultId = (state: PairingState): Uint8Array | undefined =>
  state.founding === undefined ? undefined : vaultId(state.founding);
