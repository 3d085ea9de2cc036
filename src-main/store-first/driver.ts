/** The driver under the names these tables use. */
import { type Db, type DriverName, openDriver, type SqlValue as Value } from '../store/driver';

export type { DriverName };
export type SqlValue = Value;
export type SqlRow = Readonly<Record<string, SqlValue>>;

export interface Statement {
  run(...values: SqlValue[]): { readonly changes: number; readonly lastId: number };
  get(...values: SqlValue[]): SqlRow | undefined;
  all(...values: SqlValue[]): readonly SqlRow[];
}

export interface Database {
  readonly driver: DriverName;
  exec(sql: string): void;
  prepare(sql: string): Statement;
  transaction<T>(work: () => T): T;
  close(): void;
}

export function openDatabase(path: string, wanted?: DriverName): Database {
  const db: Db = openDriver(path, wanted);
  db.prepare('PRAGMA journal_mode = WAL').all();
  db.exec('PRAGMA synchronous = FULL');
  const statements = new Map<string, Statement>();
  return {
    ...db,
    exec: (sql) => db.exec(sql),
    transaction: (work) => db.transaction(work),
    close: () => db.close(),
    prepare(sql) {
      const known = statements.get(sql) ?? db.prepare<SqlRow>(sql);
      statements.set(sql, known);
      return known;
    },
  };
}

export function pragma(database: Database, name: string): SqlValue {
  return Object.values(database.prepare(`PRAGMA ${name}`).all()[0] ?? {})[0] ?? null;
}
