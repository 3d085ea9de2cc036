/** How attempts fared, by endpoint and by key: figures for people, and what limits on spending go by. */
import type { KeyUsage } from '@shared/model/usage';
import type { Db } from '../database/driver';
import { fromMicroUsd } from '../money';
import { keyIdOf, MINUTE_MS, QUARTER_MS, startOf } from './sent-tally';
import type { EndpointLatency, EndpointMinute, KeyFigures, Spent } from '../store';

const DAY_MS = 86_400_000;
/** So that latencies cost no more after a day of a million attempts than after a quiet one. */
const LATENCIES_AMONG = 20_000;

interface KeyRecord {
  readonly endpoint_id: string;
  readonly key_id: string;
  readonly done: number;
  readonly failed: number;
  readonly cost: number;
}

interface SpentRecord {
  readonly cost: number;
  readonly maybe: number;
}

/** Days begin with a quarter of an hour in every time zone: `since` is the start of one, or its quarter counts whole. */
export function createSentFigures(db: Db) {
  const minutes = db.prepare<{ endpoint_id: string; minute: number; ok: number; failed: number }>(
    `SELECT endpoint_id, minute, sum(done) AS ok, sum(failed) AS failed FROM ended_minutes
     WHERE minute >= ? GROUP BY endpoint_id, minute HAVING sum(done) + sum(failed) > 0
     ORDER BY endpoint_id, minute`,
  );
  const spend = db.prepare<{ endpoint_id: string; cost: number }>(
    `SELECT endpoint_id, sum(cost_micro_usd) AS cost FROM ended_minutes
     WHERE minute >= ? GROUP BY endpoint_id HAVING cost > 0 ORDER BY endpoint_id`,
  );
  const keys = db.prepare<KeyRecord>(
    `SELECT endpoint_id, key_id, sum(done) AS done, sum(failed) AS failed, sum(cost_micro_usd) AS cost
     FROM ended_minutes WHERE minute >= ? AND key_id <> '' GROUP BY endpoint_id, key_id
     HAVING sum(done) + sum(failed) > 0`,
  );
  const latencies = db.prepare<{ endpoint_id: string; key_id: string | null; took_ms: number }>(
    `SELECT endpoint_id, key_id, took_ms FROM (
       SELECT *, row_number() OVER (PARTITION BY endpoint_id ORDER BY sent_at DESC) AS place FROM (
         SELECT endpoint_id, key_id, took_ms, sent_at FROM attempts
         WHERE sent_at >= ? AND state = 'done' AND took_ms > 0 ORDER BY sent_at DESC LIMIT ${LATENCIES_AMONG}
       )
     ) WHERE place <= ? ORDER BY sent_at`,
  );
  const spent = db.prepare<SpentRecord & { requests: number }>(
    `SELECT coalesce(sum(requests), 0) AS requests, coalesce(sum(cost_micro_usd), 0) AS cost,
       coalesce(sum(maybe_micro_usd), 0) AS maybe FROM sent_quarters WHERE quarter >= ?`,
  );
  const spentByKey = db.prepare<SpentRecord & { key_id: string }>(
    `SELECT key_id, sum(cost_micro_usd) AS cost, sum(maybe_micro_usd) AS maybe FROM sent_quarters
     WHERE quarter >= ? AND key_id <> '' GROUP BY key_id HAVING cost > 0 OR maybe > 0`,
  );
  const used = db.prepare<
    SpentRecord & { endpoint_id: string; key_id: string; model: string; requests: number }
  >(
    `SELECT endpoint_id, key_id, model, sum(requests) AS requests, sum(cost_micro_usd) AS cost,
       sum(maybe_micro_usd) AS maybe FROM sent_quarters
     WHERE quarter >= ? AND quarter < ? GROUP BY endpoint_id, key_id, model`,
  );
  const minuteOf = (at: number): number => startOf(at, MINUTE_MS);
  const quarterOf = (at: number): number => startOf(at, QUARTER_MS);

  return {
    spentSince(since: number): Spent & { requests: number } {
      const sum = spent.get(quarterOf(since)) ?? { requests: 0, cost: 0, maybe: 0 };
      return { requests: sum.requests, ...spentOf(sum) };
    },
    keySpentSince: (since: number): readonly (Spent & { keyId: string })[] =>
      spentByKey.all(quarterOf(since)).map((sum) => ({ keyId: keyIdOf(sum.key_id) ?? '', ...spentOf(sum) })),
    usedBetween: (from: number, to: number): readonly KeyUsage[] =>
      used.all(quarterOf(from), quarterOf(to)).map(({ endpoint_id, key_id, model, requests, ...sum }) => ({
        endpointId: endpoint_id,
        keyId: keyIdOf(key_id),
        model,
        requests,
        ...spentOf(sum),
      })),
    endpointMinutes: (since: number): readonly EndpointMinute[] =>
      minutes.all(minuteOf(since)).map(({ endpoint_id, minute, ok, failed }) => ({
        endpointId: endpoint_id,
        minute,
        ok,
        failed,
      })),
    endpointSpend: (since: number): readonly { endpointId: string; costUsd: number }[] =>
      spend
        .all(minuteOf(since))
        .map(({ endpoint_id, cost }) => ({ endpointId: endpoint_id, costUsd: fromMicroUsd(cost) })),
    keyFigures: (since: number): readonly KeyFigures[] =>
      keys.all(minuteOf(since)).map((record) => ({
        endpointId: record.endpoint_id,
        keyId: record.key_id,
        succeeded: record.done,
        failed: record.failed,
        costUsd: fromMicroUsd(record.cost),
      })),
    endpointLatencies: (now: number, perEndpoint: number): readonly EndpointLatency[] =>
      latencies.all(now - DAY_MS, perEndpoint).map(({ endpoint_id, key_id, took_ms }) => ({
        endpointId: endpoint_id,
        keyId: key_id,
        tookMs: took_ms,
      })),
  };
}

function spentOf({ cost, maybe }: SpentRecord): Spent {
  return { costUsd: fromMicroUsd(cost), maybeUsd: fromMicroUsd(maybe) };
}
