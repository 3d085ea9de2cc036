/** A job as its row in the database, and as the rest of the program knows it. */
import { type Failure } from '@shared/model/failure';
import { type JobTile, type Result } from '@shared/model/run';
import type { StoredJob } from './store';
export interface ResultRecord {
    readonly result_id: number;
    readonly file_name: string;
    readonly mime_type: string;
    readonly width: number;
    readonly height: number;
    readonly size_bytes: number;
    readonly sha256: string;
}
/** Of a job without a result all columns of the result are null. */
export type JobRecord = {
    readonly id: number;
    readonly run_id: number;
    readonly position: number;
    readonly row: number;
    readonly idx: number;
    readonly variant: number;
    readonly provider: string;
    readonly model: string;
    readonly stem: string;
    readonly state: string;
    readonly retries_used: number;
    readonly attempts: number;
    readonly endpoint_name: string | null;
    readonly took_ms: number | null;
    readonly cost_micro_usd: number | null;
    readonly failure: string | null;
} & (ResultRecord | {
    readonly result_id: null;
});
/** Follows `FROM jobs j`. CROSS JOIN: SQLite keeps this order and looks the others up by their key. */
export declare const JOB_JOINS = "CROSS JOIN models m ON m.id = j.model_id LEFT JOIN results r ON r.id = j.result_id";
export declare const JOB_COLUMNS = "j.id, j.run_id, j.position, j.row, j.idx, j.variant, m.provider, m.model, j.stem, j.state,\n  j.retries_used, j.attempts, j.endpoint_name, j.took_ms, j.cost_micro_usd, j.failure,\n  r.id AS result_id, r.file_name, r.mime_type, r.width, r.height, r.size_bytes, r.sha256";
export declare function toStoredJob(record: JobRecord): StoredJob;
export declare function toTile(record: JobRecord): JobTile;
export declare function toResult(record: ResultRecord): Result;
/** A failure of a kind this version does not know is still a failure: it is shown as what it most resembles. */
export declare function failureOf(text: string | null): Failure | null;
