/** Contexts: one encoding each, and nothing impossible is encoded or decoded (addendum M2). */
import { describe, expect, it } from 'vitest';
import { concat, DecodeError, u16, u32, u8 } from '../../codec.ts';
import { UsageError } from '../abort.ts';
import { ED25519, groupOf, SECP256K1, type Suite } from '../group.ts';
import type { KeyInfo, Member } from '../keys.ts';
import { devices, digestOf, membersOf, requestId, seeded } from '../testing/seeded.ts';
import {
  contextHead,
  decodeKeygenContext,
  decodeKeyInfo,
  decodeReshareContext,
  encodeKeygenContext,
  encodeKeyInfo,
  encodeMembers,
  encodeReshareContext,
  encodeSet,
  type KeygenContext,
  type ReshareContext,
} from './context.ts';

const suites = [
  'mpc-ecdsa/v1/secp256k1/L128',
  'mpc-frost/v1/secp256k1-bip340',
  'mpc-frost/v1/ed25519',
] as const;
const members = membersOf(devices(4));
const [first, second, third, fourth] = members as [Member, Member, Member, Member];
const suite = suites[0];

const keygen: KeygenContext = { suite, requestId: requestId('k'), threshold: 2, members };
const keyOf = (of: Suite, threshold = 2): KeyInfo => ({
  suite: of,
  kid: digestOf('kid'),
  epoch: 3,
  threshold,
  members,
  commitment: Array.from({ length: threshold }, (_, k) =>
    groupOf(of)
      .base.multiply(BigInt(k + 5))
      .toBytes(),
  ),
  chainCode: digestOf('chain code'),
});
const reshare: ReshareContext = {
  suite,
  requestId: requestId('r'),
  old: keyOf(suite),
  dealers: [1, 3],
  threshold: 2,
  members: [
    { index: 1, identity: third.identity },
    { index: 2, identity: seeded('new')(32) },
  ],
};

/** Where each field of an encoded key generation context begins. */
const SUITE = 0;
const PROTOCOL = 1 + suite.length;
const REQUEST = PROTOCOL + 1 + 'dkg'.length;
const THRESHOLD = REQUEST + 16;
const COUNT = THRESHOLD + 2;
const MEMBER = COUNT + 2;

const splice = (bytes: Uint8Array, at: number, remove: number, ...insert: Uint8Array[]) =>
  concat(bytes.slice(0, at), ...insert, bytes.slice(at + remove));
const put = (bytes: Uint8Array, at: number, value: Uint8Array) =>
  splice(bytes, at, value.length, value);
const text = (value: string) => Uint8Array.from(value, (letter) => letter.charCodeAt(0));

describe('the context of a key generation', () => {
  const encoded = encodeKeygenContext(keygen);

  it.each(suites)('survives encoding and decoding: %s', (of) => {
    for (const threshold of [2, 3, 4]) {
      const context = { ...keygen, suite: of, threshold };
      expect(decodeKeygenContext(encodeKeygenContext(context))).toEqual(context);
    }
  });

  it('is suite, protocol, request id, threshold and members, each of fixed or stated length', () => {
    const { identity } = first;
    expect(encoded.slice(0, MEMBER + 34)).toEqual(
      concat(
        u8(suite.length),
        text(suite),
        u8(3),
        text('dkg'),
        requestId('k'),
        u16(2),
        u16(4),
        u16(1),
        identity,
      ),
    );
    expect(encoded).toHaveLength(MEMBER + 4 * 34);
  });

  it.each<[string, (bytes: Uint8Array) => Uint8Array]>([
    ['trailing bytes', (bytes) => concat(bytes, u8(0))],
    ['an unknown suite', (bytes) => put(bytes, SUITE + 1, text('M'))],
    ['a suite of another version', (bytes) => put(bytes, SUITE + 1, text('mpc-ecdsa/v2'))],
    ['an empty suite', (bytes) => splice(bytes, SUITE, 1 + suite.length, u8(0))],
    ['a suite with a byte more', (bytes) => splice(bytes, SUITE, 1, u8(suite.length + 1))],
    ['another protocol', (bytes) => put(bytes, PROTOCOL + 1, text('dkG'))],
    ['a longer protocol', (bytes) => splice(bytes, PROTOCOL, 4, u8(4), text('dkg '))],
    ['a threshold of 0', (bytes) => put(bytes, THRESHOLD, u16(0))],
    ['a threshold of 1', (bytes) => put(bytes, THRESHOLD, u16(1))],
    ['a threshold above the members', (bytes) => put(bytes, THRESHOLD, u16(5))],
    ['a threshold of 65535', (bytes) => put(bytes, THRESHOLD, u16(65_535))],
    ['fewer members than counted', (bytes) => put(bytes, COUNT, u16(5))],
    ['more members than counted', (bytes) => put(bytes, COUNT, u16(3))],
    ['65535 members', (bytes) => put(bytes, COUNT, u16(65_535))],
    ['member 0 (P-22)', (bytes) => put(bytes, MEMBER, u16(0))],
    ['numbers that do not begin at 1 (P-22)', (bytes) => put(bytes, MEMBER, u16(2))],
    ['a number twice (P-22)', (bytes) => put(bytes, MEMBER + 34, u16(1))],
    ['a number above n (P-22)', (bytes) => put(bytes, MEMBER + 3 * 34, u16(5))],
    [
      'a number that is 4 modulo 2^16 in a wider field',
      (bytes) => splice(bytes, MEMBER + 3 * 34, 2, u32(65_540)),
    ],
    [
      'members in another order',
      (bytes) =>
        concat(
          bytes.slice(0, MEMBER),
          bytes.slice(MEMBER + 34, MEMBER + 68),
          bytes.slice(MEMBER, MEMBER + 34),
          bytes.slice(MEMBER + 68),
        ),
    ],
    ['an identity key twice', (bytes) => put(bytes, MEMBER + 36, first.identity)],
    ['the protocol of a redistribution', () => encodeReshareContext(reshare)],
    ['nothing', () => new Uint8Array()],
  ])('is refused with %s', (_, change) => {
    expect(() => decodeKeygenContext(change(encoded))).toThrow(DecodeError);
  });

  it('is refused at every shorter length', () => {
    for (let length = 0; length < encoded.length; length++) {
      expect(() => decodeKeygenContext(encoded.slice(0, length))).toThrow(DecodeError);
    }
  });

  it.each<[string, Partial<KeygenContext>]>([
    ['P-22 number 0', { members: [{ ...first, index: 0 }, second] }],
    ['P-22 a number twice', { members: [first, { ...second, index: 1 }] }],
    ['P-22 a number that is not whole', { members: [first, { ...second, index: 1.5 }] }],
    ['P-22 a number above n', { members: [first, { ...second, index: 3 }] }],
    ['P-22 a number as text', { members: [first, { ...second, index: '2' as unknown as number }] }],
    [
      'P-22 the group order plus one',
      { members: [first, { ...second, index: Number(SECP256K1.order) + 1 }] },
    ],
    ['numbers out of order', { members: [second, first] }],
    ['an identity key twice', { members: [first, { index: 2, identity: first.identity }] }],
    [
      'an identity key of 31 bytes',
      { members: [first, { index: 2, identity: new Uint8Array(31) }] },
    ],
    ['no members', { members: [] }],
    ['a threshold of 1', { threshold: 1 }],
    ['a threshold above n', { threshold: 5 }],
    ['a threshold that is not whole', { threshold: 2.5 }],
    ['a threshold that is no number', { threshold: Number.NaN }],
    ['a short request id', { requestId: new Uint8Array(15) }],
    ['a long request id', { requestId: new Uint8Array(17) }],
    ['256 members', { members: membersOf(devices(256)) }],
  ])('is not encoded with %s', (_, change) => {
    expect(() => encodeKeygenContext({ ...keygen, ...change })).toThrow(UsageError);
  });

  it('differs when anything in it differs', () => {
    const changes: Partial<KeygenContext>[] = [
      {},
      { suite: suites[1] },
      { requestId: requestId('other') },
      { threshold: 3 },
      { members: members.slice(0, 3) },
      { members: [first, second, third, { ...fourth, identity: seeded('other')(32) }] },
    ];
    const all = changes.map((change) => encodeKeygenContext({ ...keygen, ...change }).join());
    expect(new Set(all).size).toBe(changes.length);
  });
});

describe('the public state of a key', () => {
  it.each(suites)('survives encoding and decoding: %s', (of) => {
    for (const threshold of [1, 2, 4]) {
      expect(decodeKeyInfo(encodeKeyInfo(keyOf(of, threshold)))).toEqual(keyOf(of, threshold));
    }
  });

  const encoded = encodeKeyInfo(keyOf(suite));
  const key = 1 + suite.length;
  const count = key + 32 + 4 + 2;
  const points = count + 2 + 4 * 34;
  const identityPoint = ED25519.zero.toBytes();

  it.each<[string, Uint8Array]>([
    ['trailing bytes', concat(encoded, u8(0))],
    ['an unknown suite', put(encoded, 1, text('x'))],
    [
      'a threshold of 0 and no coefficient',
      concat(put(encoded, count - 2, u16(0)).slice(0, points), encoded.slice(-32)),
    ],
    ['fewer coefficients than its threshold', splice(encoded, points, 33)],
    ['more coefficients than its threshold', splice(encoded, points, 0, SECP256K1.base.toBytes())],
    ['a threshold above its members', put(encoded, count - 2, u16(5))],
    ['no members', splice(put(encoded, count, u16(0)), count + 2, 4 * 34)],
    ['a coefficient that is no point', put(encoded, points, u8(5))],
    ['an uncompressed coefficient', put(encoded, points, u8(4))],
    ['a coefficient off the curve', put(encoded, points + 1, new Uint8Array(32).fill(255))],
    ['member 0 (P-22)', put(encoded, count + 2, u16(0))],
    ['a member twice (P-22)', put(encoded, count + 2 + 34, u16(1))],
    [
      'another suite, whose points are shorter',
      splice(encoded, 0, key, u8(suites[2].length), text(suites[2])),
    ],
    [
      'the identity as coefficient',
      put(encodeKeyInfo(keyOf(suites[2])), 1 + suites[2].length + 40 + 4 * 34, identityPoint),
    ],
  ])('is refused with %s', (_, bytes) => {
    expect(() => decodeKeyInfo(bytes)).toThrow(DecodeError);
  });

  it('is refused at every shorter length', () => {
    for (let length = 0; length < encoded.length; length++) {
      expect(() => decodeKeyInfo(encoded.slice(0, length))).toThrow(DecodeError);
    }
  });
});

describe('the context of a redistribution', () => {
  const encoded = encodeReshareContext(reshare);

  it.each(suites)('survives encoding and decoding: %s', (of) => {
    const context = { ...reshare, suite: of, old: keyOf(of) };
    expect(decodeReshareContext(encodeReshareContext(context))).toEqual(context);
  });

  it('takes an imported key, which has one member and a threshold of 1', () => {
    const old = { ...keyOf(suite, 1), members: [first] };
    const context: ReshareContext = { ...reshare, old, dealers: [1] };
    expect(decodeReshareContext(encodeReshareContext(context))).toEqual(context);
  });

  const head = contextHead(suite, 'reshare', reshare.requestId);
  const key = encodeKeyInfo(reshare.old);
  const rest = [u16(reshare.threshold), encodeMembers(reshare.members)];
  const assembled = (...parts: readonly Uint8Array[]) => concat(head, key, ...parts);
  const dealt = (...dealers: readonly number[]) =>
    assembled(u16(dealers.length), ...dealers.map(u16), ...rest);

  it('is head, old key, dealers, threshold and new members', () => {
    expect(dealt(1, 3)).toEqual(encoded);
  });

  it.each<[string, Uint8Array]>([
    ['trailing bytes', concat(encoded, u8(0))],
    ['dealers out of order (M2)', dealt(3, 1)],
    ['a dealer twice (M2)', dealt(1, 1, 3)],
    ['dealer 0 (P-22)', dealt(0, 1)],
    ['a dealer who is no old member (P-22)', dealt(1, 5)],
    ['too few dealers', dealt(1)],
    ['no dealers', dealt()],
    ['more dealers counted than there are', assembled(u16(3), u16(1), u16(3), ...rest)],
    ['65535 dealers', assembled(u16(65_535), u16(1), u16(3), ...rest)],
    ['a new threshold of 1', assembled(encodeSet([1, 3]), u16(1), encodeMembers(reshare.members))],
    [
      'a new threshold above the new members',
      assembled(encodeSet([1, 3]), u16(3), encodeMembers(reshare.members)),
    ],
    [
      'new members that are not numbered 1 to n',
      assembled(encodeSet([1, 3]), u16(2), encodeMembers([first, third])),
    ],
    ['no new members', assembled(encodeSet([1, 3]), u16(2), u16(0))],
    [
      'an old key of another suite',
      concat(contextHead(suites[1], 'reshare', reshare.requestId), key, encodeSet([1, 3]), ...rest),
    ],
    ['the protocol of a key generation', encodeKeygenContext(keygen)],
    [
      'the protocol of signing',
      concat(contextHead(suite, 'sign', reshare.requestId), key, encodeSet([1, 3]), ...rest),
    ],
  ])('is refused with %s', (_, bytes) => {
    expect(() => decodeReshareContext(bytes)).toThrow(DecodeError);
  });

  it.each<[string, Partial<ReshareContext>]>([
    ['dealers out of order', { dealers: [3, 1] }],
    ['P-22 a dealer twice', { dealers: [1, 1] }],
    ['P-22 dealer 0', { dealers: [0, 1] }],
    ['P-22 a dealer who is no old member', { dealers: [1, 5] }],
    ['too few dealers', { dealers: [1] }],
    ['a new threshold of 1', { threshold: 1 }],
    ['a new threshold above the new members', { threshold: 3 }],
    ['the old key of another suite', { old: keyOf(suites[1]) }],
    ['a new identity key twice', { members: [first, { index: 2, identity: first.identity }] }],
  ])('is not encoded with %s', (_, change) => {
    expect(() => encodeReshareContext({ ...reshare, ...change })).toThrow(UsageError);
  });

  it('differs when anything in it differs', () => {
    const changes: Partial<ReshareContext>[] = [
      {},
      { requestId: requestId('other') },
      { old: { ...reshare.old, kid: digestOf('other') } },
      { old: { ...reshare.old, epoch: 4 } },
      { old: { ...reshare.old, chainCode: digestOf('other') } },
      { dealers: [1, 2] },
      { dealers: [1, 2, 3] },
      { threshold: 3, members },
      { members },
    ];
    const all = changes.map((change) => encodeReshareContext({ ...reshare, ...change }).join());
    expect(new Set(all).size).toBe(changes.length);
  });
});

describe('a set of parties', () => {
  it('is counted, ascending and distinct, beginning at 1 (M2)', () => {
    expect(encodeSet([1, 3, 255])).toEqual(concat(u16(3), u16(1), u16(3), u16(255)));
    expect(encodeSet([9, 10])).toEqual(concat(u16(2), u16(9), u16(10)));
    for (const wrong of [[2, 1], [10, 9], [1, 1], [0, 1], [0], [-1, 1]]) {
      expect(() => encodeSet(wrong)).toThrow(UsageError);
    }
  });

  it('P-22 has no number modulo anything', () => {
    for (const index of [65_536, 65_537, 2 ** 32 + 1, 1.5, Number.NaN, Infinity]) {
      expect(() => encodeSet([index])).toThrow(UsageError);
    }
    expect(encodeSet([65_535])).toEqual(concat(u16(1), u16(65_535)));
  });
});
