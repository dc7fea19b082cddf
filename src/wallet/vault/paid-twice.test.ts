import { describe, expect, it } from 'vitest';
import { buildPayment, type EvmRequest } from '../../chains/index.ts';
import type { Nodes } from '../nodes.ts';
import type { ProposalStatus } from '../state.ts';
import { PAYEE } from '../testing/world.ts';
import type { Account } from './accounts.ts';
import type { Judged } from './judge.ts';
import { paidTwice } from './paid-twice.ts';

const account = (index: number): Account => ({
  chain: 'evm',
  index,
  path: [index],
  publicKey: new Uint8Array(33),
  address: PAYEE,
});

const payment = (nonce: bigint, amount = 1n, chainId = 1n): EvmRequest => {
  const built = buildPayment({
    chainId,
    nonce,
    gasLimit: 21_000n,
    maxFeePerGas: 2n,
    maxPriorityFeePerGas: 1n,
    to: PAYEE,
    amount,
    asset: 'native',
  });
  if (!built.ok) throw new Error('the payment is not valid');
  return built.value;
};

/** Only what is looked at. */
const judged = (change: {
  readonly request?: EvmRequest;
  readonly index?: number;
  readonly maybeSigned?: boolean;
  readonly status?: ProposalStatus;
}): Judged => {
  const { request = payment(4n), index = 0, maybeSigned = true, status = 'approved' } = change;
  const part = { proposal: { maybeSigned }, request, account: account(index), status };
  return part as unknown as Judged;
};

/** @param nextNonce as the own node says; `undefined`: there is none, or it did not answer */
const asked = (
  earlier: readonly Judged[],
  nextNonce: bigint | undefined,
  request = payment(5n),
): string | undefined => {
  const state = nextNonce === undefined ? undefined : { nextNonce };
  const nodes = { accountState: () => state } as unknown as Nodes;
  return paidTwice({ nodes, judged: earlier }, request, account(0));
};

const MAY = /with nonce 4 may have been signed already/;
const SPENT = /that nonce is used up/;

describe('a payment that may have been signed before', () => {
  it.each([
    ['without a node', undefined],
    ['while its nonce is free', 4n],
  ])('is held back, %s', (_, next) => {
    expect(asked([judged({})], next)).toMatch(MAY);
  });

  it.each<[string, Judged]>([
    ['nothing of it can be signed', judged({ maybeSigned: false })],
    ['it was another one', judged({ request: payment(4n, 2n) })],
    ['it was on another chain', judged({ request: payment(4n, 1n, 2n) })],
    ['it was of another account', judged({ index: 1 })],
    ['it had the same nonce, so that only one can happen', judged({ request: payment(5n) })],
  ])('is not held back when %s', (_, earlier) => {
    expect(asked([earlier], undefined)).toBeUndefined();
  });

  it('is held back when its nonce is used up and nobody knows by what', () => {
    expect(asked([judged({})], 5n)).toMatch(SPENT);
  });

  it.each<[string, Judged]>([
    ['it itself is', judged({ status: 'confirmed' })],
    [
      'another one is',
      judged({ status: 'confirmed', request: payment(4n, 7n), maybeSigned: false }),
    ],
  ])('is over when its nonce is used up and %s confirmed', (_, confirmed) => {
    const earlier = confirmed.proposal.maybeSigned ? [confirmed] : [judged({}), confirmed];
    expect(asked(earlier, 5n)).toBeUndefined();
    // The word of a member alone, or of a node that lags, is not enough.
    expect(asked(earlier, 4n)).toMatch(MAY);
    expect(asked(earlier, undefined)).toMatch(MAY);
  });

  it.each<[string, Judged]>([
    ['is not confirmed', judged({ status: 'broadcast', request: payment(4n, 7n) })],
    ['has another nonce', judged({ status: 'confirmed', request: payment(3n, 7n) })],
    ['is on another chain', judged({ status: 'confirmed', request: payment(4n, 7n, 2n) })],
    ['is of another account', judged({ status: 'confirmed', request: payment(4n, 7n), index: 1 })],
  ])('is not over by one that %s', (_, other) => {
    expect(asked([judged({}), other], 5n)).toMatch(SPENT);
  });
});
