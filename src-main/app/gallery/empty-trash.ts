/** Empties the trash: files go to the system's trash, from where they can still be taken back by hand. */
import type { GalleryReport } from '@shared/contract/gallery';
import { createTurns, type InTurn } from '@shared/in-turn';
import type { EventHub } from '../event-hub';
import { inFolder } from '../folders/folder-turns';
import { inFiles } from '../results/file-turns';
import type { TrashedFiles } from '../../store/gallery/gallery-trash';
import type { Store } from '../../store/store';

/** Files handed to the system at once. */
const PAGE = 50;

export interface EmptyTrashParts {
  readonly store: Pick<Store, 'trashedFiles' | 'forgetTrashed' | 'runAt' | 'jobsById'>;
  readonly events: Pick<EventHub, 'touchJob' | 'touchRun'>;
  /** Moves files to the system's trash; one that is not there counts as moved. Answers which could not be. */
  trash(paths: readonly string[]): Promise<readonly { readonly path: string; readonly sentence: string }[]>;
}

/** By library. */
const turns = new WeakMap<Pick<Store, 'forgetTrashed'>, InTurn>();

/** A result that was restored while its file was moved would be there without it: one waits for the other. */
export function trashTurns(store: Pick<Store, 'forgetTrashed'>): InTurn {
  const inTurn = turns.get(store) ?? createTurns();
  turns.set(store, inTurn);
  return inTurn;
}

export async function* emptyTrash(
  parts: EmptyTrashParts,
  signal: AbortSignal | undefined,
): AsyncGenerator<GalleryReport, void, void> {
  const { store, events } = parts;
  const total = await countAll(store);
  let [done, changed] = [0, 0];
  let sentence: string | undefined;
  for (let after = 0; signal?.aborted !== true; ) {
    const [next] = await store.trashedFiles(after, 1);
    if (next === undefined) {
      break;
    }
    const { page, gone, ...told } = await emptyPage(parts, after, next);
    after = page.at(-1)?.jobId ?? next.jobId;
    sentence ??= told.sentence;
    changed += told.changed;
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

interface EmptiedPage {
  readonly page: readonly TrashedFiles[];
  readonly gone: readonly TrashedFiles[];
  readonly changed: number;
  readonly sentence: string | undefined;
}

/**
 * The next results that lie in the folder of the first. In its turn: nobody sends them again, or begins another run there,
 * whose pictures would have the names of these; nor does anybody look for one of these files, or give it another name, while
 * it is on its way.
 */
function emptyPage(
  { store, trash }: EmptyTrashParts,
  after: number,
  { outputDir }: TrashedFiles,
): Promise<EmptiedPage> {
  const work = async (): Promise<EmptiedPage> => {
    const listed = await store.trashedFiles(after, PAGE);
    const another = listed.findIndex((one) => one.outputDir !== outputDir);
    const page = another < 0 ? listed : listed.slice(0, another);
    const kept = await trash(page.flatMap(({ paths }) => paths));
    const keptPaths = new Set(kept.map(({ path }) => path));
    const gone = page.filter(({ paths }) => !paths.some((path) => keptPaths.has(path)));
    const changed = await store.forgetTrashed(gone.map(({ jobId }) => jobId));
    return { page, gone, changed, sentence: kept[0]?.sentence };
  };
  return inFolder(store, outputDir, () => trashTurns(store)(() => inFiles(store, work)));
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
