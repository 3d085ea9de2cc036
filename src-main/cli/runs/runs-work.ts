/** What every `runs` command works with. */
import { ORPCError } from '@orpc/client';
import type { Run } from '@shared/model/run';
import type { Clock } from '../../engine/ports';
import type { Environment } from '../../fleet-env/variables';
import { Refusal } from '../../refusal';
import type { OnInterrupt } from '../interrupt';
import type { CliStreams } from '../streams';
import type { CliRuns } from './runs-port';

export interface RunsWork {
  readonly runs: CliRuns;
  readonly json: boolean;
  readonly streams: CliStreams;
  readonly cwd: string;
  /** The real environment completed by `.env`. */
  readonly env: Environment;
  readonly clock: Clock;
  readonly onInterrupt: OnInterrupt;
  /** Ends the process at once. */
  exitNow(code: number): void;
}

export async function findRun({ runs }: Pick<RunsWork, 'runs'>, runId: number): Promise<Run> {
  try {
    return await runs.client.runs.get({ runId });
  } catch (error) {
    if (!isNotFound(error)) {
      throw error;
    }
    const isEmpty = (await runs.client.runs.list()).length === 0;
    const way = isEmpty ? 'the library holds none yet.' : 'brushfleet runs list shows them all.';
    throw new Refusal('NOT_FOUND', `There is no run ${runId}: ${way}`);
  }
}

function isNotFound(error: unknown): boolean {
  return error instanceof ORPCError && error.defined && error.code === 'NOT_FOUND';
}

/** The process that had the library open ended before it answered. */
export class OwnerGone extends Error {}
