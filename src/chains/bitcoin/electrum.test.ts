/** Against Electrum, which shares no code with `@scure/btc-signer`. It has no Taproot keys. */
import { base64, hex } from '@scure/base';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressAt, type BitcoinAccount } from './account.ts';
import { assembleBitcoin, extractTransaction, mergePsbt } from './assemble.ts';
import { decodePsbt, encodeCanonical } from './codec.ts';
import { extendedKeyOf } from './descriptor.ts';
import { bitcoinDigests } from './digest.ts';
import type { BitcoinNetwork } from './network.ts';
import { preparePsbt } from './prepare.ts';
import { type BitcoinRequest, pathsOf } from './request.ts';
import {
  type Answer,
  type Command,
  electrum,
  hasElectrum,
  needsElectrum,
} from './testing/electrum.ts';
import {
  account,
  FINGERPRINT,
  finder,
  funding,
  OTHER,
  OTHER_TAPROOT,
  sign,
  spending,
} from './testing/vault.ts';

const NAMES = {
  mainnet: 'mainnet',
  testnet4: 'testnet',
  signet: 'signet',
  regtest: 'regtest',
} as const;

const OF = account('p2wpkh', 'regtest');
const RESTORE: Command = hasElectrum ? ['restore', extendedKeyOf(OF)] : ['restore'];

/** What a command gave. Fails for an error. */
const valueOf = (answer: Answer | undefined): unknown => {
  expect(answer?.error).toBeUndefined();
  return answer?.value;
};

interface Understood {
  readonly complete: boolean;
  readonly fee: number;
  readonly version: number;
  readonly lockTime: number;
  readonly inputs: readonly (readonly [string, number, number, number])[];
  readonly outputs: readonly (readonly [string, number, boolean])[];
  readonly digests: readonly string[];
}

interface Combined {
  readonly complete: boolean;
  readonly txid: string;
  readonly raw: string;
}

const base64Of = (psbt: Uint8Array): string => base64.encode(psbt);

/** What we read in a proposal, in the words of the other. */
const understoodByUs = (request: BitcoinRequest): Understood => ({
  complete: false,
  fee: Number(request.fee),
  version: request.version,
  lockTime: request.lockTime,
  inputs: request.inputs.map(({ txid, vout, sequence, amount }) => [
    txid,
    vout,
    sequence,
    Number(amount),
  ]),
  outputs: request.outputs.map(({ script, amount, own }) => [
    hex.encode(script),
    Number(amount),
    own !== undefined,
  ]),
  digests: bitcoinDigests(request).map((digest) => hex.encode(digest)),
});

const codeOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
  return 'none';
};

const elsewhere = (network: BitcoinNetwork, of = OTHER): string =>
  addressAt({ ...of, network }, { change: 0, index: 0 }).address;

/** A coin for an address of ours, and the transaction that made it. */
const coinFor = (of: BitcoinAccount, index: number, amount: bigint): string =>
  hex.encode(
    funding([{ amount, script: addressAt(of, { change: 0, index }).script }], index + 1).toBytes(),
  );

describe.skipIf(!hasElectrum)(needsElectrum('Electrum'), () => {
  it.each(['mainnet', 'testnet4', 'signet', 'regtest'] as const)(
    'has the same addresses from our extended key: %s',
    (network) => {
      const of = account('p2wpkh', network, 3);
      const [key, found] = electrum(NAMES[network], ['restore', extendedKeyOf(of)], ['addresses']);
      expect(valueOf(key)).toMatch(network === 'mainnet' ? /^zpub/ : /^vpub/);
      const { receive, change } = valueOf(found) as Record<'receive' | 'change', string[]>;
      expect([receive.length, change.length]).toEqual([20, 10]);
      expect(receive).toEqual(
        receive.map((_, index) => addressAt(of, { change: 0, index }).address),
      );
      expect(change).toEqual(change.map((_, index) => addressAt(of, { change: 1, index }).address));
    },
  );

  it.each([
    ['to P2WPKH', OTHER, []],
    ['to P2TR', OTHER_TAPROOT, []],
    [
      'when it knows the origin of the key',
      OTHER,
      [FINGERPRINT.toString(16).padStart(8, '0'), 'm/84/1/0'],
    ],
  ] as const)(
    'makes a PSBT that we sign, and finds the transaction complete: %s',
    (_, receiver, origin) => {
      const before: Command[] = [
        [...RESTORE, ...origin],
        ['fund', coinFor(OF, 0, 60_000n)],
        ['fund', coinFor(OF, 4, 50_000n)],
      ];
      const made = electrum('regtest', ...before, [
        'pay',
        elsewhere('regtest', receiver),
        70_000,
        5,
      ]);
      const theirs = valueOf(made.at(-1)) as string;

      const request = preparePsbt(theirs, { account: OF, find: finder(OF, 20) });
      expect(request.inputs).toHaveLength(2);
      expect(
        request.inputs.every(({ previousKnown, state }) => previousKnown && state === 'sign'),
      ).toBe(true);
      expect(
        pathsOf(request)
          .map((path) => path.join('/'))
          .sort(),
      ).toEqual(['84/1/0/0/0', '84/1/0/0/4']);
      expect(request.outputs.map(({ own }) => own?.path.slice(0, 4)).filter(Boolean)).toEqual([
        [84, 1, 0, 1],
      ]);
      const { psbt, complete } = assembleBitcoin(request, sign(request));
      const signed = base64Of(psbt);
      const after = electrum(
        'regtest',
        ...before,
        ['read', theirs],
        ['read', base64Of(request.bytes)],
        ['verify', signed],
        ['combine', theirs, signed],
        ['combine', signed],
        ['remember', hex.encode(complete?.raw ?? new Uint8Array())],
      );
      const [read, readOurs, verified, combined, alone, worth] = after
        .slice(before.length)
        .map(valueOf);
      expect(read).toEqual(understoodByUs(request));
      expect(readOurs).toEqual(understoodByUs(request));
      expect(verified).toEqual([true, true]);
      const expected: Combined = {
        complete: true,
        txid: complete?.txid ?? '',
        raw: hex.encode(complete?.raw ?? new Uint8Array()),
      };
      expect(combined).toEqual(expected);
      expect(alone).toEqual(expected);
      expect(worth).toBe(110_000 - 70_000 - Number(request.fee));
      // Its own PSBT and the one that we signed, joined here, are complete, too.
      const { raw } = extractTransaction(mergePsbt(psbt, base64.decode(theirs))) ?? {};
      expect(raw).toEqual(complete?.raw);
      const turned = extractTransaction(mergePsbt(base64.decode(theirs), psbt));
      expect(turned?.raw).toEqual(complete?.raw);
    },
  );

  it('finds no signature right that is for another transaction', () => {
    const inputs = [{ amount: 100_000n, script: addressAt(OF, { change: 0, index: 0 }).script }];
    const to = (amount: bigint): BitcoinRequest =>
      preparePsbt(
        spending(inputs, [
          { amount, script: addressAt(OTHER, { change: 0, index: 0 }).script },
        ]).toPSBT(),
        {
          account: OF,
          find: finder(OF),
        },
      );
    const [approved, other] = [to(90_000n), to(90_001n)];
    const { psbt } = assembleBitcoin(approved, sign(approved));
    const signature = decodePsbt(psbt).inputs[0]?.partialSig ?? [];
    const fields = decodePsbt(other.bytes);
    const forged = encodeCanonical({
      ...fields,
      inputs: fields.inputs.map((input) => ({ ...input, partialSig: signature })),
    });
    const [, right, wrong] = electrum(
      'regtest',
      RESTORE,
      ['verify', base64Of(psbt)],
      ['verify', base64Of(forged)],
    );
    expect([valueOf(right), valueOf(wrong)]).toEqual([[true], [false]]);
    expect(codeOf(() => assembleBitcoin(other, sign(approved)))).toBe('bitcoin/signature-invalid');
  });

  describe('what is wrong, both refuse', () => {
    const script = addressAt(OF, { change: 0, index: 0 }).script;
    const foreign = addressAt(OTHER, { change: 0, index: 0 }).script;
    const fields = decodePsbt(
      preparePsbt(
        spending([{ amount: 100_000n, script }], [{ amount: 90_000n, script: foreign }]).toPSBT(),
        {
          account: OF,
          find: finder(OF),
        },
      ).bytes,
    );
    const changed = (change: object): string =>
      base64Of(
        encodeCanonical({
          ...fields,
          inputs: fields.inputs.map((input) => ({ ...input, ...change })),
        }),
      );

    it.each([
      [
        'another amount',
        { witnessUtxo: { amount: 99_999n, script } },
        'bitcoin/utxo-lie',
        'PSBTInputConsistencyFailure',
      ],
      [
        'another script',
        { witnessUtxo: { amount: 100_000n, script: foreign } },
        'bitcoin/utxo-lie',
        'PSBTInputConsistencyFailure',
      ],
      [
        'a witness script',
        { witnessScript: new Uint8Array([0x51]) },
        'bitcoin/own-other-scripts',
        'PSBTInputConsistencyFailure',
      ],
      [
        'a redeem script',
        { redeemScript: new Uint8Array([0x51]) },
        'bitcoin/own-other-scripts',
        'PSBTInputConsistencyFailure',
      ],
      ['a sighash that does not exist', { sighashType: 4 }, 'bitcoin/sighash', 'SIGHASH'],
    ])('%s', (_, change, code, theirs) => {
      const psbt = changed(change);
      expect(codeOf(() => preparePsbt(psbt, { account: OF, find: finder(OF) }))).toBe(code);
      const [, unchanged, read] = electrum(
        'regtest',
        RESTORE,
        ['read', changed({})],
        ['read', psbt],
      );
      valueOf(unchanged);
      expect(read?.error).toContain(theirs);
    });

    // Electrum would sign these, with other digests than the one we would.
    it.each([2, 3, 0x81])('a sighash that leaves something open: %i', (sighashType) => {
      const psbt = changed({ sighashType });
      expect(codeOf(() => preparePsbt(psbt, { account: OF, find: finder(OF) }))).toBe(
        'bitcoin/sighash',
      );
      const [, all, open] = electrum('regtest', RESTORE, ['read', changed({})], ['read', psbt]);
      const digests = [all, open].map((answer) => (valueOf(answer) as Understood).digests[0]);
      expect(digests[0]).not.toBe(digests[1]);
    });

    it('bytes that are cut or go on', () => {
      const whole = base64.decode(changed({}));
      const texts = [
        whole.slice(0, -2),
        new Uint8Array([...whole.slice(0, 4), 0, ...whole.slice(5)]),
      ].map(base64Of);
      const [, ...answers] = electrum(
        'regtest',
        RESTORE,
        ...texts.map((text): Command => ['read', text]),
      );
      for (const [i, text] of texts.entries()) {
        expect(codeOf(() => preparePsbt(text, { account: OF, find: finder(OF) }))).toMatch(
          /^bitcoin\/psbt-/,
        );
        expect(answers[i]?.error).toBeDefined();
      }
    });
  });

  it('reads every proposal as we do, with the same digests and the same complete transaction', () => {
    const find = finder(OF, 20);
    const coin = fc.record({
      amount: fc.bigInt(1_000n, 10_000_000_000n),
      place: fc.record({ change: fc.constantFrom(0 as const, 1 as const), index: fc.nat(9) }),
      sequence: fc.constantFrom(0xffffffff, 0xfffffffd, 7),
      previous: fc.boolean(),
    });
    const output = fc.record({
      of: fc.constantFrom(OTHER, OTHER_TAPROOT, OF),
      change: fc.constantFrom(0 as const, 1 as const),
      index: fc.nat(9),
      amount: fc.bigInt(0n, 100n),
    });
    const requests = fc
      .sample(
        fc.tuple(
          fc.array(coin, { minLength: 1, maxLength: 16 }),
          fc.array(output, { minLength: 1, maxLength: 8 }),
          fc.nat(0xffffffff),
          fc.constantFrom(1, 2),
          fc.constantFrom(undefined, 1),
        ),
        { numRuns: Number(process.env['DIFFERENTIAL_ELECTRUM'] ?? 100), seed: 20 },
      )
      .map(([coins, outputs, lockTime, version, sighashType]) => {
        const transaction = spending(
          coins.map(({ place, ...rest }) => ({ ...rest, script: addressAt(OF, place).script })),
          outputs.map(({ of, amount, ...place }) => ({
            amount,
            script: addressAt(of, place).script,
          })),
          { lockTime, version },
        );
        if (sighashType !== undefined) {
          for (const i of coins.keys()) transaction.updateInput(i, { sighashType });
        }
        return preparePsbt(transaction.toPSBT(), { account: OF, find });
      });
    const signed = requests.map((request) => assembleBitcoin(request, sign(request)));
    const commands = requests.flatMap((request, i): Command[] => {
      const psbt = base64Of(signed[i]?.psbt ?? new Uint8Array());
      return [
        ['read', base64Of(request.bytes)],
        ['verify', psbt],
        ['combine', psbt],
      ];
    });
    const [, ...answers] = electrum('regtest', RESTORE, ...commands);
    for (const [i, request] of requests.entries()) {
      const [read, verified, combined] = answers.slice(3 * i, 3 * i + 3).map(valueOf);
      const complete = signed[i]?.complete;
      expect(read).toEqual(understoodByUs(request));
      expect(verified).toEqual(request.inputs.map(() => true));
      expect(combined).toEqual({
        complete: true,
        txid: complete?.txid,
        raw: hex.encode(complete?.raw ?? new Uint8Array()),
      });
    }
  });
});
