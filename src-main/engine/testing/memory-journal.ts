/** A journal in memory that takes its time, and throws as soon as the engine asks for what may never happen. */
import type { JobState, ModelChoice } from '@shared/model/run';
import type { AttemptEnd, AttemptStart, Clock, Journal, PendingJob, ReceivedFile } from '../ports';

export interface JobRow {
  readonly job: PendingJob;
  state: JobState;
  retriesUsed: number;
  readonly ends: AttemptEnd[];
}

export interface MemoryJournal extends Journal {
  readonly rows: ReadonlyMap<number, JobRow>;
  /** Attempts whose `sent` is on disk and whose end is not. */
  readonly open: ReadonlyMap<number, AttemptStart>;
  /** Sizes of the commits of `sent`. */
  readonly commits: readonly number[];
  readonly received: Journal['received'];
  readonly files: ReadonlyMap<number, ReceivedFile>;
  addJobs(runId: number, models: readonly ModelChoice[]): void;
  /** From now on this call rejects, as a full disk makes it. */
  breakDown(call: 'pending' | 'sent' | 'ended'): void;
}

export interface MemoryJournalOptions {
  readonly clock: Clock;
  /** How long a commit takes, milliseconds. */
  readonly commitMs?: () => number;
}

export function createMemoryJournal({ clock, commitMs = () => 2 }: MemoryJournalOptions): MemoryJournal {
  const rows = new Map<number, JobRow>();
  const open = new Map<number, AttemptStart>();
  const files = new Map<number, ReceivedFile>();
  const commits: number[] = [];
  const broken = new Set<string>();
  let lastAttemptId = 0;

  const commit = (): Promise<void> =>
    new Promise((resolve) => {
      clock.setTimer(commitMs(), resolve);
    });

  function rowOf(jobId: number): JobRow {
    const row = rows.get(jobId);
    if (row === undefined) {
      throw new Error(`job ${jobId} does not exist`);
    }
    return row;
  }

  function check(call: string): void {
    if (broken.has(call)) {
      throw new Error('disk full');
    }
  }

  return {
    rows,
    open,
    commits,
    files,
    addJobs(runId, models) {
      for (const model of models) {
        const id = rows.size + 1;
        rows.set(id, {
          job: { id, runId, model, retriesUsed: 0 },
          state: 'pending',
          retriesUsed: 0,
          ends: [],
        });
      }
    },
    breakDown: (call) => void broken.add(call),
    async pending(runId, afterId, limit) {
      await commit();
      check('pending');
      const found = [...rows.values()].filter(
        ({ job, state }) => job.runId === runId && job.id > afterId && state === 'pending',
      );
      return found.slice(0, limit).map((row) => ({ ...row.job, retriesUsed: row.retriesUsed }));
    },
    nextAttemptId() {
      lastAttemptId += 1;
      return lastAttemptId;
    },
    async sent(attempts) {
      await commit();
      check('sent');
      commits.push(attempts.length);
      for (const attempt of attempts) {
        const row = rowOf(attempt.jobId);
        if (row.state !== 'pending' || open.has(attempt.attemptId)) {
          throw new Error(`job ${attempt.jobId} is sent while it is ${row.state}`);
        }
        row.state = 'sent';
        open.set(attempt.attemptId, attempt);
      }
    },
    async received(attemptId, file) {
      await commit();
      files.set(attemptId, file);
    },
    async ended(end) {
      await commit();
      check('ended');
      const row = rowOf(end.jobId);
      if (!open.delete(end.attemptId) || row.state !== 'sent') {
        throw new Error(`attempt ${end.attemptId} of job ${end.jobId} ends while it is ${row.state}`);
      }
      row.ends.push(end);
      row.state = end.next.kind === 'again' ? 'pending' : end.next.kind;
      row.retriesUsed += end.next.kind === 'again' && end.next.counted ? 1 : 0;
    },
  };
}
