import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ExportSource } from '@shared/model/export';
import { EVERYTHING } from '@shared/model/gallery';
import type { Store } from '../../store/store';
import {
  attemptFor,
  failedEnd,
  finishNext,
  type Library,
  plannedRun,
  temporaryLibrary,
} from '../../store/testing/library-fixture';
import { itemsOf } from './export-items';

const JOBS = 450;

let library: Library;
let store: Store;
beforeEach(async () => {
  library = temporaryLibrary('node');
  store = await library.open();
});
afterEach(() => library.remove());

describe('the failures of a run', () => {
  it('are each told once, also while some of them are tried again', async () => {
    const { id: runId } = await plannedRun(store, JOBS);
    const starts = (await store.pending(runId, 0, JOBS)).map((job) => attemptFor(store, job));
    await store.sent(starts);
    await Promise.all(starts.map((start) => store.ended(failedEnd(start, 'blocked'))));
    const rows: number[] = [];
    for await (const page of (await itemsOf(store, { kind: 'run', runId, filter: 'failures' })).pages()) {
      if (rows.length === 0) {
        const jobIds = page.slice(0, 100).map(({ job }) => job.id);
        expect(await store.requeue(runId, { kind: 'jobs', jobIds })).toBe(100);
      }
      rows.push(...page.map(({ job }) => job.row));
    }
    expect(rows).toEqual(Array.from({ length: JOBS }, (_, row) => row));
  });
});

it('does not take along what came after the results that were selected', async () => {
  const { id: runId } = await plannedRun(store, 3);
  await finishNext(store, runId);
  await finishNext(store, runId);
  const { total } = await store.searchGallery(EVERYTHING);
  const seen = { snapshot: 'kept no longer', total };
  const source: ExportSource = {
    kind: 'selection',
    selection: { kind: 'matching', query: EVERYTHING, except: [], seen },
  };
  expect(await itemsOf(store, source)).toMatchObject({ total });
  const late = await plannedRun(store, 1, '/out/late');
  await finishNext(store, late.id);
  await expect(itemsOf(store, source)).rejects.toThrow('More results match by now than were selected');
});
