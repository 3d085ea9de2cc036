/**
 * Attempts, as they happen: written down before they are sent, when their file is whole, and when their outcome is
 * known. Nothing done is sent again, and nothing ends twice.
 */
import { providerSchema } from '@shared/model/provider';
import type { JobState } from '@shared/model/run';
import type {
  AttemptEnd,
  AttemptOutcome,
  AttemptStart,
  JobNext,
  PendingJob,
  ReceivedFile,
} from '../engine/ports';
import type { Db } from './driver';
import { groupOf } from './job-plan';
import { toMicroUsd } from './money';
import type { RunTally } from './run-tally';
import type { Store } from './store';
import { StoreError } from './store-error';

type Delivery = Extract<AttemptOutcome, { kind: 'done' }>;

interface JobStanding {
  readonly run_id: number;
  readonly state: string;
  readonly failure_kind: string | null;
  readonly attempts: number;
}

interface AttemptStanding extends JobStanding {
  readonly job_id: number;
  readonly attempt_state: string;
  readonly endpoint_id: string;
  readonly key_id: string | null;
  readonly model: string;
  readonly sent_at: number;
  readonly ended_at: number | null;
}

interface PendingRecord {
  readonly id: number;
  readonly run_id: number;
  readonly provider: string;
  readonly model: string;
  readonly retries_used: number;
}

const STATE_AFTER: Readonly<Record<JobNext['kind'], JobState>> = {
  done: 'done',
  again: 'pending',
  failed: 'failed',
  unknown: 'unknown',
  cancelled: 'cancelled',
};

export function createJournalTable(db: Db, tally: RunTally) {
  const highestAttempt = db.prepare<{ id: number }>(
    `SELECT seq AS id FROM sqlite_sequence WHERE name = 'attempts'`,
  );
  const pendingAfter = db.prepare<PendingRecord>(
    `SELECT j.id, j.run_id, m.provider, m.model, j.retries_used FROM jobs j CROSS JOIN models m ON m.id = j.model_id
     WHERE j.run_id = ? AND j.state = 'pending'
       AND j.position > coalesce((SELECT position FROM jobs WHERE id = ?), -1)
     ORDER BY j.position LIMIT ?`,
  );
  const jobStanding = db.prepare<JobStanding>(
    'SELECT run_id, state, failure_kind, attempts FROM jobs WHERE id = ?',
  );
  const endpointName = db.prepare<{ name: string }>(
    `SELECT value ->> 'name' AS name FROM endpoints WHERE id = ?`,
  );
  const addAttempt = db.prepare(
    `INSERT INTO attempts (id, job_id, number, endpoint_id, endpoint_name, key_id, key_tail, model, sent_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const forgetReceived = db.prepare(
    `UPDATE attempts SET state = 'lost' WHERE job_id = ? AND state = 'received'`,
  );
  const markSent = db.prepare(
    `UPDATE jobs SET state = 'sent', attempts = attempts + 1, endpoint_name = ? WHERE id = ?`,
  );
  const markReceived = db.prepare(
    `UPDATE attempts SET state = 'received', file = ? WHERE id = ? AND state = 'sent'`,
  );
  const attemptStanding = db.prepare<AttemptStanding>(
    `SELECT a.job_id, a.state AS attempt_state, a.endpoint_id, a.key_id, coalesce(a.model, '') AS model, a.sent_at,
       a.ended_at, j.run_id, j.state, j.failure_kind, j.attempts
     FROM attempts a CROSS JOIN jobs j ON j.id = a.job_id WHERE a.id = ?`,
  );
  const closeAttempt = db.prepare(
    `UPDATE attempts SET state = ?, ended_at = ?, took_ms = ?, body_sent_at = ?, failure = ?, usage = ?,
     cost_micro_usd = ? WHERE id = ?`,
  );
  const keep = createKeeper(db);
  const finishJob = db.prepare(
    `UPDATE jobs SET state = 'done', failure = NULL, review = NULL, result_id = ?, took_ms = ?,
     cost_micro_usd = CASE WHEN ? IS NULL THEN cost_micro_usd ELSE coalesce(cost_micro_usd, 0) + ? END WHERE id = ?`,
  );
  const leaveJob = db.prepare(
    'UPDATE jobs SET state = ?, failure = ?, retries_used = retries_used + ?, took_ms = ? WHERE id = ?',
  );

  function move(standing: JobStanding, next: { state: JobState; failureKind: string | null }): void {
    tally.leave(groupOf(standing.run_id, standing.state, standing.failure_kind));
    tally.enter(groupOf(standing.run_id, next.state, next.failureKind));
  }

  function send(start: AttemptStart): void {
    const job = jobStanding.get(start.jobId);
    if (job === undefined || (job.state !== 'pending' && job.state !== 'leased')) {
      throw new StoreError(
        'UNEXPECTED_STATE',
        `Job ${start.jobId} is ${job?.state ?? 'not in the library'}: only a pending job may be sent.`,
      );
    }
    const name = start.endpointName ?? endpointName.get(start.endpointId)?.name ?? start.endpointId;
    const { attemptId, jobId, endpointId, keyId, keyTail } = start;
    if (job.attempts > 0) {
      forgetReceived.run(jobId);
    }
    addAttempt.run(
      attemptId,
      jobId,
      job.attempts + 1,
      endpointId,
      name,
      keyId,
      keyTail ?? '',
      start.model,
      Math.round(start.sentAt),
    );
    markSent.run(name, jobId);
    move(job, { state: 'sent', failureKind: null });
    tally.request(job.run_id);
    tally.attempts.sent({ endpointId, keyId, model: start.model, sentAt: Math.round(start.sentAt) });
  }

  function received(attemptId: number, file: ReceivedFile): void {
    if (markReceived.run(JSON.stringify(file), attemptId).changes === 0) {
      throw new StoreError(
        'UNEXPECTED_STATE',
        `Attempt ${attemptId} is not under way: its file cannot be received.`,
      );
    }
  }

  function ended(end: AttemptEnd): void {
    const standing = attemptStanding.get(end.attemptId);
    if (standing === undefined || !isOpen(standing)) {
      throw new StoreError('UNEXPECTED_STATE', `Attempt ${end.attemptId} is not under way: it cannot end.`);
    }
    const tookMs = Math.round(end.tookMs);
    if (end.outcome.kind === 'done') {
      finish(end, end.outcome, standing);
      return;
    }
    const failure = end.outcome.kind === 'failed' ? end.outcome.failure : null;
    const text = failure === null ? null : JSON.stringify(failure);
    // A file that was whole when its worker died may still be found: the attempt stays `received`.
    addUp(tally, { standing, end, costMicroUsd: 0 });
    const state = failure !== null ? 'failed' : standing.attempt_state === 'received' ? 'received' : 'lost';
    closeAttempt.run(state, Math.round(end.endedAt), tookMs, leftAt(end), text, null, null, end.attemptId);
    const next = STATE_AFTER[end.next.kind];
    if (next === 'done' || (next === 'failed' && failure === null)) {
      throw new StoreError(
        'UNEXPECTED_STATE',
        `Attempt ${end.attemptId} brought nothing: its job cannot be ${next}.`,
      );
    }
    const counted = end.next.kind === 'again' && end.next.counted ? 1 : 0;
    leaveJob.run(next, text, counted, tookMs, standing.job_id);
    move(standing, { state: next, failureKind: failure?.kind ?? null });
  }

  function finish(end: AttemptEnd, { file, usage, costUsd }: Delivery, standing: AttemptStanding): void {
    const cost = toMicroUsd(costUsd);
    const tookMs = Math.round(end.tookMs);
    const jobId = standing.job_id;
    addUp(tally, { standing, end, costMicroUsd: cost ?? 0 });
    closeAttempt.run(
      'done',
      Math.round(end.endedAt),
      tookMs,
      leftAt(end),
      null,
      JSON.stringify(usage),
      cost,
      end.attemptId,
    );
    finishJob.run(keep(jobId, file, Math.round(end.endedAt)), tookMs, cost, cost, jobId);
    move(standing, { state: 'done', failureKind: null });
    tally.cost(standing.run_id, cost ?? 0);
  }

  /** A file that was found makes its job done. */
  function adopted(runId: number, files: Parameters<Store['adopted']>[1]): number {
    let count = 0;
    for (const { jobId, file } of files) {
      const standing = jobStanding.get(jobId);
      if (standing?.run_id === runId && standing.state === 'pending') {
        finishJob.run(keep(jobId, file, null), null, null, null, jobId);
        move(standing, { state: 'done', failureKind: null });
        count += 1;
      }
    }
    return count;
  }

  return {
    adopted,
    pending: (runId: number, afterId: number, limit: number): readonly PendingJob[] =>
      pendingAfter.all(runId, afterId, limit).map((record) => ({
        id: record.id,
        runId: record.run_id,
        model: { provider: providerSchema.parse(record.provider), model: record.model },
        retriesUsed: record.retries_used,
      })),
    lastAttemptId: (): number => highestAttempt.get()?.id ?? 0,
    sent: (attempts: readonly AttemptStart[]): void => attempts.forEach(send),
    received,
    ended,
  };
}

/** The successor is whole: what stood under this name before is gone from disk. Answers the result's id. */
function createKeeper(db: Db) {
  const forgetResults = db.prepare('DELETE FROM results WHERE job_id = ?');
  const addResult = db.prepare(
    `INSERT INTO results (job_id, file_name, mime_type, width, height, size_bytes, sha256, modified_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  return (jobId: number, file: ReceivedFile, wholeAt: number | null): number => {
    forgetResults.run(jobId);
    const { fileName, mimeType, width, height, sizeBytes, sha256 } = file;
    return addResult.run(jobId, fileName, mimeType, width, height, sizeBytes, sha256, wholeAt).lastId;
  };
}

interface Ended {
  readonly standing: AttemptStanding;
  readonly end: AttemptEnd;
  readonly costMicroUsd: number;
}

function addUp(tally: RunTally, { standing, end, costMicroUsd }: Ended): void {
  const { endpoint_id, key_id, model, sent_at, ended_at } = standing;
  const attempt = { endpointId: endpoint_id, keyId: key_id, model, sentAt: sent_at };
  if (ended_at !== null) {
    tally.attempts.foundAgain(attempt, ended_at);
  }
  tally.attempts.ended(attempt, {
    endedAt: Math.round(end.endedAt),
    bodySentAt: leftAt(end),
    isDone: end.outcome.kind === 'done',
    failure: end.outcome.kind === 'failed' ? end.outcome.failure : null,
    costMicroUsd,
  });
}

/** Later rather than earlier: limits go on from it. */
function leftAt({ bodySentAt }: AttemptEnd): number | null {
  return bodySentAt === null ? null : Math.ceil(bodySentAt);
}

/** Under way, or cut off with its file whole: then the file may still be adopted. */
function isOpen(standing: AttemptStanding): boolean {
  return (
    (standing.state === 'sent' &&
      (standing.attempt_state === 'sent' || standing.attempt_state === 'received')) ||
    (standing.state === 'unknown' && standing.attempt_state === 'received')
  );
}
