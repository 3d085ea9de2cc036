import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

const alias = { '@shared': resolve('src-shared') };

/** Processes started and killed for real, and what takes longest: part of `npm test`, not of `npm run check`. */
const SLOW = [
  'src-main/providers/failures.test.ts',
  'src-main/providers/google-genai/files.test.ts',
  'src-main/providers/text.demo.test.ts',
  'src-main/datasets/results-table.test.ts',
  'src-main/store/store-client.test.ts',
  'src-main/store/journal/maybe-charged.test.ts',
  'src-main/vault/open-vault.test.ts',
  'src-main/transport/transport-pool.test.ts',
  'src-main/transport/text-pool.test.ts',
  'src-main/transport/fits-schema.test.ts',
  'src-main/providers/wire.test.ts',
  'src-main/demo/demo-server.test.ts',
  'src-main/datasets/read-csv.test.ts',
  'src-main/cli/fleet/fleet-commands.test.ts',
  'bench/crash/kills.test.ts',
  'bench/crash/*.faults.test.ts',
  'bench/pool/**/*.test.ts',
  'src-main/app/runs/caps.test.ts',
  'src-main/app/results/versions.test.ts',
  'src-main/**/*.flow.test.ts',
  'src-main/app/planning/text-plan.test.ts',
  'src-main/demo/text/demo-text.test.ts',
  'src-main/app/fleet/fleet.test.ts',
  'src-main/app/fleet/fleet-requests.test.ts',
  'src-main/app/runs/run-request.test.ts',
  'src-main/app/exports/exports.test.ts',
  'src-main/app/exports/pairs.test.ts',
  'src-main/app/exports/zip-file.test.ts',
  'src-main/app/pictures/pictures.test.ts',
  'src-main/app/runs/runs.test.ts',
  'src-main/app/runs/runs-at-once.test.ts',
  'src-main/app/results/unfinished-files.test.ts',
  'src-main/service/studio/upload-sweep.test.ts',
  'src-main/cli/tokens/carry-out-tokens.test.ts',
  'src-main/desktop/service-switch.test.ts',
  'src-main/app/sessions/sessions.test.ts',
  'src-main/app/sessions/unserved.test.ts',
  'src-main/app/sessions/closing.test.ts',
  'src-main/app/sessions/repair.test.ts',
  'src-main/app/sessions/lent-keys.test.ts',
  'src-main/app/datasets/unread-rows.test.ts',
  'src-main/app/runs/resend-unknown.test.ts',
  'src-main/app/folders/folder-claims.test.ts',
  'src-main/app/folders/folder-turns.test.ts',
  'src-main/app/planning/stopped-planning.test.ts',
  'src-main/app/results/found-whole.test.ts',
  'src-main/api/brushfleet.test.ts',
  'src-main/api/stream-races.test.ts',
  'src-main/api/built-entry.test.ts',
  'src-main/api/joined.test.ts',
  'src-main/cli/stream/run-stream.test.ts',
  'src-main/demo/sample.test.ts',
  'src-main/images/thumbnailer.test.ts',
  'src-main/images/lab/lock.test.ts',
  'src-main/images/lab/picture-lab.test.ts',
  'src-main/images/lab/turning.test.ts',
  'src-main/app/measures/catch-up.test.ts',
  'bench/measures/measures.test.ts',
  'src-main/images/thumbnails.faults.test.ts',
  'src-main/store/database/open-database.test.ts',
  'src-main/cli/built/**/*.test.ts',
  'src-main/store/journal/crash.test.ts',
  'src-main/store/gallery/gallery-store.test.ts',
  'src-main/store/database/damage-aside.test.ts',
  'src-main/library.test.ts',
  'src-main/app/sessions/leftovers.test.ts',
  'src-main/service/proxy/{access,gemini,images,openai-text}.test.ts',
  'src-main/local-door/serve-door.test.ts',
  'scripts/layers.test.mjs',
];

/** Whole screens, worked through at length. */
const SLOW_SCREENS = [
  'src-renderer/app.test.tsx',
  'src-renderer/screens/arena/arena-screen.test.tsx',
  'src-renderer/screens/endpoints/endpoints-screen.test.tsx',
  'src-renderer/screens/endpoints/endpoint-settings.test.tsx',
  'src-renderer/screens/gallery/gallery-screen.test.tsx',
  'src-renderer/screens/new-run/*.test.tsx',
  'src-renderer/screens/review/review-{notes,rerun,screen}.test.tsx',
  'src-renderer/screens/runs/run-screen.test.tsx',
  'src-renderer/screens/runs/text-run-screen.test.tsx',
  'src-renderer/screens/settings/service-section.test.tsx',
  'src-renderer/screens/studio/*.test.tsx',
  'src-renderer/screens/text/*.test.tsx',
];

/** Use Node's own CompressionStream and MessageChannel, which a context of vmThreads does not have. */
const OWN_PROCESS = ['src-renderer/api.test.ts', 'src-renderer/canvas/mask-png.test.ts'];

/** What is waited for comes as fast as the machine can: only what never comes is a failure, and may take its time to be one. */
const PATIENCE_MS = 60_000;
const patient = { testTimeout: 120_000, hookTimeout: 120_000, expect: { poll: { timeout: PATIENCE_MS } } };

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
          ...patient,
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
          ...patient,
          testTimeout: 300_000,
        },
      },
      {
        plugins: [react()],
        resolve: { alias },
        test: {
          name: 'renderer',
          environment: 'happy-dom',
          // Each file still has a context and modules of its own, without a process and a load of happy-dom for each.
          pool: 'vmThreads',
          include: ['src-renderer/**/*.test.{ts,tsx}'],
          exclude: [...SLOW_SCREENS, ...OWN_PROCESS],
          setupFiles: ['scripts/vitest-screens.ts'],
          ...patient,
        },
      },
      {
        resolve: { alias },
        test: {
          name: 'renderer processes',
          environment: 'happy-dom',
          include: OWN_PROCESS,
          setupFiles: ['scripts/vitest-screens.ts'],
          ...patient,
        },
      },
      {
        plugins: [react()],
        resolve: { alias },
        test: {
          name: 'slow screens',
          environment: 'happy-dom',
          include: SLOW_SCREENS,
          setupFiles: ['scripts/vitest-screens.ts'],
          ...patient,
        },
      },
    ],
  },
});
