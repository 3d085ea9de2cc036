/**
 * When the folders of a run had last changed as it came to a stand: while that stays, nobody has put anything there since,
 * and nobody needs to list a million pictures to know it. A library that is restored has the times of its own last stand,
 * and sees that others came after. Files that change in place do not change their folder: verify-results looks at those.
 */
import { join } from 'node:path';
import type { Clock } from '../engine/ports';
import type { Store, StoredRun } from '../store/store';
import { changedAt, visitBelow } from './picture-folders';

type QuietRun = Pick<StoredRun, 'id' | 'outputDir'>;

/** Systems take the times of files from a clock that ticks each 4 to 16 ms: what comes later than that has another time. */
const TICK_MS = 20;
const SECOND_MS = 1000;

/** Nothing of the run may be written there any more. */
export async function noteQuiet(
  {
    store,
    clock,
  }: { readonly store: Pick<Store, 'setQuietFolders'>; readonly clock: Pick<Clock, 'setTimer'> },
  run: QuietRun,
): Promise<void> {
  await new Promise<void>((resolve) => clock.setTimer(TICK_MS, resolve));
  const times: Record<string, number> = {};
  const isAll = await visitBelow(run.outputDir, {
    folder: (path, changed) => {
      times[path] = changed;
    },
  });
  await store.setQuietFolders(run.id, isAll && Object.values(times).every(isExact) ? times : null);
}

/** False where it is not known, too. */
export async function isQuiet(store: Pick<Store, 'quietFolders'>, run: QuietRun): Promise<boolean> {
  const times = Object.entries((await store.quietFolders(run.id)) ?? {});
  const areSame = await Promise.all(
    times.map(async ([path, changed]) => (await changedAt(join(run.outputDir, path))) === changed),
  );
  return times.length > 0 && areSame.every(Boolean);
}

/** FAT and others of its age note whole seconds: within one, something may come and not be seen. */
function isExact(time: number): boolean {
  return Number.isFinite(time) && time % SECOND_MS !== 0;
}
