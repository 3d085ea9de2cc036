/** What SQLite says of a file that contradicts itself reaches nobody as it is: it is named as damage, with the way out. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { libraryPaths } from '../library';
import { restoreBackup } from './database/backup';
import { type Db, openDriver } from './database/driver';
import { openDatabase } from './database/open-database';
import { asOpeningError, asStoreError } from './store-error';
import { errorOf } from './testing/damage';
import { DRIVERS, type Library, plannedRun, temporaryLibrary } from './testing/library-fixture';

const WAY_OUT =
  /brushfleet\.db is damaged \(.+\)\. It is kept as it is; restore its backup of \d{4}-\d\d-\d\d \d\d:\d\d with "brushfleet library restore"\.$/;

function thrownBy(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error('Nothing was thrown.');
}

describe.each(DRIVERS)('an error of %s', (driver) => {
  let dir: string;
  let db: Db;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'brushfleet-error-'));
    db = openDriver(join(dir, 'a.db'), driver);
    db.exec(`PRAGMA foreign_keys = 1;
      CREATE TABLE parents (id INTEGER PRIMARY KEY, name TEXT, twice INTEGER AS (id * 2));
      CREATE TABLE children (parent TEXT REFERENCES parents (name));
      CREATE TABLE only (a TEXT UNIQUE) STRICT;`);
  });
  afterEach(() => {
    db.close();
    rmSync(dir, { recursive: true, force: true });
  });

  it.each([
    `INSERT INTO children VALUES ('a')`,
    'SELECT * FROM elsewhere',
    'SELECT elsewhere FROM parents',
    'INSERT INTO parents (elsewhere) VALUES (1)',
    'INSERT INTO only VALUES (1, 2)',
    'UPDATE parents SET twice = 1',
    'INSERT INTO parents (id) VALUES (1) ON CONFLICT (name) DO NOTHING',
    'SELECT * FROM parents INDEXED BY elsewhere',
    'SELECT elsewhere(1)',
    `SELECT '{' ->> 'a'`,
  ])('about a schema or a cell that cannot be is damage: %s', (sql) => {
    expect(asStoreError(thrownBy(() => db.prepare(sql).all()))).toMatchObject({
      code: 'CORRUPT',
      message: 'The database of the library is damaged: keep the file and restore its backup.',
    });
  });

  it('about anything else is none, and a sentence', () => {
    db.exec(`INSERT INTO only VALUES ('a')`);
    expect(asStoreError(thrownBy(() => db.exec(`INSERT INTO only VALUES ('a')`)))).toMatchObject({
      code: 'DATABASE',
      message: expect.stringMatching(/^The database of the library cannot do this: UNIQUE .*\.$/),
    });
    const wrong = thrownBy(() => db.exec('COMMIT'));
    expect(asStoreError(wrong).code).toBe('DATABASE');
    // At the opening nothing is asked that a library of ours does not know.
    expect(asOpeningError(wrong).code).toBe('CORRUPT');
  });
});

describe.each(DRIVERS)('a library on %s', (driver) => {
  let library: Library;
  let database: string;
  beforeEach(async () => {
    library = temporaryLibrary(driver);
    database = libraryPaths(library.dir).database;
    const store = await library.open();
    await plannedRun(store, 2);
    await store.close();
  });
  afterEach(() => library.remove());

  /** As flipped bits leave it: of the same length. */
  function changeText(from: string, to: string): void {
    const bytes = readFileSync(database);
    expect(to).toHaveLength(from.length);
    // Steps of the schema have left earlier copies of its text behind.
    writeFileSync(database, bytes.toString('latin1').replaceAll(from, to), 'latin1');
    expect(readFileSync(database).equals(bytes)).toBe(false);
  }

  it.each([
    ['foreign key mismatch', 'REFERENCES datasets (id)', 'REFERENCES datasets (ie)'],
    ['no such table', 'REFERENCES datasets (id)', 'REFERENCES datasetr (id)'],
    ['no such column', 'output_dir TEXT NOT NULL', 'output_dis TEXT NOT NULL'],
    ['malformed database schema', 'REFERENCES datasets (id)', 'REFERENC@S datasets (id)'],
  ])(
    'whose schema lost a bit is refused at its opening, or at the call that finds it: %s',
    async (_, from, to) => {
      changeText(from, to);
      const error = await errorOf(async () => {
        const store = await library.open();
        try {
          await store.recover();
          await plannedRun(store, 2);
        } finally {
          await store.close();
        }
      });
      expect(error).toMatchObject({ code: 'CORRUPT', message: expect.stringMatching(WAY_OUT) });
    },
  );

  it('that says it is of an earlier version than it is, is refused, and its copy taken back', async () => {
    const { db } = openDatabase(database, { driver });
    db.exec('PRAGMA user_version = 3');
    db.close();
    const error = await errorOf(() => library.open());
    expect(error).toMatchObject({ code: 'CORRUPT', message: expect.stringMatching(WAY_OUT) });
    restoreBackup(library.dir);
    expect(await (await library.open()).runs()).toHaveLength(1);
  });
});
