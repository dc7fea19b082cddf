/**
 * Narrows where this page may connect to the addresses that were configured, so that a script that found
 * its way in cannot carry anything elsewhere.
 *
 * The response header must allow whatever a person may configure; a second policy in a `<meta>` element can
 * only take away. It can never be widened again: new addresses need the page to load anew.
 *
 * Source: Content Security Policy Level 3, sections 3.3 (meta element) and 8.1 (several policies).
 */

import { CountersignError } from '../errors.ts';

const SCHEMES = ['http:', 'https:', 'ws:', 'wss:'];

/** An address that is not an origin a page can connect to. */
export class OriginError extends CountersignError {
  constructor(origin: string) {
    super(
      'ui/not-an-origin',
      `"${origin}" is not an origin: give scheme, host and port, as in "https://node.example:8545".`,
    );
  }
}

/**
 * The policy that allows exactly these origins.
 *
 * @param origins such as `wss://relay.example` or `http://localhost:8545`, without a path
 * @throws OriginError when one is anything else; a wildcard or a stray space would widen the policy
 */
export function connectPolicy(origins: readonly string[]): string {
  for (const origin of origins) {
    const url = URL.canParse(origin) ? new URL(origin) : undefined;
    // `URL.origin` is "null" for schemes that the standard does not know, ws and wss it knows.
    if (url?.origin !== origin || !SCHEMES.includes(url.protocol) || /[*;,'\s]/.test(origin)) {
      throw new OriginError(origin);
    }
  }
  const sources = [...new Set(origins)].sort();
  return `connect-src ${sources.length === 0 ? "'none'" : sources.join(' ')}`;
}

/**
 * Forbids every connection of this page except to `origins`, until the page loads again. Call it before
 * the first connection.
 *
 * @throws OriginError as `connectPolicy`
 */
export function restrictConnections(origins: readonly string[]): void {
  const meta = document.createElement('meta');
  meta.httpEquiv = 'Content-Security-Policy';
  meta.content = connectPolicy(origins);
  document.head.append(meta);
}
