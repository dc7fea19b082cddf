/** Keys and shares (P-16, P-22). */
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { DecodeError } from '../codec.ts';
import { UsageError } from './abort.ts';
import { SECP256K1 } from './group.ts';
import { importedKey } from './import-key.ts';
import {
  checkMembers,
  commitmentOf,
  KeyShare,
  publicKeyOf,
  rosterOf,
  verifyingShare,
  type KeyInfo,
} from './keys.ts';
import { MAX_PARTIES } from './parameters.ts';
import { ORDER, encodeScalar } from './scalars.ts';
import { dealtKeys } from './testing/keys.ts';
import { devices, membersOf } from './testing/seeded.ts';

const keys = dealtKeys(2, 3);
const { info } = keys;
const secretOf = (party: number): Uint8Array =>
  keys.share(party).withSecret((_, bytes) => bytes.slice());

describe('KeyShare', () => {
  it('is made of the share that belongs to its index', () => {
    for (const party of keys.parties) {
      const share = new KeyShare(info, party, secretOf(party));
      const point = share.withSecret((scalar) => SECP256K1.base.multiply(scalar));
      expect(point.equals(verifyingShare(info, party))).toBe(true);
    }
  });

  it.each<[string, () => KeyShare]>([
    ['of another member', () => new KeyShare(info, 1, secretOf(2))],
    [
      'off by one',
      () => new KeyShare(info, 1, encodeScalar(keys.share(1).withSecret((s) => s + 1n))),
    ],
    [
      'negated',
      () => new KeyShare(info, 1, encodeScalar(ORDER - keys.share(1).withSecret((s) => s))),
    ],
    ['of zero', () => new KeyShare(info, 1, new Uint8Array(32))],
    ['of no member', () => new KeyShare(info, 4, secretOf(1))],
    ['of index 0', () => new KeyShare(info, 0, secretOf(1))],
    [
      'of another key',
      () =>
        new KeyShare(
          info,
          1,
          dealtKeys(2, 2, 'other')
            .share(1)
            .withSecret((_, b) => b.slice()),
        ),
    ],
  ])('refuses a share %s', (_, make) => {
    expect(make).toThrow(UsageError);
  });

  it('refuses a share of no member, though it lies on the polynomial', () => {
    const secret = encodeScalar(42n);
    const imported = importedKey(info.suite, secret, info.chainCode, secret);
    expect(new KeyShare(imported.info, 1, secret).index).toBe(1);
    // F is constant, so F(2) = F(1)
    expect(() => new KeyShare(imported.info, 2, secret)).toThrow(/belongs to no member/);
  });

  it('P-49 refuses a share that is not canonical', () => {
    const overflow = (keys.share(1).withSecret((s) => s) + ORDER).toString(16);
    for (const hex of [ORDER.toString(16), 'ff'.repeat(32), overflow].filter(
      (h) => h.length === 64,
    )) {
      const bytes = Uint8Array.from(Buffer.from(hex, 'hex'));
      expect(() => new KeyShare(info, 1, bytes)).toThrow(DecodeError);
    }
    expect(() => new KeyShare(info, 1, secretOf(1).slice(1))).toThrow(DecodeError);
  });

  it('P-16 cannot be cloned, serialised or printed', () => {
    const share = keys.share(1);
    expect(() => structuredClone(share)).toThrow();
    expect(() => structuredClone({ nested: [share] })).toThrow();
    expect(() => JSON.stringify(share)).toThrow(UsageError);
    expect(() => JSON.stringify({ nested: [share] })).toThrow(UsageError);
    const secret = share.withSecret((s) => s);
    expect(inspect(share, { showHidden: true, depth: 9 })).not.toContain(String(secret));
    expect(Object.keys(share).sort()).toEqual(['index', 'info', 'refuseClone']);
  });

  it('P-16 pair books cannot either', () => {
    expect(() => structuredClone(keys.book(1))).toThrow();
    expect(() => JSON.stringify(keys.book(1))).toThrow(UsageError);
  });

  it('lends a copy that is overwritten afterwards, also when the borrower throws', () => {
    const share = new KeyShare(info, 1, secretOf(1));
    let lent = new Uint8Array();
    share.withSecret((_, bytes) => (lent = bytes as Uint8Array<ArrayBuffer>));
    expect(lent).toEqual(new Uint8Array(32));
    expect(() =>
      share.withSecret((_, bytes) => {
        lent = bytes as Uint8Array<ArrayBuffer>;
        throw new Error('borrower');
      }),
    ).toThrow('borrower');
    expect(lent).toEqual(new Uint8Array(32));
    expect(share.withSecret((_, bytes) => bytes.slice())).toEqual(secretOf(1));
  });

  it('keeps a copy of what it was made of', () => {
    const secret = secretOf(1);
    const share = new KeyShare(info, 1, secret);
    secret.fill(0);
    expect(share.withSecret((_, bytes) => bytes.slice())).toEqual(secretOf(1));
  });

  it('is gone once wiped', () => {
    const share = new KeyShare(info, 1, secretOf(1));
    share.wipe();
    expect(() => share.withSecret(() => 1)).toThrow(UsageError);
  });
});

describe('checkMembers', () => {
  const members = membersOf(devices(4));
  const [first, second] = members;

  it.each([
    [2, 2],
    [2, 3],
    [4, 4],
    [2, 255],
    [255, 255],
  ])('takes %i of %i', (t, n) => {
    expect(() => {
      checkMembers(membersOf(devices(n)), t);
    }).not.toThrow();
  });

  it.each([
    ['a threshold of 1', members, 1],
    ['a threshold of 0', members, 0],
    ['a threshold above n', members, 5],
    ['a fractional threshold', members, 2.5],
    ['a threshold that is no number', members, NaN],
    ['nobody', [], 2],
    ['too many', membersOf(devices(MAX_PARTIES + 1)), 2],
    ['P-22 index 0', members.map(({ identity }, i) => ({ index: i, identity })), 2],
    ['P-22 a gap', members.filter(({ index }) => index !== 2), 2],
    ['P-22 a duplicate index', members.map((m) => (m.index === 3 ? { ...m, index: 2 } : m)), 2],
    [
      'P-22 an index equal to another modulo q',
      members.map((m) => ({ ...m, index: m.index + Number(ORDER) })),
      2,
    ],
    ['descending indices', members.toReversed(), 2],
    ['a fractional index', members.map((m) => ({ ...m, index: m.index + 0.5 })), 2],
    [
      'one identity twice',
      members.map((m) => (m === second ? { ...m, identity: first?.identity ?? m.identity } : m)),
      2,
    ],
    ['a short identity', members.map((m) => ({ ...m, identity: m.identity.slice(1) })), 2],
  ])('refuses %s', (_, list, threshold) => {
    expect(() => {
      checkMembers(list, threshold);
    }).toThrow(UsageError);
  });

  it('takes a threshold of 1 only where an imported key allows it', () => {
    const alone = membersOf(devices(1));
    expect(() => {
      checkMembers(alone, 1, 1);
    }).not.toThrow();
    expect(() => {
      checkMembers(alone, 1);
    }).toThrow(UsageError);
    expect(() => {
      checkMembers(alone, 0, 1);
    }).toThrow(UsageError);
  });
});

describe('public facts of a key', () => {
  it('are read from its commitment', () => {
    expect(publicKeyOf(info)).toBe(info.commitment[0]);
    expect(commitmentOf(info).map((element) => element.toBytes())).toEqual(info.commitment);
    expect(rosterOf(info.members).get(2)).toEqual(info.members[1]?.identity);
    const empty: KeyInfo = { ...info, commitment: [] };
    expect(() => publicKeyOf(empty)).toThrow(UsageError);
  });
});
