/** The same command given twice at once, of command lines that share a library: every row is sent once. */
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Recipe } from '@shared/model/run';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ScriptedServer } from '../providers/testing/scripted-server';
import type { FolderPlan } from './folder-plan';
import { FolderRun } from './folder-run';
import { freshFolderIn, startRun } from './run-request';
import { openPainterScene } from './testing/painter-scene';
import { ONE_AT_A_TIME, type TestLibrary } from './testing/test-library';

const HOOKS = { onNote: () => undefined, onProgress: () => undefined, onJob: () => undefined };
const RECIPE: Recipe = {
  task: 't2i',
  models: [{ provider: 'openai', model: 'm' }],
  instruction: '{{prompt}}',
  imageColumns: [],
  variants: 1,
};

let server: ScriptedServer;
let library: TestLibrary;
beforeEach(async () => {
  ({ server, library } = await openPainterScene());
});
afterEach(async () => {
  await library.remove();
  await server.close();
});

it.each(['resume', 'anew'] as const)(
  'one of two commands is refused (%s)',
  async (mode) => {
    const plan: FolderPlan = {
      name: 'animals',
      task: 't2i',
      source: { kind: 'prompts', prompts: ['a cat', 'a dog', 'a hen', 'a cow'] },
      recipe: RECIPE,
      options: ONE_AT_A_TIME,
      outputDir: join(library.folder, 'out'),
      resume: mode === 'resume',
      adopt: false,
    };
    const run = () => new FolderRun(library.app).run(plan, HOOKS);
    const ends = await Promise.all([run(), run()]);
    const [refused] = ends.filter(({ kind }) => kind === 'refused');
    expect(refused).toMatchObject({ sentence: expect.stringContaining('is under way already: wait for it') });
    expect(ends.filter(({ kind }) => kind === 'finished')).toMatchObject([{ run: { counts: { done: 4 } } }]);
    expect(server.requests).toHaveLength(4);
    expect(await library.app.store.runs()).toHaveLength(1);
  },
  30_000,
);

it('two runs of the window at once have folders of their own', async () => {
  const { app } = library;
  const base = join(library.folder, 'runs');
  const dataset = await app.importer.prompts('animals', ['a cat', 'a dog']);
  const request = { datasetId: dataset.id, recipe: RECIPE, options: {} };
  const where = { defaultOutputDir: base, granted: (token: string) => token };
  const runs = await Promise.all([startRun(app, request, where), startRun(app, request, where)]);
  await Promise.all(runs.map(({ id }) => app.runs.over(id)));
  expect(runs.map(({ outputDir }) => outputDir).toSorted()).toEqual([
    join(base, 'animals'),
    join(base, 'animals-2'),
  ]);
  expect(server.requests).toHaveLength(4);
}, 30_000);

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
}, 30_000);
