/**
 * Journal writes that may wait for company: gathered for some milliseconds, or up to a number, and committed together,
 * in the order they came. One disk flush serves them all, and each learns of the commit it was part of.
 */
export interface GroupCommitOptions {
    readonly maxWaitMs: number;
    readonly maxWrites: number;
    /** All of `work` or nothing of it; on disk when it returns. */
    transaction<T>(work: () => T): T;
    setTimer(delayMs: number, callback: () => void): () => void;
}
export interface GroupCommit {
    /** Resolves once the write is on disk; may wait for company. */
    add(write: () => void): Promise<void>;
    /** Resolves once the write is on disk; it and all that waits commit now. */
    now(write: () => void): Promise<void>;
    /** Commits what waits: whoever reads after it sees every write made before. Never throws, the writers hear of it. */
    flush(): void;
}
export declare function createGroupCommit(options: GroupCommitOptions): GroupCommit;
