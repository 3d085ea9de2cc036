/** The same command given twice at once, of command lines that share a library: every row is sent once. */
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { ScriptedServer } from '../../providers/testing/scripted-server';
import { deferred } from '../../deferred';
import type { FolderPlan } from '../runs/folder-plan';
import { freshFolderIn, startRun } from '../runs/run-request';
import { openPainterScene } from '../testing/painter-scene';
import { PICTURE_RECIPE, picturePlan, runPlan } from '../testing/picture-plan';
import type { TestLibrary } from '../testing/test-library';

let server: ScriptedServer;
let library: TestLibrary;
beforeEach(async () => {
  ({ server, library } = await openPainterScene());
});
afterEach(async () => {
  vi.restoreAllMocks();
  await library.remove();
  await server.close();
});

it.each(['resume', 'anew'] as const)(
  'one of two commands is refused (%s)',
  async (mode) => {
    const plan = picturePlan(library, {
      source: { kind: 'prompts', prompts: ['a cat', 'a dog', 'a hen', 'a cow'] },
      resume: mode === 'resume',
    });
    const both = await Promise.all([runPlan(library, plan), runPlan(library, plan)]);
    const ends = both.map(({ end }) => end);
    const [refused] = ends.filter(({ kind }) => kind === 'refused');
    expect(refused).toMatchObject({ sentence: expect.stringContaining('is under way already: wait for it') });
    expect(ends.filter(({ kind }) => kind === 'finished')).toMatchObject([{ run: { counts: { done: 4 } } }]);
    expect(server.requests).toHaveLength(4);
    expect(await library.app.store.runs()).toHaveLength(1);
  },
  30_000,
);

/** Two rows are done in `out`. */
async function done(): Promise<FolderPlan> {
  const plan = picturePlan(library, { source: { kind: 'prompts', prompts: ['a cat', 'a dog'] } });
  expect((await runPlan(library, plan)).end).toMatchObject({ kind: 'finished' });
  expect(server.requests).toHaveLength(2);
  return plan;
}

it('a rerun waits for who replaces its run, and is refused then', async () => {
  const plan = await done();
  const { store, runs } = library.app;
  const [old] = await store.runs();
  const { jobs } = await store.jobs({ runId: old?.id ?? 0, offset: 0, limit: 1 });
  const { promise: isHeld, resolve: release } = deferred();
  const create = store.createRun.bind(store);
  const replacing = vi.spyOn(store, 'createRun').mockImplementation(async (asked) => {
    await isHeld;
    return create(asked);
  });
  const command = runPlan(library, { ...plan, resume: false });
  await expect.poll(() => replacing.mock.calls.length).toBe(1);
  const again = runs.rerunJob(jobs[0]?.id ?? 0);
  const refused = expect(again).rejects.toThrow(/^Run \d+ was replaced by run \d+ in /);
  // Its stop, and whatever it would do without a turn, is through by then.
  await store.runs();
  setImmediate(release);
  await refused;
  expect((await command).end).toMatchObject({ run: { counts: { done: 2 } } });
  expect(server.requests).toHaveLength(4);
  expect((await readdir(plan.outputDir)).filter((name) => name.endsWith('.png'))).toHaveLength(2);
});

it('a rerun, a resume and the same command at once come to an end, and each job goes once more', async () => {
  const plan = await done();
  const { store, runs, versions } = library.app;
  const [run] = await store.runs();
  const runId = run?.id ?? 0;
  const { jobs } = await store.jobs({ runId, offset: 0, limit: 2 });
  const ends = await Promise.allSettled([
    runs.resume(runId),
    runs.rerunJob(jobs[0]?.id ?? 0),
    versions.rerun(jobs[1]?.id ?? 0),
    runPlan(library, plan),
    runs.resume(runId),
  ]);
  expect(ends.map(({ status }) => status)).toEqual(ends.map(() => 'fulfilled'));
  await runs.over(runId);
  expect(await store.counts(runId)).toMatchObject({ done: 2, pending: 0, unknown: 0 });
  expect(server.requests).toHaveLength(4);
});

it('two runs of the window at once have folders of their own', async () => {
  const { app } = library;
  const base = join(library.folder, 'runs');
  const dataset = await app.importer.prompts('animals', ['a cat', 'a dog']);
  const request = { datasetId: dataset.id, recipe: PICTURE_RECIPE, options: {} };
  const where = { defaultOutputDir: base, granted: (token: string) => token };
  const runs = await Promise.all([startRun(app, request, where), startRun(app, request, where)]);
  await Promise.all(runs.map(({ id }) => app.runs.over(id)));
  expect(runs.map(({ outputDir }) => outputDir).toSorted()).toEqual([
    join(base, 'animals'),
    join(base, 'animals-2'),
  ]);
  expect(server.requests).toHaveLength(4);
});

it('a fresh folder is given to one alone, and is never one that holds something', async () => {
  const base = join(library.folder, 'runs');
  await mkdir(join(base, 'cats'), { recursive: true });
  await mkdir(join(base, 'cats-3'));
  await writeFile(join(base, 'cats-3', 'mine.txt'), '');
  const given = await Promise.all([1, 2, 3].map(() => freshFolderIn(base, 'cats')));
  expect(given).toEqual(['cats', 'cats-2', 'cats-4'].map((name) => join(base, name)));
  expect((await readdir(base)).toSorted()).toEqual(['cats', 'cats-2', 'cats-3', 'cats-4']);
  await writeFile(join(library.folder, 'file'), '');
  expect(await freshFolderIn(join(library.folder, 'file'), 'cats')).toBe(
    join(library.folder, 'file', 'cats'),
  );
});
