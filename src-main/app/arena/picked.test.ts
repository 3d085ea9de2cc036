/** An arena of results chosen in the gallery, on a real database: of them alone, across runs where they answer the same. */
import { EVERYTHING, type GallerySelection } from '@shared/model/gallery';
import type { ModelChoice } from '@shared/model/run';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Store } from '../../store/store';
import {
  attemptFor,
  doneEnd,
  fileOf,
  type Library,
  newJobs,
  newRun,
  temporaryLibrary,
} from '../../store/testing/library-fixture';
import { createArenas } from './arenas';

const ONE = { provider: 'openai', model: 'model-one' } as const;
const TWO = { provider: 'openai', model: 'model-two' } as const;

let library: Library;
let store: Store;
beforeEach(async () => {
  library = temporaryLibrary('node');
  store = await library.open();
});
afterEach(() => library.remove());

let imports = 0;
/** A file of its own, whose rows name a picture each. */
async function dataset(rows: number): Promise<number> {
  imports += 1;
  const { id } = await store.createDataset({
    name: `import-${imports}.csv`,
    format: 'csv',
    sourcePath: `/data/import-${imports}.csv`,
    baseDir: '/data',
  });
  await store.addRows(
    id,
    Array.from({ length: rows }, (_, row) => ({ row, index: row, fields: { image: `pictures/${row}.png` } })),
  );
  return id;
}

interface Given {
  readonly datasetId: number;
  readonly instruction?: string;
  readonly models?: readonly ModelChoice[];
  readonly rows?: number;
}

let runs = 0;
/** A run that is done; its jobs, model by model. */
async function run({ datasetId, instruction = 'Tint it blue', models = [ONE], rows = 3 }: Given) {
  runs += 1;
  const given = newRun(datasetId, `/out/${runs}`);
  const recipe = { ...given.recipe, task: 'edit' as const, instruction, imageColumns: ['image'] };
  const { id } = await store.createRun({ ...given, name: `run ${runs}`, recipe });
  const jobIds: number[] = [];
  for (const [at, model] of models.entries()) {
    await store.planJobs(
      id,
      newJobs(rows).map((job) => ({
        ...job,
        position: job.position + at * rows,
        model,
        stem: `${model.model}/${job.stem}`,
      })),
    );
  }
  for (let left = rows * models.length; left > 0; left -= 1) {
    const [job] = await store.pending(id, 0, 1);
    if (job === undefined) {
      throw new Error('No job is pending.');
    }
    const start = { ...attemptFor(store, job), model: job.model.model };
    await store.sent([start]);
    await store.ended(doneEnd(start, fileOf((await store.job(job.id))?.stem ?? '')));
    jobIds.push(job.id);
  }
  return { id, jobIds };
}

const arenas = () => createArenas({ store, random: Math.random });
const chosen = (...jobIds: readonly (number | undefined)[]): { selection: GallerySelection } => ({
  selection: { kind: 'ids', jobIds: jobIds.flatMap((id) => id ?? []) },
});
const offered = async (source: { selection: GallerySelection }) =>
  Object.fromEntries((await arenas().offers(source)).offers.map(({ kind, pairs }) => [kind, pairs]));

describe('results chosen in the gallery', () => {
  it('are paired among themselves: what was not chosen is in no pair', async () => {
    const { jobIds } = await run({ datasetId: await dataset(3), models: [ONE, TWO] });
    const [one0, one1, , two0, two1] = jobIds;
    expect(await offered(chosen(...jobIds))).toEqual({ model: 3 });
    expect(await offered(chosen(one0, one1, two0))).toEqual({ model: 1 });

    const { id, pairs } = await arenas().create({ ...chosen(one1, two0, two1), kind: 'model' });
    expect(pairs).toBe(1);
    const pair = await arenas().pair(id, 0, false);
    const { left, right } = (await store.arenaPair(pair?.id ?? 0)) ?? {};
    expect([left?.jobId, right?.jobId].sort()).toEqual([one1, two1].sort());
    expect(await store.arenaPairFrom(id, 1, true)).toBeNull();
  });

  it('of two runs answer the same where instruction and inputs are the same, also in a file read twice', async () => {
    const first = await run({ datasetId: await dataset(3), models: [ONE] });
    const second = await run({ datasetId: await dataset(3), models: [TWO] });
    expect(await offered(chosen(...first.jobIds, ...second.jobIds))).toEqual({ model: 3, run: 3 });
    // Row 0 of the one and row 1 of the other are two pictures.
    expect(await offered(chosen(first.jobIds[0], second.jobIds[1]))).toEqual({});
  });

  it('with another instruction stand run against run over the same row, and rows of another file do not', async () => {
    const datasetId = await dataset(3);
    const blue = await run({ datasetId });
    const red = await run({ datasetId, instruction: 'Tint it red', models: [TWO] });
    expect(await offered(chosen(...blue.jobIds, ...red.jobIds))).toEqual({ run: 3 });
    const elsewhere = await run({ datasetId: await dataset(3), instruction: 'Tint it red' });
    expect(await offered(chosen(...blue.jobIds, ...elsewhere.jobIds))).toEqual({});
  });

  it('that a filter finds are compared without those left out', async () => {
    const { jobIds } = await run({ datasetId: await dataset(3), models: [ONE, TWO] });
    const query = { text: '', facets: {}, sort: 'newest', place: 'library' } as const;
    const except = jobIds.slice(0, 1);
    expect(await offered({ selection: { kind: 'matching', query, except } })).toEqual({ model: 2 });
  });

  it('that a filter found are not joined by those that came since', async () => {
    const { jobIds } = await run({ datasetId: await dataset(3), models: [ONE, TWO] });
    const seen = { snapshot: 'kept no longer', total: jobIds.length };
    const selection: GallerySelection = { kind: 'matching', query: EVERYTHING, except: [], seen };
    expect(await offered({ selection })).toEqual({ model: 3 });
    await run({ datasetId: await dataset(1), rows: 1 });
    await expect(arenas().create({ selection, kind: 'model' })).rejects.toMatchObject({ code: 'BAD_INPUT' });
  });
});

describe('where nothing can be compared', () => {
  const why = async (...jobIds: readonly (number | undefined)[]) => {
    const { offers, why: sentence } = await arenas().offers(chosen(...jobIds));
    expect(offers).toEqual([]);
    return sentence;
  };

  it('one sentence says why', async () => {
    const datasetId = await dataset(3);
    const { jobIds } = await run({ datasetId });
    const [one0, one1] = jobIds;
    const other = await run({ datasetId, models: [TWO] });
    expect(await why(one0)).toContain('Only one picture is selected');
    expect(await why(one0, one1)).toContain('come from one model, one run and one endpoint');
    expect(await why(one0, other.jobIds[1])).toContain('No two of the 2 selected pictures');
    expect(await why(999)).toContain('None of the selected results has a picture');
    await expect(arenas().create({ ...chosen(one0), kind: 'model' })).rejects.toMatchObject({
      code: 'BAD_INPUT',
    });
  });

  it('of runs, too', async () => {
    const { id } = await run({ datasetId: await dataset(3) });
    expect((await arenas().offers({ runIds: [id] })).why).toContain('No row here has results of two models');
  });
});
