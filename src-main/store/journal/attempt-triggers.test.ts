/** What the change of an attempt or of a job's result does elsewhere, in new libraries and in those of before. */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EVERYTHING, type GalleryChange } from '@shared/model/gallery';
import { libraryPaths } from '../../library';
import { openDriver } from '../database/driver';
import { APPLICATION_ID, MIGRATIONS } from '../database/migrations';
import type { Store, StoredRun } from '../store';
import {
  attemptFor,
  doneEnd,
  DRIVERS,
  failedEnd,
  fileOf,
  finishNext,
  type Library,
  plannedRun,
  sendNext,
  temporaryLibrary,
} from '../testing/library-fixture';

/** The last version whose triggers stood on every change of state. */
const BEFORE = 10;

describe.each(DRIVERS)('on %s', (driver) => {
  let library: Library;
  beforeEach(() => {
    library = temporaryLibrary(driver);
  });
  afterEach(() => library.remove());

  /** As that version made it. */
  function makeOld(): void {
    const path = libraryPaths(library.dir).database;
    mkdirSync(dirname(path), { recursive: true });
    const old = openDriver(path, driver);
    MIGRATIONS.slice(0, BEFORE).forEach(old.exec);
    old.exec(`PRAGMA user_version = ${BEFORE}; PRAGMA application_id = ${APPLICATION_ID};`);
    old.close();
  }

  const triggers = async (store: Store): Promise<readonly string[]> => {
    await store.close();
    const db = openDriver(libraryPaths(library.dir).database, driver);
    const names = db.prepare<{ name: string }>(`SELECT name FROM sqlite_schema WHERE type = 'trigger'`).all();
    db.close();
    return names.map(({ name }) => name).toSorted();
  };

  describe.each(['new', 'of before'])('a library that is %s', (age) => {
    let store: Store;
    let run: StoredRun;
    beforeEach(async () => {
      if (age === 'of before') {
        makeOld();
      }
      store = await library.open();
      run = await plannedRun(store, 9);
    });

    const remembered = async (): Promise<readonly number[]> =>
      (await store.unfinishedFiles(null, 0, 99)).map(({ attemptId }) => attemptId);

    it('has the same triggers', async () => {
      expect(await triggers(store)).toEqual(['attempts_failed', 'attempts_lost', 'gallery_asked_anew']);
    });

    it('remembers what each attempt that brought nothing may have left on disk', async () => {
      await finishNext(store, run.id);
      const [broken, refused] = [await sendNext(store, run.id, {}), await sendNext(store, run.id, {})];
      await store.ended(failedEnd(broken, 'malformed'));
      await store.ended(failedEnd(refused, 'invalid_key'));
      const retried = await sendNext(store, run.id, {});
      await store.ended(failedEnd(retried, 'network', { kind: 'again', counted: true }));
      const withWorker = await sendNext(store, run.id, {});
      const lost = { outcome: { kind: 'lost' }, next: { kind: 'unknown' } } as const;
      await store.ended({ ...doneEnd(withWorker, fileOf('x')), ...lost });
      const given = await sendNext(store, run.id, {});
      await store.received(given.attemptId, fileOf('x'));
      await store.ended({ ...doneEnd(given, fileOf('x')), ...lost });
      // Its answer had come whole: its place waits for it.
      const over = [broken, retried, withWorker, given];
      expect(await remembered()).toEqual(over.map(({ attemptId }) => attemptId));
      await store.requeue(run.id, { kind: 'jobs', jobIds: [given.jobId] });
      const last = attemptFor(store, { id: given.jobId, runId: run.id });
      await store.sent([last]);
      expect(await remembered()).toEqual(over.map(({ attemptId }) => attemptId));
      store = await library.open();
      await store.recover();
      expect(await remembered()).toEqual([...over, last].map(({ attemptId }) => attemptId));
    });

    it('takes out of the trash what has another result, or none', async () => {
      const trash = async (jobId: number): Promise<void> => {
        const what: GalleryChange = { kind: 'trash' };
        await store.changeInGallery(await store.beginGalleryStep(what), what, [jobId]);
      };
      const trashed = async () => (await store.searchGallery(EVERYTHING)).trashed;
      const jobId = await finishNext(store, run.id);
      const first = (await store.job(jobId))?.resultId ?? 0;
      await trash(jobId);
      expect(await trashed()).toBe(1);
      await store.requeue(run.id, { kind: 'jobs', jobIds: [jobId] });
      expect(await store.job(jobId)).not.toHaveProperty('isTrashed');
      const next = attemptFor(store, { id: jobId, runId: run.id });
      await store.sent([next]);
      await store.ended(doneEnd(next, fileOf('another')));
      await trash(jobId);
      await store.takeBack(jobId, first);
      expect(await trashed()).toBe(0);
    });

    it('leaves a failure in the trash until its job has a result', async () => {
      const start = await sendNext(store, run.id, {});
      await store.ended(failedEnd(start, 'blocked'));
      const what: GalleryChange = { kind: 'trash' };
      await store.changeInGallery(await store.beginGalleryStep(what), what, [start.jobId]);
      await store.requeue(run.id, { kind: 'failed' });
      expect(await store.job(start.jobId)).toMatchObject({ state: 'pending', isTrashed: true });
      await store.sent([attemptFor(store, { id: start.jobId, runId: run.id })]);
      const again = (await store.attempts(start.jobId)).at(-1);
      await store.ended(doneEnd({ ...start, attemptId: again?.id ?? 0 }, fileOf('x')));
      expect(await store.job(start.jobId)).not.toHaveProperty('isTrashed');
    });
  });
});
