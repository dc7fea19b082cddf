/** Whether a payment could happen twice (addendum H3). */
import type { EvmRequest } from '../../chains/index.ts';
import type { Nodes } from '../nodes.ts';
import type { Account } from './accounts.ts';
import { isTransaction, type Judged, type JudgedTransaction } from './judge.ts';
import { isSamePayment } from './notes.ts';

interface Known {
  readonly nodes: Nodes;
  readonly judged: readonly Judged[];
}

/**
 * Why a request may not be proposed as it is: an earlier proposal of the same payment may have been signed,
 * and this one would not replace it. `undefined`: there is none.
 */
export function paidTwice(known: Known, request: EvmRequest, account: Account): string | undefined {
  const earlier = maybePaid(known, request, account);
  if (earlier === undefined) return undefined;
  const nonce = String(earlier.request.tx.nonce);
  return isSpent(known, earlier)
    ? `The same payment with nonce ${nonce} may have been signed, and that nonce is used up: it may ` +
        'be paid already. Look at the account’s transactions, then say whether you want both.'
    : `The same payment with nonce ${nonce} may have been signed already. With another nonce ` +
        `it could be paid twice: use nonce ${nonce}, wait until the chain shows the outcome, or ` +
        'say that you want both.';
}

function maybePaid(
  known: Known,
  request: EvmRequest,
  account: Account,
): JudgedTransaction | undefined {
  return known.judged
    .filter(isTransaction)
    .find(
      (judged) =>
        judged.proposal.maybeSigned &&
        !isSettled(known, judged) &&
        judged.account.index === account.index &&
        isSamePayment(judged.request, request) &&
        judged.request.tx.nonce !== request.tx.nonce,
    );
}

/**
 * Whether it is known what took the nonce of a proposal: it itself or another one of this vault is
 * confirmed, and the own node says that the nonce is used up. That alone is not enough: the payment may
 * have been made with a signature that this device never saw.
 */
function isSettled(known: Known, earlier: JudgedTransaction): boolean {
  const { chainId, nonce } = earlier.request.tx;
  const confirmed = known.judged
    .filter(isTransaction)
    .filter(({ status }) => status === 'confirmed');
  return (
    isSpent(known, earlier) &&
    confirmed.some(
      ({ account, request: { tx } }) =>
        account.index === earlier.account.index && tx.chainId === chainId && tx.nonce === nonce,
    )
  );
}

/** Whether the own node says that the nonce of a proposal is used up. A member's word is not enough. */
function isSpent({ nodes }: Known, { request, account }: JudgedTransaction): boolean {
  const { chainId, nonce } = request.tx;
  const state = nodes.accountState(chainId, account.address);
  return state !== undefined && state.nextNonce > nonce;
}
