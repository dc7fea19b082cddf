/**
 * The security headers of everything that is served. `vite.config.ts` writes the same ones into
 * `dist/_headers` and the page's own policy into `index.html`, for people who host `dist/` elsewhere.
 */

const join = (directives: Readonly<Record<string, string>>): string =>
  Object.entries(directives)
    .map(([name, value]) => `${name} ${value}`)
    .join('; ');

const noScriptInjection = {
  'require-trusted-types-for': "'script'",
};

/** What a `<meta>` element can say too; it cannot say who may frame the page. */
const page = {
  'default-src': "'none'",
  'script-src': "'self'",
  'style-src': "'self'",
  'img-src': "'self'",
  'manifest-src': "'self'",
  'worker-src': "'self'",
  // A person may configure any node or relay. The page narrows this at once to the configured ones:
  // see src/ui/connect-policy.ts.
  'connect-src':
    "'self' https: wss: http://localhost:* http://127.0.0.1:* ws://localhost:* ws://127.0.0.1:*",
  'base-uri': "'none'",
  'form-action': "'none'",
  ...noScriptInjection,
  'trusted-types': 'default', // see src/ui/trusted-types.ts
};

/** The policy of the page as it stands in `index.html`. */
export const pagePolicy = join(page);

const servedPagePolicy = join({ ...page, 'frame-ancestors': "'none'" });

/** Workers that hold key shares or passphrases: whatever goes wrong in there, no byte leaves. */
const isolatedWorkerPolicy = join({
  'default-src': "'none'",
  'script-src': "'self'",
  'connect-src': "'none'",
  ...noScriptInjection,
  'trusted-types': "'none'",
});

const serviceWorkerPolicy = join({
  'default-src': "'none'",
  'script-src': "'self'",
  'connect-src': "'self'",
  ...noScriptInjection,
  'trusted-types': "'none'",
});

const isolatedWorker = /^\/assets\/(?:ceremony|argon2)\.worker-[\w-]+\.js$/;

function contentPolicy(path: string): string {
  if (isolatedWorker.test(path)) return isolatedWorkerPolicy;
  if (path === '/service-worker.js') return serviceWorkerPolicy;
  return servedPagePolicy;
}

/** The headers of the file at `path` (absolute within the site, without the query). */
export function securityHeaders(path: string): Readonly<Record<string, string>> {
  return {
    'Content-Security-Policy': contentPolicy(path),
    'Cross-Origin-Embedder-Policy': 'require-corp',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Permissions-Policy':
      'camera=(self), clipboard-read=(self), clipboard-write=(self), ' +
      'publickey-credentials-create=(self), publickey-credentials-get=(self), ' +
      'screen-wake-lock=(self), web-share=(self), ' +
      'display-capture=(), geolocation=(), hid=(), microphone=(), midi=(), payment=(), serial=(), usb=()',
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
  };
}

/** Names of built assets carry a hash of their content; everything else keeps its name. */
export function cacheControl(path: string): string {
  return path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache';
}
