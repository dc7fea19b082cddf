import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.{ts,tsx}', 'scripts/**/*.test.ts'],
    pool: 'threads',
    // A whole ceremony of several parties runs inside one test.
    testTimeout: 240_000,
  },
});
