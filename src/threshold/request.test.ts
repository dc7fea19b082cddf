/** What the requests of all suites have in common. */
import { describe, expect, it } from 'vitest';
import { concat, u16, u32, u8 } from '../codec.ts';
import { UsageError } from './abort.ts';
import { checkRequest, encodePurpose, encodeRequest, type AnyRequest } from './request.ts';
import { contextHead, encodeSet } from './session/context.ts';
import { dealtKey } from './testing/dealt.ts';
import { requestId, seeded } from './testing/seeded.ts';

const { info } = dealtKey('mpc-frost/v1/secp256k1-bip340', 2, 4, seeded('request'));
const request: AnyRequest = { requestId: requestId('r'), signers: [1, 3], items: [0] };

describe('purposes', () => {
  it('have the codes of the specification, one each', () => {
    const codes = [
      'evm-transaction',
      'evm-typed-data',
      'evm-message',
      'bitcoin-input',
      'solana-transaction',
      'solana-message',
    ] as const;
    expect(codes.map(encodePurpose)).toEqual([1, 2, 3, 4, 5, 6].map(u8));
  });

  it.each(['', 'anything', 'toString', '__proto__'])('P-19 there is no purpose "%s"', (name) => {
    expect(() => encodePurpose(name as 'evm-message')).toThrow(UsageError);
  });
});

describe('a request', () => {
  const check = (change: Partial<AnyRequest>, self = 1) => {
    checkRequest({ ...request, ...change }, info, self);
  };

  it('is for a quorum of the key with this device in it, and 1 to 16 items', () => {
    check({});
    check({}, 3);
    check({ signers: [1, 2, 3, 4], items: new Array(16).fill(0) });
  });

  it.each<[string, Partial<AnyRequest>]>([
    ['nothing to sign', { items: [] }],
    ['17 items', { items: new Array(17).fill(0) }],
    ['one signer', { signers: [1] }],
    ['a signer twice', { signers: [1, 1] }],
    ['signers in another order', { signers: [3, 1] }],
    ['a signer who is no member', { signers: [1, 5] }],
    ['signers without this device', { signers: [2, 3] }],
  ])('P-19 is refused with %s', (_, change) => {
    expect(() => {
      check(change);
    }).toThrow(UsageError);
  });

  it('is encoded as head, key id, epoch, signers, and numbered items', () => {
    const items = [seeded('a')(5), seeded('b')(7)];
    expect(encodeRequest(request, info, items)).toEqual(
      concat(
        contextHead(info.suite, 'sign', request.requestId),
        info.kid,
        u32(info.epoch),
        encodeSet([1, 3]),
        u16(2),
        ...items.flatMap((item, k) => [u16(k), item]),
      ),
    );
  });
});
