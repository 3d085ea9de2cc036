import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

const alias = { '@shared': resolve('src-shared') };

/** Processes started and killed for real, and what takes longest: part of `npm test`, not of `npm run check`. */
const SLOW = [
  'src-main/providers/failures.test.ts',
  'src-main/datasets/results-table.test.ts',
  'src-main/store/store-client.test.ts',
  'src-main/vault/open-vault.test.ts',
  'src-main/transport/transport-pool.test.ts',
  'src-main/providers/wire.test.ts',
  'src-main/demo/demo-server.test.ts',
  'src-main/datasets/read-csv.test.ts',
  'src-main/cli/fleet/fleet-commands.test.ts',
  'bench/crash/kills.test.ts',
  'bench/crash/*.faults.test.ts',
  'bench/pool/**/*.test.ts',
  'src-main/app/caps.test.ts',
  'src-main/app/fleet.test.ts',
  'src-main/app/fleet-requests.test.ts',
  'src-main/app/run-request.test.ts',
  'src-main/app/image-folder.test.ts',
  'src-main/app/runs.test.ts',
  'src-main/demo/sample.test.ts',
  'src-main/images/thumbnailer.test.ts',
  'src-main/images/thumbnails.faults.test.ts',
  'src-main/store/open-database.test.ts',
  'src-main/cli/built/**/*.test.ts',
  'src-main/store/crash.test.ts',
  'src-main/store/damage-aside.test.ts',
  'src-main/library.test.ts',
  'src-main/local-door/serve-door.test.ts',
  'scripts/layers.test.mjs',
];

/** Whole screens, worked through at length. */
const SLOW_SCREENS = [
  'src-renderer/app.test.tsx',
  'src-renderer/screens/endpoints/endpoints-screen.test.tsx',
  'src-renderer/screens/endpoints/endpoint-settings.test.tsx',
  'src-renderer/screens/new-run/*.test.tsx',
  'src-renderer/screens/review/review-screen.test.tsx',
  'src-renderer/screens/runs/run-screen.test.tsx',
];

export default defineConfig({
  test: {
    // Vitest leaves one core free, which on a machine of two leaves one.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      {
        resolve: { alias },
        test: {
          name: 'main',
          environment: 'node',
          include: [
            'src-main/**/*.test.ts',
            'src-shared/**/*.test.ts',
            'scripts/**/*.test.mjs',
            'bench/**/*.test.{ts,mjs}',
          ],
          exclude: SLOW,
          setupFiles: ['scripts/vitest-properties.ts'],
          globalSetup: ['scripts/vitest-global-setup.ts'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        resolve: { alias },
        test: {
          name: 'slow',
          environment: 'node',
          include: SLOW,
          setupFiles: ['scripts/vitest-properties.ts'],
          globalSetup: ['scripts/vitest-global-setup.ts'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        plugins: [react()],
        resolve: { alias },
        test: {
          name: 'renderer',
          environment: 'happy-dom',
          include: ['src-renderer/**/*.test.{ts,tsx}'],
          exclude: SLOW_SCREENS,
        },
      },
      {
        plugins: [react()],
        resolve: { alias },
        test: { name: 'slow screens', environment: 'happy-dom', include: SLOW_SCREENS },
      },
    ],
  },
});
