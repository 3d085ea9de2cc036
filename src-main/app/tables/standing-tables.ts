/**
 * Tables of a run that stands still are replaced in the turn of its folder: a run that began meanwhile would write its
 * lines into the file that is being replaced, and they would be gone.
 */
import type { Store, StoredRun } from '../../store/store';
import { inFolder } from '../folders/folder-turns';

export interface Standing {
  readonly store: Pick<Store, 'runAt'>;
  isActive(runId: number): boolean;
}

/** Not where it is under way by then, for it writes them at its end, nor where another has taken its folder over. */
export function whileStanding(
  { store, isActive }: Standing,
  run: StoredRun,
  write: (run: StoredRun) => Promise<void>,
): Promise<void> {
  return inFolder(store, run.outputDir, async () => {
    const present = (await store.runAt(run.outputDir)) ?? run;
    if (present.id === run.id && !isActive(run.id)) {
      await write(present);
    }
  });
}
