import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Store } from '../../store/store';
import {
  attemptFor,
  failedEnd,
  type Library,
  plannedRun,
  temporaryLibrary,
} from '../../store/testing/library-fixture';
import { itemsOf } from './export-items';

const JOBS = 450;

describe('the failures of a run', () => {
  let library: Library;
  let store: Store;
  beforeEach(async () => {
    library = temporaryLibrary('node');
    store = await library.open();
  });
  afterEach(() => library.remove());

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
