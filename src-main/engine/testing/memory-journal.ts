/** A journal in memory that takes its time, and throws as soon as the engine asks for what may never happen. */
import type { JobState, ModelChoice } from '@shared/model/run';
import type {
  AttemptEnd,
  AttemptStart,
  Clock,
  Journal,
  PendingJob,
  ReceivedFile,
  SendHistory,
  SentBucket,
  SentRequest,
} from '../ports';
import { NotPending } from '../runs/not-pending';

export interface JobRow {
  readonly job: PendingJob;
  state: JobState;
  retriesUsed: number;
  readonly ends: AttemptEnd[];
}

/** What outlives the process that wrote it. */
export interface MemoryDisk {
  readonly rows: Map<number, JobRow>;
  readonly open: Map<number, AttemptStart>;
  readonly files: Map<number, ReceivedFile>;
  /** Every attempt that was ever journalled and may have left the machine. */
  readonly attempts: Map<number, SentRequest>;
  lastAttemptId: number;
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
  /** After a crash: jobs whose attempt has no end become `unknown`. */
  recover(): void;
  /** What a pool is restored from. */
  history(): SendHistory;
}

export interface MemoryJournalOptions {
  readonly clock: Clock;
  /** How long a commit takes, milliseconds. */
  readonly commitMs?: () => number;
  /** What an earlier process has left; absent: an empty one. */
  readonly disk?: MemoryDisk;
}

const RECENT_MS = 61_000;
const BUCKET_MS = 900_000;
const DAY_MS = 86_400_000;

export function createMemoryDisk(): MemoryDisk {
  return { rows: new Map(), open: new Map(), files: new Map(), attempts: new Map(), lastAttemptId: 0 };
}

export function createMemoryJournal(options: MemoryJournalOptions): MemoryJournal {
  const { clock, commitMs = () => 2, disk = createMemoryDisk() } = options;
  const { rows, open, files } = disk;
  const commits: number[] = [];
  const broken = new Set<string>();

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
      disk.lastAttemptId += 1;
      return disk.lastAttemptId;
    },
    async sent(attempts) {
      await commit();
      check('sent');
      // All of them or none.
      const jobIds = new Set<number>();
      for (const { attemptId, jobId } of attempts) {
        const { state } = rowOf(jobId);
        if (state !== 'pending') {
          throw new NotPending(`job ${jobId} is sent while it is ${state}`);
        }
        if (jobIds.has(jobId) || open.has(attemptId)) {
          throw new Error(`attempt ${attemptId} or job ${jobId} is sent twice`);
        }
        jobIds.add(jobId);
      }
      commits.push(attempts.length);
      for (const attempt of attempts) {
        rowOf(attempt.jobId).state = 'sent';
        open.set(attempt.attemptId, attempt);
        const { endpointId, keyId, model, sentAt } = attempt;
        const sent = { endpointId, keyId, model, sentAt, bodySentAt: null, endedAt: null, tokens: null };
        disk.attempts.set(attempt.attemptId, sent);
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
      noteEnd(disk, end);
      row.ends.push(end);
      row.state = end.next.kind === 'again' ? 'pending' : end.next.kind;
      row.retriesUsed += end.next.kind === 'again' && end.next.counted ? 1 : 0;
    },
    recover() {
      for (const { jobId } of open.values()) {
        rowOf(jobId).state = 'unknown';
      }
      open.clear();
    },
    history: () => historyOf([...disk.attempts.values()], clock.wallNow()),
  };
}

function noteEnd({ attempts }: MemoryDisk, { attemptId, bodySentAt, endedAt, outcome }: AttemptEnd): void {
  const sent = attempts.get(attemptId);
  if (outcome.kind === 'failed' && outcome.failure.bodySent === false) {
    attempts.delete(attemptId);
  } else if (sent !== undefined) {
    attempts.set(attemptId, { ...sent, bodySentAt, endedAt });
  }
}

/** As the store tells it: what may still count in a minute, and the day by quarters of an hour. */
function historyOf(attempts: readonly SentRequest[], wallNow: number): SendHistory {
  const from = wallNow - RECENT_MS;
  const recent = attempts.filter(({ sentAt, bodySentAt, endedAt }) =>
    endedAt === null ? sentAt > wallNow - DAY_MS : Math.max(sentAt, bodySentAt ?? 0, endedAt) > from,
  );
  const buckets = new Map<string, SentBucket>();
  for (const { endpointId, keyId, model, sentAt } of attempts) {
    const start = Math.floor(sentAt / BUCKET_MS) * BUCKET_MS;
    const name = `${endpointId} ${keyId} ${model} ${start}`;
    const requests = (buckets.get(name)?.requests ?? 0) + 1;
    buckets.set(name, { endpointId, keyId, model, from: start, requests });
  }
  return { recent, buckets: [...buckets.values()] };
}
