/** `brushfleet runs set`, and what `resume` changes before it goes on. */
import type { Run, RunOptions } from '@shared/model/run';
import { say, sayJson } from '../fleet/fleet-work';
import { runJson } from './run-words';
import type { RunChange } from './runs-request';
import { findRun, type RunsWork } from './runs-work';

export async function changeRun(work: RunsWork, runId: number, change: RunChange): Promise<number> {
  await applyChange(work, await findRun(work, runId), change);
  return work.json ? sayJson(work, runJson(await findRun(work, runId))) : say(work, `Changed run ${runId}.`);
}

export async function applyChange(
  { runs: { client } }: RunsWork,
  run: Run,
  change: RunChange,
): Promise<void> {
  const { name, caps, priority, concurrency, place } = change;
  const options: Partial<RunOptions> = {
    // A cap that is not named stays.
    ...(caps === undefined ? {} : { caps: { ...run.options.caps, ...caps } }),
    ...(priority === undefined ? {} : { priority }),
    ...(concurrency === undefined ? {} : { concurrency, autoConcurrency: false }),
  };
  if (name !== undefined) {
    await client.runs.rename({ runId: run.id, name });
  }
  if (Object.keys(options).length > 0) {
    await client.runs.setOptions({ runId: run.id, options });
  }
  // After its priority: the place is among the runs of the new one.
  if (place !== undefined) {
    await client.runs.move({ runId: run.id, place });
  }
}
