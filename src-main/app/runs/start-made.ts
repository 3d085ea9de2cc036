/** Makes a run, plans its jobs and starts it: who pauses or cancels it meanwhile is heard, as while any other is prepared. */
import type { Run } from '@shared/model/run';
import type { Store, StoredRun } from '../../store/store';
import { planRun } from '../planning/planner';
import type { Runs } from './runs';

export interface StartMadeParts {
  readonly store: Store;
  readonly runs: Pick<Runs, 'prepare' | 'start'>;
}

export async function startMade(
  { store, runs }: StartMadeParts,
  make: () => StoredRun | Promise<StoredRun>,
): Promise<Run> {
  const preparation = runs.prepare();
  try {
    const run = await make();
    preparation.of(run.id);
    const isHalted = (): boolean => preparation.halt() !== null;
    const { begun, whole, stop } = planRun(store, run, { isHalted });
    await begun;
    return await runs.start(run, { planned: whole, stopPlanning: stop, preparation });
  } finally {
    preparation.end();
  }
}
