/** From foreign PSBTs to proposals: what is refused, each by the one thing that is wrong with it. */
import { base64, hex } from '@scure/base';
import { RawPSBTV0, type TransactionInput } from '@scure/btc-signer/psbt.js';
import { Transaction } from '@scure/btc-signer/transaction.js';
import { describe, expect, it } from 'vitest';
import { addressAt, type BitcoinAccount } from './account.ts';
import { decodePsbt, encodeCanonical, MAX_FILE_BYTES, psbtBytes } from './codec.ts';
import { withMarker } from './marker.ts';
import { MAX_REQUEST_BYTES, parseBitcoin } from './parse.ts';
import { preparePsbt, type Preparation } from './prepare.ts';
import { inputsToSign, pathsOf, type BitcoinRequest } from './request.ts';
import {
  account,
  FINGERPRINT,
  finder,
  funding,
  LOOSE,
  OTHER,
  simple,
  spending,
} from './testing/vault.ts';

const coinOf = (of: BitcoinAccount, index = 0): Uint8Array =>
  addressAt(of, { change: 0, index }).script;
const ELSEWHERE = coinOf(OTHER);
const PAY = [{ amount: 60_000n, script: ELSEWHERE }];

const prepare = (
  transaction: Transaction | Uint8Array | string,
  of: BitcoinAccount = account(),
  more: Partial<Preparation> = {},
): BitcoinRequest =>
  preparePsbt(transaction instanceof Transaction ? transaction.toPSBT() : transaction, {
    account: of,
    find: finder(of),
    ...more,
  });

const codeOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
  return 'none';
};

/** The simple payment with one input map changed. */
const changed = (
  change: (input: TransactionInput) => TransactionInput,
  of = account(),
): Uint8Array => {
  const raw = decodePsbt(simple(of).toPSBT());
  const inputs = raw.inputs.map((input) => change(input));
  return RawPSBTV0.encode({ ...raw, inputs } as Parameters<typeof RawPSBTV0.encode>[0]);
};

describe('preparePsbt', () => {
  it('reads bytes, base64 and hexadecimal alike, of version 0 and 2', () => {
    const transaction = simple();
    const { bytes } = prepare(transaction);
    const psbt = transaction.toPSBT();
    expect(prepare(base64.encode(psbt)).bytes).toEqual(bytes);
    expect(
      prepare(` ${base64.encode(psbt).slice(0, 50)}\n${base64.encode(psbt).slice(50)} `).bytes,
    ).toEqual(bytes);
    expect(prepare(hex.encode(psbt).toUpperCase()).bytes).toEqual(bytes);
    expect(prepare(transaction.toPSBT(2)).bytes).toEqual(bytes);
  });
  it('comes to the same bytes again from its own', () => {
    for (const kind of ['p2wpkh', 'p2tr'] as const) {
      const of = account(kind);
      const request = prepare(simple(of), of);
      expect(prepare(request.bytes, of)).toEqual(request);
      expect(parseBitcoin(request.bytes)).toEqual(request);
    }
  });
  it('says what is ours, and where', () => {
    const request = prepare(simple());
    expect(request).toMatchObject({
      kind: 'bitcoin',
      network: 'mainnet',
      key: { kind: 'p2wpkh', fingerprint: FINGERPRINT },
      account: 0,
      version: 2,
      lockTime: 0,
      fee: 1_000n,
    });
    expect(inputsToSign(request)).toEqual([0]);
    expect(pathsOf(request)).toEqual([[84, 0, 0, 0, 0]]);
    expect(request.inputs[0]).toMatchObject({ previousKnown: true, state: 'sign', sighash: 1 });
    expect(request.outputs.map(({ own }) => own?.path)).toEqual([undefined, [84, 0, 0, 1, 0]]);
  });
  it('asks for previous transactions that did not come along', () => {
    const of = account();
    const input = { amount: 100_000n, script: coinOf(of), previous: false };
    const transaction = spending([input], PAY);
    const from = funding([{ amount: 100_000n, script: coinOf(of) }]);
    expect(prepare(transaction).inputs[0]?.previousKnown).toBe(false);
    const previous = (txid: string): Uint8Array | undefined =>
      txid === from.id ? from.toBytes() : undefined;
    expect(prepare(transaction, of, { previous }).inputs[0]?.previousKnown).toBe(true);
    const code = (raw: Uint8Array): string =>
      codeOf(() => prepare(transaction, of, { previous: () => raw }));
    expect(code(funding(PAY).toBytes())).toBe('bitcoin/previous-other');
    expect(code(new Uint8Array(3))).toBe('bitcoin/previous-malformed');
  });
  it('keeps a derivation that names ours beyond what was looked at', () => {
    const of = account();
    const { script, path, publicKey } = addressAt(of, { change: 0, index: 500 });
    const transaction = spending([{ amount: 100_000n, script }], PAY);
    expect(codeOf(() => prepare(transaction))).toBe('bitcoin/nothing-to-sign');
    transaction.updateInput(0, {
      bip32Derivation: [[publicKey, { fingerprint: FINGERPRINT, path: [...path] }]],
    });
    expect(pathsOf(prepare(transaction))).toEqual([path]);
  });
  it('keeps what it does not know, and the signatures of others', () => {
    const transaction = simple();
    transaction.addInput({
      txid: new Uint8Array(32).fill(9),
      index: 1,
      witnessUtxo: { amount: 5_000n, script: ELSEWHERE },
      partialSig: [[addressAt(OTHER, { change: 0, index: 0 }).publicKey, new Uint8Array(70)]],
      unknown: [[{ type: 0x77, key: new Uint8Array([1]) }, new Uint8Array([2])]],
    });
    const request = prepare(transaction);
    const [, other] = decodePsbt(request.bytes).inputs;
    expect(other?.partialSig).toHaveLength(1);
    expect(other?.unknown).toHaveLength(1);
    expect(request.inputs[1]).toMatchObject({ state: 'signed', own: undefined });
  });

  it.each<[string, () => unknown]>([
    ['bitcoin/psbt-text', () => prepare('no psbt!')],
    ['bitcoin/psbt-magic', () => prepare(new Uint8Array([1, 2, 3, 4, 5, 6]))],
    ['bitcoin/psbt-malformed', () => prepare(simple().toPSBT().slice(0, -3))],
    ['bitcoin/psbt-malformed', () => prepare(new Uint8Array([...simple().toPSBT(), 1]))],
    ['bitcoin/psbt-too-large', () => prepare(new Uint8Array(MAX_FILE_BYTES + 1))],
    [
      'bitcoin/tx-version',
      () =>
        prepare(spending([{ amount: 100_000n, script: coinOf(account()) }], PAY, { version: 0 })),
    ],
    ['bitcoin/no-inputs', () => prepare(spending([], PAY))],
    [
      'bitcoin/no-outputs',
      () => prepare(spending([{ amount: 1_000n, script: coinOf(account()) }], [])),
    ],
    [
      'bitcoin/duplicate-input',
      () => {
        const transaction = simple();
        transaction.addInput(transaction.getInput(0));
        return prepare(transaction);
      },
    ],
    [
      'bitcoin/spends-more',
      () => prepare(spending([{ amount: 59_999n, script: coinOf(account()) }], PAY)),
    ],
    [
      'bitcoin/amount-impossible',
      () =>
        prepare(spending([{ amount: 21_000_001n * 100_000_000n, script: coinOf(account()) }], PAY)),
    ],
    [
      'bitcoin/coinbase',
      () => {
        const transaction = new Transaction(LOOSE);
        transaction.addInput({
          txid: new Uint8Array(32),
          index: 0xffffffff,
          witnessUtxo: { amount: 100_000n, script: coinOf(account()) },
        });
        transaction.addOutput({ amount: 1_000n, script: ELSEWHERE });
        return prepare(transaction);
      },
    ],
    [
      'bitcoin/utxo-missing',
      () => prepare(changed(({ witnessUtxo: _, nonWitnessUtxo: __, ...rest }) => rest)),
    ],
    [
      'bitcoin/utxo-lie',
      () =>
        prepare(
          changed((input) => ({
            ...input,
            witnessUtxo: { amount: 90_000n, script: coinOf(account()) },
          })),
        ),
    ],
    [
      'bitcoin/utxo-lie',
      () =>
        prepare(
          changed((input) => ({ ...input, witnessUtxo: { amount: 100_000n, script: ELSEWHERE } })),
        ),
    ],
    [
      'bitcoin/previous-other',
      () =>
        prepare(
          changed((input) => ({
            ...input,
            nonWitnessUtxo:
              spending(
                [{ amount: 1n, script: ELSEWHERE }],
                [{ amount: 100_000n, script: coinOf(account()) }],
              ).getInput(0).nonWitnessUtxo ?? expect.unreachable(),
          })),
        ),
    ],
    ['bitcoin/sighash', () => prepare(changed((input) => ({ ...input, sighashType: 0x81 })))],
    ['bitcoin/sighash', () => prepare(changed((input) => ({ ...input, sighashType: 2 })))],
    ['bitcoin/sighash', () => prepare(changed((input) => ({ ...input, sighashType: 3 })))],
    ['bitcoin/sighash', () => prepare(changed((input) => ({ ...input, sighashType: 0 })))],
    [
      'bitcoin/sighash',
      () =>
        prepare(
          changed((input) => ({ ...input, sighashType: 3 }), account('p2tr')),
          account('p2tr'),
        ),
    ],
    [
      'bitcoin/own-other-scripts',
      () => prepare(changed((input) => ({ ...input, witnessScript: new Uint8Array([0x51]) }))),
    ],
    [
      'bitcoin/own-other-scripts',
      () =>
        prepare(
          changed((input) => ({ ...input, tapMerkleRoot: new Uint8Array(32) }), account('p2tr')),
          account('p2tr'),
        ),
    ],
    [
      'bitcoin/derivation-wrong',
      () =>
        prepare(
          changed((input) => ({
            ...input,
            bip32Derivation: [
              [
                addressAt(account(), { change: 0, index: 0 }).publicKey,
                { fingerprint: FINGERPRINT, path: [84, 0, 0, 0, 1] },
              ],
            ],
          })),
        ),
    ],
    [
      'bitcoin/derivation-wrong',
      () =>
        prepare(
          changed((input) => ({
            ...input,
            bip32Derivation: [
              [
                addressAt(account(), { change: 0, index: 1 }).publicKey,
                { fingerprint: FINGERPRINT, path: [84, 0, 0, 0, 1] },
              ],
            ],
          })),
        ),
    ],
    [
      'bitcoin/derivation-wrong',
      () =>
        prepare(
          changed((input) => ({
            ...input,
            bip32Derivation: [
              [
                addressAt(account(), { change: 0, index: 0 }).publicKey,
                { fingerprint: FINGERPRINT, path: [0x8000_0054] },
              ],
            ],
          })),
        ),
    ],
    [
      'bitcoin/own-other-signature',
      () =>
        prepare(
          changed((input) => ({
            ...input,
            partialSig: [[addressAt(OTHER, { change: 0, index: 0 }).publicKey, new Uint8Array(70)]],
          })),
        ),
    ],
    ['bitcoin/nothing-to-sign', () => prepare(simple(OTHER))],
    ['bitcoin/other-network', () => prepare(prepare(simple()).bytes, account('p2wpkh', 'signet'))],
    [
      'bitcoin/too-many-inputs',
      () =>
        prepare(
          spending(
            Array.from({ length: 129 }, () => ({ amount: 10_000n, script: coinOf(account()) })),
            PAY,
          ),
        ),
    ],
    [
      'bitcoin/request-too-large',
      () =>
        prepare(
          changed((input) => ({
            ...input,
            unknown: [[{ type: 0x77, key: new Uint8Array() }, new Uint8Array(MAX_REQUEST_BYTES)]],
          })),
        ),
    ],
  ])('%s', (code, run) => {
    expect(codeOf(run)).toBe(code);
  });
  it('signs a hundred and twenty-eight inputs, and not those that are signed already', () => {
    const inputs = Array.from({ length: 128 }, () => ({
      amount: 10_000n,
      script: coinOf(account()),
    }));
    expect(inputsToSign(prepare(spending(inputs, PAY)))).toHaveLength(128);
    const transaction = spending(inputs, PAY);
    transaction.updateInput(3, { finalScriptWitness: [new Uint8Array(71), new Uint8Array(33)] });
    const request = prepare(transaction);
    expect(inputsToSign(request)).toHaveLength(127);
    expect(request.inputs[3]?.state).toBe('signed');
  });
});

describe('parseBitcoin', () => {
  const fieldsOf = (of = account()): ReturnType<typeof decodePsbt> =>
    decodePsbt(prepare(simple(of), of).bytes);
  const withInput = (
    change: (input: TransactionInput) => TransactionInput,
    of = account(),
  ): Uint8Array => {
    const fields = fieldsOf(of);
    return encodeCanonical({ ...fields, inputs: fields.inputs.map((input) => change(input)) });
  };
  const derivation = (index: number, path: number[]): TransactionInput['bip32Derivation'] => [
    [addressAt(account(), { change: 0, index }).publicKey, { fingerprint: FINGERPRINT, path }],
  ];
  const PATH = [84, 0, 0, 0, 0];

  it.each<[string, () => Uint8Array]>([
    ['bitcoin/no-marker', () => encodeCanonical(decodePsbt(simple().toPSBT()))],
    ['bitcoin/not-canonical', () => simple().toPSBT(2)],
    ['bitcoin/not-canonical', () => new Uint8Array([...prepare(simple()).bytes, 0])],
    [
      'bitcoin/psbt-marker',
      () => {
        const fields = fieldsOf();
        const proprietary = (fields.global.proprietary ?? []).map(
          ([key, value]): [Uint8Array, Uint8Array] => [key, value.with(0, 2)],
        );
        return encodeCanonical({ ...fields, global: { ...fields.global, proprietary } });
      },
    ],
    [
      'bitcoin/own-path',
      () =>
        withInput((input) => ({
          ...input,
          bip32Derivation: derivation(0, [44, 60, 0, 0, 0]) ?? [],
        })),
    ],
    [
      'bitcoin/own-path',
      () =>
        withInput((input) => ({
          ...input,
          bip32Derivation: derivation(0, PATH.with(4, 0x8000_0000)) ?? [],
        })),
    ],
    [
      'bitcoin/own-script',
      () => withInput((input) => ({ ...input, bip32Derivation: derivation(1, PATH) ?? [] })),
    ],
    [
      'bitcoin/own-twice',
      () =>
        withInput((input) => ({
          ...input,
          bip32Derivation: [
            ...(derivation(0, PATH) ?? []),
            ...(derivation(1, PATH.with(4, 1)) ?? []),
          ],
        })),
    ],
    [
      'bitcoin/own-internal-key',
      () => withInput(({ tapInternalKey: _, ...input }) => input, account('p2tr')),
    ],
    [
      'bitcoin/output-twice',
      () => {
        const fields = fieldsOf();
        const bip32Derivation = [...(derivation(0, PATH) ?? []), ...(derivation(1, PATH) ?? [])];
        return encodeCanonical({
          ...fields,
          outputs: fields.outputs.map((output) => ({ ...output, bip32Derivation })),
        });
      },
    ],
    [
      'bitcoin/several-accounts',
      () => {
        const second = account('p2wpkh', 'mainnet', 1);
        const { script, path, publicKey } = addressAt(second, { change: 0, index: 0 });
        const transaction = spending(
          [
            { amount: 100_000n, script: coinOf(account()) },
            { amount: 100_000n, script },
          ],
          PAY,
        );
        transaction.updateInput(1, {
          bip32Derivation: [[publicKey, { fingerprint: FINGERPRINT, path: [...path] }]],
        });
        return prepare(transaction).bytes;
      },
    ],
  ])('%s', (code, make) => {
    expect(codeOf(() => parseBitcoin(make()))).toBe(code);
  });
  it('has another form for each network and kind, and refuses a key that does not fit', () => {
    const fields = fieldsOf();
    const marked = (marker: Parameters<typeof withMarker>[1]): Uint8Array =>
      encodeCanonical(withMarker(fields, marker));
    const right = { network: 'mainnet', kind: 'p2wpkh', fingerprint: FINGERPRINT } as const;
    expect(parseBitcoin(marked(right)).network).toBe('mainnet');
    expect(codeOf(() => parseBitcoin(marked({ ...right, network: 'signet' })))).toBe(
      'bitcoin/own-path',
    );
    expect(codeOf(() => parseBitcoin(marked({ ...right, kind: 'p2tr' })))).toBe(
      'bitcoin/nothing-to-sign',
    );
    expect(codeOf(() => parseBitcoin(marked({ ...right, fingerprint: 1 })))).toBe(
      'bitcoin/nothing-to-sign',
    );
  });
  it('does not share memory with whoever gave the bytes', () => {
    const bytes = prepare(simple()).bytes.slice();
    const request = parseBitcoin(bytes);
    bytes.fill(0);
    expect(parseBitcoin(request.bytes)).toEqual(request);
  });
  it('takes Taproot with the flag for everything, which makes another digest', () => {
    const of = account('p2tr');
    const request = prepare(
      changed((input) => ({ ...input, sighashType: 1 }), of),
      of,
    );
    expect(request.inputs[0]?.sighash).toBe(1);
  });
  it('reads text that is bytes already', () => {
    const psbt = simple().toPSBT();
    expect(psbtBytes(psbt)).toBe(psbt);
  });
});
