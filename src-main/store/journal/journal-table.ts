/**
 * Attempts, as they happen: written down before they are sent, when their file is whole, and when their outcome is
 * known. Nothing done is sent again, and nothing ends twice.
 */
import type { JobState } from '@shared/model/run';
import type { AttemptEnd, AttemptOutcome, AttemptStart, JobNext, ReceivedFile } from '../../engine/ports';
import { addUp, leftAt } from './attempt-sums';
import type { Db } from '../database/driver';
import { groupOf } from '../runs/job-plan';
import { toMicroUsd } from '../money';
import { type AttemptPlace, createOpenAttempts } from './open-attempts';
import { createPendingJobs } from '../runs/pending-jobs';
import { createAnswerKeeper, createKeeper } from '../runs/result-keeper';
import type { RunTally } from '../runs/run-tally';
import type { Store } from '../store';
import { StoreError } from '../store-error';
import { createRemember } from './unfinished-files';

type Delivery = Extract<AttemptOutcome, { kind: 'done' | 'text' }>;

interface JobStanding {
  readonly run_id: number;
  readonly state: string;
  readonly failure_kind: string | null;
}

interface SentBefore extends JobStanding {
  readonly attempts: number;
}

interface AttemptStanding extends JobStanding, AttemptPlace {
  readonly attempt_state: string;
  readonly ended_at: number | null;
}

/** Of an attempt that brought something. */
interface Closing {
  readonly usage: string;
  readonly cost: number | null;
  readonly tookMs: number;
  readonly place: AttemptPlace | undefined;
}

/** Of a request whose worker died. */
const NOTHING_KNOWN = { failure: null, usage: undefined, costUsd: null, repair: undefined } as const;

const STATE_AFTER: Readonly<Record<JobNext['kind'], JobState>> = {
  done: 'done',
  again: 'pending',
  failed: 'failed',
  unknown: 'unknown',
  cancelled: 'cancelled',
};

export type JournalTable = ReturnType<typeof createJournalTable>;

/**
 * `OR FAIL`: on an error the whole transaction goes anyway. Without it SQLite keeps a copy of each page that the statement
 * changes, since `attempts` has triggers. Not where one of them inserts: it would fail, too, instead of ignoring.
 */
export function createJournalTable(db: Db, tally: RunTally) {
  const highestAttempt = db.prepare<{ id: number }>(
    `SELECT seq AS id FROM sqlite_sequence WHERE name = 'attempts'`,
  );
  const jobStanding = db.prepare<SentBefore>(
    'SELECT run_id, state, failure_kind, attempts FROM jobs WHERE id = ?',
  );
  const endpointName = db.prepare<{ name: string }>(
    `SELECT value ->> 'name' AS name FROM endpoints WHERE id = ?`,
  );
  const addAttempt = db.prepare(
    `INSERT INTO attempts (id, job_id, number, endpoint_id, endpoint_name, key_id, key_tail, model, sent_at,
       price_micro_usd) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const forgetReceived = db.prepare(
    `UPDATE attempts SET state = 'lost' WHERE job_id = ? AND state = 'received'`,
  );
  const markSent = db.prepare(
    `UPDATE jobs SET state = 'sent', attempts = attempts + 1, endpoint_name = ? WHERE id = ?`,
  );
  // The usual case in one step: to ask first how the job stands costs as much again.
  const markFirstSent = db.prepare(
    `UPDATE jobs SET state = 'sent', attempts = 1, endpoint_name = ?
     WHERE id = ? AND run_id = ? AND state = 'pending' AND attempts = 0`,
  );
  const markReceived = db.prepare(
    // Once more with the same file is as good as once.
    `UPDATE OR FAIL attempts SET state = 'received', file = ?1
     WHERE id = ?2 AND (state = 'sent' OR (state = 'received' AND file = ?1))`,
  );
  const attemptStanding = db.prepare<AttemptStanding>(
    `SELECT a.job_id, a.state AS attempt_state, a.endpoint_id, a.key_id, coalesce(a.model, '') AS model, a.sent_at,
       a.price_micro_usd, a.ended_at, j.run_id, j.state, j.failure_kind
     FROM attempts a CROSS JOIN jobs j ON j.id = a.job_id WHERE a.id = ?`,
  );
  const closeAttempt = db.prepare(
    `UPDATE attempts SET state = ?, ended_at = ?, took_ms = ?, body_sent_at = ?, failure = ?, usage = ?,
     cost_micro_usd = ?, misfit = ? WHERE id = ?`,
  );
  // Of one that nothing else happened to since it was sent; its job's row is not read for more than that.
  const closeDone = db.prepare(
    `UPDATE OR FAIL attempts SET state = 'done', ended_at = ?, took_ms = ?, body_sent_at = ?, usage = ?, cost_micro_usd = ?
     WHERE id = ? AND state IN ('sent', 'received') AND ended_at IS NULL
       AND (SELECT state FROM jobs WHERE id = attempts.job_id) = 'sent'`,
  );
  const open = createOpenAttempts();
  const keep = createKeeper(db);
  const keepAnswer = createAnswerKeeper(db);
  const keepTurn = db.prepare('UPDATE results SET turn = ? WHERE id = ?');
  const finishJob = db.prepare(
    // A new result was never deleted.
    `UPDATE jobs SET state = 'done', failure = NULL, review = NULL, trashed_at = NULL, result_id = ?, took_ms = ?,
     cost_micro_usd = CASE WHEN ? IS NULL THEN cost_micro_usd ELSE coalesce(cost_micro_usd, 0) + ? END WHERE id = ?`,
  );
  const remember = createRemember(db);
  const leaveJob = db.prepare(
    `UPDATE jobs SET state = ?, failure = ?, retries_used = retries_used + ?, took_ms = ?, misfit_id = coalesce(?, misfit_id),
     cost_micro_usd = CASE WHEN ? IS NULL THEN cost_micro_usd ELSE coalesce(cost_micro_usd, 0) + ? END WHERE id = ?`,
  );

  function move(standing: JobStanding, next: { state: JobState; failureKind: string | null }): void {
    tally.leave(groupOf(standing.run_id, standing.state, standing.failure_kind));
    tally.enter(groupOf(standing.run_id, next.state, next.failureKind));
  }

  function send(start: AttemptStart): void {
    const { attemptId, jobId, endpointId, keyId, keyTail, model } = start;
    const name = start.endpointName ?? endpointName.get(endpointId)?.name ?? endpointId;
    const isFirst = markFirstSent.run(name, jobId, start.runId).changes > 0;
    const job = isFirst ? neverSent(start.runId) : sendAgain(jobId, name);
    const sentAt = Math.round(start.sentAt);
    const price = toMicroUsd(start.priceUsd ?? null);
    const number = job.attempts + 1;
    addAttempt.run(attemptId, jobId, number, endpointId, name, keyId, keyTail ?? '', model, sentAt, price);
    move(job, { state: 'sent', failureKind: null });
    tally.request(job.run_id, price);
    tally.attempts.sent({ endpointId, keyId, model, sentAt }, price ?? 0);
    const { run_id } = job;
    open.add(attemptId, {
      job_id: jobId,
      run_id,
      endpoint_id: endpointId,
      key_id: keyId,
      model,
      sent_at: sentAt,
      price_micro_usd: price,
    });
  }

  /** Answers how the job stood. */
  function sendAgain(jobId: number, name: string): SentBefore {
    const job = jobStanding.get(jobId);
    if (job === undefined || (job.state !== 'pending' && job.state !== 'leased')) {
      throw new StoreError(
        'UNEXPECTED_STATE',
        `Job ${jobId} is ${job?.state ?? 'not in the library'}: only a pending job may be sent.`,
      );
    }
    if (job.attempts > 0) {
      forgetReceived.run(jobId);
    }
    markSent.run(name, jobId);
    return job;
  }

  function received(attemptId: number, file: ReceivedFile): void {
    if (markReceived.run(JSON.stringify(file), attemptId).changes === 0) {
      throw new StoreError(
        'UNEXPECTED_STATE',
        `Attempt ${attemptId} is not under way: its file cannot be received.`,
      );
    }
  }

  function openStanding(attemptId: number): AttemptStanding {
    const standing = attemptStanding.get(attemptId);
    if (standing === undefined || !isOpen(standing)) {
      throw new StoreError('UNEXPECTED_STATE', `Attempt ${attemptId} is not under way: it cannot end.`);
    }
    return standing;
  }

  function ended(end: AttemptEnd): void {
    const place = open.take(end.attemptId);
    if (end.outcome.kind === 'done' || end.outcome.kind === 'text') {
      finish(end, end.outcome, place);
    } else {
      giveUp(end, end.outcome);
    }
  }

  function giveUp(end: AttemptEnd, outcome: Exclude<AttemptOutcome, Delivery>): void {
    const standing = openStanding(end.attemptId);
    const tookMs = Math.round(end.tookMs);
    const { failure, usage, costUsd, repair } = outcome.kind === 'failed' ? outcome : NOTHING_KNOWN;
    const text = failure === null ? null : JSON.stringify(failure);
    const cost = toMicroUsd(costUsd ?? null);
    addUp(tally, { place: standing, lostAt: standing.ended_at, end, cost });
    // A file that was whole when its worker died may still be found: the attempt stays `received`.
    const state = failure !== null ? 'failed' : standing.attempt_state === 'received' ? 'received' : 'lost';
    closeAttempt.run(
      state,
      Math.round(end.endedAt),
      tookMs,
      leftAt(end),
      text,
      usage === undefined ? null : JSON.stringify(usage),
      cost,
      repair === undefined ? null : JSON.stringify(repair),
      end.attemptId,
    );
    if (state === 'received') {
      remember(end.attemptId);
    }
    const next = STATE_AFTER[end.next.kind];
    if (next === 'done' || (next === 'failed' && failure === null)) {
      throw new StoreError(
        'UNEXPECTED_STATE',
        `Attempt ${end.attemptId} brought nothing: its job cannot be ${next}.`,
      );
    }
    const counted = end.next.kind === 'again' && end.next.counted ? 1 : 0;
    const misfitId = repair === undefined ? null : end.attemptId;
    leaveJob.run(next, text, counted, tookMs, misfitId, cost, cost, standing.job_id);
    move(standing, { state: next, failureKind: failure?.kind ?? null });
  }

  function finish(end: AttemptEnd, delivery: Delivery, place: AttemptPlace | undefined): void {
    const cost = toMicroUsd(delivery.costUsd);
    const tookMs = Math.round(end.tookMs);
    const standing = close(end, { usage: JSON.stringify(delivery.usage), cost, tookMs, place });
    const jobId = standing.job_id;
    addUp(tally, { place: standing, lostAt: standing.ended_at, end, cost });
    const made = { wholeAt: Math.round(end.endedAt), attemptId: end.attemptId };
    const resultId =
      delivery.kind === 'text' ? keepAnswer(jobId, delivery.answer, made) : keep(jobId, delivery.file, made);
    finishJob.run(resultId, tookMs, cost, cost, jobId);
    if (delivery.kind === 'done' && delivery.turn !== undefined) {
      keepTurn.run(delivery.turn, resultId);
    }
    move(standing, { state: 'done', failureKind: null });
  }

  /** The attempt is done. Answers how it and its job stood. */
  function close(end: AttemptEnd, { usage, cost, tookMs, place }: Closing): AttemptStanding {
    const { attemptId } = end;
    const endedAt = Math.round(end.endedAt);
    const left = leftAt(end);
    if (place !== undefined && closeDone.run(endedAt, tookMs, left, usage, cost, attemptId).changes > 0) {
      return { ...place, state: 'sent', failure_kind: null, attempt_state: 'sent', ended_at: null };
    }
    const standing = openStanding(attemptId);
    closeAttempt.run('done', endedAt, tookMs, left, null, usage, cost, null, attemptId);
    return standing;
  }

  /** A file that was found makes its job done. */
  function adopted(runId: number, files: Parameters<Store['adopted']>[1]): number {
    let count = 0;
    for (const { jobId, file } of files) {
      const standing = jobStanding.get(jobId);
      if (standing?.run_id === runId && standing.state === 'pending') {
        finishJob.run(keep(jobId, file, { wholeAt: null, attemptId: null }), null, null, null, jobId);
        move(standing, { state: 'done', failureKind: null });
        count += 1;
      }
    }
    return count;
  }

  return {
    adopted,
    pending: createPendingJobs(db),
    lastAttemptId: (): number => highestAttempt.get()?.id ?? 0,
    sent: (attempts: readonly AttemptStart[]): void => attempts.forEach(send),
    received,
    ended,
  };
}

const neverSent = (runId: number): SentBefore => ({
  run_id: runId,
  state: 'pending',
  failure_kind: null,
  attempts: 0,
});

/** Under way, or cut off with its file whole: then the file may still be adopted. */
function isOpen(standing: AttemptStanding): boolean {
  return (
    (standing.state === 'sent' &&
      (standing.attempt_state === 'sent' || standing.attempt_state === 'received')) ||
    (standing.state === 'unknown' && standing.attempt_state === 'received')
  );
}
