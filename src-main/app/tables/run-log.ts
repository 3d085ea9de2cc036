/** The live table of a run that starts. */
import type { Clock } from '../../engine/ports';
import type { Log } from '../../log';
import { Refusal } from '../../refusal';
import type { Store } from '../../store/store';
import { storageFailure } from '../../transport/storage-failure';
import { resultsPath } from './exporter';
import { openResultsLog, type ResultsLog } from './results-log';
import type { ActiveRun } from '../runs/run-start';

export interface RunLogParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Pick<Log, 'warning' | 'error'>;
}

/** Throws a Refusal when the disk does not let it be written: nothing is sent that could not be told. */
export async function runLog(
  { store, clock, log }: RunLogParts,
  { run, dataset, extras }: Pick<ActiveRun, 'run' | 'dataset' | 'extras'>,
): Promise<ResultsLog> {
  try {
    return await openResultsLog({
      store,
      clock,
      outputDir: run.outputDir,
      datasetId: run.datasetId,
      columns: dataset.columns,
      recipe: run.recipe,
      onJobs: (jobs) => extras.onJobs?.(jobs),
      onTorn: extras.onNote ?? ((sentence) => log.warning('results', sentence)),
      onError: (error) => log.error('results', `results.jsonl of run ${run.id}: ${String(error)}`),
    });
  } catch (error) {
    throw isOfDisk(error)
      ? new Refusal('BAD_INPUT', storageFailure(error, resultsPath(run.outputDir, 'jsonl')).message)
      : error;
  }
}

function isOfDisk(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}
