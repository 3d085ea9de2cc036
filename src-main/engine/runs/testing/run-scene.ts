/** A scheduler with a pool, a journal and a provider on a virtual clock, and what is seen of its runs. */
import type { Caps, RunState } from '@shared/model/run';
import { createPool, type Pool } from '../../pool/pool';
import type { Transport } from '../../ports';
import { endpoint, pairs, seeded } from '../../testing/fleet-samples';
import { createMemoryJournal } from '../../testing/memory-journal';
import { type Answer, createSimulatedProvider } from '../../testing/simulated-provider';
import { createVirtualClock } from '../../testing/virtual-clock';
import { createBudget } from '../budget';
import { createScheduler, type RunOrder, type SchedulerEvent } from '../scheduler';

export const MODEL = { provider: 'google_genai', model: 'm' } as const;
export const OTHER = { provider: 'google_genai', model: 'other' } as const;
export const HOUR = 3_600_000;
/** The wall clock shows noon at the start. */
export const NOON = Date.UTC(2026, 10, 21, 12);

export const ORDER: Omit<RunOrder, 'runId'> = {
  concurrency: 8,
  maxRetries: 0,
  retryDelayMs: 1_000,
  waitForQuota: 'always',
};

export interface SentAttempt {
  readonly jobId: number;
  readonly keyId: string | null;
  readonly endpointId: string;
  readonly model: string;
}

export interface RunScene {
  /** Two endpoints with a key each, `a` and `b`, unless told otherwise. */
  readonly fleet?: Parameters<Pool['setFleet']>;
  /** By default everything is done. `number` counts the requests that have arrived before. */
  answer?(attempt: SentAttempt, number: number): Answer;
  readonly latencyMs?: number;
  /** Absent: nothing is capped. */
  readonly spending?: {
    /** Of runs 1 and 2. */
    readonly caps?: Caps;
    readonly dayCaps?: Caps;
    /** US dollars a day of every key whose limits in the fleet say so. */
    readonly keyCap?: number;
    /** US dollars of one request, by its model; what is done costs as much. */
    readonly prices: Readonly<Record<string, number>>;
  };
}

export function setUp(scene: RunScene = {}) {
  const clock = createVirtualClock({ startsAtWall: NOON });
  const random = seeded(3);
  const pool = createPool({ clock, random });
  pool.setFleet(...(scene.fleet ?? pairs(endpoint('a'), endpoint('b'))));
  const journal = createMemoryJournal({ clock });
  const provider = createSimulatedProvider({
    clock,
    random,
    journal,
    answer: (attempt, _lease, number) => scene.answer?.(attempt, number) ?? { kind: 'ok' },
    ...(scene.latencyMs === undefined ? {} : { latencyMs: () => scene.latencyMs ?? 0 }),
  });
  /** Everything sent, in order, whether it arrived or not. */
  const sent: (SentAttempt & { readonly at: number })[] = [];
  const transport: Transport = {
    send(attempt, ...rest) {
      sent.push({ ...attempt, at: clock.now() });
      return provider.send(attempt, ...rest);
    },
  };
  const { spending } = scene;
  const budget = createBudget({
    clock,
    timeZone: 'UTC',
    dayCaps: () => spending?.dayCaps ?? {},
    keyCap: () => spending?.keyCap,
  });
  const price = ({ model }: { readonly model: string }): number | null => spending?.prices[model] ?? null;
  for (const id of [1, 2]) {
    budget.open({ id, costUsd: 0, maybeUsd: 0, requests: 0, caps: spending?.caps ?? {}, price });
  }
  const { ended } = journal;
  journal.ended = (end) => {
    const model = journal.open.get(end.attemptId)?.model ?? '';
    budget.settle(end.attemptId, end.outcome.kind === 'done' ? price({ model }) : null, false);
    return ended(end);
  };
  const events: SchedulerEvent[] = [];
  const faults: unknown[] = [];
  const scheduler = createScheduler({
    clock,
    random,
    pool,
    journal,
    ...(spending === undefined ? {} : { budget }),
    transport,
    onEvent: (event) => events.push(event),
    onFault: (error) => faults.push(error),
    timeZone: 'UTC',
  });
  return {
    clock,
    pool,
    journal,
    provider,
    scheduler,
    events,
    faults,
    sent,
    run(jobs: number, order: Partial<RunOrder> = {}): void {
      const runId = order.runId ?? 1;
      journal.addJobs(
        runId,
        Array.from({ length: jobs }, () => MODEL),
      );
      scheduler.start({ ...ORDER, ...order, runId });
    },
    states: (runId = 1): RunState[] =>
      events.flatMap((event) => (event.kind === 'state' && event.runId === runId ? [event.state] : [])),
    jobStates: () => countBy([...journal.rows.values()].map((row) => row.state)),
  };
}

function countBy(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) {
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}
