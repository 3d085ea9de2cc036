import type { Recipe, RunOptions } from '@shared/model/run';
import { describe, expect, it } from 'vitest';
import { createVirtualClock, type VirtualClock } from '../../engine/testing/virtual-clock';
import { Refusal } from '../../refusal';
import type { NewJob, Store, StoredRow, StoredRun } from '../../store/store';
import { DRIVERS, newRun, temporaryLibrary } from '../../store/testing/library-fixture';
import { plannedJobs, planRun } from './planner';

const recipe: Recipe = {
  task: 'edit',
  models: [{ provider: 'google_genai', model: 'm-1' }],
  instruction: '{{instruction}}',
  imageColumns: [],
  variants: 1,
};
const options: RunOptions = {
  filterRows: '',
  concurrency: 16,
  workers: 4,
  maxRetries: 0,
  retryDelayMs: 1000,
  allowPrivateUrls: false,
};

async function plan(
  rows: readonly StoredRow[],
  change: { recipe?: Partial<Recipe>; options?: Partial<RunOptions> } = {},
): Promise<NewJob[]> {
  const store = {
    rows: async (_dataset: number, from: number, limit: number) => rows.slice(from, from + limit),
  };
  const run = {
    datasetId: 1,
    recipe: { ...recipe, ...change.recipe },
    options: { ...options, ...change.options },
  };
  const jobs: NewJob[] = [];
  for await (const page of plannedJobs(store, run)) {
    jobs.push(...page);
  }
  return jobs;
}

const row = (at: number, index = at, fields: Record<string, string> = {}): StoredRow => ({
  row: at,
  index,
  fields,
});

describe('planning a run', () => {
  it('makes a job of each row, model and variant, in row order, without gaps', async () => {
    const models = [
      { provider: 'google_genai' as const, model: 'a' },
      { provider: 'openai' as const, model: 'b' },
    ];
    const jobs = await plan([row(0), row(1)], { recipe: { models, variants: 2 } });
    expect(jobs.map((job) => job.position)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(jobs.map((job) => job.stem).slice(0, 4)).toEqual([
      'a/000000_00',
      'a/000000_01',
      'b/000000_00',
      'b/000000_01',
    ]);
  });

  it('names rows the same whatever the filter leaves out', async () => {
    const rows = [row(0, 7), row(1, 7), row(2, 8)];
    const all = await plan(rows);
    const filtered = await plan(rows, { options: { filterRows: '1:' } });
    expect(filtered.map((job) => job.stem)).toEqual(all.slice(1).map((job) => job.stem));
    expect(filtered.map((job) => job.position)).toEqual([0, 1]);
  });

  it('gives a changed row another digest, and an equal one the same', async () => {
    const [before] = await plan([row(0, 0, { instruction: 'blue' })]);
    const [same] = await plan([row(0, 0, { instruction: 'blue' })]);
    const [after] = await plan([row(0, 0, { instruction: 'red' })]);
    expect(same?.digest).toBe(before?.digest);
    expect(after?.digest).not.toBe(before?.digest);
  });

  it('reads more rows than a page holds', async () => {
    const rows = Array.from({ length: 4500 }, (_, at) => row(at));
    expect(await plan(rows)).toHaveLength(4500);
  });

  it('loses no row after a gap in the numbers', async () => {
    const rows = Array.from({ length: 3000 }, (_, at) => row(at * 2));
    expect((await plan(rows)).map((job) => job.row)).toEqual(rows.map((one) => one.row));
  });

  it('refuses a filter it cannot read', async () => {
    await expect(plan([row(0)], { options: { filterRows: '0:10:2' } })).rejects.toThrow(Refusal);
  });
});

describe('a plan whose jobs are sent meanwhile', () => {
  /** A store where a page of jobs takes `PAGE_MS` to be written. */
  const PAGE_MS = 40;
  const rows = Array.from({ length: 1200 }, (_, at) => row(at));

  function slowStore(clock: VirtualClock, plannedDigest: string | null = null) {
    const pages: number[] = [];
    const planned: (string | null)[] = [];
    const store = {
      dataset: async () => ({ id: 1, rows: rows.length, importing: false }),
      plannedDigest: async () => plannedDigest,
      setPlannedDigest: async (_runId: number, digest: string | null) => void planned.push(digest),
      rows: async (_dataset: number, from: number, limit: number) => rows.slice(from, from + limit),
      planJobs: async (_runId: number, jobs: readonly NewJob[]) => {
        await new Promise<void>((resolve) => clock.setTimer(PAGE_MS, resolve));
        pages.push(jobs.length);
        return { added: jobs.length, changed: 0, unsure: 0 };
      },
    };
    return { store: store as unknown as Store, pages, planned };
  }

  const run = { id: 1, datasetId: 1, recipe, options, requests: 0, counts: { done: 0 } } as StoredRun;

  it('rests after each page for as long as it took', async () => {
    const clock = createVirtualClock();
    const { store, pages, planned } = slowStore(clock);
    const { begun, whole } = planRun(store, run, { beside: clock });
    await clock.advance(PAGE_MS);
    await begun;
    expect(pages).toEqual([500]);
    await clock.advance(2 * PAGE_MS - 1);
    expect(pages).toEqual([500]);
    await clock.advance(1);
    expect(pages).toEqual([500, 500]);
    await clock.advance(2 * PAGE_MS);
    expect(pages).toEqual([500, 500, 200]);
    expect((await clock.runAll(1_000), await whole).added).toBe(1200);
    expect(planned.at(-1)).toEqual(expect.any(String));
  });

  it('does not rest where nothing is sent before all of it is there', async () => {
    const clock = createVirtualClock();
    for (const { moved, how } of [
      { moved: null, how: {} },
      { moved: 'moved', how: { beside: clock, isHalted: () => false } },
    ]) {
      const { store, pages } = slowStore(clock, moved);
      void planRun(store, run, how);
      await clock.advance(3 * PAGE_MS);
      expect(pages).toEqual([500, 500, 200]);
    }
  });
});

describe.each(DRIVERS)('a plan that is repeated, on %s', (driver) => {
  it('is gone through again only when what it follows from has changed, or it was cut off', async () => {
    const library = temporaryLibrary(driver);
    try {
      const store = await library.open();
      const dataset = await store.createDataset({
        name: 'a',
        format: 'csv',
        sourcePath: null,
        baseDir: null,
      });
      await store.addRows(dataset.id, [row(0), row(1), row(2)]);
      const run = await store.createRun(newRun(dataset.id));
      let pages = 0;
      const counting = {
        ...store,
        planJobs: (id: number, jobs: readonly NewJob[]) => ((pages += 1), store.planJobs(id, jobs)),
      };
      const plan = async (given = run) => (await planRun(counting, given).whole).added;

      expect(await plan()).toBe(3);
      // Rows are still coming in: the same plan may be longer the next time.
      await store.addRows(dataset.id, [row(3)]);
      expect(await plan()).toBe(1);
      await store.finishDataset(dataset.id, ['a'], []);
      await plan();
      pages = 0;
      expect(await plan()).toBe(0);
      expect(pages).toBe(0);

      const wider = { ...run, recipe: { ...run.recipe, variants: 2 } };
      const cutOff = { ...counting, planJobs: () => Promise.reject(new Error('The disk is full.')) };
      await expect(planRun(cutOff, wider).whole).rejects.toThrow('full');
      expect(await store.plannedDigest(run.id)).toBeNull();
      expect(await plan(wider)).toBe(4);
      expect(await plan(wider)).toBe(0);
    } finally {
      await library.remove();
    }
  });
});
