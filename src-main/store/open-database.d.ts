import { type Db, type DriverName } from './driver';
export interface OpenedDatabase {
    readonly db: Db;
    /** Read back from the connection. */
    readonly pragmas: {
        readonly journalMode: string;
        readonly synchronous: number;
        readonly driver: DriverName;
        readonly sqliteVersion: string;
    };
}
/** Throws StoreError: LOCKED, CORRUPT, NEWER_SCHEMA, NOT_DURABLE, NO_DRIVER, DISK_ERROR. */
export declare function openDatabase(path: string, driver?: DriverName): OpenedDatabase;
/** Throws StoreError NOT_DURABLE for a promise that does not hold. */
export declare function setAndReadBack(db: Db): void;
