import { utf8ToBytes } from '@noble/hashes/utils.js';
import type { TransactionInput } from '@scure/btc-signer/psbt.js';
import type { Transaction } from '@scure/btc-signer/transaction.js';
import { hex } from '@scure/base';
import { describe, expect, it } from 'vitest';
import { concat } from '../../codec.ts';
import type { Fact, Review } from '../review.ts';
import { type AccountKind, addressAt, type BitcoinAccount, type Place } from './account.ts';
import type { BitcoinContext } from './context.ts';
import { decodePsbt, encodeCanonical } from './codec.ts';
import { describeBitcoin } from './describe.ts';
import { bitcoinDigests } from './digest.ts';
import { parseBitcoin } from './parse.ts';
import { preparePsbt } from './prepare.ts';
import type { BitcoinRequest } from './request.ts';
import {
  account,
  FINGERPRINT,
  finder,
  OTHER,
  OTHER_TAPROOT,
  simple,
  spending,
  type TestInput,
} from './testing/vault.ts';

const OWN = account();
const at = (place: Place, of: BitcoinAccount = OWN): Uint8Array => addressAt(of, place).script;
const THEIRS = addressAt(OTHER, { change: 0, index: 0 });

const prepare = (transaction: Transaction, of = OWN): BitcoinRequest =>
  preparePsbt(transaction.toPSBT(), { account: of, find: finder(of) });

const context = (change: Partial<BitcoinContext> = {}, of = OWN): BitcoinContext => {
  const find = finder(of);
  return {
    account: { ...of, name: 'Savings' },
    owns: (script) => {
      const place = find(script);
      return place === undefined ? undefined : { ...place, account: of.index, name: 'Savings' };
    },
    contacts: [],
    paid: [THEIRS.address],
    nextIndex: { receive: 0, change: 0 },
    tip: { height: 800_000, time: 1_700_000_000 },
    ...change,
  };
};

const codes = ({ warnings }: Review): string[] => warnings.map(({ code }) => code);
const codesOf = async (
  transaction: Transaction,
  change: Partial<BitcoinContext> = {},
  of = OWN,
): Promise<string[]> => codes(await describeBitcoin(prepare(transaction, of), context(change, of)));

const spend = (
  outputs: readonly { readonly amount: bigint; readonly script: Uint8Array }[],
  inputs: readonly TestInput[] = [{ amount: 100_000n, script: at({ change: 0, index: 0 }) }],
  options: Parameters<typeof spending>[2] = {},
): Transaction =>
  spending(
    inputs.map((input) => ({ sequence: 0xfffffffe, ...input })),
    outputs,
    options,
  );

const PAID = { amount: 60_000n, script: THEIRS.script };
const BACK = { amount: 39_000n, script: at({ change: 1, index: 0 }) };
const labels = (facts: readonly Fact[]): string[] => facts.map(({ label }) => label);

describe('describeBitcoin', () => {
  it.each<AccountKind>(['p2wpkh', 'p2tr'])('a payment with change: %s', async (kind) => {
    const of = account(kind);
    const request = prepare(simple(of), of);
    const review = await describeBitcoin(request, context({}, of));
    expect(review).toMatchObject({
      kind: 'bitcoin',
      operation: 'bitcoin-transfer',
      reading: 'clear',
      refusal: undefined,
      intent: `Send 0.0006 BTC to ${THEIRS.address}`,
      network: { id: 'bip122:000000000019d6689c085ae165831e93' },
    });
    expect(labels(review.facts)).toEqual([
      'From',
      'Amount',
      'To',
      'Change, back to this vault',
      'Fee',
      'In total',
      'Network',
    ]);
    expect(review.leaves.map(({ value }) => value)).toEqual([61_000n]);
    expect(review.digests.map(({ digest }) => digest)).toEqual(bitcoinDigests(request));
    expect(review.digests[0]?.words).toHaveLength(4);
    expect(codes(review)).toEqual(['bitcoin/replaceable']);
  });
  it('shows the fee with its rate and its share', async () => {
    const { facts } = await describeBitcoin(prepare(simple()), context());
    const fee = facts.find(({ label }) => label === 'Fee');
    expect(fee?.remarks).toEqual(['7.0 sat/vB · 141 vB · 1.00 % of the inputs']);
    expect(fee?.canonical).toBe('1000 smallest units of the native coin');
  });
  it('several payments, and data for the chain', async () => {
    const text = utf8ToBytes('hi\u202e');
    const data = concat(new Uint8Array([0x6a, text.length]), text);
    const review = await describeBitcoin(
      prepare(
        spend([
          PAID,
          { amount: 1_000n, script: at({ change: 0, index: 1 }, OTHER) },
          { amount: 0n, script: data },
        ]),
      ),
      context(),
    );
    expect(review.intent).toBe('Send 0.00061 BTC in 3 payments');
    const written = review.facts
      .flatMap(({ value }) => (value.kind === 'group' ? value.facts : []))
      .find(({ label }) => label === 'Writes into the chain');
    expect(written?.value).toEqual({ kind: 'text', text: 'hi⟨U+202E⟩' });
    expect(codes(review)).toContain('bitcoin/data');
  });
  it('names a contact', async () => {
    const contacts = [{ address: THEIRS.address, name: 'Landlord' }];
    const review = await describeBitcoin(prepare(spend([PAID, BACK])), context({ contacts }));
    expect(review.intent).toBe('Send 0.0006 BTC to Landlord');
  });
  it('shows the same without notes on devices that know different things', async () => {
    const request = prepare(simple());
    const one = await describeBitcoin(request, context());
    const two = await describeBitcoin(
      request,
      context({
        account: { ...OWN, name: 'Other name' },
        owns: () => undefined,
        contacts: [{ address: THEIRS.address, name: 'Mallory' }],
        paid: undefined,
        nextIndex: undefined,
        tip: undefined,
      }),
    );
    expect(two.shown).toEqual(one.shown);
    expect(two.shownDigest).toEqual(one.shownDigest);
  });
  it('shows another thing for every other transaction', async () => {
    const shown = await Promise.all(
      [
        spend([PAID, BACK]),
        spend([PAID, { ...BACK, amount: 38_999n }]),
        spend([{ ...PAID, script: at({ change: 0, index: 1 }, OTHER) }, BACK]),
        spend([PAID, BACK], undefined, { lockTime: 5 }),
        spend([PAID, BACK], [{ amount: 100_000n, script: at({ change: 0, index: 1 }) }]),
      ].map(async (transaction) =>
        hex.encode((await describeBitcoin(prepare(transaction), context())).shownDigest),
      ),
    );
    expect(new Set(shown).size).toBe(shown.length);
  });
  it('lists every field, those that nobody knows too', async () => {
    const transaction = simple();
    transaction.updateInput(0, {
      unknown: [[{ type: 0x77, key: new Uint8Array([1]) }, new Uint8Array([2])]],
    });
    const { details } = await describeBitcoin(prepare(transaction), context());
    expect(labels(details)).toEqual(
      expect.arrayContaining([
        'Input 1 of 1',
        'Output 1 of 2',
        'Output 2 of 2',
        'Field 7701',
      ]) as string[],
    );
  });
});

describe('what is refused', () => {
  const refusal = async (
    request: BitcoinRequest,
    change: Partial<BitcoinContext> = {},
  ): Promise<Review> => describeBitcoin(request, context(change));

  it('keys that are not those of this vault', async () => {
    const stranger = { ...OWN, derive: (path: readonly number[]) => OTHER.derive([9, ...path]) };
    const review = await refusal(prepare(simple()), { account: { ...stranger, name: 'x' } });
    expect(review.refusal).toMatch(/not those of this vault/);
    expect(review.reading).toBe('unreadable');
  });
  it('an input whose key only pretends to be on its path', async () => {
    // The right fingerprint and a fitting script, but the key of another path.
    const fields = decodePsbt(prepare(simple()).bytes);
    const { publicKey } = addressAt(OWN, { change: 0, index: 0 });
    const inputs = fields.inputs.map((input): TransactionInput => ({
      ...input,
      bip32Derivation: [[publicKey, { fingerprint: FINGERPRINT, path: [84, 0, 0, 0, 1] }]],
    }));
    const request = parseBitcoin(encodeCanonical({ ...fields, inputs }));
    expect((await refusal(request)).refusal).toMatch(/not those of this vault/);
  });
  it.each([
    ['an account of another number', account('p2wpkh', 'mainnet', 1)],
    ['another network', account('p2wpkh', 'signet')],
    ['another kind', account('p2tr')],
  ])('%s than the bytes name', async (_, other) => {
    const review = await refusal(prepare(simple()), { account: { ...other, name: 'x' } });
    expect(review.refusal).toMatch(/another account/);
  });
  it.each([
    ['bitcoin/unknown-script', '51', /cannot read/],
    ['bitcoin/unknown-script', '004c14751e76e8199196d454941c45d1b3a323f1433bd6', /cannot read/],
    ['bitcoin/unknown-script', '', /cannot read/],
    ['bitcoin/anyone-can-spend', `5220${'11'.repeat(32)}`, /no owner/],
    ['bitcoin/anyone-can-spend', '510211ff', /no owner/],
  ])('%s: script %s', async (code, script, words) => {
    const review = await refusal(
      prepare(
        spend([
          { amount: 90_500n, script: hex.decode(script) },
          { amount: 5_000n, script: BACK.script },
        ]),
      ),
    );
    expect(review.refusal).toMatch(words);
    expect(review.reading).toBe('unreadable');
    expect(codes(review)[0]).toBe(code);
  });
});

describe('warnings', () => {
  it('none for a payment to somebody who was paid before', async () => {
    expect(await codesOf(spend([PAID, BACK]))).toEqual([]);
  });
  it('fee-high from a tenth of the inputs on', async () => {
    const withFee = (fee: bigint): Transaction => spend([{ ...PAID, amount: 100_000n - fee }]);
    expect(await codesOf(withFee(10_000n))).toEqual(['bitcoin/fee-high']);
    expect(await codesOf(withFee(9_999n))).toEqual([]);
  });
  it('fee-low below a satoshi for a byte', async () => {
    expect(await codesOf(spend([{ ...PAID, amount: 99_891n }]))).toEqual(['bitcoin/fee-low']);
    expect(await codesOf(spend([{ ...PAID, amount: 99_890n }]))).toEqual([]);
  });
  describe('fee-unverified', () => {
    const code = 'bitcoin/fee-unverified';
    const inputs = (of: BitcoinAccount, previous: boolean[]): TestInput[] =>
      previous.map((known, index) => ({
        amount: 50_000n,
        script: at({ change: 0, index }, of),
        previous: known,
      }));
    it('without the previous transactions of two P2WPKH inputs', async () => {
      expect(await codesOf(spend([PAID], inputs(OWN, [false, false])))).toContain(code);
      expect(await codesOf(spend([PAID], inputs(OWN, [true, false])))).toContain(code);
      expect(await codesOf(spend([PAID], inputs(OWN, [true, true])))).not.toContain(code);
    });
    it('not with one input alone: its own signature commits to its amount', async () => {
      expect(
        await codesOf(spend([{ ...PAID, amount: 49_000n }], inputs(OWN, [false]))),
      ).not.toContain(code);
    });
    it('not with Taproot: every signature commits to all amounts', async () => {
      const of = account('p2tr');
      expect(await codesOf(spend([PAID], inputs(of, [false, false])), {}, of)).not.toContain(code);
    });
    it('says so beside the fee', async () => {
      const review = await describeBitcoin(
        prepare(spend([PAID], inputs(OWN, [false, false]))),
        context(),
      );
      expect(review.facts.find(({ label }) => label === 'Fee')?.remarks?.[1]).toMatch(
        /not verified/,
      );
    });
  });
  it('false-change: an output that claims to be ours', async () => {
    const transaction = spend([PAID, BACK]);
    const claim = (
      script: 0 | 1,
      path: number[],
      key = addressAt(OWN, { change: 1, index: 0 }).publicKey,
    ): void => {
      transaction.updateOutput(script, {
        bip32Derivation: [[key, { fingerprint: FINGERPRINT, path }]],
      });
    };
    claim(0, [84, 0, 0, 1, 0]);
    const review = await describeBitcoin(prepare(transaction), context());
    expect(codes(review)).toEqual(['bitcoin/false-change']);
    expect(review.leaves[0]?.value).toBe(61_000n);
    // With the receiver's own key, which fits the script and not the path.
    const other = spend([PAID, BACK]);
    other.updateOutput(0, {
      bip32Derivation: [[THEIRS.publicKey, { fingerprint: FINGERPRINT, path: [84, 0, 0, 1, 0] }]],
    });
    expect(await codesOf(other)).toEqual(['bitcoin/false-change']);
    // On a path that no joint key has.
    const hard = spend([PAID, BACK]);
    hard.updateOutput(0, {
      bip32Derivation: [[THEIRS.publicKey, { fingerprint: FINGERPRINT, path: [0x8000_0000] }]],
    });
    expect(await codesOf(hard)).toEqual(['bitcoin/false-change']);
  });
  const claimed = (place: Place, of = OWN): Transaction => {
    const { script, publicKey, path } = addressAt(of, place);
    const transaction = spend([PAID, { amount: 39_000n, script }]);
    transaction.updateOutput(1, {
      bip32Derivation: [[publicKey, { fingerprint: FINGERPRINT, path: [...path] }]],
    });
    return transaction;
  };
  it('change-gap: more than a hundred beyond those in use', async () => {
    expect(await codesOf(claimed({ change: 1, index: 101 }))).toEqual(['bitcoin/change-gap']);
    expect(await codesOf(claimed({ change: 1, index: 100 }))).toEqual([]);
    expect(
      await codesOf(claimed({ change: 1, index: 110 }), { nextIndex: { receive: 0, change: 10 } }),
    ).toEqual([]);
    expect(await codesOf(claimed({ change: 1, index: 50 }), { nextIndex: undefined })).toEqual([
      'bitcoin/change-gap',
    ]);
  });
  it('change-branch: an address for receiving', async () => {
    expect(await codesOf(claimed({ change: 0, index: 1 }))).toEqual(['bitcoin/change-branch']);
  });
  it('change-account: another account of the vault', async () => {
    const second = account('p2wpkh', 'mainnet', 1);
    expect(await codesOf(claimed({ change: 1, index: 0 }, second))).toEqual([
      'bitcoin/change-account',
    ]);
  });
  it('dust', async () => {
    expect(
      await codesOf(
        spend([PAID, { ...BACK, amount: 38_000n }, { amount: 293n, script: THEIRS.script }]),
      ),
    ).toEqual(['bitcoin/dust']);
    expect(
      await codesOf(
        spend([PAID, { ...BACK, amount: 38_000n }, { amount: 294n, script: THEIRS.script }]),
      ),
    ).toEqual([]);
  });
  it('burned: money to data', async () => {
    const script = new Uint8Array([0x6a, 1, 7]);
    expect(
      await codesOf(
        spend([
          { amount: 1_000n, script },
          { ...BACK, amount: 98_000n },
        ]),
      ),
    ).toEqual(['bitcoin/burned']);
  });
  it('anyone-can-spend: more than an anchor needs', async () => {
    const script = hex.decode('51024e73');
    expect(
      await codesOf(
        spend([
          { amount: 1_001n, script },
          { ...PAID, amount: 98_000n },
        ]),
      ),
    ).toContain('bitcoin/anyone-can-spend');
    expect(
      await codesOf(
        spend([
          { amount: 1_000n, script },
          { ...PAID, amount: 98_000n },
        ]),
      ),
    ).not.toContain('bitcoin/anyone-can-spend');
  });
  it('locked: a height or time that is still to come', async () => {
    const locked = (lockTime: number): Transaction => spend([PAID, BACK], undefined, { lockTime });
    expect(await codesOf(locked(800_001))).toEqual(['bitcoin/locked']);
    expect(await codesOf(locked(800_000))).toEqual([]);
    expect(await codesOf(locked(1_700_000_000))).toEqual(['bitcoin/locked']);
    expect(await codesOf(locked(1_699_999_999))).toEqual([]);
    expect(await codesOf(locked(5), { tip: undefined })).toEqual(['bitcoin/locked']);
    const final = [{ amount: 100_000n, script: at({ change: 0, index: 0 }), sequence: 0xffffffff }];
    expect(await codesOf(spend([PAID, BACK], final, { lockTime: 900_000 }))).toEqual([]);
  });
  it('says when', async () => {
    const valid = async (lockTime: number): Promise<string | undefined> => {
      const request = prepare(spend([PAID, BACK], undefined, { lockTime }));
      const { facts } = await describeBitcoin(request, context());
      return facts.find(({ label }) => label === 'Not valid before')?.canonical;
    };
    expect(await valid(0)).toBeUndefined();
    expect(await valid(499_999_999)).toBe('block 499999999');
    expect(await valid(1_700_000_000)).toMatch(/^2023-11-14 22:13:20/);
  });
  it('relative-lock and replaceable', async () => {
    const withSequence = (sequence: number, version = 2): Transaction =>
      spend([PAID, BACK], [{ amount: 100_000n, script: at({ change: 0, index: 0 }), sequence }], {
        version,
      });
    expect(await codesOf(withSequence(144))).toEqual([
      'bitcoin/relative-lock',
      'bitcoin/replaceable',
    ]);
    expect(await codesOf(withSequence(144, 1))).toEqual(['bitcoin/replaceable']);
    expect(await codesOf(withSequence(0xfffffffd))).toEqual(['bitcoin/replaceable']);
    expect(await codesOf(withSequence(0xfffffffe))).toEqual([]);
  });
  it('foreign-inputs', async () => {
    const inputs = [
      { amount: 50_000n, script: at({ change: 0, index: 0 }) },
      { amount: 50_000n, script: at({ change: 0, index: 3 }, OTHER_TAPROOT) },
    ];
    const review = await describeBitcoin(prepare(spend([PAID, BACK], inputs)), context());
    expect(codes(review)).toEqual(['bitcoin/foreign-inputs']);
    // Ours is 50,000 and 39,000 come back.
    expect(review.leaves[0]?.value).toBe(11_000n);
    const fee = review.facts.find(({ label }) => label === 'Fee');
    expect(fee?.remarks?.[0]).toMatch(/^at most /);
  });
  it('linked-coins', async () => {
    const inputs = [0, 1].map((index) => ({ amount: 50_000n, script: at({ change: 0, index }) }));
    expect(await codesOf(spend([PAID, BACK], inputs))).toEqual(['bitcoin/linked-coins']);
  });
  it('within-vault', async () => {
    const review = await describeBitcoin(prepare(spend([{ ...BACK, amount: 99_000n }])), context());
    expect(codes(review)).toEqual(['bitcoin/within-vault']);
    expect(review.intent).toBe('Move coins within this vault for a fee of 0.00001 BTC');
    expect(review.leaves[0]?.value).toBe(1_000n);
  });
  it('first-payment', async () => {
    expect(await codesOf(spend([PAID, BACK]), { paid: [] })).toEqual(['bitcoin/first-payment']);
    expect(await codesOf(spend([PAID, BACK]), { paid: undefined })).toEqual([]);
  });
  it('own-account: an address of another account, without a path in the bytes', async () => {
    const owns: BitcoinContext['owns'] = () => ({ account: 4, change: 0, index: 0, name: 'Rent' });
    const review = await describeBitcoin(prepare(spend([PAID, BACK])), context({ owns }));
    expect(codes(review)).toEqual(['bitcoin/own-account']);
    expect(review.leaves[0]?.value).toBe(61_000n);
  });
  it('look-alike: the same at both ends', async () => {
    const known = `${THEIRS.address.slice(0, 9)}${'q'.repeat(THEIRS.address.length - 14)}${THEIRS.address.slice(-5)}`;
    const contacts = [{ address: known, name: 'Landlord' }];
    const review = await describeBitcoin(prepare(spend([PAID, BACK])), context({ contacts }));
    expect(codes(review)).toEqual(['bitcoin/look-alike']);
    expect(review.warnings[0]?.resembles).toEqual({ address: THEIRS.address, known });
    const other = (i: number): string => (known.charAt(i) === 'z' ? 'y' : 'z');
    const last = known.length - 1;
    const ends = [
      { address: known.slice(0, last) + other(last), name: 'another end' },
      { address: known.slice(0, 7) + other(7) + known.slice(8), name: 'another front' },
    ];
    expect(await codesOf(spend([PAID, BACK]), { contacts: ends })).toEqual([]);
  });
  it('are ranked, and the same one comes once', async () => {
    const second = { amount: 2_000n, script: at({ change: 0, index: 1 }, OTHER) };
    const third = { amount: 2_000n, script: at({ change: 0, index: 2 }, OTHER) };
    const review = await describeBitcoin(prepare(spend([second, third])), context());
    expect(review.warnings.map(({ level }) => level)).toEqual(['danger', 'caution']);
    expect(codes(review)).toEqual(['bitcoin/fee-high', 'bitcoin/first-payment']);
  });
});
