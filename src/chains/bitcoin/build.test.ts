import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AccountKind, addressAt, type BitcoinAccount } from './account.ts';
import { assembleBitcoin } from './assemble.ts';
import { type BitcoinPayment, type BuiltPayment, buildBitcoinPayment, type Coin } from './build.ts';
import { FundsError } from './errors.ts';
import { readBitcoinFacts } from './facts.ts';
import { dustLimit } from './size.ts';
import { account, finder, funding, OTHER, sign } from './testing/vault.ts';

const TO = addressAt(OTHER, { change: 0, index: 0 }).address;

/** Coins with their previous transactions. */
function coins(amounts: readonly bigint[], of = account()): Coin[] {
  return amounts.map((amount, i) => {
    const place = { change: 0, index: i } as const;
    const from = funding([{ amount, script: addressAt(of, place).script }], i + 1);
    return { txid: from.id, vout: 0, amount, place, previous: from.toBytes() };
  });
}

const payment = (
  change: Partial<BitcoinPayment>,
  kind: AccountKind = 'p2wpkh',
): BitcoinPayment => ({
  account: account(kind),
  coins: coins([100_000n], account(kind)),
  pay: [{ address: TO, amount: 50_000n }],
  feeRate: 2,
  changeIndex: 3,
  ...change,
});

const codeOf = (change: Partial<BitcoinPayment>): string => {
  try {
    buildBitcoinPayment(payment(change));
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
  return 'none';
};

describe('buildBitcoinPayment', () => {
  it('pays, and the rest comes back to the next change address', () => {
    const { request, leftOut } = buildBitcoinPayment(payment({}));
    const { outputs, feeProven, refusal } = readBitcoinFacts(request, account().derive);
    // 141 virtual bytes at most: 10.5 + 68.25 + 2 x 31, rounded up.
    expect(request.fee).toBe(282n);
    expect(outputs.find(({ kind }) => kind === 'address')).toMatchObject({
      address: TO,
      amount: 50_000n,
    });
    expect(outputs.find(({ kind }) => kind === 'own')).toMatchObject({
      amount: 49_718n,
      place: { account: 0, change: 1, index: 3 },
    });
    expect([leftOut, feeProven, refusal]).toEqual([0, true, undefined]);
    expect(request.inputs.map(({ sequence }) => sequence)).toEqual([0xfffffffd]);
    expect(request.lockTime).toBe(0);
  });
  it('keeps to the lock time', () => {
    expect(buildBitcoinPayment(payment({ lockTime: 800_000 })).request.lockTime).toBe(800_000);
  });
  it('makes no change that is dust: it goes to the miner', () => {
    const { request } = buildBitcoinPayment(payment({ pay: [{ address: TO, amount: 99_500n }] }));
    expect(request.outputs).toHaveLength(1);
    expect(request.fee).toBe(500n);
  });
  it('sends everything', () => {
    const all = coins([30_000n, 20_000n]);
    const { request } = buildBitcoinPayment(payment({ coins: all, pay: { all: TO } }));
    expect(request.inputs).toHaveLength(2);
    expect(request.outputs).toHaveLength(1);
    expect(request.outputs[0]?.amount).toBe(50_000n - request.fee);
  });
  it('fees can be finer than a satoshi for a byte', () => {
    expect(buildBitcoinPayment(payment({ feeRate: 1.5 })).request.fee).toBe(212n);
    expect(buildBitcoinPayment(payment({ feeRate: 0.1 })).request.fee).toBe(15n);
  });
  it('spends at most 128 coins, the largest, and says how many are left', () => {
    const many = coins(Array.from({ length: 132 }, (_, i) => BigInt(1_000 * (i + 1))));
    const { request, leftOut } = buildBitcoinPayment(payment({ coins: many, pay: { all: TO } }));
    expect(request.inputs).toHaveLength(128);
    expect(request.inputs.every(({ amount }) => amount >= 5_000n)).toBe(true);
    expect(leftOut).toBe(4);
  });
  it.each<[string, Partial<BitcoinPayment>]>([
    ['bitcoin/funds-too-little', { pay: [{ address: TO, amount: 99_999n }] }],
    ['bitcoin/funds-too-little', { coins: [] }],
    ['bitcoin/funds-too-little', { coins: coins([400n]), pay: { all: TO } }],
    ['bitcoin/funds-too-little', { coins: [], pay: { all: TO } }],
    ['bitcoin/funds-dust', { pay: [{ address: TO, amount: 293n }] }],
    ['bitcoin/funds-nobody', { pay: [] }],
    ['bitcoin/funds-fee-rate', { feeRate: 0 }],
    ['bitcoin/funds-fee-rate', { feeRate: 0.0001 }],
    ['bitcoin/funds-fee-rate', { feeRate: 10_001 }],
    ['bitcoin/funds-fee-rate', { feeRate: Number.NaN }],
    [
      'bitcoin/funds-many-coins',
      {
        coins: coins(Array.from({ length: 140 }, () => 1_000n)),
        pay: [{ address: TO, amount: 130_000n }],
      },
    ],
    ['bitcoin/address-checksum', { pay: [{ address: TO.slice(0, -1), amount: 50_000n }] }],
    [
      'bitcoin/previous-other',
      { coins: coins([100_000n]).map((coin) => ({ ...coin, previous: funding([]).toBytes() })) },
    ],
  ])('%s', (code, change) => {
    expect(codeOf(change)).toBe(code);
  });

  it.each<AccountKind>(['p2wpkh', 'p2tr'])(
    'the sums are right, and the fee is what was asked for: %s',
    (kind) => {
      const of = account(kind);
      fc.assert(
        fc.property(
          fc.array(fc.bigInt(400n, 1_000_000n), { minLength: 1, maxLength: 20 }),
          fc.bigInt(330n, 3_000_000n),
          fc.integer({ min: 1, max: 50_000 }),
          (amounts, amount, milliRate) => {
            const all = payment(
              {
                coins: coins(amounts, of),
                account: of,
                feeRate: milliRate / 1000,
                pay: [{ address: TO, amount }],
              },
              kind,
            );
            let built;
            try {
              built = buildBitcoinPayment(all);
            } catch (error) {
              expect((error as { code: string }).code).toMatch(
                /^bitcoin\/funds-(too-little|many-coins)$/,
              );
              return;
            }
            const { request } = built;
            const { complete } = assembleBitcoin(request, sign(request));
            const asked = (BigInt(complete?.vsize ?? 0) * BigInt(milliRate)) / 1000n;
            expect(request.fee).toBeGreaterThanOrEqual(asked);
            // What is too little for change, and half a byte for each signature.
            const change = request.outputs.find(({ own }) => own !== undefined);
            const slack =
              change === undefined
                ? dustLimit(addressAt(of, { change: 1, index: 3 }).script) +
                  (50n * BigInt(milliRate)) / 1000n
                : 0n;
            const signatures = (BigInt(request.inputs.length) * BigInt(milliRate)) / 1000n;
            expect(request.fee).toBeLessThanOrEqual(asked + slack + signatures + 2n);
            expect(request.outputs.some(({ amount: paid }) => paid === amount)).toBe(true);
            expect(change?.amount ?? 1_000n).toBeGreaterThanOrEqual(294n);
          },
        ),
        { numRuns: 25 },
      );
    },
  );
});

describe('dustLimit', () => {
  it.each([
    ['p2wpkh', `0014${'00'.repeat(20)}`, 294n],
    ['p2tr', `5120${'00'.repeat(32)}`, 330n],
    ['p2pkh', `76a914${'00'.repeat(20)}88ac`, 546n],
    ['p2sh', `a914${'00'.repeat(20)}87`, 540n],
    ['p2a', '51024e73', 240n],
    ['OP_RETURN', '6a', 0n],
  ])('%s', (_, script, least) => {
    expect(
      dustLimit(Uint8Array.from(script.match(/../g)?.map((byte) => Number(`0x${byte}`)) ?? [])),
    ).toBe(least);
  });
});

describe('an account of three hundred small coins', () => {
  const MANY = 300;
  const MOST = 128;

  /** What is in the account after a transaction of its own: the coins that it left, and what it paid back. */
  function after(before: readonly Coin[], { request }: BuiltPayment, of: BitcoinAccount): Coin[] {
    const { complete } = assembleBitcoin(request, sign(request));
    if (complete === undefined) return expect.unreachable();
    const { raw, txid } = complete;
    const spent = new Set(request.inputs.map((input) => `${input.txid}:${String(input.vout)}`));
    const left = before.filter((coin) => !spent.has(`${coin.txid}:${String(coin.vout)}`));
    expect(left).toHaveLength(before.length - request.inputs.length);
    const find = finder(of, 2 * MANY);
    const back = request.outputs.flatMap(({ script, amount }, vout): Coin[] => {
      const place = find(script);
      return place === undefined ? [] : [{ txid, vout, amount, place, previous: raw }];
    });
    return [...left, ...back];
  }

  const total = (coins: readonly Coin[]): bigint =>
    coins.reduce((sum, { amount }) => sum + amount, 0n);

  it.each<AccountKind>(['p2wpkh', 'p2tr'])('joins them until the amount is reached: %s', (kind) => {
    const of = account(kind);
    const amount = 2_800_000n;
    let coinsNow: readonly Coin[] = coins(
      Array.from({ length: MANY }, (_, i) => 10_000n + BigInt(i)),
      of,
    );
    const before = total(coinsNow);
    const tried = (): BuiltPayment | FundsError => {
      try {
        return buildBitcoinPayment(
          payment({ account: of, coins: coinsNow, pay: [{ address: TO, amount }] }, kind),
        );
      } catch (error) {
        if (error instanceof FundsError) return error;
        throw error;
      }
    };

    let fees = 0n;
    let rounds = 0;
    let result = tried();
    while (result instanceof FundsError) {
      expect(result.code).toBe('bitcoin/funds-many-coins');
      expect(result.message).toMatch(/more than 128 coins.*to your own account.*or pay in parts/);
      const to = addressAt(of, { change: 0, index: MANY + rounds }).address;
      const joined = buildBitcoinPayment(
        payment({ account: of, coins: coinsNow, pay: { all: to } }, kind),
      );
      expect(joined.request.inputs).toHaveLength(MOST);
      expect(joined.leftOut).toBe(coinsNow.length - MOST);
      expect(joined.request.outputs).toHaveLength(1);
      coinsNow = after(coinsNow, joined, of);
      fees += joined.request.fee;
      expect(total(coinsNow)).toBe(before - fees);
      rounds += 1;
      result = tried();
    }
    // The joined coin is worth 128 of them, then 255: with the last 45 that reaches 280 coins and the fees.
    expect(rounds).toBe(2);
    expect(result.request.inputs.length).toBeLessThanOrEqual(MOST);
    expect(result.request.outputs.some((output) => output.amount === amount)).toBe(true);
    const { complete } = assembleBitcoin(result.request, sign(result.request));
    expect(complete).toBeDefined();
  });
});
