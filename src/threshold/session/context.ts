/**
 * The contexts of the protocols, canonically encoded (specification 3.2, addendum M2). No free text:
 * what people read is derived on each device.
 */
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { concat, Reader, u16, u32, u8 } from '../../codec.ts';
import { UsageError, type PartyIndex } from '../abort.ts';
import { groupOf, type Suite } from '../group.ts';
import { IDENTITY_BYTES } from '../identity.ts';
import { checkMembers, type KeyInfo, type Member } from '../keys.ts';
import { MAX_PARTIES } from '../parameters.ts';

/** 16 random bytes that name one request of a person. */
const REQUEST_ID_BYTES = 16;

/** Largest number that a set can hold. Whether there is such a party is checked elsewhere. */
const MAX_INDEX = 0xffff;

const SUITES: readonly Suite[] = [
  'mpc-ecdsa/v1/secp256k1/L128',
  'mpc-frost/v1/secp256k1-bip340',
  'mpc-frost/v1/ed25519',
];

/** Length-prefixed ASCII. */
const label = (text: string): Uint8Array => concat(u8(text.length), utf8ToBytes(text));

/** The first fields of every context. */
export function contextHead(suite: Suite, protocol: string, requestId: Uint8Array): Uint8Array {
  if (requestId.length !== REQUEST_ID_BYTES) throw new UsageError('a request id has 16 bytes');
  return concat(label(suite), label(protocol), requestId);
}

/** Reads what `contextHead` wrote. @throws DecodeError for another protocol or an unknown suite */
function readHead(reader: Reader, protocol: string): { suite: Suite; requestId: Uint8Array } {
  const readLabel = (): string => String.fromCharCode(...reader.bytes(reader.u8()));
  const name = readLabel();
  const suite = SUITES.find((known) => known === name);
  if (suite === undefined) throw reader.malformed('unknown suite');
  if (readLabel() !== protocol) throw reader.malformed(`not a ${protocol} context`);
  return { suite, requestId: reader.bytes(REQUEST_ID_BYTES) };
}

/** u16 count, then u16 index and identity key of each. */
export const encodeMembers = (members: readonly Member[]): Uint8Array =>
  concat(u16(members.length), ...members.flatMap(({ index, identity }) => [u16(index), identity]));

function readMembers(reader: Reader): Member[] {
  const count = reader.u16();
  if (count > MAX_PARTIES) throw reader.malformed('too many members');
  return Array.from({ length: count }, () => ({
    index: reader.u16(),
    identity: reader.bytes(IDENTITY_BYTES),
  }));
}

/**
 * u16 count, then u16 each, ascending.
 *
 * @throws UsageError unless they are distinct numbers from 1 to 65,535, ascending
 */
export function encodeSet(set: readonly PartyIndex[]): Uint8Array {
  const numbers = set.every((value) => Number.isInteger(value) && value <= MAX_INDEX);
  if (!numbers) throw new UsageError('the number of a party is an integer of 16 bits');
  const ascending = set.every((value, i) => value > (set[i - 1] ?? 0));
  if (!ascending) throw new UsageError('a set of parties is ascending and distinct');
  return concat(u16(set.length), ...set.map(u16));
}

/** Numbers in any order: `checkReshareContext` looks at that. */
function readSet(reader: Reader): PartyIndex[] {
  const count = reader.u16();
  if (count > MAX_PARTIES) throw reader.malformed('too many parties');
  return Array.from({ length: count }, () => reader.u16());
}

/** Turns a UsageError of a shared check into a DecodeError: here the bytes came from outside. */
function checked<T>(reader: Reader, value: T, check: (value: T) => void): T {
  try {
    check(value);
    return value;
  } catch (cause) {
    throw reader.malformed(cause instanceof Error ? cause.message : 'invalid');
  }
}

/** A key generation. */
export interface KeygenContext<S extends Suite = Suite> {
  readonly suite: S;
  readonly requestId: Uint8Array;
  readonly threshold: number;
  readonly members: readonly Member[];
}

/** enc(ctx): head, u16 t, members. @throws UsageError for an impossible threshold or member list */
export function encodeKeygenContext(context: KeygenContext): Uint8Array {
  const { suite, requestId, threshold, members } = context;
  checkMembers(members, threshold);
  return concat(contextHead(suite, 'dkg', requestId), u16(threshold), encodeMembers(members));
}

/** @throws DecodeError unless canonical and possible */
export function decodeKeygenContext(bytes: Uint8Array): KeygenContext {
  const reader = new Reader(bytes, 'key generation context');
  const head = readHead(reader, 'dkg');
  const threshold = reader.u16();
  const members = readMembers(reader);
  reader.end();
  return checked(reader, { ...head, threshold, members }, () => {
    checkMembers(members, threshold);
  });
}

/** The public state of a key: kid, u32 epoch, u16 t, members, coefficients, chain code. */
export const encodeKeyInfo = (info: KeyInfo): Uint8Array =>
  concat(
    label(info.suite),
    info.kid,
    u32(info.epoch),
    u16(info.threshold),
    encodeMembers(info.members),
    ...info.commitment,
    info.chainCode,
  );

function readKeyInfo(reader: Reader): KeyInfo {
  const name = String.fromCharCode(...reader.bytes(reader.u8()));
  const suite = SUITES.find((known) => known === name);
  if (suite === undefined) throw reader.malformed('unknown suite');
  const group = groupOf(suite);
  const kid = reader.bytes(32);
  const epoch = reader.u32();
  const threshold = reader.u16();
  const members = readMembers(reader);
  if (threshold > members.length) throw reader.malformed('threshold above the number of members');
  const commitment = Array.from({ length: threshold }, () => reader.bytes(group.pointBytes));
  for (const point of commitment) group.decodePoint(point);
  const chainCode = reader.bytes(32);
  return checked(reader, { suite, kid, epoch, threshold, members, commitment, chainCode }, () => {
    checkMembers(members, threshold, 1);
  });
}

/** @throws DecodeError unless canonical and possible */
export function decodeKeyInfo(bytes: Uint8Array): KeyInfo {
  const reader = new Reader(bytes, 'key');
  const info = readKeyInfo(reader);
  reader.end();
  return info;
}

/** A redistribution: the old key, who deals, and the new set. */
export interface ReshareContext<S extends Suite = Suite> {
  readonly suite: S;
  readonly requestId: Uint8Array;
  readonly old: KeyInfo<S>;
  /** Old numbers of the dealers, ascending; at least the old threshold. */
  readonly dealers: readonly PartyIndex[];
  readonly threshold: number;
  /** The recipients, with their new numbers. */
  readonly members: readonly Member[];
}

/** @throws UsageError when the dealers are no quorum of the old members or the new set is impossible */
function checkReshareContext(context: ReshareContext): void {
  const { suite, old, dealers, threshold, members } = context;
  if (old.suite !== suite) throw new UsageError('the old key has another suite');
  checkMembers(old.members, old.threshold, 1);
  checkMembers(members, threshold);
  if (dealers.length < old.threshold) throw new UsageError('too few dealers for the old threshold');
  encodeSet(dealers);
  if (dealers.some((dealer) => !old.members.some(({ index }) => index === dealer))) {
    throw new UsageError('a dealer is not an old member');
  }
}

/** enc(ctx) without the attempt: head, old key, dealers, u16 t', new members. */
export function encodeReshareContext(context: ReshareContext): Uint8Array {
  checkReshareContext(context);
  const { suite, requestId, old, dealers, threshold, members } = context;
  return concat(
    contextHead(suite, 'reshare', requestId),
    encodeKeyInfo(old),
    encodeSet(dealers),
    u16(threshold),
    encodeMembers(members),
  );
}

/** @throws DecodeError unless canonical and possible */
export function decodeReshareContext(bytes: Uint8Array): ReshareContext {
  const reader = new Reader(bytes, 'redistribution context');
  const head = readHead(reader, 'reshare');
  const old = readKeyInfo(reader);
  const dealers = readSet(reader);
  const threshold = reader.u16();
  const members = readMembers(reader);
  reader.end();
  return checked(reader, { ...head, old, dealers, threshold, members }, checkReshareContext);
}
