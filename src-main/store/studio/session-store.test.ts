/** Requests of sessions in a real database. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunOptions } from '@shared/model/run';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openStoreInProcess } from '../sqlite-store';
import type { Store } from '../store';

const TALKER = { provider: 'google_genai', model: 'talker' } as const;
const PAINTER = { provider: 'openai', model: 'painter' } as const;
const OPTIONS: RunOptions = {
  filterRows: '',
  concurrency: 1,
  workers: 1,
  maxRetries: 0,
  retryDelayMs: 0,
  allowPrivateUrls: false,
};

let folder: string;
let store: Store;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'brushfleet-sessions-'));
  store = openStoreInProcess({ libraryDir: folder });
});
afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

async function sessionRun(): Promise<number> {
  const { id: datasetId } = await store.createDataset({
    name: 'service',
    format: 'jsonl',
    sourcePath: null,
    baseDir: null,
  });
  const recipe = { task: 't2i', models: [TALKER], instruction: '', imageColumns: [], variants: 1 } as const;
  const { id } = await store.createRun({
    name: 'service',
    datasetId,
    recipe: { ...recipe, models: [TALKER], imageColumns: [] },
    options: OPTIONS,
    outputDir: join(folder, 'out'),
    origin: 'session',
  });
  return id;
}

it('appends rows and their pending jobs, in order, commit after commit', async () => {
  const runId = await sessionRun();
  const first = await store.addRequests(runId, [
    { model: TALKER, fields: { request: 'a' } },
    { model: PAINTER, fields: { request: 'b' } },
  ]);
  const second = await store.addRequests(runId, [{ model: TALKER, fields: { request: 'c' } }]);
  const run = await store.run(runId);
  expect(run).toMatchObject({ origin: 'session', counts: { pending: 3 } });
  const pending = await store.pending(runId, -1, 10);
  expect(pending.map(({ id, model }) => [id, model.model])).toEqual([
    [first[0]?.jobId, 'talker'],
    [first[1]?.jobId, 'painter'],
    [second[0]?.jobId, 'talker'],
  ]);
  const jobs = await store.jobsById([...first, ...second].map(({ jobId }) => jobId));
  expect(jobs.map(({ row, position, stem }) => [row, position, stem])).toEqual([
    [0, 0, '000000/000000'],
    [1, 1, '000000/000001'],
    [2, 2, '000000/000002'],
  ]);
  expect(first).toMatchObject([{ row: 0, stem: '000000/000000' }, { row: 1 }]);
  const rows = await store.rowsAt(run?.datasetId ?? 0, [0, 1, 2]);
  expect(rows.map(({ fields }) => fields['request'])).toEqual(['a', 'b', 'c']);
  expect((await store.dataset(run?.datasetId ?? 0))?.rows).toBe(3);
});

it('gives a request the number that was reserved for it, and nobody else', async () => {
  const runId = await sessionRun();
  const add = (first?: { jobId: number; row: number }) =>
    store.addRequests(runId, [{ model: TALKER, fields: {} }], first);
  await add();
  const reserved = await store.reserveJobs(10);
  const [other] = await add();
  expect(other?.jobId).toBe(reserved + 10);
  const taken = { jobId: reserved + 3, row: 2 };
  expect(await add(taken)).toMatchObject([{ ...taken, stem: '000000/000002' }]);
  expect((await store.jobsById([taken.jobId])).map(({ row, state }) => [row, state])).toEqual([
    [2, 'pending'],
  ]);
  // A number that is taken, and a row that is not the next.
  await expect(add({ jobId: taken.jobId, row: 3 })).rejects.toThrow();
  await expect(add({ jobId: reserved + 4, row: 2 })).rejects.toMatchObject({ code: 'UNEXPECTED_STATE' });
  expect((await store.run(runId))?.counts.pending).toBe(3);
});

it('commits a request with the attempt that is made of it at once', async () => {
  await store.close();
  // Nothing that may wait for company is committed by itself.
  store = openStoreInProcess({ libraryDir: folder, setTimer: () => () => undefined });
  const runId = await sessionRun();
  const first = { jobId: await store.reserveJobs(1), row: 0 };
  const adding = store.addRequests(runId, [{ model: TALKER, fields: {} }], first);
  let isAdded = false;
  void adding.then(() => (isAdded = true));
  await new Promise((resolve) => setImmediate(resolve));
  expect(isAdded).toBe(false);
  const attempt = { attemptId: store.nextAttemptId(), jobId: first.jobId, runId, sentAt: 1 };
  await store.sent([{ ...attempt, endpointId: 'e', keyId: 'k', model: 'talker' }]);
  await adding;
  expect((await store.jobsById([first.jobId]))[0]?.state).toBe('sent');
});

it('knows a model that it heard of in a commit which came to nothing', async () => {
  const runId = await sessionRun();
  const adding = store.addRequests(runId, [{ model: PAINTER, fields: {} }]);
  const failing = store.received(99, {
    fileName: 'x.png',
    sha256: '',
    mimeType: 'image/png',
    width: 1,
    height: 1,
    sizeBytes: 1,
  });
  await expect(failing).rejects.toMatchObject({ code: 'UNEXPECTED_STATE' });
  const [added] = await adding;
  expect((await store.jobsById([added?.jobId ?? 0]))[0]).toMatchObject(PAINTER);
});

it('adds all of them or none, and none to a run that is gone', async () => {
  const runId = await sessionRun();
  await expect(store.addRequests(99, [{ model: TALKER, fields: {} }])).rejects.toMatchObject({
    code: 'NOT_FOUND',
  });
  expect((await store.run(runId))?.counts.pending).toBe(0);
});
