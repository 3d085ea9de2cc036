import type { AttemptEnd } from '../engine/ports';
import type { Db } from './driver';
import type { RunTally } from './run-tally';
export interface RecoveryOptions {
    readonly db: Db;
    readonly tally: RunTally;
    readonly wallNow: () => number;
    /** The journal's. */
    ended(end: AttemptEnd): void;
}
/** Call inside the tally's transaction. */
export declare function createRecovery({ db, tally, wallNow, ended }: RecoveryOptions): {
    recover(): {
        unknown: number;
        released: number;
    };
};
