import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Requeue, Store, StoredRun } from '../../store/store';
import { type Library, plannedRun, temporaryLibrary } from '../../store/testing/library-fixture';
import { requeuePages } from './requeue-pages';

let library: Library;
let store: Store;
let run: StoredRun;
let asked: number[];
beforeEach(async () => {
  library = temporaryLibrary('node');
  store = await library.open();
  run = await plannedRun(store, 5);
  asked = [];
});
afterEach(() => library.remove());

async function pagesOf(which: Requeue): Promise<number[][]> {
  const counting: Pick<Store, 'jobIds' | 'jobsById'> = {
    jobsById: store.jobsById,
    jobIds: (runId, asks, after, limit) => {
      asked.push(asks.kind === 'jobs' ? asks.jobIds.length : 0);
      return store.jobIds(runId, asks, after, limit);
    },
  };
  const pages: number[][] = [];
  for await (const page of requeuePages(counting, { runId: run.id, which }, 2)) {
    pages.push(page.map(({ id }) => id));
  }
  return pages;
}

describe('jobs that are to go again', () => {
  it('come in pages, in order, each once', async () => {
    const ids = await store.jobIds(run.id, { kind: 'all' }, 0, 10);
    expect((await pagesOf({ kind: 'all' })).flat()).toEqual(ids);
    const named = [...ids, ...ids].reverse();
    expect(await pagesOf({ kind: 'jobs', jobIds: named })).toEqual([
      ids.slice(0, 2),
      ids.slice(2, 4),
      ids.slice(4),
    ]);
  });

  it('are of that run alone, with a place in it', async () => {
    const [first = 0, second = 0] = await store.jobIds(run.id, { kind: 'all' }, 0, 10);
    const other = await plannedRun(store, 1, '/nowhere/other');
    const [foreign = 0] = await store.jobIds(other.id, { kind: 'all' }, 0, 10);
    await store.leaveOut(run.id, 0, 1);
    const which = { kind: 'jobs', jobIds: [first, second, foreign, foreign + 1000] } as const;
    expect((await pagesOf(which)).flat()).toEqual(await store.jobIds(run.id, which, 0, 10));
  });

  it('are never asked of the store by a whole list', async () => {
    const jobIds = await store.jobIds(run.id, { kind: 'all' }, 0, 10);
    await pagesOf({ kind: 'jobs', jobIds });
    expect(asked).toEqual([]);
  });
});
