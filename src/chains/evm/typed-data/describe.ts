import { toWords } from '../../../words.ts';
import { addressLine, bytesFact, groupFact, textFact } from '../../fact.ts';
import type { DescriptorSource, Fact, Review, Warning } from '../../review.ts';
import { sealReview } from '../../shown.ts';
import { toChecksum } from '../address.ts';
import { addressFact } from '../context.ts';
import { networkLine } from '../describe.ts';
import { toHexData } from '../hex.ts';
import type { SigningContext } from '../message/context.ts';
import { textIn } from '../message/parse.ts';
import { ranked } from '../message/rank.ts';
import { shownText, textWarnings } from '../message/text.ts';
import { encodeType, hashTypedData, type TypedDataHashes } from './digest.ts';
import { domainFacts, domainOf, domainWarnings, networkOf } from './domain.ts';
import { fieldFacts } from './fields.ts';
import { readIntent } from './intents.ts';
import { permissionWarnings } from './looks-like.ts';
import { isList } from './members.ts';
import type { TypedDataRequest, TypedValue } from './request.ts';
import { DOMAIN } from './types.ts';
import type { Question, Readers, Understood } from './understood.ts';

const DIGEST_WORDS = 4;

/**
 * What a person needs to judge typed data. The standards that this wallet knows are read by its own code,
 * others by a descriptor where there is one; what is left is shown field by field.
 *
 * @throws TypedDataError `evm/typed-data-changed` when the bytes changed after they were read
 * @throws AddressError when the account's address is none
 */
export async function describeTypedData(
  request: TypedDataRequest,
  context: SigningContext,
  readers: Readers = {},
): Promise<Review> {
  const hashes = hashTypedData(request);
  const { data } = request;
  const domain = domainOf(data);
  const question: Question = { data, domain, context, readers };
  const understood =
    (await readIntent(question)) ?? (await byDescriptor(question)) ?? asFields(question);
  const network = networkOf(domain, context);
  const account = addressFact(toChecksum(context.from.address), context);
  return sealReview({
    kind: 'evm-typed-data',
    operation: 'typed-data',
    intent: understood.intent,
    network,
    reading: understood.reading,
    facts: [
      addressLine('From', account, { unnamed: 'Unknown account' }),
      ...understood.facts,
      networkLine(network),
      ...domainFacts(domain, context),
    ],
    leaves: understood.leaves,
    warnings: ranked([
      ...understood.warnings,
      ...domainWarnings(domain, context),
      ...textWarnings([...textsOf(data.domain), ...textsOf(data.message)]),
    ]),
    details: [...sourceFacts(understood.source), ...detailsOf(request, hashes, context)],
    bytes: request.bytes.slice(),
    digests: [
      {
        label: 'Digest that is signed',
        digest: hashes.digest,
        words: toWords(hashes.digest, DIGEST_WORDS),
      },
    ],
    refusal: understood.refusal,
  });
}

async function byDescriptor({ data, readers }: Question): Promise<Understood | undefined> {
  const clear = await readers.clear?.(data);
  if (clear === undefined) return undefined;
  const { intent, canonical, facts, source, reading, warnings } = clear;
  return {
    intent,
    reading,
    facts: [textFact('What', canonical), ...facts],
    leaves: [],
    warnings: reading === 'clear' ? warnings : [...warnings, UNVERIFIED],
    refusal: reading === 'unreadable' ? UNREAD : undefined,
    source,
  };
}

function asFields({ data, domain, context }: Question): Understood {
  const { message, primaryType, types } = data;
  const application = domain.name === undefined ? 'an application' : shownText(domain.name);
  return {
    intent: `Sign ${primaryType} for ${application}, which this wallet does not know`,
    reading: 'decoded',
    facts: [
      textFact('What', primaryType, { weight: 'large' }),
      ...fieldFacts(message, primaryType, types, context),
    ],
    leaves: [],
    warnings: [UNVERIFIED, ...permissionWarnings(data)],
  };
}

const UNVERIFIED: Warning = {
  code: 'evm/typed-data-unverified',
  level: 'caution',
  title: 'What it does is not known here',
  text: 'All fields are shown, by the names that the request gives them. What the contract does with the signature is another matter.',
};

const UNREAD = 'This wallet cannot read a call inside, so it will not sign it.';

function sourceFacts(source: DescriptorSource | undefined): Fact[] {
  if (source === undefined) return [];
  return [
    groupFact('Read with a descriptor', [
      textFact('Owner', source.owner ?? 'not named'),
      textFact('From', source.origin),
      bytesFact('SHA-256', source.digest),
    ]),
  ];
}

/** Every field of the bytes, in full. */
function detailsOf(
  { data, bytes }: TypedDataRequest,
  hashes: TypedDataHashes,
  context: SigningContext,
): readonly Fact[] {
  const { domain, message, primaryType, types } = data;
  return [
    textFact('Form', 'EIP-712 (eth_signTypedData_v4)'),
    groupFact('Domain', fieldFacts(domain, DOMAIN, types, context)),
    groupFact(`Message ${primaryType}`, fieldFacts(message, primaryType, types, context)),
    textFact('Type', encodeType(data)),
    textFact('JSON', shownText(textIn(bytes) ?? '')),
    bytesFact('Domain hash', toHexData(hashes.domain)),
    bytesFact('Message hash', toHexData(hashes.message)),
    bytesFact('Digest to be signed', toHexData(hashes.digest)),
  ];
}

/** Every text in a value, whatever its type: hexadecimal digits and numbers hide nothing. */
function textsOf(value: TypedValue): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value === 'boolean') return [];
  return (isList(value) ? value : Object.values(value)).flatMap(textsOf);
}
