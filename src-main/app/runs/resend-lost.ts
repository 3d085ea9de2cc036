/**
 * Requests with an unknown outcome that go again. While nobody knew what became of them, their rows may have moved, and what
 * was done of these lies at hand: they take that first. Until they have, the plan of their run is not whole: whoever goes
 * on with it after a death, a failure or a pause in between has them take it before anything is sent.
 */
import type { Store, StoredRun } from '../../store/store';
import { MOVED } from '../planning/planner';
import { type AlongStore, takeAlong } from '../results/take-along';

interface ResendHow {
  /** The run is about to move to another reading of its rows: its planning sees to what lies at hand. */
  readonly isMoving?: boolean;
  requeue(): Promise<unknown>;
  /** Once true, it stays so. */
  isHalted(): boolean;
}

/** Answers how many took a result. Where the run has moved and is not planned again, that is left to the planning. */
export async function resendLost(
  store: AlongStore & Pick<Store, 'plannedDigest' | 'setPlannedDigest'>,
  run: Pick<StoredRun, 'id' | 'outputDir'>,
  { isMoving = false, requeue, isHalted }: ResendHow,
): Promise<number> {
  const planned = isMoving ? MOVED : await store.plannedDigest(run.id);
  await store.setPlannedDigest(run.id, MOVED);
  await requeue();
  if (planned === MOVED) {
    return 0;
  }
  const along = await takeAlong(store, run, isHalted);
  if (!isHalted()) {
    await store.setPlannedDigest(run.id, planned);
  }
  return along;
}
