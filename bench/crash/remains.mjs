/** What a dead process left behind: its database, read from a copy, and the folder of one run. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/**
 * @typedef {object} JobRemains
 * @property {number} row the number in the prompt
 * @property {number} idx
 * @property {string} state
 * @property {string | null} fileName of its result
 * @property {string | null} sha256
 * @property {AttemptRemains[]} attempts
 */

/** @typedef {{ state: string, costMicroUsd: number | null, bodySent?: number | null }} AttemptRemains */

/**
 * @typedef {object} Remains
 * @property {string} integrity what SQLite says of the file
 * @property {Record<string, number> | null} run its counters, as the journal keeps them; null: there is none yet
 * @property {JobRemains[]} jobs
 * @property {Map<string, string>} files sha256 by name below the output folder, tables left out
 * @property {string} jsonl
 * @property {string | null} csv null: there is none
 */

/**
 * @param {{ database: string, outputDir: string, firstRow: number, filesIn?: string }} where `filesIn`: the output folder
 *   was laid out elsewhere
 * @returns {Promise<Remains>}
 */
export async function readRemains({ database, outputDir, firstRow, filesIn = outputDir }) {
  const stored = readDatabase(database, outputDir, firstRow);
  return {
    ...stored,
    files: await hashes(filesIn),
    jsonl: (await textOf(join(filesIn, 'results.jsonl'))) ?? '',
    csv: await textOf(join(filesIn, 'results.csv')),
  };
}

/**
 * @param {string} database
 * @param {string} outputDir
 * @param {number} firstRow
 */
function readDatabase(database, outputDir, firstRow) {
  const db = new DatabaseSync(database);
  try {
    const integrity = String(db.prepare('PRAGMA integrity_check').get()?.integrity_check);
    // A process that was killed while it made its library leaves a file without tables.
    const isMade = db.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'runs'`).get() !== undefined;
    const find = isMade && db.prepare('SELECT * FROM runs WHERE output_dir = ? AND replaced = 0');
    const run = find === false ? undefined : find.get(outputDir);
    if (run === undefined) {
      return { integrity, run: null, jobs: [] };
    }
    const jobs = db
      .prepare(
        `SELECT j.id, j.idx, j.state, r.file_name AS fileName, r.sha256 FROM jobs j
         LEFT JOIN results r ON r.id = j.result_id WHERE j.run_id = ? ORDER BY j.position`,
      )
      .all(run.id);
    const attempts = db.prepare(
      `SELECT state, cost_micro_usd AS costMicroUsd, failure ->> 'bodySent' AS bodySent FROM attempts
       WHERE job_id = ? ORDER BY id`,
    );
    return {
      integrity,
      run,
      jobs: jobs.map((job) => ({ ...job, row: firstRow + job.idx, attempts: attempts.all(job.id) })),
    };
  } finally {
    db.close();
  }
}

/** @param {string} folder */
async function hashes(folder) {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const pictures = names.filter((name) => /\.(png|jpe?g|webp|part)$/.test(name));
  const files = new Map();
  for (const name of pictures) {
    files.set(
      name,
      createHash('sha256')
        .update(await readFile(join(folder, name)))
        .digest('hex'),
    );
  }
  return files;
}

/** @param {string} path */
function textOf(path) {
  return readFile(path, 'utf8').catch(() => null);
}
