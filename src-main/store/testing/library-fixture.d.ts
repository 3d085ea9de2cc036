import type { AttemptEnd, AttemptStart, ReceivedFile } from '../../engine/ports';
import type { FailureKind } from '@shared/model/failure';
import type { DriverName } from '../driver';
import { type InProcessOptions } from '../sqlite-store';
import type { NewJob, NewRun, Store, StoredRun } from '../store';
export declare const DRIVERS: readonly DriverName[];
export declare const MODEL: {
    readonly provider: 'openai';
    readonly model: 'gpt-image-1';
};
export interface Library {
    readonly dir: string;
    /** Opens, or closes and opens again. */
    open(options?: Partial<InProcessOptions>): Promise<Store>;
    remove(): Promise<void>;
}
export declare function temporaryLibrary(driver: DriverName): Library;
export declare function newRun(datasetId: number, outputDir?: string): NewRun;
export declare function newJobs(count: number, from?: number): NewJob[];
/** A run of `count` pending jobs. */
export declare function plannedRun(store: Store, count: number, outputDir?: string): Promise<StoredRun>;
export declare function attemptFor(store: Store, job: {
    id: number;
    runId: number;
}): AttemptStart;
export declare function fileOf(stem: string, bytes?: string): ReceivedFile;
export declare function doneEnd(start: AttemptStart, file: ReceivedFile, costUsd?: number | null): AttemptEnd;
export declare function failedEnd(start: AttemptStart, kind: FailureKind, next?: AttemptEnd['next']): AttemptEnd;
/** Carries the run's next pending job through to its picture. */
export declare function finishNext(store: Store, runId: number): Promise<number>;
