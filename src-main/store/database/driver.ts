/**
 * Opens SQLite with what the runtime has, behind one small synchronous interface. Only this file knows that there are
 * two: `node:sqlite` where it is new enough, else the npm package `libsql`.
 */
import { createRequire } from 'node:module';
import type { DatabaseSync } from 'node:sqlite';
import { StoreError } from '../store-error';

export type DriverName = 'node' | 'libsql';

export type SqlValue = string | number | null;

export interface Statement<Row> {
  /** `lastId` is the row id of the last insert on this connection. */
  run(...values: readonly SqlValue[]): { readonly changes: number; readonly lastId: number };
  get(...values: readonly SqlValue[]): Row | undefined;
  all(...values: readonly SqlValue[]): readonly Row[];
  iterate(...values: readonly SqlValue[]): IterableIterator<Row>;
}

export interface Db {
  readonly driver: DriverName;
  exec(sql: string): void;
  /** `Row` states the columns of the SQL beside it; nothing checks it but the tests. */
  prepare<Row>(sql: string): Statement<Row>;
  /** One transaction at a time; `work` throws: nothing of it stays. */
  transaction<T>(work: () => T): T;
  /** How many came to nothing so far: whoever remembers what was written in one forgets it when this changes. */
  rollbacks(): number;
  /** Statements are not used after it. */
  close(): void;
}

/**
 * The first SQLite without the bug that could damage a WAL database of several connections (sqlite.org/wal.html). Older ones of
 * the runtime are left alone; libsql's 3.45 is used with exactly one connection.
 */
const OLDEST_NODE_SQLITE = [3, 51, 3] as const;

/** What `BRUSHFLEET_SQLITE` asks for; for tests and for a machine where one of them fails. */
export function driverFromEnv(env: Readonly<Record<string, string | undefined>>): DriverName | undefined {
  const asked = env['BRUSHFLEET_SQLITE'];
  return asked === 'node' || asked === 'libsql' ? asked : undefined;
}

/** Opens or creates the file. Throws StoreError NO_DRIVER, else what the driver throws. */
export function openDriver(path: string, forced?: DriverName): Db {
  const driver = forced ?? (nodeSqlite() === null ? 'libsql' : 'node');
  switch (driver) {
    case 'node':
      return openNodeSqlite(path);
    case 'libsql':
      return openLibsql(path);
  }
}

function nodeSqlite(): typeof import('node:sqlite') | null {
  const version = (process.versions['sqlite'] ?? '0').split('.').map(Number);
  const difference =
    OLDEST_NODE_SQLITE.map((part, at) => (version[at] ?? 0) - part).find((d) => d !== 0) ?? 0;
  // Asked of the process at run time: an import would end every runtime that has no such module.
  return difference < 0 ? null : (process.getBuiltinModule?.('node:sqlite') ?? null);
}

function openNodeSqlite(path: string): Db {
  const sqlite = nodeSqlite();
  if (sqlite === null) {
    throw new StoreError(
      'NO_DRIVER',
      'This runtime has no node:sqlite that is new enough: unset BRUSHFLEET_SQLITE.',
    );
  }
  const database: DatabaseSync = new sqlite.DatabaseSync(path);
  return withTransactions({
    driver: 'node',
    exec: (sql) => database.exec(sql),
    prepare<Row>(sql: string): Statement<Row> {
      const statement = database.prepare(sql);
      return {
        run: (...values) => {
          const { changes, lastInsertRowid } = statement.run(...values);
          return { changes: Number(changes), lastId: Number(lastInsertRowid) };
        },
        get: (...values) => statement.get(...values) as Row | undefined,
        all: (...values) => statement.all(...values) as unknown as readonly Row[],
        iterate: (...values) => statement.iterate(...values) as unknown as IterableIterator<Row>,
      };
    },
    close: () => database.close(),
  });
}

/** The part of libsql's interface that is used; its own types promise more than it has. */
interface LibsqlStatement {
  run(values: readonly SqlValue[]): { changes: number; lastInsertRowid: number | bigint };
  get(values: readonly SqlValue[]): unknown;
  all(values: readonly SqlValue[]): unknown[];
  iterate(values: readonly SqlValue[]): IterableIterator<unknown>;
}

type LibsqlConstructor = new (
  path: string,
) => { exec(sql: string): void; prepare(sql: string): LibsqlStatement; close(): void };

function openLibsql(path: string): Db {
  let Libsql: LibsqlConstructor;
  try {
    Libsql = createRequire(import.meta.url)('libsql');
  } catch (error) {
    throw new StoreError(
      'NO_DRIVER',
      'No SQLite for this system: use Node 24 or newer, or install the npm package libsql for this platform.',
      { cause: error },
    );
  }
  const database = new Libsql(path);
  return withTransactions({
    driver: 'libsql',
    exec: (sql) => database.exec(sql),
    prepare<Row>(sql: string): Statement<Row> {
      const statement = database.prepare(sql);
      // Values go as one array: a lone null would be taken for an object of named parameters.
      return {
        run: (...values) => {
          const { changes, lastInsertRowid } = statement.run(values);
          return { changes, lastId: Number(lastInsertRowid) };
        },
        get: (...values) => statement.get(values) as Row | undefined,
        all: (...values) => statement.all(values) as readonly Row[],
        iterate: (...values) => statement.iterate(values) as IterableIterator<Row>,
      };
    },
    close() {
      // libsql keeps the file open until its statements are collected, and with it the lock: so the lock goes first,
      // which SQLite allows only outside WAL.
      try {
        database.exec(
          'PRAGMA busy_timeout = 0; PRAGMA journal_mode = DELETE; PRAGMA locking_mode = NORMAL; SELECT 1 FROM sqlite_schema;',
        );
      } finally {
        database.close();
      }
    },
  });
}

function withTransactions(bare: Omit<Db, 'transaction' | 'rollbacks'>): Db {
  let rollbacks = 0;
  return {
    ...bare,
    rollbacks: () => rollbacks,
    transaction(work) {
      bare.exec('BEGIN IMMEDIATE');
      try {
        const answer = work();
        bare.exec('COMMIT');
        return answer;
      } catch (error) {
        rollbacks += 1;
        rollBack(bare);
        throw error;
      }
    },
  };
}

/** SQLite has rolled back by itself after some errors (a full disk), and then refuses to do it again. */
function rollBack(db: Pick<Db, 'exec'>): void {
  try {
    db.exec('ROLLBACK');
  } catch {
    // There is no transaction left to end.
  }
}
