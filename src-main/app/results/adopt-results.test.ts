/** A folder of pictures without a record, with a real store. */
import { mkdir, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Recipe, RunOptions } from '@shared/model/run';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Store, StoredDataset } from '../../store/store';
import {
  attemptFor,
  failedEnd,
  finishNext,
  type Library,
  temporaryLibrary,
} from '../../store/testing/library-fixture';
import { adoptPictures } from './adopt-results';
import { existingOutput } from './existing-output';
import { createPictureFolders } from '../folders/picture-folders';
import { setUpRun } from '../runs/run-setup';
import { unrecordedPictures } from './unrecorded-pictures';

const RECIPE: Recipe = {
  task: 't2i',
  models: [{ provider: 'openai', model: 'm' }],
  instruction: '{{prompt}}',
  imageColumns: [],
  variants: 1,
};
const OPTIONS: RunOptions = {
  filterRows: '',
  concurrency: 1,
  workers: 1,
  maxRetries: 0,
  retryDelayMs: 0,
  allowPrivateUrls: false,
};

let library: Library;
let store: Store;
let dataset: StoredDataset;
let outputDir = '';
beforeEach(async () => {
  library = temporaryLibrary('node');
  store = await library.open();
  outputDir = join(library.dir, 'out');
  await mkdir(outputDir);
  const created = await store.createDataset({ name: 'd', format: 'csv', sourcePath: null, baseDir: null });
  const rows = Array.from({ length: 6 }, (_, row) => ({ row, index: row, fields: { prompt: 'x' } }));
  await store.addRows(created.id, rows);
  dataset = await store.finishDataset(created.id, ['prompt'], []);
});
afterEach(() => library.remove());

const picture = (format: 'png' | 'jpeg' | 'webp' | 'gif') =>
  sharp({ create: { width: 30, height: 20, channels: 3, background: 'teal' } })
    .toFormat(format)
    .toBuffer();

const put = (name: string, bytes: Uint8Array) => writeFile(join(outputDir, name), bytes);

const setUp = (adopt: boolean) =>
  setUpRun(store, { name: 'n', dataset, recipe: RECIPE, options: OPTIONS, outputDir, mode: 'resume', adopt });

describe('pictures without a record', () => {
  it('stop a run before anything is planned, with both ways out', async () => {
    await put('000001.png', await picture('png'));
    await put('000002.png', (await picture('png')).subarray(0, 60));
    await put('notes.txt', Buffer.from('mine'));
    await expect(setUp(false)).rejects.toThrow(
      /holds 2 pictures that this library has no record of\. Count intact pictures as done with --adopt, choose another --output_dir, or send everything again with --no_resume\.$/,
    );
    expect(await store.runs()).toEqual([]);
    const plan = { recipe: RECIPE, options: OPTIONS, datasetId: dataset.id };
    expect(await existingOutput(store, { plan, outputDir })).toEqual({ kind: 'pictures', whole: 1, torn: 1 });
  });

  it('are taken as done where they are whole; the rest is left to do', async () => {
    const bytes = await picture('jpeg');
    await put('000000.jpg', bytes);
    await put('000001.png', await picture('png'));
    await put('000002.webp', await picture('webp'));
    const torn = (await picture('png')).subarray(0, -5);
    await put('000003.png', torn);
    await put('000004.png', Buffer.from('no picture'));
    const { run, notes } = await setUp(true);
    expect(notes).toEqual([
      'Counted as done: 3 pictures in the output folder.',
      'Cut off or unreadable: 2 pictures, renamed to end in .torn and done again.',
    ]);
    expect(await store.counts(run.id)).toMatchObject({ done: 3, pending: 3 });
    const { jobs } = await store.jobs({ runId: run.id, offset: 0, limit: 1 });
    expect(jobs[0]).toMatchObject({
      state: 'done',
      result: {
        fileName: '000000.jpg',
        mimeType: 'image/jpeg',
        width: 30,
        height: 20,
        sizeBytes: bytes.length,
      },
    });
    expect((await readdir(outputDir)).sort()).toEqual([
      '000000.jpg',
      '000001.png',
      '000002.webp',
      '000003.png.torn',
      '000004.png.torn',
    ]);
    expect(await readFile(join(outputDir, '000003.png.torn'))).toEqual(torn);
  });

  it.each(['000001.png', 'n'])('are neither taken nor done over while %s cannot be read', async (name) => {
    const models: Recipe['models'] = ['m', 'n'].map((model) => ({ provider: 'openai', model }));
    const path = join(outputDir, name);
    const isFolder = name === 'n';
    const recipe = { ...RECIPE, models: isFolder ? models : RECIPE.models };
    const request = { name: 'n', dataset, recipe, options: OPTIONS, outputDir, mode: 'resume' } as const;
    await mkdir(join(outputDir, 'm'));
    await put(isFolder ? 'm/000000.png' : '000000.png', await picture('png'));
    // The system refuses to follow it, whoever asks.
    await symlink(path, path);
    await expect(setUpRun(store, { ...request, adopt: true })).rejects.toThrow(`Cannot read ${path}: `);
    await expect(setUpRun(store, { ...request, adopt: true })).rejects.toThrow(`Cannot read ${path}: `);
    await expect(setUpRun(store, request)).rejects.toThrow(isFolder ? 'Cannot read' : 'holds 2 pictures');
    expect((await readdir(outputDir)).sort()).toEqual(
      isFolder ? ['m', 'n'] : ['000000.png', '000001.png', 'm'],
    );
    await rm(path);
    const { run } = await setUpRun(store, { ...request, adopt: true });
    expect(await store.counts(run.id)).toMatchObject({ done: 1 });
  });

  it('are nothing to ask about where no row of the plan has their name', async () => {
    await put('holiday.png', await picture('png'));
    const { run } = await setUp(false);
    expect(await store.counts(run.id)).toMatchObject({ done: 0, pending: 6 });
  });
});

describe('a look for pictures', () => {
  const look = (recipe: Partial<Recipe> = {}, options: Partial<RunOptions> = {}) =>
    existingOutput(store, {
      plan: {
        recipe: { ...RECIPE, ...recipe },
        options: { ...OPTIONS, ...options },
        datasetId: dataset.id,
      },
      outputDir,
    });

  it('goes into the folders that names lead to, and into no others', async () => {
    const models: Recipe['models'] = [
      { provider: 'openai', model: 'm' },
      { provider: 'openai', model: 'n' },
    ];
    await mkdir(join(outputDir, 'n', 'deep'), { recursive: true });
    await put('000000.png', await picture('png'));
    await put('n/000001.png', await picture('png'));
    await put('n/deep/000002.png', await picture('png'));
    expect(await look({ models })).toEqual({ kind: 'pictures', whole: 1, torn: 0 });
    const folders = createPictureFolders(outputDir);
    await Promise.all([folders.named('n/000001'), folders.named('m/000001'), folders.named('n/000002')]);
    expect(new Set(folders.marks().keys())).toEqual(new Set([join(outputDir, 'n'), join(outputDir, 'm')]));
  });

  it('is taken again only when the folder, the rows or the names have changed', async () => {
    await put('000000.png', await picture('png'));
    const rows = vi.spyOn(store, 'rows');
    expect(await look()).toMatchObject({ whole: 1 });
    const once = rows.mock.calls.length;
    expect(await look({ instruction: 'another {{prompt}}' })).toMatchObject({ whole: 1 });
    expect(rows.mock.calls).toHaveLength(once);
    expect(await look({}, { filterRows: '1:6' })).toBeNull();
    expect(rows.mock.calls.length).toBeGreaterThan(once);
    await utimes(outputDir, 1000, 1000);
    await look();
    await put('000001.png', await picture('png'));
    expect(await look()).toMatchObject({ whole: 2 });
  });

  it('leaves it to the plan to say that the filter cannot be read', async () => {
    await put('000000.png', await picture('png'));
    expect(await look({}, { filterRows: 'all of them' })).toBeNull();
  });

  it('counts a job once, whole where one of its pictures is', async () => {
    await put('000000.png', (await picture('png')).subarray(0, 50));
    await put('000000.webp', await picture('webp'));
    await put('000001.jpg', Buffer.from('no'));
    await put('000001.png', Buffer.from('none'));
    expect(await look()).toEqual({ kind: 'pictures', whole: 1, torn: 1 });
    const { run } = await setUp(true);
    expect(await store.counts(run.id)).toMatchObject({ done: 1, pending: 5 });
    expect((await readdir(outputDir)).sort()).toEqual([
      '000000.png',
      '000000.webp',
      '000001.jpg.torn',
      '000001.png.torn',
    ]);
  });
});

describe('pictures of a run whose library was restored from its copy', () => {
  it('are told from those of jobs that were sent, and taken as done', async () => {
    const { run } = await setUp(false);
    const [first] = await store.pending(run.id, 0, 1);
    const start = attemptFor(store, first ?? { id: 0, runId: run.id });
    await store.sent([start]);
    await store.ended(failedEnd(start, 'no_image', { kind: 'again', counted: true }));
    await put('000000.png', await picture('png'));
    await put('000001.png', await picture('png'));
    await put('000002.png', Buffer.from('torn'));
    await put('000002.png.torn', Buffer.from('torn before'));
    expect(await unrecordedPictures(store, run)).toEqual({ whole: 1, torn: 1 });
    expect(await adoptPictures(store, run)).toEqual({ whole: 1, torn: 1 });
    expect(await store.counts(run.id)).toMatchObject({ done: 1, pending: 5 });
    expect(await readFile(join(outputDir, '000002.png.torn'), 'utf8')).toBe('torn before');
    expect(await readFile(join(outputDir, '000002.png.torn-2'), 'utf8')).toBe('torn');
  });

  it('are found in any folder, also where the pictures of its results are no longer there', async () => {
    const created = await store.createDataset({ name: 'd', format: 'csv', sourcePath: null, baseDir: null });
    const names = ['n0', 'x/n0', 'x/y/n0', 'x/y/z/n0', 'w/n0'];
    const rows = names.map((name, row) => ({ row, index: row, fields: { prompt: 'x', name } }));
    await store.addRows(created.id, rows);
    dataset = await store.finishDataset(created.id, ['prompt', 'name'], []);
    const recipe = { ...RECIPE, outputNameColumn: 'name' };
    const request = { name: 'n', dataset, recipe, options: OPTIONS, outputDir, mode: 'resume' } as const;
    const { run } = await setUpRun(store, request);
    // The only file of the run's results was moved away.
    await finishNext(store, run.id);
    await mkdir(join(outputDir, 'x/y/z'), { recursive: true });
    await put('holiday.png', await picture('png'));
    expect(await unrecordedPictures(store, run)).toEqual({ whole: 0, torn: 0 });
    await put('x/y/n0.png', await picture('png'));
    expect(await unrecordedPictures(store, run)).toEqual({ whole: 1, torn: 0 });
    await put('x/y/z/n0.webp', Buffer.from('torn'));
    await expect(setUpRun(store, request)).rejects.toThrow(
      'holds 2 pictures that this library has no record of. Count intact pictures as done with --adopt',
    );
    await setUpRun(store, { ...request, adopt: true });
    expect(await store.counts(run.id)).toMatchObject({ done: 2, pending: 3 });
  });

  it('stop it before anything is changed, also where its rows have moved', async () => {
    const { run } = await setUp(false);
    await finishNext(store, run.id);
    await put('000003.png', await picture('png'));
    const created = await store.createDataset({ name: 'd', format: 'csv', sourcePath: null, baseDir: null });
    const prompts = ['in front', 'x', 'x', 'x', 'x', 'x', 'x'];
    await store.addRows(
      created.id,
      prompts.map((prompt, row) => ({ row, index: row, fields: { prompt } })),
    );
    dataset = await store.finishDataset(created.id, ['prompt'], []);
    const before = await store.run(run.id);
    await expect(setUp(false)).rejects.toThrow('holds one picture that this library has no record of.');
    expect(await store.run(run.id)).toEqual(before);
    expect(before?.counts).toMatchObject({ done: 1, pending: 5 });
  });

  it('are found of rows that are not planned yet, and where there are too many folders to look into', async () => {
    const created = await store.createDataset({ name: 'd', format: 'csv', sourcePath: null, baseDir: null });
    const rows = [0, 1, 2].map((row) => ({ row, index: row, fields: { prompt: 'x', name: `deep/n${row}` } }));
    await store.addRows(created.id, rows);
    const { id: datasetId } = await store.finishDataset(created.id, ['prompt', 'name'], []);
    const recipe = { ...RECIPE, outputNameColumn: 'name' };
    const run = await store.createRun({ name: 'n', datasetId, recipe, options: OPTIONS, outputDir });
    await mkdir(join(outputDir, 'deep'));
    await put('deep/n1.png', await picture('png'));
    expect(await unrecordedPictures(store, run)).toEqual({ whole: 1, torn: 0 });
    await Promise.all(Array.from({ length: 300 }, (_, at) => mkdir(join(outputDir, `other${at}`))));
    expect(await unrecordedPictures(store, run)).toEqual({ whole: 1, torn: 0 });
  });

  it('are not those of a run that it has replaced in its folder', async () => {
    const before = await setUp(false);
    await finishNext(store, before.run.id);
    await put('000000.png', await picture('png'));
    const request = { name: 'n', dataset, recipe: RECIPE, options: OPTIONS, outputDir } as const;
    const { run, planned } = await setUpRun(store, { ...request, mode: 'anew' });
    await planned;
    // Its own is still pending, and what lies there is of the one before.
    expect(await unrecordedPictures(store, run)).toEqual({ whole: 0, torn: 0 });
    await put('000001.png', await picture('png'));
    expect(await unrecordedPictures(store, run)).toEqual({ whole: 1, torn: 0 });
  });
});

describe('a folder that holds a run', () => {
  it('is named with what the recipes differ in', async () => {
    const { run } = await setUp(false);
    const recipe = { ...RECIPE, instruction: 'A drawing of {{prompt}}' };
    const plan = { recipe, options: OPTIONS, datasetId: dataset.id };
    expect(await existingOutput(store, { plan, outputDir })).toEqual({
      kind: 'run',
      runId: run.id,
      name: 'n',
      changes: ['instruction (was {{prompt}}, now A drawing of {{prompt}})'],
    });
  });
});
