import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Db, openDriver } from './driver';
import { APPLICATION_ID, MIGRATIONS } from './migrations';
import { openDatabase, setAndReadBack } from './open-database';
import { openStoreInProcess } from '../sqlite-store';
import { StoreError, type StoreErrorCode } from '../store-error';
import { DRIVERS, newRun } from '../testing/library-fixture';

let dir: string;
let path: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'brushfleet-open-'));
  path = join(dir, 'library', 'brushfleet.db');
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const byNumber = (a: string, b: string): number => a.localeCompare(b, 'en', { numeric: true });

function codeOf(work: () => unknown): StoreErrorCode | 'nothing thrown' {
  try {
    work();
  } catch (error) {
    if (error instanceof StoreError) {
      return error.code;
    }
    throw error;
  }
  return 'nothing thrown';
}

/** Before 3.51.3 a second connection can undo commits of the first: libsql's, which is older, never gets one. */
const LEAST_SQLITE = { node: '3.51.3', libsql: '3.45.1' };

describe.each(DRIVERS)('a database opened with %s', (driver) => {
  it('writes ahead and syncs every commit, at its first opening and at its second', () => {
    for (const opening of ['first', 'second']) {
      const { db, pragmas } = openDatabase(path, { driver });
      expect(pragmas, opening).toMatchObject({ journalMode: 'wal', synchronous: 2, driver });
      // Asked of the connection itself, not of what was remembered of it.
      expect(Object.values(db.prepare<object>('PRAGMA synchronous').get() ?? {})[0]).toBe(2);
      expect(Object.values(db.prepare<object>('PRAGMA foreign_keys').get() ?? {})[0]).toBe(1);
      db.close();
    }
  });

  it('is of an SQLite that keeps what it promises', () => {
    const { db, pragmas } = openDatabase(path, { driver });
    const version = pragmas.sqliteVersion;
    expect([LEAST_SQLITE[driver], version].toSorted(byNumber)[0], version).toBe(LEAST_SQLITE[driver]);
    db.close();
  });

  it('is private to its user', () => {
    openDatabase(path, { driver }).db.close();
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(join(dir, 'library')).mode & 0o777).toBe(0o700);
  });

  it('is refused to a second connection, and free once closed', () => {
    const { db } = openDatabase(path, { driver });
    expect(codeOf(() => openDatabase(path, { driver }))).toBe('LOCKED');
    db.close();
    openDatabase(path, { driver }).db.close();
  });

  it('brings a library of the first version up to date, and keeps all of it', async () => {
    const key = { id: 'k', label: 'work', tail: 'wxyz', endpointIds: ['e'], paused: false, fingerprint: 'f' };
    const state = { status: 'FAILED_INIT', since: 5, reason: { kind: 'invalid_key', message: 'No.' } };
    mkdirSync(dirname(path), { recursive: true });
    const old = openDriver(path, driver);
    old.exec(MIGRATIONS[0] ?? '');
    old.exec(`PRAGMA user_version = 1; PRAGMA application_id = ${APPLICATION_ID};`);
    const addKey = old.prepare('INSERT INTO keys (id, value) VALUES (?, ?)');
    addKey.run('k', JSON.stringify({ ...key, state }));
    addKey.run('broken', 'no json');
    addKey.run('new', JSON.stringify({ ...key, id: 'new' }));
    addRunOfVersion1(old);
    old.close();

    const notes: string[] = [];
    const store = openStoreInProcess({
      libraryDir: dirname(path),
      driver,
      onNote: (sentence) => notes.push(sentence),
    });
    expect(await store.keys()).toEqual([key, { ...key, id: 'new' }]);
    expect(notes).toEqual([expect.stringMatching(/^Key broken /)]);
    expect(await store.keyStates()).toEqual(new Map([['k', state]]));
    expect(await store.run(1)).toMatchObject({ name: 'cats', counts: { done: 1 }, costUsd: 0.04 });
    expect(await store.job(1)).toMatchObject({ state: 'done', result: { fileName: '000000.png' } });
    expect(await store.attempts(1)).toMatchObject([{ number: 1, keyTail: 'wxyz', sentAt: 1_000_000 }]);
    // Attempts of that time did not say which model they asked for: the one their job names.
    expect((await store.sendHistory(1_004_000, 0)).recent).toEqual([
      {
        endpointId: 'e',
        keyId: 'k',
        model: 'gpt-image-1',
        sentAt: 1_000_000,
        bodySentAt: null,
        endedAt: 1_003_000,
        tokens: 12,
      },
    ]);
    expect(store.nextAttemptId()).toBe(2);
    await store.close();
    // A state has one place, not two that may differ.
    const { db } = openDatabase(path, { driver });
    expect(db.prepare("SELECT id FROM keys WHERE instr(value, 'FAILED_INIT') > 0").all()).toEqual([]);
    db.close();
  });

  it('refuses a newer schema and leaves every byte as it was', () => {
    const { db } = openDatabase(path, { driver });
    db.exec(`PRAGMA user_version = ${MIGRATIONS.length + 1}`);
    db.close();
    const before = readFileSync(path);
    expect(codeOf(() => openDatabase(path, { driver }))).toBe('NEWER_SCHEMA');
    expect(() => openDatabase(path, { driver })).toThrow(/written by a newer Brushfleet: update this one/);
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  it('refuses a newer schema that is still in the write-ahead log of a killed process', () => {
    const { db } = openDatabase(path, { driver });
    db.exec(`PRAGMA user_version = ${MIGRATIONS.length + 1}`);
    const copy = join(dir, 'copy.db');
    writeFileSync(copy, readFileSync(path));
    writeFileSync(`${copy}-wal`, readFileSync(`${path}-wal`));
    db.close();
    expect(codeOf(() => openDatabase(copy, { driver }))).toBe('NEWER_SCHEMA');
  });

  it('refuses the database of another program and a file that is none', () => {
    const foreign = join(dir, 'foreign.db');
    const other = openDriver(foreign, driver);
    other.exec('CREATE TABLE theirs (a); INSERT INTO theirs VALUES (1)');
    other.close();
    expect(codeOf(() => openDatabase(foreign, { driver }))).toBe('CORRUPT');
    const text = join(dir, 'text.db');
    writeFileSync(text, 'a letter');
    expect(codeOf(() => openDatabase(text, { driver }))).toBe('CORRUPT');
    expect(readFileSync(text, 'utf8')).toBe('a letter');
  });

  it('refuses a database that cannot keep its promises', () => {
    // A database in memory has no write-ahead log, like one on a file system that cannot lock.
    const db = openDriver(':memory:', driver);
    expect(codeOf(() => setAndReadBack(db))).toBe('NOT_DURABLE');
  });

  it('rolls back what throws, and goes on', () => {
    const { db } = openDatabase(path, { driver });
    const add = db.prepare('INSERT INTO models (provider, model) VALUES (?, ?)');
    expect(() =>
      db.transaction(() => {
        add.run('openai', 'a');
        add.run('openai', 'a');
      }),
    ).toThrow(/UNIQUE/);
    db.transaction(() => add.run('openai', 'b'));
    const names = db.prepare<{ model: string }>('SELECT model FROM models');
    expect([...names.iterate()].map(({ model }) => model)).toEqual(['b']);
    db.close();
  });
});

it('is understood by both drivers in turn', () => {
  for (const driver of [...DRIVERS, ...DRIVERS]) {
    const { db } = openDatabase(path, { driver });
    db.prepare('INSERT INTO models (provider, model) VALUES (?, ?)').run('openai', String(Math.random()));
    db.close();
  }
  const { db } = openDatabase(path);
  expect(db.prepare<{ n: number }>('SELECT count(*) AS n FROM models').get()?.n).toBe(4);
  db.close();
});

/** One finished job, as the first version wrote it. */
function addRunOfVersion1(db: Db): void {
  const { recipe, options } = newRun(1);
  db.exec(`
    INSERT INTO datasets (name, format, created_at) VALUES ('cats.csv', 'csv', 1);
    INSERT INTO models (provider, model) VALUES ('openai', 'gpt-image-1');
    INSERT INTO runs (name, dataset_id, recipe, options, output_dir, created_at, state, cost_micro_usd, done)
      VALUES ('cats', 1, '${JSON.stringify(recipe)}', '${JSON.stringify(options)}', '/out', 1, '{"kind":"planned"}', 40000, 1);
    INSERT INTO jobs (run_id, position, row, idx, variant, model_id, stem, digest, state, attempts, result_id)
      VALUES (1, 0, 0, 0, 0, 1, '000000', 'first', 'done', 1, 1);
    INSERT INTO attempts (job_id, number, endpoint_id, endpoint_name, key_id, key_tail, sent_at, state, ended_at, usage)
      VALUES (1, 1, 'e', 'Relay', 'k', 'wxyz', 1000000, 'done', 1003000, '{"inputTokens":12}');
    INSERT INTO results (job_id, file_name, mime_type, width, height, size_bytes, sha256)
      VALUES (1, '000000.png', 'image/png', 1, 1, 1, 'hash');
  `);
}
