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
  /** Whoever has the library tells how a run goes. */
  onHeard?(): void;
  /** From here on jobs of this kind may be pending again: nobody asks for them a second time. */
  onAskedAgain?(kind: AgainKind): void;
}

/** Jobs that a resumed run is asked to send again. */
export type AgainKind = 'unknown' | 'failed' | 'cancelled';

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
