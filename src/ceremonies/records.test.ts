/** What lies on the disk: one encoding for each value, and nothing else is read. */
import { beforeAll, describe, expect, it } from 'vitest';
import { concat, DecodeError, toHex } from '../codec.ts';
import {
  acceptCertificate,
  confirmPending,
  emptyEpochs,
  type EpochState,
  type NewKey,
  type EcdsaSuite,
  type FrostSuite,
} from '../threshold/index.ts';
import { dealtKeys, ecdsaKeys, frostKeys } from '../threshold/testing/keys.ts';
import { requestId, seeded } from '../threshold/testing/seeded.ts';
import {
  decodeKeyRecord,
  ECDSA,
  encodeKeyRecord,
  shareOf,
  TAPROOT,
  type KeyRecord,
  type Material,
} from './key-record.ts';
import { decodeMaybeSigned, encodeMaybeSigned } from './maybe-signed.ts';
import {
  afterEvent,
  bookOf,
  decodePairRecord,
  emptyPair,
  encodePairRecord,
  withGeneration,
  withoutDropped,
} from './pair-record.ts';

/** A copy with some bytes replaced. */
const patched = (bytes: Uint8Array, at: number, ...replacement: number[]): Uint8Array =>
  concat(bytes.slice(0, at), Uint8Array.from(replacement), bytes.slice(at + replacement.length));

describe('a key record', () => {
  let key: NewKey<EcdsaSuite>;
  let pending: EpochState<Material>;
  let records: readonly KeyRecord[];

  beforeAll(() => {
    const keys = ecdsaKeys(2, 2);
    key = keys.output(1);
    const { confirms, ...draft } = key.certificate;
    const material: Material = {
      share: key.share.withSecret((_, bytes) => bytes.slice()),
      confirms: new Map([...confirms].slice(1)),
    };
    const { publicKey } = keys.device(1).identity;
    pending = confirmPending(emptyEpochs<Material>(publicKey), draft, material);
    const active = acceptCertificate(pending, key.certificate).state;
    records = [
      pending,
      active,
      { ...active, retired: true },
      {
        ...pending,
        discarded: new Set(['ff'.repeat(32), '00'.repeat(32)]),
        attempts: new Map([
          [2, 3],
          [1, 4],
        ]),
        confirmed: new Map([...pending.confirmed, ['1/2', '0a'.repeat(32)]]),
      },
    ].map((epochs) => ({ requestId: requestId('records'), epochs }));
  }, 240_000);

  it('comes back as it was written', () => {
    for (const record of records) {
      const bytes = encodeKeyRecord(record);
      const read = decodeKeyRecord(bytes);
      expect(encodeKeyRecord(read)).toEqual(bytes);
      expect(read.requestId).toEqual(record.requestId);
      expect(read.epochs.active).toEqual(record.epochs.active);
      expect(read.epochs.pending).toEqual(record.epochs.pending);
      expect(read.epochs.certificates).toEqual(record.epochs.certificates);
      expect(read.epochs.lineage).toEqual(record.epochs.lineage);
      expect(read.epochs.retired).toBe(record.epochs.retired);
      expect([...read.epochs.discarded].sort()).toEqual([...record.epochs.discarded].sort());
      expect(new Map(read.epochs.attempts)).toEqual(record.epochs.attempts);
      expect(read.epochs.confirmed).toEqual(record.epochs.confirmed);
    }
  });

  it('gives the share back', () => {
    const [record] = records;
    const [held] = decodeKeyRecord(encodeKeyRecord(record ?? expect.unreachable())).epochs.pending;
    const share = shareOf(held ?? expect.unreachable(), key.share.info, ECDSA);
    const own = key.share.withSecret((_, bytes) => toHex(bytes));
    expect(share.withSecret((_, bytes) => toHex(bytes))).toBe(own);
  });

  it('is refused when it is cut, longer, of another version or another device', () => {
    const bytes = encodeKeyRecord(records[1] ?? expect.unreachable());
    for (const wrong of [
      new Uint8Array(),
      bytes.slice(0, -1),
      concat(bytes, Uint8Array.of(0)),
      patched(bytes, 0, 2),
      patched(bytes, 49, 2), // the retired flag
      patched(bytes, 17, ...new Uint8Array(32)), // the identity
    ]) {
      expect(() => decodeKeyRecord(wrong)).toThrow(DecodeError);
    }
  });

  it('is refused when its lists are out of order or repeat', () => {
    const bytes = encodeKeyRecord(records[3] ?? expect.unreachable());
    // The last list: 00.. and ff.., each 32 bytes.
    const [low, high] = [new Uint8Array(32), new Uint8Array(32).fill(0xff)];
    expect(decodeKeyRecord(bytes).epochs.discarded.size).toBe(2);
    const head = bytes.slice(0, -64);
    expect(() => decodeKeyRecord(concat(head, high, low))).toThrow(DecodeError);
    expect(() => decodeKeyRecord(concat(head, low, low))).toThrow(DecodeError);
  });

  it.each<[FrostSuite, boolean]>([
    [TAPROOT, true],
    ['mpc-frost/v1/ed25519', false],
  ])('of FROST is read only where a vault has such keys: %s', (suite, isRead) => {
    const keys = frostKeys(suite, 2, 2);
    const { share, certificate } = keys.output(1);
    const { confirms, ...draft } = certificate;
    const material: Material = {
      share: share.withSecret((_, bytes) => bytes.slice()),
      confirms: new Map([...confirms].slice(1)),
    };
    const { publicKey } = keys.device(1).identity;
    const epochs = confirmPending(emptyEpochs<Material>(publicKey), draft, material);
    const bytes = encodeKeyRecord({ requestId: requestId('frost'), epochs });
    if (isRead) expect(encodeKeyRecord(decodeKeyRecord(bytes))).toEqual(bytes);
    else expect(() => decodeKeyRecord(bytes)).toThrow('another suite');
  });

  it('is refused when the share is not of the key', () => {
    const bytes = encodeKeyRecord(records[0] ?? expect.unreachable());
    const secret = key.share.withSecret((_, share) => share.slice());
    const at = toHex(bytes).indexOf(toHex(secret)) / 2;
    const other = patched(bytes, at + 31, (secret[31] ?? 0) ^ 1);
    expect(() => decodeKeyRecord(other)).toThrow('does not belong to this key');
  });
});

describe('a pair record', () => {
  const keys = dealtKeys(2, 2);
  const first = { ...keys.generation(1, 2), gen: 1 };
  const second = { ...keys.generation(1, 2), gen: 2, pid: seeded('pid')(32) };
  const pair = withGeneration(withGeneration(emptyPair, first), second);
  const { kid } = keys.info;

  it('comes back as it was written', () => {
    for (const record of [emptyPair, pair, { ...pair, refused: true, failures: 2 }]) {
      expect(decodePairRecord(encodePairRecord(record))).toEqual(record);
    }
    expect(pair.generations.map(({ gen }) => gen)).toEqual([2, 1]);
  });

  it('is refused when it is cut, longer, of another version, or does not fit together', () => {
    const bytes = encodePairRecord(pair);
    for (const wrong of [
      bytes.slice(0, -1),
      concat(bytes, Uint8Array.of(0)),
      patched(bytes, 0, 2),
      patched(bytes, 9, 2), // the flag
      patched(bytes, 4, 1), // maxgen below a generation
      patched(bytes, 8, 1), // a floor that the older generation is not above
      patched(bytes, 8, 3), // a floor above maxgen
      encodePairRecord({ ...pair, generations: [...pair.generations].reverse() }),
    ]) {
      expect(() => decodePairRecord(wrong)).toThrow(DecodeError);
    }
  });

  it('follows what protocols write down, and its numbers never decrease', () => {
    const reserved = afterEvent(pair, { kind: 'pair-reserved', kid, peer: 2, gen: 5 });
    expect(reserved.maxgen).toBe(5);
    expect(afterEvent(reserved, { kind: 'pair-reserved', kid, peer: 2, gen: 3 })).toEqual(reserved);
    const ban = { kind: 'pair-banned', kid, epoch: 0, self: 1, peer: 2 } as const;
    const half = afterEvent(reserved, { ...ban, floor: 1 });
    expect(half.generations.map(({ gen }) => gen)).toEqual([2]);
    const banned = afterEvent(half, { ...ban, floor: 6 });
    expect(banned).toMatchObject({ floor: 6, maxgen: 6, generations: [] });
    expect(afterEvent(banned, { ...ban, floor: 2 })).toEqual(banned);
    const standing = { kind: 'peer-standing', kid, peer: 2, refused: true, failures: 2 } as const;
    expect(afterEvent(banned, standing)).toMatchObject({ refused: true, failures: 2, floor: 6 });
    const added = afterEvent(emptyPair, {
      kind: 'pair-pending',
      kid,
      peer: 2,
      generation: second,
    });
    expect(added).toMatchObject({ maxgen: 2 });
    expect(added.generations.map(({ gen }) => gen)).toEqual([2]);
  });

  it('becomes a book, and loses what the book gave up', () => {
    const book = bookOf(keys.info, 1, new Map([[2, pair]]));
    expect(book.report(2).held.map(({ gen }) => gen)).toEqual([2, 1]);
    book.settle(2, 2);
    const kept = withoutDropped(pair, book.report(2));
    expect(kept.generations.map(({ gen }) => gen)).toEqual([2]);
    // The book's secrets are copies: what it overwrites stays on the disk until it is written.
    expect(decodePairRecord(encodePairRecord(pair))).toEqual(pair);
    book.ban(2);
    expect(withoutDropped(kept, book.report(2)).generations).toEqual([]);
  });

  it('keeps bans and refusals in the book', () => {
    const banned = { ...emptyPair, maxgen: 4, floor: 4 };
    expect(bookOf(keys.info, 1, new Map([[2, banned]])).numbers(2)).toEqual({
      maxgen: 4,
      floor: 4,
    });
    const book = bookOf(keys.info, 1, new Map([[2, { ...pair, refused: true }]]));
    expect(() => book.lock([2])).toThrow('before a person allows it');
  });
});

describe('a record of a signing', () => {
  const record = {
    requestId: requestId('maybe'),
    items: [
      { publicKey: seeded('key')(33), digest: seeded('digest')(32) },
      { publicKey: seeded('other')(33), digest: seeded('digest')(32) },
    ],
  };
  const bytes = encodeMaybeSigned(record);

  it('comes back as it was written', () => {
    expect(decodeMaybeSigned(bytes)).toEqual(record);
  });

  it('is refused when it is cut, longer, of another version, or of an impossible size', () => {
    const empty = encodeMaybeSigned({ ...record, items: [] });
    const item = record.items[0] ?? expect.unreachable();
    const many = encodeMaybeSigned({ ...record, items: Array.from({ length: 17 }, () => item) });
    for (const wrong of [
      bytes.slice(0, -1),
      concat(bytes, Uint8Array.of(0)),
      patched(bytes, 0, 2),
      empty,
      many,
    ]) {
      expect(() => decodeMaybeSigned(wrong)).toThrow(DecodeError);
    }
  });
});
