/** The order of runs: each has a place among those of its priority, and a place between any two can be given. */
import type { Priority, Run } from '@shared/model/run';
import { Refusal } from '../../refusal';
import type { Store } from '../../store/store';

type Placed = Pick<Run, 'place' | 'id'>;

/** Puts a run at position `at` (from 0) among those of its priority that are not over. */
export async function moveInQueue(
  store: Pick<Store, 'setRunPlace'>,
  { runs, runId, at }: { runs: readonly Run[]; runId: number; at: number },
): Promise<void> {
  const moved = runs.find((run) => run.id === runId);
  if (moved === undefined) {
    throw new Refusal('NOT_FOUND', 'That run is no longer in the library.');
  }
  const others = runs.filter((run) => run !== moved && !isOver(run) && priorityOf(run) === priorityOf(moved));
  await store.setRunPlace(runId, placeAt(others, at));
}

/** The place that puts a run at position `at` among others. */
export function placeAt(others: readonly Placed[], at: number): number {
  const sorted = [...others].sort(inQueueOrder);
  const before = sorted[Math.min(at, sorted.length) - 1];
  const after = sorted[at];
  if (before === undefined) {
    return after === undefined ? 0 : after.place - 1;
  }
  return after === undefined ? before.place + 1 : (before.place + after.place) / 2;
}

function isOver({ state, counts }: Run): boolean {
  return state.kind === 'finished' && counts.pending === 0;
}

function inQueueOrder(one: Placed, other: Placed): number {
  return one.place - other.place || one.id - other.id;
}

function priorityOf({ options }: Run): Priority {
  return options.priority ?? 'normal';
}
