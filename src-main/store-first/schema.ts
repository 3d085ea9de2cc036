/** The shape of the database, as numbered migrations. A library of a newer Brushfleet is refused untouched. */
import { type Database, pragma } from './driver';

const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE datasets (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL, format TEXT NOT NULL, source_path TEXT, base_dir TEXT,
    columns TEXT NOT NULL DEFAULT '[]', problems TEXT NOT NULL DEFAULT '[]', rows INTEGER NOT NULL DEFAULT 0,
    importing INTEGER NOT NULL DEFAULT 1, created_at INTEGER NOT NULL
  );
  CREATE TABLE dataset_rows (
    dataset_id INTEGER NOT NULL, row INTEGER NOT NULL, idx INTEGER NOT NULL, fields TEXT NOT NULL,
    PRIMARY KEY (dataset_id, row)
  ) WITHOUT ROWID;
  CREATE TABLE runs (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL, dataset_id INTEGER NOT NULL, recipe TEXT NOT NULL,
    options TEXT NOT NULL, output_dir TEXT NOT NULL, replaced INTEGER NOT NULL DEFAULT 0, state TEXT NOT NULL,
    created_at INTEGER NOT NULL, cost_micro INTEGER NOT NULL DEFAULT 0
  );
  CREATE UNIQUE INDEX runs_by_folder ON runs (output_dir) WHERE replaced = 0;
  CREATE TABLE jobs (
    id INTEGER PRIMARY KEY, run_id INTEGER NOT NULL, position INTEGER NOT NULL, row INTEGER NOT NULL,
    idx INTEGER NOT NULL, variant INTEGER NOT NULL, provider TEXT NOT NULL, model TEXT NOT NULL,
    stem TEXT NOT NULL, digest TEXT NOT NULL, state TEXT NOT NULL DEFAULT 'pending',
    retries_used INTEGER NOT NULL DEFAULT 0, failure_kind TEXT, failure TEXT, attempts INTEGER NOT NULL DEFAULT 0,
    endpoint_name TEXT, took_ms INTEGER, cost_micro INTEGER, result_id INTEGER
  );
  CREATE UNIQUE INDEX jobs_by_place ON jobs (run_id, row, provider, model, variant);
  CREATE INDEX jobs_in_order ON jobs (run_id, position);
  CREATE INDEX jobs_by_state ON jobs (run_id, state, position);
  CREATE INDEX jobs_by_failure ON jobs (run_id, failure_kind, position) WHERE failure_kind IS NOT NULL;
  CREATE INDEX jobs_by_result ON jobs (result_id) WHERE result_id IS NOT NULL;
  CREATE TABLE attempts (
    id INTEGER PRIMARY KEY, job_id INTEGER NOT NULL, run_id INTEGER NOT NULL, number INTEGER NOT NULL,
    endpoint_id TEXT NOT NULL, endpoint_name TEXT NOT NULL, key_id TEXT, key_tail TEXT NOT NULL,
    sent_at INTEGER NOT NULL, ended_at INTEGER, outcome TEXT NOT NULL, file TEXT, failure TEXT, cost_micro INTEGER
  );
  CREATE INDEX attempts_by_job ON attempts (job_id);
  CREATE INDEX attempts_open ON attempts (outcome) WHERE outcome IN ('sent', 'received');
  CREATE TABLE results (
    id INTEGER PRIMARY KEY, job_id INTEGER NOT NULL, run_id INTEGER NOT NULL, file_name TEXT NOT NULL,
    mime_type TEXT NOT NULL, width INTEGER NOT NULL, height INTEGER NOT NULL, size_bytes INTEGER NOT NULL,
    sha256 TEXT NOT NULL, created_at INTEGER NOT NULL
  );
  CREATE TABLE run_counts (
    run_id INTEGER NOT NULL, what TEXT NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (run_id, what)
  ) WITHOUT ROWID;
  CREATE TRIGGER count_new_job AFTER INSERT ON jobs BEGIN
    INSERT INTO run_counts VALUES (new.run_id, new.state, 1) ON CONFLICT DO UPDATE SET n = n + 1;
  END;
  CREATE TRIGGER count_job AFTER UPDATE OF state ON jobs WHEN old.state <> new.state BEGIN
    UPDATE run_counts SET n = n - 1 WHERE run_id = old.run_id AND what = old.state;
    INSERT INTO run_counts VALUES (new.run_id, new.state, 1) ON CONFLICT DO UPDATE SET n = n + 1;
  END;
  CREATE TRIGGER count_failure AFTER UPDATE OF state ON jobs WHEN new.state = 'failed' AND old.state <> 'failed' BEGIN
    INSERT INTO run_counts VALUES (new.run_id, 'failure:' || new.failure_kind, 1) ON CONFLICT DO UPDATE SET n = n + 1;
  END;
  CREATE TRIGGER uncount_failure AFTER UPDATE OF state ON jobs WHEN old.state = 'failed' AND new.state <> 'failed' BEGIN
    UPDATE run_counts SET n = n - 1 WHERE run_id = old.run_id AND what = 'failure:' || old.failure_kind;
  END;
  CREATE TABLE endpoints (id TEXT PRIMARY KEY, value TEXT NOT NULL);
  CREATE TABLE keys (id TEXT PRIMARY KEY, value TEXT NOT NULL);
  CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
  `,
];

/** Brings the database to the present version. Throws, with the file unchanged, when it is newer than this program. */
export function migrate(database: Database): void {
  const version = Number(pragma(database, 'user_version'));
  if (version > MIGRATIONS.length) {
    throw new Error(
      `This library was written by a newer Brushfleet (version ${version} of its database, this one knows ${MIGRATIONS.length}): use that one, or set BRUSHFLEET_HOME to another folder.`,
    );
  }
  for (let next = version; next < MIGRATIONS.length; next += 1) {
    database.transaction(() => {
      database.exec(MIGRATIONS[next] ?? '');
      database.exec(`PRAGMA user_version = ${next + 1}`);
    });
  }
}
