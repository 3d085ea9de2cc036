/** A new process: the library is opened, the run resumed, and its first request is out. */
import type { App } from '../../src-main/app';
import type { StoredRun } from '../../src-main/store/store';
import { atMost, type Figure, note } from '../pool/figures';
import { cpuSeconds, timed, wallNow, withBlocks } from './gauges';
import { openScene, type Scene } from './scene';
import type { Ask } from './stage';

const BAR_S = 1.5;

export async function resumeStage(scene: Scene, ask: Ask): Promise<readonly Figure[]> {
  const resumed = await resumeFrom(scene, ask);
  const { app, run, seconds } = resumed;
  const [, stopMs] = await timed(() => app.runs.stop(run.id));
  const [, closeMs] = await timed(() => app.close());
  return [
    atMost('from opening to the first request, s', seconds, BAR_S),
    ...resumed.figures,
    note('pause, s', (stopMs / 1000).toFixed(1)),
    note('close, s', (closeMs / 1000).toFixed(1)),
  ];
}

/** Nobody knows whether its folder changed since: every picture there is looked for in the library. */
export async function killedStage(scene: Scene, ask: Ask): Promise<readonly Figure[]> {
  const before = await openScene(scene);
  for (const run of await before.store.runs()) {
    await before.store.setQuietFolders(run.id, null);
  }
  await before.close();
  const { seconds, figures } = await resumeFrom(scene, ask);
  return [note('from opening to the first request, s', seconds.toFixed(2)), ...figures];
}

interface Resumed {
  readonly app: App;
  readonly run: StoredRun;
  readonly seconds: number;
  readonly figures: readonly Figure[];
}

async function resumeFrom(scene: Scene, ask: Ask): Promise<Resumed> {
  const from = wallNow();
  const cpuBefore = cpuSeconds();
  const [app, openMs] = await timed(() => openScene(scene));
  const [run] = await app.store.runs();
  if (run === undefined) {
    throw new Error('Start a run first.');
  }
  const [[, resumeMs], blocks] = await withBlocks('resume', () => timed(() => app.runs.resume(run.id)));
  const first = await ask('firstRequestAt');
  const cpu = cpuSeconds() - cpuBefore;
  const figures = [
    note('CPU until then, all threads, s', cpu.toFixed(2)),
    note('of it the opening, s', (openMs / 1000).toFixed(2)),
    note('of it the resume, s', (resumeMs / 1000).toFixed(2)),
    blocks,
  ];
  return { app, run, seconds: (first - from) / 1000, figures };
}
