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

interface Waiting {
  readonly write: () => void;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export function createGroupCommit(options: GroupCommitOptions): GroupCommit {
  let waiting: Waiting[] = [];
  let cancelTimer: (() => void) | null = null;

  function flush(): void {
    cancelTimer?.();
    cancelTimer = null;
    const group = waiting;
    waiting = [];
    if (group.length === 0) {
      return;
    }
    try {
      options.transaction(() => group.forEach(({ write }) => write()));
    } catch (error) {
      if (group.length === 1) {
        group[0]?.reject(error);
      } else {
        group.forEach(commitAlone);
      }
      return;
    }
    for (const { resolve } of group) {
      resolve();
    }
  }

  /** One write that cannot be made must not take its company down with it. */
  function commitAlone({ write, resolve, reject }: Waiting): void {
    try {
      options.transaction(write);
      resolve();
    } catch (error) {
      reject(error);
    }
  }

  const enqueue = (write: () => void): Promise<void> =>
    new Promise((resolve, reject) => waiting.push({ write, resolve, reject }));

  return {
    add(write) {
      const written = enqueue(write);
      if (waiting.length >= options.maxWrites) {
        flush();
      } else {
        cancelTimer ??= options.setTimer(options.maxWaitMs, flush);
      }
      return written;
    },
    now(write) {
      const written = enqueue(write);
      flush();
      return written;
    },
    flush,
  };
}
