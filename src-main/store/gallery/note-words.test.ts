/** What reviewers wrote is found in the gallery, by words and by reasons. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EVERYTHING, type GalleryQuery, NONE, toggled } from '@shared/model/gallery';
import type { Review } from '@shared/model/review';
import { libraryPaths } from '../../library';
import { openDriver } from '../database/driver';
import type { Store } from '../store';
import {
  attemptFor,
  doneEnd,
  DRIVERS,
  fileOf,
  finishNext,
  type Library,
  plannedRun,
  temporaryLibrary,
} from '../testing/library-fixture';

const said = (note: string, reasons: readonly string[] = []): Review => ({
  verdict: 'rejected',
  reasons: [...reasons],
  note,
});

describe.each(DRIVERS)('what reviewers wrote on %s', (driver) => {
  let library: Library;
  let store: Store;
  let runId: number;
  let jobIds: readonly number[];
  beforeEach(async () => {
    library = temporaryLibrary(driver);
    store = await library.open();
    const run = await plannedRun(store, 3);
    runId = run.id;
    const styles = ['ink', 'oil', 'ink'];
    await store.addRows(
      run.datasetId,
      styles.map((style, row) => ({ row, index: row, fields: { style } })),
    );
    jobIds = [await finishNext(store, runId), await finishNext(store, runId), await finishNext(store, runId)];
  });
  afterEach(() => library.remove());

  async function review(jobId: number | undefined, what: Review | null): Promise<void> {
    await store.setReview(jobId ?? 0, (await store.job(jobId ?? 0))?.resultId ?? 0, what);
  }
  async function found(text: string): Promise<readonly number[]> {
    while ((await store.galleryStep()) !== 'done') {
      // Another few jobs.
    }
    const query: GalleryQuery = { ...EVERYTHING, sort: 'row', text };
    return await store.galleryIds({ query }, 0, 99);
  }

  it('is found by the words of a note, together with those of its row, until the note is another', async () => {
    const [first, second, third] = jobIds;
    expect(await found('ink')).toEqual([first, third]);
    await review(first, said('six fingers on the left hand'));
    expect(await found('fingers')).toEqual([first]);
    expect(await found('ink fing')).toEqual([first]);
    expect(await found('note:"left hand"')).toEqual([first]);
    expect(await found('style:fingers')).toEqual([]);
    expect(await found('ink -fingers')).toEqual([third]);
    await review(first, said('too dark'));
    expect(await found('fingers')).toEqual([]);
    await review(first, null);
    expect(await found('dark')).toEqual([]);
    expect(await found('ink')).toEqual([first, third]);
    expect(await found('-ink')).toEqual([second]);
  });

  it('leaves its row its words, though the note was there before they were taken in', async () => {
    const [first, , third] = jobIds;
    await review(first, said('six fingers'));
    expect(await found('ink')).toEqual([first, third]);
    await store.requeue(runId, { kind: 'jobs', jobIds: [first ?? 0] });
    await finishNext(store, runId);
    expect(await found('ink')).toEqual([first, third]);
    expect(await found('fingers')).toEqual([]);
  });

  it('comes back with the version it was said of', async () => {
    const [first = 0] = jobIds;
    const resultId = (await store.job(first))?.resultId ?? 0;
    await review(first, said('six fingers'));
    await store.requeue(runId, { kind: 'jobs', jobIds: [first] });
    const again = attemptFor(store, { id: first, runId });
    await store.sent([again]);
    await store.ended(doneEnd(again, fileOf('another')));
    await review(first, said('too dark'));
    expect(await found('dark')).toEqual([first]);
    await store.takeBack(first, resultId);
    expect(await found('fingers')).toEqual([first]);
    expect(await found('dark')).toEqual([]);
  });

  it('is found in a library of before, whose notes could not be searched', async () => {
    const [first, second] = jobIds;
    await review(first, said('six fingers'));
    await review(second, said(''));
    await store.close();
    const old = openDriver(libraryPaths(library.dir).database, driver);
    old.exec('DELETE FROM gallery_stale; PRAGMA user_version = 17;');
    old.exec(`UPDATE gallery_cursor SET job_id = ${jobIds.at(-1)};`);
    old.close();
    store = await library.open();
    expect(await found('fingers')).toEqual([first]);
  });

  it('is told apart by the reasons of a rejection', async () => {
    const [first, second, third] = jobIds;
    await review(first, said('', ['Artifacts', 'Cut off']));
    await review(second, said('', ['Artifacts']));
    await review(third, said(''));
    const { facets } = await store.searchGallery(EVERYTHING);
    expect(facets.reason).toEqual([
      { value: 'Artifacts', label: 'Artifacts', count: 2 },
      { value: 'Cut off', label: 'Cut off', count: 1 },
      { value: NONE, label: 'No reason given', count: 1 },
    ]);
    const cut = toggled(EVERYTHING, 'reason', { value: 'Cut off', mark: 'include' });
    expect(await store.galleryIds({ query: cut }, 0, 9)).toEqual([first]);
    await review(third, { reasons: [], note: '', verdict: 'accepted' });
    const after = (await store.searchGallery(EVERYTHING)).facets.reason;
    expect(after?.map(({ value }) => value)).toEqual(['Artifacts', 'Cut off']);
  });
});
