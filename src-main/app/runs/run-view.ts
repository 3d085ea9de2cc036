/** A run as screens see it: what the library holds of it, and how it goes while it is under way. */
import type { Run, RunState } from '@shared/model/run';
import type { StoredRun } from '../../store/store';

export interface RunPulse {
  readonly state: RunState;
  /** Results. */
  readonly ratePerSecond: number;
  readonly look: number;
}

export function viewOf(run: StoredRun, { state, ratePerSecond, look }: RunPulse): Run {
  // As long as the run itself, where many jobs were chosen, and nothing that a screen shows.
  const { chosen: _chosen, ...options } = run.options;
  const left = run.counts.pending + run.counts.leased + run.counts.sent;
  return {
    id: run.id,
    name: run.name,
    origin: run.origin,
    datasetId: run.datasetId,
    recipe: run.recipe,
    options,
    outputDir: run.outputDir,
    createdAt: run.createdAt,
    state,
    counts: run.counts,
    emptied: run.emptied,
    failures: run.failures,
    ratePerSecond: Math.round(ratePerSecond * 100) / 100,
    ...(ratePerSecond > 0 && left > 0 ? { etaSeconds: Math.round(left / ratePerSecond) } : {}),
    costUsd: run.costUsd,
    requests: run.requests,
    place: run.place,
    look,
  };
}

/**
 * Requests of the studio that are over belong to its trees alone, thousands of them would bury the runs; a session is a
 * run like others only while something of it waits or is in flight.
 */
export function isListed({ origin, state, counts }: StoredRun): boolean {
  switch (origin) {
    case 'dataset':
      return true;
    case 'studio':
      return state.kind !== 'finished';
    case 'session':
      return counts.pending + counts.leased + counts.sent > 0;
  }
}
