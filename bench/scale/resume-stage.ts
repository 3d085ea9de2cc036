/** A new process: the library is opened, the run resumed, and its first request is out. */
import { atMost, type Figure, note } from '../pool/figures';
import { cpuSeconds, timed, wallNow, withBlocks } from './gauges';
import { openScene, type Scene } from './scene';
import type { Ask } from './stage';

const BAR_S = 1.5;

export async function resumeStage(scene: Scene, ask: Ask): Promise<readonly Figure[]> {
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
  const [, stopMs] = await timed(() => app.runs.stop(run.id));
  const [, closeMs] = await timed(() => app.close());
  return [
    atMost('from opening to the first request, s', (first - from) / 1000, BAR_S),
    note('CPU until then, all threads, s', cpu.toFixed(2)),
    note('of it the opening, s', (openMs / 1000).toFixed(2)),
    note('of it the resume, s', (resumeMs / 1000).toFixed(2)),
    blocks,
    note('pause, s', (stopMs / 1000).toFixed(1)),
    note('close, s', (closeMs / 1000).toFixed(1)),
  ];
}
