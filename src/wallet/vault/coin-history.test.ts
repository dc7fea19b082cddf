import { describe, expect, it } from 'vitest';
import { bitcoinAddressAt, preparePsbt, type BitcoinRequest } from '../../chains/index.ts';
import {
  account as testAccount,
  finder,
  OTHER,
  spending,
} from '../../chains/bitcoin/testing/vault.ts';
import type { ProposalStatus } from '../state.ts';
import type { CoinAccount } from './coin-accounts.ts';
import {
  freeChangeIndex,
  outpointOf,
  paidTwiceInCoins,
  reservedOutpoints,
  samePayments,
} from './coin-history.ts';
import type { JudgedCoins } from './judge.ts';

const account: CoinAccount = { chain: 'bitcoin', ...testAccount() };
const script = (of: typeof OTHER, change: 0 | 1, index: number): Uint8Array =>
  bitcoinAddressAt(of, { change, index }).script;

/** Pays 60,000 to somebody, with coins of these amounts: another amount, another coin. */
function paying(coins: readonly bigint[], change = 0, amount = 60_000n, to = 0): BitcoinRequest {
  const transaction = spending(
    coins.map((worth) => ({ amount: worth, script: script(account, 0, 0) })),
    [
      { amount, script: script(OTHER, 0, to) },
      { amount: 10_000n, script: script(account, 1, change) },
    ],
  );
  return preparePsbt(transaction.toPSBT(), { account, find: finder(account) });
}

/** Only what is looked at. */
const judged = (
  request: BitcoinRequest,
  status: ProposalStatus = 'approved',
  maybeSigned = true,
): JudgedCoins =>
  ({ proposal: { maybeSigned }, request, account, status }) as unknown as JudgedCoins;

const first = paying([100_000n]);
const [coin = expect.unreachable()] = first.inputs.map(outpointOf);

describe('coins of proposals under way', () => {
  it.each<[ProposalStatus, boolean]>([
    ['open', true],
    ['approved', true],
    ['signing', true],
    ['signed', true],
    ['broadcast', true],
    ['confirmed', false],
    ['rejected', false],
    ['withdrawn', false],
    ['expired', false],
  ])('%s: reserved %s', (status, reserved) => {
    expect(reservedOutpoints([judged(first, status)]).has(coin)).toBe(reserved);
  });
});

describe('the next change address', () => {
  it('is not one that a proposal under way pays to', () => {
    const under = [judged(paying([100_000n], 2)), judged(paying([99_000n], 3))];
    expect(freeChangeIndex(under, account, 2)).toBe(4);
    expect(freeChangeIndex(under, account, 1)).toBe(1);
    expect(freeChangeIndex([judged(paying([100_000n], 2), 'rejected')], account, 2)).toBe(2);
  });
});

describe('the same payment again', () => {
  const again = paying([98_000n], 1);
  const { derive } = account;

  it('with other coins could be paid twice', () => {
    const earlier = samePayments([judged(first)], again, derive);
    expect(earlier).toHaveLength(1);
    expect(paidTwiceInCoins(earlier, again)).toMatch(/could be paid twice/);
  });

  it('with one of the same coins cannot', () => {
    const both = paying([100_000n, 50_000n]);
    const earlier = samePayments([judged(first)], both, derive);
    expect(paidTwiceInCoins(earlier, both)).toBeUndefined();
  });

  it('is another one with another amount or receiver', () => {
    expect(samePayments([judged(first)], paying([98_000n], 1, 59_999n), derive)).toEqual([]);
    expect(samePayments([judged(first)], paying([98_000n], 1, 60_000n, 1), derive)).toEqual([]);
  });

  it('is free where no signature can exist', () => {
    expect(samePayments([judged(first, 'rejected', false)], again, derive)).toEqual([]);
  });

  it('is free where something that spends the coin is confirmed', () => {
    const settled = [judged(first, 'expired'), judged(paying([100_000n], 4, 20_000n), 'confirmed')];
    expect(samePayments(settled, again, derive)).toEqual([]);
  });
});
