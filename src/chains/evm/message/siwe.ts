/**
 * Sign-In with Ethereum (ERC-4361), read by its grammar line by line and to the end. `ox` has a reader, but
 * it finds fields anywhere in a text and lets through what the grammar does not.
 */
import { toChecksum } from '../address.ts';
import type { Hex } from '../hex.ts';
import { parseDateTime } from './time.ts';

export interface SignIn {
  readonly scheme: string | undefined;
  /** RFC 3986 authority of who asks. */
  readonly domain: string;
  /** EIP-55. */
  readonly address: Hex;
  readonly statement: string | undefined;
  readonly uri: string;
  readonly chainId: bigint;
  readonly nonce: string;
  /** Seconds since 1970. */
  readonly issuedAt: bigint;
  readonly expirationTime: bigint | undefined;
  readonly notBefore: bigint | undefined;
  readonly requestId: string | undefined;
  readonly resources: readonly string[];
}

const ASKS = ' wants you to sign in with your Ethereum account:';

/** Whether the text begins like a request to sign in, well-formed or not. */
export const looksLikeSignIn = (text: string): boolean =>
  /wants\s+you\s+to\s+sign\s+in\s+with\s+your\s+ethereum\s+account/i.test(text.slice(0, MAX_HEAD));

const MAX_HEAD = 1000;

const PCT = '%[0-9A-F]{2}';
const PCHAR = `(?:[A-Z0-9\\-._~!$&'()*+,;=:@]|${PCT})`;
const HOST = `(?:[A-Z0-9\\-._~!$&'()*+,;=]|${PCT})*`;
const IP_LITERAL = "\\[(?:[0-9A-F:.]{2,45}|v[0-9A-F]+\\.[A-Z0-9\\-._~!$&'()*+,;=:]+)\\]";
const USERINFO = `(?:(?:[A-Z0-9\\-._~!$&'()*+,;=:]|${PCT})*@)?`;
const AUTHORITY = `${USERINFO}(?:${IP_LITERAL}|${HOST})(?::[0-9]*)?`;
const SCHEME = '[A-Z][A-Z0-9+\\-.]*';
const PATH = `(?:\\/\\/${AUTHORITY}(?:\\/${PCHAR}*)*|\\/(?:${PCHAR}+(?:\\/${PCHAR}*)*)?|${PCHAR}+(?:\\/${PCHAR}*)*|)`;
const QUERY = `(?:${PCHAR}|[\\/?])*`;

/** RFC 3986, appendix A. */
const URI = new RegExp(`^${SCHEME}:${PATH}(?:\\?${QUERY})?(?:#${QUERY})?$`, 'i');
const HEAD = new RegExp(`^(?:(${SCHEME})://)?(${AUTHORITY})${ASKS}$`, 'i');
const REQUEST_ID = new RegExp(`^${PCHAR}*$`, 'i');
/** Reserved and unreserved characters of RFC 3986, and spaces. */
const STATEMENT = /^[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;= ]+$/;

/** Longer lines are no sign-in that a person can read, and keep the expressions above from working long. */
const MAX_LINE = 2048;

/** The fields; `undefined` for a text that is not exactly of the grammar. */
export function parseSignIn(text: string): SignIn | undefined {
  const lines = new Lines(text);
  const head = lines.next((line) => (line.endsWith(ASKS) ? HEAD.exec(line) : null));
  const address = lines.next((line) => readAddress(line));
  const blank = lines.next((line) => (line === '' ? true : null));
  if (head === undefined || address === undefined || blank === undefined) return undefined;
  const statement = lines.next((line) => (STATEMENT.test(line) ? line : null));
  if (lines.next((line) => (line === '' ? true : null)) === undefined) return undefined;
  const uri = lines.field('URI: ', (value) => (URI.test(value) ? value : null));
  const version = lines.field('Version: ', (value) => (value === '1' ? true : null));
  const chainId = lines.field('Chain ID: ', (value) =>
    /^[0-9]{1,18}$/.test(value) ? BigInt(value) : null,
  );
  const nonce = lines.field('Nonce: ', (value) => (/^[A-Za-z0-9]{8,}$/.test(value) ? value : null));
  const time = (value: string): bigint | null => parseDateTime(value) ?? null;
  const issuedAt = lines.field('Issued At: ', time);
  const expirationTime = lines.field('Expiration Time: ', time);
  const notBefore = lines.field('Not Before: ', time);
  const requestId = lines.field('Request ID: ', (value) => (REQUEST_ID.test(value) ? value : null));
  const resources = readResources(lines);
  if (uri === undefined || version === undefined || chainId === undefined) return undefined;
  if (nonce === undefined || issuedAt === undefined || !lines.ended) return undefined;
  return {
    scheme: head[1],
    domain: head[2] ?? '',
    address,
    statement,
    uri,
    chainId,
    nonce,
    issuedAt,
    expirationTime,
    notBefore,
    requestId,
    resources,
  };
}

function readResources(lines: Lines): string[] {
  const resources: string[] = [];
  if (lines.next((line) => (line === 'Resources:' ? true : null)) === undefined) return resources;
  for (;;) {
    const uri = lines.field('- ', (value) => (URI.test(value) ? value : null));
    if (uri === undefined) return resources;
    resources.push(uri);
  }
}

/** Where the letters' case says something it must be the checksum (EIP-55). */
function readAddress(line: string): Hex | null {
  if (!/^0x[0-9a-f]{40}$/i.test(line)) return null;
  const address = toChecksum(line);
  const digits = line.slice(2);
  const oneCase = digits === digits.toLowerCase() || digits === digits.toUpperCase();
  return oneCase || line === address ? address : null;
}

/** Lines from front to back; one that does not fit stays. */
class Lines {
  readonly #lines: readonly string[];
  #at = 0;

  constructor(text: string) {
    this.#lines = text.split('\n');
  }

  next<T>(read: (line: string) => T | null): T | undefined {
    const line = this.#lines[this.#at];
    if (line === undefined || line.length > MAX_LINE) return undefined;
    const value = read(line);
    if (value === null) return undefined;
    this.#at++;
    return value;
  }

  field<T>(name: string, read: (value: string) => T | null): T | undefined {
    return this.next((line) => (line.startsWith(name) ? read(line.slice(name.length)) : null));
  }

  get ended(): boolean {
    return this.#at === this.#lines.length;
  }
}

/** Host, and port if there is one, of an authority or a URI in lower case; `undefined`: it has none. */
export function hostOf(uriOrAuthority: string): string | undefined {
  const authority = uriOrAuthority.includes('//')
    ? /^[^/]*\/\/([^/?#]*)/.exec(uriOrAuthority)?.[1]
    : uriOrAuthority;
  const host = authority?.slice(authority.lastIndexOf('@') + 1).toLowerCase();
  return host === '' ? undefined : host;
}
