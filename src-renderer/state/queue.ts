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
  const open = all.filter((run) => run.state.kind !== 'finished' && !isIdleSession(run));
  const groups = prioritySchema.options.map((priority) => ({
    priority,
    runs: open.filter((run) => priorityOf(run) === priority).sort((a, b) => a.place - b.place || a.id - b.id),
  }));
  const over = all.filter(({ state, origin }) => state.kind === 'finished' && origin !== 'session');
  return {
    groups: groups.filter((group) => group.runs.length > 0),
    lastFinished: over.sort((a, b) => b.createdAt - a.createdAt || b.id - a.id)[0],
  };
}

/** A session stays open: it is in the queue only while something of it waits or is in flight. */
function isIdleSession({ origin, counts }: Run): boolean {
  return origin === 'session' && counts.pending + counts.leased + counts.sent === 0;
}

/** All runs that are not over, in the order they are served. */
export function queuedRuns(queue: Queue): readonly Run[] {
  return queue.groups.flatMap((group) => group.runs);
}

/** The runs in the order of `ids`; one that is not named comes after, as it stood. */
export function inOrderOf(runs: readonly Run[], ids: readonly number[]): readonly Run[] {
  const placeOf = (run: Run) => {
    const at = ids.indexOf(run.id);
    return at === -1 ? ids.length : at;
  };
  return runs.toSorted((a, b) => placeOf(a) - placeOf(b));
}
