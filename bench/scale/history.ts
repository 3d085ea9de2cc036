/** Gives most jobs of the run an outcome in one sweep of SQL: what a run of hours leaves, without the hours. */
import { closeSync, openSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { noteQuiet } from '../../src-main/app/folders/quiet-folders';
import type { Db } from '../../src-main/store/database/driver';
import { libraryPaths } from '../../src-main/library';
import { openDatabase } from '../../src-main/store/database/open-database';
import { systemClock } from '../../src-main/system-clock';
import { type Figure, note } from '../pool/figures';
import { libraryDir, openScene, type Scene } from './scene';

/** Of ten rows: seven done, one failed, two pending. */
const OUTCOMES = `
  UPDATE jobs SET state = CASE WHEN row % 10 < 7 THEN 'done' WHEN row % 10 = 7 THEN 'failed' ELSE 'pending' END,
    attempts = iif(row % 10 < 8, 1, 0), took_ms = iif(row % 10 < 8, 900, NULL), endpoint_name = 'Mock',
    cost_micro_usd = iif(row % 10 < 7, 39000, NULL), result_id = NULL,
    failure = CASE WHEN row % 10 = 7 THEN json_object(
      'kind', CASE row % 30 WHEN 7 THEN 'blocked' WHEN 17 THEN 'timeout' ELSE 'no_image' END,
      'message', 'Failed for reason ' || (row % 7)) END;
  DELETE FROM results;
  DELETE FROM attempts;
  INSERT INTO attempts (job_id, number, endpoint_id, endpoint_name, key_id, key_tail, sent_at, state, ended_at, took_ms, model, cost_micro_usd)
    SELECT id, 1, 'mock', 'Mock', 'bench', '0001', unixepoch() * 1000 - row * 3, iif(state = 'done', 'done', 'failed'),
      unixepoch() * 1000 - row * 3 + 900, 900, 'gemini-2.5-flash-image', cost_micro_usd
    FROM jobs WHERE attempts = 1;
  INSERT INTO results (job_id, file_name, mime_type, width, height, size_bytes, sha256, modified_ms)
    SELECT id, stem || '.png', 'image/png', 1024, 1024, 0, hex(zeroblob(32)), unixepoch() * 1000 + 60000 FROM jobs WHERE state = 'done';
  DELETE FROM sent_quarters;
  INSERT INTO sent_quarters (quarter, endpoint_id, key_id, model, requests, reached, cost_micro_usd)
    SELECT sent_at / 900000 * 900000, endpoint_id, key_id, model, count(*), count(*),
    coalesce(sum(cost_micro_usd), 0) FROM attempts GROUP BY 1, 2, 3, 4;
  DELETE FROM ended_minutes;
  INSERT INTO ended_minutes SELECT ended_at / 60000 * 60000, endpoint_id, key_id, sum(state = 'done'),
    sum(state <> 'done'), coalesce(sum(cost_micro_usd), 0) FROM attempts GROUP BY 1, 2, 3;
  DELETE FROM busy_minutes;
  INSERT INTO busy_minutes SELECT ended_at / 60000 * 60000, min(sent_at) FROM attempts GROUP BY 1;
  CREATE TEMP TABLE result_of (job_id INTEGER PRIMARY KEY, id INTEGER);
  INSERT INTO result_of SELECT job_id, id FROM results;
  UPDATE jobs SET result_id = (SELECT id FROM result_of WHERE job_id = jobs.id) WHERE state = 'done';
  DELETE FROM run_failures;
  INSERT INTO run_failures SELECT run_id, failure_kind, count(*) FROM jobs WHERE state = 'failed' GROUP BY run_id, failure_kind;
  UPDATE runs SET sent = 0, leased = 0, unknown = 0,
    pending = (SELECT count(*) FROM jobs WHERE state = 'pending' AND run_id = runs.id),
    done = (SELECT count(*) FROM jobs WHERE state = 'done' AND run_id = runs.id),
    failed = (SELECT count(*) FROM jobs WHERE state = 'failed' AND run_id = runs.id);
`;

/** An empty file for each result, and no other picture: a resume looks at all of them. */
function writeFiles(db: Db): void {
  for (const { output_dir } of db.prepare<{ output_dir: string }>('SELECT output_dir FROM runs').all()) {
    for (const name of readdirSync(output_dir).filter((one) => one.endsWith('.png'))) {
      rmSync(join(output_dir, name));
    }
  }
  const stems = db.prepare<{ path: string }>(
    `SELECT runs.output_dir || '/' || stem || '.png' AS path FROM jobs JOIN runs ON runs.id = run_id WHERE jobs.state = 'done'`,
  );
  for (const { path } of stems.iterate()) {
    closeSync(openSync(path, 'w'));
  }
}

/** As the app leaves a run that stands still. */
async function noteQuietRuns(scene: Scene): Promise<void> {
  const app = await openScene(scene);
  for (const run of await app.store.runs()) {
    await noteQuiet({ store: app.store, clock: systemClock, log: app.log }, run);
  }
  await app.close();
}

export async function historyStage(scene: Scene): Promise<readonly Figure[]> {
  const from = performance.now();
  const { db } = openDatabase(libraryPaths(libraryDir(scene)).database);
  db.transaction(() => db.exec(OUTCOMES));
  writeFiles(db);
  const pages = db.prepare<{ page_count: number }>('PRAGMA page_count').get()?.page_count ?? 0;
  const checkFrom = performance.now();
  db.prepare('PRAGMA quick_check(1)').all();
  const checkMs = performance.now() - checkFrom;
  db.close();
  await noteQuietRuns(scene);
  return [
    note('made in, s', ((performance.now() - from) / 1000).toFixed(1)),
    note('database, MB', ((pages * 4096) / 1e6).toFixed(0)),
    note('quick_check of all of it, s', (checkMs / 1000).toFixed(1)),
  ];
}
