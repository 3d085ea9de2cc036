import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { KeyState } from '@shared/model/endpoint';
import { libraryPaths } from '../library';
import { openDatabase } from './database/open-database';
import type { Store } from './store';
import { openStore } from './store-client';
import { attemptFor, doneEnd, DRIVERS, fileOf, finishNext, plannedRun } from './testing/library-fixture';

let dir: string;
let store: Store | null;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'brushfleet-client-'));
  store = null;
});
afterEach(async () => {
  await store?.close().catch(() => undefined);
  rmSync(dir, { recursive: true, force: true });
});

describe.each(DRIVERS)('the store in its own thread, on %s', (driver) => {
  it('carries a job to its picture and keeps it', async () => {
    store = await openStore({ libraryDir: dir, driver });
    expect(await store.pragmas()).toMatchObject({ journalMode: 'wal', synchronous: 2, driver });
    const run = await plannedRun(store, 2);
    const jobId = await finishNext(store, run.id);
    await store.close();
    store = await openStore({ libraryDir: dir, driver });
    expect(await store.job(jobId)).toMatchObject({ state: 'done', result: fileOf('000000') });
    expect(await store.pragmas()).toMatchObject({ journalMode: 'wal', synchronous: 2 });
  });

  it('hands out attempt ids that go on from the last one', async () => {
    store = await openStore({ libraryDir: dir, driver });
    const run = await plannedRun(store, 1);
    await finishNext(store, run.id);
    const used = store.nextAttemptId();
    expect(store.nextAttemptId()).toBe(used + 1);
    await store.close();
    store = await openStore({ libraryDir: dir, driver });
    expect(store.nextAttemptId()).toBeGreaterThan(1);
  });

  it('carries maps of key states both ways', async () => {
    store = await openStore({ libraryDir: dir, driver });
    const states = new Map<string, KeyState>([['k', { status: 'COOLDOWN', since: 1, until: 2 }]]);
    await store.saveKeyStates(states);
    expect(await store.keyStates()).toEqual(states);
  });

  it('carries out what was asked before it closes, and nothing after', async () => {
    store = await openStore({ libraryDir: dir, driver });
    const run = await plannedRun(store, 1);
    const [job] = await store.pending(run.id, 0, 1);
    if (job === undefined) throw new Error('one job');
    const start = attemptFor(store, job);
    const asked = [store.sent([start]), store.ended(doneEnd(start, fileOf('000000')))];
    const closed = store.close();
    await expect(store.runs()).rejects.toMatchObject({ code: 'CLOSED' });
    await Promise.all([...asked, closed, store.close()]);
    store = await openStore({ libraryDir: dir, driver });
    expect(await store.counts(run.id)).toMatchObject({ done: 1 });
  });

  it('brings errors over as data', async () => {
    store = await openStore({ libraryDir: dir, driver });
    await expect(store.counts(99)).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: 'Run 99 is no longer in the library.',
    });
  });
});

it('says why it cannot be opened', async () => {
  writeFileSync(libraryPaths(dir).database, 'a letter');
  await expect(openStore({ libraryDir: dir })).rejects.toMatchObject({ code: 'CORRUPT' });
});

it('passes on what it could not read', async () => {
  const { db } = openDatabase(libraryPaths(dir).database);
  db.exec(`INSERT INTO endpoints (id, value) VALUES ('e2', '{}')`);
  db.close();
  const notes: string[] = [];
  store = await openStore({ libraryDir: dir, onNote: (sentence) => notes.push(sentence) });
  expect(await store.endpoints()).toEqual([]);
  expect(notes).toEqual([expect.stringMatching(/^Endpoint e2 in the library cannot be read/)]);
});

it('rejects every call, made or to come, when its thread dies', async () => {
  const workerFile = join(dir, 'dies.mjs');
  writeFileSync(
    workerFile,
    `import { parentPort } from 'node:worker_threads';
     parentPort.on('message', ({ method }) => { if (method === 'runs') process.exit(3); });
     parentPort.postMessage({ kind: 'ready', nextAttemptId: 1 });`,
  );
  const dying = await openStore({ libraryDir: dir, workerFile });
  const calls = [dying.datasets(), dying.runs(), dying.keys()];
  for (const call of calls) {
    await expect(call).rejects.toMatchObject({ code: 'WORKER_DIED' });
  }
  await expect(dying.endpoints()).rejects.toThrow(/Everything reported as done is safe: restart Brushfleet/);
  await dying.close();
});

it('says so when its thread cannot start at all', async () => {
  const workerFile = join(dir, 'breaks.mjs');
  writeFileSync(workerFile, 'throw new Error("no such thing");');
  await expect(openStore({ libraryDir: dir, workerFile })).rejects.toMatchObject({ code: 'WORKER_DIED' });
});
