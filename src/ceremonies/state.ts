/**
 * Everything a host keeps: on the disk through its records, and the same in memory. Changes of keys are
 * written before they are seen in memory. Changes of pairs are seen in memory first: there they only ever
 * forbid more, and a failed write must not lift a ban.
 */
import { concat, DecodeError, Reader, toHex, u32, u8 } from '../codec.ts';
import {
  confirmPending,
  emptyEpochs,
  PeerStandings,
  type DurableRecord,
  type Held,
  type KeyInfo,
  type PairBook,
  type PartyIndex,
  type PendingKey,
  type RandomSource,
} from '../threshold/index.ts';
import type { MaybeSigned } from './api.ts';
import { CeremonyError } from './errors.ts';
import { decodeKeyRecord, encodeKeyRecord, type KeyRecord, type Material } from './key-record.ts';
import { decodeMaybeSigned, encodeMaybeSigned } from './maybe-signed.ts';
import {
  afterEvent,
  bookOf,
  decodePairRecord,
  emptyPair,
  encodePairRecord,
  withGeneration,
  withoutDropped,
  type PairRecord,
} from './pair-record.ts';
import type { Records, RecordWrite } from './port.ts';

const DEVICE = 'ceremony-device';
const KEYS = 'ceremony-keys';
const PAIRS = 'ceremony-pairs';
const MAYBE_SIGNED = 'ceremony-maybe-signed';

type Pairs = Map<PartyIndex, PairRecord>;

export class HostState {
  /** 32 bytes: hedges draws that are made before there is a share (addendum M3). */
  readonly deviceSecret: Uint8Array;
  readonly #records: Records;
  readonly #identity: Uint8Array;
  readonly #keys: Map<string, KeyRecord>;
  readonly #pairs: Map<string, Pairs>;
  readonly #books = new Map<string, PairBook>();
  readonly #standings = new Map<string, PeerStandings>();
  #counter: bigint;
  #last: Promise<unknown> = Promise.resolve();

  private constructor(
    records: Records,
    identity: Uint8Array,
    device: { readonly secret: Uint8Array; readonly counter: bigint },
    keys: Map<string, KeyRecord>,
    pairs: Map<string, Pairs>,
  ) {
    this.#records = records;
    this.#identity = identity;
    this.deviceSecret = device.secret;
    this.#counter = device.counter;
    this.#keys = keys;
    this.#pairs = pairs;
  }

  /**
   * Reads all records; makes the device secret the first time.
   *
   * @throws CeremonyError `ceremonies/damaged` when a record is not what was written
   */
  static async open(
    records: Records,
    identity: Uint8Array,
    random: RandomSource,
  ): Promise<HostState> {
    const secret = await records.get(DEVICE, 'secret');
    const counter = await records.get(DEVICE, 'counter');
    const device = {
      secret: secret === undefined ? random(32) : fixed(secret, 'device secret', 32),
      counter: counter === undefined ? 0n : toBigint(fixed(counter, 'session counter', 8)),
    };
    if (secret === undefined) {
      const value = concat(u8(1), device.secret);
      await records.write([{ kind: 'put', bucket: DEVICE, key: 'secret', value }]);
    }
    const keys = new Map<string, KeyRecord>();
    for (const { key, value } of await records.list(KEYS)) {
      const record = intact('a key', () => decodeKeyRecord(value));
      if (toHex(record.epochs.identity) !== toHex(identity)) throw damaged('a key');
      keys.set(key, record);
    }
    const pairs = new Map<string, Pairs>();
    for (const { key, value } of await records.list(PAIRS)) {
      const [, kid, peer] = /^([0-9a-f]{64})\/([1-9][0-9]{0,2})$/.exec(key) ?? [];
      if (kid === undefined) throw damaged('a pair of devices');
      const ofKey = pairs.get(kid) ?? new Map<PartyIndex, PairRecord>();
      ofKey.set(
        Number(peer),
        intact('a pair of devices', () => decodePairRecord(value)),
      );
      pairs.set(kid, ofKey);
    }
    return new HostState(records, identity, device, keys, pairs);
  }

  /** Every key by key id, ascending. */
  keys(): [string, KeyRecord][] {
    return [...this.#keys].sort(([a], [b]) => (a < b ? -1 : 1));
  }

  /** @throws CeremonyError for a key that this device holds no share of */
  key(kid: string): KeyRecord {
    const record = this.#keys.get(kid);
    if (record === undefined) {
      throw new CeremonyError({
        code: 'ceremonies/unknown-key',
        message: 'This device holds no share of that key.',
      });
    }
    return record;
  }

  pair(kid: string, peer: PartyIndex): PairRecord {
    return this.#pairs.get(kid)?.get(peer) ?? emptyPair;
  }

  /** The pairs of a key as the protocols use them: one book for all sessions, so that its locks hold. */
  book(kid: string, info: KeyInfo, self: PartyIndex): PairBook {
    const book = this.#books.get(kid) ?? bookOf(info, self, this.#pairs.get(kid) ?? new Map());
    this.#books.set(kid, book);
    return book;
  }

  /** What is held against the other members of a key without pairs: one for all sessions. */
  standings(kid: string, info: KeyInfo, self: PartyIndex): PeerStandings {
    const known = this.#standings.get(kid);
    if (known !== undefined) return known;
    const standings = new PeerStandings(info, self);
    for (const [peer, standing] of this.#pairs.get(kid) ?? []) standings.restore(peer, standing);
    this.#standings.set(kid, standings);
    return standings;
  }

  /** The next number of a session, on the disk before it is used. */
  async nextCounter(): Promise<bigint> {
    return this.#serially(async () => {
      this.#counter += 1n;
      const value = concat(
        u8(1),
        u32(Number(this.#counter >> 32n)),
        u32(Number(this.#counter & 0xffffffffn)),
      );
      await this.#records.write([{ kind: 'put', bucket: DEVICE, key: 'counter', value }]);
      return this.#counter;
    });
  }

  /** Changes one key; resolves when the change is on the disk. */
  async changeKey(kid: string, change: (record: KeyRecord) => KeyRecord): Promise<void> {
    await this.#serially(async () => {
      const before = this.key(kid);
      const after = change(before);
      if (after === before) return;
      const value = encodeKeyRecord(after);
      await this.#records.write([{ kind: 'put', bucket: KEYS, key: kid, value }]);
      this.#keys.set(kid, after);
    });
  }

  /** Writes what a protocol asked for. @param requestId of the ceremony, 16 bytes */
  async store(record: DurableRecord, requestId: Uint8Array): Promise<void> {
    await this.#serially(async () => {
      switch (record.kind) {
        case 'pending-key':
          await this.#addKey(record.pending, requestId);
          break;
        case 'maybe-signed': {
          const kid = toHex(record.kid);
          const value = encodeMaybeSigned({ requestId, items: record.items });
          const key = `${kid}/${toHex(record.sid)}`;
          await this.#records.write([
            { kind: 'put', bucket: MAYBE_SIGNED, key, value },
            ...this.#dropOldGenerations(kid),
          ]);
          break;
        }
        case 'pair-banned':
        case 'pair-reserved':
        case 'peer-standing':
        case 'pair-pending': {
          const kid = toHex(record.kid);
          const pair = afterEvent(this.pair(kid, record.peer), record);
          await this.#records.write([this.#setPair(kid, record.peer, pair)]);
        }
      }
    });
  }

  /** What was committed to under a key. */
  async maybeSigned(kid: string): Promise<MaybeSigned[]> {
    const entries = await this.#records.list(MAYBE_SIGNED);
    return entries
      .filter(({ key }) => key.startsWith(`${kid}/`))
      .map(({ value }) => intact('what was signed', () => decodeMaybeSigned(value)));
  }

  /** Overwrites what can be overwritten. */
  wipe(): void {
    this.deviceSecret.fill(0);
    for (const { epochs } of this.#keys.values()) {
      for (const { material } of heldOf({ epochs })) material.share.fill(0);
    }
    for (const pair of [...this.#pairs.values()].flatMap((pairs) => [...pairs.values()])) {
      for (const { bytes } of pair.generations) bytes.fill(0);
    }
    this.#keys.clear();
    this.#pairs.clear();
    this.#books.clear();
    this.#standings.clear();
  }

  async #addKey({ share, pairs, draft }: PendingKey, requestId: Uint8Array): Promise<void> {
    const kid = toHex(share.info.kid);
    const material: Material = {
      share: share.withSecret((_, bytes) => bytes.slice()),
      confirms: new Map(),
    };
    const epochs = confirmPending(emptyEpochs<Material>(this.#identity), draft, material);
    const record: KeyRecord = { requestId: requestId.slice(), epochs };
    const added = [...pairs].map(
      ([peer, generation]) => [peer, withGeneration(emptyPair, generation)] as const,
    );
    await this.#records.write([
      { kind: 'put', bucket: KEYS, key: kid, value: encodeKeyRecord(record) },
      ...added.map(([peer, pair]) => pairWrite(kid, peer, pair)),
    ]);
    this.#keys.set(kid, record);
    this.#pairs.set(kid, new Map(added));
  }

  /** Signing gave up generations that a newer one replaced: they leave the disk too (addendum A2). */
  #dropOldGenerations(kid: string): RecordWrite[] {
    const book = this.#books.get(kid);
    if (book === undefined) return [];
    return [...(this.#pairs.get(kid) ?? [])].flatMap(([peer, pair]) => {
      const kept = withoutDropped(pair, book.report(peer));
      const same = kept.generations.length === pair.generations.length;
      return same ? [] : [this.#setPair(kid, peer, kept)];
    });
  }

  #setPair(kid: string, peer: PartyIndex, pair: PairRecord): RecordWrite {
    const pairs = this.#pairs.get(kid) ?? new Map<PartyIndex, PairRecord>();
    this.#pairs.set(kid, pairs.set(peer, pair));
    return pairWrite(kid, peer, pair);
  }

  /** One change after the other: each starts from what the one before wrote. */
  async #serially<T>(change: () => Promise<T>): Promise<T> {
    const result = this.#last.then(change);
    this.#last = result.catch(() => undefined);
    return result;
  }
}

/** The shares of a key, the active one first. */
const heldOf = ({ epochs }: Pick<KeyRecord, 'epochs'>): Held<Material>[] =>
  epochs.active === undefined ? [...epochs.pending] : [epochs.active, ...epochs.pending];

const pairWrite = (kid: string, peer: PartyIndex, pair: PairRecord): RecordWrite => ({
  kind: 'put',
  bucket: PAIRS,
  key: `${kid}/${String(peer)}`,
  value: encodePairRecord(pair),
});

const damaged = (what: string, cause?: unknown): CeremonyError =>
  new CeremonyError(
    {
      code: 'ceremonies/damaged',
      message:
        `What this device stored about ${what} cannot be read any more. ` +
        'The other devices still hold their shares: restore this one from its backup.',
    },
    { cause },
  );

function intact<T>(what: string, decode: () => T): T {
  try {
    return decode();
  } catch (cause) {
    throw damaged(what, cause);
  }
}

/** u8 1, then `length` bytes. */
const fixed = (bytes: Uint8Array, what: string, length: number): Uint8Array =>
  intact(`its ${what}`, () => {
    const reader = new Reader(bytes, what);
    if (reader.u8() !== 1) throw new DecodeError(`${what}: unknown version`);
    const value = reader.bytes(length);
    reader.end();
    return value;
  });

const toBigint = (bytes: Uint8Array): bigint => BigInt(`0x${toHex(bytes)}`);
