/** Runs. A run is its output folder: a new one there replaces the old. */
import { type FailureKind, failureKindSchema } from '@shared/model/failure';
import {
  type JobState,
  recipeSchema,
  type RunOptions,
  runOptionsSchema,
  runOriginSchema,
  type RunState,
  runStateSchema,
} from '@shared/model/run';
import { z } from 'zod';
import type { Db } from '../database/driver';
import { type Note, readJson } from '../database/json-column';
import { fromMicroUsd } from '../money';
import type { FolderTimes, NewRun, StoredRun } from '../store';
import { StoreError } from '../store-error';
import { IS_EMPTIED } from './emptied';

type RunRecord = Readonly<Record<JobState, number>> & {
  readonly id: number;
  readonly name: string;
  readonly origin: string;
  readonly dataset_id: number;
  readonly recipe: string;
  readonly options: string;
  readonly output_dir: string;
  readonly created_at: number;
  readonly state: string;
  readonly cost_micro_usd: number;
  readonly maybe_micro_usd: number;
  readonly maybe_unpriced: number;
  readonly requests: number;
  readonly place: number | null;
  readonly planned_digest: string | null;
  readonly quiet_folders: string | null;
  readonly rest_cancelled: number;
};

export const QUIET_FOLDERS_SCHEMA = `
-- When the folders of a run had last changed as it came to a stand: JSON, pairs of path below its output folder and time.
ALTER TABLE runs ADD COLUMN quiet_folders TEXT;
`;

const folderTimesSchema = z.array(z.tuple([z.string(), z.number()]));

const CUT_OFF: RunState = { kind: 'paused', reason: 'Brushfleet ended while this run was under way.' };

export function createRunTable(db: Db, { wallNow, note }: { wallNow: () => number; note: Note }) {
  const insert = db.prepare(
    `INSERT INTO runs (name, dataset_id, recipe, options, output_dir, created_at, state, origin)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const replace = db.prepare<{ id: number }>('UPDATE runs SET replaced = 1 WHERE id = ?');
  const hideResults = db.prepare(
    'UPDATE results SET current = 0 WHERE current = 1 AND job_id IN (SELECT id FROM jobs WHERE run_id = ?)',
  );
  const one = db.prepare<RunRecord>('SELECT * FROM runs WHERE id = ?');
  const byFolder = db.prepare<RunRecord>('SELECT * FROM runs WHERE output_dir = ? AND replaced = 0');
  const all = db.prepare<RunRecord>('SELECT * FROM runs WHERE replaced = 0 ORDER BY id DESC');
  const failuresOf = db.prepare<{ kind: string; count: number }>(
    'SELECT kind, count FROM run_failures WHERE run_id = ? AND count > 0',
  );
  const emptiedOf = db.prepare<{ jobs: number }>(
    `SELECT count(*) AS jobs FROM jobs WHERE run_id = ? AND ${IS_EMPTIED} AND position >= 0`,
  );
  const setState = db.prepare('UPDATE runs SET state = ? WHERE id = ?');
  const setOptions = db.prepare('UPDATE runs SET options = ? WHERE id = ?');
  const setDataset = db.prepare('UPDATE runs SET dataset_id = ? WHERE id = ?');
  const setName = db.prepare('UPDATE runs SET name = ? WHERE id = ?');
  const setPlace = db.prepare('UPDATE runs SET place = ? WHERE id = ?');
  const setPlanned = db.prepare('UPDATE runs SET planned_digest = ? WHERE id = ?');
  const setQuiet = db.prepare('UPDATE runs SET quiet_folders = ? WHERE id = ?');
  const cutOff = db.prepare(
    `UPDATE runs SET state = ? WHERE state ->> 'kind' IN ('running', 'waiting', 'draining')`,
  );

  function toRun(record: RunRecord): StoredRun | null {
    const what = `Run ${record.id} (${record.output_dir})`;
    const recipe = readJson(record.recipe, recipeSchema, { what, note });
    const options = readJson(record.options, runOptionsSchema, { what, note });
    const state = readJson(record.state, runStateSchema, { what, note });
    if (recipe === null || options === null || state === null) {
      return null;
    }
    return {
      id: record.id,
      name: record.name,
      origin: runOriginSchema.catch('dataset').parse(record.origin),
      datasetId: record.dataset_id,
      recipe,
      options,
      outputDir: record.output_dir,
      createdAt: record.created_at,
      state,
      counts: countsOf(record),
      emptied: record.cancelled === 0 ? 0 : (emptiedOf.get(record.id)?.jobs ?? 0),
      failures: failures(record.id),
      costUsd: fromMicroUsd(record.cost_micro_usd),
      maybeCharged: {
        costUsd: fromMicroUsd(record.maybe_micro_usd),
        unpriced: record.maybe_unpriced,
      },
      requests: record.requests,
      place: record.place ?? record.id,
      isRestCancelled: record.rest_cancelled === 1,
    };
  }

  function failures(runId: number): StoredRun['failures'] {
    const found: Partial<Record<FailureKind, number>> = {};
    for (const { kind, count } of failuresOf.all(runId)) {
      found[failureKindSchema.parse(kind)] = count;
    }
    return found;
  }

  function record(runId: number): RunRecord {
    const found = one.get(runId);
    if (found === undefined) {
      throw new StoreError('NOT_FOUND', `Run ${runId} is no longer in the library.`);
    }
    return found;
  }

  const run = (runId: number): StoredRun | null => {
    const found = one.get(runId);
    return found === undefined ? null : toRun(found);
  };

  return {
    createRun(given: NewRun): StoredRun {
      const old = byFolder.get(given.outputDir);
      if (old !== undefined) {
        replace.run(old.id);
        hideResults.run(old.id);
      }
      const { lastId } = insert.run(
        given.name,
        given.datasetId,
        JSON.stringify(given.recipe),
        JSON.stringify(given.options),
        given.outputDir,
        wallNow(),
        JSON.stringify({ kind: 'planned' } satisfies RunState),
        given.origin ?? 'dataset',
      );
      const created = run(lastId);
      if (created === null) {
        throw new StoreError(
          'UNEXPECTED_STATE',
          `The run for ${given.outputDir} does not fit its own schema.`,
        );
      }
      return created;
    },
    run,
    runAt(outputDir: string): StoredRun | null {
      const found = byFolder.get(outputDir);
      return found === undefined ? null : toRun(found);
    },
    runs: (): readonly StoredRun[] => all.all().flatMap((found) => toRun(found) ?? []),
    counts: (runId: number) => countsOf(record(runId)),
    setRunState: (runId: number, state: RunState): void => void setState.run(JSON.stringify(state), runId),
    setRunOptions: (runId: number, options: RunOptions): void =>
      void setOptions.run(JSON.stringify(options), runId),
    setRunName: (runId: number, name: string): void => void setName.run(name, runId),
    setRunPlace: (runId: number, place: number): void => void setPlace.run(place, runId),
    plannedDigest: (runId: number): string | null => record(runId).planned_digest,
    setPlannedDigest: (runId: number, digest: string | null): void => void setPlanned.run(digest, runId),
    quietFolders(runId: number): FolderTimes | null {
      const { quiet_folders: times, output_dir: outputDir } = record(runId);
      const what = `What run ${runId} noted of ${outputDir}`;
      return times === null ? null : readJson(times, folderTimesSchema, { what, note });
    },
    setQuietFolders: (runId: number, times: FolderTimes | null): void =>
      void setQuiet.run(times === null ? null : JSON.stringify(times), runId),
    /** Answers the dataset it had. */
    moveRun(runId: number, datasetId: number): number {
      const before = record(runId).dataset_id;
      setDataset.run(datasetId, runId);
      return before;
    },
    /** What was under way when the last process died stands still now. */
    pauseCutOff: (): void => void cutOff.run(JSON.stringify(CUT_OFF)),
  };
}

function countsOf(record: RunRecord): StoredRun['counts'] {
  const { pending, leased, sent, done, failed, unknown, cancelled } = record;
  return { pending, leased, sent, done, failed, unknown, cancelled };
}
