import { expect, it } from 'vitest';
import { toHex } from '../../codec.ts';
import { prevoutsDigest } from './prevouts.ts';
import type { BitcoinInput, BitcoinRequest } from './request.ts';

const input: BitcoinInput = {
  txid: '11'.repeat(32),
  vout: 1,
  sequence: 0,
  amount: 0x1_0000_0002n,
  script: Uint8Array.of(0x51),
  previousKnown: false,
  own: undefined,
  state: 'sign',
  sighash: 0,
};
const digest = (...inputs: readonly Partial<BitcoinInput>[]): string =>
  toHex(
    prevoutsDigest({
      inputs: inputs.map((one) => ({ ...input, ...one })),
    } as unknown as BitcoinRequest),
  );

it('is what the layout says', () => {
  // printf '%s' 11…11 00000001 0000000100000002 00000001 51 | xxd -r -p | sha256sum
  expect(digest({})).toBe('491e31c467bbfadf6f2a37fc97d2e2ad5057735dd5bc612eea58cb294383d8c8');
});

it.each<[string, Partial<BitcoinInput>]>([
  ['transaction', { txid: '12'.repeat(32) }],
  ['output', { vout: 2 }],
  ['amount, low', { amount: input.amount + 1n }],
  ['amount, high', { amount: input.amount + (1n << 32n) }],
  ['script', { script: Uint8Array.of(0x52) }],
  ['length of a script', { script: Uint8Array.of(0x51, 0x00) }],
])('depends on the %s', (_, change) => {
  expect(digest(change)).not.toBe(digest({}));
});

it('depends on the order and number of inputs', () => {
  expect(digest({}, { vout: 2 })).not.toBe(digest({ vout: 2 }, {}));
  expect(digest({}, {})).not.toBe(digest({}));
});
