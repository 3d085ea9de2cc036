/** The gallery's work on many results at once: a page at a time, told as it goes, stopped by whoever stops listening. */
import type { GalleryReport } from '@shared/contract/gallery';
import type { RerunRequest } from '@shared/contract';
import type { GalleryChange, GallerySelection } from '@shared/model/gallery';
import type { Run } from '@shared/model/run';
import type { Clock } from '../../engine/ports';
import { Refusal } from '../../refusal';
import { kindOfChange, type StepKind } from '../../store/gallery/gallery-changes';
import type { Store } from '../../store/store';
import { StoreError } from '../../store/store-error';
import type { EventHub } from '../event-hub';
import { createCatchUp } from './catch-up';
import { trashTurns } from './empty-trash';
import { refuseUnseen } from './refuse-unseen';

/** Jobs of one transaction: the journal of runs under way waits for it no longer than for one of its own. */
const PAGE = 500;

export interface GalleryParts {
  readonly store: Store;
  readonly events: Pick<EventHub, 'touchJob' | 'touchRun' | 'subscribe'>;
  readonly clock: Clock;
  rerun(request: RerunRequest): Promise<Run>;
  onError(error: unknown): void;
}

type Reports = AsyncGenerator<GalleryReport, void, void>;
type Touched = readonly { readonly jobId: number; readonly runId: number }[];

export function createGallery(parts: GalleryParts) {
  const { store, events } = parts;
  const catchUp = createCatchUp(parts);

  function tell(changed: Touched): void {
    for (const { jobId, runId } of changed) {
      events.touchJob(runId, jobId);
    }
  }

  /** What comes out of the trash must not be on its way out of the library. */
  function inTurnOf<T>(kind: StepKind, work: () => Promise<T>): Promise<T> {
    return kind === 'trash' ? trashTurns(store)(work) : work();
  }

  /** Their pages in turn, with how many there were at first. */
  async function* pagesOf(selection: GallerySelection, signal: AbortSignal | undefined) {
    await catchUp.ready();
    const total = (await store.selectionSum(selection)).count;
    refuseUnseen(selection, total);
    let done = 0;
    for (let after = 0; signal?.aborted !== true; ) {
      const jobIds = await store.selectionIds(selection, after, PAGE);
      const last = jobIds.at(-1);
      if (last === undefined) {
        break;
      }
      after = last;
      done += jobIds.length;
      yield { jobIds, done, total: Math.max(total, done) };
    }
  }

  async function* change(
    selection: GallerySelection,
    what: GalleryChange,
    signal: AbortSignal | undefined,
  ): Reports {
    const stepId = await store.beginGalleryStep(what);
    let changed = 0;
    let [done, total] = [0, 0];
    for await (const page of pagesOf(selection, signal)) {
      const jobs = await inTurnOf(kindOfChange(what), () => store.changeInGallery(stepId, what, page.jobIds));
      tell(jobs);
      changed += jobs.length;
      ({ done, total } = page);
      yield { done, total, skipped: 0, isOver: false, stepId, changed };
    }
    yield { done, total, skipped: done - changed, isOver: true, stepId, changed };
  }

  async function* undo(stepId: number, signal: AbortSignal | undefined): Reports {
    const { kind, into, total } = await store.beginGalleryUndo(stepId).catch(asRefusal);
    let changed = 0;
    let done = 0;
    for (let afterId = 0; signal?.aborted !== true; ) {
      const page = await inTurnOf(kind, () => store.undoInGallery({ stepId, into, afterId }, PAGE));
      if (page.lastId === null) {
        break;
      }
      tell(page.changed);
      afterId = page.lastId;
      changed += page.changed.length;
      done = Math.min(total, done + PAGE);
      yield { done, total, skipped: 0, isOver: false, stepId: into, changed };
    }
    yield { done, total, skipped: done - changed, isOver: true, stepId: into, changed };
  }

  /** All ids are gathered first: jobs that are sent again leave the selection at once. */
  async function* rerun(selection: GallerySelection, signal: AbortSignal | undefined): Reports {
    const byRun = new Map<number, number[]>();
    let total = 0;
    for await (const page of pagesOf(selection, signal)) {
      for (const { id, runId } of await store.jobsById(page.jobIds)) {
        const jobIds = byRun.get(runId) ?? [];
        jobIds.push(id);
        byRun.set(runId, jobIds);
        total += 1;
      }
    }
    let done = 0;
    const refused: string[] = [];
    for (const [runId, jobIds] of signal?.aborted === true ? [] : byRun) {
      await parts.rerun({ runId, which: { kind: 'jobs', jobIds } }).catch((error: unknown) => {
        refused.push(sentenceOf(error));
        done -= jobIds.length;
      });
      done += jobIds.length;
      yield { done, total, skipped: 0, isOver: false, changed: done };
    }
    const sentence = refused[0];
    yield {
      done,
      total,
      skipped: total - done,
      isOver: true,
      changed: done,
      ...(sentence === undefined ? {} : { sentence }),
    };
  }

  return {
    ready: catchUp.ready,
    change,
    undo,
    rerun,
    close: catchUp.close,
  };
}

function asRefusal(error: unknown): never {
  throw error instanceof StoreError && error.code === 'NOT_FOUND'
    ? new Refusal('NOT_FOUND', error.message)
    : error;
}

function sentenceOf(error: unknown): string {
  if (error instanceof Refusal) {
    return error.message;
  }
  throw error;
}
