import { visible } from '../../text.ts';
import { toWords } from '../../words.ts';
import type { AmountFact, Review } from '../review.ts';
import { toChecksum } from './address.ts';
import { addressFact, amountFact, type DescribeContext, MAX_NAME } from './context.ts';
import { detailsOf } from './details.ts';
import { digest } from './digest.ts';
import { type EvmFacts, readFacts, shownDigest } from './facts.ts';
import { intentOf } from './intent.ts';
import { type EvmRequest, maxFeePerGas } from './transaction.ts';
import { warningsOf } from './warnings.ts';

const DIGEST_WORDS = 4;

/**
 * What a person needs to judge a request: facts from the bytes, notes from the context, warnings from both.
 *
 * @throws TransactionError `evm/changed` when the bytes changed after they were read
 * @throws AddressError when the account's address is none
 */
export function describe(request: EvmRequest, context: DescribeContext): Review {
  const { tx } = request;
  const facts = readFacts(tx);
  const { operation, contract } = facts;
  const to = facts.to === undefined ? undefined : addressFact(facts.to, context);
  const amount: AmountFact = {
    ...amountFact(facts.amount.value, facts.amount.token, context),
    unlimited: facts.amount.unlimited,
  };
  const toSign = digest(request);
  return {
    kind: 'evm-transaction',
    intent: intentOf(operation, to, amount),
    network: {
      chainId: tx.chainId,
      name: context.network === undefined ? undefined : visible(context.network.name, MAX_NAME),
      nativeSymbol: visible(context.network?.nativeSymbol ?? 'native coin', MAX_NAME),
    },
    operation,
    from: addressFact(toChecksum(context.from.address), context),
    to,
    contract: contract === undefined ? undefined : addressFact(contract, context),
    amount,
    leaves: leavesOf(facts, amount, context),
    fee: {
      worst: amountFact(facts.fee, undefined, context),
      gasLimit: tx.gasLimit,
      maxFeePerGas: maxFeePerGas(tx),
      maxPriorityFeePerGas: tx.type === 2 ? tx.maxPriorityFeePerGas : undefined,
    },
    nonce: tx.nonce,
    warnings: warningsOf(tx, facts, context),
    details: detailsOf(request, toSign),
    bytes: request.bytes.slice(),
    digest: toSign,
    digestWords: toWords(toSign, DIGEST_WORDS),
    shownDigest: shownDigest(request, context.from.address),
    refusal: facts.refusal,
  };
}

/** What can leave the account, now or through a permission, one line an asset. */
function leavesOf(facts: EvmFacts, amount: AmountFact, context: DescribeContext): AmountFact[] {
  if (facts.amount.token === undefined) {
    return [amountFact(facts.amount.value + facts.fee, undefined, context)];
  }
  const fee = amountFact(facts.fee, undefined, context);
  return facts.amount.value === 0n ? [fee] : [amount, fee];
}
