/** From the press of Run to the first request, and on until every job is planned and some are done. */
import { setTimeout as sleep } from 'node:timers/promises';
import { startRun } from '../../src-main/app/runs/run-request';
import { atMost, type Figure, note } from '../pool/figures';
import { peakRssMb, RSS_BAR_MB, timed, wallNow, withBlocks } from './gauges';
import { openScene, OPTIONS, outputDir, RECIPE, type Scene } from './scene';
import type { Ask } from './stage';

const FIRST_REQUEST_BAR_S = 1;
const SENDING_MS = 20_000;

export async function runStage(scene: Scene, ask: Ask): Promise<readonly Figure[]> {
  const app = await openScene(scene);
  const [dataset] = await app.store.datasets();
  if (dataset === undefined) {
    throw new Error('Import first.');
  }
  const pressedAt = wallNow();
  const [run] = await withBlocks('start', () =>
    startRun(
      app,
      { name: 'bench', datasetId: dataset.id, recipe: RECIPE, options: OPTIONS },
      { defaultOutputDir: outputDir(scene), granted: () => outputDir(scene) },
    ),
  );
  const first = await ask('firstRequestAt');
  const [[, planMs], blocks] = await withBlocks('planning and sending', () =>
    timed(() => app.runs.planned(run.id)),
  );
  const { done: doneAtPlanned } = await app.store.counts(run.id);
  const [, sending] = await withBlocks('sending', () => sleep(SENDING_MS));
  const counts = await app.store.counts(run.id);
  const { done } = counts;
  const rssMb = peakRssMb();
  const [, stopMs] = await timed(() => app.runs.stop(run.id));
  const [, closeMs] = await timed(() => app.close());
  return [
    atMost('first request after Run, s', (first - pressedAt) / 1000, FIRST_REQUEST_BAR_S),
    note('planning beside it, s', (planMs / 1000).toFixed(1)),
    blocks,
    sending,
    note('jobs done a second', `${(((done - doneAtPlanned) / SENDING_MS) * 1000).toFixed(0)} of 320 at most`),
    atMost('peak RSS until then, MB', rssMb, RSS_BAR_MB, 0),
    note('pause, tables of all rows included, s', (stopMs / 1000).toFixed(1)),
    note('close, s', (closeMs / 1000).toFixed(1)),
    atMost('jobs missing', scene.rows - Object.values(counts).reduce((sum, count) => sum + count, 0), 0, 0),
  ];
}
