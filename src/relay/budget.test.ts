import { expect, it } from 'vitest';
import { Budget } from './budget.ts';

function budgetOf(burst: number, perSecond: number) {
  const clock = { now: 0 };
  return { clock, budget: new Budget(burst, perSecond, () => clock.now) };
}

it('spends a burst at once and then asks to wait', () => {
  const { budget } = budgetOf(3, 2);
  expect([1, 1, 1, 1, 1].map((units) => budget.spend(units))).toEqual([0, 0, 0, 500, 1000]);
});

it('refills by the second, up to the burst', () => {
  const { budget, clock } = budgetOf(3, 2);
  budget.spend(3);
  clock.now = 500;
  expect([budget.spend(1), budget.spend(1)]).toEqual([0, 500]);
  clock.now = 1_000_000;
  expect([budget.spend(3), budget.spend(1)]).toEqual([0, 500]);
});

it('lets pass what is larger than the burst, for the price of its wait', () => {
  const { budget } = budgetOf(3, 2);
  expect(budget.spend(13)).toBe(5000);
});
