/** What the store refuses or cannot do: a code to act on, one sentence to show. */
export type StoreErrorCode = 
/** Another connection holds the database. */
'LOCKED'
/** The file is no database of ours, or is damaged. */
 | 'CORRUPT'
/** A later version of the program made it. */
 | 'NEWER_SCHEMA'
/** The database does not promise what the journal relies on. */
 | 'NOT_DURABLE' | 'DISK_FULL' | 'DISK_ERROR'
/** The call does not fit the state the database is in, e.g. an attempt that ended already. */
 | 'UNEXPECTED_STATE' | 'NOT_FOUND' | 'NO_DRIVER' | 'CLOSED' | 'WORKER_DIED' | 'DATABASE';
/** A StoreError as it crosses from the worker. */
export interface StoreFailure {
    readonly code: StoreErrorCode;
    readonly message: string;
}
export declare class StoreError extends Error {
    readonly code: StoreErrorCode;
    constructor(code: StoreErrorCode, message: string, options?: ErrorOptions);
}
/** Names what a driver threw. `node:sqlite` carries SQLite's code as `errcode`, libsql as `rawCode`. */
export declare function asStoreError(error: unknown): StoreError;
export declare function asFailure(error: unknown): StoreFailure;
