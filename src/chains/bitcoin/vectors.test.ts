/** BIP-143, 174, 341, 370 and 371: everything their vectors say of what this wallet does. */
import { hex } from '@scure/base';
import { OutScript } from '@scure/btc-signer/payment.js';
import { RawTx } from '@scure/btc-signer/script.js';
import { Transaction } from '@scure/btc-signer/transaction.js';
import { describe, expect, it } from 'vitest';
import { paymentOf } from './account.ts';
import { extractTransaction, mergePsbt } from './assemble.ts';
import { decodePsbt, encodeCanonical, psbtBytes, unsignedOf } from './codec.ts';
import { PsbtError } from './errors.ts';
import { casesBetween, hasShared, needsShared, readShared } from './testing/shared.ts';
import { LOOSE } from './testing/vault.ts';

const bip174 = readShared('bip-0174.mediawiki');
const bip370 = readShared('bip-0370.mediawiki');
const bip371 = readShared('bip-0371.mediawiki');

const INVALID = [
  ...casesBetween(bip174, 'The following are invalid', 'The following are valid'),
  ...casesBetween(bip370, 'The following are invalid', 'The following are valid'),
  ...casesBetween(bip371, 'The following are invalid', 'The following are valid'),
];
const VALID = [
  ...casesBetween(bip174, 'The following are valid', 'Fails Signer checks'),
  ...casesBetween(bip370, 'The following are valid', 'The following tests are the timelock'),
  ...casesBetween(bip371, 'The following are valid', '==Rationale=='),
];

/** Bytes in hexadecimal that follow a sentence of BIP-174. */
function after(sentence: string, which = 0): Uint8Array {
  const rest = bip174.slice(bip174.indexOf(sentence));
  const found = [...rest.matchAll(/Bytes in Hex: <pre>([0-9a-f]+)<\/pre>/g)][which]?.[1];
  return hex.decode(found ?? '');
}

describe.skipIf(!hasShared)(needsShared('vectors of PSBTs'), () => {
  it('there are as many cases as the standards have', () => {
    expect([INVALID.length, VALID.length]).toEqual([54, 30]);
  });
  it.each(INVALID)('is refused: $title', ({ hex: digits }) => {
    expect(() => decodePsbt(psbtBytes(digits))).toThrow(PsbtError);
  });
  it.each(VALID)('is read, and has one canonical form: $title', ({ hex: digits }) => {
    const fields = decodePsbt(psbtBytes(digits));
    const canonical = encodeCanonical(fields);
    expect(encodeCanonical(decodePsbt(canonical))).toEqual(canonical);
    expect(unsignedOf(decodePsbt(canonical))).toEqual(unsignedOf(fields));
  });
  it('joins what two signers made (BIP-174)', () => {
    const first = after('a signer that supports SIGHASH_ALL');
    const second = after('a signer with the following keys');
    const joined = encodeCanonical(decodePsbt(after('a combiner must create this PSBT')));
    expect(mergePsbt(first, second)).toEqual(joined);
    expect(mergePsbt(second, first)).toEqual(joined);
    const complete = extractTransaction(joined);
    expect(complete?.raw).toEqual(after('a transaction extractor must create'));
    expect(extractTransaction(first)).toBeUndefined();
  });
  it('joins fields that nobody knows (BIP-174)', () => {
    const start = 'Given these two PSBTs with unknown key-value pairs';
    const joined = after('A combiner which orders keys lexicographically');
    expect(mergePsbt(after(start, 0), after(start, 1))).toEqual(joined);
  });
});

describe.skipIf(!hasShared)(needsShared('lock times of version 2 (BIP-370)'), () => {
  const from = 'The timelock for the following PSBTs';
  it.each([
    [0, `${from} should be computed to be 0:`, `${from} should be computed to be 10000`],
    [10_000, `${from} should be computed to be 10000:`, `${from} should be computed to be 1657`],
    [1_657_048_460, `${from} should be computed to be 1657048460`, `${from} cannot`],
  ])('%i', (lockTime, start, end) => {
    const cases = casesBetween(bip370, start, end);
    expect(cases.length).toBeGreaterThan(0);
    for (const { hex: digits } of cases) {
      expect(unsignedOf(decodePsbt(hex.decode(digits))).lockTime).toBe(lockTime);
    }
  });
  it('one that contradicts itself is refused', () => {
    const cases = casesBetween(bip370, `${from} cannot be computed`, '==Rationale==');
    expect(cases).toHaveLength(1);
    for (const { hex: digits } of cases) {
      expect(() => encodeCanonical(decodePsbt(hex.decode(digits)))).toThrow(
        expect.objectContaining({ code: 'bitcoin/psbt-locktime' }),
      );
    }
  });
});

interface Bip341 {
  readonly scriptPubKey: readonly {
    readonly given: { readonly internalPubkey: string; readonly scriptTree: unknown };
    readonly expected: { readonly scriptPubKey: string; readonly bip350Address: string };
  }[];
  readonly keyPathSpending: readonly {
    readonly given: {
      readonly rawUnsignedTx: string;
      readonly utxosSpent: readonly {
        readonly scriptPubKey: string;
        readonly amountSats: number;
      }[];
    };
    readonly inputSpending: readonly {
      readonly given: { readonly txinIndex: number; readonly hashType: number };
      readonly intermediary: { readonly sigHash: string };
    }[];
  }[];
}

describe.skipIf(!hasShared)(needsShared('BIP-341'), () => {
  const { scriptPubKey = [], keyPathSpending = [] } = hasShared
    ? (JSON.parse(readShared('bip-0341-wallet-test-vectors.json')) as Bip341)
    : {};
  it('addresses without scripts', () => {
    const plain = scriptPubKey.filter(({ given }) => given.scriptTree === null);
    expect(plain.length).toBeGreaterThan(0);
    for (const { given, expected } of plain) {
      const made = paymentOf('p2tr', hex.decode(`02${given.internalPubkey}`), 'mainnet');
      expect(made.address).toBe(expected.bip350Address);
      expect(hex.encode(made.script)).toBe(expected.scriptPubKey);
    }
  });
  it('digests that sign everything', () => {
    const tried: number[] = [];
    for (const { given, inputSpending } of keyPathSpending) {
      const transaction = Transaction.fromRaw(hex.decode(given.rawUnsignedTx), LOOSE);
      const scripts = given.utxosSpent.map((spent) => hex.decode(spent.scriptPubKey));
      const amounts = given.utxosSpent.map(({ amountSats }) => BigInt(amountSats));
      for (const { given: input, intermediary } of inputSpending) {
        if (input.hashType > 1) continue;
        tried.push(input.hashType);
        const digest = transaction.preimageWitnessV1(
          input.txinIndex,
          scripts,
          input.hashType,
          amounts,
        );
        expect(hex.encode(digest)).toBe(intermediary.sigHash);
      }
    }
    expect(tried.sort()).toEqual([0, 1]);
  });
});

describe('BIP-143, native P2WPKH', () => {
  // From the BIP itself.
  const RAW =
    '0100000002fff7f7881a8099afa6940d42d1e7f6362bec38171ea3edf433541db4e4ad969f0000000000eeffffffef51e1b804cc89d182d279655c3aa89e815b1b309fe287d9b2b55d57b90ec68a0100000000ffffffff02202cb206000000001976a9148280b37df378db99f66f85c95a783a76ac7a6d5988ac9093510d000000001976a9143bde42dbee7e4dbe6a21b2d50ce2f0167faa815988ac11000000';
  const KEY = '025476c2e83188368da1ff3e292e7acafcdb3566bb0ad253f62fc70f07aeee6357';

  it('script and digest', () => {
    const { script } = paymentOf('p2wpkh', hex.decode(KEY), 'mainnet');
    expect(hex.encode(script)).toBe('00141d0f172a0ecb48aee1be1f2687d2963ae33f71a1');
    const code = OutScript.encode({ type: 'pkh', hash: script.slice(2) });
    const transaction = Transaction.fromRaw(hex.decode(RAW), LOOSE);
    expect(RawTx.decode(hex.decode(RAW)).lockTime).toBe(17);
    expect(hex.encode(transaction.preimageWitnessV0(1, code, 1, 600_000_000n))).toBe(
      'c37af31116d1b27caf68aae9e3ac82f1477929014d5b917657d0eb49478cb670',
    );
  });
});
