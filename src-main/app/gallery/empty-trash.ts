/** Empties the trash: files go to the system's trash, from where they can still be taken back by hand. */
import type { GalleryReport } from '@shared/contract/gallery';
import type { EventHub } from '../event-hub';
import type { Store } from '../../store/store';

/** Files handed to the system at once. */
const PAGE = 50;

export interface EmptyTrashParts {
  readonly store: Pick<Store, 'trashedFiles' | 'forgetTrashed'>;
  readonly events: Pick<EventHub, 'touchJob' | 'touchRun'>;
  /** Moves files to the system's trash; one that is not there counts as moved. Answers which could not be. */
  trash(paths: readonly string[]): Promise<readonly { readonly path: string; readonly sentence: string }[]>;
}

export async function* emptyTrash(
  { store, events, trash }: EmptyTrashParts,
  signal: AbortSignal | undefined,
): AsyncGenerator<GalleryReport, void, void> {
  const total = await countAll(store);
  let [done, changed] = [0, 0];
  let sentence: string | undefined;
  for (let after = 0; signal?.aborted !== true; ) {
    const page = await store.trashedFiles(after, PAGE);
    const last = page.at(-1);
    if (last === undefined) {
      break;
    }
    after = last.jobId;
    const kept = await trash(page.flatMap(({ paths }) => paths));
    sentence ??= kept[0]?.sentence;
    const keptPaths = new Set(kept.map(({ path }) => path));
    const gone = page.filter(({ paths }) => !paths.some((path) => keptPaths.has(path)));
    changed += await store.forgetTrashed(gone.map(({ jobId }) => jobId));
    for (const { jobId, runId } of gone) {
      events.touchJob(runId, jobId);
      events.touchRun(runId);
    }
    done += page.length;
    yield { done, total, skipped: done - changed, isOver: false, changed };
  }
  yield {
    done,
    total,
    skipped: done - changed,
    isOver: true,
    changed,
    ...(sentence === undefined ? {} : { sentence: `${done - changed} stay in the trash: ${sentence}` }),
  };
}

async function countAll(store: Pick<Store, 'trashedFiles'>): Promise<number> {
  let count = 0;
  for (let after = 0; ; ) {
    const page = await store.trashedFiles(after, 1000);
    const last = page.at(-1);
    if (last === undefined) {
      return count;
    }
    after = last.jobId;
    count += page.length;
  }
}
