/** Figures of endpoints and keys that the journal tells: latencies, the last hour by the minute, what was spent today. */
import type { EndpointMetrics, KeyMetrics } from '@shared/model/endpoint';
import type { Failure } from '@shared/model/failure';
import type { AttemptEnd, AttemptStart, Clock } from '../../engine/ports';
import type { Store } from '../../store/store';
import { Latencies } from './latencies';

const LATENCIES_OF_ENDPOINT = 200;
const LATENCIES_OF_KEY = 50;
const MINUTE_MS = 60_000;
const MINUTES_SHOWN = 60;

interface Counts {
  readonly ok: number;
  readonly failed: number;
}

/** One key at one endpoint. */
interface KeyFigures {
  readonly latencies: Latencies;
  /** Today. */
  succeeded: number;
  failed: number;
  spentUsd: number;
  lastFailure: Failure | undefined;
}

interface Figures {
  readonly latencies: Latencies;
  /** By the number of the minute since 1970. */
  readonly minutes: Map<number, Counts>;
  readonly keys: Map<string, KeyFigures>;
  spentUsd: number;
}

export interface FleetMetricsOptions {
  readonly store: Pick<Store, 'endpointMinutes' | 'endpointSpend' | 'endpointLatencies' | 'keyFigures'>;
  readonly clock: Pick<Clock, 'wallNow'>;
}

export type FleetMetrics = ReturnType<typeof createFleetMetrics>;

export function createFleetMetrics({ store, clock }: FleetMetricsOptions) {
  const figures = new Map<string, Figures>();
  /** Attempts that are under way. */
  const underWay = new Map<number, Pick<AttemptStart, 'endpointId' | 'keyId'>>();
  let today = midnightBefore(clock.wallNow());

  function of(endpointId: string): Figures {
    return madeOnce(figures, endpointId, newFigures);
  }

  /** At midnight nothing has been sent or spent yet. */
  function turnDay(): void {
    const midnight = midnightBefore(clock.wallNow());
    if (midnight !== today) {
      today = midnight;
      for (const one of figures.values()) {
        one.spentUsd = 0;
        for (const key of one.keys.values()) {
          Object.assign(key, { succeeded: 0, failed: 0, spentUsd: 0 });
        }
      }
    }
  }

  function count({ minutes }: Figures, minute: number, by: Counts): void {
    const before = minutes.get(minute) ?? { ok: 0, failed: 0 };
    minutes.set(minute, { ok: before.ok + by.ok, failed: before.failed + by.failed });
    if (minutes.size > MINUTES_SHOWN) {
      const first = firstShown();
      for (const old of minutes.keys()) {
        if (old < first) {
          minutes.delete(old);
        }
      }
    }
  }

  /** The oldest minute of the last hour. */
  function firstShown(): number {
    return minuteOf(clock.wallNow()) - MINUTES_SHOWN + 1;
  }

  return {
    /** What earlier sessions knew. */
    async load(): Promise<void> {
      const now = clock.wallNow();
      for (const { endpointId, minute, ok, failed } of await store.endpointMinutes(now - 3_600_000)) {
        count(of(endpointId), minuteOf(minute), { ok, failed });
      }
      for (const { endpointId, costUsd } of await store.endpointSpend(today)) {
        of(endpointId).spentUsd += costUsd;
      }
      for (const { endpointId, keyId, succeeded, failed, costUsd } of await store.keyFigures(today)) {
        const key = keyOf(of(endpointId), keyId);
        key.succeeded += succeeded;
        key.failed += failed;
        key.spentUsd += costUsd;
      }
      for (const { endpointId, keyId, tookMs } of await store.endpointLatencies(now, LATENCIES_OF_ENDPOINT)) {
        noteLatency(of(endpointId), keyId, tookMs);
      }
    },
    sent(attempts: readonly AttemptStart[]): void {
      for (const { attemptId, endpointId, keyId } of attempts) {
        underWay.set(attemptId, { endpointId, keyId });
      }
    },
    ended({ attemptId, outcome, tookMs, endedAt }: AttemptEnd): void {
      const sent = underWay.get(attemptId);
      underWay.delete(attemptId);
      // With bad input nothing was sent: that is no failure of endpoint or key.
      if (sent === undefined || (outcome.kind === 'failed' && outcome.failure.kind === 'bad_input')) {
        return;
      }
      turnDay();
      const own = of(sent.endpointId);
      const key = sent.keyId === null ? null : keyOf(own, sent.keyId);
      own.spentUsd += costOf(outcome);
      if (isDelivered(outcome)) {
        count(own, minuteOf(endedAt), { ok: 1, failed: 0 });
        noteLatency(own, sent.keyId, tookMs);
      } else {
        count(own, minuteOf(endedAt), { ok: 0, failed: 1 });
      }
      if (key !== null) {
        countKey(key, outcome);
      }
    },
    metricsOf(endpointId: string): EndpointMetrics {
      turnDay();
      const { latencies, minutes, spentUsd } = of(endpointId);
      const first = firstShown();
      return {
        ...latencies.figures,
        spentTodayUsd: spentUsd,
        hour: Array.from(
          { length: MINUTES_SHOWN },
          (_, at) => minutes.get(first + at) ?? { ok: 0, failed: 0 },
        ),
      };
    },
    /** Undefined: it never served there. */
    keyMetricsOf(endpointId: string, keyId: string): KeyMetrics | undefined {
      turnDay();
      const key = of(endpointId).keys.get(keyId);
      if (key === undefined) {
        return undefined;
      }
      const { latencies, succeeded, failed, spentUsd, lastFailure } = key;
      return {
        succeeded,
        failed,
        ...latencies.figures,
        spentTodayUsd: spentUsd,
        ...(lastFailure === undefined ? {} : { lastFailure }),
      };
    },
  };
}

function newFigures(): Figures {
  return {
    latencies: new Latencies(LATENCIES_OF_ENDPOINT),
    minutes: new Map(),
    keys: new Map(),
    spentUsd: 0,
  };
}

function newKeyFigures(): KeyFigures {
  const latencies = new Latencies(LATENCIES_OF_KEY);
  return { latencies, succeeded: 0, failed: 0, spentUsd: 0, lastFailure: undefined };
}

function keyOf({ keys }: Figures, keyId: string): KeyFigures {
  return madeOnce(keys, keyId, newKeyFigures);
}

function noteLatency(figures: Figures, keyId: string | null, tookMs: number): void {
  figures.latencies.add(tookMs);
  if (keyId !== null) {
    keyOf(figures, keyId).latencies.add(tookMs);
  }
}

function countKey(key: KeyFigures, outcome: AttemptEnd['outcome']): void {
  key.spentUsd += costOf(outcome);
  if (isDelivered(outcome)) {
    key.succeeded += 1;
  } else {
    key.failed += 1;
    key.lastFailure = outcome.kind === 'failed' ? outcome.failure : key.lastFailure;
  }
}

function isDelivered({ kind }: AttemptEnd['outcome']): boolean {
  return kind === 'done' || kind === 'text';
}

/** An answer that does not fit its schema is paid for, too. */
function costOf(outcome: AttemptEnd['outcome']): number {
  return outcome.kind === 'lost' ? 0 : (outcome.costUsd ?? 0);
}

function madeOnce<K, V>(all: Map<K, V>, name: K, make: () => V): V {
  const known = all.get(name);
  if (known !== undefined) {
    return known;
  }
  const made = make();
  all.set(name, made);
  return made;
}

function minuteOf(wall: number): number {
  return Math.floor(wall / MINUTE_MS);
}

function midnightBefore(wall: number): number {
  return new Date(wall).setHours(0, 0, 0, 0);
}
