import { hexToBytes } from '@noble/hashes/utils.js';
import { describe, expect, it } from 'vitest';
import { encodeCbor, type CborValue } from '../cbor.ts';
import { toHex } from '../codec.ts';
import { MalformedError, UnsupportedError } from './errors.ts';
import { encodeFounding, parseFounding, vaultId, type Founding } from './founding.ts';
import { bytesFor, testFounding } from './testing/vault.ts';

const plain = (founding: Founding): Record<string, CborValue> => ({
  v: 1,
  nonce: founding.nonce,
  name: founding.name,
  threshold: founding.threshold,
  members: founding.members.map((member) => ({ ...member })),
  created: founding.created,
});

const withMember = (index: number, fields: object): Founding => {
  const founding = testFounding();
  return {
    ...founding,
    members: founding.members.map((m, i) => (i === index ? { ...m, ...fields } : m)),
  };
};

describe('founding document', () => {
  it('comes back as it was', () => {
    for (const [n, t] of [
      [2, 2],
      [3, 2],
      [6, 5],
    ] as const) {
      const founding = testFounding(n, t);
      const bytes = encodeFounding(founding);
      expect(parseFounding(bytes)).toEqual(founding);
      expect(encodeFounding(parseFounding(bytes))).toEqual(bytes);
    }
  });

  it('has one id for one content', () => {
    const id = vaultId(encodeFounding(testFounding()));
    expect(id).toHaveLength(32);
    expect(vaultId(encodeFounding(testFounding()))).toEqual(id);
    expect(vaultId(encodeFounding({ ...testFounding(), threshold: 3 }))).not.toEqual(id);
    expect(vaultId(encodeFounding({ ...testFounding(), nonce: new Uint8Array(16) }))).not.toEqual(
      id,
    );
  });

  const [ada, ben] = testFounding().members;
  const faults: [string, Founding, RegExp][] = [
    ['a threshold of 1', testFounding(3, 1), /threshold/],
    ['a threshold above n', testFounding(3, 4), /exceeds n/],
    ['one member', testFounding(1, 2), /members/],
    ['a name of nothing', { ...testFounding(), name: '' }, /name/],
    ['a name that turns around', { ...testFounding(), name: 'a\u202eb' }, /name/],
    ['a short nonce', { ...testFounding(), nonce: new Uint8Array(15) }, /nonce/],
    ['a time before 1970', { ...testFounding(), created: -1 }, /created/],
    ['a time of half a millisecond', { ...testFounding(), created: 0.5 }, /created/],
    ['a time beyond the calendar', { ...testFounding(), created: 8.64e15 + 1 }, /created/],
    ['an index that is not next', withMember(1, { index: 3 }), /1\.\.n/],
    ['an identity twice', withMember(1, { identity: ada?.identity }), /identities repeat/],
    ['a sealing key twice', withMember(1, { sealing: ada?.sealing }), /sealing keys repeat/],
    ['an inbox twice', withMember(0, { inbox: ben?.inbox }), /inboxes repeat/],
    ['a long sealing key', withMember(0, { sealing: new Uint8Array(33) }), /sealing/],
    ['a short inbox', withMember(0, { inbox: new Uint8Array(31) }), /inbox/],
    ['a member name too long', withMember(2, { name: 'x'.repeat(41) }), /name/],
    [
      'an identity off the curve',
      withMember(0, { identity: hexToBytes('02'.padEnd(64, '0')) }),
      /not an Ed25519/,
    ],
    [
      'an identity of small order',
      withMember(0, { identity: new Uint8Array(32) }),
      /not an Ed25519/,
    ],
  ];
  it.each(faults)('refuses %s, on the way out and in', (_, founding, reason) => {
    expect(() => encodeFounding(founding)).toThrow(MalformedError);
    expect(() => encodeFounding(founding)).toThrow(reason);
    const bytes = encodeCbor(plain(founding));
    expect(() => parseFounding(bytes)).toThrow(MalformedError);
    expect(() => parseFounding(bytes)).toThrow(reason);
  });

  it('refuses more than 20 members', () => {
    const [first] = testFounding().members;
    const members = Array.from({ length: 21 }, (_, i) => ({ ...first, index: i + 1 }));
    const bytes = encodeCbor({ ...plain(testFounding()), members });
    expect(() => parseFounding(bytes)).toThrow(/members/);
  });

  it('refuses missing and unknown fields', () => {
    const { nonce: _, ...rest } = plain(testFounding());
    expect(() => parseFounding(encodeCbor(rest))).toThrow(/nonce/);
    const more = encodeCbor({ ...plain(testFounding()), extra: 1 });
    expect(() => parseFounding(more)).toThrow(/extra/);
    const inMember = encodeCbor(plain(withMember(1, { extra: 1 })));
    expect(() => parseFounding(inMember)).toThrow(/extra/);
  });

  it('refuses a later version by name', () => {
    const later = encodeCbor({ ...plain(testFounding()), v: 2, extra: bytesFor('new') });
    expect(() => parseFounding(later)).toThrow(UnsupportedError);
  });

  it('refuses anything but a map, and too many bytes', () => {
    for (const value of [null, 1, 'x', [], new Uint8Array(3)]) {
      expect(() => parseFounding(encodeCbor(value))).toThrow(MalformedError);
    }
    expect(() => parseFounding(new Uint8Array(16_385))).toThrow(/more than 16384/);
    expect(() => parseFounding(new Uint8Array(0))).toThrow(MalformedError);
  });

  it('keeps its format (known answer)', () => {
    const bytes = encodeFounding(testFounding());
    expect(toHex(bytes.slice(0, 4))).toBe('a6617601');
    expect(toHex(vaultId(bytes))).toMatchInlineSnapshot(
      `"b567a6afd30e806453026d9cfd4c7dd8072d9f5d51ee7c33274458b4ff5f874c"`,
    );
  });
});
