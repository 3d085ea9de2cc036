import type { AttemptEnd, AttemptStart, PendingJob, ReceivedFile } from '../engine/ports';
import type { Db } from './driver';
import type { RunTally } from './run-tally';
export declare function createJournalTable(db: Db, tally: RunTally): {
    pending: (runId: number, afterId: number, limit: number) => readonly PendingJob[];
    lastAttemptId: () => number;
    sent: (attempts: readonly AttemptStart[]) => void;
    received: (attemptId: number, file: ReceivedFile) => void;
    ended: (end: AttemptEnd) => void;
};
