import { visible } from '../../text.ts';
import { toWords } from '../../words.ts';
import { addressLine, amountLine, callLine, groupFact } from '../fact.ts';
import type { AddressFact, AmountFact, Fact, NetworkFact, Review } from '../review.ts';
import { sealReview } from '../shown.ts';
import { toChecksum } from './address.ts';
import { formatAmount } from './amount.ts';
import { readCall, type ReadCall } from './calls/read-call.ts';
import { type Descriptors, noDescriptors } from './clear/descriptors.ts';
import { addressFact, amountFact, type DescribeContext, MAX_NAME } from './context.ts';
import { detailsOf } from './details.ts';
import { delegationFacts } from './delegation.ts';
import { digest } from './digest.ts';
import { decodeTokenCall } from './erc20.ts';
import { estimateFacts } from './estimate.ts';
import { type EvmFacts, readFacts, UNREADABLE } from './facts.ts';
import { ranked } from './message/rank.ts';
import { intentOf } from './intent.ts';
import {
  type EvmRequest,
  type EvmTransaction,
  maxFeePerGas,
  priorityFeePerGas,
  worstFee,
} from './transaction.ts';
import { warningsOf } from './warnings.ts';

const DIGEST_WORDS = 4;
const GWEI_DECIMALS = 9;

/**
 * What a person needs to judge a request: facts from the bytes, notes from the context, warnings from both.
 *
 * @param descriptors what contracts say of their functions (ERC-7730), as far as it is on this device
 * @throws TransactionError `evm/changed` when the bytes changed after they were read
 * @throws AddressError when the account's address is none
 */
export async function describe(
  request: EvmRequest,
  context: DescribeContext,
  descriptors: Descriptors = noDescriptors,
): Promise<Review> {
  const { tx } = request;
  const read = await readContract(tx, context, descriptors);
  const facts = read === undefined ? readFacts(tx) : factsOfCall(tx, read);
  const to = facts.to === undefined ? undefined : addressFact(facts.to, context);
  const amount: AmountFact = {
    ...amountFact(facts.amount.value, facts.amount.token, context),
    unlimited: facts.amount.unlimited,
  };
  const toSign = digest(request);
  const leaves = [...leavesOf(facts, amount, context), ...(read?.leaves ?? [])];
  const network = networkFact(tx.chainId, context);
  return sealReview({
    kind: 'evm',
    operation: facts.operation,
    intent: read?.call.intent ?? intentOf(facts.operation, to, amount),
    network,
    reading: read?.call.reading ?? (facts.refusal === undefined ? 'clear' : 'unreadable'),
    facts: factsOf(tx, facts, { to, amount, leaves, network, read }, context),
    estimate: estimateFacts(context),
    leaves,
    warnings: ranked([...(read?.warnings ?? []), ...warningsOf(tx, facts, context)]),
    details: detailsOf(request, toSign),
    bytes: request.bytes.slice(),
    digests: [
      { label: 'Digest that is signed', digest: toSign, words: toWords(toSign, DIGEST_WORDS) },
    ],
    refusal: facts.refusal,
  });
}

/** A call that is not one of the two of every token, unless its contract is said to be something else. */
async function readContract(
  { type, chainId, to, value, data }: EvmTransaction,
  context: DescribeContext,
  descriptors: Descriptors,
): Promise<ReadCall | undefined> {
  if (type === 4 || to === undefined || data === '0x') return undefined;
  const isToken = value === 0n && decodeTokenCall(data) !== undefined;
  if (isToken && descriptors.forCall(chainId, to).length === 0) return undefined;
  const from = toChecksum(context.from.address);
  return readCall({ chainId, from, to, value, data, delegate: false }, descriptors, context);
}

function factsOfCall(tx: EvmTransaction, { call }: ReadCall): EvmFacts {
  const unreadable = call.reading === 'unreadable';
  return {
    operation: unreadable ? 'unknown-call' : 'contract-call',
    to: tx.to,
    contract: undefined,
    amount: { value: tx.value, token: undefined, unlimited: false },
    fee: worstFee(tx),
    refusal: unreadable ? UNREADABLE : undefined,
  };
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
  readonly read: ReadCall | undefined;
}

function factsOf(
  tx: EvmTransaction,
  facts: EvmFacts,
  { to, amount, leaves, network, read }: Parts,
  context: DescribeContext,
): Fact[] {
  const approval = facts.operation === 'token-approval';
  const { contract } = facts;
  return [
    addressLine('From', addressFact(toChecksum(context.from.address), context), {
      unnamed: 'Unknown account',
    }),
    ...(read === undefined || amount.value > 0n
      ? [amountLine(approval ? 'Allowance' : 'Amount', amount, { weight: 'large' })]
      : []),
    ...(read === undefined ? [] : [callLine('Call', read.call)]),
    ...(to === undefined || read !== undefined
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
