import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { libraryPaths } from '../../library';
import { openDriver } from '../database/driver';
import type { Store } from '../store';
import { DRIVERS, type Library, newJobs, newRun, temporaryLibrary } from '../testing/library-fixture';

const ROWS = 11_000;
const CHANGED = [0, 7000, ROWS - 1];

describe.each(DRIVERS)('a run that goes on with another reading of its file, on %s', (driver) => {
  let library: Library;
  let store: Store;
  let later: (() => void)[];
  let runId: number;
  let before: number;
  let after: number;

  beforeEach(async () => {
    later = [];
    library = temporaryLibrary(driver);
    store = await library.open({ soon: (callback) => void later.push(callback) });
    before = await reading((row) => `of ${row}`);
    after = await reading((row) => (CHANGED.includes(row) ? 'another' : `of ${row}`));
    runId = (await store.createRun(newRun(before))).id;
    await store.planJobs(runId, newJobs(ROWS));
  });
  afterEach(() => library.remove());

  async function reading(promptOf: (row: number) => string): Promise<number> {
    const { id } = await store.createDataset({
      name: 'cats.csv',
      format: 'csv',
      sourcePath: '/data/cats.csv',
      baseDir: '/data',
    });
    await store.addRows(
      id,
      Array.from({ length: ROWS }, (_, row) => ({ row, index: row, fields: { prompt: promptOf(row) } })),
    );
    await store.finishDataset(id, ['prompt'], []);
    return id;
  }

  /** All that is asked for by now is answered, and no more than one step is made. */
  async function step(): Promise<boolean> {
    await new Promise((resolve) => setImmediate(resolve));
    const next = later.shift();
    next?.();
    return next !== undefined;
  }

  it('has it at once, and leaves room for other calls while words are noted and rows go', async () => {
    let isOver = false;
    const moving = store.setRunDataset(runId, after).then(() => {
      isOver = true;
    });
    const left: number[] = [];
    while (await step()) {
      expect(isOver).toBe(false);
      expect(await store.run(runId)).toMatchObject({ datasetId: after });
      left.push((await store.rows(before, 0, ROWS)).length);
      // No new run may be made of rows that are on their way out.
      expect(await store.dataset(before)).toBeNull();
      expect((await store.datasets()).map(({ id }) => id)).toEqual([after]);
    }
    await moving;
    // Words first: they are told apart by the rows of before.
    expect(left).toEqual([ROWS, ROWS, ROWS - 5000, ROWS - 10_000, 0]);
    expect(await store.dataset(before)).toBeNull();
    expect(await store.rows(after, 0, ROWS)).toHaveLength(ROWS);
    const ids = (await store.jobs({ runId, offset: 0, limit: ROWS })).jobs
      .filter(({ row }) => CHANGED.includes(row))
      .map(({ id }) => id);
    await store.close();
    const db = openDriver(libraryPaths(library.dir).database, driver);
    const stale = db.prepare<{ job_id: number }>('SELECT job_id FROM gallery_stale ORDER BY job_id').all();
    db.close();
    expect(stale.map(({ job_id }) => job_id)).toEqual(ids);
  });

  it('is rid of the earlier one also where its process ends meanwhile', async () => {
    const moving = store.setRunDataset(runId, after);
    while ((await store.rows(before, 0, ROWS)).length === ROWS) {
      await step();
    }
    await store.close();
    later.forEach((callback) => callback());
    await expect(moving).rejects.toMatchObject({ code: 'CLOSED' });
    store = await library.open();
    await store.recover();
    expect([await store.dataset(before), await store.rows(before, 0, 1)]).toEqual([null, []]);
    expect(await store.dataset(after)).toMatchObject({ importing: false });
  });
});
