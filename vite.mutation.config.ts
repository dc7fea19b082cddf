import { configDefaults, defineConfig } from 'vitest/config';

/**
 * The tests that `npm run mutation` runs against every mutant: those that fail fast. Left out are attacks
 * on weakened builds (they patch the source, which the mutation tool has rewritten), timing, and the long
 * random runs (simulator, algebra, fuzzing).
 *
 * MUTATION_TESTS, a comma-separated list of globs, narrows them to those of one group of files; see
 * docs/mutation.md.
 */
export default defineConfig({
  test: {
    include: process.env['MUTATION_TESTS']?.split(',') ?? ['src/threshold/**/*.test.ts'],
    exclude: [
      ...configDefaults.exclude,
      '**/attacks/**',
      '**/attacks*.test.ts',
      '**/*weak*.test.ts',
      '**/simulator*.test.ts',
      '**/algebra*.test.ts',
      '**/fuzz*.test.ts',
      '**/trace.test.ts',
    ],
    pool: 'threads',
    testTimeout: 240_000,
  },
});
