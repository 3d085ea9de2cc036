/**
 * `npm run bench:scale`: a CSV of a million rows through the app as it is: import, first request, results table, journal,
 * tables and resume, each in a process of its own over the loopback mock. Bundles the TypeScript beside it, with the
 * threads it starts, then runs it.
 *
 * Options: --rows 1000000 --only import,run,history,pages,journal,resume,tables --keep
 */
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'vite';
import { startMockProvider } from '../loopback/start-mock-provider.mjs';

const rootDir = resolve(import.meta.dirname, '../..');
const outDir = join(rootDir, '.tools', 'bench-scale');

await build({
  root: rootDir,
  configFile: false,
  logLevel: 'warn',
  resolve: { alias: { '@shared': join(rootDir, 'src-shared') } },
  build: {
    ssr: true,
    outDir,
    emptyOutDir: true,
    target: 'node20',
    rolldownOptions: {
      input: {
        main: join(import.meta.dirname, 'main.ts'),
        stage: join(import.meta.dirname, 'stage.ts'),
        'store-worker': join(rootDir, 'src-main/store/worker.ts'),
        'transport-worker': join(rootDir, 'src-main/transport/worker.ts'),
      },
      output: { entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
    },
  },
});
const { measureAll } = await import(pathToFileURL(join(outDir, 'main.js')).href);
await measureAll({ rootDir, stageFile: join(outDir, 'stage.js'), startMockProvider });
