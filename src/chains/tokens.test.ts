import { expect, it } from 'vitest';
import { describe } from './evm/describe.ts';
import { encodeTokenCall } from './evm/erc20.ts';
import { BOB, knowing, payment, request, TOKEN } from './evm/testing/transactions.ts';
import { tokensIn } from './tokens.ts';

const tokens = async (changes: Parameters<typeof payment>[0], estimate = knowing().estimate) =>
  tokensIn(await describe(request(payment(changes)), knowing({ estimate })));

it('tokens of transfers, of calls, and of what a node thinks, each once', async () => {
  expect(await tokens({})).toEqual([]);
  const data = encodeTokenCall({ function: 'transfer', address: BOB, amount: 1n });
  expect(await tokens({ to: TOKEN, value: 0n, data })).toEqual([TOKEN]);
  // transferFrom(0, 0, 0)
  const call = { to: TOKEN, value: 0n, data: `0x23b872dd${'00'.repeat(96)}` } as const;
  expect(await tokens(call)).toEqual([TOKEN]);
  const movements = [{ token: BOB, change: 1n }];
  expect(await tokens({}, { success: true, reason: undefined, movements })).toEqual([BOB]);
});
