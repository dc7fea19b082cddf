import { toWords } from '../../../words.ts';
import { addressLine, bytesFact, groupFact, numberFact, textFact } from '../../fact.ts';
import type { Fact, NetworkFact, Review, Warning } from '../../review.ts';
import { sealReview } from '../../shown.ts';
import { toChecksum } from '../address.ts';
import { addressFact, shownName } from '../context.ts';
import { networkFact, networkLine } from '../describe.ts';
import { toHexData } from '../hex.ts';
import type { SigningContext } from './context.ts';
import { messageDigest } from './digest.ts';
import type { MessageRequest } from './parse.ts';
import { ranked } from './rank.ts';
import { looksLikeSignIn, parseSignIn, type SignIn } from './siwe.ts';
import { shownLines, shownText, textWarnings } from './text.ts';
import { formatTime } from './time.ts';
import { MALFORMED, signInWarnings } from './warn-sign-in.ts';

const DIGEST_WORDS = 4;

/** A signature that names no chain holds on all of them. */
export const EVERY_CHAIN: NetworkFact = {
  id: 'eip155:any',
  label: 'every chain',
  name: 'Every network',
  nativeSymbol: 'native coin',
};

/**
 * What a person needs to judge a message: its text, or the fields of Sign-In with Ethereum, or its bytes.
 *
 * @throws MessageError `evm/message-changed` when the bytes changed after they were read
 * @throws AddressError when the account's address is none
 */
export async function describeMessage(
  request: MessageRequest,
  context: SigningContext,
): Promise<Review> {
  const digest = messageDigest(request);
  const { text, bytes } = request;
  const signIn = text === undefined ? undefined : parseSignIn(text);
  const network = signIn === undefined ? EVERY_CHAIN : networkFact(signIn.chainId, context);
  const account = addressFact(toChecksum(context.from.address), context);
  return sealReview({
    kind: 'evm-message',
    operation: 'message',
    intent: intentOf(request, signIn, context),
    network,
    reading: text === undefined || is32Bytes(bytes) ? 'decoded' : 'clear',
    facts: [
      addressLine('From', account, { unnamed: 'Unknown account' }),
      ...(signIn === undefined ? contentFacts(request) : signInFacts(signIn, context)),
      networkLine(network),
    ],
    leaves: [],
    warnings: ranked(warningsOf(request, signIn, context)),
    details: detailsOf(request, digest),
    bytes: bytes.slice(),
    digests: [{ label: 'Digest that is signed', digest, words: toWords(digest, DIGEST_WORDS) }],
    refusal: undefined,
  });
}

function intentOf(
  { text }: MessageRequest,
  signIn: SignIn | undefined,
  { from }: SigningContext,
): string {
  if (signIn !== undefined) {
    return `Sign in to ${shownText(signIn.domain)} as ${shownName(from.name)}`;
  }
  return text === undefined ? 'Sign bytes that are not text' : 'Sign a message';
}

function contentFacts({ text, bytes }: MessageRequest): Fact[] {
  if (text === undefined) return [bytesFact('Message', toHexData(bytes))];
  const [first = '', ...more] = shownLines(text);
  return more.length === 0
    ? [textFact('Message', first, { weight: 'large' })]
    : [
        groupFact(
          'Message',
          [first, ...more].map((line) => textFact('', line)),
        ),
      ];
}

function signInFacts(signIn: SignIn, context: SigningContext): Fact[] {
  const { scheme, domain, statement, uri, nonce, requestId, resources } = signIn;
  const site = scheme === undefined ? domain : `${scheme}://${domain}`;
  const optional = (label: string, value: string | undefined): Fact[] =>
    value === undefined ? [] : [textFact(label, shownText(value))];
  return [
    textFact('Sign in to', shownText(site), { weight: 'large' }),
    addressLine('As', addressFact(signIn.address, context), { unnamed: 'Unknown account' }),
    ...optional('Statement', statement),
    textFact('Address of the sign-in', shownText(uri)),
    timeFact('Issued', signIn.issuedAt),
    ...(signIn.expirationTime === undefined ? [] : [timeFact('Expires', signIn.expirationTime)]),
    ...(signIn.notBefore === undefined ? [] : [timeFact('Not before', signIn.notBefore)]),
    textFact('Nonce', nonce),
    ...optional('Request id', requestId),
    ...(resources.length === 0
      ? []
      : [
          groupFact(
            'Resources',
            resources.map((resource) => textFact('', shownText(resource))),
          ),
        ]),
  ];
}

/** A time in UTC; what enters the digest is its seconds since 1970. */
export const timeFact = (label: string, seconds: bigint): Fact => ({
  label,
  value: { kind: 'text', text: formatTime(seconds) },
  canonical: seconds.toString(),
});

const is32Bytes = (bytes: Uint8Array): boolean => bytes.length === 32;

function warningsOf(
  { text, bytes }: MessageRequest,
  signIn: SignIn | undefined,
  context: SigningContext,
): Warning[] {
  return [
    ...(is32Bytes(bytes) ? [THIRTY_TWO_BYTES] : []),
    ...(text === undefined ? [NOT_TEXT] : textWarnings([text])),
    ...(signIn === undefined ? [] : signInWarnings(signIn, context)),
    ...(text !== undefined && signIn === undefined && looksLikeSignIn(text) ? [MALFORMED] : []),
    ...(signIn === undefined ? [EVERYWHERE] : []),
  ];
}

const THIRTY_TWO_BYTES: Warning = {
  code: 'evm/message-32-bytes',
  level: 'danger',
  title: 'It may be the hash of something else',
  text: 'A message of 32 bytes can stand for an order, a permission or a payment that is not shown here. Sign it only if you know how it was made.',
};

const NOT_TEXT: Warning = {
  code: 'evm/message-not-text',
  level: 'caution',
  title: 'Not text',
  text: 'The bytes mean something to the application that asks, and nothing to a person. They are shown as hexadecimal digits.',
};

const EVERYWHERE: Warning = {
  code: 'evm/message-everywhere',
  level: 'info',
  title: 'Holds everywhere',
  text: 'Whoever gets the signature can show it to any application, on every network, at any time.',
};

function detailsOf({ text, bytes }: MessageRequest, digest: Uint8Array): readonly Fact[] {
  const hex = toHexData(bytes);
  return [
    textFact('Form', 'EIP-191 version 0x45 (personal_sign)'),
    numberFact('Length in bytes', BigInt(bytes.length)),
    ...(text === undefined ? [] : [textFact('Text on one line', shownText(text))]),
    bytesFact('Message', hex),
    bytesFact('Digest to be signed', toHexData(digest)),
  ];
}
