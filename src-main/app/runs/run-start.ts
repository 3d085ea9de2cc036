/** What a run is started with, and what is known of it while it is under way. */
import type { RunState } from '@shared/model/run';
import type { StoredDataset, StoredRun } from '../../store/store';
import type { FolderClaim } from '../folders/folder-claims';
import type { KeptPictures } from '../results/kept-pictures';
import type { RunContext } from '../orders/order-book';
import type { PlanEnd } from '../planning/planner';
import type { Preparation } from '../planning/preparing';
import type { createRateMeter } from './rates';
import type { FinishedJob, ResultsLog } from '../tables/results-log';
import type { OrderExtras } from './run-order';

export interface StartExtras extends OrderExtras {
  readonly imageCacheDir?: string | null;
  readonly defaultAspectRatio?: string | null;
  /** Where results.csv goes, when not into the output folder. */
  readonly csvPath?: string;
  /** Who starts it writes the file of its answers itself, and tells what became of it. */
  readonly writesAnswers?: true;
  /** The rows of this session: a run may have been planned for more. Absent: all. */
  readonly includes?: (row: number) => boolean;
  /** Somebody had paused it: what is not planned of it stays so. */
  readonly leavesRest?: true;
  /** Jobs may still be being planned; absent: all are there. */
  readonly planned?: Promise<Pick<PlanEnd, 'isWhole'>>;
  /** Who pauses or cancels the run stops its planning, too; absent: that is waited for. */
  readonly stopPlanning?: () => void;
  /** Who stops the run meanwhile is heard until its first request. */
  readonly preparation?: Preparation;
  /** Results of earlier sessions are compared with the disk while the run goes on. */
  readonly recheck?: boolean;
  /** Of a session: without pending jobs it waits for more (arrivals.ts), and others do not take it over. */
  readonly isSession?: true;
  /** Of a session: a person stops it, or the program ends. */
  onStop?(): void;
  /** Of a session: nothing can serve these jobs as things stand, and why. They are pending still, and not sent. */
  onGivenUp?(jobIds: readonly number[], why: Extract<RunState, { kind: 'paused' }>): void;
  /** Where its images may lie; absent: where its dataset's may. */
  readonly roots?: readonly string[] | 'all';
  /** Something a person should know while it runs, one sentence. */
  onNote?(sentence: string): void;
  onJobs?(jobs: readonly FinishedJob[]): void;
}

/** With what a run goes on that stops only for jobs of it to go again: whoever started it waits for its end still. */
export function goingOn({
  planned: _planned,
  stopPlanning: _stopPlanning,
  preparation: _preparation,
  recheck: _recheck,
  ...session
}: StartExtras): StartExtras {
  // What comes to a session one by one it asks for itself.
  return session.isSession === true ? {} : session;
}

/** A run under way. */
export interface ActiveRun {
  /** Its options may change under way. */
  run: StoredRun;
  readonly dataset: StoredDataset;
  readonly extras: StartExtras;
  /** Null: a session, whose answers go to who asked. */
  readonly log: ResultsLog | null;
  /** Nobody else writes into its folder meanwhile. */
  readonly claim: FolderClaim;
  readonly rate: ReturnType<typeof createRateMeter>;
  readonly kept: KeptPictures;
  state: RunState;
  isCancelled: boolean;
  /** Somebody has paused it: who sends jobs of it again from then on leaves its rest so. */
  isPaused?: true;
  /** A result of it cannot be read: it neither finishes nor goes on before somebody has seen to that. */
  inDoubt?: Extract<RunState, { kind: 'paused' }>;
  readonly over: Promise<void>;
  readonly end: () => void;
}

/** Who lends keys for a run works on a command line, and may name any file that its user can read. */
export function rootsOf({ roots, borrower, isSession }: StartExtras): Pick<RunContext, 'roots'> {
  if (roots !== undefined) {
    return { roots };
  }
  return borrower === undefined || isSession === true ? {} : { roots: 'all' };
}
