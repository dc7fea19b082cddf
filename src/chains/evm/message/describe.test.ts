import { createMessage } from 'ox/Siwe';
import { describe, expect, it } from 'vitest';
import type { Review } from '../../review.ts';
import { ALICE, BOB, knowing } from '../testing/transactions.ts';
import type { SigningContext } from './context.ts';
import { describeMessage } from './describe.ts';
import { parseMessage } from './parse.ts';
import { parseSignIn } from './siwe.ts';

const NOW = 1_767_225_600n;
const knows = (changes: Partial<SigningContext> = {}): SigningContext => ({
  ...knowing(),
  now: NOW,
  chainId: 1n,
  ...changes,
});

const review = async (message: string | Uint8Array, changes: Partial<SigningContext> = {}) =>
  describeMessage(
    parseMessage(typeof message === 'string' ? new TextEncoder().encode(message) : message),
    knows(changes),
  );

const codes = ({ warnings }: Review): string[] =>
  warnings.map(({ code, level }) => `${level} ${code.replace('evm/', '')}`);
const lines = ({ shown }: Review): string[] =>
  shown.map(({ depth, label, value }) => `${String(depth)} ${label}: ${value}`);

const SITE = 'info sign-in-site';

/** A request to sign in, as an application writes it, with some text replaced. */
const signIn = (replaced = '', by = ''): string =>
  createMessage({
    domain: 'service.org',
    scheme: 'https',
    address: ALICE,
    statement: 'I accept the terms: https://service.org/tos',
    uri: 'https://service.org/login',
    version: '1',
    chainId: 1,
    nonce: '32891757',
    issuedAt: new Date(Number(NOW) * 1000),
    expirationTime: new Date(Number(NOW + 600n) * 1000),
    notBefore: new Date(Number(NOW) * 1000),
    requestId: 'r-1',
    resources: ['ipfs://bafy/', 'https://service.org/claim.json'],
  }).replace(replaced, by);

describe('a message', () => {
  it('is shown as text', async () => {
    const shown = await review('Hello');
    expect([shown.intent, shown.reading, shown.operation, shown.refusal]).toEqual([
      'Sign a message',
      'clear',
      'message',
      undefined,
    ]);
    expect(lines(shown)).toEqual(
      expect.arrayContaining(['0 Message: Hello', '0 Network: eip155:any']),
    );
    expect(codes(shown)).toEqual(['info message-everywhere']);
  });

  it('is shown line by line', async () => {
    expect(lines(await review('a\n\nb\r\nTo: me'))).toEqual(
      expect.arrayContaining(['1 : a', '1 : ', '1 : b', '1 : To: me']),
    );
  });

  it('is shown in hexadecimal digits where it is not text', async () => {
    const shown = await review(Uint8Array.of(0xff, 0x41));
    expect(shown.reading).toBe('decoded');
    expect(lines(shown)).toContain('0 Message: 0xff41');
    expect(codes(shown)).toEqual(['caution message-not-text', 'info message-everywhere']);
  });

  it.each([
    [
      '32 bytes',
      new Uint8Array(32).fill(0xab),
      ['danger message-32-bytes', 'caution message-not-text'],
    ],
    ['32 letters', 'x'.repeat(32), ['danger message-32-bytes']],
    ['31 letters', 'x'.repeat(31), []],
    ['33 letters', 'x'.repeat(33), []],
    ['a zero-width space', 'a\u200bb', ['caution hidden-characters']],
    ['a control character', 'a\u0007b', ['caution hidden-characters']],
    ['a tab and ends of lines', 'a\tb\r\nc', []],
    ['an override of direction', 'a\u202eb', ['danger bidirectional-text']],
    ['an isolate', 'a\u2066b', ['danger bidirectional-text']],
    ['Latin and Cyrillic in a word', 'p\u0430ypal', ['caution mixed-scripts']],
    ['Latin and Greek in a word', 'g\u03bfogle', ['caution mixed-scripts']],
    [
      'a Cyrillic word that can be read as Latin',
      'pay \u0440\u0430\u0443',
      ['caution mixed-scripts'],
    ],
    ['bold letters', '\u{1d400}dmin', ['caution mixed-scripts']],
    ['Russian and English', '\u041f\u0440\u0438\u0432\u0435\u0442 world', []],
    ['Japanese', '日本語 と カタカナ', []],
    ['umlauts', 'Grüße', []],
    [
      'a sign-in that is none',
      'x.org wants you to sign in with your Ethereum account:\n',
      ['danger sign-in-malformed'],
    ],
  ])('%s', async (_, message, expected) => {
    expect(codes(await review(message))).toEqual([...expected, 'info message-everywhere']);
  });

  it('writes hidden characters out', async () => {
    expect(lines(await review('a\u202eb'))).toContain('0 Message: a⟨U+202E⟩b');
  });

  it('is shown the same whatever a device knows', async () => {
    const bare = {
      now: undefined,
      chainId: undefined,
      network: undefined,
      contacts: [],
      paid: undefined,
    };
    for (const text of ['Hello', signIn()]) {
      expect((await review(text)).shownDigest).toEqual((await review(text, bare)).shownDigest);
    }
    expect((await review('Hello')).shownDigest).not.toEqual((await review('Hallo')).shownDigest);
  });
});

describe('Sign-In with Ethereum', () => {
  it('is shown by its fields', async () => {
    const shown = await review(signIn());
    expect(shown.intent).toBe('Sign in to service.org as Main account');
    expect(codes(shown)).toEqual([SITE]);
    expect(lines(shown)).toEqual(
      expect.arrayContaining([
        '0 Sign in to: https://service.org',
        `0 As: ${ALICE}`,
        '0 Statement: I accept the terms: https://service.org/tos',
        '0 Address of the sign-in: https://service.org/login',
        `0 Issued: ${NOW.toString()}`,
        `0 Expires: ${(NOW + 600n).toString()}`,
        `0 Not before: ${NOW.toString()}`,
        '0 Nonce: 32891757',
        '0 Request id: r-1',
        '1 : ipfs://bafy/',
        '0 Network: eip155:1',
      ]),
    );
  });

  it.each<[string, string, Partial<SigningContext>, string[]]>([
    ['another account', signIn(ALICE, BOB), {}, ['danger sign-in-other-account']],
    [
      'another site',
      signIn('https://service.org/login', 'https://service.com/login'),
      {},
      ['danger sign-in-uri'],
    ],
    [
      'another port',
      signIn('https://service.org/login', 'https://service.org:8080/login'),
      {},
      ['danger sign-in-uri'],
    ],
    [
      'a URI without a host',
      signIn('https://service.org/login', 'did:key:z6Mk'),
      {},
      ['danger sign-in-uri'],
    ],
    [
      'capital letters in the URI',
      signIn('https://service.org/login', 'https://Service.ORG/login'),
      {},
      [],
    ],
    [
      'a user before the domain',
      signIn('https://service.org wants', 'https://service.org@evil.org wants').replace(
        'service.org/login',
        'evil.org/login',
      ),
      {},
      ['danger sign-in-user'],
    ],
    [
      'a domain with foreign letters',
      signIn().replaceAll('service.org', 'xn--srvice-4ya.org'),
      {},
      ['caution sign-in-punycode'],
    ],
    [
      'no encryption',
      signIn('https://service.org wants', 'http://service.org wants'),
      {},
      ['caution sign-in-http'],
    ],
    ['no scheme', signIn('https://service.org wants', 'service.org wants'), {}, []],
    ['another chain', signIn(), { chainId: 10n }, ['caution sign-in-other-chain']],
    [
      'a chain that is not in the settings',
      signIn(),
      { network: undefined },
      ['info unknown-network'],
    ],
    ['no chosen chain', signIn(), { chainId: undefined }, []],
    ['the last second', signIn(), { now: NOW + 599n }, []],
    ['the end', signIn(), { now: NOW + 600n }, ['caution sign-in-expired']],
    ['before the beginning', signIn(), { now: NOW - 1n }, ['caution sign-in-early']],
    ['no clock', signIn(), { now: undefined }, []],
  ])('%s', async (_, message, changes, expected) => {
    expect(codes(await review(message, changes)).sort()).toEqual([...expected, SITE].sort());
  });

  it.each([
    ['no statement', 'I accept the terms: https://service.org/tos\n', ''],
    ['no request id', '\nRequest ID: r-1', ''],
    ['an empty request id', 'Request ID: r-1', 'Request ID: '],
    ['no resources', /\nResources:.*$/s, ''],
    ['an empty list of resources', /\n- .*$/s, ''],
    ['no end', /\nExpiration Time: .*?Z/, ''],
    ['no beginning', /\nNot Before: .*?Z/, ''],
    ['an address in lower case', ALICE, ALICE.toLowerCase()],
    ['an offset', /Issued At: .*?Z/, 'Issued At: 2026-01-01T01:00:00+01:00'],
    ['an IPv6 address', 'https://service.org wants', 'https://[::1]:8080 wants'],
  ])('reads one with %s', (_, from, to) => {
    expect(signIn()).not.toBe(signIn().replace(from, to));
    expect(parseSignIn(signIn().replace(from, to))).toBeDefined();
  });

  it.each([
    ['text before', /^/, ' '],
    ['a line after', /$/, '\n'],
    ['text after', /$/, '\nAlso: pay me'],
    ['other words', 'wants you to', 'asks you to'],
    ['no domain line', /^.*\n/, ''],
    ['a domain with a space', 'service.org wants', 'service org wants'],
    ['a domain with a path', 'service.org wants', 'service.org/x wants'],
    ['a wrong checksum', ALICE, ALICE.replace('a11', 'A11')],
    ['a short address', ALICE, ALICE.slice(0, -1)],
    ['one empty line', '\n\nI accept', '\nI accept'],
    ['a statement of two lines', 'I accept', 'I\naccept'],
    ['a statement with a quotation mark', 'I accept', '"I accept'],
    ['a statement that is not ASCII', 'I accept', 'Ü accept'],
    ['ends of lines of Windows', /\n/g, '\r\n'],
    ['a URI without a scheme', 'URI: https://service.org/login', 'URI: service.org/login'],
    ['a URI with a space', 'service.org/login', 'service.org/lo gin'],
    ['a URI with half an escape', 'service.org/login', 'service.org/%4'],
    ['version 2', 'Version: 1', 'Version: 2'],
    ['a chain in hexadecimal digits', 'Chain ID: 1', 'Chain ID: 0x1'],
    ['a nonce of seven', '32891757', '3289175'],
    ['a nonce with a sign', '32891757', '3289175-'],
    ['no time', /Issued At: .*?Z/, 'Issued At: today'],
    ['a day that is none', /Issued At: .*?Z/, 'Issued At: 2026-02-30T00:00:00Z'],
    ['an end that is none', /Expiration Time: .*?Z/, 'Expiration Time: never'],
    ['fields in another order', /(\nExpiration Time: .*?Z)(\nNot Before: .*?Z)/, '$2$1'],
    ['a field twice', 'Version: 1', 'Version: 1\nVersion: 1'],
    ['a request id with a space', 'r-1', 'r 1'],
    ['a resource that is no URI', 'ipfs://bafy/', 'bafy'],
    ['a resource without a dash', '- ipfs', 'ipfs'],
    ['a small letter in a name', 'Chain ID', 'Chain Id'],
  ])('does not read one with %s, and warns', async (_, from, to) => {
    const text = signIn().replace(from, to);
    expect(text).not.toBe(signIn());
    expect(parseSignIn(text)).toBeUndefined();
    if (!/^.*(?:asks|I accept)/.test(text.split('\n')[0] ?? '') && text.startsWith('https')) {
      expect(codes(await review(text))).toContain('danger sign-in-malformed');
    }
  });
});
