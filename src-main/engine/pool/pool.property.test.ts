/**
 * What must hold of every fleet, whatever happens: no limit is ever exceeded as the provider's clock sees it, through
 * failures, new limits, steps of the wall clock and restarts. Found by trying many, on a virtual clock.
 */
import type { Endpoint, KeyLimits, Limits, QuotaGroup } from '@shared/model/endpoint';
import { DEFAULT_POOL_SETTINGS } from '@shared/model/settings';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SendHistory, SentRequest } from '../ports';
import { endpoint, failure, key, seeded } from '../testing/fleet-samples';
import { createVirtualClock } from '../testing/virtual-clock';
import { createPool, type Pool, type PoolKey } from './pool';
import { MINUTE_MS } from './sliding-window';

const limitsArbitrary = fc.record({
  requestsPerMinute: fc.constantFrom(0, 0, 3, 10),
  concurrency: fc.constantFrom(0, 0, 1, 4),
  minIntervalMs: fc.constantFrom(0, 0, 0, 700),
  tokensPerMinute: fc.constantFrom(0, 0, 0, 2_000),
  evenly: fc.constantFrom(false, false, true),
});

const sceneArbitrary = fc.record({
  seed: fc.integer(),
  endpoints: fc.array(limitsArbitrary, { minLength: 1, maxLength: 3 }),
  keys: fc.array(
    fc.record({ at: fc.nat(2), group: fc.boolean(), limits: limitsArbitrary, model: limitsArbitrary }),
    { minLength: 1, maxLength: 4 },
  ),
  group: limitsArbitrary,
  app: fc.record({ minIntervalMs: fc.constantFrom(0, 0, 300), concurrency: fc.constantFrom(0, 0, 3) }),
  failing: fc.constantFrom(0, 0.2),
  restarts: fc.array(fc.integer({ min: 1, max: 200_000 }), { maxLength: 3 }),
  wallSteps: fc.array(
    fc.record({ at: fc.integer({ min: 1, max: 200_000 }), by: fc.constantFrom(-3_600_000, 3_600_000) }),
    { maxLength: 2 },
  ),
});
type Scene = typeof sceneArbitrary extends fc.Arbitrary<infer T> ? T : never;

const MODELS = ['m', 'n'] as const;

interface Request extends SentRequest {
  readonly groupId: string | undefined;
  readonly leasedAt: number;
  /** Monotonic, at the provider; null: it never came. */
  arrivedAt: number | null;
  /** Monotonic. */
  answeredAt: number;
  tokensUsed: number;
}

function fleetOf(scene: Scene): [Endpoint[], PoolKey[], QuotaGroup[]] {
  const endpoints = scene.endpoints.map((limits, at) => endpoint(`e${at}`, { limits }));
  const keys = scene.keys.map(({ at, group, limits, model }, number) =>
    key(`k${number}`, [`e${at % endpoints.length}`], {
      limits: { ...limits, models: { m: model } },
      ...(group ? { groupId: 'g' } : {}),
    }),
  );
  return [endpoints, keys, [{ id: 'g', name: 'g', limits: { ...scene.group, models: { n: scene.group } } }]];
}

/** Sends as fast as the pool lets it for a few minutes; answers what reached the provider. */
async function play(scene: Scene): Promise<readonly Request[]> {
  const clock = createVirtualClock();
  const random = seeded(scene.seed);
  const [endpoints, keys, groups] = fleetOf(scene);
  const rules = { groups, settings: { ...DEFAULT_POOL_SETTINGS, ...scene.app } };
  const sent: Request[] = [];
  let life = 0;
  let pool = start();

  function start(): Pool {
    const made = createPool({ clock, random });
    made.setFleet(endpoints, keys, rules);
    made.restore(historyOf(sent));
    return made;
  }

  function send(): boolean {
    const model = MODELS[Math.floor(random() * 2)] ?? 'm';
    const tokens = 100 + Math.floor(random() * 900);
    const answer = pool.lease({ provider: 'google_genai', model, tokens });
    if (answer.kind === 'granted') {
      void carry(answer.lease, { model, tokens });
    }
    return answer.kind === 'granted';
  }

  const pause = (ms: number): Promise<void> => new Promise((resolve) => clock.setTimer(ms, resolve));

  async function carry(
    lease: { id: number; endpoint: Endpoint; keyId: string | null },
    { model, tokens }: { model: string; tokens: number },
  ): Promise<void> {
    const mine = { pool, life };
    const request: { -readonly [K in keyof Request]: Request[K] } = {
      endpointId: lease.endpoint.id,
      keyId: lease.keyId,
      groupId: keys.find(({ id }) => id === lease.keyId)?.groupId,
      model,
      leasedAt: clock.now(),
      sentAt: clock.wallNow(),
      bodySentAt: null,
      endedAt: null,
      tokens: null,
      arrivedAt: null,
      answeredAt: Number.POSITIVE_INFINITY,
      tokensUsed: 0,
    };
    sent.push(request);
    await pause(random() * 200);
    if (mine.life !== life) {
      request.answeredAt = clock.now();
      return;
    }
    mine.pool.bodySent(lease.id, clock.now());
    request.bodySentAt = clock.wallNow();
    await pause(10 + random() * 110);
    request.arrivedAt = clock.now();
    await pause(random() * 9_000);
    request.answeredAt = clock.now();
    request.tokensUsed = tokens;
    if (mine.life === life) {
      request.endedAt = clock.wallNow();
      request.tokens = tokens;
      const fails = random() < scene.failing;
      mine.pool.settle(
        lease.id,
        fails
          ? { kind: 'failed', failure: failure('no_image', { httpStatus: 200 }) }
          : { kind: 'ok', tokens },
      );
    }
  }

  for (const at of scene.restarts) {
    clock.setTimer(at, () => {
      life += 1;
      pool = start();
    });
  }
  for (const { at, by } of scene.wallSteps) {
    // A new process has only the wall clock to tell how old its journal is: a step ahead within the minute before it
    // starts would make what was just sent look old. All other steps change nothing.
    clock.setTimer(at, () => clock.stepWall(scene.restarts.length > 0 ? -Math.abs(by) : by));
  }
  for (let step = 0; step < 250; step += 1) {
    while (send()) {
      // Until the pool says wait.
      if (sent.length > 3_000) {
        break;
      }
    }
    await clock.advance(random() * 2_000);
  }
  return sent;
}

function historyOf(sent: readonly Request[]): SendHistory {
  return { recent: sent.slice(-600), buckets: [] };
}

/** Most of what `of` counts in any span, by the moments `at` gives. */
function peak(
  requests: readonly Request[],
  { at, of, spanMs }: { at(one: Request): number | null; of(one: Request): number; spanMs: number },
): number {
  const points = requests
    .flatMap((one) => {
      const moment = at(one);
      return moment === null || moment === Number.POSITIVE_INFINITY ? [] : [{ moment, count: of(one) }];
    })
    .toSorted((one, other) => one.moment - other.moment);
  let sum = 0;
  let most = 0;
  let first = 0;
  for (const point of points) {
    sum += point.count;
    while (point.moment - (points[first]?.moment ?? 0) >= spanMs) {
      sum -= points[first]?.count ?? 0;
      first += 1;
    }
    most = Math.max(most, sum);
  }
  return most;
}

function mostInFlight(requests: readonly Request[]): number {
  const steps = requests
    .flatMap((one) => [
      { at: one.leasedAt, by: 1 },
      { at: one.answeredAt, by: -1 },
    ])
    .toSorted((one, other) => one.at - other.at || one.by - other.by);
  let now = 0;
  return steps.reduce((most, { by }) => {
    now += by;
    return Math.max(most, now);
  }, 0);
}

function checkLimits(what: string, requests: readonly Request[], limits: Limits, isWhole: boolean): void {
  const perMinute = limits.requestsPerMinute || Number.POSITIVE_INFINITY;
  const arrivals = peak(requests, { at: (one) => one.arrivedAt, of: () => 1, spanMs: MINUTE_MS });
  expect([what, 'arrivals', Math.min(arrivals, perMinute)]).toEqual([what, 'arrivals', arrivals]);
  if (isWhole) {
    const inFlight = mostInFlight(requests);
    expect(inFlight, what).toBeLessThanOrEqual(limits.concurrency || Number.POSITIVE_INFINITY);
    const tokens = peak(requests, {
      at: (one) => one.answeredAt,
      of: (one) => one.tokensUsed,
      spanMs: MINUTE_MS,
    });
    expect(tokens, what).toBeLessThanOrEqual(limits.tokensPerMinute || Number.POSITIVE_INFINITY);
    const leases = requests.map(({ leasedAt }) => leasedAt).toSorted((one, other) => one - other);
    const gaps = leases.slice(1).map((at, place) => at - (leases[place] ?? 0));
    expect(Math.min(...gaps, Number.POSITIVE_INFINITY), what).toBeGreaterThanOrEqual(
      limits.minIntervalMs ?? 0,
    );
  }
}

describe('every fleet', () => {
  it('keeps every limit at every place, as the provider sees it', async () => {
    await fc.assert(
      fc.asyncProperty(sceneArbitrary, async (scene) => {
        const sent = await play(scene);
        expect(sent.length).toBeGreaterThan(0);
        const [endpoints, keys, groups] = fleetOf(scene);
        // What was in flight when a process died is in no pool's count any more.
        const isWhole = scene.restarts.length === 0;
        checkLimits('app', sent, scene.app, isWhole);
        for (const { id, limits } of endpoints) {
          checkLimits(
            id,
            sent.filter((one) => one.endpointId === id),
            limits,
            isWhole,
          );
        }
        const quotas: [string, KeyLimits | undefined, (one: Request) => boolean][] = [
          ...keys.map((one): [string, KeyLimits | undefined, (one: Request) => boolean] => [
            one.id,
            one.limits,
            (request) => request.keyId === one.id,
          ]),
          ...groups.map((one): [string, KeyLimits | undefined, (one: Request) => boolean] => [
            one.id,
            one.limits,
            (request) => request.groupId === one.id,
          ]),
        ];
        for (const [id, limits, isOf] of quotas) {
          const mine = sent.filter(isOf);
          checkLimits(id, mine, limits ?? {}, isWhole);
          for (const [model, special] of Object.entries(limits?.models ?? {})) {
            checkLimits(
              `${id} ${model}`,
              mine.filter((one) => one.model === model),
              special,
              isWhole,
            );
          }
        }
      }),
      { numRuns: 60 },
    );
  });
});
