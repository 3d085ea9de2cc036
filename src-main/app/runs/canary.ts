/** How the first rows of a run end, and whether they have. */
import { canaryEnd } from '@shared/canary';
import type { RunState } from '@shared/model/run';
import type { Store, StoredRun } from '../../store/store';
import { isPlanned } from '../planning/planner';

/** What the run becomes when its first rows are through and others are left. */
export function canaryPause(rows: number, left: number): Extract<RunState, { kind: 'paused' }> {
  const first = rows === 1 ? 'The first row is' : `The first ${rows} rows are`;
  const rest = left === 1 ? 'the one remaining job' : `the remaining ${left} jobs`;
  return { kind: 'paused', reason: `${first} finished: check the results, then continue with ${rest}.` };
}

/** Whether each of them was sent: what has failed was, too, and may be sent again with the rest. */
export async function isThroughCanary(
  store: Pick<Store, 'unsentStems' | 'counts' | 'plannedDigest' | 'dataset'>,
  run: StoredRun,
): Promise<boolean> {
  const end = canaryEnd(run);
  const unsent = await store.unsentStems(run.id, -1, 1);
  if (unsent !== null && unsent.lastPosition < end) {
    return false;
  }
  const jobs = Object.values(await store.counts(run.id)).reduce((sum, count) => sum + count, 0);
  return jobs >= end || (await isPlanned(store, run));
}
