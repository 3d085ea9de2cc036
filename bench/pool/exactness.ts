/** Limits that are set: never one request too many by the provider's clock, and hardly one too few. */
import { endpoint, key, seeded } from '../../src-main/engine/testing/fleet-samples';
import { type Arrival, peakIn } from '../../src-main/engine/testing/simulated-provider';
import { atLeast, atMost, exactly, type Figure, note, percent } from './figures';
import { HOUR_MS, MINUTE_MS, SECOND_MS, type Simulation, simulate } from './simulation';

/** What happens in the hour; `at`: milliseconds from its beginning. */
export interface Event {
  readonly at: number;
  happen(simulation: Simulation): void;
}

export interface ExactnessOptions {
  readonly seed: number;
  readonly perMinute: readonly number[];
  readonly concurrency: number;
  readonly spanMs: number;
  readonly events?: readonly Event[];
}

export interface ExactnessOutcome {
  readonly arrivals: readonly Arrival[];
  /** Requests beyond the limit of their key in the minute before them, by the provider's clock. */
  readonly violations: number;
  /** Requests over those that the limits allow in that time. */
  readonly counted: number;
  /** The same without its edges: by the time from each request to the one that may follow it a minute later. */
  readonly use: number;
  readonly startedAt: number;
}

export async function exactness(options: ExactnessOptions): Promise<ExactnessOutcome> {
  const { perMinute, spanMs } = options;
  const limits = limitsOf(perMinute);
  const total = perMinute.reduce((sum, limit) => sum + limit, 0);
  const simulation = simulate({
    seed: options.seed,
    fleet: [
      [endpoint('e')],
      [...limits].map(([id, requestsPerMinute]) => key(id, ['e'], { limits: { requestsPerMinute } })),
    ],
    jobs: Math.ceil((total * (spanMs + 2 * MINUTE_MS)) / MINUTE_MS),
    order: { concurrency: options.concurrency },
    meanLatencyMs: 8_000,
    sigma: 0.6,
  });
  const startedAt = simulation.clock.world.now();
  for (const event of options.events ?? []) {
    await simulation.clock.advance(Math.max(0, startedAt + event.at - simulation.clock.world.now()));
    event.happen(simulation);
  }
  await simulation.clock.advance(startedAt + spanMs - simulation.clock.world.now());
  const arrivals = simulation.arrivals.toSorted((one, other) => one.at - other.at);
  return {
    arrivals,
    violations: violationsOf(arrivals, limits),
    counted: arrivals.length / ((sum(perMinute) * spanMs) / MINUTE_MS),
    use: useOf(arrivals, limits),
    startedAt,
  };
}

function limitsOf(perMinute: readonly number[]): ReadonlyMap<string, number> {
  return new Map(perMinute.map((limit, at) => [`k${at}`, limit]));
}

function violationsOf(arrivals: readonly Arrival[], limits: ReadonlyMap<string, number>): number {
  let violations = 0;
  for (const [id, limit] of limits) {
    const times = arrivals.filter(({ keyId }) => keyId === id).map(({ at }) => at);
    violations += times.filter((at, place) => at - (times[place - limit] ?? -MINUTE_MS) < MINUTE_MS).length;
  }
  return violations;
}

/** Counts no edges: a burst more or less at the beginning or the end of the time makes no difference. */
function useOf(arrivals: readonly Arrival[], limits: ReadonlyMap<string, number>): number {
  let allowed = 0;
  let total = 0;
  for (const [id, limit] of limits) {
    const times = arrivals.filter(({ keyId }) => keyId === id).map(({ at }) => at);
    const gaps = times.slice(limit).map((at, place) => at - (times[place] ?? 0));
    const mean = sum(gaps) / gaps.length;
    allowed += limit;
    total += limit * (MINUTE_MS / mean);
  }
  return total / allowed;
}

/** Demand that comes and goes: exponential times of 45 s on the mean. */
function onAndOff(seed: number, spanMs: number, concurrency: number): readonly Event[] {
  const random = seeded(seed);
  const events: Event[] = [];
  let isOn = true;
  for (let at = 0; at < spanMs; at += -Math.log(1 - random()) * 45 * SECOND_MS) {
    const slots = isOn ? concurrency : 0;
    events.push({ at, happen: (simulation) => simulation.allow(slots) });
    isOn = !isOn;
  }
  return events;
}

/** Three times an hour the process dies, and another one starts a few seconds later. */
const RESTARTS: readonly Event[] = [11, 27, 46].flatMap((minute, place) => [
  { at: minute * MINUTE_MS + 17 * SECOND_MS, happen: (simulation: Simulation) => simulation.kill() },
  {
    at: minute * MINUTE_MS + (18 + 2 * place) * SECOND_MS,
    happen: (simulation: Simulation) => simulation.restart(),
  },
]);

/** The wall clock jumps an hour ahead, and later two back. */
const STEPS: readonly Event[] = [
  { at: 13 * MINUTE_MS, happen: ({ clock }) => clock.stepWall(HOUR_MS) },
  { at: 31 * MINUTE_MS, happen: ({ clock }) => clock.stepWall(-2 * HOUR_MS) },
];

const SUSPEND_MS = 10 * MINUTE_MS;
const SUSPENDED_AT = 20 * MINUTE_MS;
const SUSPEND: readonly Event[] = [{ at: SUSPENDED_AT, happen: ({ clock }) => clock.suspend(SUSPEND_MS) }];

const EQUAL = [60, 60, 60];
const SATURATED = { perMinute: EQUAL, concurrency: 64, spanMs: HOUR_MS };

export async function exactnessFigures(): Promise<readonly Figure[]> {
  return [
    ...(await saturated()),
    ...(await intermittent()),
    ...(await restarted()),
    ...(await stepped()),
    ...(await suspended()),
    ...(await unequal()),
  ];
}

async function saturated(): Promise<readonly Figure[]> {
  const { violations, use, arrivals } = await exactness({ ...SATURATED, seed: 1 });
  const peaks = EQUAL.map((_, at) =>
    peakIn(
      arrivals.filter(({ keyId }) => keyId === `k${at}`),
      MINUTE_MS,
    ),
  );
  return [
    exactly('saturated: violations', violations, 0),
    exactly('saturated: most of one key in a minute', Math.max(...peaks), 60),
    atLeast('saturated: use of the limits', use, 0.997),
  ];
}

async function intermittent(): Promise<readonly Figure[]> {
  let violations = 0;
  let sent = 0;
  for (const seed of [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]) {
    const events = onAndOff(seed, HOUR_MS, 64);
    const outcome = await exactness({ ...SATURATED, seed, events });
    violations += outcome.violations;
    sent += outcome.arrivals.length;
  }
  return [
    exactly('on and off, 10 hours: violations', violations, 0),
    note('on and off: requests', String(sent)),
  ];
}

async function restarted(): Promise<readonly Figure[]> {
  const outcomes = [];
  for (const seed of [1, 2, 3]) {
    outcomes.push(await exactness({ ...SATURATED, seed, events: RESTARTS }));
  }
  return [
    exactly('3 kills an hour, 3 hours: violations', sum(outcomes.map(({ violations }) => violations)), 0),
    atLeast(
      '3 kills an hour: requests / allowed',
      Math.min(...outcomes.map(({ counted }) => counted)),
      0.997,
    ),
    // Nobody knows when the bodies under way at a kill left: they count from the latest moment possible.
    note('3 kills an hour: use of the limits', percent(Math.min(...outcomes.map(({ use }) => use)))),
  ];
}

async function stepped(): Promise<readonly Figure[]> {
  const { violations, use } = await exactness({ ...SATURATED, seed: 1, events: STEPS });
  return [
    exactly('wall clock steps by an hour: violations', violations, 0),
    atLeast('wall clock steps: use of the limits', use, 0.997),
  ];
}

async function suspended(): Promise<readonly Figure[]> {
  const { violations, arrivals, startedAt } = await exactness({ ...SATURATED, seed: 1, events: SUSPEND });
  const wokenAt = startedAt + SUSPENDED_AT + SUSPEND_MS;
  const first = arrivals.find(({ at }) => at >= wokenAt)?.at ?? Number.POSITIVE_INFINITY;
  const after = arrivals.filter(({ at }) => at >= wokenAt);
  return [
    exactly('suspended for 10 min: violations', violations, 0),
    atMost('suspended: s until it sends again', (first - wokenAt) / SECOND_MS, 2),
    atLeast('suspended: use of the limits afterwards', useOf(after, limitsOf(EQUAL)), 0.997),
  ];
}

async function unequal(): Promise<readonly Figure[]> {
  const { violations, use } = await exactness({
    seed: 1,
    perMinute: [60, 30, 10],
    concurrency: 32,
    spanMs: HOUR_MS,
  });
  return [
    exactly('keys of 60, 30 and 10: violations', violations, 0),
    atLeast('keys of 60, 30 and 10: use of their sum', use, 0.99),
  ];
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
