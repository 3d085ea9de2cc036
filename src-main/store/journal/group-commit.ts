/**
 * Journal writes that may wait for company: gathered for some milliseconds, or up to a number, and committed together,
 * in the order they came. One disk flush serves them all, and each learns of the commit it was part of. Where few come,
 * none waits: who asks for one thing after the other has each as soon as the disk has it. Where many come, those that
 * arrived while the disk was busy share its next flush: one for each would make all of them stand in line.
 */

export interface GroupCommitOptions {
  /** What may wait waits until so long after the last commit; one that cannot wait takes it along before. */
  readonly maxWaitMs: number;
  readonly maxWrites: number;
  /** All of `work` or nothing of it; on disk when it returns. */
  transaction<T>(work: () => T): T;
  setTimer(delayMs: number, callback: () => void): () => void;
  /** Runs `callback` once all that has arrived by now was taken. */
  soon(callback: () => void): void;
  /** Monotonic milliseconds. */
  now(): number;
}

export interface GroupCommit {
  /** Resolves once the write is on disk; may wait for company. */
  add(write: () => void): Promise<void>;
  /** Resolves once the write is on disk; it and all that waits commit with what has arrived by now. */
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
  let lastAt = Number.NEGATIVE_INFINITY;
  let isDue = false;

  function flush(): void {
    cancelTimer?.();
    cancelTimer = null;
    isDue = false;
    const group = waiting;
    waiting = [];
    if (group.length === 0) {
      return;
    }
    lastAt = options.now();
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
        const delayMs = Math.max(0, lastAt + options.maxWaitMs - options.now());
        cancelTimer ??= options.setTimer(delayMs, flush);
      }
      return written;
    },
    now(write) {
      const written = enqueue(write);
      if (!isDue) {
        isDue = true;
        options.soon(flush);
      }
      return written;
    },
    flush,
  };
}
