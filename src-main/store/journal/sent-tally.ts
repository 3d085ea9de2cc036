/**
 * What was sent, added up as it happens: by the quarter of an hour it left in, and by the minute it was answered in.
 * Told with every change of an attempt, gathered, and written with the transaction that made it, so that a new session
 * knows its limits and its figures at once, however much the last one sent.
 */
import type { Failure } from '@shared/model/failure';
import type { Db } from '../database/driver';

export const QUARTER_MS = 900_000;
export const MINUTE_MS = 60_000;

/** Where an attempt counts. Moments by the wall clock, whole milliseconds. */
export interface SentAttempt {
  readonly endpointId: string;
  readonly keyId: string | null;
  readonly model: string;
  readonly sentAt: number;
}

export interface EndedAttempt {
  readonly endedAt: number;
  readonly bodySentAt: number | null;
  readonly isDone: boolean;
  /** Null where none is known. */
  readonly failure: Failure | null;
  readonly costMicroUsd: number;
  /** Of its price: what counts no more as what may have been charged. */
  readonly settledMicroUsd: number;
}

interface Quarter extends SentAttempt {
  readonly quarter: number;
  requests: number;
  reached: number;
  cost: number;
  maybe: number;
}

interface Minute {
  readonly minute: number;
  readonly endpointId: string;
  readonly keyId: string | null;
  done: number;
  failed: number;
  cost: number;
}

export interface SentTally {
  /** `price`: millionths of a dollar that it may be charged. */
  sent(attempt: SentAttempt, price: number): void;
  ended(attempt: SentAttempt, end: EndedAttempt): void;
  /** It had been given up as lost at that moment, and has an end after all. */
  foundAgain(attempt: SentAttempt, lostAt: number): void;
  reset(): void;
  write(): void;
}

/** Keys are part of a primary key: none is the empty text. */
export const keyText = (keyId: string | null): string => keyId ?? '';
export const keyIdOf = (text: string): string | null => (text === '' ? null : text);

export function createSentTally(db: Db): SentTally {
  const quarters = new Map<string, Quarter>();
  const minutes = new Map<string, Minute>();
  const earliest = new Map<number, number>();
  // Most attempts count where the one before them does: then no name is made and looked up.
  let lastQuarter: Quarter | null = null;
  let lastMinute: Minute | null = null;
  const addQuarter = db.prepare(
    `INSERT INTO sent_quarters (quarter, endpoint_id, key_id, model, requests, reached, cost_micro_usd,
       maybe_micro_usd)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET requests = requests + excluded.requests,
       reached = reached + excluded.reached, cost_micro_usd = cost_micro_usd + excluded.cost_micro_usd,
       maybe_micro_usd = maybe_micro_usd + excluded.maybe_micro_usd`,
  );
  const addMinute = db.prepare(
    `INSERT INTO ended_minutes (minute, endpoint_id, key_id, done, failed, cost_micro_usd)
     VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET done = done + excluded.done,
       failed = failed + excluded.failed, cost_micro_usd = cost_micro_usd + excluded.cost_micro_usd`,
  );
  const addEarliest = db.prepare(
    `INSERT INTO busy_minutes (minute, earliest_sent_at) VALUES (?, ?)
     ON CONFLICT DO UPDATE SET earliest_sent_at = min(earliest_sent_at, excluded.earliest_sent_at)`,
  );

  function quarterOf(attempt: SentAttempt): Quarter {
    const { endpointId, keyId, model, sentAt } = attempt;
    const quarter = startOf(sentAt, QUARTER_MS);
    if (
      lastQuarter?.quarter === quarter &&
      lastQuarter.endpointId === endpointId &&
      lastQuarter.keyId === keyId &&
      lastQuarter.model === model
    ) {
      return lastQuarter;
    }
    lastQuarter = namedQuarter(attempt, quarter);
    return lastQuarter;
  }

  function namedQuarter(attempt: SentAttempt, quarter: number): Quarter {
    const { endpointId, keyId, model } = attempt;
    const name = `${quarter}\n${endpointId}\n${keyText(keyId)}\n${model}`;
    const known = quarters.get(name);
    if (known !== undefined) {
      return known;
    }
    const fresh: Quarter = { ...attempt, quarter, requests: 0, reached: 0, cost: 0, maybe: 0 };
    quarters.set(name, fresh);
    return fresh;
  }

  function minuteOf(attempt: SentAttempt, at: number): Minute {
    const minute = startOf(at, MINUTE_MS);
    if (
      lastMinute?.minute === minute &&
      lastMinute.endpointId === attempt.endpointId &&
      lastMinute.keyId === attempt.keyId
    ) {
      return lastMinute;
    }
    lastMinute = namedMinute(attempt, minute);
    return lastMinute;
  }

  function namedMinute({ endpointId, keyId }: SentAttempt, minute: number): Minute {
    const name = `${minute}\n${endpointId}\n${keyText(keyId)}`;
    const known = minutes.get(name);
    if (known !== undefined) {
      return known;
    }
    const fresh: Minute = { minute, endpointId, keyId, done: 0, failed: 0, cost: 0 };
    minutes.set(name, fresh);
    return fresh;
  }

  return {
    sent(attempt, price) {
      const quarter = quarterOf(attempt);
      quarter.requests += 1;
      quarter.reached += 1;
      quarter.maybe += price;
    },
    ended(attempt, { endedAt, bodySentAt, isDone, failure, costMicroUsd, settledMicroUsd }) {
      const quarter = quarterOf(attempt);
      quarter.reached -= hasReached(failure) ? 0 : 1;
      quarter.cost += costMicroUsd;
      quarter.maybe -= settledMicroUsd;
      const minute = minuteOf(attempt, endedAt);
      minute.done += isDone ? 1 : 0;
      // Nothing was sent: no failure of an endpoint or a key.
      minute.failed += isDone || failure?.kind === 'bad_input' ? 0 : 1;
      minute.cost += costMicroUsd;
      const last = startOf(Math.max(endedAt, bodySentAt ?? endedAt), MINUTE_MS);
      earliest.set(last, Math.min(earliest.get(last) ?? attempt.sentAt, attempt.sentAt));
    },
    foundAgain(attempt, lostAt) {
      minuteOf(attempt, lostAt).failed -= 1;
    },
    reset() {
      quarters.clear();
      minutes.clear();
      earliest.clear();
      lastQuarter = null;
      lastMinute = null;
    },
    write() {
      for (const { quarter, endpointId, keyId, model, requests, reached, cost, maybe } of quarters.values()) {
        addQuarter.run(quarter, endpointId, keyText(keyId), model, requests, reached, cost, maybe);
      }
      for (const { minute, endpointId, keyId, done, failed, cost } of minutes.values()) {
        addMinute.run(minute, endpointId, keyText(keyId), done, failed, cost);
      }
      for (const [minute, sentAt] of earliest) {
        addEarliest.run(minute, sentAt);
      }
    },
  };
}

export function startOf(at: number, lengthMs: number): number {
  return Math.floor(at / lengthMs) * lengthMs;
}

/** Whether the provider has heard of it. */
function hasReached(failure: Failure | null): boolean {
  return failure === null || (failure.kind !== 'bad_input' && failure.bodySent !== false);
}
