/** What may have been charged counts for run, day and key over restarts, and goes out again once it is known. */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AttemptEnd, AttemptStart } from '../../engine/ports';
import { libraryPaths } from '../../library';
import { openDriver } from '../database/driver';
import { APPLICATION_ID, MIGRATIONS } from '../database/migrations';
import type { Store } from '../store';
import {
  doneEnd,
  DRIVERS,
  failedEnd,
  fileOf,
  type Library,
  newRun,
  plannedRun,
  sendNext,
  temporaryLibrary,
} from '../testing/library-fixture';

const PRICE = { priceUsd: 0.04 };
/** The last version that did not keep prices. */
const BEFORE = 11;

const lostEnd = (start: AttemptStart): AttemptEnd => ({
  ...failedEnd(start, 'network', { kind: 'unknown' }),
  outcome: { kind: 'lost' },
});

function networkEnd(start: AttemptStart, bodySent: boolean): AttemptEnd {
  const failure = { kind: 'network', message: 'It was cut off.', bodySent } as const;
  return { ...failedEnd(start, 'network'), outcome: { kind: 'failed', failure } };
}

describe.each(DRIVERS)('what may have been charged, on %s', (driver) => {
  let library: Library;
  let store: Store;
  let runId: number;
  beforeEach(async () => {
    library = temporaryLibrary(driver);
    store = await library.open();
    ({ id: runId } = await plannedRun(store, 20));
  });
  afterEach(() => library.remove());

  const send = (given: Partial<AttemptStart> = {}): Promise<AttemptStart> =>
    sendNext(store, runId, { ...PRICE, ...given });
  const reopen = async (): Promise<void> => {
    store = await library.open();
    await store.recover();
  };
  /** Of the run, of the day and of the usual key; and how many requests of the run had no price. */
  async function maybe(): Promise<readonly (number | undefined)[]> {
    const run = await store.run(runId);
    const day = await store.spentSince(0);
    const key = (await store.keySpentSince(0)).find(({ keyId }) => keyId === 'key-1');
    return [run?.maybeCharged.costUsd, day.maybeUsd, key?.maybeUsd ?? 0, run?.maybeCharged.unpriced];
  }

  it('is what was under way when its process was killed', async () => {
    await send();
    await send();
    await reopen();
    expect(await maybe()).toEqual([0.08, 0.08, 0.08, 0]);
    expect(await store.run(runId)).toMatchObject({ costUsd: 0, counts: { unknown: 2 } });
    // Who sends it again may pay twice.
    await store.requeue(runId, { kind: 'unknown' });
    await store.ended(doneEnd(await send(), fileOf('000000')));
    await reopen();
    expect(await maybe()).toEqual([0.08, 0.08, 0.08, 0]);
    expect(await store.spentSince(0)).toMatchObject({ requests: 3, costUsd: 0.04 });
  });

  it.each([
    ['a known cost', (start: AttemptStart) => doneEnd(start, fileOf('x')), 0],
    ['no known cost', (start: AttemptStart) => doneEnd(start, fileOf('x'), null), 0.04],
    ['a timeout', (start: AttemptStart) => failedEnd(start, 'timeout'), 0.04],
    ['a connection cut off before its body had left', (start: AttemptStart) => networkEnd(start, false), 0],
    ['a connection cut off after that', (start: AttemptStart) => networkEnd(start, true), 0.04],
    ['a refusal', (start: AttemptStart) => failedEnd(start, 'quota_minute'), 0],
    ['the death of its worker', lostEnd, 0.04],
  ])('is told of an attempt that ended with %s', async (_how, endOf, usd) => {
    const here = await send();
    await store.ended(endOf(here));
    expect(await maybe()).toEqual([usd, usd, usd, 0]);
    // The same of one that an earlier process sent.
    const before = await send();
    store = await library.open();
    await store.ended(endOf(before));
    expect(await maybe()).toEqual([2 * usd, 2 * usd, 2 * usd, 0]);
  });

  it('is no more what was found again, once its cost is known', async () => {
    const [known, unknown] = [await send(), await send()];
    for (const start of [known, unknown]) {
      await store.received(start.attemptId, fileOf('y'));
      await store.ended(lostEnd(start));
    }
    expect(await maybe()).toEqual([0.08, 0.08, 0.08, 0]);
    await store.ended(doneEnd(known, fileOf('y')));
    await store.ended(doneEnd(unknown, fileOf('y'), null));
    expect(await maybe()).toEqual([0.04, 0.04, 0.04, 0]);
    expect(await store.run(runId)).toMatchObject({ costUsd: 0.04, counts: { done: 2 } });
  });

  it('is counted without a price where there was none, until somebody knows what became of it', async () => {
    await send({ priceUsd: null });
    await store.ended(lostEnd(await send({ priceUsd: null })));
    await store.ended(doneEnd(await send({ priceUsd: null }), fileOf('x'), null));
    await store.ended(failedEnd(await send({ priceUsd: null }), 'timeout'));
    await reopen();
    expect(await maybe()).toEqual([0, 0, 0, 2]);
  });

  it('counts for the key and the moment it was sent with', async () => {
    await send({ keyId: 'key-2', sentAt: 900_000 });
    await send({ keyId: null, sentAt: 1000 });
    await reopen();
    expect(await store.spentSince(900_000)).toEqual({ requests: 1, costUsd: 0, maybeUsd: 0.04 });
    expect(await store.spentSince(0)).toMatchObject({ maybeUsd: 0.08 });
    expect(await store.keySpentSince(0)).toEqual([{ keyId: 'key-2', costUsd: 0, maybeUsd: 0.04 }]);
  });
});

describe.each(DRIVERS)('a library of before, on %s', (driver) => {
  it('counts what it left unknown and under way as requests without a price', async () => {
    const library = temporaryLibrary(driver);
    const path = libraryPaths(library.dir).database;
    mkdirSync(dirname(path), { recursive: true });
    const old = openDriver(path, driver);
    MIGRATIONS.slice(0, BEFORE).forEach(old.exec);
    const { recipe, options } = newRun(1);
    old.exec(`
      PRAGMA user_version = ${BEFORE}; PRAGMA application_id = ${APPLICATION_ID};
      INSERT INTO datasets (name, format, created_at) VALUES ('cats.csv', 'csv', 1);
      INSERT INTO models (provider, model) VALUES ('openai', 'gpt-image-1');
      INSERT INTO runs (name, dataset_id, recipe, options, output_dir, created_at, state, requests, sent, unknown)
        VALUES ('cats', 1, '${JSON.stringify(recipe)}', '${JSON.stringify(options)}', '/out', 1, '{"kind":"planned"}', 2, 1, 1);
      INSERT INTO jobs (run_id, position, row, idx, variant, model_id, stem, digest, state, attempts) VALUES
        (1, 0, 0, 0, 0, 1, '000000', 'first', 'unknown', 1), (1, 1, 1, 1, 0, 1, '000001', 'first', 'sent', 1);
      INSERT INTO attempts (job_id, number, endpoint_id, endpoint_name, key_id, key_tail, model, sent_at, state, ended_at)
        VALUES (1, 1, 'e', 'Relay', 'k', 'wxyz', 'gpt-image-1', 1000, 'lost', 2000),
        (2, 1, 'e', 'Relay', 'k', 'wxyz', 'gpt-image-1', 1000, 'sent', NULL);
    `);
    old.close();
    const store = await library.open();
    expect((await store.run(1))?.maybeCharged).toEqual({ costUsd: 0, unpriced: 2 });
    const start = { attemptId: 2, jobId: 2, runId: 1, endpointId: 'e', keyId: 'k', model: 'm', sentAt: 1000 };
    await store.ended(doneEnd(start, fileOf('000001')));
    expect(await store.run(1)).toMatchObject({ costUsd: 0.04, maybeCharged: { costUsd: 0, unpriced: 1 } });
    await library.remove();
  });
});
