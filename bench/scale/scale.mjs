/**
 * `npm run bench:scale`: a CSV of a million rows through the app as it is: import, first request, results table, journal,
 * tables and resume, each in a process of its own over the loopback mock. Bundles the TypeScript beside it, with the
 * threads it starts, then runs it.
 *
 * Options: --rows 1000000 --only import,run,history,pages,journal,resume,killed,tables --keep
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundle, rootDir } from '../bundle.mjs';
import { startMockProvider } from '../loopback/start-mock-provider.mjs';

const outDir = await bundle('bench-scale', {
  main: 'bench/scale/main.ts',
  stage: 'bench/scale/stage.ts',
  'store-worker': 'src-main/store/worker.ts',
  'transport-worker': 'src-main/transport/worker.ts',
});
const { measureAll } = await import(pathToFileURL(join(outDir, 'main.js')).href);
await measureAll({ rootDir, stageFile: join(outDir, 'stage.js'), startMockProvider });
