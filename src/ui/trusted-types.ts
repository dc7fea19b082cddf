/**
 * The page's policy forbids to turn text into markup or script (`require-trusted-types-for 'script'`).
 * What remains needed is to start our own workers by their address; the default policy allows that and
 * nothing else.
 *
 * Source: Trusted Types, section 2.3 (default policy). Browsers without them ignore the directive.
 */

interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): unknown;
}

/** Whether `address` is a script of this build: a hashed asset or the service worker, same origin. */
export function isOwnScript(address: string, base: string): boolean {
  const { origin, pathname, username, password } = new URL(address, base);
  return (
    origin === new URL(base).origin &&
    username === '' &&
    password === '' &&
    (/^\/assets\/[\w.-]+\.js$/.test(pathname) || pathname === '/service-worker.js')
  );
}

/** Call it first of all, once per page. */
export function installTrustedTypes(): void {
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };
  trustedTypes?.createPolicy('default', {
    createScriptURL(address) {
      if (!isOwnScript(address, location.href)) {
        throw new TypeError('This script does not belong to Countersign.');
      }
      return address;
    },
  });
}
