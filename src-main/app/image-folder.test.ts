/** The folder as a plain reader of the ImageFolder layout sees it. */
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FolderExportReport } from '@shared/contract';
import type { ReviewFilter } from '@shared/model/review';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Store, StoredJob, StoredRun } from '../store/store';
import {
  finishNext,
  type Library,
  newJobs,
  newRun,
  temporaryLibrary,
} from '../store/testing/library-fixture';
import { exportFolder } from './image-folder';

const ROWS = 25;

let library: Library;
let store: Store;
let run: StoredRun;
let jobs: readonly StoredJob[];
let source: Buffer;
beforeEach(async () => {
  library = temporaryLibrary('node');
  store = await library.open();
  const outputDir = join(library.dir, 'out');
  await mkdir(outputDir);
  source = await sharp({ create: { width: 4, height: 3, channels: 3, background: 'red' } })
    .png()
    .toBuffer();
  await writeFile(join(library.dir, 'a.png'), source);
  const dataset = await store.createDataset({
    name: 'd.csv',
    format: 'csv',
    sourcePath: null,
    baseDir: library.dir,
  });
  const images = [
    'a.png',
    `data:image/png;base64,${source.toString('base64')}`,
    'https://example.test/b.png',
  ];
  const rows = Array.from({ length: ROWS }, (_, row) => ({
    row,
    index: row,
    fields: { image: images[row % images.length] ?? '', instruction: `make it ${row}` },
  }));
  await store.addRows(dataset.id, rows);
  run = await store.createRun(newRun(dataset.id, outputDir));
  await store.planJobs(run.id, newJobs(ROWS));
  const done: number[] = [];
  for (let at = 0; at < ROWS; at += 1) {
    done.push(await finishNext(store, run.id));
  }
  jobs = await store.jobsById(done);
  await Promise.all(
    jobs.map(({ result }) =>
      writeFile(join(outputDir, result?.fileName ?? ''), `bytes of ${result?.fileName}`),
    ),
  );
});
afterEach(() => library.remove());

async function exported(filter: ReviewFilter, signal?: AbortSignal) {
  const folder = join(library.dir, `export-${filter}`);
  const rules = { baseDir: library.dir, roots: [], embeddedDir: library.dir };
  const reports: FolderExportReport[] = [];
  for await (const report of exportFolder(store, { run, filter, folder, rules }, signal)) {
    reports.push(report);
  }
  return { folder: join(folder, 'train'), reports };
}

async function metadataIn(folder: string): Promise<Record<string, unknown>[]> {
  const text = await readFile(join(folder, 'metadata.jsonl'), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('the folder', () => {
  it('holds each result and its source byte for byte, with what was asked and said', async () => {
    const [first] = jobs;
    await store.setReview(first?.id ?? 0, first?.resultId ?? 0, {
      verdict: 'rejected',
      rating: 2,
      reasons: ['Artifacts'],
      note: 'odd "hands"',
    });
    const { folder, reports } = await exported('all');
    expect(reports.map(({ written, done }) => [written, done])).toEqual([
      [10, false],
      [20, false],
      [25, true],
    ]);
    const lines = await metadataIn(folder);
    expect(lines).toHaveLength(ROWS);
    expect(lines[0]).toEqual({
      edited_file_name: 'edited/000000.png',
      source_file_name: 'source/000000.png',
      instruction: 'make it 0',
      model: 'gpt-image-1',
      index: 0,
      variant: 0,
      verdict: 'rejected',
      rating: 2,
      reasons: ['Artifacts'],
      note: 'odd "hands"',
    });
    expect(await readFile(join(folder, 'edited/000000.png'), 'utf8')).toBe('bytes of 000000.png');
    // A file, and a picture that was written into its cell.
    expect(await readFile(join(folder, 'source/000000.png'))).toEqual(source);
    expect(await readFile(join(folder, 'source/000001.png'))).toEqual(source);
    expect(lines[2]).toMatchObject({ source_url: 'https://example.test/b.png' });
    expect(lines[2]).not.toHaveProperty('source_file_name');
  });

  it('holds what was accepted alone, if that is asked', async () => {
    for (const job of jobs.slice(3, 5)) {
      await store.setReview(job.id, job.resultId ?? 0, { verdict: 'accepted', reasons: [], note: '' });
    }
    const { folder } = await exported('accepted');
    expect((await metadataIn(folder)).map(({ index }) => index)).toEqual([3, 4]);
    expect(await readdir(join(folder, 'edited'))).toEqual(['000003.png', '000004.png']);
  });

  it('leaves out results that are gone from disk, and says how many', async () => {
    await rm(join(run.outputDir, '000001.png'));
    const { folder, reports } = await exported('all');
    expect(reports.at(-1)).toEqual({ written: ROWS - 1, skipped: 1, total: ROWS, done: true });
    expect((await metadataIn(folder)).some(({ index }) => index === 1)).toBe(false);
  });

  it('has no metadata under its name when it was cut off', async () => {
    const { folder, reports } = await exported('all', AbortSignal.abort());
    expect(reports).toEqual([]);
    expect(await readdir(folder)).toEqual(['metadata.jsonl.part']);
  });
});
