/** Carries out one `runs` command and says what became of it. */
import { ORPCError } from '@orpc/client';
import { assertNever } from '@shared/assert-never';
import { Refusal } from '../../refusal';
import { listRuns, showRun } from './look-at-runs';
import { exportPictures } from './picture-export';
import type { RunsAct } from './runs-request';
import { type AgainKind, OwnerGone, type RunsWork } from './runs-work';
import { changeRun } from './change-run';
import { resumeRun } from './resume-run';
import { cancelRun, exportRun, pauseRun } from './steer-runs';

export type RunsEnd =
  | { readonly kind: 'done'; readonly exitCode: number }
  | { readonly kind: 'refused'; readonly sentence: string }
  /** The process that had the library open ended meanwhile. */
  | { readonly kind: 'ownerGone' };

/** Rejects only for bugs and broken disks. */
export async function carryOutRuns(work: RunsWork, act: RunsAct): Promise<RunsEnd> {
  try {
    return { kind: 'done', exitCode: await carryOut(work, act) };
  } catch (error) {
    // The contract's calls tell a refusal as an ORPCError.
    if (error instanceof Refusal || (error instanceof ORPCError && error.defined)) {
      return { kind: 'refused', sentence: error.message };
    }
    // What fails on the way to another process, and is no refusal of its, is that process being gone.
    if (error instanceof OwnerGone || (work.runs.isElsewhere && !(error instanceof ORPCError))) {
      return { kind: 'ownerGone' };
    }
    throw error;
  }
}

/** What is left of it for whoever takes the library over: what was asked for is pending again already. */
export function restOf(act: RunsAct, asked: ReadonlySet<AgainKind>): RunsAct {
  if (act.kind !== 'resume') {
    return act;
  }
  const failed = act.terms.failed && !asked.has('failed');
  const cancelled = act.terms.cancelled && !asked.has('cancelled');
  return { ...act, terms: { ...act.terms, failed, cancelled } };
}

async function carryOut(work: RunsWork, act: RunsAct): Promise<number> {
  switch (act.kind) {
    case 'list':
      return listRuns(work, act.sessions);
    case 'show':
      return showRun(work, act.runId);
    case 'resume':
      return resumeRun(work, act.runId, act.terms);
    case 'set':
      return changeRun(work, act.runId, act.change);
    case 'pause':
      return pauseRun(work, act.runId);
    case 'cancel':
      return cancelRun(work, act);
    case 'export':
      return exportRun(work, act);
    case 'exportPictures':
      return exportPictures(work, act);
    default:
      return assertNever(act);
  }
}
