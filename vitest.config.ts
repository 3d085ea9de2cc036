import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

const alias = { '@shared': resolve('src-shared') };

/** Processes started and killed for real: part of `npm test`, not of `npm run check`. */
const SLOW = [
  'src-main/cli/built/**/*.test.ts',
  'src-main/store/crash.test.ts',
  'src-main/library.test.ts',
  'scripts/layers.test.mjs',
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
        test: { name: 'renderer', environment: 'happy-dom', include: ['src-renderer/**/*.test.{ts,tsx}'] },
      },
    ],
  },
});
