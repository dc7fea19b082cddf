/**
 * Contexts at their largest, and the reasons for which larger ones are refused: before anything of what they
 * announce is read. Found by mutation testing; see docs/mutation.md.
 */
import { describe, expect, it } from 'vitest';
import { concat, DecodeError, u16 } from '../../codec.ts';
import { SECP256K1 } from '../group.ts';
import type { KeyInfo, Member } from '../keys.ts';
import { MAX_PARTIES } from '../parameters.ts';
import { digestOf, requestId, seeded } from '../testing/seeded.ts';
import {
  contextHead,
  decodeKeygenContext,
  decodeKeyInfo,
  decodeReshareContext,
  encodeKeygenContext,
  encodeKeyInfo,
  encodeReshareContext,
} from './context.ts';

const suite = 'mpc-ecdsa/v1/secp256k1/L128';
const random = seeded('members');
const everyone = Array.from({ length: MAX_PARTIES }, (_, i): Member => ({
  index: i + 1,
  identity: random(32),
}));
const keygen = { suite, requestId: requestId('large'), threshold: 2, members: everyone } as const;
const old: KeyInfo<typeof suite> = {
  suite,
  kid: digestOf('kid'),
  epoch: 1,
  threshold: 2,
  members: everyone,
  commitment: [SECP256K1.base.toBytes(), SECP256K1.base.toBytes()],
  chainCode: digestOf('chain code'),
};
const reshare = { ...keygen, old, dealers: everyone.map(({ index }) => index) };

describe('a context of 255 parties', () => {
  it('comes back as it was', () => {
    expect(decodeKeygenContext(encodeKeygenContext(keygen))).toEqual(keygen);
    expect(decodeReshareContext(encodeReshareContext(reshare))).toEqual(reshare);
  });
});

describe('what announces too much is refused without being read', () => {
  const refuses = (action: () => unknown, reason: RegExp): void => {
    expect(action).toThrow(DecodeError);
    expect(action).toThrow(reason);
  };
  const head = contextHead(suite, 'dkg', requestId('large'));

  it('256 members', () => {
    refuses(
      () => decodeKeygenContext(concat(head, u16(2), u16(MAX_PARTIES + 1))),
      /too many members/,
    );
  });

  it('256 dealers', () => {
    const start = contextHead(suite, 'reshare', requestId('large'));
    const bytes = concat(start, encodeKeyInfo(old), u16(MAX_PARTIES + 1));
    refuses(() => decodeReshareContext(bytes), /too many parties/);
  });

  it('a coefficient more than there are members', () => {
    const members = everyone.slice(0, 2);
    const [point = head] = old.commitment;
    const bytes = encodeKeyInfo({ ...old, threshold: 3, members, commitment: [point] });
    refuses(() => decodeKeyInfo(bytes), /threshold above the number of members/);
  });
});

it('a context that cannot be says why', () => {
  const [first = expect.unreachable(), second = expect.unreachable()] = everyone;
  const members = [first, { ...second, identity: first.identity }];
  const bytes = concat(
    encodeKeygenContext({ ...keygen, members: [first, second] }).slice(0, -32),
    first.identity,
  );
  expect(() => encodeKeygenContext({ ...keygen, members })).toThrow(/identity key appears twice/);
  expect(() => decodeKeygenContext(bytes)).toThrow(/identity key appears twice/);
});
