export type DriverName = 'node' | 'libsql';
export type SqlValue = string | number | null;
export interface Statement<Row> {
    /** `lastId` is the row id of the last insert on this connection. */
    run(...values: readonly SqlValue[]): {
        readonly changes: number;
        readonly lastId: number;
    };
    get(...values: readonly SqlValue[]): Row | undefined;
    all(...values: readonly SqlValue[]): readonly Row[];
    iterate(...values: readonly SqlValue[]): IterableIterator<Row>;
}
export interface Db {
    readonly driver: DriverName;
    exec(sql: string): void;
    /** `Row` states the columns of the SQL beside it; nothing checks it but the tests. */
    prepare<Row>(sql: string): Statement<Row>;
    /** One transaction at a time; `work` throws: nothing of it stays. */
    transaction<T>(work: () => T): T;
    /** Statements are not used after it. */
    close(): void;
}
/** What `BRUSHFLEET_SQLITE` asks for; for tests and for a machine where one of them fails. */
export declare function driverFromEnv(env: Readonly<Record<string, string | undefined>>): DriverName | undefined;
/** Opens or creates the file. Throws StoreError NO_DRIVER, else what the driver throws. */
export declare function openDriver(path: string, forced?: DriverName): Db;
