import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDriver } from './driver';
import { MIGRATIONS } from './migrations';
import { openDatabase, setAndReadBack } from './open-database';
import { StoreError, type StoreErrorCode } from './store-error';
import { DRIVERS } from './testing/library-fixture';

let dir: string;
let path: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'brushfleet-open-'));
  path = join(dir, 'library', 'brushfleet.db');
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

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

describe.each(DRIVERS)('a database opened with %s', (driver) => {
  it('writes ahead and syncs every commit, at its first opening and at its second', () => {
    for (const opening of ['first', 'second']) {
      const { db, pragmas } = openDatabase(path, driver);
      expect(pragmas, opening).toMatchObject({ journalMode: 'wal', synchronous: 2, driver });
      // Asked of the connection itself, not of what was remembered of it.
      expect(Object.values(db.prepare<object>('PRAGMA synchronous').get() ?? {})[0]).toBe(2);
      expect(Object.values(db.prepare<object>('PRAGMA foreign_keys').get() ?? {})[0]).toBe(1);
      db.close();
    }
  });

  it('is private to its user', () => {
    openDatabase(path, driver).db.close();
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(join(dir, 'library')).mode & 0o777).toBe(0o700);
  });

  it('is refused to a second connection, and free once closed', () => {
    const { db } = openDatabase(path, driver);
    expect(codeOf(() => openDatabase(path, driver))).toBe('LOCKED');
    db.close();
    openDatabase(path, driver).db.close();
  });

  it('refuses a newer schema and leaves every byte as it was', () => {
    const { db } = openDatabase(path, driver);
    db.exec(`PRAGMA user_version = ${MIGRATIONS.length + 1}`);
    db.close();
    const before = readFileSync(path);
    expect(codeOf(() => openDatabase(path, driver))).toBe('NEWER_SCHEMA');
    expect(() => openDatabase(path, driver)).toThrow(/written by a newer Brushfleet: update this one/);
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  it('refuses a newer schema that is still in the write-ahead log of a killed process', () => {
    const { db } = openDatabase(path, driver);
    db.exec(`PRAGMA user_version = ${MIGRATIONS.length + 1}`);
    const copy = join(dir, 'copy.db');
    writeFileSync(copy, readFileSync(path));
    writeFileSync(`${copy}-wal`, readFileSync(`${path}-wal`));
    db.close();
    expect(codeOf(() => openDatabase(copy, driver))).toBe('NEWER_SCHEMA');
  });

  it('refuses the database of another program and a file that is none', () => {
    const foreign = join(dir, 'foreign.db');
    const other = openDriver(foreign, driver);
    other.exec('CREATE TABLE theirs (a); INSERT INTO theirs VALUES (1)');
    other.close();
    expect(codeOf(() => openDatabase(foreign, driver))).toBe('CORRUPT');
    const text = join(dir, 'text.db');
    writeFileSync(text, 'a letter');
    expect(codeOf(() => openDatabase(text, driver))).toBe('CORRUPT');
    expect(readFileSync(text, 'utf8')).toBe('a letter');
  });

  it('refuses a database that cannot keep its promises', () => {
    // A database in memory has no write-ahead log, like one on a file system that cannot lock.
    const db = openDriver(':memory:', driver);
    expect(codeOf(() => setAndReadBack(db))).toBe('NOT_DURABLE');
  });

  it('rolls back what throws, and goes on', () => {
    const { db } = openDatabase(path, driver);
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
    const { db } = openDatabase(path, driver);
    db.prepare('INSERT INTO models (provider, model) VALUES (?, ?)').run('openai', String(Math.random()));
    db.close();
  }
  const { db } = openDatabase(path);
  expect(db.prepare<{ n: number }>('SELECT count(*) AS n FROM models').get()?.n).toBe(4);
  db.close();
});
