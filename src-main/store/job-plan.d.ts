import type { Db } from './driver';
import type { JobGroup, RunTally } from './run-tally';
import type { NewJob, Store } from './store';
export type Requeued = Parameters<Store['requeue']>[1];
export declare function createJobPlan(db: Db, tally: RunTally): {
    planJobs: (runId: number, jobs: readonly NewJob[]) => {
        added: number;
        changed: number;
    };
    settlePositions: (runId: number) => void;
    requeue: (runId: number, which: Requeued) => number;
};
export declare function groupOf(runId: number, state: string, failureKind: string | null): JobGroup;
