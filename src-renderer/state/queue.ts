/** The order in which runs are served, as the queue dock shows it. Pure. */
import { prioritySchema } from '@shared/model/run';
import type { Priority, Run } from '@shared/model/run';

export interface QueueGroup {
  readonly priority: Priority;
  /** In the order they are served; never empty. */
  readonly runs: readonly Run[];
}

export interface Queue {
  /** The highest priority first. */
  readonly groups: readonly QueueGroup[];
  /** The newest run that is over, for a look back. */
  readonly lastFinished: Run | undefined;
}

export function priorityOf(run: Run): Priority {
  return run.options.priority ?? 'normal';
}

export function queueOf(runs: ReadonlyMap<number, Run>): Queue {
  const all = [...runs.values()];
  const open = all.filter(({ state }) => state.kind !== 'finished');
  const groups = prioritySchema.options.map((priority) => ({
    priority,
    runs: open.filter((run) => priorityOf(run) === priority).sort((a, b) => a.place - b.place || a.id - b.id),
  }));
  const over = all.filter(({ state }) => state.kind === 'finished');
  return {
    groups: groups.filter((group) => group.runs.length > 0),
    lastFinished: over.sort((a, b) => b.createdAt - a.createdAt || b.id - a.id)[0],
  };
}

/** All runs that are not over, in the order they are served. */
export function queuedRuns(queue: Queue): readonly Run[] {
  return queue.groups.flatMap((group) => group.runs);
}

/**
 * The runs of one group with one of them at another place, with places of their own to show until main tells the true
 * ones: the set of places stays, so that nothing else moves.
 */
export function withMoved(runs: readonly Run[], from: number, place: number): readonly Run[] {
  const moved = runs[from];
  if (moved === undefined) {
    return runs;
  }
  const places = runs.map((run) => run.place).sort((a, b) => a - b);
  return runs
    .toSpliced(from, 1)
    .toSpliced(place, 0, moved)
    .map((run, at) => ({ ...run, place: places[at] ?? run.place }));
}
