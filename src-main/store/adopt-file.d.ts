import type { ReceivedFile } from '../engine/ports';
/** An attempt whose file was noted as whole and whose end nobody noted. */
export interface Receipt {
    readonly attemptId: number;
    readonly jobId: number;
    readonly runId: number;
    /** Output folder of its run, absolute. */
    readonly dir: string;
    readonly stem: string;
    readonly file: ReceivedFile;
}
/** Whether the file now stands whole under its final name, and durably so. */
export declare function adoptFile({ dir, stem, attemptId, file }: Receipt): boolean;
