/** What a person needs to judge a Bitcoin transaction. */
import { utf8 } from '@scure/base';
import { toHex } from '../../codec.ts';
import { visible } from '../../text.ts';
import { toWords } from '../../words.ts';
import { addressLine, amountLine, bytesFact, groupFact, textFact } from '../fact.ts';
import type { Fact, Review } from '../review.ts';
import { sealReview } from '../shown.ts';
import { type AccountKind, accountPath, pathText } from './account.ts';
import {
  amountWords,
  bitcoinAddress,
  bitcoinAmount,
  type BitcoinContext,
  shownName,
} from './context.ts';
import { detailsOf } from './details.ts';
import { bitcoinDigests } from './digest.ts';
import { type BitcoinFacts, type OutputFact, readBitcoinFacts } from './facts.ts';
import { chainIdOf, networkFactOf, NETWORKS } from './network.ts';
import { type BitcoinRequest, inputsToSign } from './request.ts';
import { type EstimatedSize, sizeOf } from './size.ts';
import { lockText, warningsOf } from './warnings.ts';

const DIGEST_WORDS = 4;
const MAX_DATA_TEXT = 200;

/**
 * Reads a request for a person. Pure: facts from the bytes and the vault's key, notes from the context.
 *
 * @see BitcoinFacts for how change is proven and the fee is certain
 */
export async function describeBitcoin(
  request: BitcoinRequest,
  context: BitcoinContext,
): Promise<Review> {
  const read = readBitcoinFacts(request, context.account.derive);
  const facts: BitcoinFacts = { ...read, refusal: read.refusal ?? wrongAccount(request, context) };
  const size = sizeOf(request);
  const leaves = [bitcoinAmount(facts.leaves, request.network)];
  const digests = bitcoinDigests(request);
  return sealReview({
    kind: 'bitcoin',
    operation: 'bitcoin-transfer',
    intent: intentOf(request, facts, context),
    network: networkFactOf(request.network),
    reading: facts.refusal === undefined ? 'clear' : 'unreadable',
    facts: [
      fromFact(request, context),
      ...paymentFacts(request, facts, context),
      ...ownFacts(request, facts, context),
      feeFact(request, facts, size),
      groupFact(
        'In total',
        leaves.map((amount) => amountLine('', amount)),
        { remarks: ['leaves the vault, the fee included'] },
      ),
      ...lockFacts(request),
      {
        ...textFact('Network', NETWORKS[request.network].label),
        canonical: chainIdOf(request.network),
      },
    ],
    leaves,
    warnings: warningsOf(request, facts, size, context),
    details: detailsOf(request),
    bytes: request.bytes.slice(),
    digests: inputsToSign(request).map((i, k) => {
      const digest = digests[k] ?? new Uint8Array();
      const label = `Digest for input ${String(i + 1)}`;
      return { label, digest, words: toWords(digest, DIGEST_WORDS) };
    }),
    refusal: facts.refusal,
  });
}

/** The context must be of the account that the bytes name. */
function wrongAccount(
  { network, key, account }: BitcoinRequest,
  context: BitcoinContext,
): string | undefined {
  const mine = context.account;
  return mine.network === network && mine.kind === key.kind && mine.index === account
    ? undefined
    : 'It spends from another account than the one that it was proposed for.';
}

const KINDS: Readonly<Record<AccountKind, string>> = {
  p2wpkh: 'native SegWit (P2WPKH)',
  p2tr: 'Taproot (P2TR)',
};

function fromFact({ network, key, account }: BitcoinRequest, context: BitcoinContext): Fact {
  const path = pathText(accountPath({ network, kind: key.kind, index: account }));
  return {
    ...textFact('From', shownName(context.account.name), {
      remarks: [`${KINDS[key.kind]} · ${path}`],
    }),
    canonical: `${KINDS[key.kind]}, ${path}`,
  };
}

/** All outputs but those that come back, each with its amount and receiver. */
function paymentFacts(
  request: BitcoinRequest,
  facts: BitcoinFacts,
  context: BitcoinContext,
): Fact[] {
  const others = facts.outputs.filter(({ kind }) => kind !== 'own');
  return others.flatMap((output, i) => {
    const lines = paymentLines(output, request, context);
    return others.length === 1
      ? lines
      : [groupFact(`Payment ${String(i + 1)} of ${String(others.length)}`, lines)];
  });
}

function paymentLines(
  output: OutputFact,
  { network }: BitcoinRequest,
  context: BitcoinContext,
): Fact[] {
  const amount = amountLine('Amount', bitcoinAmount(output.amount, network), { weight: 'large' });
  switch (output.kind) {
    case 'own':
    case 'address':
      return [
        amount,
        addressLine('To', bitcoinAddress(output.address, output.script, context), {
          weight: 'large',
          unnamed: 'Unknown address',
        }),
      ];
    case 'data':
      return [
        ...(output.amount === 0n ? [] : [amount]),
        textFact('Writes into the chain', dataText(output.pushed)),
        bytesFact('Data', toHex(output.pushed ?? output.script)),
      ];
    case 'future':
    case 'unknown':
      return [amount, bytesFact('To a script without an address', toHex(output.script))];
  }
}

function dataText(pushed: Uint8Array | undefined): string {
  if (pushed === undefined) return 'Data that is not text';
  try {
    return visible(utf8.encode(pushed), MAX_DATA_TEXT);
  } catch {
    return 'Data that is not text';
  }
}

function ownFacts(
  request: BitcoinRequest,
  { outputs }: BitcoinFacts,
  context: BitcoinContext,
): Fact[] {
  return outputs.flatMap((output) => {
    if (output.kind !== 'own') return [];
    const label = output.place.change === 1 ? 'Change, back to this vault' : 'Back to this vault';
    return [
      groupFact(label, [
        amountLine('Amount', bitcoinAmount(output.amount, request.network)),
        addressLine('Address', bitcoinAddress(output.address, output.script, context), {
          weight: 'quiet',
          unnamed: 'Address of this vault',
          remarks: ['derived here on its path'],
        }),
        textFact('Path', pathText(output.path), { weight: 'quiet' }),
      ]),
    ];
  });
}

function feeFact({ network, fee }: BitcoinRequest, facts: BitcoinFacts, size: EstimatedSize): Fact {
  const share = facts.spent === 0n ? '0' : percent(fee, facts.spent);
  return amountLine('Fee', bitcoinAmount(fee, network), {
    remarks: [
      `${size.complete ? '' : 'at most '}${rateText(fee, size)} sat/vB · ${String(size.vsize)} vB · ${share} % of the inputs`,
      ...(facts.feeProven ? [] : ['not verified: the amounts of the inputs are not proven']),
    ],
  });
}

/** Satoshis per virtual byte with one decimal. */
function rateText(fee: bigint, { vsize }: EstimatedSize): string {
  const tenths = (fee * 10n) / BigInt(vsize);
  return `${String(tenths / 10n)}.${String(tenths % 10n)}`;
}

function percent(part: bigint, whole: bigint): string {
  const hundredths = (part * 10_000n) / whole;
  return `${String(hundredths / 100n)}.${String(hundredths % 100n).padStart(2, '0')}`;
}

function lockFacts(request: BitcoinRequest): Fact[] {
  const text = lockText(request);
  return text === undefined ? [] : [textFact('Not valid before', text)];
}

function intentOf(
  request: BitcoinRequest,
  { outputs, leaves }: BitcoinFacts,
  context: BitcoinContext,
): string {
  const { network } = request;
  const others = outputs.filter(({ kind }) => kind !== 'own');
  const total = others.reduce((sum, { amount }) => sum + amount, 0n);
  const [only] = others;
  if (only === undefined) {
    return `Move coins within this vault for a fee of ${amountWords(leaves, network)}`;
  }
  if (total === 0n) return 'Write data into the chain';
  if (others.length > 1) {
    return `Send ${amountWords(total, network)} in ${String(others.length)} payments`;
  }
  if (only.kind !== 'address')
    return `Send ${amountWords(total, network)} to a script without an address`;
  const to = bitcoinAddress(only.address, only.script, context);
  return `Send ${amountWords(total, network)} to ${to.name?.text ?? to.own?.name ?? to.address}`;
}
