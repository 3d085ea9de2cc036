/** How attempts fared, by endpoint and by key: figures for people. Every query looks back by the index on `sent_at`. */
import type { Db } from './driver';
import { fromMicroUsd } from './money';
import { createSlices, LONGEST_ATTEMPT_MS } from './sent-slices';
import type { EndpointLatency, EndpointMinute, KeyFigures } from './store';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** So that latencies cost no more after a day of a million attempts than after a quiet one. */
const LATENCIES_AMONG = 100_000;

/** Nothing was sent: no failure of an endpoint or a key. */
const TRIED = `(a.failure IS NULL OR a.failure ->> 'kind' <> 'bad_input')`;

interface KeyRecord {
  readonly endpoint_id: string;
  readonly key_id: string;
  readonly ok: number;
  readonly failed: number;
  readonly cost: number;
}

export function createSentFigures(db: Db) {
  const slices = createSlices(db);
  const minutes = db.prepare<{ endpoint_id: string; minute: number; ok: number; failed: number }>(
    `SELECT a.endpoint_id, a.ended_at / ${MINUTE_MS} AS minute, sum(a.state = 'done') AS ok,
       sum(a.state <> 'done') AS failed
     FROM attempts a WHERE a.sent_at >= ? AND a.ended_at >= ? AND ${TRIED}
     GROUP BY a.endpoint_id, minute`,
  );
  const spend = db.prepare<{ endpoint_id: string; cost: number }>(
    `SELECT a.endpoint_id, sum(a.cost_micro_usd) AS cost FROM attempts a
     WHERE a.sent_at >= ? AND a.sent_at < ? AND a.ended_at >= ? AND a.cost_micro_usd IS NOT NULL
     GROUP BY a.endpoint_id`,
  );
  const latencies = db.prepare<{ endpoint_id: string; key_id: string | null; took_ms: number }>(
    `SELECT endpoint_id, key_id, took_ms FROM (
       SELECT *, row_number() OVER (PARTITION BY endpoint_id ORDER BY sent_at DESC) AS place FROM (
         SELECT endpoint_id, key_id, took_ms, sent_at FROM attempts
         WHERE sent_at >= ? AND state = 'done' AND took_ms > 0 ORDER BY sent_at DESC LIMIT ${LATENCIES_AMONG}
       )
     ) WHERE place <= ? ORDER BY sent_at`,
  );
  const keys = db.prepare<KeyRecord>(
    `SELECT a.endpoint_id, a.key_id, sum(a.state = 'done') AS ok, sum(a.state <> 'done') AS failed,
       coalesce(sum(a.cost_micro_usd), 0) AS cost
     FROM attempts a
     WHERE a.sent_at >= ? AND a.sent_at < ? AND a.ended_at >= ? AND a.key_id IS NOT NULL AND ${TRIED}
     GROUP BY a.endpoint_id, a.key_id`,
  );

  const spent = db.prepare<{ requests: number; cost: number }>(
    'SELECT count(*) AS requests, coalesce(sum(cost_micro_usd), 0) AS cost FROM attempts WHERE sent_at >= ?',
  );
  const spentByKey = db.prepare<{ key_id: string; cost: number }>(
    `SELECT key_id, sum(cost_micro_usd) AS cost FROM attempts
     WHERE sent_at >= ? AND key_id IS NOT NULL AND cost_micro_usd > 0 GROUP BY key_id`,
  );

  return {
    spentSince(since: number): { requests: number; costUsd: number } {
      const { requests, cost } = spent.get(since) ?? { requests: 0, cost: 0 };
      return { requests, costUsd: fromMicroUsd(cost) ?? 0 };
    },
    keySpentSince: (since: number): readonly { keyId: string; costUsd: number }[] =>
      spentByKey.all(since).map(({ key_id, cost }) => ({ keyId: key_id, costUsd: fromMicroUsd(cost) ?? 0 })),
    endpointMinutes: (since: number): readonly EndpointMinute[] =>
      minutes.all(since - LONGEST_ATTEMPT_MS, since).map(({ endpoint_id, minute, ok, failed }) => ({
        endpointId: endpoint_id,
        minute: minute * MINUTE_MS,
        ok,
        failed,
      })),
    endpointSpend(since: number): readonly { endpointId: string; costUsd: number }[] {
      const total = new Map<string, number>();
      for (const { from, to } of slices(since - LONGEST_ATTEMPT_MS)) {
        for (const { endpoint_id, cost } of spend.all(from, to, since)) {
          total.set(endpoint_id, (total.get(endpoint_id) ?? 0) + cost);
        }
      }
      return [...total].map(([endpointId, cost]) => ({ endpointId, costUsd: fromMicroUsd(cost) ?? 0 }));
    },
    endpointLatencies: (now: number, perEndpoint: number): readonly EndpointLatency[] =>
      latencies.all(now - DAY_MS, perEndpoint).map(({ endpoint_id, key_id, took_ms }) => ({
        endpointId: endpoint_id,
        keyId: key_id,
        tookMs: took_ms,
      })),
    keyFigures(since: number): readonly KeyFigures[] {
      const total = new Map<string, KeyRecord>();
      for (const { from, to } of slices(since - LONGEST_ATTEMPT_MS)) {
        for (const record of keys.all(from, to, since)) {
          const place = JSON.stringify([record.endpoint_id, record.key_id]);
          total.set(place, added(total.get(place), record));
        }
      }
      return [...total.values()].map((record) => ({
        endpointId: record.endpoint_id,
        keyId: record.key_id,
        succeeded: record.ok,
        failed: record.failed,
        costUsd: fromMicroUsd(record.cost) ?? 0,
      }));
    },
  };
}

function added(before: KeyRecord | undefined, record: KeyRecord): KeyRecord {
  return before === undefined
    ? record
    : {
        ...record,
        ok: before.ok + record.ok,
        failed: before.failed + record.failed,
        cost: before.cost + record.cost,
      };
}
