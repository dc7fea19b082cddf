import { defineConfig } from 'vitest/config';

export default defineConfig({
  define: { __APP_VERSION__: '"0.0.0"', __BUILD_HASH__: '"0000000000000000"' },
  test: {
    include: ['src/**/*.test.{ts,tsx}', 'scripts/**/*.test.ts'],
    environment: 'node', // tests of the browser rooms bring what they need
    // Not threads: Node 20 aborts when a thread ends while WebCrypto still makes a key for it.
    pool: 'forks',
    maxWorkers: '100%', // vitest leaves a core free, which is half of a small machine
    // A whole ceremony of several parties runs inside one test.
    testTimeout: 240_000,
  },
});
