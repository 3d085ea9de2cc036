/** How runs ended, also those whose end a library without space could not write down. */
import type { RunState } from '@shared/model/run';
import type { Log } from '../../log';
import type { Store, StoredRun } from '../../store/store';

export interface RunStates {
  /** Never rejects: what cannot be written is remembered here, and a library that is opened again pauses such a run. */
  save(runId: number, state: RunState): Promise<void>;
  of(run: StoredRun): RunState;
}

export function createRunStates(store: Pick<Store, 'setRunState'>, log: Log): RunStates {
  const unwritten = new Map<number, RunState>();
  return {
    async save(runId, state) {
      unwritten.set(runId, state);
      try {
        await store.setRunState(runId, state);
        unwritten.delete(runId);
      } catch (error) {
        log.error('runs', `the end of run ${runId} could not be written down: ${String(error)}`);
      }
    },
    of: (run) => unwritten.get(run.id) ?? run.state,
  };
}
