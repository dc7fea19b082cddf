import { visible } from '../../text.ts';
import { toWords } from '../../words.ts';
import { addressLine, amountLine, groupFact } from '../fact.ts';
import type { AddressFact, AmountFact, Fact, NetworkFact, Review } from '../review.ts';
import { sealReview } from '../shown.ts';
import { toChecksum } from './address.ts';
import { formatAmount } from './amount.ts';
import { addressFact, amountFact, type DescribeContext, MAX_NAME } from './context.ts';
import { detailsOf } from './details.ts';
import { delegationFacts } from './delegation.ts';
import { digest } from './digest.ts';
import { type EvmFacts, readFacts } from './facts.ts';
import { intentOf } from './intent.ts';
import {
  type EvmRequest,
  type EvmTransaction,
  maxFeePerGas,
  priorityFeePerGas,
} from './transaction.ts';
import { warningsOf } from './warnings.ts';

const DIGEST_WORDS = 4;
const GWEI_DECIMALS = 9;

/**
 * What a person needs to judge a request: facts from the bytes, notes from the context, warnings from both.
 *
 * @throws TransactionError `evm/changed` when the bytes changed after they were read
 * @throws AddressError when the account's address is none
 */
export async function describe(request: EvmRequest, context: DescribeContext): Promise<Review> {
  const { tx } = request;
  const facts = readFacts(tx);
  const to = facts.to === undefined ? undefined : addressFact(facts.to, context);
  const amount: AmountFact = {
    ...amountFact(facts.amount.value, facts.amount.token, context),
    unlimited: facts.amount.unlimited,
  };
  const toSign = digest(request);
  const leaves = leavesOf(facts, amount, context);
  const network = networkFact(tx.chainId, context);
  return sealReview({
    kind: 'evm',
    operation: facts.operation,
    intent: intentOf(facts.operation, to, amount),
    network,
    reading: facts.refusal === undefined ? 'clear' : 'unreadable',
    facts: factsOf(tx, facts, { to, amount, leaves, network }, context),
    leaves,
    warnings: warningsOf(tx, facts, context),
    details: detailsOf(request, toSign),
    bytes: request.bytes.slice(),
    digests: [
      { label: 'Digest that is signed', digest: toSign, words: toWords(toSign, DIGEST_WORDS) },
    ],
    refusal: facts.refusal,
  });
}

/** The chain by its id; its name is a note. */
export function networkFact(chainId: bigint, { network }: DescribeContext): NetworkFact {
  return {
    id: `eip155:${String(chainId)}`,
    label: `chain ${String(chainId)}`,
    name: network === undefined ? undefined : visible(network.name, MAX_NAME),
    nativeSymbol: visible(network?.nativeSymbol ?? 'native coin', MAX_NAME),
  };
}

/** The line that names the chain. */
export const networkLine = ({ id, label, name }: NetworkFact): Fact => ({
  label: 'Network',
  value: { kind: 'text', text: name ?? 'A network without a name here' },
  canonical: id,
  remarks: [label],
});

interface Parts {
  readonly to: AddressFact | undefined;
  readonly amount: AmountFact;
  readonly leaves: readonly AmountFact[];
  readonly network: NetworkFact;
}

function factsOf(
  tx: EvmTransaction,
  facts: EvmFacts,
  { to, amount, leaves, network }: Parts,
  context: DescribeContext,
): Fact[] {
  const approval = facts.operation === 'token-approval';
  const { contract } = facts;
  return [
    addressLine('From', addressFact(toChecksum(context.from.address), context), {
      unnamed: 'Unknown account',
    }),
    amountLine(approval ? 'Allowance' : 'Amount', amount, { weight: 'large' }),
    ...(to === undefined
      ? []
      : [addressLine(approval ? 'Spender' : 'To', to, { unnamed: 'Unknown address' })]),
    ...(contract === undefined
      ? []
      : [
          addressLine('Token', addressFact(contract, context), {
            unnamed: 'Token contract',
            weight: 'quiet',
          }),
        ]),
    amountLine('Fee', amountFact(facts.fee, undefined, context), {
      atMost: true,
      remarks: [feeRemark(tx)],
    }),
    groupFact(
      'In total',
      leaves.map((leaving) => amountLine('', leaving, { atMost: true })),
      { remarks: ['can leave the account, the fee included'] },
    ),
    ...delegationFacts(tx, context),
    networkLine(network),
  ];
}

function feeRemark(tx: EvmTransaction): string {
  const gwei = (wei: bigint): string => `${formatAmount(wei, GWEI_DECIMALS)} gwei`;
  const tip = priorityFeePerGas(tx);
  const priority = tip === undefined ? '' : ` · priority ${gwei(tip)}`;
  return `${formatAmount(tx.gasLimit, 0)} gas · at most ${gwei(maxFeePerGas(tx))}${priority} · nonce ${String(tx.nonce)}`;
}

/** What can leave the account, now or through a permission, one line an asset. */
function leavesOf(facts: EvmFacts, amount: AmountFact, context: DescribeContext): AmountFact[] {
  if (facts.amount.token === undefined) {
    return [amountFact(facts.amount.value + facts.fee, undefined, context)];
  }
  const fee = amountFact(facts.fee, undefined, context);
  return facts.amount.value === 0n ? [fee] : [amount, fee];
}
