/** What was sent, as the limits of a new session count it. */
import type { SendHistory, SentBucket, SentRequest } from '../../engine/ports';
import type { Db } from '../database/driver';
import { keyIdOf, MINUTE_MS, QUARTER_MS, startOf } from './sent-tally';

/** A minute and what a request may need to reach the provider. */
const RECENT_MS = 61_000;

/** The longest timeout is an hour, and its inputs are fetched before it starts: what began earlier has ended. */
const LONGEST_ATTEMPT_MS = 2 * 3_600_000;

/** Attempts `a` of which the provider has heard. */
const REACHED = `(a.failure IS NULL OR
  (coalesce(a.failure ->> 'bodySent', 1) <> 0 AND a.failure ->> 'kind' <> 'bad_input'))`;

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
  readonly quarter: number;
  readonly endpoint_id: string;
  readonly key_id: string;
  readonly model: string;
  readonly reached: number;
}

type LearnedRate = NonNullable<SendHistory['learned']>[number];

export function createSendHistory(db: Db) {
  const columns = `a.endpoint_id, a.key_id, ${MODEL} AS model, a.sent_at, a.body_sent_at, a.ended_at,
    nullif(coalesce(a.usage ->> 'inputTokens', 0) + coalesce(a.usage ->> 'outputTokens', 0), 0) AS tokens`;
  const endedRecords = db.prepare<RecentRecord>(
    `SELECT ${columns} FROM attempts a INDEXED BY attempts_by_time
     WHERE a.sent_at >= ? AND a.ended_at IS NOT NULL AND ${REACHED}
       AND (a.sent_at >= ? OR a.body_sent_at >= ? OR a.ended_at >= ?)`,
  );
  const openRecords = db.prepare<RecentRecord>(
    `SELECT ${columns} FROM attempts a INDEXED BY attempts_open WHERE a.sent_at >= ? AND a.ended_at IS NULL AND ${REACHED}`,
  );
  const earliest = db.prepare<{ sent_at: number | null }>(
    'SELECT min(earliest_sent_at) AS sent_at FROM busy_minutes WHERE minute >= ?',
  );
  const bucketRecords = db.prepare<BucketRecord>(
    `SELECT quarter, endpoint_id, key_id, model, reached FROM sent_quarters WHERE quarter >= ? AND reached > 0`,
  );
  // CASE: only it is sure to look first whether the value can be read at all.
  const rates = db.prepare<{ key_id: string; model: string; per_minute: number }>(
    `SELECT value ->> 'keyId' AS key_id, value ->> 'model' AS model, value ->> 'perMinute' AS per_minute
     FROM fleet_events
     WHERE at >= ? AND CASE WHEN json_valid(value) THEN value ->> 'kind' END = 'rateLearned' ORDER BY id`,
  );

  function recent(now: number): readonly SentRequest[] {
    const since = now - RECENT_MS;
    const longest = since - LONGEST_ATTEMPT_MS;
    // Not the whole longest attempt back: as far as any goes that showed life in the last minute.
    const first = earliest.get(startOf(since, MINUTE_MS))?.sent_at ?? since;
    const from = Math.max(longest, Math.min(first, since));
    const records = [...endedRecords.all(from, since, since, since), ...openRecords.all(longest)];
    return records
      .toSorted((one, other) => one.sent_at - other.sent_at)
      .map((record) => ({
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
    return bucketRecords.all(startOf(dayStart, QUARTER_MS)).map((record) => ({
      endpointId: record.endpoint_id,
      keyId: keyIdOf(record.key_id),
      model: record.model,
      from: record.quarter,
      requests: record.reached,
    }));
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
