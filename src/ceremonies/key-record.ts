/**
 * One key as it lies on the disk: which request made it and its whole epoch state, shares included. The
 * records that hold it seal it. Layout (integers big endian, `blob` = u32 length and bytes):
 *
 *     u8 1, 16 request id, 32 identity, u8 retired, u8 0|1 and held (the active share),
 *     u16 and held each (pending), u16 and (u32 epoch, u32 attempt, 32 sid) each (confirmed),
 *     u16 and (u32 epoch, u32 attempt) each (attempts),
 *     u16 and (blob key info, u32 epoch, u32 attempt, 32 sid) each (lineage),
 *     u16 and blob each (certificates), u16 and 32 each (discarded)
 *     held = blob certificate without confirms, 32 share, u16 and (u16 number, 64 signature) each
 */
import { hexToBytes } from '@noble/hashes/utils.js';
import { concat, equalBytes, Reader, toHex, u16, u32, u8 } from '../codec.ts';
import {
  decodeCertificate,
  decodeKeyInfo,
  describeDraft,
  encodeCertificate,
  encodeKeyInfo,
  KeyShare,
  type Certified,
  type EcdsaSuite,
  type EpochState,
  type Held,
  type Height,
  type KeyInfo,
  type PartyIndex,
  type TaprootSuite,
} from '../threshold/index.ts';
import type { KeySuite } from './api.ts';

/** Threshold ECDSA: the first key of a vault. */
export const ECDSA: EcdsaSuite = 'mpc-ecdsa/v1/secp256k1/L128';
/** FROST with BIP-340 signatures: the key for Bitcoin Taproot. */
export const TAPROOT: TaprootSuite = 'mpc-frost/v1/secp256k1-bip340';
/** The suites of the keys that a vault has. */
export const SUITES = [ECDSA, TAPROOT] as const;

/** What a device keeps for a share besides what `threshold/` looks at. */
export interface Material {
  /** s_i, 32 bytes. */
  readonly share: Uint8Array;
  /** Valid confirmations of other members that arrived one by one. */
  readonly confirms: ReadonlyMap<PartyIndex, Uint8Array>;
}

export interface KeyRecord {
  /** Of the key generation, 16 bytes. */
  readonly requestId: Uint8Array;
  readonly epochs: EpochState<Material>;
}

/** The suite of a key. @throws RangeError for one that no key of a vault has */
export function suiteOf({ suite }: Pick<KeyInfo, 'suite'>): KeySuite {
  const known = SUITES.find((one) => one === suite);
  if (known === undefined) throw new RangeError('a key of another suite');
  return known;
}

/**
 * A share ready to be used. Wipe it afterwards.
 *
 * @throws RangeError for a key of another suite, UsageError when the share does not fit the key
 */
export function shareOf<S extends KeySuite>(
  held: Held<Material>,
  info: KeyInfo,
  suite: S,
): KeyShare<S> {
  if (info.suite !== suite) throw new RangeError('a key of another suite');
  return new KeyShare({ ...info, suite }, held.index, held.material.share);
}

const blob = (bytes: Uint8Array): Uint8Array => concat(u32(bytes.length), bytes);
const listOf = (items: readonly Uint8Array[]): Uint8Array => concat(u16(items.length), ...items);
const ascending = <T>(map: ReadonlyMap<number, T>): [number, T][] =>
  [...map].sort(([a], [b]) => a - b);
const byBytes = (items: readonly Uint8Array[]): Uint8Array[] =>
  [...items].sort((a, b) => (toHex(a) < toHex(b) ? -1 : 1));

const encodeHeight = ({ epoch, attempt, sid }: Height): Uint8Array =>
  concat(u32(epoch), u32(attempt), sid);

const encodeHeld = ({ draft, material }: Held<Material>): Uint8Array =>
  concat(
    blob(encodeCertificate({ ...draft, confirms: new Map() })),
    material.share,
    listOf(ascending(material.confirms).map(([index, sig]) => concat(u16(index), sig))),
  );

/** Canonical bytes of a key. */
export function encodeKeyRecord({ requestId, epochs }: KeyRecord): Uint8Array {
  const { active, confirmed, lineage } = epochs;
  return concat(
    u8(1),
    requestId,
    epochs.identity,
    u8(epochs.retired ? 1 : 0),
    active === undefined ? u8(0) : concat(u8(1), encodeHeld(active)),
    listOf(epochs.pending.map(encodeHeld)),
    listOf(
      byBytes(
        [...confirmed].map(([slot, sid]) => {
          const [epoch = 0, attempt = 0] = slot.split('/').map(Number);
          return encodeHeight({ epoch, attempt, sid: hexToBytes(sid) });
        }),
      ),
    ),
    listOf(ascending(epochs.attempts).map(([epoch, n]) => concat(u32(epoch), u32(n)))),
    listOf(
      byBytes(
        [...lineage.values()].map(({ info, height }) =>
          concat(blob(encodeKeyInfo(info)), encodeHeight(height)),
        ),
      ),
    ),
    listOf(epochs.certificates.map((certificate) => blob(encodeCertificate(certificate)))),
    listOf(byBytes([...epochs.discarded].map(hexToBytes))),
  );
}

/**
 * Reads what `encodeKeyRecord` wrote. Signatures of drafts are checked, and that each share fits.
 *
 * @throws DecodeError unless canonical; ProtocolError or UsageError for contents that do not fit together
 */
export function decodeKeyRecord(bytes: Uint8Array): KeyRecord {
  const reader = new Reader(bytes, 'key record');
  if (reader.u8() !== 1) throw reader.malformed('unknown version');
  const requestId = reader.bytes(16);
  const identity = reader.bytes(32);
  const retired = readFlag(reader);
  const active = readFlag(reader) ? readHeld(reader, identity) : undefined;
  const pending = readList(reader, () => readHeld(reader, identity));
  const confirmed = readList(reader, () => readHeight(reader));
  const attempts = readList(reader, () => [reader.u32(), reader.u32()] as const);
  const lineage = readList(reader, (): Certified => {
    const info = decodeKeyInfo(reader.bytes(reader.u32()));
    return { info, height: readHeight(reader) };
  });
  const certificates = readList(reader, () => decodeCertificate(reader.bytes(reader.u32())));
  const discarded = readList(reader, () => toHex(reader.bytes(32)));
  reader.end();
  const record: KeyRecord = {
    requestId,
    epochs: {
      identity,
      retired,
      active: active && { ...active, info: describeDraft(active.draft).info },
      pending,
      confirmed: new Map(
        confirmed.map(({ epoch, attempt, sid }) => [
          `${String(epoch)}/${String(attempt)}`,
          toHex(sid),
        ]),
      ),
      attempts: new Map(attempts),
      lineage: new Map(lineage.map((certified) => [toHex(certified.info.kid), certified])),
      certificates,
      discarded: new Set(discarded),
    },
  };
  // Order, repetitions and lengths are right exactly when the same bytes come out again.
  if (!equalBytes(encodeKeyRecord(record), bytes)) throw reader.malformed('not canonical');
  return record;
}

function readHeld(reader: Reader, identity: Uint8Array): Held<Material> {
  const { confirms: none, ...draft } = decodeCertificate(reader.bytes(reader.u32()));
  if (none.size > 0) throw reader.malformed('a draft has no confirmations');
  const share = reader.bytes(32);
  const confirms = readList(reader, () => [reader.u16(), reader.bytes(64)] as const);
  const { info, height } = describeDraft(draft);
  const index = info.members.find((member) => equalBytes(member.identity, identity))?.index;
  if (index === undefined) throw reader.malformed('a share of another device');
  const held = { height, draft, index, material: { share, confirms: new Map(confirms) } };
  shareOf(held, info, suiteOf(info)).wipe();
  return held;
}

const readHeight = (reader: Reader): Height => ({
  epoch: reader.u32(),
  attempt: reader.u32(),
  sid: reader.bytes(32),
});

function readFlag(reader: Reader): boolean {
  const flag = reader.u8();
  if (flag > 1) throw reader.malformed('a flag is 0 or 1');
  return flag === 1;
}

const readList = <T>(reader: Reader, read: () => T): T[] =>
  Array.from({ length: reader.u16() }, read);
