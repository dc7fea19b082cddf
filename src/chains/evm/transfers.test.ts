import { describe, expect, it } from 'vitest';
import type { Hex } from './hex.ts';
import { ALICE, BOB, TOKEN } from './testing/transactions.ts';
import { movementsOf, type ReportedLog } from './transfers.ts';

const KIND = '0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef';
const NATIVE = '0xEeeeeEeeeEeEeeEeEeEeeEEEeeeeEeeeeeeeEEeE';
const topic = (address: string): Hex => `0x${address.slice(2).toLowerCase().padStart(64, '0')}`;
const amount = (value: bigint): Hex => `0x${value.toString(16).padStart(64, '0')}`;
const log = (from: string, to: string, value: bigint, address: Hex = TOKEN): ReportedLog => ({
  address,
  topics: [KIND, topic(from), topic(to)],
  data: amount(value),
});

describe('movements', () => {
  it('are sums for each asset, the chain’s coin first', () => {
    const logs = [
      log(ALICE, BOB, 5n),
      log(BOB, ALICE, 2n),
      log(ALICE, BOB, 7n, NATIVE),
      log(BOB, ALICE, 9n, BOB),
    ];
    expect(movementsOf(logs, ALICE)).toEqual([
      { token: undefined, change: -7n },
      { token: TOKEN, change: -3n },
      { token: BOB, change: 9n },
    ]);
  });

  it.each<[string, ReportedLog]>([
    ['of others', log(BOB, TOKEN, 1n)],
    ['to itself', log(ALICE, ALICE, 1n)],
    ['of nothing', log(ALICE, BOB, 0n)],
    [
      'of another event',
      { ...log(ALICE, BOB, 1n), topics: [amount(1n), topic(ALICE), topic(BOB)] },
    ],
    [
      'of a collectible',
      { ...log(ALICE, BOB, 1n), topics: [KIND, topic(ALICE), topic(BOB), amount(1n)] },
    ],
    ['without topics', { ...log(ALICE, BOB, 1n), topics: [] }],
    ['with other data', { ...log(ALICE, BOB, 1n), data: '0x01' }],
  ])('%s do not count', (_, one) => {
    expect(movementsOf([one], ALICE)).toEqual([]);
  });
});
