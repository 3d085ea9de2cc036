/** Requests that come one by one: rows and jobs of a run that stays open. */
import type { ModelChoice } from '@shared/model/run';
import type { Access } from '../access';
import type { Db } from '../database/driver';
import { createModelIds } from '../runs/job-plan';
import type { JobIds } from '../runs/job-ids';
import type { RunTally } from '../runs/run-tally';
import type { createGroupCommit } from '../journal/group-commit';
import type { Tables } from '../sqlite-store';
import { StoreError } from '../store-error';

export interface NewRequest {
  readonly model: ModelChoice;
  readonly fields: Readonly<Record<string, string>>;
}

/** What a request goes by in the library. */
export interface RequestPlace {
  readonly jobId: number;
  readonly row: number;
}

/** A request as it stands in the library. */
export interface AddedRequest extends RequestPlace {
  readonly stem: string;
}

export interface SessionStore {
  /**
   * Appends rows and their pending jobs to a session's run, in one commit; answers them in order, once they are on disk:
   * at the latest when one of them is about to be sent. `first`: what the first of them goes by, and the next ones after
   * it; its job's number was reserved, and its row is the run's next.
   */
  addRequests(
    runId: number,
    requests: readonly NewRequest[],
    first?: RequestPlace,
  ): Promise<readonly AddedRequest[]>;
  /** The first of `count` numbers in a row that no other job will get. */
  reserveJobs(count: number): Promise<number>;
}

/** Every method by name, for the store's thread. */
export const SESSION_METHODS = { addRequests: true, reserveJobs: true } as const satisfies Record<
  keyof SessionStore,
  true
>;

export const SESSION_SCHEMA = '';

export function sessionCalls({ db, tally, jobIds }: Tables, access: Access, commits: Commits): SessionStore {
  const add = createRequests(db, tally, jobIds);
  return {
    async addRequests(...given) {
      let added: readonly AddedRequest[] = [];
      // Not at once: what is sent next takes it along to the disk.
      await access.guarded(() =>
        commits.add(() => {
          added = add(...given);
        }),
      );
      return added;
    },
    reserveJobs: access.read((count: number) => jobIds.take(count)),
  };
}

type Commits = ReturnType<typeof createGroupCommit>;

/** See dataset-table.ts: one integer names a row, its dataset in the high part. */
const ROWS_PER_DATASET = 2 ** 32;
/** One folder is not to hold a million files. */
const FILES_PER_FOLDER = 1000;

function createRequests(db: Db, tally: RunTally, ids: JobIds) {
  const modelId = createModelIds(db);
  const find = db.prepare<{ id: number; rows: number }>(
    'SELECT d.id, d.rows FROM runs r JOIN datasets d ON d.id = r.dataset_id WHERE r.id = ?',
  );
  const addRow = db.prepare('INSERT INTO dataset_rows (place_key, row_key, idx, fields) VALUES (?, ?, ?, ?)');
  const grow = db.prepare('UPDATE datasets SET rows = rows + ? WHERE id = ?');
  const addJob = db.prepare(
    `INSERT INTO jobs (id, run_id, position, row, idx, variant, model_id, stem, digest)
     VALUES (?, ?, ?, ?, ?, 0, ?, ?, '')`,
  );

  return (runId: number, requests: readonly NewRequest[], first?: RequestPlace): readonly AddedRequest[] => {
    const dataset = find.get(runId);
    if (dataset === undefined) {
      throw new StoreError('NOT_FOUND', `Run ${runId} is no longer in the library.`);
    }
    if (first !== undefined && first.row !== dataset.rows) {
      throw new StoreError(
        'UNEXPECTED_STATE',
        `The next row of run ${runId} is ${dataset.rows}, not ${first.row}.`,
      );
    }
    const firstId = first?.jobId ?? ids.take(requests.length);
    const added = requests.map(({ model, fields }, at) => {
      // A session has one job for each row: the row's number is its position, too.
      const row = dataset.rows + at;
      const key = dataset.id * ROWS_PER_DATASET + row;
      addRow.run(key, key, row, JSON.stringify(fields));
      const stem = requestStem(row);
      const jobId = firstId + at;
      addJob.run(jobId, runId, row, row, row, modelId(model), stem);
      return { jobId, row, stem };
    });
    grow.run(requests.length, dataset.id);
    tally.enter({ runId, state: 'pending', failureKind: null }, requests.length);
    return added;
  };
}

/** Of a session's row: `000012/000012345`. */
export function requestStem(row: number): string {
  const digits = (number: number): string => String(number).padStart(6, '0');
  return `${digits(Math.floor(row / FILES_PER_FOLDER))}/${digits(row)}`;
}
