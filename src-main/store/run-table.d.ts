import { type RunOptions, type RunState } from '@shared/model/run';
import type { Db } from './driver';
import { type Note } from './json-column';
import type { NewRun, StoredRun } from './store';
export declare function createRunTable(db: Db, { wallNow, note }: {
    wallNow: () => number;
    note: Note;
}): {
    createRun(given: NewRun): StoredRun;
    run: (runId: number) => StoredRun | null;
    runAt(outputDir: string): StoredRun | null;
    runs: () => readonly StoredRun[];
    counts: (runId: number) => Readonly<{
        pending: number;
        leased: number;
        sent: number;
        done: number;
        failed: number;
        unknown: number;
        cancelled: number;
    }>;
    setRunState: (runId: number, state: RunState) => void;
    setRunOptions: (runId: number, options: RunOptions) => void;
    /** Answers the dataset it had. */
    moveRun(runId: number, datasetId: number): number;
    /** What was under way when the last process died stands still now. */
    pauseCutOff: () => void;
};
