/** What a run leaves on disk when it stands still, beside its results: its tables, and the answers a command line wants. */
import type { RunState } from '@shared/model/run';
import { sourceMark } from '../../datasets/source-mark';
import type { Store, StoredDataset } from '../../store/store';
import { writeAnswers } from './answers-file';
import { resultsPath, writeTables } from './exporter';
import type { ActiveRun } from '../runs/run-start';

export type RunTables = (
  one: Pick<ActiveRun, 'run' | 'dataset' | 'extras'>,
  state: RunState['kind'],
) => Promise<void>;

/**
 * Whole and in input order. The live results.jsonl may hold a row twice after a resume; at a pause it stays as it is,
 * for it goes on growing, and a million rows are not to be written twice while somebody waits to quit. Rejects with a
 * Refusal, or with what the disk says.
 */
export function createRunTables(store: Store): RunTables {
  return async ({ run, dataset, extras }, state) => {
    const csv = { format: 'csv', path: extras.csvPath ?? resultsPath(run.outputDir, 'csv') } as const;
    const jsonl = { format: 'jsonl', path: resultsPath(run.outputDir, 'jsonl') } as const;
    await writeTables(store, { run, dataset, files: state === 'paused' ? [csv] : [csv, jsonl] });
    await noteNamed(store, run.id, extras.csvPath);
    if (extras.writesAnswers !== true) {
      await writeWantedAnswers(store, run.id, dataset);
    }
  };
}

/** The next command that names it may replace it. */
async function noteNamed(store: Store, runId: number, path: string | undefined): Promise<void> {
  const mark = path === undefined ? null : await sourceMark({ path });
  if (path !== undefined && mark !== null) {
    await store.setNamedTable(runId, { path, mark });
  }
}

/** Whoever goes on with a run of a command line leaves its file as that command would have. */
async function writeWantedAnswers(store: Store, runId: number, dataset: StoredDataset): Promise<void> {
  const path = await store.answersFile(runId);
  // Its options and its dataset may have changed since it started.
  const run = path === null ? null : await store.run(runId);
  if (path !== null && run !== null) {
    await writeAnswers(store, { run, dataset, path });
  }
}
