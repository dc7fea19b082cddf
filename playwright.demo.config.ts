import { defineConfig } from '@playwright/test';

/** For `npm run demo`: one run that people watch. */
export default defineConfig({
  testDir: 'e2e',
  testMatch: 'demo.ts',
  outputDir: 'test-results/demo-run',
  reporter: 'line',
  workers: 1,
});
