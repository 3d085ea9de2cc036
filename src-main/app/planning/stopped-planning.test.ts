/** A planning that is stopped anywhere, and once more while it is repeated: in the end there is what one alone would have made. */
import type { Recipe } from '@shared/model/run';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Store, StoredRun } from '../../store/store';
import {
  DRIVERS,
  finishNext,
  type Library,
  newRun,
  temporaryLibrary,
} from '../../store/testing/library-fixture';
import { isPlanned, planRun } from './planner';

/** Five pages, the last of them not full. */
const ROWS = 2200;
const PAGES = 5;
const MODEL = { provider: 'openai', model: 'm' } as const;
const RECIPE: Recipe = {
  task: 't2i',
  models: [MODEL],
  instruction: '{{prompt}}',
  imageColumns: [],
  variants: 1,
  outputNameColumn: 'name',
};

describe.each(DRIVERS)('planning that is stopped, on %s', (driver) => {
  let library: Library;
  let store: Store;
  let datasetId = 0;
  beforeEach(async () => {
    library = temporaryLibrary(driver);
    store = await library.open();
    const created = await store.createDataset({ name: 'd', format: 'csv', sourcePath: null, baseDir: null });
    const rows = Array.from({ length: ROWS }, (_, row) => ({
      row,
      index: row,
      // Names are shared by rows of different pages: which of them gets which depends on all before it.
      fields: { prompt: `of ${row}`, name: `n${row % 700}` },
    }));
    await store.addRows(created.id, rows);
    datasetId = (await store.finishDataset(created.id, ['prompt', 'name'], [])).id;
  });
  afterEach(() => library.remove());

  const made = (outputDir: string): Promise<StoredRun> =>
    store.createRun({ ...newRun(datasetId, outputDir), recipe: RECIPE });

  const fresh = async ({ id }: StoredRun): Promise<StoredRun> => {
    const run = await store.run(id);
    expect(run).not.toBeNull();
    return run as StoredRun;
  };

  async function planUntil(run: StoredRun, pages: number): Promise<boolean> {
    let asked = 0;
    const isHalted = (): boolean => {
      asked += 1;
      return asked > pages;
    };
    const { isWhole } = await planRun(store, await fresh(run), { isHalted }).whole;
    expect(await isPlanned(store, await fresh(run))).toBe(isWhole);
    return isWhole;
  }

  async function jobsOf({ id }: StoredRun): Promise<unknown[]> {
    const jobs = [];
    for (let offset = 0; offset < ROWS + 1; offset += 500) {
      const page = await store.jobs({ runId: id, offset, limit: 500 });
      jobs.push(...page.jobs.map(({ row, position, index, stem }) => ({ row, position, index, stem })));
    }
    return jobs;
  }

  it('loses no row and doubles none, wherever it stops', async () => {
    const alone = await made('/out/alone');
    expect(await planUntil(alone, PAGES)).toBe(true);
    const wanted = await jobsOf(alone);
    expect(wanted).toHaveLength(ROWS);
    for (let first = 0; first < PAGES; first += 1) {
      const run = await made(`/out/${first}`);
      expect(await planUntil(run, first)).toBe(false);
      expect((await fresh(run)).counts.pending).toBe(first * 500);
      if (first % 2 === 1) {
        await finishNext(store, run.id);
      }
      const second = (first * 3 + 1) % PAGES;
      expect(await planUntil(run, second)).toBe(false);
      expect(await planUntil(run, PAGES)).toBe(true);
      expect(await jobsOf(run)).toEqual(wanted);
      expect((await fresh(run)).counts).toMatchObject({
        done: first % 2,
        pending: ROWS - (first % 2),
      });
    }
  });

  it('plans the rest where only some jobs were chosen, and nothing else', async () => {
    const rows = Array.from({ length: ROWS / 2 }, (_, at) => at * 2).join(',');
    const options = { ...newRun(datasetId, '').options, chosen: [{ ...MODEL, variant: 0, rows }] };
    const run = await store.createRun({ ...newRun(datasetId, '/out/some'), recipe: RECIPE, options });
    expect(await planUntil(run, 1)).toBe(false);
    expect((await fresh(run)).counts.pending).toBe(250);
    expect(await planUntil(run, PAGES)).toBe(true);
    expect((await fresh(run)).counts.pending).toBe(ROWS / 2);
  });
});
