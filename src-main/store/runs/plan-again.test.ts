import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Store } from '../store';
import {
  attemptFor,
  DRIVERS,
  failedEnd,
  finishNext,
  type Library,
  newJobs,
  plannedRun,
  sendNext,
  temporaryLibrary,
} from '../testing/library-fixture';

describe.each(DRIVERS)('a plan that is gone through again, on %s', (driver) => {
  let library: Library;
  let store: Store;
  let runId: number;
  beforeEach(async () => {
    library = temporaryLibrary(driver);
    store = await library.open();
    runId = (await plannedRun(store, 4)).id;
  });
  afterEach(() => library.remove());

  const again = (digest: string, former = 'another') => newJobs(4).map((job) => ({ ...job, digest, former }));

  it('tells which done jobs ask for something else, and takes nothing from them', async () => {
    const done = await finishNext(store, runId);
    expect(await store.comparePlan(runId, again('first'))).toEqual([]);
    expect(await store.comparePlan(runId, again('second'))).toEqual([done]);
    expect(await store.job(done)).toMatchObject({ state: 'done', result: { fileName: '000000.png' } });
    // What is pending may be sent before the plan comes to it, and is not sent again for that.
    await finishNext(store, runId);
    expect(await store.comparePlan(runId, again('second'))).toEqual([done]);
  });

  it('takes the digest of an earlier version for what it was made of, once', async () => {
    await finishNext(store, runId);
    expect(await store.comparePlan(runId, again('of now', 'first'))).toEqual([]);
    expect(await store.planJobs(runId, again('of now'))).toEqual({ added: 0, changed: 0, unsure: 0 });
    expect(await store.comparePlan(runId, again('of then', 'first'))).toHaveLength(1);
  });

  it('keeps what is asked of a lost attempt when only its digest is made otherwise', async () => {
    await sendNext(store, runId, {});
    store = await library.open();
    await store.recover();
    await store.comparePlan(runId, again('of now', 'first'));
    expect(await store.unfinishedFiles(runId, 0, 10)).toMatchObject([{ jobState: 'unknown', isAsked: true }]);
    await store.planJobs(runId, again('changed'));
    expect(await store.unfinishedFiles(runId, 0, 10)).toMatchObject([
      { jobState: 'unknown', isAsked: false },
    ]);
  });

  it('leaves unknown what may have been charged, and asks for what the row says when it is sent again', async () => {
    const { jobId } = await sendNext(store, runId, {});
    store = await library.open();
    await store.recover();
    expect(await store.planJobs(runId, again('second'))).toEqual({ added: 0, changed: 0, unsure: 1 });
    expect(await store.counts(runId)).toMatchObject({ unknown: 1, pending: 3 });
    await store.requeue(runId, { kind: 'unknown' });
    const start = attemptFor(store, { id: jobId, runId });
    await store.sent([start]);
    expect(await store.planJobs(runId, again('second'))).toEqual({ added: 0, changed: 0, unsure: 0 });
  });

  it('counts rows, not their jobs, and none that was never sent', async () => {
    const variants = newJobs(1).map((job) => ({ ...job, variant: 1, position: 0, stem: '000000_01' }));
    await store.planJobs(runId, variants);
    const sent = [await sendNext(store, runId, {}), await sendNext(store, runId, {})];
    for (const start of sent) {
      await store.ended(failedEnd(start, 'blocked'));
    }
    const both = await Promise.all(sent.map(async ({ jobId }) => (await store.job(jobId))?.row));
    await store.cancelPending(runId);
    const changed = [...newJobs(4), ...variants].map((job) => ({ ...job, digest: 'second' }));
    expect(both).toEqual([0, 0]);
    expect(await store.planJobs(runId, changed)).toMatchObject({ changed: 1 });
  });

  it('says which names files of the run have, of earlier results and of what is on its way too', async () => {
    const first = await finishNext(store, runId);
    const result = (await store.job(first))?.result?.id ?? 0;
    await store.movedResults([{ resultId: result, fileName: '000000.v1.png' }]);
    await store.requeue(runId, { kind: 'jobs', jobIds: [first] });
    await finishNext(store, runId);
    await finishNext(store, runId);
    await sendNext(store, runId, {});
    const pages = [await store.heldNames(runId, -1, 2), await store.heldNames(runId, 1, 2)];
    const stems = pages.map(({ names }) => names.map(({ stem }) => stem).toSorted());
    expect(stems).toEqual([['000000', '000000.v1', '000001'], ['000002']]);
    expect(pages.map(({ lastRow }) => lastRow)).toEqual([1, 3]);
    expect(await store.heldNames(runId, 3, 2)).toEqual({ names: [], lastRow: null });
  });
});
