/** Rows of a cancelled run that no job was made of yet: whoever plans them has them cancelled, until somebody asks for them. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDriver } from '../database/driver';
import { libraryPaths } from '../../library';
import type { Store } from '../store';
import { DRIVERS, type Library, newJobs, newRun, temporaryLibrary } from '../testing/library-fixture';
import { REST_CANCELLED_SCHEMA } from './rest-cancelled';

describe.each(DRIVERS)('the rest of a cancelled run, on %s', (driver) => {
  let library: Library;
  let store: Store;
  let runId = 0;
  beforeEach(async () => {
    library = temporaryLibrary(driver);
    store = await library.open();
    const dataset = await store.createDataset({ name: 'd', format: 'csv', sourcePath: null, baseDir: null });
    runId = (await store.createRun(newRun(dataset.id))).id;
    await store.planJobs(runId, newJobs(2));
  });
  afterEach(() => library.remove());

  const counts = () => store.counts(runId);
  const jobIds = async () => (await store.jobs({ runId, offset: 0, limit: 9 })).jobs.map(({ id }) => id);

  it('is cancelled as it is planned, whatever state its run has come to, and what goes again is not', async () => {
    await store.cancelPending(runId);
    const [first = 0] = await jobIds();
    await store.requeue(runId, { kind: 'jobs', jobIds: [first] });
    await store.setRunState(runId, { kind: 'paused', reason: '' });
    expect(await store.planJobs(runId, newJobs(4))).toMatchObject({ added: 2 });
    expect(await counts()).toMatchObject({ pending: 1, cancelled: 3 });
    // Rows that ask for something else by now.
    const changed = newJobs(4).map((job) => ({ ...job, digest: 'other' }));
    await store.planJobs(runId, changed);
    expect(await counts()).toMatchObject({ pending: 1, cancelled: 3 });
    expect(await store.run(runId)).toMatchObject({ isRestCancelled: true });
  });

  it.each([
    ['has what was cancelled sent again', () => store.requeue(runId, { kind: 'cancelled' }), 4],
    ['asks for all of it', () => store.wantRest(runId), 2],
  ])('is pending once somebody %s', async (_how, ask, pending) => {
    await store.cancelPending(runId);
    await ask();
    await store.planJobs(runId, newJobs(4));
    expect(await counts()).toMatchObject({ pending, cancelled: 4 - pending });
    expect(await store.run(runId)).toMatchObject({ isRestCancelled: false });
  });

  it('is known of runs that were cancelled before a library noted it', async () => {
    await store.cancelPending(runId);
    await store.setRunState(runId, { kind: 'finished' });
    const whole = await store.createRun(newRun((await store.run(runId))?.datasetId ?? 0, '/nowhere/whole'));
    await store.planJobs(whole.id, newJobs(1));
    await store.cancelPending(whole.id);
    await store.setRunState(whole.id, { kind: 'finished' });
    await store.setPlannedDigest(whole.id, 'digest');
    await store.close();
    const { database } = libraryPaths(library.dir);
    const db = openDriver(database, driver);
    db.exec('ALTER TABLE runs DROP COLUMN rest_cancelled;');
    db.exec(REST_CANCELLED_SCHEMA);
    db.close();
    store = await library.open();
    expect(await store.run(runId)).toMatchObject({ isRestCancelled: true });
    expect(await store.run(whole.id)).toMatchObject({ isRestCancelled: false });
  });
});
