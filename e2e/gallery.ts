/** The gallery of all screens, built once and served under the page's own content policy. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import sirv from 'sirv';
import { build } from 'vite';
import { securityHeaders } from '../src/relay/headers.ts';

const root = join(import.meta.dirname, '..');
const PAGE = 'src/ui/testing/gallery.html';

export interface Gallery {
  /** The address of a scene of `src/ui/testing/scenes.ts`. */
  readonly at: (scene: string, theme?: 'light' | 'dark') => string;
  readonly close: () => void;
}

/** @param id keeps the folders of two workers apart */
export async function startGallery(id: number): Promise<Gallery> {
  const outDir = join(root, 'node_modules/.cache', `gallery-${String(id)}`);
  await build({
    root,
    configFile: false,
    logLevel: 'error', // libraries mark client components, which a bundle need not keep
    publicDir: false,
    define: { __APP_VERSION__: '""', __BUILD_HASH__: '""' },
    worker: { format: 'es' },
    build: {
      outDir,
      emptyOutDir: true,
      assetsInlineLimit: 0,
      target: 'es2023',
      modulePreload: { polyfill: false },
      rolldownOptions: { input: join(root, PAGE) },
    },
  });
  const files = sirv(outDir);
  const server = createServer((request, response) => {
    for (const [name, value] of Object.entries(securityHeaders('/'))) {
      response.setHeader(name, value);
    }
    files(request, response, () => {
      response.writeHead(404).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    at: (scene, theme = 'light') =>
      `http://localhost:${String(port)}/${PAGE}?scene=${scene}&theme=${theme}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
