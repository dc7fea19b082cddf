// React needs no plugin: Vite compiles JSX itself, and the plugin's optional Babel would clash with the one
// of the mutation tool. What is lost is only that components keep their state on a change in development.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';
import { VitePWA } from 'vite-plugin-pwa';
import { sourceHash } from './scripts/sources.mjs';
import { cacheControl, pagePolicy, securityHeaders } from './src/relay/headers.ts';

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };

export default defineConfig({
  define: {
    __APP_VERSION__: JSON.stringify(version),
    __BUILD_HASH__: JSON.stringify(sourceHash()),
  },
  build: {
    target: 'es2023',
    assetsInlineLimit: 0, // the content policy allows no data: addresses
    modulePreload: { polyfill: false },
    sourcemap: true, // so that anybody can read what runs
    chunkSizeWarningLimit: 1500, // the word lists of the passphrase check, loaded when needed
    // 'use client' in the packages is for servers that render; there is none.
    rolldownOptions: { checks: { moduleLevelDirective: false } },
  },
  // The library of animated QR codes was made for Node. The one in the page throws as that one does.
  resolve: { alias: { assert: fileURLToPath(new URL('src/ui/psbt/assert.ts', import.meta.url)) } },
  worker: { format: 'es' },
  plugins: [policies(), app()],
});

/** The installable app and its offline copy. */
function app(): Plugin[] {
  return VitePWA({
    strategies: 'injectManifest',
    srcDir: 'src/ui',
    filename: 'service-worker.ts',
    injectRegister: false, // src/ui/updates.ts does it
    injectManifest: { rollupFormat: 'iife', globPatterns: ['**/*.{html,js,css,svg,png}'] },
    manifest: {
      id: '/',
      name: 'Countersign',
      short_name: 'Countersign',
      description: 'Approve payments together; nobody holds the key.',
      lang: 'en',
      start_url: '/',
      scope: '/',
      display: 'standalone',
      background_color: '#f7f6f3',
      theme_color: '#f7f6f3',
      categories: ['finance', 'security'],
      icons: [
        { src: '/icons/icon-192.png', sizes: '192x192', type: 'image/png' },
        { src: '/icons/icon-512.png', sizes: '512x512', type: 'image/png' },
        {
          src: '/icons/maskable-512.png',
          sizes: '512x512',
          type: 'image/png',
          purpose: 'maskable',
        },
        { src: '/icons/icon.svg', sizes: 'any', type: 'image/svg+xml' },
      ],
    },
  });
}

/**
 * The content policy stands in the page too, in case a host forgets the headers; `_headers` lists them for
 * hosts that read such a file.
 */
function policies(): Plugin {
  return {
    name: 'countersign:policies',
    apply: 'build',
    transformIndexHtml: () => [
      {
        tag: 'meta',
        attrs: { 'http-equiv': 'Content-Security-Policy', content: pagePolicy },
        injectTo: 'head-prepend',
      },
    ],
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        const workers = Object.keys(bundle).filter((name) => /\.worker-[\w-]+\.js$/.test(name));
        const source = headersFile(workers.map((name) => `/${name}`));
        this.emitFile({ type: 'asset', fileName: '_headers', source });
      },
    },
  };
}

/** The format that several static hosts share: what stands for a path adds to what stands for `/*`. */
function headersFile(workers: readonly string[]): string {
  const policyOf = (path: string): Record<string, string> => ({
    'Content-Security-Policy': securityHeaders(path)['Content-Security-Policy'] ?? '',
  });
  const rules: [string, Readonly<Record<string, string>>][] = [
    ['/*', securityHeaders('/')],
    ['/assets/*', { 'Cache-Control': cacheControl('/assets/') }],
    ...['/service-worker.js', ...workers].map((path): [string, Record<string, string>] => [
      path,
      policyOf(path),
    ]),
  ];
  return rules
    .map(([path, headers]) => {
      const lines = Object.entries(headers).map(([name, value]) => `  ${name}: ${value}\n`);
      return `${path}\n${lines.join('')}`;
    })
    .join('\n');
}
