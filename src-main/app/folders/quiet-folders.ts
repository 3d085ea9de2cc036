/**
 * When the folders of a run had last changed as it came to a stand: while that stays, nobody has put anything there since,
 * and nobody needs to list a million pictures to know it. A library that is restored has the times of its own last stand,
 * and sees that others came after. Files that change in place do not change their folder: verify-results looks at those.
 */
import { join } from 'node:path';
import type { Clock } from '../../engine/ports';
import type { Log } from '../../log';
import type { FolderTimes, Store, StoredRun } from '../../store/store';
import { resultsPath } from '../tables/exporter';
import { changedAt, visitBelow } from './picture-folders';

type QuietRun = Pick<StoredRun, 'id' | 'outputDir'>;

export interface QuietParts {
  readonly store: Pick<Store, 'setQuietFolders' | 'counts'>;
  readonly clock: Pick<Clock, 'setTimer'>;
  readonly log: Pick<Log, 'warning'>;
}

/** Systems take the times of files from a clock that ticks each 4 to 16 ms: what comes later than that has another time. */
const TICK_MS = 20;
const SECOND_MS = 1000;

/** Its tables have been written, and nothing of the run may be written there any more. Never rejects. */
export async function noteQuiet(parts: QuietParts, run: QuietRun): Promise<void> {
  try {
    await note(parts, run);
  } catch (error) {
    // Then all of its pictures are looked for when it goes on.
    parts.log.warning('runs', `what ${run.outputDir} holds could not be noted: ${String(error)}`);
  }
}

async function note({ store, clock }: QuietParts, run: QuietRun): Promise<void> {
  await new Promise<void>((resolve) => clock.setTimer(TICK_MS, resolve));
  const times: [string, number][] = [];
  let pictures = 0;
  const isAll = await visitBelow(run.outputDir, {
    folder: (...time) => times.push(time),
    picture: () => {
      pictures += 1;
    },
  });
  // More than its results: somebody put them there while it was under way, and is to be asked about them.
  const isOwn = isAll && pictures === (await store.counts(run.id)).done;
  const isKnown = isOwn && times.every(([, time]) => isExact(time)) && (await isMoved(run.outputDir, times));
  await store.setQuietFolders(run.id, isKnown ? times : null);
}

/** False where it is not known, too. */
export async function isQuiet(store: Pick<Store, 'quietFolders'>, run: QuietRun): Promise<boolean> {
  const times = (await store.quietFolders(run.id)) ?? [];
  const areSame = await Promise.all(
    times.map(async ([path, changed]) => (await changedAt(join(run.outputDir, path))) === changed),
  );
  return times.length > 0 && areSame.every(Boolean);
}

/** FAT and others of its age note whole seconds: within one, something may come and not be seen. */
function isExact(time: number): boolean {
  return Number.isFinite(time) && time % SECOND_MS !== 0;
}

/** Some systems leave a folder's time alone whatever comes into it: there it is older than the table that came last. */
async function isMoved(outputDir: string, times: FolderTimes): Promise<boolean> {
  const [, folder = Number.NaN] = times[0] ?? [];
  const table = await changedAt(resultsPath(outputDir, 'csv'));
  return table >= 0 && folder >= table;
}
