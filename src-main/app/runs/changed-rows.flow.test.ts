/** The same command over a file that has changed since: what nothing reads costs nothing, and no paid picture is lost. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import type { Recipe, RunOptions } from '@shared/model/run';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ScriptedServer } from '../../providers/testing/scripted-server';
import { libraryPaths } from '../../library';
import { openDriver } from '../../store/database/driver';
import { keepBefore } from '../planning/planner';
import { formerRowDigest } from '../planning/row-digest';
import { openPainterScene, pictureOfPrompt, promptOf } from '../testing/painter-scene';
import { PICTURE_RECIPE, picturePlan, runPlan } from '../testing/picture-plan';
import { ONE_AT_A_TIME, type TestLibrary } from '../testing/test-library';

const RECIPE: Recipe = { ...PICTURE_RECIPE, outputNameColumn: 'name' };

let server: ScriptedServer;
let library: TestLibrary;
let out = '';
beforeEach(async () => {
  ({ server, library } = await openPainterScene());
  out = join(library.folder, 'out');
  server.reply(pictureOfPrompt);
});
afterEach(async () => {
  await library.remove();
  await server.close();
});

/** The command: a file of these rows, and what it told. */
async function command(rows: readonly string[], options: Partial<RunOptions> = {}) {
  const path = join(library.folder, 'rows.csv');
  const text = rows.join('\n');
  if ((await readFile(path, 'utf8').catch(() => null)) !== text) {
    // Written anew, it would be another file, and read anew.
    await writeFile(path, text);
  }
  const plan = picturePlan(library, {
    source: { kind: 'file', path },
    recipe: RECIPE,
    options: { ...ONE_AT_A_TIME, ...options },
  });
  const { end, notes } = await runPlan(library, plan);
  expect(end).toMatchObject({ kind: 'finished' });
  return notes;
}

const widthOf = async (name: string): Promise<number> => (await sharp(join(out, name)).metadata()).width;
const pictures = async (): Promise<string[]> =>
  (await readdir(out)).filter((name) => name.endsWith('.png')).toSorted();
const theRun = async () => (await library.app.store.runs())[0];
const table = async (): Promise<string[]> =>
  (await readFile(join(out, 'results.csv'), 'utf8')).trim().split(/\r?\n/);

const ROWS = ['prompt,name', 'a cat here,n0', 'a dog is here,n1', 'a hen sits there,n2'];

const withNotes = (rows: readonly string[]): string[] =>
  rows.map((row, at) => (at === 0 ? `${row},notes` : `${row},seen ${at}`));

/** As an earlier version of the program left it: jobs told apart by all cells of their rows. */
async function asBefore(cells: readonly Readonly<Record<string, string>>[]): Promise<void> {
  await library.app.close();
  const db = openDriver(libraryPaths(join(library.folder, 'library')).database);
  const set = db.prepare('UPDATE jobs SET digest = ? WHERE row = ?');
  const changes = cells.map((fields, row) => set.run(formerRowDigest(fields), row).changes);
  expect(changes).toEqual(cells.map(() => 1));
  db.close();
  await library.reopen();
}

it('sends nothing for a column that nothing reads', async () => {
  await command(ROWS);
  const before = await pictures();
  expect(before).toEqual(['n0.png', 'n1.png', 'n2.png']);
  expect(await command(withNotes(ROWS))).toEqual([]);
  expect(server.requests).toHaveLength(3);
  expect(await pictures()).toEqual(before);
  expect((await table())[1]).toContain('seen 1');
});

it('sends of a library of before only what is asked for beside it, where the file is the same', async () => {
  await command(ROWS, { filterRows: '0:1' });
  await asBefore([{ prompt: 'a cat here', name: 'n0' }]);
  expect(await command(ROWS)).toEqual([]);
  expect(server.requests).toHaveLength(3);
  expect(await pictures()).toEqual(['n0.png', 'n1.png', 'n2.png']);
});

it('sends nothing of a library of before, nor where a column that nothing reads came since', async () => {
  await command(ROWS);
  const cells = ROWS.slice(1).map((row) => {
    const [prompt = '', name = ''] = row.split(',');
    return { prompt, name };
  });
  await asBefore(cells);
  expect(await command([...ROWS, 'a late bird is here,n3'])).toEqual([]);
  expect(server.requests).toHaveLength(4);
  await asBefore(cells);
  expect(await command([...withNotes(ROWS), 'a late bird is here,n3,none'])).toEqual([]);
  expect(server.requests).toHaveLength(4);
});

it('keeps the paid picture of a row that changed as a version, with what was asked', async () => {
  await command(ROWS);
  const notes = await command(ROWS.with(2, 'a dog is over there,n1'));
  expect(notes).toEqual([
    'One row has changed since the last time and is sent again; earlier results stay as versions.',
  ]);
  expect(server.requests).toHaveLength(4);
  expect(await pictures()).toEqual(['n0.png', 'n1.png', 'n1.v1.png', 'n2.png']);
  expect(await widthOf('n1.v1.png')).toBe('a dog is here'.length);
  expect(await widthOf('n1.png')).toBe('a dog is over there'.length);
  const { jobs } = await library.app.store.jobs({ runId: (await theRun())?.id ?? 0, offset: 1, limit: 1 });
  const versions = await library.app.store.versions(jobs[0]?.id ?? 0);
  expect(
    versions.map(({ result, isCurrent, instruction }) => [result.fileName, isCurrent, instruction]),
  ).toEqual([
    ['n1.png', true, null],
    ['n1.v1.png', false, 'a dog is here'],
  ]);
});

it('leaves alone what may have been charged, and says so; --unknown resend sends it', async () => {
  server.reply({ kind: 'hang' });
  const cutOff = command(ROWS, { concurrency: 3 });
  await expect.poll(() => server.requests.length).toBe(3);
  await library.app.runs.cancel((await theRun())?.id ?? 0, true);
  await cutOff;
  server.reply(pictureOfPrompt);
  const counts = async () => (await theRun())?.counts;
  expect(await counts()).toMatchObject({ unknown: 3 });

  expect(await command(withNotes(ROWS))).toEqual([]);
  const changed = ROWS.with(1, 'a cat there,n0');
  expect(await command(changed)).toEqual([
    'One request with an unknown outcome may have been charged: another row is in its place now, which is not sent ' +
      'unless you give --unknown resend.',
  ]);
  expect(await counts()).toMatchObject({ unknown: 3 });
  expect(server.requests).toHaveLength(3);

  expect(await command(changed, { unknown: 'resend' })).toEqual([
    '3 requests with an unknown outcome are sent again.',
  ]);
  expect(await counts()).toMatchObject({ unknown: 0, done: 3 });
  expect(await command(changed)).toEqual([]);
  expect(server.requests).toHaveLength(6);
});

it('loses nothing when it dies between keeping the pictures and planning anew', async () => {
  await command(ROWS);
  const run = await theRun();
  const { importer, store } = library.app;
  await writeFile(join(library.folder, 'rows.csv'), ROWS.with(2, 'a dog is over there,n1').join('\n'));
  const { whole } = await importer.start({ path: join(library.folder, 'rows.csv'), name: 'rows' });
  if (run !== undefined) {
    await keepBefore(store, { ...run, datasetId: (await whole).id }, { datasetBefore: run.datasetId });
  }
  await library.reopen();
  // It goes on with the rows it has, for which everything is done.
  await library.app.runs.resume(run?.id ?? 0);
  await library.app.runs.over(run?.id ?? 0);
  expect(server.requests).toHaveLength(3);
  expect(await pictures()).toEqual(['n0.png', 'n1.v1.png', 'n2.png']);
  expect((await table())[2]).toContain('n1.v1.png');
  await command(ROWS.with(2, 'a dog is over there,n1'));
  expect(server.requests).toHaveLength(4);
  expect(await pictures()).toEqual(['n0.png', 'n1.png', 'n1.v1.png', 'n2.png']);
});

it('gives no row the name that the picture of another has', async () => {
  await command(ROWS);
  await command(ROWS.with(1, 'a cat here,n2'));
  expect(await pictures()).toEqual(['000000_r000000.png', 'n0.v1.png', 'n1.png', 'n2.png']);
  expect(await widthOf('n2.png')).toBe('a hen sits there'.length);
  const named = (await table()).slice(1).map((line) => /[\w.]+\.png/.exec(line)?.[0]);
  expect(named).toEqual(['000000_r000000.png', 'n1.png', 'n2.png']);
  // Nothing is left to be sent by the next.
  expect(await command(ROWS.with(1, 'a cat here,n2'))).toEqual([]);
  expect(server.requests).toHaveLength(4);
});

it('gives a row the name that another gives up at the same time', async () => {
  await command(ROWS);
  await command(['prompt,name', 'a cat here,n1', 'a dog is here,n0', 'a hen sits there,n2']);
  expect(await widthOf('n1.png')).toBe('a cat here'.length);
  expect(await widthOf('n0.png')).toBe('a dog is here'.length);
  expect(await pictures()).toEqual(['n0.png', 'n0.v1.png', 'n1.png', 'n1.v1.png', 'n2.png']);
});

it('leaves a picture as its user asked for it while its row asks for the same, and has it back with that row', async () => {
  await command(ROWS);
  const { runs, versions, store } = library.app;
  const runId = (await theRun())?.id ?? 0;
  const { jobs } = await store.jobs({ runId, offset: 0, limit: 1 });
  await versions.rerun(jobs[0]?.id ?? 0, 'a cat with a hat, please');
  await runs.over(runId);
  expect(server.requests).toHaveLength(4);
  expect(await command(withNotes(ROWS))).toEqual([]);
  expect(server.requests).toHaveLength(4);
  // Another row is sent as it says, and told of.
  expect(await command(ROWS.with(1, 'a lion here,n0'))).toEqual([
    'One row has changed since the last time and is sent again; earlier results stay as versions.',
  ]);
  expect(server.requests.slice(4).map(promptOf)).toEqual(['a lion here']);
  expect(await widthOf('n0.png')).toBe('a lion here'.length);
  expect(await command(ROWS)).toEqual(['One result moved with its row.']);
  expect(server.requests).toHaveLength(5);
  expect(await widthOf('n0.png')).toBe('a cat with a hat, please'.length);
  expect((await table())[1]).toContain('a cat with a hat');
});
