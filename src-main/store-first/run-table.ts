/** Runs and the planning of their jobs. */
import type { RunOptions, RunState } from '@shared/model/run';
import type { Database, SqlRow } from './driver';
import { countsOf, number, runOf, text } from './records';
import type { NewJob, NewRun, StoredRun } from '../store/store';

export function createRunTable(database: Database, wallNow: () => number) {
  const counted = (runId: number): readonly SqlRow[] =>
    database.prepare('SELECT what, n FROM run_counts WHERE run_id = ?').all(runId);
  const toRun = (row: SqlRow): StoredRun => runOf(row, counted(number(row['id'])));

  function run(runId: number): StoredRun | null {
    const row = database.prepare('SELECT * FROM runs WHERE id = ?').get(runId);
    return row === undefined ? null : toRun(row);
  }

  function planJobs(runId: number, jobs: readonly NewJob[]): { added: number; changed: number } {
    const find = database.prepare(
      'SELECT id, digest FROM jobs WHERE run_id = ? AND row = ? AND provider = ? AND model = ? AND variant = ?',
    );
    const insert = database.prepare(
      'INSERT INTO jobs (run_id, position, row, idx, variant, provider, model, stem, digest) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
    );
    const move = database.prepare('UPDATE jobs SET position = ?, idx = ?, stem = ? WHERE id = ?');
    const redo = database.prepare(
      "UPDATE jobs SET state = 'pending', retries_used = 0, digest = ? WHERE id = ?",
    );
    return database.transaction(() => {
      let added = 0;
      let changed = 0;
      for (const job of jobs) {
        const { provider, model } = job.model;
        const known = find.get(runId, job.row, provider, model, job.variant);
        if (known === undefined) {
          insert.run(
            runId,
            job.position,
            job.row,
            job.index,
            job.variant,
            provider,
            model,
            job.stem,
            job.digest,
          );
          added += 1;
          continue;
        }
        move.run(job.position, job.index, job.stem, number(known['id']));
        if (text(known['digest']) !== job.digest) {
          redo.run(job.digest, number(known['id']));
          changed += 1;
        }
      }
      return { added, changed };
    });
  }

  return {
    createRun(given: NewRun): StoredRun {
      return database.transaction(() => {
        database
          .prepare('UPDATE runs SET replaced = 1 WHERE output_dir = ? AND replaced = 0')
          .run(given.outputDir);
        const { lastId } = database
          .prepare(
            'INSERT INTO runs (name, dataset_id, recipe, options, output_dir, state, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
          )
          .run(
            given.name,
            given.datasetId,
            JSON.stringify(given.recipe),
            JSON.stringify(given.options),
            given.outputDir,
            JSON.stringify({ kind: 'planned' } satisfies RunState),
            wallNow(),
          );
        const created = run(lastId);
        if (created === null) {
          throw new Error('The run that was just written is not there.');
        }
        return created;
      });
    },
    runAt(outputDir: string): StoredRun | null {
      const row = database.prepare('SELECT * FROM runs WHERE output_dir = ? AND replaced = 0').get(outputDir);
      return row === undefined ? null : toRun(row);
    },
    run,
    runs(): StoredRun[] {
      return database
        .prepare('SELECT * FROM runs WHERE replaced = 0 ORDER BY id DESC LIMIT 500')
        .all()
        .map(toRun);
    },
    setRunState(runId: number, state: RunState): void {
      database.prepare('UPDATE runs SET state = ? WHERE id = ?').run(JSON.stringify(state), runId);
    },
    setRunOptions(runId: number, options: RunOptions): void {
      database.prepare('UPDATE runs SET options = ? WHERE id = ?').run(JSON.stringify(options), runId);
    },
    setRunDataset(runId: number, datasetId: number): void {
      database.prepare('UPDATE runs SET dataset_id = ? WHERE id = ?').run(datasetId, runId);
    },
    planJobs,
    counts: (runId: number): StoredRun['counts'] => countsOf(counted(runId)).counts,
    /** Runs that were under way when their process died are paused, and say why. */
    pauseCutOffRuns(): void {
      const reason = 'Brushfleet ended while this run was under way.';
      for (const row of database.prepare('SELECT * FROM runs WHERE replaced = 0').all()) {
        const { id, state } = toRun(row);
        if (state.kind === 'running' || state.kind === 'waiting' || state.kind === 'draining') {
          this.setRunState(id, { kind: 'paused', reason });
        }
      }
    },
  };
}
