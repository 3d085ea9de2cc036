/** What providers reported that jobs used. */
import type { Access } from '../access';
import type { Db } from '../database/driver';
import type { Tables } from '../sqlite-store';

/** Over all attempts of a job, as its cost is; null: nobody told. */
export interface JobUsage {
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
}

export interface UsageStore {
  /** Those of which something is known, by job id. */
  usagesOf(jobIds: readonly number[]): Promise<ReadonlyMap<number, JobUsage>>;
}

/** Every method by name, for the store's thread. */
export const USAGE_METHODS = { usagesOf: true } as const satisfies Record<keyof UsageStore, true>;

export function usageCalls({ db }: Tables, { read }: Access): UsageStore {
  return { usagesOf: read(createUsages(db)) };
}

interface UsageRecord {
  readonly job_id: number;
  readonly input: number | null;
  readonly output: number | null;
}

function createUsages(db: Db) {
  const sums = db.prepare<UsageRecord>(
    `SELECT a.job_id, sum(a.usage ->> 'inputTokens') AS input, sum(a.usage ->> 'outputTokens') AS output
     FROM json_each(?) AS wanted CROSS JOIN attempts a ON a.job_id = wanted.value
     WHERE a.usage IS NOT NULL GROUP BY a.job_id`,
  );
  return (jobIds: readonly number[]): ReadonlyMap<number, JobUsage> =>
    new Map(
      sums
        .all(JSON.stringify(jobIds))
        .map(({ job_id, input, output }) => [job_id, { inputTokens: input, outputTokens: output }]),
    );
}
