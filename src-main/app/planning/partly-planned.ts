/**
 * A run that was paused or cancelled while its rows were being planned: that ends at once, and whoever goes on with the run
 * plans the rest.
 */
import type { RunState } from '@shared/model/run';
import type { StoredRun } from '../../store/store';

const REST = 'Not all of its rows are planned yet: the rest is planned when the run is resumed.';

/** As a person is told of it where it stands still. */
export function partlyPlanned(state: RunState): RunState {
  return state.kind === 'paused' ? { ...state, reason: `${state.reason} ${REST}`.trim() } : state;
}

/** Of a run that is not planned whole: what was cancelled are all its rows, also those that no job was made of. */
export function isRestCancelled({ state, counts }: Pick<StoredRun, 'state' | 'counts'>): boolean {
  const jobs = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return state.kind === 'finished' && (counts.cancelled > 0 || jobs === 0);
}
