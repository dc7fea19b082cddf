/**
 * `test` with the gallery of all screens, built once for a worker and served as the product is, under the
 * same content policy: a breach of it and any other error on the console fails the test.
 */
import { join } from 'node:path';
import { test as base, expect } from '@playwright/test';
import { build } from 'vite';
import { startRelay } from './relay.ts';

const root = join(import.meta.dirname, '..');
const PAGE = 'src/ui/testing/gallery.html';

interface Gallery {
  /** The address of a scene of `src/ui/testing/scenes.ts`. */
  readonly at: (scene: string, theme?: 'light' | 'dark' | 'system') => string;
}

export const test = base.extend<{ problems: string[] }, { gallery: Gallery }>({
  gallery: [
    // eslint wants a first parameter of another shape; Playwright reads it and wants a pattern.
    async ({}, use, { parallelIndex }) => {
      const folder = await buildGallery(parallelIndex);
      const relay = await startRelay({ root: folder });
      await use({
        at: (scene, theme = 'light') => `${relay.url}/${PAGE}?scene=${scene}&theme=${theme}`,
      });
      await relay.close();
    },
    { scope: 'worker' },
  ],
  problems: [
    async ({ page }, use) => {
      const problems: string[] = [];
      page.on('console', (message) => {
        if (message.type() === 'error') problems.push(message.text());
      });
      page.on('pageerror', (error) => problems.push(error.message));
      await use(problems);
      expect(problems, 'errors on the console and breaches of the content policy').toEqual([]);
    },
    { auto: true },
  ],
});

export { expect };

/** @param id keeps the folders of two workers apart */
async function buildGallery(id: number): Promise<string> {
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
  return outDir;
}
