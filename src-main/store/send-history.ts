/** What was sent, as the limits of a new session count it. Every query looks back by the index on `sent_at`. */
import type { SendHistory, SentBucket, SentRequest } from '../engine/ports';
import type { Db } from './driver';
import { createSlices, LONGEST_ATTEMPT_MS, REACHED } from './sent-slices';

/** A minute and what a request may need to reach the provider. */
const RECENT_MS = 61_000;

/** Attempts of the first version do not say it. */
const MODEL =
  'coalesce(a.model, (SELECT m.model FROM jobs j JOIN models m ON m.id = j.model_id WHERE j.id = a.job_id))';

interface RecentRecord {
  readonly endpoint_id: string;
  readonly key_id: string | null;
  readonly model: string;
  readonly sent_at: number;
  readonly body_sent_at: number | null;
  readonly ended_at: number | null;
  readonly tokens: number | null;
}

interface BucketRecord {
  readonly endpoint_id: string;
  readonly key_id: string | null;
  readonly model: string;
  readonly requests: number;
}

type LearnedRate = NonNullable<SendHistory['learned']>[number];

export function createSendHistory(db: Db) {
  const slices = createSlices(db);
  const recentRecords = db.prepare<RecentRecord>(
    `SELECT a.endpoint_id, a.key_id, ${MODEL} AS model, a.sent_at, a.body_sent_at, a.ended_at,
       nullif(coalesce(a.usage ->> 'inputTokens', 0) + coalesce(a.usage ->> 'outputTokens', 0), 0) AS tokens
     FROM attempts a
     WHERE a.sent_at >= ? AND ${REACHED}
       AND (a.sent_at >= ? OR a.body_sent_at >= ? OR a.ended_at >= ? OR a.ended_at IS NULL)
     ORDER BY a.sent_at`,
  );
  const bucketRecords = db.prepare<BucketRecord>(
    `SELECT a.endpoint_id, a.key_id, ${MODEL} AS model, count(*) AS requests
     FROM attempts a WHERE a.sent_at >= ? AND a.sent_at < ? AND ${REACHED}
     GROUP BY a.endpoint_id, a.key_id, model`,
  );
  // CASE: only it is sure to look first whether the value can be read at all.
  const rates = db.prepare<{ key_id: string; model: string; per_minute: number }>(
    `SELECT value ->> 'keyId' AS key_id, value ->> 'model' AS model, value ->> 'perMinute' AS per_minute
     FROM fleet_events
     WHERE at >= ? AND CASE WHEN json_valid(value) THEN value ->> 'kind' END = 'rateLearned' ORDER BY id`,
  );

  function recent(now: number): readonly SentRequest[] {
    const since = now - RECENT_MS;
    return recentRecords.all(since - LONGEST_ATTEMPT_MS, since, since, since).map((record) => ({
      endpointId: record.endpoint_id,
      keyId: record.key_id,
      model: record.model,
      sentAt: record.sent_at,
      bodySentAt: record.body_sent_at,
      endedAt: record.ended_at,
      tokens: record.tokens,
    }));
  }

  function buckets(dayStart: number): readonly SentBucket[] {
    return [...slices(dayStart)].flatMap(({ quarter, from, to }) =>
      bucketRecords.all(from, to).map((record) => ({
        endpointId: record.endpoint_id,
        keyId: record.key_id,
        model: record.model,
        from: quarter,
        requests: record.requests,
      })),
    );
  }

  /** The newest of each key and model. */
  function learned(since: number): readonly LearnedRate[] {
    const newest = new Map<string, LearnedRate>();
    for (const { key_id: keyId, model, per_minute: perMinute } of rates.all(since)) {
      newest.set(JSON.stringify([keyId, model]), { keyId, model, perMinute });
    }
    return [...newest.values()];
  }

  return (now: number, dayStart: number): SendHistory => ({
    recent: recent(now),
    buckets: buckets(dayStart),
    learned: learned(dayStart),
  });
}
