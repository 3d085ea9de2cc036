/** Makes a run, plans its jobs and starts it: who pauses or cancels it meanwhile is heard, as while any other is prepared. */
import type { Run } from '@shared/model/run';
import type { StoredRun } from '../../store/store';
import type { Runs } from './runs';

export async function startMade(
  runs: Pick<Runs, 'planBeside' | 'prepare' | 'start'>,
  make: () => StoredRun | Promise<StoredRun>,
): Promise<Run> {
  const preparation = runs.prepare();
  try {
    const run = await make();
    preparation.of(run.id);
    const { begun, whole, stop } = runs.planBeside(run, () => preparation.halt() !== null);
    await begun;
    return await runs.start(run, { planned: whole, stopPlanning: stop, preparation });
  } finally {
    preparation.end();
  }
}
