/**
 * Who follows what becomes of jobs and runs: sessions, the studio, the measures. They stand on the part that sends,
 * which tells them; so that is built first, and each of them joins it before anything is sent.
 */
import type { JobState, RunState } from '@shared/model/run';
import type { AttemptEnd } from '../engine/ports';

export interface Watcher {
  /** Its state changed, or is about to be on disk. */
  onJob?(runId: number, jobId: number, state: JobState): void;
  /** A picture on the way to the job's result is at this path, for as long as its request is under way. */
  onPartial?(jobId: number, path: string): void;
  /** Whether somebody looks on while this text answer is being written. */
  isWatched?(jobId: number): boolean;
  /** The next piece of a text answer that is watched. */
  onDelta?(jobId: number, text: string): void;
  /** What came of the job's answer is void: it is asked again, for the reason in this sentence. */
  onAgain?(jobId: number, why: string): void;
  /** How an attempt ended is known, and being written: reads from now on see it. */
  onKnown?(end: AttemptEnd): void;
  /** An attempt is on disk. */
  onEnded?(end: AttemptEnd): void;
  /** The run ended or paused. */
  onOver?(runId: number, state: RunState): void;
}

export interface Watchers extends Required<Watcher> {
  join(watcher: Watcher): void;
}

/** All are told in the order in which they joined. */
export function createWatchers(): Watchers {
  const all: Watcher[] = [];
  return {
    join: (watcher) => void all.push(watcher),
    onJob: (...told) => all.forEach((one) => one.onJob?.(...told)),
    onPartial: (...told) => all.forEach((one) => one.onPartial?.(...told)),
    isWatched: (jobId) => all.some((one) => one.isWatched?.(jobId) === true),
    onDelta: (...told) => all.forEach((one) => one.onDelta?.(...told)),
    onAgain: (...told) => all.forEach((one) => one.onAgain?.(...told)),
    onKnown: (end) => all.forEach((one) => one.onKnown?.(end)),
    onEnded: (end) => all.forEach((one) => one.onEnded?.(end)),
    onOver: (...told) => all.forEach((one) => one.onOver?.(...told)),
  };
}
