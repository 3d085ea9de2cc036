/**
 * The counters of runs. Every change of a job's state is told here, gathered, and written with the transaction that
 * made it: reading counts costs the same for ten jobs and a million.
 */
import type { FailureKind } from '@shared/model/failure';
import { type JobState } from '@shared/model/run';
import type { Db } from './driver';
/** Jobs of one run in one state; `failureKind` matters for `failed` alone. */
export interface JobGroup {
    readonly runId: number;
    readonly state: JobState;
    readonly failureKind: FailureKind | null;
}
export interface RunTally {
    enter(group: JobGroup, jobs?: number): void;
    leave(group: JobGroup, jobs?: number): void;
    cost(runId: number, microUsd: number): void;
    /** Runs `work` in a transaction and writes what it told; a rollback forgets it. */
    transaction<T>(work: () => T): T;
}
export declare function createRunTally(db: Db): RunTally;
