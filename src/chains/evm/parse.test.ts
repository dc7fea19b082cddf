import { hexToBytes } from '@noble/hashes/utils.js';
import fc from 'fast-check';
import * as Rlp from 'ox/Rlp';
import { describe, expect, it } from 'vitest';
import { concat, toHex } from '../../codec.ts';
import { CountersignError } from '../../errors.ts';
import { TransactionError } from './errors.ts';
import { MAX_TRANSACTION_BYTES, parseSigned, parseUnsigned } from './parse.ts';
import { serialize } from './serialize.ts';
import { anyTransaction, BOB, payment } from './testing/transactions.ts';
import type { EvmTransaction } from './transaction.ts';

type Item = Uint8Array | Item[];

const none = new Uint8Array(0);
const bytes = (hex: string): Uint8Array => hexToBytes(hex);
const bob = bytes(BOB.slice(2).toLowerCase());
const rlp = (items: Item): Uint8Array => Rlp.from(items, { as: 'Bytes' });

// What is right, to be spoiled one field at a time.
const LEGACY: Item[] = [
  bytes('07'),
  bytes('04a817c800'),
  bytes('5208'),
  bob,
  bytes('01'),
  none,
  bytes('01'),
  none,
  none,
];
const TYPE1: Item[] = [
  bytes('01'),
  bytes('07'),
  bytes('04a817c800'),
  bytes('5208'),
  bob,
  bytes('01'),
  none,
  [],
];
const TYPE2: Item[] = [
  bytes('01'),
  bytes('07'),
  bytes('01'),
  bytes('04a817c800'),
  bytes('5208'),
  bob,
  bytes('01'),
  none,
  [],
];
const legacy = (changes: Record<number, Item> = {}): Uint8Array =>
  rlp(LEGACY.map((item, i) => changes[i] ?? item));
const type1 = (changes: Record<number, Item> = {}): Uint8Array =>
  concat(bytes('01'), rlp(TYPE1.map((item, i) => changes[i] ?? item)));
const type2 = (changes: Record<number, Item> = {}): Uint8Array =>
  concat(bytes('02'), rlp(TYPE2.map((item, i) => changes[i] ?? item)));

const AUTHORIZATION: Item[] = [
  bytes('01'),
  bob,
  bytes('07'),
  none,
  bytes('11'.repeat(32)),
  bytes('22'.repeat(32)),
];
const authorization = (changes: Record<number, Item> = {}): Item =>
  AUTHORIZATION.map((item, i) => changes[i] ?? item);
const type4 = (changes: Record<number, Item> = {}): Uint8Array =>
  concat(bytes('04'), rlp([...TYPE2, [AUTHORIZATION]].map((item, i) => changes[i] ?? item)));

const SIGNATURE = [bytes('01'), bytes('11'.repeat(32)), bytes('22'.repeat(32))];
const one = bytes('01');
const u256 = bytes('ff'.repeat(32));
const u264 = bytes(`01${'00'.repeat(32)}`);
const u64 = bytes('ff'.repeat(8));

function code(input: Uint8Array): string {
  try {
    parseUnsigned(input);
  } catch (error) {
    if (error instanceof TransactionError) return error.code;
    throw error;
  }
  return 'accepted';
}

describe('parseUnsigned takes', () => {
  it.each([
    ['a legacy transaction', legacy()],
    ['type 1', type1()],
    ['type 2', type2()],
    ['type 4', type4()],
    ['an authorization for every chain', type4({ 9: [authorization({ 0: none })] })],
    ['a deployment', type2({ 5: none })],
    ['the largest chain id', type2({ 0: bytes('1fffffffffffff') })],
    ['the largest nonce', type2({ 1: bytes('fffffffffffffffe') })],
    ['the largest gas limit', type2({ 4: u64 })],
    ['the largest amount', type2({ 6: u256 })],
    ['a priority fee as high as the maximum', type2({ 2: bytes('04a817c800') })],
    [
      'an access list',
      type2({
        8: [
          [bob, [bytes('00'.repeat(32)), u256]],
          [bob, []],
        ],
      }),
    ],
  ])('%s', (_, input) => {
    expect(code(input)).toBe('accepted');
  });

  it('as many bytes as nodes do', () => {
    const room = MAX_TRANSACTION_BYTES - type2({ 7: new Uint8Array(70_000) }).length + 70_000;
    expect(type2({ 7: new Uint8Array(room) })).toHaveLength(MAX_TRANSACTION_BYTES);
    expect(code(type2({ 7: new Uint8Array(room) }))).toBe('accepted');
    expect(code(type2({ 7: new Uint8Array(room + 1) }))).toBe('evm/too-large');
  });

  it('a copy: what happens to the input does not matter', () => {
    const input = type2();
    const request = parseUnsigned(input);
    input.fill(0);
    expect(request.bytes).toEqual(type2());
    expect(Object.isFrozen(request)).toBe(true);
    expect(Object.isFrozen(request.tx)).toBe(true);
  });
});

describe('parseUnsigned refuses', () => {
  it.each<[string, Uint8Array, string]>([
    ['nothing', none, 'evm/empty'],
    ['a number', bytes('8200ff'), 'evm/rlp-not-a-list'],
    ['type 0 as a byte', concat(bytes('00'), rlp(LEGACY)), 'evm/unknown-type'],
    ['a blob transaction', concat(bytes('03'), rlp(TYPE2)), 'evm/blob-transaction'],
    ['type 5', concat(bytes('05'), rlp(TYPE2)), 'evm/unknown-type'],
    ['type 127', concat(bytes('7f'), rlp(TYPE2)), 'evm/unknown-type'],
    ['a type and no list', bytes('02'), 'evm/rlp-not-a-list'],
    ['a type and a string', bytes('0283010203'), 'evm/rlp-not-a-list'],
    ['a byte too many', concat(type2(), bytes('00')), 'evm/rlp-malformed'],
    ['a byte too few', type2().slice(0, -1), 'evm/rlp-malformed'],
    ['a length of 4 GB', bytes('02fbffffffff'), 'evm/rlp-malformed'],
    ['lists in lists in lists', new Uint8Array(100_000).fill(0xc1), 'evm/rlp-malformed'],

    ['legacy without a chain id', rlp(LEGACY.slice(0, 6)), 'evm/no-chain-id'],
    ['legacy for chain 0', legacy({ 6: none }), 'evm/chain-id-zero'],
    ['type 2 for chain 0', type2({ 0: none }), 'evm/chain-id-zero'],
    ['legacy of 8 fields', rlp(LEGACY.slice(0, 8)), 'evm/field-count'],
    ['legacy of 10 fields', rlp([...LEGACY, one]), 'evm/field-count'],
    ['type 1 of 7 fields', concat(one, rlp(TYPE1.slice(0, 7))), 'evm/field-count'],
    ['type 1 of 9 fields', concat(one, rlp([...TYPE1, none])), 'evm/field-count'],
    ['type 2 of 8 fields', concat(bytes('02'), rlp(TYPE2.slice(0, 8))), 'evm/field-count'],
    ['type 2 of 10 fields', concat(bytes('02'), rlp([...TYPE2, none])), 'evm/field-count'],

    ['type 4 of 9 fields', concat(bytes('04'), rlp(TYPE2)), 'evm/field-count'],
    ['type 4 that creates a contract', type4({ 5: none }), 'evm/set-code-creates'],
    ['type 4 without authorizations', type4({ 9: [] }), 'evm/authorizations'],
    ['type 4 with bytes for authorizations', type4({ 9: one }), 'evm/authorizations'],
    ['an authorization of bytes', type4({ 9: [one] }), 'evm/authorizations'],
    ['an authorization of 5', type4({ 9: [AUTHORIZATION.slice(1)] }), 'evm/authorizations'],
    ['an authorization of 7', type4({ 9: [[...AUTHORIZATION, one]] }), 'evm/authorizations'],
    [
      'delegation to 19 bytes',
      type4({ 9: [authorization({ 1: bob.slice(1) })] }),
      'evm/address-size',
    ],
    ['delegation to nobody', type4({ 9: [authorization({ 1: none })] }), 'evm/address-size'],
    ['a y parity of 2', type4({ 9: [authorization({ 3: bytes('02') })] }), 'evm/out-of-range'],
    [
      'an authorization of nonce 2^64 - 1',
      type4({ 9: [authorization({ 2: u64 })] }),
      'evm/out-of-range',
    ],
    [
      'signed type 4',
      concat(bytes('04'), rlp([...TYPE2, [AUTHORIZATION], ...SIGNATURE])),
      'evm/already-signed',
    ],
    ['signed legacy', legacy({ 6: bytes('25'), 7: one, 8: one }), 'evm/already-signed'],
    ['signed legacy, v 27', legacy({ 6: bytes('1b'), 7: one, 8: one }), 'evm/no-chain-id'],
    ['legacy with r alone', legacy({ 6: bytes('25'), 7: one }), 'evm/already-signed'],
    ['legacy with s alone', legacy({ 6: bytes('25'), 8: one }), 'evm/already-signed'],
    ['signed type 1', concat(one, rlp([...TYPE1, ...SIGNATURE])), 'evm/already-signed'],
    ['signed type 2', concat(bytes('02'), rlp([...TYPE2, ...SIGNATURE])), 'evm/already-signed'],

    ['a zero in front of the chain id', type2({ 0: bytes('0001') }), 'evm/leading-zero'],
    ['zero as a byte', type2({ 6: bytes('00') }), 'evm/leading-zero'],
    ['a zero in front of the nonce', type2({ 1: bytes('0007') }), 'evm/leading-zero'],
    ['a zero in front of the amount', legacy({ 4: bytes('0001') }), 'evm/leading-zero'],

    ['a chain id of 54 bits', type2({ 0: bytes('20000000000000') }), 'evm/out-of-range'],
    ['a legacy chain id of 54 bits', legacy({ 6: bytes('20000000000000') }), 'evm/out-of-range'],
    ['the nonce 2^64 - 1', type2({ 1: u64 }), 'evm/out-of-range'],
    ['a gas limit of 65 bits', type2({ 4: bytes('010000000000000000') }), 'evm/out-of-range'],
    ['an amount of 257 bits', type2({ 6: u264 }), 'evm/out-of-range'],
    ['a fee of 257 bits', type2({ 3: u264 }), 'evm/out-of-range'],
    ['a priority fee of 257 bits', type2({ 2: u264 }), 'evm/out-of-range'],
    ['a gas price of 257 bits', legacy({ 1: u264 }), 'evm/out-of-range'],
    ['a fee that cannot exist', type2({ 3: u256 }), 'evm/fee-impossible'],
    ['a priority fee above the maximum', type2({ 2: bytes('04a817c801') }), 'evm/tip-above-fee'],

    ['a recipient of 19 bytes', type2({ 5: bob.slice(1) }), 'evm/address-size'],
    ['a recipient of 21 bytes', type2({ 5: concat(one, bob) }), 'evm/address-size'],
    ['a list for a nonce', type2({ 1: [] }), 'evm/field-shape'],
    ['a list for calldata', type2({ 7: [none] }), 'evm/field-shape'],
    ['bytes for an access list', type2({ 8: none }), 'evm/access-list'],
    ['an entry that is bytes', type2({ 8: [bob] }), 'evm/access-list'],
    ['an entry without keys', type2({ 8: [[bob]] }), 'evm/access-list'],
    ['an entry of three', type2({ 8: [[bob, [], none]] }), 'evm/access-list'],
    ['a key of 31 bytes', type2({ 8: [[bob, [u256.slice(1)]]] }), 'evm/access-list'],
    ['a key that is a list', type2({ 8: [[bob, [[]]]] }), 'evm/field-shape'],
    ['a listed address of 19 bytes', type2({ 8: [[bob.slice(1), []]] }), 'evm/address-size'],
  ])('%s', (_, input, expected) => {
    expect(code(input)).toBe(expected);
  });

  it('a byte that is written with a length', () => {
    // 07 (the nonce) as 81 07: the list grows by a byte.
    const hex = toHex(legacy());
    const length = (Number.parseInt(hex.slice(0, 2), 16) + 1).toString(16);
    expect(code(bytes(`${length}8107${hex.slice(4)}`))).toBe('evm/rlp-not-canonical');
  });

  it('a short list with a long length', () => {
    const hex = toHex(legacy());
    const length = (Number.parseInt(hex.slice(0, 2), 16) - 0xc0).toString(16).padStart(2, '0');
    expect(code(bytes(`f8${length}${hex.slice(2)}`))).toBe('evm/rlp-not-canonical');
    expect(code(bytes(`f900${length}${hex.slice(2)}`))).toBe('evm/rlp-not-canonical');
  });
});

describe('parseSigned', () => {
  it('refuses an unsigned transaction', () => {
    expect(() => parseSigned(type2())).toThrow('not signed');
  });

  it('refuses a y parity of 2', () => {
    const signed = concat(bytes('02'), rlp([...TYPE2, bytes('02'), one, one]));
    expect(() => parseSigned(signed)).toThrow('y parity');
  });

  it('keeps chain ids of 53 bits exact in v', () => {
    for (const yParity of [0, 1] as const) {
      const tx: EvmTransaction = {
        type: 0,
        chainId: 2n ** 53n - 1n,
        nonce: 0n,
        gasPrice: 1n,
        gasLimit: 21_000n,
        to: BOB,
        value: 0n,
        data: '0x',
      };
      expect(parseSigned(serialize(tx, { r: 1n, s: 1n, yParity }))).toEqual({
        tx,
        signature: { r: 1n, s: 1n, yParity },
      });
    }
  });
});

describe('whatever comes', () => {
  const onlyOwnErrors = (input: Uint8Array): void => {
    try {
      const request = parseUnsigned(input);
      expect(serialize(request.tx)).toEqual(input);
    } catch (error) {
      if (!(error instanceof CountersignError)) throw error;
    }
  };

  it('random bytes give a request that is the same bytes, or an error of ours', () => {
    fc.assert(
      fc.property(
        fc.constantFrom([], [1], [2], [4]),
        fc.uint8Array({ maxLength: 300 }),
        (type, rest) => {
          onlyOwnErrors(concat(Uint8Array.from(type), rest));
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('so do transactions with bytes changed, left out or put in', () => {
    fc.assert(
      fc.property(
        anyTransaction,
        fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 }), fc.constantFrom(0, 1, 2)), {
          minLength: 1,
          maxLength: 4,
        }),
        (tx, edits) => {
          const input = Array.from(serialize(tx));
          for (const [at, byte, kind] of edits) {
            const drop = kind === 2 ? 0 : 1;
            input.splice(at % input.length, drop, ...(kind === 1 ? [] : [byte]));
          }
          onlyOwnErrors(Uint8Array.from(input));
        },
      ),
      { numRuns: 2000, endOnFailure: true },
    );
  });

  it('no other bytes mean the same transaction', () => {
    fc.assert(
      fc.property(anyTransaction, fc.nat(), fc.integer({ min: 1, max: 255 }), (tx, at, flip) => {
        const input = serialize(tx);
        const i = at % input.length;
        input[i] = (input[i] ?? 0) ^ flip;
        try {
          expect(parseUnsigned(input).tx).not.toEqual(tx);
        } catch (error) {
          if (!(error instanceof TransactionError)) throw error;
        }
      }),
      { numRuns: 1000, endOnFailure: true },
    );
  });
});

it('payment() of the test helpers is what it says', () => {
  expect(parseUnsigned(serialize(payment())).tx).toEqual(payment());
});
