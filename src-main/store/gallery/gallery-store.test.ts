import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  EVERYTHING,
  type GalleryChange,
  type GalleryQuery,
  type GallerySelection,
  toggled,
} from '@shared/model/gallery';
import type { Store, StoredRun } from '../store';
import {
  attemptFor,
  DRIVERS,
  failedEnd,
  finishNext,
  type Library,
  newJobs,
  newRun,
  temporaryLibrary,
} from '../testing/library-fixture';

const ROWS = [
  { instruction: 'Make the sky red', style: 'ink', note: '' },
  { instruction: 'make the SKY blue', style: 'oil on canvas', note: 'naïve' },
  { instruction: 'Put snow on it', style: 'Ink', note: '把天空变红' },
  { instruction: 'A "quoted" thing; 50% off', style: 'photo', note: 'data:image/png;base64,skyskysky' },
];

describe.each(DRIVERS)('the gallery on %s', (driver) => {
  let library: Library;
  let store: Store;
  let run: StoredRun;

  beforeEach(async () => {
    library = temporaryLibrary(driver);
    store = await library.open();
    run = await filledRun(store);
  });
  afterEach(() => library.remove());

  const ask = (query: Partial<GalleryQuery>) => store.searchGallery({ ...EVERYTHING, ...query });
  const idsOf = async (query: Partial<GalleryQuery>): Promise<readonly number[]> =>
    store.galleryIds({ query: { ...EVERYTHING, sort: 'row', ...query } }, 0, 1000);
  /** Rows that a text finds. */
  const rowsFor = async (text: string): Promise<readonly number[]> =>
    (await store.jobsById(await idsOf({ text }))).map(({ row }) => row);
  async function catchUp(): Promise<void> {
    while ((await store.galleryStep()) !== 'done') {
      // Another few jobs.
    }
  }
  async function change(what: GalleryChange, jobIds: readonly number[]): Promise<number> {
    const step = await store.beginGalleryStep(what);
    await store.changeInGallery(step, what, jobIds);
    return step;
  }
  async function undo(stepId: number): Promise<number> {
    const { into } = await store.beginGalleryUndo(stepId);
    await store.undoInGallery({ stepId, into, afterId: 0 }, 1000);
    return into;
  }

  it('finds words, phrases, beginnings, columns and what is left out', async () => {
    await catchUp();
    expect(await rowsFor('sky')).toEqual([0, 1]);
    expect(await rowsFor('sky -red')).toEqual([1]);
    expect(await rowsFor('-sky')).toEqual([2, 3]);
    expect(await rowsFor('"the sky"')).toEqual([0, 1]);
    expect(await rowsFor('"sky the"')).toEqual([]);
    expect(await rowsFor('sno')).toEqual([2]);
    expect(await rowsFor('"sno"')).toEqual([]);
    expect(await rowsFor('style:ink')).toEqual([0, 2]);
    expect(await rowsFor('style:"on canvas"')).toEqual([1]);
    expect(await rowsFor('instruction:ink')).toEqual([]);
    expect(await rowsFor('naive')).toEqual([1]);
    expect(await rowsFor('天空')).toEqual([2]);
    expect(await rowsFor('"quoted thing"')).toEqual([3]);
  });

  it('answers whatever is typed', async () => {
    await catchUp();
    const typed = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.string({
        unit: fc.constantFrom('"', "'", '*', '-', ':', '(', ')', 'a', ' ', 'NOT ', 'AND ', '^', '{'),
      }),
    );
    await fc.assert(
      fc.asyncProperty(typed, async (text) => {
        const { total } = await ask({ text });
        expect(total).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 60 },
    );
  });

  it('hears of new results, verdicts and reruns at once, and of words after a step', async () => {
    expect((await ask({})).total).toBe(4);
    const late = await filledRun(store, '/nowhere/late');
    expect((await ask({})).total).toBe(8);
    const [first = 0] = await idsOf({});
    await store.requeue(late.id, { kind: 'jobs', jobIds: [first] });
    expect((await ask({})).total).toBe(7);
    expect((await ask({ text: 'snow' })).indexing).not.toBeNull();
    await catchUp();
    expect((await ask({ text: 'snow' })).total).toBe(2);
    expect((await ask({})).indexing).toBeNull();
  });

  it('reads instructions anew where a job asks for something else now', async () => {
    await catchUp();
    const changed = newJobs(4).map((job) => (job.row === 2 ? { ...job, digest: 'second' } : job));
    await store.planJobs(run.id, changed);
    await finishNext(store, run.id);
    const [job] = await store.jobsById(await idsOf({ text: 'snow' }));
    await store.requeueWith(job?.id ?? 0, 'Let it rain');
    await finishNext(store, run.id);
    await catchUp();
    expect(await rowsFor('instruction:snow')).toEqual([]);
    // Its column still says so.
    expect(await rowsFor('snow')).toEqual([2]);
    expect(await rowsFor('rain')).toEqual([2]);
    expect(await rowsFor('style:ink')).toEqual([0, 2]);
  });

  it('finds cells of another reading of the rows, also those that no job reads', async () => {
    await catchUp();
    const { id } = await store.createDataset({ name: 'b', format: 'csv', sourcePath: null, baseDir: null });
    const rows = ROWS.map((fields, row) => ({
      row,
      index: row,
      fields: row === 1 ? { ...fields, by: 'Vermeer' } : fields,
    }));
    await store.addRows(id, rows);
    await store.setRunDataset(run.id, id);
    expect((await ask({})).indexing).not.toBeNull();
    await catchUp();
    expect(await rowsFor('by:vermeer')).toEqual([1]);
    expect(await rowsFor('sky')).toEqual([0, 1]);
  });

  it('keeps a list as it was while results come in', async () => {
    const query = { ...EVERYTHING };
    const { snapshot } = await ask({});
    const before = await store.galleryIds({ query, snapshot }, 0, 10);
    await filledRun(store, '/nowhere/late');
    expect(await store.galleryIds({ query, snapshot }, 0, 10)).toEqual(before);
    expect(await store.galleryPage({ query, snapshot }, 1, 2)).toMatchObject({ snapshot, total: 4 });
    expect(await store.galleryPage({ query, snapshot: 'gone' }, 0, 9)).toMatchObject({ total: 8 });
    expect(await store.galleryRow({ query: { ...query, sort: 'row' } }, 2, -1)).toBe(2);
    expect(await store.galleryRow({ query: { ...query, sort: 'row' } }, 2, 2)).toBe(6);
    expect(await store.galleryRow({ query, snapshot }, 99, -1)).toBeNull();
    expect(await store.galleryPlace({ query, snapshot }, before[3] ?? 0)).toBe(3);
  });

  it('counts verdicts, failures and tags, and finds by them', async () => {
    const start = attemptFor(store, await extraJob(store, run));
    await store.sent([start]);
    await store.ended(failedEnd(start, 'blocked'));
    const [first = 0, second = 0] = await idsOf({});
    await change({ kind: 'verdict', verdict: 'accepted' }, [first]);
    await change({ kind: 'addTag', name: 'Print' }, [first, second]);
    const { facets } = await ask({});
    expect(facets.verdict).toEqual([
      { value: 'unset', label: 'No verdict', count: 3 },
      { value: 'accepted', label: 'Accepted', count: 1 },
    ]);
    expect(facets.failure).toMatchObject([{ value: 'blocked', count: 1 }]);
    const [tag] = await store.tags();
    expect(tag).toMatchObject({ name: 'Print', count: 2 });
    const tagged = toggled(EVERYTHING, 'tag', { value: `${tag?.id}`, mark: 'include' });
    expect((await store.searchGallery(tagged)).total).toBe(2);
    const failed = toggled(EVERYTHING, 'failure', { value: 'blocked', mark: 'include' });
    expect((await store.searchGallery(failed)).total).toBe(1);
  });

  it('undoes verdicts, tags and deletions, and undoes the undoing', async () => {
    const jobIds = await idsOf({});
    const [first = 0] = jobIds;
    const [job] = await store.jobsById([first]);
    const review = { verdict: 'rejected', reasons: ['Artifacts'], note: 'hands', rating: 2 } as const;
    await store.setReview(first, job?.resultId ?? 0, { ...review, reasons: [...review.reasons] });
    const accepted = await change({ kind: 'verdict', verdict: 'accepted' }, jobIds);
    expect((await store.job(first))?.review).toEqual({
      verdict: 'accepted',
      reasons: [],
      note: 'hands',
      rating: 2,
    });
    const redo = await undo(accepted);
    expect((await store.job(first))?.review).toEqual(review);
    expect((await ask({})).facets.verdict).toMatchObject([{ value: 'unset', count: 3 }, { count: 1 }]);
    await undo(redo);
    expect((await ask({})).facets.verdict).toMatchObject([{ value: 'accepted', count: 4 }]);

    const tagged = await change({ kind: 'addTag', name: 'x' }, jobIds);
    await change({ kind: 'removeTag', name: 'X' }, [first]);
    await undo(tagged);
    expect((await store.tags())[0]?.count).toBe(0);

    const deleted = await change({ kind: 'trash' }, jobIds.slice(1));
    expect(await ask({})).toMatchObject({ total: 1, all: 1, trashed: 3 });
    expect((await ask({ place: 'trash' })).total).toBe(3);
    expect(await store.reviewQueue(run.id, 'all')).toEqual([first]);
    expect(await store.reviewCounts(run.id)).toMatchObject({ accepted: 1, unset: 0 });
    await undo(deleted);
    expect(await ask({})).toMatchObject({ total: 4, trashed: 0 });
  });

  it('undoes what a step changed, not what was said since', async () => {
    const [first = 0] = await idsOf({});
    const resultId = (await store.job(first))?.resultId ?? 0;
    const said = async () => (await store.job(first))?.review;
    const accepted = await change({ kind: 'verdict', verdict: 'accepted' }, [first]);
    await store.setReview(first, resultId, { verdict: 'accepted', reasons: [], note: 'sharp', rating: 5 });
    const redo = await undo(accepted);
    expect(await said()).toEqual({ reasons: [], note: 'sharp', rating: 5 });
    await store.setReview(first, resultId, { reasons: [], note: 'sharper', rating: 5 });
    await undo(redo);
    expect(await said()).toEqual({ verdict: 'accepted', reasons: [], note: 'sharper', rating: 5 });
    const rated = await change({ kind: 'rating', rating: 1 }, [first]);
    await change({ kind: 'verdict', verdict: 'rejected' }, [first]);
    await undo(rated);
    expect(await said()).toEqual({ verdict: 'rejected', reasons: [], note: 'sharper', rating: 5 });
  });

  it('undoes its own tag and its own verdict, not those given to some of the results since', async () => {
    const jobIds = await idsOf({});
    const [first = 0, second = 0] = jobIds;
    const tags = async () => (await store.tags()).map(({ name, count }) => [name, count]);
    const tagged = await change({ kind: 'addTag', name: 'a' }, jobIds);
    await change({ kind: 'addTag', name: 'b' }, [first]);
    const redo = await undo(tagged);
    expect(await tags()).toEqual([
      ['a', 0],
      ['b', 1],
    ]);
    await undo(redo);
    expect(await tags()).toEqual([
      ['a', 4],
      ['b', 1],
    ]);

    const accepted = await change({ kind: 'verdict', verdict: 'accepted' }, jobIds);
    const rejected = { verdict: 'rejected', reasons: ['Artifacts'], note: '' } as const;
    await store.setReview(first, (await store.job(first))?.resultId ?? 0, {
      ...rejected,
      reasons: ['Artifacts'],
    });
    await undo(accepted);
    expect((await store.job(first))?.review).toEqual(rejected);
    expect((await store.job(second))?.review).toBeNull();
  });

  it('knows a run by its new name, with all that is filed under it', async () => {
    await catchUp();
    const { total } = await ask({});
    const named = async () => (await ask({})).facets.run;
    expect(await named()).toEqual([{ value: `${run.id}`, label: run.name, count: total }]);
    await store.setRunName(run.id, 'Snow');
    expect(await named()).toEqual([{ value: `${run.id}`, label: 'Snow', count: total }]);
    const [jobId = 0] = await idsOf({});
    await change({ kind: 'rating', rating: 4 }, [jobId]);
    expect(await named()).toEqual([{ value: `${run.id}`, label: 'Snow', count: total }]);
  });

  it('does not put a verdict back on a result that was replaced meanwhile', async () => {
    const [first = 0] = await idsOf({});
    await change({ kind: 'verdict', verdict: 'accepted' }, [first]);
    const step = await change({ kind: 'verdict', verdict: 'rejected' }, [first]);
    await store.requeue(run.id, { kind: 'jobs', jobIds: [first] });
    await finishNext(store, run.id);
    await undo(step);
    expect((await store.job(first))?.review).toBeNull();
  });

  it('takes a result that was made anew out of the trash', async () => {
    const [first = 0] = await idsOf({});
    await change({ kind: 'trash' }, [first]);
    await store.requeue(run.id, { kind: 'jobs', jobIds: [first] });
    await finishNext(store, run.id);
    expect(await ask({})).toMatchObject({ total: 4, trashed: 0 });
  });

  it('forgets what was deleted for good, and never sends it again by itself', async () => {
    const [first = 0, second = 0] = await idsOf({});
    await change({ kind: 'trash' }, [first, second]);
    const files = await store.trashedFiles(0, 10);
    expect(files.map(({ paths }) => paths.length)).toEqual([1, 1]);
    // The second was taken out meanwhile.
    await change({ kind: 'restore' }, [second]);
    expect(await store.forgetTrashed([first, second])).toBe(1);
    expect(await store.counts(run.id)).toMatchObject({ done: 3, cancelled: 1, pending: 0 });
    expect(await ask({})).toMatchObject({ total: 3, trashed: 0 });
  });

  it('walks through a selection by ids or by query, page by page', async () => {
    const all = await idsOf({});
    const [first = 0, second = 0, third = 0] = all;
    const byIds: GallerySelection = { kind: 'ids', jobIds: [third, first, first, 99_999] };
    expect(await store.selectionIds(byIds, 0, 1)).toEqual([first]);
    expect(await store.selectionIds(byIds, first, 5)).toEqual([third]);
    const matching: GallerySelection = { kind: 'matching', query: EVERYTHING, except: [second] };
    expect(await store.selectionIds(matching, 0, 2)).toEqual([first, third]);
    expect(await store.selectionIds(matching, third, 9)).toEqual([all[3]]);
    expect(await store.selectionSum(matching)).toMatchObject({ count: 3, done: 3, runs: 1, costUsd: 0.12 });
  });

  it('survives a restart: words, tags, trash and views', async () => {
    await catchUp();
    const [first = 0] = await idsOf({});
    await change({ kind: 'trash' }, [first]);
    const saved = await store.saveSmartView({ name: 'Skies', query: { ...EVERYTHING, text: 'sky' } });
    store = await library.open();
    expect(await store.smartViews()).toEqual([saved]);
    expect(await rowsFor('sky')).toEqual([1]);
    expect((await ask({ text: 'sky' })).indexing).toBeNull();
    await store.removeSmartView(saved.id);
    expect(await store.smartViews()).toEqual([]);
    expect(await store.saveSmartView(saved)).toEqual(saved);
  });

  it('leaves out a run whose folder another took over', async () => {
    expect((await ask({})).total).toBe(4);
    await filledRun(store);
    expect((await ask({})).total).toBe(4);
  });
});

async function filledRun(store: Store, outputDir?: string): Promise<StoredRun> {
  const dataset = await store.createDataset({
    name: 'cats.csv',
    format: 'csv',
    sourcePath: '/data/cats.csv',
    baseDir: '/data',
  });
  await store.addRows(
    dataset.id,
    ROWS.map((fields, row) => ({ row, index: row, fields })),
  );
  const run = await store.createRun(newRun(dataset.id, outputDir));
  await store.planJobs(run.id, newJobs(ROWS.length));
  for (const _row of ROWS) {
    await finishNext(store, run.id);
  }
  return run;
}

async function extraJob(store: Store, run: StoredRun): Promise<{ id: number; runId: number }> {
  await store.planJobs(run.id, newJobs(1, ROWS.length));
  const [job] = await store.pending(run.id, 0, 1);
  return { id: job?.id ?? 0, runId: run.id };
}

it('leaves out answers, and what a session failed to get', async () => {
  const library = temporaryLibrary('node');
  const store = await library.open();
  const { id } = await store.createDataset({ name: 'd', format: 'jsonl', sourcePath: null, baseDir: null });
  await store.addRows(id, [{ row: 0, index: 0, fields: { request: 'sky', prompt: 'sky' } }]);
  const plain = newRun(id, '/out/session');
  const text = { system: '', generation: {}, answer: { kind: 'text' } } as const;
  const recipe = { ...plain.recipe, instruction: '{{prompt}}', task: 'text', text } as const;
  // As each session's: its rows say themselves what they ask for.
  const session = await store.createRun({ ...plain, origin: 'session', recipe });
  await store.planJobs(session.id, newJobs(2));
  await finishNext(store, session.id);
  const [job] = await store.pending(session.id, -1, 1);
  const start = attemptFor(store, job ?? { id: 0, runId: 0 });
  await store.sent([start]);
  await store.ended(failedEnd(start, 'blocked'));
  const asked = await store.createRun({ ...newRun(id, '/out/text'), recipe });
  await store.planJobs(asked.id, newJobs(1));
  await finishNext(store, asked.id);
  while ((await store.galleryStep()) !== 'done') {
    // Another few jobs.
  }
  const found = await store.searchGallery(EVERYTHING);
  expect([found.total, found.facets.state?.map(({ value, count }) => [value, count])]).toEqual([
    1,
    [['done', 1]],
  ]);
  expect((await store.searchGallery({ ...EVERYTHING, text: 'sky' })).total).toBe(0);
  await library.remove();
});
