/**
 * Measures results when they land, behind everything else: one at a time, in the lab's thread or process, in batches towards
 * the store. What lands faster than it is measured is not queued without end: it is found again by being unmeasured, as is
 * what landed while nobody measured (another session, the command line).
 */
import type { Measures, Suspicion } from '@shared/model/measures';
import type { AttemptEnd } from '../../engine/ports';
import { duplicateSuspicion, isSamePicture, judged, unreadable } from '../../images/lab/judge';
import type { Measured } from '../../images/lab/lab-orders';
import type { PictureLab } from '../../images/lab/picture-lab';
import type { ResultToMeasure } from '../../store/measure-store';
import type { Store } from '../../store/store';
import type { EventHub } from '../event-hub';
import { createDuplicateIndex, type DuplicateIndex, type Indexed } from './duplicate-index';
import type { RowSources } from './row-sources';

export interface MeasuringOptions {
  readonly store: Pick<
    Store,
    'unmeasured' | 'resultsToMeasure' | 'saveMeasures' | 'measures' | 'hashedResults'
  >;
  readonly lab: Pick<PictureLab, 'measure' | 'same'>;
  readonly events: Pick<EventHub, 'touchJob'>;
  /** Whether the user wants results measured. */
  isOn(): boolean;
  /** Null: its run is gone. */
  rowOf(result: ResultToMeasure): Promise<RowSources | null>;
  /** Absolute; null: its run is gone. */
  pathOf(result: Pick<Indexed, 'fileName'>, runId: number): Promise<string | null>;
  isFile(path: string): Promise<boolean>;
  onError(error: unknown): void;
}

export interface Measuring {
  onEnded(end: Pick<AttemptEnd, 'jobId' | 'next'>): void;
  /** Also measures what has no measures yet, newest first. */
  catchUp(): void;
  /** Resolves when there is nothing left to measure. */
  settled(): Promise<void>;
  /** What is being measured is not saved. */
  close(): Promise<void>;
}

/** More landed results than this are left for catching up. */
const MOST_WAITING = 512;
const BATCH = 16;
const HASHES_AT_ONCE = 5000;
/** Runs whose results are held ready to be looked for, the last used last. */
const RUNS_HELD = 3;
/** Look-alikes that are compared with a result pixel by pixel. */
const MOST_COMPARED = 2;
/** Look-alikes of a replaced result that are looked at for a mark. */
const MOST_FREED = 8;

export function createMeasuring(options: MeasuringOptions): Measuring {
  const { store } = options;
  const indexes = new Map<number, Promise<DuplicateIndex>>();
  let landed: number[] = [];
  /** Ids below `before` are still to be looked through (null: from the newest); null: nothing is behind. */
  let behind: { readonly before: number | null } | null = null;
  let isClosed = false;
  let working: Promise<void> | null = null;
  /** Measured and not on disk yet, by result: each write would hold up the journal of a run. */
  const unsaved = new Map<number, Saving>();

  function wake(): void {
    if (isClosed || working !== null || !options.isOn()) return;
    working = work()
      .catch((error: unknown) => {
        // Found again by being unmeasured, when the next run is over or the program starts.
        landed = [];
        behind = null;
        unsaved.clear();
        options.onError(error);
      })
      .finally(() => {
        working = null;
        // What came while the last of it was being put away.
        if (landed.length > 0 || behind !== null) wake();
      });
  }

  async function work(): Promise<void> {
    for (;;) {
      const batch = await nextBatch();
      if (batch.length === 0 || isClosed || !options.isOn()) return;
      for (const result of batch) {
        if (isClosed) return;
        await measureOne(result);
      }
      await save();
    }
  }

  async function nextBatch(): Promise<readonly ResultToMeasure[]> {
    while (landed.length > 0) {
      const jobIds = landed.splice(0, BATCH);
      const found = await store.resultsToMeasure(jobIds);
      if (found.length > 0) return found;
    }
    const from = behind;
    if (from === null) return [];
    const page = await store.unmeasured(from.before, BATCH);
    const last = page.at(-1);
    // What landed during the question has set it anew.
    if (behind === from) behind = last === undefined ? null : { before: last.resultId };
    return page;
  }

  async function measureOne(result: ResultToMeasure): Promise<void> {
    const [path, row] = await Promise.all([options.pathOf(result, result.runId), options.rowOf(result)]);
    // A file that is away may come back with its disk: the result stays unmeasured, and is looked at in the next session.
    if (path === null || row === null || !(await options.isFile(path))) return;
    const { sources, asked, inputs } = row;
    const outcome = await options.lab.measure({ result: path, sources, asked });
    if (outcome.kind === 'failed' && !outcome.isPicture) return;
    const measures =
      outcome.kind === 'failed'
        ? unreadable(result, asked, outcome.sentence)
        : judged(figuresOf(outcome, row.problem), asked, inputs);
    const { runId, jobId } = result;
    const known = await withDuplicate(result, { path, measures });
    unsaved.set(result.resultId, { runId, jobId, measures: known });
  }

  async function withDuplicate(
    result: ResultToMeasure,
    { path, measures }: { path: string; measures: Measures },
  ): Promise<Measures> {
    const index = await indexOf(result.runId);
    const indexed = { ...result, hash: measures.hash };
    const twin = await twinOf(index, indexed, path);
    const replaced = index.add(indexed);
    if (replaced !== undefined) await freeTwins(index, replaced, result.runId);
    if (twin === null) return measures;
    await markTwin(twin.other, result, twin);
    return marked(measures, { ...twin.other, ...twin });
  }

  async function twinOf(
    index: DuplicateIndex,
    of: ResultToMeasure & Indexed,
    path: string,
  ): Promise<Twin | null> {
    const exact = index.exact(of);
    if (exact !== undefined) return { other: exact, isExact: true, distance: 0 };
    for (const other of index.near(of, MOST_COMPARED)) {
      const otherPath = await options.pathOf(other, of.runId);
      if (otherPath === null) continue;
      const same = await options.lab.same({ one: path, other: otherPath });
      if (same.kind === 'ok' && isSamePicture(same)) {
        return { other, isExact: false, distance: other.distance };
      }
    }
    return null;
  }

  /** What was a duplicate of a result that a rerun replaced is one no more; of another it is found when that is measured. */
  async function freeTwins(index: DuplicateIndex, replaced: Indexed, runId: number): Promise<void> {
    const exact = index.exact(replaced);
    const alike = [...(exact === undefined ? [] : [exact]), ...index.near(replaced, MOST_FREED)];
    for (const { resultId, jobId } of alike) {
      const before = unsaved.get(resultId)?.measures ?? (await store.measures(resultId));
      if (before?.duplicate?.jobId !== replaced.jobId) continue;
      const { duplicate: _, ...rest } = before;
      const suspicions = before.suspicions.filter(({ kind }) => kind !== 'duplicate');
      unsaved.set(resultId, { runId, jobId, measures: { ...rest, suspicions } });
    }
  }

  /** Nobody knows which of the two is the right one: both are to be looked at. */
  async function markTwin(other: Indexed, result: ResultToMeasure, twin: Twin): Promise<void> {
    const before = unsaved.get(other.resultId)?.measures ?? (await store.measures(other.resultId));
    if (before === null || before.duplicate !== undefined) return;
    const { runId } = result;
    unsaved.set(other.resultId, {
      runId,
      jobId: other.jobId,
      measures: marked(before, { ...result, ...twin }),
    });
  }

  async function save(): Promise<void> {
    if (isClosed || unsaved.size === 0) return;
    const saved = [...unsaved];
    await store.saveMeasures(saved.map(([resultId, { measures }]) => ({ resultId, measures })));
    for (const [resultId, { runId, jobId }] of saved) {
      unsaved.delete(resultId);
      options.events.touchJob(runId, jobId);
    }
  }

  function indexOf(runId: number): Promise<DuplicateIndex> {
    const known = indexes.get(runId) ?? loadIndex(store, runId);
    indexes.delete(runId);
    indexes.set(runId, known);
    if (indexes.size > RUNS_HELD) indexes.delete(indexes.keys().next().value ?? runId);
    return known;
  }

  return {
    onEnded({ jobId, next }) {
      if (next.kind !== 'done' || !options.isOn()) return;
      if (landed.length < MOST_WAITING) {
        landed.push(jobId);
      } else {
        behind = { before: null };
      }
      wake();
    },
    catchUp() {
      behind = { before: null };
      wake();
    },
    async settled() {
      while (working !== null) await working;
    },
    async close() {
      isClosed = true;
      landed = [];
      // What is under way ends with the lab, which is closed first.
      await working;
    },
  };
}

/** What could not be compared at all comes before what could not be opened. */
function figuresOf({ kind: _kind, ...measured }: Measured & { kind: 'ok' }, problem?: string): Measured {
  return { ...measured, ...(problem === undefined ? {} : { sourceProblem: problem }) };
}

interface Saving {
  readonly runId: number;
  readonly jobId: number;
  readonly measures: Measures;
}

interface Twin {
  readonly other: Indexed;
  readonly isExact: boolean;
  readonly distance: number;
}

interface Mark {
  readonly jobId: number;
  readonly row: number;
  readonly isExact: boolean;
  readonly distance: number;
}

function marked(measures: Measures, { jobId, row, isExact, distance }: Mark): Measures {
  const suspicions: readonly Suspicion[] = measures.suspicions.filter(({ kind }) => kind !== 'duplicate');
  return {
    ...measures,
    duplicate: { jobId, row, exact: isExact, distance },
    suspicions: [...suspicions, duplicateSuspicion(row, isExact)],
  };
}

async function loadIndex(store: Pick<Store, 'hashedResults'>, runId: number): Promise<DuplicateIndex> {
  const index = createDuplicateIndex();
  for (let after = -1; ; ) {
    const page = await store.hashedResults(runId, after, HASHES_AT_ONCE);
    page.forEach(index.add);
    const last = page.at(-1);
    if (last === undefined || page.length < HASHES_AT_ONCE) return index;
    after = last.position;
  }
}
