import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Review } from '@shared/model/review';
import type { Store, StoredJob } from '../../store/store';
import {
  attemptFor,
  DRIVERS,
  failedEnd,
  finishNext,
  newRun,
  plannedRun,
  sendNext,
  temporaryLibrary,
} from '../../store/testing/library-fixture';
import { heldBytes } from '../../testing/collect-garbage';
import { resultsPath, writeTable, writeTables } from './exporter';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'brushfleet-tables-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const BOTH = (): { format: 'csv' | 'jsonl'; path: string }[] => [
  { format: 'csv', path: resultsPath(folder, 'csv') },
  { format: 'jsonl', path: resultsPath(folder, 'jsonl') },
];
const dataset = { columns: ['prompt'] };

describe.each(DRIVERS)('the tables of a run, on %s', (driver) => {
  it('hold each row once and in input order, whatever ended first, at every writing', async () => {
    const library = temporaryLibrary(driver);
    let store = await library.open();
    const run = await plannedRun(store, 1100, folder);
    await store.addRows(
      run.datasetId,
      Array.from({ length: 1100 }, (_, row) => ({ row, index: row, fields: { prompt: `p${row}` } })),
    );
    const check = async (): Promise<string[]> => {
      await writeTables(store, { run, dataset, files: BOTH() });
      const csv = (await readFile(resultsPath(folder, 'csv'), 'utf8')).trimEnd().split('\r\n').slice(1);
      expect(csv.map((line) => line.split(',')[0])).toEqual(
        Array.from({ length: 1100 }, (_, row) => `p${row}`),
      );
      const jsonl = (await readFile(resultsPath(folder, 'jsonl'), 'utf8')).trimEnd().split('\n');
      expect(jsonl.map((line) => (JSON.parse(line) as { prompt: string }).prompt)).toEqual(
        csv.map((line) => line.split(',')[0]),
      );
      return csv;
    };
    const slow = await sendNext(store, run.id, {});
    for (let job = 0; job < 5; job += 1) {
      await finishNext(store, run.id);
    }
    // At a pause: one under way, five done, the rest to come.
    expect((await check()).map((line) => line.split(',')[2]).slice(0, 7)).toEqual([
      'sent',
      'done',
      'done',
      'done',
      'done',
      'done',
      'pending',
    ]);
    await store.ended(failedEnd(slow, 'blocked'));
    await store.requeue(run.id, { kind: 'failed' });
    store = await library.open();
    await finishNext(store, run.id);
    // After a resume.
    expect((await check()).filter((line) => line.split(',')[2] === 'done')).toHaveLength(6);
    await library.remove();
  });
});

/** As many finished jobs as asked for, made when they are read. */
function endlessStore(
  rows: number,
  onPage: (offset: number) => void,
): Pick<Store, 'jobs' | 'jobsAfter' | 'rowsAt' | 'answersOf' | 'usagesOf'> {
  const job = (row: number): StoredJob =>
    ({ id: row, row, index: row, state: 'pending', model: 'm', failure: null, result: null }) as StoredJob;
  return {
    async jobs({ offset, limit }) {
      onPage(offset);
      const length = Math.max(0, Math.min(limit, rows - offset));
      return { total: rows, jobs: Array.from({ length }, (_, at) => job(offset + at)) };
    },
    // None of them is in a state that a table is of.
    jobsAfter: async () => [],
    answersOf: async () => new Map(),
    usagesOf: async () => new Map(),
    async rowsAt(_datasetId, wanted) {
      return wanted.map((row) => ({ row, index: row, fields: { prompt: `${row} `.repeat(300) } }));
    },
  };
}

describe('writing tables', () => {
  const run = { ...newRun(1), id: 1, outputDir: '' };

  it('holds no more of a long run than of a short one', async () => {
    let most = 0;
    const before = heldBytes();
    const store = endlessStore(30_000, (offset) => {
      most = offset % 3000 === 0 ? Math.max(most, heldBytes() - before) : most;
    });
    const path = resultsPath(folder, 'csv');
    await writeTable(store, { run, dataset, format: 'csv', path });
    expect((await stat(path)).size).toBeGreaterThan(50e6);
    expect(most).toBeLessThan(25e6);
  });

  it('that breaks off leaves both files as they were, and no other', async () => {
    for (const { path } of BOTH()) {
      await writeFile(path, 'before');
    }
    const store = endlessStore(5000, (offset) => {
      if (offset > 2000) {
        throw new Error('The library is closed.');
      }
    });
    await expect(writeTables(store, { run, dataset, files: BOTH() })).rejects.toThrow('closed');
    for (const { path } of BOTH()) {
      expect(await readFile(path, 'utf8')).toBe('before');
    }
    expect((await readdir(folder)).sort()).toEqual(['results.csv', 'results.jsonl']);
  });
});

it('writes results with their verdicts, or those alone that were accepted', async () => {
  const library = temporaryLibrary('node');
  const store = await library.open();
  const run = await plannedRun(store, 4, folder);
  const rows = Array.from({ length: 4 }, (_, row) => ({ row, index: row, fields: { prompt: `p${row}` } }));
  await store.addRows(run.datasetId, rows);
  const jobs = await store.jobsById([await finishNext(store, run.id), await finishNext(store, run.id)]);
  const say = (at: number, review: Review) =>
    store.setReview(jobs[at]?.id ?? 0, jobs[at]?.resultId ?? 0, review);
  await say(0, { verdict: 'rejected', reasons: ['Artifacts', 'Cut off'], note: 'six, no: seven fingers' });
  await say(1, { verdict: 'accepted', rating: 5, reasons: [], note: '' });
  const lines = async (format: 'reviewed' | 'accepted'): Promise<string[]> => {
    const path = resultsPath(folder, format);
    await writeTable(store, { run, dataset, format, path });
    return (await readFile(path, 'utf8')).trimEnd().split('\r\n');
  };
  const [head, first, second, ...more] = await lines('reviewed');
  expect(head).toMatch(/^prompt,output_image,.*,cost_usd,own_instruction,verdict,rating,reasons,note$/);
  expect(first).toMatch(/^p0,000000\.png,.*,rejected,,Artifacts; Cut off,"six, no: seven fingers"$/);
  expect(second).toMatch(/^p1,000001\.png,.*,accepted,5,,$/);
  expect(more).toEqual([]);
  expect((await lines('accepted')).slice(1)).toEqual([second]);
  await library.remove();
});

it('writes each failed row once while its run goes on and tries some of them again', async () => {
  const library = temporaryLibrary('node');
  const store = await library.open();
  const count = 1100;
  const run = await plannedRun(store, count, folder);
  const rows = Array.from({ length: count }, (_, row) => ({
    row,
    index: row,
    fields: { prompt: `p${row}` },
  }));
  await store.addRows(run.datasetId, rows);
  const starts = (await store.pending(run.id, 0, count)).map((job) => attemptFor(store, job));
  await store.sent(starts);
  await Promise.all(starts.map((start) => store.ended(failedEnd(start, 'blocked'))));
  let again: Promise<number> | null = null;
  const live: Store = Object.assign(Object.create(store) as Store, {
    rowsAt: async (...asked: Parameters<Store['rowsAt']>) => {
      // The first page has been read: half of it is failed no more when the next ones are.
      const jobIds = starts.slice(0, 100).map(({ jobId }) => jobId);
      await (again ??= store.requeue(run.id, { kind: 'jobs', jobIds }));
      return store.rowsAt(...asked);
    },
  });
  const path = resultsPath(folder, 'failures');
  await writeTable(live, { run, dataset, format: 'failures', path });
  const lines = (await readFile(path, 'utf8')).trimEnd().split('\r\n').slice(1);
  expect(lines.map((line) => line.split(',')[0])).toEqual(rows.map(({ fields }) => fields.prompt));
  await library.remove();
});
