/**
 * Journal writes that may wait for company: they are gathered for some milliseconds, or up to a number, and committed
 * together; each learns of the commit it was part of. One disk flush serves them all.
 */
export interface GroupCommitOptions {
  readonly maxWaitMs: number;
  readonly maxWrites: number;
  transaction<T>(work: () => T): T;
  setTimer(delayMs: number, callback: () => void): () => void;
}

export interface GroupCommit {
  /** Resolves once the write is on disk. */
  add(write: () => void): Promise<void>;
  /** Commits what waits, with `also` in the same transaction, now. */
  flush(also?: () => void): void;
}

interface Waiting {
  readonly write: () => void;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export function createGroupCommit(options: GroupCommitOptions): GroupCommit {
  let waiting: Waiting[] = [];
  let cancelTimer: (() => void) | null = null;

  function flush(also?: () => void): void {
    cancelTimer?.();
    cancelTimer = null;
    const group = waiting;
    waiting = [];
    if (group.length === 0 && also === undefined) {
      return;
    }
    try {
      options.transaction(() => {
        for (const one of group) {
          one.write();
        }
        also?.();
      });
    } catch (error) {
      for (const one of group) {
        one.reject(error);
      }
      throw error;
    }
    for (const one of group) {
      one.resolve();
    }
  }

  return {
    add(write) {
      return new Promise((resolve, reject) => {
        waiting.push({ write, resolve, reject });
        if (waiting.length >= options.maxWrites) {
          flushQuietly();
        } else {
          cancelTimer ??= options.setTimer(options.maxWaitMs, flushQuietly);
        }
      });
    },
    flush,
  };

  /** Each write already learns of the failure through its own promise. */
  function flushQuietly(): void {
    try {
      flush();
    } catch {
      cancelTimer = null;
    }
  }
}
