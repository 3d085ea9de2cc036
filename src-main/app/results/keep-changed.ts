/**
 * Before a run's plan is gone through again over other rows: results of rows that ask for something else by now get
 * names of their own, as reruns in place have it, for their jobs go again and their successors take the names.
 */
import { Refusal } from '../../refusal';
import type { PlannedAgain } from '../../store/runs/plan-again';
import type { NewJob, Store, StoredRun } from '../../store/store';
import { storageFailure } from '../../transport/storage-failure';
import { keepVersions, type VersionSource } from './keep-versions';
import { createRowDigest, formerRowDigest } from '../planning/row-digest';

type KeepStore = VersionSource & Pick<Store, 'comparePlan'>;

export interface PlanOver {
  /** As it is to be planned. */
  readonly run: StoredRun;
  /** The rows its jobs were planned by, where they are another reading; null: they are gone, or the same. */
  readonly datasetBefore: number | null;
}

/** Of one page of the plan. Throws a Refusal when the folder takes no second names; nothing is lost then. */
export async function keepChanged(store: KeepStore, plan: PlanOver, jobs: readonly NewJob[]): Promise<void> {
  await keepInFolder(store, plan, await store.comparePlan(plan.run.id, await withFormer(store, plan, jobs)));
}

/** The results of these jobs, as they were asked by the rows before. Throws such a Refusal. */
export async function keepInFolder(
  store: VersionSource,
  { run, datasetBefore }: PlanOver,
  jobIds: readonly number[],
): Promise<void> {
  if (jobIds.length > 0) {
    const kept = keepVersions(store, { ...run, datasetId: datasetBefore }, { kind: 'jobs', jobIds });
    await kept.catch((error: unknown) => {
      throw isOfDisk(error) ? new Refusal('BAD_INPUT', storageFailure(error, run.outputDir).message) : error;
    });
  }
}

/** A row that asks for what it asked for before may have been planned by all of its cells as they were. */
async function withFormer(
  store: Pick<Store, 'rowsAt'>,
  { run, datasetBefore }: PlanOver,
  jobs: readonly NewJob[],
): Promise<readonly PlannedAgain[]> {
  const digestOf = createRowDigest(run.recipe);
  const digests = new Map(jobs.map(({ row, digest }) => [row, digest]));
  const numbers = [...digests.keys()];
  const former = new Map<number, string>();
  for (const { row, fields } of await store.rowsAt(run.datasetId, numbers)) {
    former.set(row, formerRowDigest(fields));
  }
  const before = datasetBefore === null ? [] : await store.rowsAt(datasetBefore, numbers);
  for (const { row, fields } of before) {
    if (digestOf(fields) === digests.get(row)) {
      former.set(row, formerRowDigest(fields));
    }
  }
  return jobs.map((job) => ({ ...job, former: former.get(job.row) ?? job.digest }));
}

function isOfDisk(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}
