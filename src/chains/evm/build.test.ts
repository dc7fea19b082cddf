import { describe, expect, it } from 'vitest';
import { buildPayment, type Payment } from './build.ts';
import { encodeTokenCall } from './erc20.ts';
import { BOB, payment, request, TOKEN } from './testing/transactions.ts';

const PAYMENT: Payment = {
  chainId: 1n,
  nonce: 7n,
  gasLimit: 21_000n,
  maxFeePerGas: 20_000_000_000n,
  maxPriorityFeePerGas: 1_000_000_000n,
  to: BOB,
  amount: 10n ** 18n,
  asset: 'native',
};

describe('buildPayment', () => {
  it('pays the chain’s coin', () => {
    expect(buildPayment(PAYMENT)).toEqual({ ok: true, value: request(payment()) });
  });

  it('pays a token', () => {
    const data = encodeTokenCall({ function: 'transfer', address: BOB, amount: 10n ** 18n });
    expect(buildPayment({ ...PAYMENT, asset: { token: TOKEN } })).toEqual({
      ok: true,
      value: request(payment({ to: TOKEN, value: 0n, data })),
    });
  });

  it.each<[Partial<Payment>, string]>([
    [{ chainId: 0n }, 'chainId'],
    [{ chainId: 2n ** 53n }, 'chainId'],
    [{ nonce: -1n }, 'nonce'],
    [{ nonce: 2n ** 64n - 1n }, 'nonce'],
    [{ gasLimit: 20_999n }, 'gasLimit'],
    [{ gasLimit: 2n ** 64n }, 'gasLimit'],
    [{ maxFeePerGas: 2n ** 256n }, 'maxFee'],
    [{ maxFeePerGas: 2n ** 256n - 1n }, 'maxFee'],
    [{ maxPriorityFeePerGas: -1n }, 'priorityFee'],
    [{ maxPriorityFeePerGas: 20_000_000_001n }, 'priorityFee'],
    [{ amount: -1n }, 'amount'],
    [{ amount: 2n ** 256n }, 'amount'],
    [{ to: 'bob.eth' }, 'to'],
    [{ asset: { token: 'USDC' } }, 'asset'],
  ])('refuses %o', (changes, field) => {
    const result = buildPayment({ ...PAYMENT, ...changes });
    expect(result.ok ? [] : result.errors.map((error) => error.field)).toEqual([field]);
  });

  it('reports everything at once', () => {
    const result = buildPayment({ ...PAYMENT, nonce: -1n, to: '', amount: -1n });
    expect(result.ok ? 0 : result.errors.length).toBe(3);
  });
});
