import { describe, expect, it } from 'vitest';
import { libraryPaths } from '../../library';
import type { Db, DriverName } from '../database/driver';
import { MIGRATIONS } from '../database/migrations';
import { openDatabase } from '../database/open-database';
import {
  attemptFor,
  doneEnd,
  DRIVERS,
  failedEnd,
  fileOf,
  type Library,
  plannedRun,
  sendNext,
  temporaryLibrary,
} from '../testing/library-fixture';

const MINUTE = 60_000;
const NOW = Date.UTC(2026, 10, 21, 12, 7);

const SUMS = ['sent_quarters', 'ended_minutes', 'busy_minutes'] as const;

/** As their keys order them. A minute in which what was lost was found again may hold nothing any more. */
function sumsOf(db: Db) {
  return {
    quarters: db
      .prepare(
        'SELECT quarter, endpoint_id, key_id, model, requests, reached, cost_micro_usd FROM sent_quarters',
      )
      .all(),
    minutes: db.prepare('SELECT * FROM ended_minutes WHERE done + failed > 0').all(),
  };
}

describe.each(DRIVERS)('the sums of what was sent, on %s', (driver) => {
  it('are what the attempts add up to, whatever became of them', async () => {
    const library = temporaryLibrary(driver);
    let store = await library.open({ wallNow: () => NOW });
    const { id } = await plannedRun(store, 30);
    const send = (ago: number, given = {}) => sendNext(store, id, { sentAt: NOW - ago * MINUTE, ...given });
    for (const [ago, keyId] of [
      [50, 'key-1'],
      [31, null],
      [31, 'key-2'],
      [1, 'key-1'],
    ] as const) {
      const start = await send(ago, { keyId, endpointId: keyId === 'key-2' ? 'other' : 'relay' });
      await store.received(start.attemptId, fileOf('x'));
      await store.ended({
        ...doneEnd(start, fileOf('x')),
        endedAt: NOW - MINUTE,
        bodySentAt: NOW - 2 * MINUTE,
      });
    }
    for (const kind of ['overloaded', 'bad_input', 'network'] as const) {
      const end = failedEnd(await send(20), kind, { kind: 'again', counted: true });
      const failure = { kind, message: 'No.', ...(kind === 'network' ? { bodySent: false } : {}) };
      await store.ended({ ...end, endedAt: NOW - 19 * MINUTE, outcome: { kind: 'failed', failure } });
    }
    // Given up as lost, and found whole after all: it is a success, not a failure and a success.
    const lost = await send(10);
    await store.received(lost.attemptId, fileOf('y'));
    const end = { ...doneEnd(lost, fileOf('y')), endedAt: NOW - 9 * MINUTE };
    await store.ended({ ...end, outcome: { kind: 'lost' }, next: { kind: 'unknown' } });
    await store.ended({ ...end, endedAt: NOW - 3 * MINUTE });
    // Cut off with its process.
    await send(5);
    store = await library.open({ wallNow: () => NOW });
    await store.recover();
    await store.close();

    expectSumsOfAttempts(library, driver);
    await library.remove();
  });

  it('tell apart what one commit holds, whatever differs', async () => {
    const library = temporaryLibrary(driver);
    const store = await library.open({ wallNow: () => NOW, setTimer: () => () => undefined });
    const { id } = await plannedRun(store, 18);
    const places = [
      {},
      { model: 'gpt-image-2' },
      { keyId: 'key-2' },
      { keyId: null },
      { endpointId: 'other' },
      { sentAt: NOW - 40 * MINUTE },
    ];
    // Each after the usual one, and twice in a row.
    const givens = places.flatMap((given) => [{}, given, given]);
    const jobs = await store.pending(id, -1, givens.length);
    const starts = jobs.map((job, at) => ({ ...attemptFor(store, job), sentAt: NOW, ...givens[at] }));
    await store.sent(starts);
    const ends = starts.map((start, at) =>
      store.ended({ ...doneEnd(start, fileOf(`${at}`)), endedAt: NOW + (at % 4 === 3 ? MINUTE : 0) }),
    );
    await Promise.all([...ends, store.close()]);
    expectSumsOfAttempts(library, driver);
    await library.remove();
  });
});

/** What is kept is what summing all attempts up anew finds. */
function expectSumsOfAttempts(library: Library, driver: DriverName): void {
  const { db } = openDatabase(libraryPaths(library.dir).database, { driver });
  const kept = sumsOf(db);
  expect(kept.quarters.length).toBeGreaterThan(3);
  db.exec(`${SUMS.map((name) => `DROP TABLE ${name};`).join(' ')} DROP INDEX attempts_open;`);
  db.exec(MIGRATIONS[3] ?? '');
  expect(kept).toEqual(sumsOf(db));
  db.close();
}
