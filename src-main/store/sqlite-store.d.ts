import type { DriverName } from './driver';
import type { Note } from './json-column';
import type { Store } from './store';
export interface OpenStoreOptions {
    /** Made, mode 0700, when it is not there. */
    readonly libraryDir: string;
    /** Which SQLite; for tests. Default: what the runtime has. */
    readonly driver?: DriverName | undefined;
    /** Hears of records that cannot be read, for the log. */
    readonly onNote?: Note;
}
export interface InProcessOptions extends OpenStoreOptions {
    readonly wallNow?: () => number;
    /** Runs `callback` once after `delayMs`; returns its undo. */
    readonly setTimer?: (delayMs: number, callback: () => void) => () => void;
}
/** Throws StoreError when the database cannot be opened as it must be. */
export declare function openStoreInProcess(options: InProcessOptions): Store;
