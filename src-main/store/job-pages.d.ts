import { type FailureKind } from '@shared/model/failure';
import type { Attempt, Counts, Result } from '@shared/model/run';
import type { Db } from './driver';
import type { GalleryPage, JobQuery, StoredJob } from './store';
interface FailureGroup {
    readonly kind: FailureKind;
    readonly message: string;
    readonly count: number;
    readonly exampleJobId: number;
}
type Totals = Pick<{
    counts(runId: number): Counts;
}, 'counts'>;
export declare function createJobPages(db: Db, runs: Totals): {
    jobs: (query: JobQuery) => {
        total: number;
        jobs: readonly StoredJob[];
    };
    job: (jobId: number) => StoredJob | null;
    /** In the order asked for; ids without a job are left out. */
    jobsById: (jobIds: readonly number[]) => readonly StoredJob[];
    attempts: (jobId: number) => readonly Attempt[];
    failureGroups: (runId: number) => readonly FailureGroup[];
    gallery(offset: number, limit: number): GalleryPage;
    result(resultId: number): {
        result: Result;
        path: string;
        jobId: number;
    } | null;
};
export {};
