import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Store } from '../../store/store';
import {
  attemptFor,
  doneEnd,
  fileOf,
  type Library,
  plannedRun,
  temporaryLibrary,
} from '../../store/testing/library-fixture';
import { jobPages } from './job-pages';

let library: Library;
let store: Store;
beforeEach(async () => {
  library = temporaryLibrary('node');
  store = await library.open();
});
afterEach(() => library.remove());

it('jobs that are done while they are read make none come twice', async () => {
  const { id: runId } = await plannedRun(store, 4);
  const { jobs } = await store.jobs({ runId, offset: 0, limit: 4 });
  const finish = async (position: number): Promise<void> => {
    const start = attemptFor(store, { id: jobs[position]?.id ?? 0, runId });
    const file = fileOf(jobs[position]?.stem ?? '');
    await store.sent([start]);
    await store.received(start.attemptId, file);
    await store.ended(doneEnd(start, file));
  };
  await finish(1);
  await finish(2);
  const seen: number[] = [];
  for await (const page of jobPages(store, { runId, state: 'done' }, 1)) {
    seen.push(...page.map(({ position }) => position));
    if (seen.length === 1) {
      await finish(0);
      await finish(3);
    }
  }
  expect(seen).toEqual([1, 2, 3]);
});
