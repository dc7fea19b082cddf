import { defineConfig } from '@playwright/test';

/** For `npm run demo`: one run that people watch. */
export default defineConfig({
  testDir: 'e2e',
  testMatch: 'demo.ts',
  outputDir: 'test-results/demo-run',
  reporter: './e2e/demo-reporter.ts',
  workers: 1,
  expect: { timeout: 30_000, toPass: { timeout: 90_000 } },
  use: { actionTimeout: 30_000, navigationTimeout: 30_000 },
});
