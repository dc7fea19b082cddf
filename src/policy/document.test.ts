import { describe, expect, it } from 'vitest';
import { encodeCbor } from '../cbor.ts';
import { toHex } from '../codec.ts';
import { MalformedError, UnsupportedError } from '../journal/index.ts';
import { testFounding } from '../journal/testing/vault.ts';
import {
  defaultPolicy,
  describePolicy,
  encodePolicy,
  parsePolicy,
  policyHash,
  validatePolicy,
} from './document.ts';

const plain = { v: 1, quorum: 2, rejections: 1, blind: false };

describe('the policy document', () => {
  it('asks for as many approvals as the key needs signers', () => {
    expect(defaultPolicy(testFounding(5, 3))).toEqual({ quorum: 3 });
  });

  it('comes back as it was, and has one hash', () => {
    const bytes = encodePolicy({ quorum: 2 });
    expect(parsePolicy(bytes)).toEqual({ quorum: 2 });
    expect(bytes).toEqual(encodeCbor(plain));
    expect(policyHash({ quorum: 2 })).not.toEqual(policyHash({ quorum: 3 }));
    expect(toHex(policyHash({ quorum: 2 }))).toMatchInlineSnapshot(
      `"2d2a133c438ea8101d438151a27f456b6752e0a3da0dc83e124c8086e9f2bcf9"`,
    );
  });

  it.each([
    ['quorum', { quorum: 1 }],
    ['quorum', { quorum: 21 }],
    ['quorum', { quorum: 2.5 }],
    ['rejections', { rejections: 2 }],
    ['blind', { blind: true }],
    ['more', { more: 1 }],
  ])('refuses a wrong %s', (field, fields) => {
    const bytes = encodeCbor({ ...plain, ...fields });
    expect(() => parsePolicy(bytes)).toThrow(MalformedError);
    expect(() => parsePolicy(bytes)).toThrow(field);
  });

  it('refuses what it does not know and what is too long', () => {
    expect(() => parsePolicy(encodeCbor({ ...plain, v: 2 }))).toThrow(UnsupportedError);
    expect(() => parsePolicy(encodeCbor([]))).toThrow(MalformedError);
    expect(() => parsePolicy(new Uint8Array(1025))).toThrow(MalformedError);
    expect(() => encodePolicy({ quorum: NaN })).toThrow(MalformedError);
  });
});

describe('validatePolicy', () => {
  it('accepts from the threshold to everyone', () => {
    expect(validatePolicy({ quorum: 2 }, testFounding(3, 2))).toEqual([]);
    expect(validatePolicy({ quorum: 3 }, testFounding(3, 2))).toEqual([]);
  });

  it('names every fault', () => {
    expect(validatePolicy({ quorum: 2 }, testFounding(3, 3))).toEqual([
      'The key needs 3 signers, so fewer approvals are not enough.',
    ]);
    expect(validatePolicy({ quorum: 4 }, testFounding(3, 2))).toEqual([
      'More approvals are asked for than there are devices.',
    ]);
    expect(validatePolicy({ quorum: 1 }, testFounding(3, 2))).toHaveLength(2);
    expect(validatePolicy({ quorum: NaN }, testFounding(3, 2))).toHaveLength(1);
  });
});

describe('describePolicy', () => {
  it('says it in plain words', () => {
    expect(describePolicy({ quorum: 2 }, testFounding(3, 2))).toBe(
      'Any 2 of the 3 devices; one rejection ends it.',
    );
    expect(describePolicy({ quorum: 3 }, testFounding(3, 3))).toBe(
      'All 3 devices; one rejection ends it.',
    );
  });
});
