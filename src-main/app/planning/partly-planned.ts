/**
 * A run that was paused while its rows were being planned: that ends at once, and whoever goes on with the run plans the
 * rest. That of one that was cancelled is cancelled with it (rest-cancelled.ts).
 */
import type { RunState } from '@shared/model/run';

const REST = 'Not all of its rows are planned yet: the rest is planned when the run is resumed.';

/** As a person is told of it where it stands still. */
export function partlyPlanned(state: RunState): RunState {
  return state.kind === 'paused' ? { ...state, reason: `${state.reason} ${REST}`.trim() } : state;
}
