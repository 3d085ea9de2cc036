/** Fleets, runs and troubles at random, and what is seen of them on a virtual clock. */
import { type Failure, failureKindSchema } from '@shared/model/failure';
import type { ModelChoice, WaitForQuota } from '@shared/model/run';
import { DEFAULT_POOL_SETTINGS } from '@shared/model/settings';
import fc from 'fast-check';
import { createPool, type Pool } from '../../pool/pool';
import type { Clock, Transport } from '../../ports';
import { endpoint, failure, key, seeded } from '../../testing/fleet-samples';
import { createMemoryJournal } from '../../testing/memory-journal';
import { type Answer, createSimulatedProvider, failed } from '../../testing/simulated-provider';
import { createVirtualClock } from '../../testing/virtual-clock';
import { createLedger } from './ledger';
import { createScheduler, type RunOrder, type Scheduler, type SchedulerEvent } from '../scheduler';

export const MODELS: readonly ModelChoice[] = [
  { provider: 'google_genai', model: 'one' },
  { provider: 'google_genai', model: 'two' },
  { provider: 'openai', model: 'three' },
];

const endpointArbitrary = fc.record({
  openai: fc.boolean(),
  weight: fc.integer({ min: 1, max: 5 }),
  perMinute: fc.constantFrom<number>(0, 0, 5, 30),
  perDay: fc.constantFrom<number>(0, 0, 0, 7),
  tokensPerMinute: fc.constantFrom<number>(0, 0, 0, 4_000),
  minIntervalMs: fc.constantFrom<number>(0, 0, 0, 400),
  concurrency: fc.constantFrom<number>(0, 0, 1, 3),
  keys: fc.integer({ min: 0, max: 3 }),
  keyPerMinute: fc.constantFrom<number>(0, 0, 4),
  /** Its keys share the one quota group. */
  isGrouped: fc.boolean(),
});

const fleetArbitrary = fc.record({
  endpoints: fc.array(endpointArbitrary, { minLength: 1, maxLength: 4 }),
  groupPerMinute: fc.constantFrom<number>(0, 6),
  app: fc.record({
    minIntervalMs: fc.constantFrom<number>(0, 0, 150),
    concurrency: fc.constantFrom<number>(0, 0, 4),
  }),
});

/** Without any limit, and with one key. */
export const PLAIN = {
  openai: false,
  weight: 1,
  perMinute: 0,
  perDay: 0,
  tokensPerMinute: 0,
  minIntervalMs: 0,
  concurrency: 0,
  keys: 1,
  keyPerMinute: 0,
  isGrouped: false,
};
export const NO_LIMITS_ABOVE = { groupPerMinute: 0, app: { minIntervalMs: 0, concurrency: 0 } };

const runArbitrary = fc.record({
  jobs: fc.array(fc.nat(2), { minLength: 0, maxLength: 60 }),
  concurrency: fc.integer({ min: 1, max: 12 }),
  maxRetries: fc.integer({ min: 0, max: 3 }),
  retryDelayMs: fc.constantFrom<number>(0, 200, 1_000),
  waitForQuota: fc.constantFrom<WaitForQuota>('never', 'minutes', 'always'),
  autoConcurrency: fc.boolean(),
  /** Which endpoint comes after all others are out, if any. */
  fallbackTo: fc.option(fc.nat(3), { freq: 2 }),
  /** Stopped after this many milliseconds, then started again. */
  stopAfter: fc.option(fc.integer({ min: 1, max: 20_000 }), { freq: 4 }),
});

const troubleArbitrary = fc.record({
  /** Share of requests that fail, of a hundred. */
  share: fc.constantFrom<number>(0, 10, 40),
  kinds: fc.array(fc.constantFrom(...failureKindSchema.options, 'lost' as const, 'throw' as const), {
    minLength: 1,
    maxLength: 6,
  }),
  bodySent: fc.boolean(),
  retryAfterMs: fc.option(fc.integer({ min: 1, max: 20_000 }), { nil: undefined }),
});

const priceArbitrary = fc.constantFrom(0.1, 0.25, 0.6, 1);

/** US dollars; 0: no cap. */
const spendingArbitrary = fc.record({
  /** Null: nobody knows. */
  prices: fc.record({
    one: priceArbitrary,
    two: fc.option(priceArbitrary, { freq: 5 }),
    three: priceArbitrary,
    spare: priceArbitrary,
  }),
  run: fc.constantFrom(0, 0, 2, 5),
  requests: fc.constantFrom(0, 0, 0, 12),
  day: fc.constantFrom(0, 0, 3),
  key: fc.constantFrom(0, 1, 2),
  /** Requests that all runs may have in flight, as one token bounds them. */
  inFlight: fc.constantFrom(0, 0, 1, 3),
});

/** What people do meanwhile. */
const meddlingArbitrary = fc.record({
  at: fc.integer({ min: 1, max: 30_000 }),
  runId: fc.integer({ min: 1, max: 3 }),
  what: fc.constantFrom('hold', 'cancel', 'change', 'feed', 'reset'),
});

export const sceneArbitrary = fc.record({
  seed: fc.integer(),
  fleet: fleetArbitrary,
  runs: fc.array(runArbitrary, { minLength: 1, maxLength: 3 }),
  trouble: troubleArbitrary,
  spending: fc.option(spendingArbitrary),
  meddling: fc.array(meddlingArbitrary, { maxLength: 4 }),
});
export type Scene = typeof sceneArbitrary extends fc.Arbitrary<infer T> ? T : never;

function fleetOf({ fleet, spending }: Scene): Parameters<Pool['setFleet']> {
  const { endpoints, groupPerMinute, app } = fleet;
  const made = endpoints.map((one, at) =>
    endpoint(`e${at}`, {
      weight: one.weight,
      provider: one.openai ? 'openai' : 'google_genai',
      resetZone: 'UTC',
      limits: {
        requestsPerMinute: one.perMinute,
        requestsPerDay: one.perDay,
        tokensPerMinute: one.tokensPerMinute,
        minIntervalMs: one.minIntervalMs,
        concurrency: one.concurrency,
      },
    }),
  );
  const keys = endpoints.flatMap((one, at) =>
    Array.from({ length: one.keys }, (_, number) =>
      key(`e${at}k${number}`, [`e${at}`], {
        limits: {
          requestsPerMinute: one.keyPerMinute,
          ...(spending === null || spending.key === 0 ? {} : { costPerDay: spending.key }),
        },
        ...(one.isGrouped ? { groupId: 'g' } : {}),
      }),
    ),
  );
  const groups = [{ id: 'g', name: 'g', limits: { requestsPerMinute: groupPerMinute } }];
  return [made, keys, { groups, settings: { ...DEFAULT_POOL_SETTINGS, ...app } }];
}

function orderOf(run: Scene['runs'][number], runId: number, { endpoints }: Scene['fleet']): RunOrder {
  const { fallbackTo, jobs: _jobs, stopAfter: _stopAfter, ...order } = run;
  const chosen = fallbackTo === null ? undefined : endpoints[fallbackTo];
  return chosen === undefined
    ? { ...order, runId }
    : {
        ...order,
        runId,
        fallback: [
          {
            endpointId: `e${fallbackTo}`,
            provider: chosen.openai ? 'openai' : 'google_genai',
            model: 'spare',
          },
        ],
      };
}

function answerOf(trouble: Scene['trouble'], random: () => number): Answer {
  if (random() * 100 >= trouble.share) {
    return { kind: 'ok' };
  }
  const kind = trouble.kinds[Math.floor(random() * trouble.kinds.length)] ?? 'network';
  if (kind === 'lost' || kind === 'throw') {
    return { kind };
  }
  const given: Partial<Failure> = {
    bodySent: trouble.bodySent,
    ...(trouble.retryAfterMs === undefined ? {} : { retryAfterMs: trouble.retryAfterMs }),
  };
  return failed(failure(kind, given));
}

/** What a request uses; the same for each of a model, so that no estimate is too low. */
const TOKENS: Readonly<Record<string, number>> = { one: 400, two: 900, three: 1_300, spare: 700 };

/** One request, as it was really made. */
export interface SeenRequest {
  readonly endpointId: string;
  readonly keyId: string | null;
  /** Monotonic. */
  readonly leasedAt: number;
  /** Wall clock. */
  readonly sentAt: number;
  /** Whether its body left. */
  hasLeft: boolean;
  /** Monotonic, when all of its answer was known. */
  endedAt: number;
  tokens: number;
}

/** Notes every request on its way, and tells what each answer has used. */
function watched(transport: Transport, clock: Clock) {
  const requests: SeenRequest[] = [];
  let inFlight = 0;
  const seen = { requests, mostInFlight: 0 };
  const watching: Transport = {
    async send(attempt, job, lease, hooks) {
      const { endpointId, keyId, sentAt } = attempt;
      const request: SeenRequest = {
        endpointId,
        keyId,
        sentAt,
        leasedAt: lease.leasedAt,
        hasLeft: false,
        endedAt: Number.POSITIVE_INFINITY,
        tokens: 0,
      };
      requests.push(request);
      inFlight += 1;
      seen.mostInFlight = Math.max(seen.mostInFlight, inFlight);
      const answered = once(() => {
        inFlight -= 1;
      });
      try {
        const outcome = await transport.send(attempt, job, lease, {
          bodySent(at) {
            request.hasLeft = true;
            hooks.bodySent(at);
          },
          answered() {
            answered();
            hooks.answered();
          },
          received: hooks.received,
        });
        if (outcome.kind !== 'done') {
          return outcome;
        }
        request.tokens = TOKENS[lease.model] ?? 0;
        const usage = { inputTokens: 100, outputTokens: request.tokens - 100 };
        return { ...outcome, usage };
      } finally {
        answered();
        request.endedAt = clock.now();
      }
    },
  };
  return { seen, watching };
}

function once(callback: () => void): () => void {
  let hasRun = false;
  return () => {
    if (!hasRun) {
      hasRun = true;
      callback();
    }
  };
}

/** More questions at one moment than jobs could ever ask: they answer one another. */
const MOST_QUESTIONS = 5_000;

function endsEachTurn(pool: Pool, clock: Clock): void {
  const { lease } = pool;
  let asked = 0;
  let askedAt = 0;
  pool.lease = (request) => {
    asked = clock.now() === askedAt ? asked + 1 : 1;
    askedAt = clock.now();
    if (asked > MOST_QUESTIONS) {
      throw new Error('the scheduler asks without end');
    }
    const answer = lease(request);
    if (answer.kind === 'wait' && !(answer.until > askedAt)) {
      throw new Error(`the pool says to wait until ${answer.until} at ${askedAt}`);
    }
    return answer;
  };
}

function meddle(
  scene: Scene,
  {
    runId,
    what,
    clock,
    pool,
    scheduler,
  }: Omit<Scene['meddling'][number], 'at'> & { clock: Clock; pool: Pool; scheduler: Scheduler },
): void {
  const run = scene.runs[runId - 1];
  switch (what) {
    case 'hold':
      clock.setTimer(3_000, scheduler.hold());
      return;
    case 'cancel':
      void scheduler.cancel(runId);
      return;
    case 'change':
      if (run !== undefined) {
        scheduler.change({ ...orderOf(run, runId, scene.fleet), concurrency: 1, autoConcurrency: false });
      }
      return;
    case 'feed':
      pool.setFleet(...fleetOf(scene));
      return;
    case 'reset':
      pool.resetEndpoint('e0');
  }
}

export function setUp(scene: Scene) {
  const clock = createVirtualClock();
  const random = seeded(scene.seed);
  const pool = createPool({ clock, random });
  pool.setFleet(...fleetOf(scene));
  endsEachTurn(pool, clock);
  const journal = createMemoryJournal({ clock, commitMs: () => 1 + random() * 9 });
  const provider = createSimulatedProvider({
    clock,
    random,
    journal,
    answer: () => answerOf(scene.trouble, random),
  });
  const { seen, watching } = watched(provider, clock);
  const events: SchedulerEvent[] = [];
  const faults: unknown[] = [];
  const ledger = createLedger(scene, { clock, journal, random });
  const scheduler = createScheduler({
    clock,
    random,
    pool,
    journal,
    ...(ledger === null ? {} : { budget: ledger.budget }),
    transport: watching,
    onEvent: (event) => events.push(event),
    onFault: (error) => faults.push(error),
  });
  for (const [at, run] of scene.runs.entries()) {
    const order = orderOf(run, at + 1, scene.fleet);
    journal.addJobs(
      order.runId,
      run.jobs.flatMap((model) => MODELS[model] ?? []),
    );
    scheduler.start(order);
    if (run.stopAfter !== null) {
      clock.setTimer(run.stopAfter, () => {
        void scheduler.stop(order.runId).then(() => scheduler.start(order));
      });
    }
  }
  for (const { at, runId, what } of scene.meddling) {
    clock.setTimer(at, () => meddle(scene, { runId, what, clock, pool, scheduler }));
  }
  return { clock, pool, journal, provider, events, faults, seen, ledger };
}
