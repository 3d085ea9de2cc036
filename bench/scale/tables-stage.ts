/** Both tables of a run of every row, as written at its end. */
import { resultsPath, writeTables } from '../../src-main/app/tables/exporter';
import { boundHeaps } from '../../src-main/heap-bounds';
import { openStore } from '../../src-main/store/store-client';
import { type Figure, note } from '../pool/figures';
import { cpuSeconds, timed, withBlocks } from './gauges';
import { libraryDir, outputDir, type Scene } from './scene';

export async function tablesStage(scene: Scene): Promise<readonly Figure[]> {
  boundHeaps();
  const store = await openStore({ libraryDir: libraryDir(scene) });
  const [run] = await store.runs();
  const dataset = run === undefined ? null : await store.dataset(run.datasetId);
  if (run === undefined || dataset === null) {
    throw new Error('Start a run first.');
  }
  const files = (['csv', 'jsonl'] as const).map((format) => ({
    format,
    path: resultsPath(outputDir(scene), format),
  }));
  const cpuBefore = cpuSeconds();
  const [[, ms], blocks] = await withBlocks('both tables', () =>
    timed(() => writeTables(store, { run, dataset, files })),
  );
  const cpu = cpuSeconds() - cpuBefore;
  await store.close();
  return [note('both, s', (ms / 1000).toFixed(1)), note('CPU of both, s', cpu.toFixed(1)), blocks];
}
