/** `brushfleet runs pause|cancel|export`. */
import { resolve } from 'node:path';
import { isUnderWay, type Run } from '@shared/model/run';
import { say, sayJson } from '../fleet/fleet-work';
import { runJson, stateSentence } from './run-words';
import type { RunsAct } from './runs-request';
import { findRun, type RunsWork } from './runs-work';

export async function pauseRun(work: RunsWork, runId: number): Promise<number> {
  const run = await findRun(work, runId);
  if (!isUnderWay(run)) {
    return tell(work, run, `Run ${runId} is not under way: it is ${stateSentence(run.state)}`);
  }
  work.streams.err.write('Pausing: requests in flight finish and are kept.\n');
  const paused = await work.runs.client.runs.stop({ runId });
  return tell(work, paused, `Paused run ${runId}: brushfleet runs resume ${runId} resumes it.`);
}

export async function cancelRun(
  work: RunsWork,
  { runId, which }: Extract<RunsAct, { kind: 'cancel' }>,
): Promise<number> {
  const before = await findRun(work, runId);
  if (isUnderWay(before) && which === 'pending') {
    work.streams.err.write('Cancelling what is pending: requests in flight finish and are kept.\n');
  }
  const after = await work.runs.client.runs.cancel({ runId, which });
  const cancelled = after.counts.cancelled - before.counts.cancelled;
  const unknown = after.counts.unknown - before.counts.unknown;
  const parts = [
    `${cancelled} ${cancelled === 1 ? 'job' : 'jobs'} of run ${runId} cancelled`,
    ...(unknown > 0 ? [`${unknown} cut off with an unknown outcome, which may be charged`] : []),
    ...(after.counts.sent + after.counts.leased > 0 && which === 'pending'
      ? [`${after.counts.sent + after.counts.leased} in flight finish and are kept`]
      : []),
  ];
  if (after.state.kind === 'paused' && after.state.failure === 'storage') {
    work.streams.err.write(`Its tables are not written: ${after.state.reason}\n`);
  }
  return tell(work, after, cancelled + unknown === 0 ? nothingLeft(before) : `${parts.join(', ')}.`);
}

/** One under way may have been about to send what was cancelled before. */
function nothingLeft(before: Run): string {
  return isUnderWay(before)
    ? `Cancelled run ${before.id}: nothing more of it is sent.`
    : `Nothing of run ${before.id} was left to cancel.`;
}

export async function exportRun(
  work: RunsWork,
  { runId, format, output }: Extract<RunsAct, { kind: 'export' }>,
): Promise<number> {
  const run = await findRun(work, runId);
  const path = output === undefined ? null : resolve(work.cwd, output);
  const file = await work.runs.exportTable(run, format, path);
  return work.json ? sayJson(work, { id: runId, format, file }) : say(work, file);
}

function tell(work: RunsWork, run: Run, sentence: string): number {
  return work.json
    ? sayJson(work, runJson(run))
    : say(work, /[.!?]$/.test(sentence) ? sentence : `${sentence}.`);
}
