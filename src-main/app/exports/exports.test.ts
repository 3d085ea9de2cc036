/** Each format written, and read back as the loaders of others read it. */
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import Papa from 'papaparse';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as yauzl from 'yauzl';
import { readRecipe } from '../pictures/recipe';
import { restoreCell } from '@shared/spreadsheet-safe';
import { type ExportScene, exportScene, STRANGE } from './testing/export-scene';
import { deferred } from '../../deferred';
import { Refusal } from '../../refusal';
import { exportFailure } from './export-failure';
import { intoFolder, intoZip } from './layout-sink';
import { readImageFolder } from './testing/read-image-folder';

let scene: ExportScene;
let target: string;
beforeEach(async () => {
  scene = await exportScene();
  target = join(scene.dir, 'exports');
  await mkdir(target);
});
afterEach(() => scene.remove());

const cells = (at: number): string => STRANGE[at % STRANGE.length] ?? '';

describe('tables', () => {
  it('CSV has every cell as it came, with verdicts', async () => {
    const [job] = await scene.jobs();
    await scene.review(job?.id ?? 0, 'rejected', 2);
    const path = join(target, 'a.csv');
    const reports = await scene.carryOut('csv', path, {
      source: { kind: 'run', runId: scene.run.id, filter: 'jobs' },
    });
    expect(reports.at(-1)).toMatchObject({
      done: 8,
      skipped: 0,
      isOver: true,
      sentence: 'Exported 8 rows to a.csv.',
    });
    const rows = Papa.parse<Record<string, string>>(await readFile(path, 'utf8'), {
      header: true,
      skipEmptyLines: true,
    }).data;
    expect(rows.map(({ cell }) => cell)).toEqual(STRANGE);
    expect(rows[0]).toMatchObject({ verdict: 'rejected', rating: '2', note: 'seen\nby a person' });
  });

  it('JSON Lines has every cell as it came', async () => {
    const path = join(target, 'a.jsonl');
    await scene.carryOut('jsonl', path);
    const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { cell: string }).cell)).toEqual(STRANGE);
  });

  it('of a selection say whose each row is, and where its picture lies', async () => {
    const jobs = await scene.jobs();
    const path = join(target, 'a.jsonl');
    const selection = { kind: 'ids', jobIds: jobs.map(({ id }) => id) } as const;
    await scene.carryOut('jsonl', path, { source: { kind: 'selection', selection } });
    const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
    for (const [at, line] of lines.entries()) {
      const { run, output_path: picture } = JSON.parse(line) as { run: string; output_path: string };
      expect(run).toBe('cats');
      const job = jobs[at];
      expect(job === undefined ? null : await readFile(picture)).toEqual(job && scene.bytesOf(job));
    }
    await scene.carryOut('jsonl', path);
    expect(await readFile(path, 'utf8')).not.toContain('"output_path"');
  });

  it('CSV for spreadsheets has no formula, and every cell can be had back', async () => {
    const path = join(target, 'a.csv');
    await scene.carryOut('spreadsheet', path);
    const rows = Papa.parse<Record<string, string>>((await readFile(path, 'utf8')).slice(1), {
      header: true,
      skipEmptyLines: true,
    }).data;
    for (const row of rows) {
      expect(row['cell'] ?? '').not.toMatch(/^[=+\-@\t\r]/);
    }
    expect(rows.map(({ cell }) => restoreCell(cell ?? ''))).toEqual(STRANGE);
  });

  it('of a selection over two runs hold the columns of both', async () => {
    const other = await scene.store.createDataset({
      name: 'o',
      format: 'csv',
      sourcePath: null,
      baseDir: null,
    });
    await scene.store.addRows(other.id, [{ row: 0, index: 0, fields: { prompt: 'p', cell: 'c' } }]);
    await scene.store.finishDataset(other.id, ['prompt', 'cell'], []);
    const run = await scene.store.createRun({
      ...scene.run,
      datasetId: other.id,
      outputDir: join(scene.dir, 'o2'),
    });
    const [first] = await scene.jobs();
    await scene.store.planJobs(run.id, [
      {
        position: 0,
        row: 0,
        index: 0,
        variant: 0,
        model: { provider: 'openai', model: 'm' },
        stem: 'x',
        digest: 'd',
      },
    ]);
    await mkdir(run.outputDir);
    await scene.finish(run, 0);
    const [second] = (await scene.store.jobs({ runId: run.id, offset: 0, limit: 1 })).jobs;
    const path = join(target, 'a.csv');
    const jobIds = [first?.id ?? 0, second?.id ?? 0];
    await scene.carryOut('csv', path, { source: { kind: 'selection', selection: { kind: 'ids', jobIds } } });
    const [head, ...rows] = Papa.parse<string[]>(await readFile(path, 'utf8'), { skipEmptyLines: true }).data;
    expect(head?.slice(0, 4)).toEqual(['instruction', 'cell', 'image', 'prompt']);
    expect(rows.map((row) => [row[1], row[3]])).toEqual([
      ['plain', ''],
      ['c', 'p'],
    ]);
  });
});

describe('the folder', () => {
  it('is read by a plain reader of its layout, byte for byte', async () => {
    const jobs = await scene.jobs();
    await scene.review(jobs[1]?.id ?? 0, 'rejected', 2);
    await scene.carryOut('imageFolder', target);
    const { train } = await readImageFolder(join(target, 'cats'));
    expect(train).toHaveLength(8);
    for (const [at, { images, facts }] of train?.entries() ?? []) {
      const job = jobs[at];
      expect(images['edited'], `result ${at}`).toEqual([job === undefined ? null : scene.bytesOf(job)]);
      expect(facts['instruction']).toBe(`make it ${at}: ${cells(at)}`);
      // The row's own, as it came.
      expect(facts['cell']).toBe(cells(at));
    }
    // One of three sources is on the web: not every line has a picture, so the column is one of lists.
    expect(train?.[0]?.images['source']).toEqual([scene.source]);
    expect(train?.[0]?.images['references']).toEqual([await readFile(join(scene.dir, 'ref.png'))]);
    expect(train?.[1]?.images['source']).toEqual([scene.source]);
    expect(train?.[1]?.facts).toMatchObject({
      verdict: 'rejected',
      rating: 2,
      reasons: 'Artifacts; odd "reason", indeed',
      note: 'seen\nby a person',
      index: 101,
      model: 'gpt-image-1',
    });
    expect(train?.[2]?.facts).toMatchObject({ source_url: 'https://example.test/b.png' });
    expect(train?.[2]?.images['source']).toEqual([]);
  });

  it('holds what was accepted alone', async () => {
    const jobs = await scene.jobs();
    await scene.review(jobs[3]?.id ?? 0, 'accepted');
    const source = { kind: 'run', runId: scene.run.id, filter: 'accepted' } as const;
    await scene.carryOut('imageFolder', target, { source });
    expect((await readImageFolder(join(target, 'cats-accepted'))).train).toHaveLength(1);
  });

  it('leaves out results that are gone from disk, and says how many', async () => {
    await rm(join(scene.run.outputDir, '000001.png'));
    const reports = await scene.carryOut('imageFolder', target);
    expect(reports.at(-1)).toEqual({
      done: 7,
      total: 8,
      skipped: 1,
      isOver: true,
      sentence: 'Exported 7 pictures to cats; 1 left out: no longer on disk, or without a picture.',
    });
    expect((await readImageFolder(join(target, 'cats'))).train).toHaveLength(7);
  });

  it('gives every picture a name of its own where two runs use the same', async () => {
    const jobs = await scene.jobs();
    const twin = await scene.store.createRun({ ...scene.run, outputDir: join(scene.dir, 'twin') });
    await mkdir(join(scene.dir, 'twin'));
    await scene.store.planJobs(twin.id, [
      {
        position: 0,
        row: 0,
        index: 0,
        variant: 0,
        model: { provider: 'openai', model: 'm' },
        stem: '000000',
        digest: 'd',
      },
    ]);
    await scene.finish(twin, 0);
    const [second] = (await scene.store.jobs({ runId: twin.id, offset: 0, limit: 1 })).jobs;
    const jobIds = [jobs[0]?.id ?? 0, second?.id ?? 0];
    await scene.carryOut('imageFolder', target, {
      source: { kind: 'selection', selection: { kind: 'ids', jobIds } },
    });
    expect((await readdir(join(target, 'results/train/edited'))).sort()).toEqual([
      '000000-2.png',
      '000000.png',
    ]);
    expect((await readImageFolder(join(target, 'results'))).train).toHaveLength(2);
  });

  it('has its name only when it is whole: nothing is left of one that was stopped', async () => {
    const reports = await scene.carryOut('imageFolder', target, { stopAfter: 1 });
    expect(reports).toEqual([{ done: 0, skipped: 0, total: 8, isOver: false }]);
    expect(await readdir(target)).toEqual([]);
  });

  it('stays beside one of that name', async () => {
    await scene.carryOut('imageFolder', target);
    await scene.carryOut('imageFolder', target);
    expect((await readdir(target)).sort()).toEqual(['cats', 'cats-2']);
  });

  it('carries recipes when that is asked, and the pixels stay', async () => {
    const [job] = await scene.jobs();
    await scene.carryOut('imageFolder', target, { options: { embedRecipe: true } });
    const picture = await readFile(join(target, 'cats/train/edited/000000.png'));
    expect((await readRecipe(picture))?.instruction).toBe(`job ${job?.id}`);
    expect(await readRecipe(join(scene.run.outputDir, '000000.png'))).toBeNull();
  });
});

describe('splits', () => {
  it('keep a row whole, come out the same again, and in the shares asked for', async () => {
    await scene.remove();
    scene = await exportScene({ rows: 20, variants: 2 });
    target = join(scene.dir, 'exports');
    await mkdir(target);
    const options = { splits: { validation: 20, test: 10, seed: 7 } };
    await scene.carryOut('imageFolder', target, { options });
    await scene.carryOut('imageFolder', target, { options });
    const [first, second] = await Promise.all([
      readImageFolder(join(target, 'cats')),
      readImageFolder(join(target, 'cats-2')),
    ]);
    expect(first).toEqual(second);
    const sizes = Object.fromEntries(Object.entries(first).map(([name, items]) => [name, items.length]));
    expect(sizes).toEqual({ train: 28, validation: 8, test: 4 });
    const where = new Map<unknown, Set<string>>();
    for (const [name, items] of Object.entries(first)) {
      for (const { facts } of items) {
        where.set(facts['index'], (where.get(facts['index']) ?? new Set()).add(name));
      }
    }
    expect([...where.values()].every((names) => names.size === 1)).toBe(true);
  });
});

describe('ZIP', () => {
  it('holds the folder, its pictures stored as they are', async () => {
    const path = join(target, 'a.zip');
    await scene.carryOut('zip', path);
    const entries = await readZip(path);
    const jobs = await scene.jobs();
    for (const [at, job] of jobs.entries()) {
      const entry = entries.get(`train/edited/${String(at).padStart(6, '0')}.png`);
      expect(entry?.bytes).toEqual(scene.bytesOf(job));
      expect(entry?.method).toBe(0);
    }
    const lines = entries.get('train/metadata.jsonl')?.bytes.toString('utf8').trimEnd().split('\n') ?? [];
    expect(lines.map((line) => (JSON.parse(line) as { index: number }).index)).toEqual(
      jobs.map(({ index }) => index),
    );
    expect(await readdir(target)).toEqual(['a.zip']);
  });

  it('that was stopped leaves nothing, not even of what was there a half', async () => {
    const path = join(target, 'a.zip');
    await scene.carryOut('zip', path);
    const before = digest(await readFile(path));
    await scene.carryOut('zip', path, { stopAfter: 1 });
    expect(digest(await readFile(path))).toBe(before);
    expect(await readdir(target)).toEqual(['a.zip']);
  });
});

it.each([
  ['ENOSPC', 'the disk is full'],
  ['EFBIG', 'the disk cannot hold a file this large'],
  ['EACCES', 'there is no permission'],
])('says of %s in one sentence that nothing was written', (code, words) => {
  const failure = exportFailure(Object.assign(new Error('write'), { code }), '/x/a.zip');
  expect(failure).toBeInstanceOf(Refusal);
  expect((failure as Refusal).message).toMatch(new RegExp(`^"a.zip" was not written: ${words}.*\\.$`));
});

it('leaves nothing half-named when writing fails midway', async () => {
  await expect(
    intoZip(join(target, 'a.zip'), async (sink) => {
      await sink.put('a.png', { kind: 'bytes', bytes: Buffer.alloc(9) });
      await sink.line('m.jsonl', '{}');
      throw new Error('full');
    }),
  ).rejects.toThrow('full');
  await expect(
    intoFolder({ base: target, name: 'd' }, async (sink) => {
      await sink.put('a.png', { kind: 'bytes', bytes: Buffer.alloc(9) });
      throw new Error('full');
    }),
  ).rejects.toThrow('full');
  expect(await readdir(target)).toEqual([]);
});

it('is under its name only once it is whole, and under the next one where that is taken', async () => {
  const whole = async () => (await readdir(target)).filter((name) => !name.endsWith('.part'));
  /** None of them ends before all have looked. */
  const write = (count: number) => {
    const looked = deferred();
    let left = count;
    const one = () =>
      intoFolder({ base: target, name: 'd' }, async (sink) => {
        const before = await whole();
        await sink.put(`${before.length}.png`, { kind: 'bytes', bytes: Buffer.alloc(9) });
        expect(await whole()).toEqual(before);
        left -= 1;
        if (left === 0) {
          looked.resolve();
        }
        await looked.promise;
      });
    return Promise.all(Array.from({ length: count }, one));
  };
  const made = [...(await write(1)), ...(await write(2))];
  expect(made.toSorted()).toEqual(['d', 'd-2', 'd-3'].map((name) => join(target, name)));
  expect(await readdir(join(target, 'd'))).toEqual(['0.png']);
  expect((await readdir(target)).toSorted()).toEqual(['d', 'd-2', 'd-3']);
});

it('says in one sentence that the folder is gone, or that nothing matches', async () => {
  const path = join(scene.dir, 'nowhere', 'a.csv');
  await expect(scene.carryOut('csv', path)).rejects.toThrow('"a.csv" was not written: the folder is gone');
  const source = { kind: 'run', runId: scene.run.id, filter: 'rejected' } as const;
  await expect(scene.carryOut('zip', join(target, 'a.zip'), { source })).rejects.toThrow('nothing to export');
});

function digest(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

async function readZip(path: string): Promise<ReadonlyMap<string, { method: number; bytes: Buffer }>> {
  const zip = await yauzl.openPromise(path);
  const entries = new Map<string, { method: number; bytes: Buffer }>();
  for await (const entry of zip.eachEntry()) {
    const chunks: Buffer[] = [];
    for await (const chunk of await zip.openReadStreamPromise(entry)) {
      chunks.push(chunk as Buffer);
    }
    entries.set(entry.fileName, { method: entry.compressionMethod, bytes: Buffer.concat(chunks) });
  }
  return entries;
}
