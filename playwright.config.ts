import { defineConfig } from '@playwright/test';

/**
 * No wait judges how fast the machine is: one that is shared may stand still for a minute. What never comes is told after
 * two, and a window that nothing works in ends the whole run early instead of waiting for each of its tests.
 */
export default defineConfig({
  testDir: 'e2e',
  workers: 1,
  maxFailures: 8,
  timeout: 600_000,
  expect: { timeout: 120_000 },
  outputDir: 'test-results/e2e',
  reporter: [['list'], ['json', { outputFile: 'test-results/e2e.json' }]],
});
