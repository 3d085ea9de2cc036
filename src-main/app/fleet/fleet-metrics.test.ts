import { describe, expect, it } from 'vitest';
import type { AttemptEnd, AttemptOutcome } from '../../engine/ports';
import { createVirtualClock } from '../../engine/testing/virtual-clock';
import { createFleetMetrics, type FleetMetricsOptions } from './fleet-metrics';

const MINUTE = 60_000;
/** Noon of the machine, whatever its zone. */
const NOON = new Date(2026, 5, 10, 12, 0, 30).getTime();
const EMPTY: FleetMetricsOptions['store'] = {
  endpointMinutes: async () => [],
  endpointSpend: async () => [],
  endpointLatencies: async () => [],
  keyFigures: async () => [],
};
const FILE = { fileName: 'f', sha256: 's', mimeType: 'image/png', width: 1, height: 1, sizeBytes: 1 };

function metricsAt(startsAtWall: number, store: Partial<FleetMetricsOptions['store']> = {}) {
  const clock = createVirtualClock({ startsAtWall });
  const metrics = createFleetMetrics({ store: { ...EMPTY, ...store }, clock });
  let lastId = 0;
  return {
    clock,
    metrics,
    end(outcome: AttemptOutcome, tookMs = 1_000, endpointId = 'e'): void {
      lastId += 1;
      const attempt = { attemptId: lastId, jobId: 1, runId: 1 };
      metrics.sent([{ ...attempt, endpointId, keyId: 'k', model: 'm', sentAt: clock.wallNow() }]);
      const end: AttemptEnd = {
        ...attempt,
        endedAt: clock.wallNow(),
        bodySentAt: null,
        tookMs,
        outcome,
        next: { kind: 'done' },
      };
      metrics.ended(end);
    },
  };
}

const done = (costUsd: number | null = null): AttemptOutcome => ({
  kind: 'done',
  file: FILE,
  usage: {},
  costUsd,
});
const failed = (kind: 'timeout' | 'bad_input'): AttemptOutcome => ({
  kind: 'failed',
  failure: { kind, message: 'No.' },
});

describe('the last hour', () => {
  it('counts by the minute, moves with the clock and forgets', async () => {
    const { clock, metrics, end } = metricsAt(NOON);
    end(done());
    end(failed('timeout'));
    expect(metrics.metricsOf('e').hour).toHaveLength(60);
    expect(metrics.metricsOf('e').hour.at(-1)).toEqual({ ok: 1, failed: 1 });
    await clock.advance(MINUTE);
    end(done());
    expect(metrics.metricsOf('e').hour.slice(-3)).toEqual([
      { ok: 0, failed: 0 },
      { ok: 1, failed: 1 },
      { ok: 1, failed: 0 },
    ]);
    await clock.advance(58 * MINUTE);
    expect(metrics.metricsOf('e').hour[0]).toEqual({ ok: 1, failed: 1 });
    await clock.advance(MINUTE);
    expect(metrics.metricsOf('e').hour[0]).toEqual({ ok: 1, failed: 0 });
    await clock.advance(MINUTE);
    expect(metrics.metricsOf('e').hour.every(({ ok, failed: no }) => ok + no === 0)).toBe(true);
    expect(metrics.metricsOf('other').hour.every(({ ok }) => ok === 0)).toBe(true);
  });

  it('counts an answer in words as one that came, and what was paid for one that cannot be used', () => {
    const { metrics, end } = metricsAt(NOON);
    const answer = { text: 'yes', mimeType: 'text/plain' } as const;
    end({ kind: 'text', answer, usage: {}, costUsd: 0.25 });
    const failure = { kind: 'schema_mismatch', message: 'It does not fit.' } as const;
    end({ kind: 'failed', failure, usage: {}, costUsd: 0.5 });
    expect(metrics.metricsOf('e').hour.at(-1)).toEqual({ ok: 1, failed: 1 });
    expect(metrics.metricsOf('e').spentTodayUsd).toBe(0.75);
    expect(metrics.keyMetricsOf('e', 'k')).toMatchObject({ succeeded: 1, failed: 1, spentTodayUsd: 0.75 });
  });

  it('blames no endpoint for a row that was never sent', () => {
    const { metrics, end } = metricsAt(NOON);
    end(failed('bad_input'));
    expect(metrics.metricsOf('e').hour.at(-1)).toEqual({ ok: 0, failed: 0 });
  });
});

describe('latencies', () => {
  it('are the middle and the slow end of the last 200 answers', () => {
    const { metrics, end } = metricsAt(NOON);
    expect(metrics.metricsOf('e')).not.toHaveProperty('p50Ms');
    end(failed('timeout'), 60_000);
    expect(metrics.metricsOf('e')).not.toHaveProperty('p95Ms');
    for (let ms = 1; ms <= 100; ms += 1) {
      end(done(), ms);
    }
    expect(metrics.metricsOf('e')).toMatchObject({ p50Ms: 50, p95Ms: 95 });
    for (let at = 0; at < 200; at += 1) {
      end(done(), 7.4);
    }
    expect(metrics.metricsOf('e')).toMatchObject({ p50Ms: 7, p95Ms: 7 });
  });
});

describe('spend', () => {
  it('begins anew at midnight of the machine', async () => {
    const { clock, metrics, end } = metricsAt(NOON);
    end(done(0.25));
    end(done(0.5));
    end(done(1), 1, 'other');
    expect(metrics.metricsOf('e').spentTodayUsd).toBe(0.75);
    await clock.advance(12 * 60 * MINUTE);
    expect(metrics.metricsOf('e').spentTodayUsd).toBe(0);
    end(done(0.125));
    expect(metrics.metricsOf('e').spentTodayUsd).toBe(0.125);
  });
});

describe('a key', () => {
  it('has figures of its own at each endpoint, those of the day from midnight on', async () => {
    const { clock, metrics, end } = metricsAt(NOON);
    expect(metrics.keyMetricsOf('e', 'k')).toBeUndefined();
    end(done(0.5), 100);
    end(failed('timeout'));
    end(failed('bad_input'));
    end({ kind: 'lost' });
    end(done(1), 7, 'other');
    expect(metrics.keyMetricsOf('e', 'k')).toEqual({
      succeeded: 1,
      failed: 2,
      p50Ms: 100,
      p95Ms: 100,
      spentTodayUsd: 0.5,
      lastFailure: { kind: 'timeout', message: 'No.' },
    });
    expect(metrics.keyMetricsOf('other', 'k')).toMatchObject({ succeeded: 1, failed: 0, p50Ms: 7 });
    await clock.advance(12 * 60 * MINUTE);
    expect(metrics.keyMetricsOf('e', 'k')).toMatchObject({
      succeeded: 0,
      failed: 0,
      spentTodayUsd: 0,
      p50Ms: 100,
      lastFailure: { kind: 'timeout' },
    });
  });
});

it('goes on from what earlier sessions left', async () => {
  const asked: number[] = [];
  const { metrics, end } = metricsAt(NOON, {
    endpointMinutes: async (since) => {
      asked.push(since);
      return [{ endpointId: 'e', minute: NOON - 30_000 - MINUTE, ok: 3, failed: 2 }];
    },
    endpointSpend: async (since) => {
      asked.push(since);
      return [{ endpointId: 'e', costUsd: 2 }];
    },
    endpointLatencies: async () => [
      { endpointId: 'e', keyId: 'k', tookMs: 10 },
      { endpointId: 'e', keyId: null, tookMs: 30 },
    ],
    keyFigures: async (since) => {
      asked.push(since);
      return [{ endpointId: 'e', keyId: 'k', succeeded: 3, failed: 2, costUsd: 2 }];
    },
  });
  await metrics.load();
  end(done(0.5), 20);
  expect(metrics.metricsOf('e')).toMatchObject({ p50Ms: 20, p95Ms: 30, spentTodayUsd: 2.5 });
  expect(metrics.metricsOf('e').hour.slice(-2)).toEqual([
    { ok: 3, failed: 2 },
    { ok: 1, failed: 0 },
  ]);
  expect(metrics.keyMetricsOf('e', 'k')).toEqual({
    succeeded: 4,
    failed: 2,
    p50Ms: 10,
    p95Ms: 20,
    spentTodayUsd: 2.5,
  });
  const midnight = new Date(2026, 5, 10).getTime();
  expect(asked).toEqual([NOON - 60 * MINUTE, midnight, midnight]);
});
